-- collected.lua - the lists that nobody keeps by hand.
--
-- A chapter asks for one by ::: {.collected of=claims} :::. Each function here
-- takes the context of render.lua and its link makers, and gives blocks that
-- are alike in every format: verdicts, claims, programs, chunks, calls,
-- colophon. A link of an index is a page number in print (tools.pages).

local facts = dofile(PANDOC_SCRIPT_FILE:gsub('[^/]*$', '') .. 'facts.lua')
local M = {}

local function text(s) return pandoc.Str(s) end
local function sorted(t)
  local keys = {}
  for k in pairs(t) do keys[#keys + 1] = k end
  table.sort(keys, function(a, b)
    if a:lower() == b:lower() then return a < b end
    return a:lower() < b:lower()
  end)
  return keys
end
-- Puts ", " between the inline lists of a list.
local function commas(list)
  local out = pandoc.List {}
  for i, inlines in ipairs(list) do
    if i > 1 then out:extend { text(','), pandoc.Space() } end
    out:extend(inlines)
  end
  return out
end
-- Where links lead: their pages in print, else the links.
local function places(links, tools)
  if tools.pages then return pandoc.List(tools.pages(links)) end
  local list = {}
  for i, l in ipairs(links) do list[i] = { l } end
  return commas(list)
end

-- How many claims got which verdict, as a table.
function M.verdicts(ctx, tools)
  local count, total = {}, 0
  for _, f in ipairs(ctx.all.units) do
    for _, c in ipairs(f.claims) do
      count[c.verdict] = (count[c.verdict] or 0) + 1
      total = total + 1
    end
  end
  local rows = {}
  for _, v in ipairs(tools.verdicts) do
    rows[#rows + 1] = { { pandoc.Plain(tools.verdict_words[v]) },
      { pandoc.Plain(tostring(count[v] or 0)) } }
  end
  rows[#rows + 1] = { { pandoc.Plain('all together') }, { pandoc.Plain(tostring(total)) } }
  local simple = pandoc.SimpleTable({}, { 'AlignLeft', 'AlignRight' }, { 0, 0 },
    { { pandoc.Plain('verdict') }, { pandoc.Plain('claims') } }, rows)
  return { pandoc.utils.from_simple_table(simple) }
end

-- A test's name without the ids of the claims it carries.
local function plain_name(name) return (name:gsub('%s*%[%u%d+%l?%]', '')) end

-- A claim's words as a sentence of its own: they begin with a capital letter.
local function capital(inlines)
  local first = inlines[1]
  if first and first.t == 'Str' then
    first.text = first.text:gsub('^%l', string.upper)
  end
  return inlines
end

-- Every claim: what is said, the verdict, where it is decided, its tests.
function M.claims(ctx, tools)
  local out = pandoc.List {}
  for _, f in ipairs(ctx.all.units) do
    local claims = {}
    for _, c in ipairs(f.claims) do claims[#claims + 1] = c end
    table.sort(claims, function(a, b) return a.id < b.id end)
    if #claims > 0 then
      out:insert(pandoc.Header(2, pandoc.Inlines { tools.label_link(f.id),
        text(':'), pandoc.Space(), text(f.title) },
        { id = 'trial-of-' .. f.id, class = 'unnumbered unlisted' }))
    end
    for _, c in ipairs(claims) do
      local block = pandoc.List {}
      local head = pandoc.Inlines { tools.label_link(c.id, { pandoc.Strong(c.id) }), pandoc.Space(),
        pandoc.Span(tools.verdict_words[c.verdict], { class = 'verdict ' .. c.verdict }), text('.'),
        pandoc.Space() }
      local words = pandoc.read(c.words, 'json').blocks
      local said = words:remove(1)
      head:extend(capital(said and said.content or {}))
      head:extend { pandoc.Space(), text('('), tools.label_link(c.section), text(')') }
      block:insert(pandoc.Para(head))
      block:extend(words)
      local tests = {}
      for _, t in ipairs(ctx.report.claims[c.id] or {}) do
        tests[#tests + 1] = { pandoc.Plain { pandoc.Emph(t.status .. ':'), pandoc.Space(), text(plain_name(t.name)) } }
      end
      if #tests > 0 then block:insert(pandoc.BulletList(tests))
      else block:insert(pandoc.Para { pandoc.Emph('no test of it has run here yet') }) end
      out:insert(pandoc.Div(block, { id = 'trial-' .. c.id, class = 'trial ' .. c.verdict }))
    end
  end
  return out
end

-- Every program: its file, its session, the section that tells it.
function M.programs(ctx, tools)
  local items = {}
  for _, f in ipairs(ctx.all.units) do
    for _, c in ipairs(f.chunks) do
      if c.root == 'program' then items[c.name] = { f = f, c = c } end
    end
  end
  local list = {}
  for _, name in ipairs(sorted(items)) do
    local f, c = items[name].f, items[name].c
    local link = tools.chunk_link(f.unit, c, { pandoc.Code(name) })
    local line = pandoc.Inlines { link, text(','), pandoc.Space() }
    line:extend(tools.pages and tools.pages { link } or { tools.label_link(c.section) })
    local session = ctx.all.defs[f.unit][(name:gsub('%.c$', '.session'))]
    if session then
      link = tools.chunk_link(f.unit, session[1], { text('session') })
      line:extend { text(','), pandoc.Space(), link }
      if tools.pages then line:insert(pandoc.Space()) line:extend(tools.pages { link }) end
    end
    local tests = ctx.report.programs[f.unit .. '/' .. name:gsub('%.c$', '')]
    if tests then
      line:extend { text(','), pandoc.Space(), text(tests.passed == tests.count and ('%d tests passed'):format(tests.count)
        or ('%d of %d tests passed'):format(tests.passed, tests.count)) }
    end
    list[#list + 1] = { pandoc.Plain(line) }
  end
  return { pandoc.Div(pandoc.BulletList(list), { class = 'index' }) }
end

-- Every chunk that is not a file: where it is defined and where it is used.
function M.chunks(ctx, tools)
  local items = {}
  for _, f in ipairs(ctx.all.units) do
    for name, defs in pairs(ctx.all.defs[f.unit]) do
      if not defs[1].root then
        items[name] = items[name] or {}
        table.insert(items[name], { f = f, defs = defs, used = ctx.all.used[f.unit][name] or {} })
      end
    end
  end
  local list = {}
  for _, name in ipairs(sorted(items)) do
    for _, item in ipairs(items[name]) do
      local where = {}
      for i, c in ipairs(item.defs) do
        where[i] = tools.chunk_link(item.f.unit, c, i == 1 and name or tostring(i))
      end
      local line = places(where, tools)
      if tools.pages then line = pandoc.Inlines { where[1], text(','), pandoc.Space() } .. line end
      local used, seen = {}, {}
      for _, u in ipairs(item.used) do
        if not seen[u.chunk.id .. u.unit] then
          seen[u.chunk.id .. u.unit] = true
          used[#used + 1] = tools.chunk_link(u.unit, u.chunk)
        end
      end
      line:extend { text(tools.pages and ';' or ','), pandoc.Space(),
        text(tools.pages and 'used on' or 'used in'), pandoc.Space() }
      line:extend(places(used, tools))
      list[#list + 1] = { pandoc.Plain(line) }
    end
  end
  return { pandoc.Div(pandoc.BulletList(list), { class = 'index' }) }
end

-- Up to how many chunks are named one by one, and up to how many sections.
local few, many = 12, 30

-- Every manual page named in the prose, and every system call made: the sections that
-- name it, and the chunks whose code calls it.
function M.calls(ctx, tools)
  local items = {}
  for name in pairs(ctx.all.called) do items[name] = { sections = {}, chunks = {} } end
  for _, f in ipairs(ctx.all.units) do
    for _, call in ipairs(f.calls) do
      table.insert(items[call.name].sections, tools.label_link(call.section))
    end
  end
  local by_name = ctx.all.calls
  for _, f in ipairs(ctx.all.units) do
    for _, c in ipairs(f.chunks) do
      if c.root ~= 'session' then
        for _, word in ipairs(c.calls) do
          if by_name[word] then
            table.insert(items[by_name[word]].chunks, { unit = f.unit, chunk = c })
          end
        end
      end
    end
  end
  local list = {}
  for _, name in ipairs(sorted(items)) do
    local line = pandoc.Inlines { pandoc.Code(name, { id = facts.call_id(name) }) }
    -- paper has no room for it
    local meaning = not tools.pages and ctx.all.manual[name]
    if meaning then line:extend { text(','), pandoc.Space(), text(meaning) } end
    line:extend { text(':'), pandoc.Space() }
    line:extend(places(items[name].sections, tools))
    local chunks, where, seen = items[name].chunks, {}, {}
    for _, u in ipairs(chunks) do
      -- what half the book calls is told by section
      if #chunks <= few then where[#where + 1] = tools.chunk_link(u.unit, u.chunk)
      elseif not seen[u.chunk.section] then
        seen[u.chunk.section] = true
        where[#where + 1] = tools.label_link(u.chunk.section)
      end
    end
    if #where > 0 and #items[name].sections > 0 then line:extend { text(';'), pandoc.Space() } end
    if #where > many then
      line:insert(text('called throughout the book'))
    elseif #where > 0 then
      line:extend { text(tools.pages and 'called on' or 'called in'), pandoc.Space() }
      line:extend(places(where, tools))
    end
    list[#list + 1] = { pandoc.Plain(line) }
  end
  return { pandoc.Div(pandoc.BulletList(list), { class = 'index' }) }
end

-- What the colophon tells of the machine of the last test run: key, its name.
local machine = {
  { 'date', 'last run of all tests' }, { 'kernel', 'kernel' }, { 'machine', 'machine' },
  { 'page_size', 'bytes in a page' }, { 'libc', 'C library' }, { 'cc', 'compiler' },
  { 'clang', 'second compiler' }, { 'bats', 'tests run by' }, { 'noweb', 'programs cut out by' },
  { 'pandoc', 'text turned into pages by' }, { 'xetex', 'pages for paper set by' } }

-- What this edition was run and made with, as a table.
function M.colophon(ctx)
  local rows = {}
  for _, row in ipairs(machine) do
    local value = ctx.report.machine[row[1]]
    if value then rows[#rows + 1] = { { pandoc.Plain(row[2]) }, { pandoc.Plain { text(value) } } } end
  end
  if #rows == 0 then return { pandoc.Para('The tests have not been run where this copy was made.') } end
  return { pandoc.utils.from_simple_table(pandoc.SimpleTable({}, { 'AlignLeft', 'AlignLeft' }, { 0, 0 },
    { { pandoc.Plain('what') }, { pandoc.Plain('which') } }, rows)) }
end

return M
