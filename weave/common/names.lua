-- names.lua - gives everything in the book its anchor, and finds what has one in common.
--
-- A thing with an id that the author wrote (a heading, figure, table or claim) and a
-- program, whose id is its file's name, can be referred to from everywhere; a chunk is
-- known by its name within its chapter. So there are three places where no two things
-- may have the same anchor: the ids of the book, a page of the site (its own ids, and
-- those that the page has by itself), and a format that is one document (EPUB, PDF).
--
-- new(problem) makes a register; problem(file, line, rule, message) is told of each
-- collision. add(thing) enters {what=, file=, line=, page=, id=, unit_id=, chunk=, global=}:
-- chunk for what is one, global for one that is a program; add_page(thing) the page a thing is on, by itself.
-- anchor(format, thing) is the anchor, in "html", "epub" or "latex".

local M = {}
M.__index = M

-- A chunk's anchor on its page: its name with everything but letters, digits and _ . as
-- -, and a number behind it where a name is defined again (create-the-pipe-2).
function M.slug(name, part)
  local slug = name:lower():gsub('[^%w_.\128-\255]+', '-'):gsub('^%-+', ''):gsub('%-+$', '')
  if slug == '' then slug = 'chunk' end
  return part == 1 and slug or slug .. '-' .. part
end

-- The entry of a call in the index: read(2) is call-read.2. That of a claim in the
-- record of the trial.
function M.call(name) return 'call-' .. name:gsub('%(', '.'):gsub('%)', '') end
function M.trial(id) return 'trial-' .. id end

-- An exercise's answer, and its hints where these do not stand with it.
function M.answer(id) return 'answer-' .. id end
function M.hints(id) return 'hints-' .. id end

-- The page of a chapter, and of a program in it.
function M.page(unit, id)
  return (unit == 'book' and id or unit:gsub('^[%dA-Z]+%-', '')) .. '.html'
end
function M.program_page(chapter_id, program) return ('%s-%s.html'):format(chapter_id, program) end

-- What pandoc writes as a label for TeX; it makes ux6f22 of other letters than these.
local function label(text)
  return (text:gsub('[\194-\244][\128-\191]*', function(c) return ('ux%x'):format(utf8.codepoint(c)) end))
end

-- In one document the same chunk name may stand in two chapters. TeX makes - and _
-- active within verbatim text, so an anchor there has neither; no id has a semicolon.
function M.anchor(format, thing)
  if format == 'latex' and not thing.chunk then return label(thing.id) end
  if not thing.chunk or format == 'html' then return thing.id end
  if format == 'epub' then return thing.unit_id .. '--' .. thing.id end
  return label((thing.unit_id .. ';' .. thing.id):gsub('[-_]', { ['-'] = ':', ['_'] = '=' }))
end

-- Ids that each page of the site has by itself.
local of_every_page = { 'contents', 'dark', 'shared', 'text', 'theme', 'arrows', 'tip' }

function M.new(problem)
  local pages = {}
  for _, name in ipairs { 'index.html', 'tests.html', '404.html' } do pages[name] = { what = 'a page of every site' } end
  return setmetatable({ problem = problem, ids = {}, page = pages, anchors = { html = {}, epub = {}, latex = {} } }, M)
end

local function place(thing) return thing.file and ('%s:%d'):format(thing.file, thing.line) or 'the page itself' end

-- Enters a thing under a key of a table, or tells of the one that is there.
function M:enter(into, key, thing, name)
  local other = into[key]
  if not other then into[key] = thing return true end
  if other == thing then return true end
  self.problem(thing.file, thing.line, 'id', other.id == thing.id and other.what == thing.what
    and ('%s stands twice, first at %s'):format(thing.what, place(other))
    or ('%s and %s (%s) would both be %s; give one of them another name'):format(thing.what, other.what, place(other), name))
  return false
end

function M:add(thing)      -- gives true when it is the only one
  local well_formed = thing.id:find('^[%w\128-\255][%w_.:\128-\255-]*$') or thing.chunk and thing.id:find('^[%w_.\128-\255-]+$')
  if not well_formed then
    self.problem(thing.file, thing.line, 'id',
      ('%s: an id is made of letters, digits, - _ . and :, and does not begin with one of these'):format(thing.what))
    return
  end
  for _, id in ipairs(self.anchors.html[thing.page] and {} or of_every_page) do
    self.anchors.html[thing.page] = self.anchors.html[thing.page] or {}
    self.anchors.html[thing.page][id] = { what = 'a part of the page', id = id }
  end
  if (not thing.chunk or thing.global) and not self:enter(self.ids, thing.id, thing, ('the id "%s"'):format(thing.id)) then return end
  if not self:enter(self.anchors.html[thing.page], thing.id, thing, ('"%s" on the page %s'):format(thing.id, thing.page)) then return end
  for _, format in ipairs { 'epub', 'latex' } do
    local anchor = M.anchor(format, thing)
    if not self:enter(self.anchors[format], anchor, thing, ('"%s" in the book on paper'):format(anchor)) then return end
  end
  return true
end

-- Pages whose names differ in their case alone are one on many file systems.
function M:add_page(thing)
  self:enter(self.page, thing.page:lower(), thing, 'the page ' .. thing.page)
end

-- A reference finds ids of the whole book and chunks of its own chapter.
function M:check_references(chunks)
  for _, thing in ipairs(chunks) do
    local other = self.ids[thing.id]
    if other and other.file ~= thing.file then
      self.problem(thing.file, thing.line, 'id',
        ('%s and %s (%s) would both be meant by [](#%s); give one of them another name'):format(
          thing.what, other.what, place(other), thing.id))
    end
  end
end

return M
