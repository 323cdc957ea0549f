-- site.lua - makes the pages of the web site that need it.
--
--   ... | pandoc -f weave/site/site.lua -t html -o /dev/null    (see weave/site/make)
--
-- It is a pandoc reader because a reader gets the whole stream before anything is parsed.
-- From the environment: SITE (folder of the pages, only looked at), STATE (folder of the
-- cache; gets in new/ what changed: pages/, removed, built.lua, summary), VERSION (of the
-- press), STREAM (the file with the stream), FIGURES (folder of the drawn figures), SESSIONS
-- (what `tests/lib/session lines` printed), TESTS (the report of the last test run),
-- COVERAGE (what no test ran), DOWNLOADS ("NAME=FILE" words), ARCHIVE (name of the archive
-- of programs).
--
-- First all chapters that changed are read, then what has to be printed is. Two processes
-- share both if there is more than one chapter to read: this one, and a second pandoc
-- (site/second.lua). Records are handed on by the cache. Of the trees a process keeps the
-- first few that it read; the others are parsed anew when they are printed, so that the
-- memory of a long book does not grow with its chapters.
-- Errors: whatever is wrong in the chapters, with file and line.

local weave = PANDOC_SCRIPT_FILE:gsub('[^/]*/[^/]*$', '')
package.path = weave .. '?.lua;' .. package.path
local bind = require('common.book').bind
local cache = require 'site.cache'
local chapter = require 'read.chapter'
local dump = require 'common.dump'
local helper = require 'site.second'
local noweb = require 'read.noweb'
local pages = require 'site.pages'
local problems = require 'common.problems'
local stop = require 'common.stop'
local tables = require 'read.tables'
local sha1 = pandoc.utils.sha1

local S = {}      -- one build of the site
S.__index = S

local function setting(name) return os.getenv(name) or stop(name .. ' is not set') end

-- The sum of all that a chapter's record is made from.
function S:sum_of(unit)
  local sessions = {}
  for path, lines in pairs(self.known.sessions) do
    if path:find('tangled/' .. unit.unit .. '/', 1, true) == 1 then sessions[path] = lines end
  end
  return sha1(unit.stream .. dump(sessions))
end

-- The units in two halves of about the same length.
local function halves(units)
  local order, mine, yours, size = { table.unpack(units) }, {}, {}, 0
  table.sort(order, function(a, b) return #a.stream > #b.stream end)
  for _, unit in ipairs(order) do
    if size <= 0 then mine[#mine + 1], size = unit, size + #unit.stream
    else yours[#yours + 1], size = unit, size - #unit.stream end
  end
  return mine, yours
end

-- Of units to be printed those that this process has read, or else half of them, and the
-- others.
local function shares(units, trees)
  local mine, yours, open = {}, {}, {}
  for _, unit in ipairs(units) do
    if trees[unit.unit] then mine[#mine + 1] = unit else open[#open + 1] = unit end
  end
  if #mine == 0 then return halves(units) end
  for _, unit in ipairs(open) do
    local list = #mine < #yours and mine or yours
    list[#list + 1] = unit
  end
  return mine, yours
end

-- How many trees a process keeps.
local most = 24

-- The tree of a chapter and its record: kept, or parsed.
function S:tree_of(unit)
  local kept = self.trees[unit.unit]
  if kept then return kept.tree, kept.record end
  local tree, record = chapter.read(unit, self.known)
  if self.kept < most then
    self.trees[unit.unit] = { tree = tree, record = record }
    self.kept = self.kept + 1
  else
    collectgarbage() -- pandoc's own collector looks at all that Lua still holds
  end
  return tree, record
end

function S:read(unit)
  local _, record = self:tree_of(unit)
  self.cache:keep(unit.unit, unit.sum, record)
end

function S:bind()
  local records = {}
  for i, unit in ipairs(self.units) do
    records[i] = self.cache:record(unit.unit, unit.sum) or stop(unit.file .. ': its record is lost')
  end
  self.book = bind(records, self.known, noweb.title(self.units[1]))
end

-- What the title block says, as text.
local function title_of(unit)
  local meta, title = noweb.title(unit), {}
  for _, key in ipairs { 'title', 'subtitle', 'author', 'lang', 'url', 'sample', 'date', 'needs', 'errors' } do
    title[key] = meta[key] and pandoc.utils.stringify(meta[key]) or ''
  end
  local blurb = meta.blurb
  if blurb then blurb = pandoc.utils.type and pandoc.utils.type(blurb) == 'Inlines' and { pandoc.Para(blurb) } or blurb end
  title.blurb = blurb and pandoc.write(pandoc.Pandoc(blurb), 'html5') or ''
  return title
end

function S:prepare_pages()
  local known = self.known
  local report = require 'read.report' (os.getenv('TESTS'))
  self.common = { site = setting('SITE'), state = setting('STATE'), title = title_of(self.units[1]), report = report,
    stamp = require 'site.stamp' (report, known), machine = known.machine, untested = tables.untested(os.getenv('COVERAGE')),
    downloads = os.getenv('DOWNLOADS') or '', archive = os.getenv('ARCHIVE') or 'programs.tar.gz',
    figures = os.getenv('FIGURES') or '.', template = tables.text(weave .. 'site/page.html') or stop('no page.html') }
  self.pages = pages.new(self.book, self.common)
end

-- What the pages of a chapter show of the others, apart from collected lists.
local function seen_by(own, book)
  local seen = { book.trial and book.trial.page or '', book.answers_page and book.answers_page.page or '' }
  for _, f in ipairs(book.contents) do seen[#seen + 1] = { f.page or '', f.number, f.title, f.unit and book:exercise_names(f.unit) or '' } end
  for _, ref in ipairs(own.refs) do
    local label = book.labels[ref.id]
    seen[#seen + 1] = label and { ref.id, label.kind, label.number, label.title, label.page } or ref.id
  end
  for _, c in ipairs(own.chunks) do
    seen[#seen + 1] = { c.language, c.count, c.first.page }
    for _, use in ipairs(c.uses) do
      if use.chunk.unit ~= own.unit then seen[#seen + 1] = { use.name, use.chunk.page, use.chunk.id } end
    end
  end
  return seen
end

-- How the tests of a chapter ended, as its pages say it.
local function stamped(own, stamp, report)
  local words = { stamp.chapter(own.unit), dump(report.tried[own.unit]) }
  for _, c in ipairs(own.chunks) do
    if c.program then words[#words + 1] = table.concat({ stamp.program(own.unit, c.program) }) end
  end
  for _, c in ipairs(own.claims) do words[#words + 1] = stamp.claim(c.id) end
  return words
end

-- The code that any chapter may unfold.
function S:shared_code()
  local texts, shared = {}, self.book.of[self.book.shared]
  for i, c in ipairs(shared and shared.chunks or {}) do texts[i] = c.name .. '\n' .. c.text end
  return sha1(table.concat(texts, '\n'))
end

-- The sum of all that the pages of each chapter show.
function S:keys()
  local common, keys, all = self.common, {}, {}
  for i, unit in ipairs(self.units) do all[i] = unit.sum end
  local everything = sha1(table.concat(all, ' ') .. common.report.text)
  local shown = { common.title, common.downloads, common.archive, self.book.calls, self.book.explained, self:shared_code() }
  local shown_everywhere = sha1(dump(shown))
  for i, own in ipairs(self.book.units) do
    local parts = { self.units[i].sum, shown_everywhere, dump(seen_by(own, self.book)), table.concat(stamped(own, common.stamp, common.report), '\n') }
    for _, shown in ipairs(own.shows) do parts[#parts + 1] = tables.text(shown.file) or '' end
    for _, c in ipairs(own.chunks) do
      local untested = c.program and common.untested[own.unit .. '/' .. c.program]
      parts[#parts + 1] = untested and dump(untested) or nil
    end
    if #own.collects > 0 or own.unit == 'book' then parts[#parts + 1] = everything end
    keys[own.unit] = sha1(table.concat(parts, '\n'))
  end
  return keys
end

-- The units whose pages are not what they would be, or not there, and all pages.
function S:to_print(keys)
  local list, made = {}, {}
  for _, name in ipairs(pages.other_names) do made[name] = true end
  for i, unit in ipairs(self.units) do
    local same = self.cache.keys[unit.unit] == keys[unit.unit]
    for _, name in ipairs(self.pages:names(self.book.units[i])) do
      made[name] = true
      same = same and tables.text(self.common.site .. '/' .. name) ~= nil
    end
    if not same then list[#list + 1] = unit end
  end
  return list, made
end

function S:print(unit)
  self.pages:chapter(self.book.of[unit.unit], (self:tree_of(unit)))
  self.trees[unit.unit] = nil
end

function S:build()
  local changed = {}
  for _, unit in ipairs(self.units) do
    if not self.cache:record(unit.unit, unit.sum) then changed[#changed + 1] = unit end
  end
  local mine, yours = halves(changed)
  local second = #yours > 0 and helper.start(weave, yours) or nil
  for _, unit in ipairs(second and mine or changed) do self:read(unit) end
  if second then second:wait() end
  self:bind()
  problems.stop(self.book.problems)
  self:prepare_pages()
  local keys = self:keys()
  local list, made = self:to_print(keys)
  if not second and #list > 1 then
    second = helper.start(weave, {})
    if second then second:wait() end
  end
  mine, yours = shares(list, self.trees)
  if second then second:go(yours) end
  self.pages:others(made) -- beside the second process
  for _, unit in ipairs(second and mine or list) do self:print(unit) end
  local count = self.pages.count + (second and second:finish() or 0)
  self.cache:save(keys, made)
  local total = 0
  for _ in pairs(made) do total = total + 1 end
  cache.put(self.common.state .. '/new/summary', ('site    %d of %d pages made\n'):format(count, total))
end

-- What the second process does: reads the units it is told, waits, and prints those it is
-- told then.
function S:help(units)
  for _, unit in ipairs(units) do self:read(unit) end
  units = helper.next(self.units)
  self:bind()
  self:prepare_pages()
  for _, unit in ipairs(units) do self:print(unit) end
  helper.done(self.pages.count)
end

function Reader(input)
  local self = setmetatable({ units = noweb.split(tostring(input)), known = tables.load(), trees = {}, kept = 0 }, S)
  self.cache = cache.open(setting('STATE'), setting('VERSION') .. tostring(PANDOC_VERSION))
  for _, unit in ipairs(self.units) do unit.sum = self:sum_of(unit) end
  local job = helper.job(self.units)
  if job then self:help(job) else self:build() end
  return pandoc.Pandoc {}
end
