-- site.lua - makes all pages of the web site in one pandoc process.
--
--   ... | pandoc -f weave/site.lua -t html -o /dev/null    (see weave/site)
--
-- It is a pandoc reader because a reader gets the whole stream before anything
-- is parsed. From the environment: SITE (folder of the pages, only looked at),
-- STATE (folder with cache.lua, what the last build knew; gets in new/ the files that
-- changed in pages/, removed, the names of those to remove, cache.lua and summary), FIGURES (folder of the drawn figures),
-- TESTS (the report of the last test run), DOWNLOADS ("NAME=FILE" words), MANUAL
-- (what weave/manual printed).
--
-- The pages of a chapter, its own and those of its programs, are made again when
-- the chapter changed, or what they show of the others (a title, a number, an id, a
-- shared chunk; for collected lists all facts), or how its tests ended, or a file
-- that it shows, or weave/ itself.
-- Errors: whatever render.lua finds, with the chapter's file and line.

local here = PANDOC_SCRIPT_FILE:gsub('[^/]*$', '')
local modules = {}
for _, name in ipairs { 'noweb', 'facts', 'dump', 'render', 'html', 'report', 'manual', 'stamp', 'program', 'search', 'front', 'stop' } do
  modules[name] = dofile(here .. name .. '.lua')
end
local noweb, facts, dump, render, printer = modules.noweb, modules.facts, modules.dump, modules.render, modules.html
local front, search, stop = modules.front, modules.search, modules.stop
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

-- The sum of "unit" or "unit/program" as it is now, made as tests/run makes it.
local function sum_of(what)
  local unit, name = what:match('^(.*)/(.*)$')
  if not unit then return sha1(readall(what == 'book' and 'book.nw' or 'chapters/' .. what .. '.nw') or '') end
  local tangled = ('tangled/%s/%s'):format(unit, name)
  return sha1((readall(tangled .. '.c') or '') .. (readall(tangled .. '.session') or '')
    .. (readall('tests/' .. what .. '.bats') or ''))
end

local function program_page(all, unit, name)
  return ('%s-%s.html'):format(all.of[unit].id, (name:gsub('%.c$', '')))
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
      local unit, defs = facts.resolve(all, own.unit, use)
      if unit ~= own.unit then seen[#seen + 1] = { use, unit and all.of[unit].page, defs and defs[1].id } end
    end
  end
  return sha1(dump(seen) .. dump(all.calls))
end

-- How the tests of a unit ended, as its pages say it.
local function stamped(own, stamp)
  local words = { stamp.chapter(own.unit) }
  for _, c in ipairs(own.chunks) do
    if c.root == 'program' then words[#words + 1] = table.concat({ stamp.program(own.unit, c.name) }) end
  end
  for _, c in ipairs(own.claims) do words[#words + 1] = stamp.claim(c.id) end
  return table.concat(words, '\n')
end

-- The names of the files that make up the pages of a unit.
local function pages_of(own, all)
  local names = { own.page }
  for _, c in ipairs(own.chunks) do
    if c.root == 'program' then names[#names + 1] = program_page(all, own.unit, c.name) end
  end
  return names
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

-- The first sentences of a text, 160 characters at most, for search engines.
local function beginning(text)
  local short = ''
  for sentence in ((text or '') .. ' '):gmatch('(.-[.?!]) ') do
    if utf8.len(short .. sentence) > 160 then break end
    short = short == '' and sentence or short .. ' ' .. sentence
  end
  return short
end

function Reader(input)
  local site = assert(os.getenv('SITE'), 'SITE is not set')
  local state = assert(os.getenv('STATE'), 'STATE is not set')
  local downloads = os.getenv('DOWNLOADS') or ''
  local report = modules.report(os.getenv('TESTS'))
  local manual, manual_text = modules.manual(os.getenv('MANUAL'))
  local stamp = modules.stamp(report, sum_of)
  local units = noweb.split(tostring(input))

  local page_template = must_read(here .. 'page.html')
  local scripts = { must_read(PANDOC_SCRIPT_FILE), must_read(here .. 'collected.lua'), page_template, downloads, manual_text }
  for name in pairs(modules) do scripts[#scripts + 1] = must_read(here .. name .. '.lua') end
  table.sort(scripts)
  local version = sha1(table.concat(scripts))
  local ok, cache = pcall(loadfile(state .. '/cache.lua') or error)
  if not ok or type(cache) ~= 'table' then cache = { pages = {} } end
  if cache.version ~= version then cache = { pages = cache.pages, units = {} } end

  -- First: what is in each chapter. Unchanged chapters are not parsed.
  local list, parsed, prose, meta = {}, {}, {}, nil
  for i, unit in ipairs(units) do
    local old = cache.units[unit.unit]
    local function parse()
      local blocks, own_meta = noweb.parse(unit)
      if i == 1 then meta = own_meta end
      local f
      f, blocks, prose[unit.unit] = facts.collect(unit, blocks)
      parsed[unit.unit] = blocks
      collectgarbage() -- pandoc's own collector looks at all that Lua still holds
      return f
    end
    unit.parse = parse
    unit.sum = sha1(unit.stream)
    unit.same = old and old.file == unit.file and old.sum == unit.sum
    if unit.same then
      list[i], unit.facts, unit.facts_key, prose[unit.unit] = load(old.facts)(), old.facts, old.facts_key, old.prose
    else
      list[i] = parse()
      unit.facts = 'return ' .. dump(list[i])
      unit.facts_key = sha1(unit.facts)
    end
  end
  local book = cache.book
  if meta then
    book = {}
    for _, k in ipairs { 'title', 'subtitle', 'author', 'lang', 'url', 'sample' } do
      book[k] = meta[k] and pandoc.utils.stringify(meta[k]) or ''
    end
    book.blurb = meta.blurb and pandoc.write(pandoc.Pandoc(meta.blurb), 'html5') or ''
  end
  local all = facts.merge(list, manual)
  local all_facts = {}
  for i, unit in ipairs(units) do all_facts[i] = unit.facts_key end
  all_facts = table.concat(all_facts, ' ') .. sha1(report.text)
  local trial_unit, calls_page
  for _, f in ipairs(list) do
    for _, kind in ipairs(f.collects) do
      if kind == 'claims' then trial_unit = f.unit end
      if kind == 'calls' then calls_page = f.page end
    end
  end

  -- The definitions of a chunk, as html.lua takes them: {unit, name, id, text, uses}.
  local scanned = {}
  local function pieces(unit, name)
    if not scanned[unit] then
      local by_name, source = {}, nil
      for i, f in ipairs(list) do
        if f.unit == unit then source = noweb.scan(units[i].stream, f.file).chunks end
      end
      for i, c in ipairs(all.of[unit].chunks) do
        local piece = { unit = unit, name = c.name, id = c.id, text = source[i].text, uses = {} }
        for j, use in ipairs(source[i].uses) do
          local home, defs = facts.resolve(all, unit, use)
          piece.uses[j] = { name = use, unit = home, id = defs and defs[1].id }
        end
        by_name[c.name] = by_name[c.name] or {}
        table.insert(by_name[c.name], piece)
      end
      scanned[unit] = by_name
    end
    return scanned[unit][name] or {}
  end

  -- What render.lua wants to know, for a page of its own or (WHOLE) one where every
  -- address has to name its page.
  local function context(own, whole)
    local ctx = { format = 'html', own = own, all = all, report = report, printer = printer, stamp = stamp,
      figures = os.getenv('FIGURES') or '.', trial_unit = trial_unit or own.unit, codes = {} }
    function ctx.anchor(_, id) return id end
    function ctx.href(u, id) return (u == own.unit and not whole and '' or all.of[u].page) .. '#' .. id end
    function ctx.target(u, id) return ctx.href(u, id) end
    function ctx.program_page(u, name) return program_page(all, u, name) end
    function ctx.program_url(u, name) return 'programs/' .. u .. '/' .. name end
    function ctx.call_url(name) return calls_page and all.called[name]
      and (calls_page == own.page and not whole and '' or calls_page) .. '#' .. facts.call_id(name) end
    function ctx.session(u, name)
      local piece = pieces(u, name)[1]
      if not piece then return '' end
      local lines, note = render.session(piece.text, all.of[u].file)
      piece.program = name:gsub('%.session$', '')
      return printer.session(piece, lines, note, ctx).text
    end
    return ctx
  end

  -- The code of the chunks of book.nw that a chapter uses, for unfolding.
  local function shared_chunks(own, ctx)
    local out, seen = {}, {}
    local function take(uses, unit)
      for _, use in ipairs(uses) do
        local home, defs = facts.resolve(all, unit, use)
        if home == 'book' and home ~= own.unit and not seen[use] then
          seen[use] = true
          for _, piece in ipairs(pieces(home, use)) do
            out[#out + 1] = ('<code data-chunk="%s">%s</code>'):format(ctx.href(home, defs[1].id, true),
              printer.chunk_code(piece, ctx))
          end
          for _, def in ipairs(defs) do take(def.uses, home) end
        end
      end
    end
    for _, c in ipairs(own.chunks) do take(c.uses, own.unit) end
    return #out > 0 and '<template id="shared">\n' .. table.concat(out, '\n') .. '\n</template>' or ''
  end

  -- Puts a file into new/pages if it changed, and says whether it did. This is done at
  -- once, since a thousand pages need not be kept.
  local function renew(name, text)
    if readall(site .. '/' .. name) == text then return false end
    put(state .. '/new/pages/' .. name, text)
    return true
  end

  local fresh, made, count = {}, {}, 0
  local template, shapes = pandoc.template.compile(page_template), {}
  local options = pandoc.WriterOptions { wrap_text = 'preserve', html_math_method = 'mathml' }
  -- The template is filled in once for each set of variables, with a word in place of
  -- each; what belongs there goes into the finished page.
  local function page(name, own, title, body, variables)
    variables.title, variables.booktitle = esc(title), esc(book.title)
    variables.lang, variables.page = book.lang, name
    variables.url = book.url ~= '' and book.url or nil
    variables.about = variables.about and esc(variables.about) or nil
    variables.sidebar, variables.inserted = front.sidebar(all, own, name), body
    local words, names = {}, {}
    for key in pairs(variables) do
      words[key] = 'NW' .. key .. 'q'
      names[#names + 1] = key
    end
    table.sort(names)
    local shape = table.concat(names, ' ')
    shapes[shape] = shapes[shape] or pandoc.write(pandoc.Pandoc({}, { pagetitle = 'page' }), 'html5',
      pandoc.WriterOptions { template = template, variables = words })
    if renew(name, (shapes[shape]:gsub('NW(%l+)q', variables))) then count = count + 1 end
  end
  local function around(prev, next)
    return { prev = prev and prev.page, prevtitle = prev and esc(prev.title), next = next and next.page,
      nexttitle = next and esc(next.title) }
  end

  -- CODE gives a chunk's HTML as it is on the chapter's page.
  local function program_pages(own, code)
    local ctx = context(own, true)
    local programs = {}
    local function whole(piece) return (code(piece):gsub(' href="#', ' href="' .. own.page .. '#')) end
    for _, c in ipairs(own.chunks) do
      if c.root == 'program' then
        programs[#programs + 1] = { page = program_page(all, own.unit, c.name), title = c.name }
      end
    end
    for i, p in ipairs(programs) do
      local variables = around(programs[i - 1] or own, programs[i + 1])
      variables.about = ('%s, a program of "%s": the whole text, what it prints, and how its tests ended.')
        :format(p.title, book.title)
      page(p.page, own, p.title, modules.program.page(p.title, pieces, whole, ctx), variables)
    end
  end

  local shared_key = cache.shared_key
  for _, unit in ipairs(units) do
    if unit.unit == 'book' and not unit.same then
      local texts = {}
      for i, c in ipairs(noweb.scan(unit.stream, unit.file).chunks) do texts[i] = c.name .. '\n' .. c.text end
      shared_key = sha1(table.concat(texts, '\n'))
    end
  end

  for i, unit in ipairs(units) do
    local own = list[i]
    local prev, next = list[i - 1], list[i + 1]
    local key = seen_by(own, all, prev, next, trial_unit or own.unit) .. sha1(dump(book) .. stamped(own, stamp)
      .. (shared_key or ''))
    if #own.collects > 0 or unit.unit == 'book' then key = key .. all_facts end
    local old = cache.units[unit.unit]
    local same = unit.same and old.key == key
    for _, name in ipairs(pages_of(own, all)) do
      if made[name] then stop(('%s: the page %s is made twice'):format(own.file, name)) end
      made[name] = true
      same = same and exists(site .. '/' .. name)
    end
    local reads = same and old.reads or {}
    for file, sum in pairs(reads) do same = same and sum == sha1(readall(file) or '') end
    if not same then
      if not parsed[unit.unit] then unit.parse() end
      reads = {}
      local ctx = context(own)
      function ctx.read(file, text) reads[file] = sha1(text) end
      local body = pandoc.write(pandoc.Pandoc(render.render(parsed[unit.unit], ctx)), 'html5', options)
      local variables = around(prev or { page = 'index.html', title = 'Contents' }, next)
      local first = prose[unit.unit][1]
      variables.about = beginning(first and first.text)
      local function code(piece) return printer.chunk_code(piece, ctx) end
      page(own.page, own, own.title, tidy(body) .. shared_chunks(own, ctx), variables)
      program_pages(own, code)
      parsed[unit.unit] = nil
    end
    if unit.unit ~= 'book' then scanned[unit.unit] = nil end
    fresh[unit.unit] = { file = unit.file, sum = unit.sum, facts = unit.facts,
      facts_key = unit.facts_key, prose = prose[unit.unit], key = key, reads = reads }
  end

  -- The pages that belong to no chapter, and the files beside the pages.
  local nowhere = { unit = '', id = '', page = '', chunks = {} }
  local ctx = context(nowhere, true)
  ctx.downloads, ctx.sample = downloads, ''
  local sample_unit, sample_program, sample = book.sample:match('^(.-)/(%S+) (.+)$')
  if sample then
    ctx.sample = front.sample(pieces(sample_unit, sample)[1]
      or stop(('book.nw: the sample "%s" is no chunk of %s'):format(sample, sample_unit)), ctx)
      .. ctx.session(sample_unit, sample_program .. '.session')
  end
  page('index.html', nowhere, book.title, '<h1>' .. esc(book.title) .. '</h1>\n' .. front.front(all, book, ctx),
    { front = 'true', next = list[1].page, nexttitle = esc(list[1].title), about = book.subtitle })
  page('tests.html', nowhere, 'All tests', '<h1>All tests</h1>\n' .. front.tests(all, ctx),
    { about = 'Every test of every program of the book, and how it ended.' })
  page('404.html', nowhere, 'Not here', '<h1>Not here</h1>\n<p>There is no such page. What the book has:</p>\n'
    .. front.contents(all), { lost = 'true' })
  made['index.html'], made['tests.html'], made['404.html'] = true, true, true
  renew('search-data.js', search.script(all, prose, ctx))
  if book.url ~= '' then
    local urls = {}
    for name in pairs(made) do
      if name ~= '404.html' then urls[#urls + 1] = '<url><loc>' .. esc(book.url .. name) .. '</loc></url>\n' end
    end
    table.sort(urls)
    renew('sitemap.xml', '<?xml version="1.0" encoding="UTF-8"?>\n'
      .. '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n' .. table.concat(urls) .. '</urlset>\n')
  end

  local removed = {}
  for name in pairs(cache.pages) do
    if not made[name] then removed[#removed + 1] = name .. '\n' end
  end
  put(state .. '/new/removed', table.concat(removed))
  put(state .. '/new/cache.lua', 'return ' .. dump { version = version, book = book, units = fresh, pages = made,
    shared_key = shared_key })
  local total = 0
  for _ in pairs(made) do total = total + 1 end
  put(state .. '/new/summary', ('site    %d of %d pages made\n'):format(count, total))
  return pandoc.Pandoc {}
end
