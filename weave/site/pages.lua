-- pages.lua - prints the pages of the web site.
--
-- new(book, common) gives a printer of pages. common has site (folder of the pages, only
-- looked at), state (pages that changed go to new/pages in it), title (the title block),
-- report, stamp, machine, untested, downloads, archive, figures, template.
--   chapter(record, tree)   prints the page of a chapter and those of its programs
--   others(pages)           the front page, the list of tests, the page for lost readers,
--                           the data of the search, the site map of all pages
--   names(record)           what the first are called; other_names has the others
--   count                   how many were not what they are now

local front = require 'site.front'
local names = require 'common.names'
local printer = require 'common.html'
local program = require 'site.program'
local put = require('site.cache').put
local render = require('common.render').render
local search = require 'site.search'
local session = require 'common.session'
local stop = require 'common.stop'
local text_of = require('read.tables').text
local versions = require 'common.versions'
local esc = printer.escape

local P = {}
P.__index = P

local options = pandoc.WriterOptions { wrap_text = 'preserve', html_math_method = 'mathml' }

-- Puts a file into new/pages if it changed, and says whether it did. This is done at
-- once, since a thousand pages need not be kept.
function P:renew(name, text)
  if text_of(self.common.site .. '/' .. name) == text then return false end
  put(self.common.state .. '/new/pages/' .. name, text)
  return true
end

-- The first sentences of a text, 160 characters at most, for search engines.
local function beginning(text)
  local short = ''
  for sentence in (text .. ' '):gmatch('(.-[.?!]) ') do
    if utf8.len(short .. sentence) > 160 then break end
    short = short == '' and sentence or short .. ' ' .. sentence
  end
  return short
end

-- Puts a page together. The template is filled in once for each set of variables, with a
-- word in place of each; what belongs there goes into the finished page.
function P:put_page(name, own, body, variables)
  local title = self.common.title
  variables.title, variables.booktitle = esc(variables.title), esc(title.title)
  variables.lang, variables.page = title.lang, name
  variables.url = title.url ~= '' and esc(title.url) or nil
  variables.card = title.sample ~= '' and 'card.png' or nil
  variables.running = variables.title:gsub('&amp;', '&'):gsub('&quot;', '"'):gsub('[\\"<>\n]', ' ')
  variables.errors = front.errors(title, own.number and own.number ~= '' and own.number .. ' ' .. own.title or title.title)
  variables.about = variables.about and esc(variables.about) or nil
  variables.sidebar, variables.inserted = front.sidebar(self.book, own, name), body
  local words, keys = {}, {}
  for key in pairs(variables) do
    words[key] = 'NW' .. key .. 'q'
    keys[#keys + 1] = key
  end
  table.sort(keys)
  local shape = table.concat(keys, ' ')
  self.shapes[shape] = self.shapes[shape] or pandoc.write(pandoc.Pandoc({}, { pagetitle = 'page' }), 'html5',
    pandoc.WriterOptions { template = self.template, variables = words })
  if self:renew(name, (self.shapes[shape]:gsub('NW(%l+)q', variables))) then self.count = self.count + 1 end
end

local function around(prev, next)
  return { prev = prev and prev.page, prevtitle = prev and esc(prev.title), next = next and next.page,
    nexttitle = next and esc(next.title) }
end

-- The page of render.lua for a chapter or (WHOLE) for one where every address has to
-- name its page.
function P:page(own, whole)
  local book, common = self.book, self.common
  local page = setmetatable({ format = 'html', own = own, book = book, printer = printer, codes = {} }, { __index = common })
  function page.href(thing) return (thing.page == own.page and not whole and '' or thing.page) .. '#' .. thing.id end
  function page.program_url(chunk) return names.program_page(chunk.unit_id, chunk.program) end
  function page.exercise_url(chunk) return ('programs/%s/exercises/%s'):format(chunk.unit, chunk.name) end
  function page.call_url(name)
    local index, place = book.calls_page, book.explained[name]
    if place then return page.href(place) end
    return index and book.called[name] and page.href { page = index.page, id = names.call(name) }
  end
  return page
end

-- The code of the chunks of other pages that the chunks of this one use, for unfolding.
local function shared_chunks(page)
  local out, seen = {}, {}
  local function take(unit, uses)
    for _, use in ipairs(uses) do
      local parts, address = page.book:parts(unit, use.name), page.href(use.chunk)
      if use.chunk.page ~= page.own.page and not seen[address] then
        seen[address] = true
        for _, part in ipairs(parts) do
          out[#out + 1] = ('<code data-chunk="%s">%s</code>'):format(address, printer.chunk_code(part, page))
        end
        for _, part in ipairs(parts) do take(unit, part.uses) end
      end
    end
  end
  for _, f in ipairs(page.book.units) do
    for _, c in ipairs(f.chunks) do
      if c.page == page.own.page then take(f.unit, c.uses) end
    end
  end
  return #out > 0 and '<template id="shared">\n' .. table.concat(out, '\n') .. '\n</template>' or ''
end

-- The pages of the programs of a chapter; code(chunk) is a chunk's HTML as it is on the
-- chapter's page, where addresses of the same page need no name.
function P:programs(own, code)
  local page = self:page(own, true)
  local roots = self.book:programs(own.unit)
  local function whole(chunk) return (code(chunk):gsub(' href="#', ' href="' .. own.page .. '#')) end
  local function place(root) return root and { page = page.program_url(root), title = root.name } end
  for i, root in ipairs(roots) do
    local variables = around(place(roots[i - 1]) or own, place(roots[i + 1]))
    variables.title, variables.here = root.name, esc(root.name)
    variables.about = ('%s, a program of "%s": the whole text, what it prints, and how its tests ended.')
      :format(root.name, self.common.title.title)
    self:put_page(page.program_url(root), own, program.body(root, whole, page), variables)
  end
end

function P:chapter(own, tree)
  local units, at = self.book.units, nil
  for i, unit in ipairs(units) do if unit == own then at = i end end
  local page = self:page(own)
  local body = versions.tidy(pandoc.write(pandoc.Pandoc(render(tree, page)), 'html5', options))
  local variables = around(units[at - 1] or { page = 'index.html', title = 'Contents' }, units[at + 1])
  variables.title = own.title
  variables.here = front.numbered(own.number, own.title)
  variables.about = beginning(own.prose[1] and search.words(own.prose[1].text, own, self.book) or '')
  self:put_page(own.page, own, body .. shared_chunks(page), variables)
  self:programs(own, function(chunk) return printer.chunk_code(chunk, page) end)
end

-- The chunk and the session that the title block names as a sample, as HTML.
function P:sample(page)
  local unit, program_name, chunk = self.common.title.sample:match('^(.-)/(%S+) (.+)$')
  if not unit then return '' end
  local parts = self.book.of[unit] and self.book:parts(unit, chunk) or {}
  local printed = self.book:session(unit, program_name)
  if not (parts[1] and printed) then
    stop(('book.nw: the sample "%s" is no chunk of %s, or %s has no session'):format(chunk, unit, program_name))
  end
  return front.sample(parts[1], page) .. printer.session(printed, session.note(printed.lines), page).text
end

-- The address of every page, for search engines.
local function site_map(url, pages)
  local urls = {}
  for name in pairs(pages) do
    if name ~= '404.html' then urls[#urls + 1] = '<url><loc>' .. esc(url .. name) .. '</loc></url>\n' end
  end
  table.sort(urls)
  return '<?xml version="1.0" encoding="UTF-8"?>\n'
    .. '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n' .. table.concat(urls) .. '</urlset>\n'
end

function P:others(pages)
  local title, first = self.common.title, self.book.units[1]
  local nowhere = { unit = '', id = '', page = '', chunks = {} }
  local page = self:page(nowhere, true)
  self:put_page('index.html', nowhere, '<h1>' .. esc(title.title) .. '</h1>\n' .. front.front(page, title, self:sample(page)),
    { title = title.title, front = 'true', next = first.page, nexttitle = esc(first.title), about = title.subtitle })
  self:put_page('tests.html', nowhere, '<h1>All tests</h1>\n' .. front.tests(page),
    { title = 'All tests', about = 'Every test of every program of the book, and how it ended.' })
  self:put_page('404.html', nowhere, '<h1>Not here</h1>\n<p>There is no such page. What the book has:</p>\n'
    .. front.contents(self.book), { title = 'Not here', lost = 'true' })
  self:renew('search-data.js', search.script(page))
  if title.url ~= '' then self:renew('sitemap.xml', site_map(title.url, pages)) end
end

-- The names of the files that make up the pages of a chapter.
function P:names(record)
  local list = { record.page }
  for _, root in ipairs(self.book:programs(record.unit)) do
    list[#list + 1] = names.program_page(record.id, root.program)
  end
  return list
end

local M = { other_names = { 'index.html', 'tests.html', '404.html' } }

function M.new(book, common)
  return setmetatable({ book = book, common = common, count = 0, shapes = {},
    template = pandoc.template.compile(common.template) }, P)
end

return M
