-- site.lua - makes all pages of the web site in one pandoc process.
--
--   ... | pandoc -f weave/site.lua -t html -o /dev/null    (see weave/site)
--
-- It is a pandoc reader because a reader gets the whole stream before anything
-- is parsed. From the environment: SITE (folder of the pages, only looked at),
-- STATE (folder with cache.lua, what the last build knew; gets new/ with the pages
-- to move, changes, the list of moves, cache.lua and summary), FIGURES (folder of the drawn figures),
-- TESTS (the report of the last test run), DOWNLOADS ("NAME=FILE" words).
--
-- A page is made again when its chapter changed, or what it shows of the others
-- (a title, a number, an id; for collected lists all facts), or a file that it
-- shows, or weave/ itself.
-- Errors: whatever render.lua finds, with the chapter's file and line.

local here = PANDOC_SCRIPT_FILE:gsub('[^/]*$', '')
local noweb = dofile(here .. 'noweb.lua')
local facts = dofile(here .. 'facts.lua')
local dump = dofile(here .. 'dump.lua')
local render = dofile(here .. 'render.lua')
local printer = dofile(here .. 'html.lua')
local read_report = dofile(here .. 'report.lua')
local stop = dofile(here .. 'stop.lua')
local sha1 = pandoc.utils.sha1
local esc = printer.escape

local function readall(path)
  local file, why = io.open(path)
  if not file then return nil, why end
  local text = file:read('a')
  file:close()
  return text
end
local function must_read(path)
  local text, why = readall(path)
  return text or stop(why)
end
local function put(path, text)
  local file, why = io.open(path, 'w')
  local ok
  if file then ok, why = file:write(text) end
  if ok then ok, why = file:close() end
  if not ok then stop(path .. ': ' .. why) end
end

local function exists(path)
  local file = io.open(path)
  return file ~= nil and file:close()
end

-- What a page shows of the other chapters, apart from collected lists, as text.
local function seen_by(own, all, prev, next, trial_unit)
  local seen = { all.of[trial_unit].page, prev and prev.page, prev and prev.title, next and next.page,
    next and next.title }
  for _, f in ipairs(all.units) do seen[#seen + 1] = { f.page, f.number, f.title } end
  for _, id in ipairs(own.refs) do
    local label = all.labels[id]
    seen[#seen + 1] = label and { id, label.kind, label.number, label.title, all.of[label.unit].page } or id
  end
  for _, c in ipairs(own.chunks) do
    for _, use in ipairs(c.uses) do
      local shared = not all.defs[own.unit][use] and all.defs.book and all.defs.book[use]
      if shared then seen[#seen + 1] = { use, all.of.book.page, shared[1].id } end
    end
  end
  return sha1(dump(seen))
end

-- The sidebar: all chapters, and the sections of the current one.
local function sidebar(all, own)
  local out = {}
  for _, f in ipairs(all.units) do
    local current = f.unit == own.unit
    out[#out + 1] = ('<li><a href="%s"%s>%s%s</a>'):format(f.page,
      current and ' aria-current="page"' or '',
      f.number ~= '' and '<span class="number">' .. f.number .. '</span> ' or '', esc(f.title))
    if current then
      local sections = {}
      for _, l in ipairs(f.labels) do
        if l.kind == 'section' and l.level == 2 then
          sections[#sections + 1] = ('<li><a href="#%s">%s</a></li>'):format(l.id, esc(l.title))
        end
      end
      if #sections > 0 then
        out[#out + 1] = '<ol>' .. table.concat(sections, '\n') .. '</ol>'
      end
    end
    out[#out + 1] = '</li>'
  end
  return table.concat(out, '\n')
end

-- The contents page: every chapter with its sections.
local function contents(all, downloads)
  local out = { '<ol class="contents">' }
  for _, f in ipairs(all.units) do
    out[#out + 1] = ('<li><a href="%s"><span class="number">%s</span> %s</a>'):format(
      f.page, f.number, esc(f.title))
    local sections = {}
    for _, l in ipairs(f.labels) do
      if l.kind == 'section' and l.level == 2 then
        sections[#sections + 1] = ('<li><a href="%s#%s"><span class="number">%s</span> %s</a></li>')
          :format(f.page, l.id, l.number, esc(l.title))
      end
    end
    if #sections > 0 then out[#out + 1] = '<ol>' .. table.concat(sections, '\n') .. '</ol>' end
    out[#out + 1] = '</li>'
  end
  out[#out + 1] = '</ol>'
  local links = {}
  for name, file in downloads:gmatch('(%S+)=(%S+)') do
    links[#links + 1] = ('<a href="%s">%s</a>'):format(esc(file), esc(name))
  end
  if #links > 0 then
    out[#out + 1] = '<p class="downloads">The same book as ' .. table.concat(links, ' and ') .. '.</p>'
  end
  return table.concat(out, '\n')
end

-- What the W3C checker would say of the HTML that pandoc 2.17 writes: a role that
-- DPUB-ARIA 1.1 took back, a section without a heading, slashes in void elements.
local function tidy(html)
  return (html:gsub(' role="doc%-endnote"', '')
    :gsub('<section (class="footnotes[^>]*>.-)</section>', '<div %1</div>')
    :gsub('<(%l+)([^<>]-) />', function(tag, rest)
      if tag == 'hr' or tag == 'br' or tag == 'col' then return '<' .. tag .. rest .. '>' end
    end))
end

function Reader(input)
  local site = assert(os.getenv('SITE'), 'SITE is not set')
  local state = assert(os.getenv('STATE'), 'STATE is not set')
  local downloads = os.getenv('DOWNLOADS') or ''
  local report = read_report(os.getenv('TESTS'))
  local units = noweb.split(tostring(input))

  local scripts = {}
  for _, name in ipairs { 'noweb', 'facts', 'dump', 'render', 'collected', 'html', 'report', 'stop', 'site' } do
    scripts[#scripts + 1] = must_read(here .. name .. '.lua')
  end
  local page_template = must_read(here .. 'page.html')
  scripts[#scripts + 1] = page_template
  scripts[#scripts + 1] = downloads
  local version = sha1(table.concat(scripts))
  local ok, cache = pcall(loadfile(state .. '/cache.lua') or error)
  if not ok or type(cache) ~= 'table' then cache = { pages = {} } end
  if cache.version ~= version then cache = { pages = cache.pages, units = {} } end

  -- First: what is in each chapter. Unchanged chapters are not parsed.
  local list, parsed, meta = {}, {}, nil
  for i, unit in ipairs(units) do
    local old = cache.units[unit.unit]
    local function parse()
      local blocks, own_meta = noweb.parse(unit)
      if i == 1 then meta = own_meta end
      local f
      f, blocks = facts.collect(unit, blocks)
      parsed[unit.unit] = blocks
      collectgarbage() -- pandoc's own collector looks at all that Lua still holds
      return f
    end
    unit.parse = parse
    unit.same = old and old.file == unit.file and old.stream == unit.stream
    if unit.same then
      list[i], unit.facts, unit.facts_key = load(old.facts)(), old.facts, old.facts_key
    else
      list[i] = parse()
      unit.facts = 'return ' .. dump(list[i])
      unit.facts_key = sha1(unit.facts)
    end
  end
  local book = cache.book
  if meta then
    book = {}
    for _, k in ipairs { 'title', 'subtitle', 'author', 'lang' } do
      book[k] = meta[k] and pandoc.utils.stringify(meta[k]) or ''
    end
  end
  local all = facts.merge(list)
  local all_facts = {}
  for i, unit in ipairs(units) do all_facts[i] = unit.facts_key end
  all_facts = table.concat(all_facts, ' ') .. sha1(report.text)
  local trial_unit
  for _, f in ipairs(list) do
    for _, kind in ipairs(f.collects) do if kind == 'claims' then trial_unit = f.unit end end
  end

  local figures = os.getenv('FIGURES') or '.'
  local pages, fresh, made = {}, {}, {}
  local template = pandoc.template.compile(page_template)
  local options = pandoc.WriterOptions { wrap_text = 'preserve', html_math_method = 'mathml' }
  -- Long text goes into the finished page: a template would lay it out anew.
  local function page(own, title, body, variables)
    variables.title, variables.booktitle = esc(title), esc(book.title)
    variables.subtitle, variables.lang = esc(book.subtitle), book.lang
    variables.sidebar, variables.inserted = 'NWSIDEBAR', 'NWBODY'
    local long = { NWSIDEBAR = sidebar(all, own), NWBODY = body }
    return (pandoc.write(pandoc.Pandoc({}, { pagetitle = title }), 'html5',
      pandoc.WriterOptions { template = template, variables = variables }):gsub('NW%u+', long))
  end

  for i, unit in ipairs(units) do
    local own = list[i]
    local prev, next = list[i - 1], list[i + 1]
    local key = seen_by(own, all, prev, next, trial_unit or own.unit) .. dump(book)
    if #own.collects > 0 or unit.unit == 'book' then key = key .. all_facts end
    local old = cache.units[unit.unit]
    local path = site .. '/' .. own.page
    local same = unit.same and old.key == key and exists(path)
    local reads = same and old.reads or {}
    for file, sum in pairs(reads) do same = same and sum == sha1(readall(file) or '') end
    if not same then
      if not parsed[unit.unit] then unit.parse() end
      reads = {}
      local ctx = { format = 'html', own = own, all = all, report = report, printer = printer,
        figures = figures, trial_unit = trial_unit or own.unit, inline_svg = true }
      function ctx.anchor(_, id) return id end
      function ctx.href(u, id) return (u == own.unit and '' or all.of[u].page) .. '#' .. id end
      function ctx.target(u, id) return ctx.href(u, id) end
      function ctx.program_url(c) return 'programs/' .. c.unit .. '/' .. c.name end
      function ctx.read(file, text) reads[file] = sha1(text) end
      local body = pandoc.write(pandoc.Pandoc(render.render(parsed[unit.unit], ctx)), 'html5', options)
      local variables = {}
      variables.prev, variables.prevtitle = prev and prev.page or 'index.html', esc(prev and prev.title or 'Contents')
      if next then variables.next, variables.nexttitle = next.page, esc(next.title) end
      pages[#pages + 1] = { name = own.page, html = page(own, own.title, tidy(body), variables) }
      parsed[unit.unit] = nil
      collectgarbage()
    end
    fresh[unit.unit] = { file = unit.file, stream = unit.stream, facts = unit.facts,
      facts_key = unit.facts_key, key = key, reads = reads }
    made[own.page] = true
  end

  local index = contents(all, downloads)
  local index_key = sha1(index .. dump(book) .. list[1].page .. list[1].title)
  if cache.index ~= index_key or not exists(site .. '/index.html') then
    local first = list[1]
    pages[#pages + 1] = { name = 'index.html', html = page({ unit = '' }, book.title, index,
      { front = 'true', next = first.page, nexttitle = esc(first.title) }) }
  end

  local changes = {}
  for name in pairs(cache.pages) do
    if not made[name] then changes[#changes + 1] = 'remove ' .. name .. '\n' end
  end
  for _, p in ipairs(pages) do
    put(state .. '/new/' .. p.name, p.html)
    changes[#changes + 1] = 'move ' .. p.name .. '\n'
  end
  put(state .. '/new/changes', table.concat(changes))
  put(state .. '/new/cache.lua', 'return ' .. dump { version = version, index = index_key, book = book,
    units = fresh, pages = made })
  put(state .. '/new/summary', ('site    %d of %d pages made\n'):format(#pages, #units + 1))
  return pandoc.Pandoc {}
end
