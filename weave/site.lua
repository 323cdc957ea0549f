-- site.lua - makes all pages of the web site in one pandoc process.
--
--   markup book.nw chapters/*.nw | pandoc -f weave/site.lua -t html -o /dev/null
--
-- It is a pandoc reader because a reader gets the whole stream before anything
-- is parsed. From the environment: SITE (folder of the pages), CACHE (a file
-- for what is known of the chapters), FIGURES (folder of the drawn figures),
-- TESTS (the report of the last test run), DOWNLOADS ("NAME=FILE" words).
--
-- A page is made again when its chapter changed, or anything it may show of the
-- others (titles, numbers, ids; for collected lists all facts), or weave/
-- itself. All pages are made before the first is written, and each is written
-- beside its place and renamed: a failed build leaves the old site whole.
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
local function write_beside(path, text)
  local file, why = io.open(path .. '.new', 'w')
  local ok
  if file then ok, why = file:write(text) end
  if ok then ok, why = file:close() end
  if not ok then stop(path .. ': ' .. why) end
end

-- What other pages may show of a chapter.
local function outline(list)
  local shown = {}
  for i, f in ipairs(list) do
    shown[i] = { f.unit, f.page, f.number, f.title, f.labels }
  end
  return dump(shown)
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

local function without_deprecated(html)
  -- pandoc 2.17 writes a role that DPUB-ARIA 1.1 took back
  return (html:gsub(' role="doc%-endnote"', ''))
end

function Reader(input)
  local site = assert(os.getenv('SITE'), 'SITE is not set')
  local cache_path = assert(os.getenv('CACHE'), 'CACHE is not set')
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
  local chunk = loadfile(cache_path)
  local ok, cache = pcall(chunk or function() return {} end)
  if not ok or type(cache) ~= 'table' or cache.version ~= version then cache = { units = {} } end

  -- First: what is in each chapter. Unchanged chapters are not parsed.
  local list, parsed, meta = {}, {}, nil
  for i, unit in ipairs(units) do
    local key = sha1(unit.file .. unit.stream)
    local old = cache.units[unit.unit]
    local function parse()
      local blocks, own_meta = noweb.parse(unit)
      if i == 1 then meta = own_meta end
      local f
      f, blocks = facts.collect(unit, blocks)
      parsed[unit.unit] = blocks
      return f
    end
    if old and old.key == key then list[i] = old.facts else list[i] = parse() end
    list[i].key = key
    unit.parse = parse
    unit.figures = {}
    for src in unit.stream:gmatch('!%[[^\n]-%]%((%w+)%)') do unit.figures[#unit.figures + 1] = src end
  end
  local book = cache.book
  if meta then
    book = {}
    for _, k in ipairs { 'title', 'subtitle', 'author', 'lang' } do
      book[k] = meta[k] and pandoc.utils.stringify(meta[k]) or ''
    end
  end
  local all = facts.merge(list)
  local plain = dump(list)
  local outline_key = sha1(outline(list) .. dump(book))
  local trial_unit
  for _, f in ipairs(list) do
    for _, kind in ipairs(f.collects) do if kind == 'claims' then trial_unit = f.unit end end
  end

  local figures = os.getenv('FIGURES') or '.'
  local pages, fresh = {}, {}
  local template = pandoc.template.compile(page_template)
  local function page(own, title, body_blocks, body_html, variables)
    variables.title, variables.booktitle = esc(title), esc(book.title)
    variables.subtitle, variables.lang = esc(book.subtitle), book.lang
    variables.sidebar = sidebar(all, own)
    variables.inserted = body_html
    local html = pandoc.write(pandoc.Pandoc(body_blocks, { pagetitle = title }), 'html5',
      pandoc.WriterOptions { template = template, variables = variables, wrap_text = 'preserve',
        html_math_method = 'mathml' })
    return without_deprecated(html)
  end

  for i, unit in ipairs(units) do
    local own = list[i]
    local reads_all = #own.collects > 0 or unit.unit == 'book'
    local key = { own.key, outline_key, list[i - 1] and list[i - 1].page, list[i + 1] and list[i + 1].page }
    if reads_all then key[#key + 1] = sha1(plain .. report.text) end
    for path in unit.stream:gmatch('{%.listing file=(%S-)}') do key[#key + 1] = sha1(readall(path) or '') end
    for _, src in ipairs(unit.figures) do key[#key + 1] = sha1(readall(figures .. '/' .. src .. '.svg') or '') end
    key = sha1(dump(key))
    local path = site .. '/' .. own.page
    local old = cache.units[unit.unit]
    fresh[unit.unit] = { key = own.key, page = key, facts = own }
    if not (old and old.page == key and io.open(path)) then
      if not parsed[unit.unit] then unit.parse() end
      local ctx = { format = 'html', own = own, all = all, report = report, printer = printer,
        figures = figures, trial_unit = trial_unit or own.unit, inline_svg = true }
      function ctx.anchor(_, id) return id end
      function ctx.href(u, id) return (u == own.unit and '' or all.of[u].page) .. '#' .. id end
      function ctx.target(u, id) return ctx.href(u, id) end
      function ctx.program_url(c) return 'programs/' .. c.unit .. '/' .. c.name end
      local blocks = render.render(parsed[unit.unit], ctx)
      local variables = {}
      local prev, next = list[i - 1], list[i + 1]
      variables.prev, variables.prevtitle = prev and prev.page or 'index.html', esc(prev and prev.title or 'Contents')
      if next then variables.next, variables.nexttitle = next.page, esc(next.title) end
      pages[#pages + 1] = { path = path, html = page(own, own.title, blocks, '', variables) }
    end
  end

  local index_key = sha1(outline_key .. downloads)
  if cache.index ~= index_key or not io.open(site .. '/index.html') then
    local first = list[1]
    local html = page({ unit = '' }, book.title, {}, contents(all, downloads),
      { front = 'true', next = first.page, nexttitle = esc(first.title) })
    pages[#pages + 1] = { path = site .. '/index.html', html = html }
  end

  for _, p in ipairs(pages) do write_beside(p.path, p.html) end
  for name, old in pairs(cache.units) do
    if not fresh[name] then os.remove(site .. "/" .. old.facts.page) end
  end
  for _, p in ipairs(pages) do assert(os.rename(p.path .. '.new', p.path)) end
  write_beside(cache_path, 'return ' .. dump { version = version, index = index_key, book = book, units = fresh })
  assert(os.rename(cache_path .. '.new', cache_path))
  io.stderr:write(('site    %d of %d pages made\n'):format(#pages, #units + 1))
  return pandoc.Pandoc {}
end
