-- collected.lua - the lists that nobody keeps by hand.
--
-- A chapter asks for one by ::: {.collected of=claims} :::. Each function here
-- takes the page of render.lua and its rendering, which makes links, and gives
-- blocks that are alike in every format: verdicts, claims, statements, answers, subjects,
-- symptoms, programs, chunks, calls, remember, colophon. A link of an index is a page number in
-- print (r.pages).

local html = require 'common.html'
local names = require 'common.names'
local subjects = require 'common.subjects'
local is_c, is_program = require('common.book').is_c, require('common.book').is_program
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
local function places(links, r)
  if r.pages then return pandoc.List(r.pages(links)) end
  local list = {}
  for i, l in ipairs(links) do list[i] = { l } end
  return commas(list)
end

-- A table with a head and rows of cells, which may be words or inlines; ALIGNMENTS has
-- one of pandoc's for each column.
local function simple_table(head, alignments, rows)
  local function cells(row) return pandoc.List(row):map(function(cell) return { pandoc.Plain(cell) } end) end
  local widths = pandoc.List(alignments):map(function() return 0 end)
  return pandoc.utils.from_simple_table(pandoc.SimpleTable({}, alignments, widths, cells(head), pandoc.List(rows):map(cells)))
end

-- How many claims got which verdict, as a table: those of the notes, and of what many say.
function M.verdicts(page)
  local rows = pandoc.List(page.book.verdict_list):map(function(v) return { v.words, 0, 0, class = v.class } end)
  local total = { 'all together', 0, 0 }
  for _, f in ipairs(page.book.units) do
    for _, c in ipairs(f.claims) do
      local row = rows:find_if(function(r) return r.class == c.verdict end)
      local column = page.book.believed[c.id] and 3 or 2
      row[column], total[column] = row[column] + 1, total[column] + 1
    end
  end
  rows:insert(total)
  rows = rows:map(function(r) return { r[1], tostring(r[2]), tostring(r[3]) } end)
  return { simple_table({ 'verdict', 'the notes', 'many' }, { 'AlignLeft', 'AlignRight', 'AlignRight' }, rows) }
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

-- How the tests of a claim ended, one by one.
local function tests_of(claim, page)
  local tests = {}
  for i, t in ipairs(page.report.claims[claim.id] or {}) do
    tests[i] = { pandoc.Plain { pandoc.Emph(t.status .. ':'), pandoc.Space(), text(plain_name(t.name)) } }
  end
  if #tests > 0 then return pandoc.BulletList(tests) end
  return pandoc.Para { pandoc.Emph('no test of it has run here yet') }
end

-- What is said of a claim; there a chunk's name is known in its own chapter alone.
local function own_words(c, f, page, r)
  return pandoc.read(c.words, 'json'):walk { Link = function(a)
    local id = a.target:match('^#(.+)$')
    local chunk = id and not page.book.labels[id] and f.chunk_of[id]
    if not chunk then return nil end
    return r:chunk_link(chunk, a.classes:includes('named') and { text('⟨'), pandoc.Emph(chunk.name), text('⟩') } or a.content)
  end }.blocks
end

-- One claim: what is said, the verdict, where it is decided, its tests.
local function claim(c, f, page, r)
  local verdict = page.book.verdicts[c.verdict]
  local head = pandoc.Inlines { r:label_link(c.id, { pandoc.Strong(c.id) }), pandoc.Space(),
    pandoc.Span(verdict.words, { class = 'verdict ' .. c.verdict }), text('.'), pandoc.Space() }
  if r.pages then head:insert(1, pandoc.RawInline('latex', ('\\label{record:%s}'):format(c.id))) end
  local words = own_words(c, f, page, r)
  local said = words:remove(1)
  head:extend(capital(said and said.content or {}))
  head:extend { text('\u{a0}('), r:label_link(c.section), text(')') }
  local block = pandoc.List { pandoc.Para(head) }
  block:extend(words)
  block:insert(tests_of(c, page))
  return pandoc.Div(block, { id = names.trial(c.id), class = 'trial ' .. c.verdict })
end

-- An id with its number in four digits: P5 comes before P12.
local function rank(id) return (id:gsub('%d+', function(n) return ('%04d'):format(tonumber(n)) end)) end

-- Every claim, by chapter and id.
function M.claims(page, r)
  local out = pandoc.List {}
  for _, f in ipairs(page.book.units) do
    local claims = { table.unpack(f.claims) }
    table.sort(claims, function(a, b) return rank(a.id) < rank(b.id) end)
    if #claims > 0 then
      out:insert(pandoc.Header(2, pandoc.Inlines { r:label_link(f.id), text(':'), pandoc.Space(), text(f.title) },
        { id = names.trial('of-' .. f.id), class = 'unnumbered unlisted' }))
    end
    for _, c in ipairs(claims) do out:insert(claim(c, f, page, r)) end
  end
  return out
end

-- The heading of an exercise, of a hint's or an answer's; ID is the place's.
local function exercise_heading(e, id, r)
  return pandoc.Header(3, pandoc.Inlines { r:label_link(e.id), text(':'), pandoc.Space(), text(e.title) },
    { id = id, class = 'unnumbered unlisted' })
end

-- The hints of all exercises, which nobody who looks for one finds beside an answer.
local function hints(page, r)
  local out = pandoc.List { pandoc.Header(2, 'Hints', { id = 'hints', class = 'unnumbered unlisted' }) }
  for _, f in ipairs(page.book.units) do
    for _, e in ipairs(f.exercises) do
      local items = {}
      for i, json in ipairs(e.hints) do items[i] = { r:solution(json, f) } end
      if #items > 0 then out:extend { exercise_heading(e, names.hints(e.id), r), pandoc.OrderedList(items) } end
    end
  end
  return out
end

-- The answer of every exercise, by chapter; before them the hints, where they are not
-- folded in the chapters.
function M.answers(page, r)
  local out = pandoc.List {}
  for _, f in ipairs(page.book.units) do
    if #f.exercises > 0 then
      out:insert(pandoc.Header(2, pandoc.Inlines { r:label_link(f.id), text(':'), pandoc.Space(), text(f.title) },
        { id = names.answer('of-' .. f.id), class = 'unnumbered unlisted' }))
    end
    for _, e in ipairs(f.exercises) do
      out:insert(exercise_heading(e, names.answer(e.id), r))
      if e.answer then out:insert(r:solution(e.answer, f)) end
    end
  end
  if #out == 0 then return { pandoc.Para('There is no exercise yet.') } end
  if page.format == 'html' then return out end
  local all = hints(page, r)
  all:extend(out)
  return all
end

-- The line of a program: its file, its session, the section that tells it, its tests.
local function program(c, page, r)
  local link = r:chunk_link(c, { pandoc.Code(c.name) })
  local line = pandoc.Inlines { link, text(','), pandoc.Space() }
  line:extend(r.pages and r.pages { link } or { r:label_link(c.section) })
  local session = page.book:session(c.unit, c.program)
  if session then
    link = r:chunk_link(session, { text('session') })
    line:extend { text(','), pandoc.Space(), link }
    if r.pages then line:insert(pandoc.Space()) line:extend(r.pages { link }) end
  end
  local tests = page.report.programs[c.unit .. '/' .. c.program]
  if tests then
    line:extend { text(','), pandoc.Space(), text(tests.passed == tests.count and ('%d tests passed'):format(tests.count)
      or ('%d of %d tests passed'):format(tests.passed, tests.count)) }
  end
  return { pandoc.Plain(line) }
end

-- Every program, by name.
function M.programs(page, r)
  local items = {}
  for _, f in ipairs(page.book.units) do
    for _, c in ipairs(f.chunks) do
      if is_program(c) then items[c.name] = c end
    end
  end
  local list = {}
  for _, name in ipairs(sorted(items)) do list[#list + 1] = program(items[name], page, r) end
  return { pandoc.Div(pandoc.BulletList(list), { class = 'index' }) }
end

-- Places in a row, after a word; more than a few are told by the words of MANY.
local function few_places(word, links, many, page, r)
  if #links > html.few then return page.printer.fold(many, places(links, r)) end
  local line = pandoc.List(word == '' and {} or { text(word), pandoc.Space() })
  line:extend(places(links, r))
  return line
end

-- The line of a chunk: where each part is defined and, but on paper, where it is used.
local function chunk(parts, page, r)
  local where, used = {}, {}
  for i, c in ipairs(parts) do where[i] = r:chunk_link(c, i == 1 and c.name or tostring(i)) end
  if r.pages then return { pandoc.Plain(pandoc.List { where[1], text(','), pandoc.Space() } .. places(where, r)) } end
  local users = html.users(parts[1])
  for i, user in ipairs(users) do used[i] = r:chunk_link(user) end
  local line = places(where, r)
  if #used == 0 then return { pandoc.Plain(line) } end -- by answers alone
  line:extend { text(','), pandoc.Space() }
  line:extend(few_places('used in', used, { text(html.many_users(parts[1], users, page)) }, page, r))
  return { pandoc.Plain(line) }
end

-- Every chunk that is not a file, by name.
function M.chunks(page, r)
  local items = {}
  for _, f in ipairs(page.book.units) do
    for _, c in ipairs(f.chunks) do
      if not c.kind and not c.exercise and c == page.book.defs[f.unit][c.name][1] then
        items[c.name] = items[c.name] or {}
        table.insert(items[c.name], page.book.defs[f.unit][c.name])
      end
    end
  end
  local list = {}
  for _, name in ipairs(sorted(items)) do
    for _, parts in ipairs(items[name]) do list[#list + 1] = chunk(parts, page, r) end
  end
  return { pandoc.Div(pandoc.BulletList(list), { class = 'index' }) }
end

-- Where an entry of an index leads: pages in print, else sections, each once.
local function places_of(entry, page, r)
  local links, seen = {}, {}
  for _, place in ipairs(entry.places) do
    local label = page.book.labels[place.section]
    if r.pages or not seen[label] then
      local words = label.number ~= '' and label.number or label.title
      links[#links + 1] = pandoc.Link(words, page.href(place), label.title, { class = 'xref' })
    end
    seen[label] = true
  end
  return #links > 0 and places(links, r) or nil
end

-- "entry, 12, 34; see also other", as inlines.
local function subject(entry, page, r, anchor)
  local line = pandoc.List { pandoc.Span(subjects.inlines(entry.text), anchor and { id = anchor } or {}) }
  local where = places_of(entry, page, r)
  if where then
    line:extend { text(','), pandoc.Space() }
    line:extend(where)
  end
  for i, see in ipairs(entry.see) do
    line:extend { text(i == 1 and not where and ',' or ';'), pandoc.Space() }
    if i == 1 then line:extend { pandoc.Emph(where and 'see also' or 'see'), pandoc.Space() } end
    line:insert(pandoc.Link(subjects.inlines(see.text), '#' .. see.head.id, '', { class = 'xref' }))
  end
  return pandoc.Plain(line)
end

-- Every symptom, with the sections that explain it and the programs that show it.
function M.symptoms(page, r)
  local rows = {}
  for i, symptom in ipairs(page.book.symptoms) do
    local programs, seen = {}, {}
    for _, place in ipairs(symptom.places) do
      if place.program and not seen[place.program] then
        programs[#programs + 1] = { r:chunk_link(place.program, { pandoc.Code(place.program.program) }) }
        seen[place.program] = true
      end
    end
    rows[i] = { subjects.inlines(symptom.entry), places_of(symptom, page, r) or pandoc.List {}, commas(programs) }
  end
  if #rows == 0 then return { pandoc.Para('No symptom is marked yet.') } end
  return { simple_table({ 'symptom', r.pages and 'page' or 'section', 'program' }, { 'AlignLeft', 'AlignLeft', 'AlignLeft' }, rows) }
end

-- The subjects, by letter. Another entry, and the search, may refer to a head.
function M.subjects(page, r)
  local out, letter, list = pandoc.List {}, nil, nil
  for _, head in ipairs(page.book.subjects) do
    if subjects.letter(head) ~= letter then
      letter, list = subjects.letter(head), {}
      out:insert { letter = letter, list = list }
    end
    local item = { subject(head, page, r, head.id) }
    local below = {}
    for i, sub in ipairs(head.subs) do below[i] = { subject(sub, page, r) } end
    if #below > 0 then item[2] = pandoc.BulletList(below) end
    list[#list + 1] = item
  end
  if #out == 0 then return { pandoc.Para('No word of the text is marked as an entry.') } end
  return { page.printer.subjects(out) }
end

-- When the tests of the chapters ran last, and whether a chapter has changed since.
local function last_run(page)
  local latest, changed = '', false
  for _, f in ipairs(page.book.units) do
    local run = page.report.runs[f.unit]
    if run and run.date > latest then latest = run.date end
    if page.report.states[f.unit] then
      changed = changed or not run or run.sum ~= page.report.sum_of(f.unit)
    end
  end
  return pandoc.Para(('So it was when tests ran last%s.%s'):format(latest ~= '' and ', on ' .. latest or '',
    changed and ' The text has changed since.' or ''))
end

-- How many sentences of each chapter state a rule, and what holds them, as a table.
function M.statements(page)
  local states, head, rows = { 'tried', 'claim', 'sourced', 'shown', 'open' }, { 'chapter', 'rules' }, {}
  for _, state in ipairs(states) do head[#head + 1] = state end
  for _, f in ipairs(page.book.units) do
    local count, sum = page.report.states[f.unit], 0
    if count then
      local row = {}
      for i, state in ipairs(states) do
        row[i + 2] = tostring(count[state] or 0)
        sum = sum + (count[state] or 0)
      end
      row[1], row[2] = f.title, tostring(sum)
      rows[#rows + 1] = row
    end
  end
  if #rows == 0 then return { pandoc.Para('The tests have not been run where this copy was made.') } end
  local alignments = { 'AlignLeft' }
  for i = 2, #head do alignments[i] = 'AlignRight' end
  return { simple_table(head, alignments, rows), last_run(page) }
end

-- Up to how many chunks are named one by one, and up to how many sections.
local few, many = 12, 30

-- Who names a call and who makes it: name -> {sections, chunks}.
local function callers(book)
  local items = {}
  for name in pairs(book.called) do items[name] = { sections = {}, chunks = {} } end
  for _, f in ipairs(book.units) do
    for _, call in ipairs(f.calls) do table.insert(items[call.name].sections, call.section) end
    for _, c in ipairs(f.chunks) do
      for _, word in ipairs(is_c(c) and not c.hidden and c.calls or {}) do
        local name = book.calls[word]
        if name then table.insert(items[name].chunks, c) end
      end
    end
  end
  return items
end

-- The links to the chunks that make a call; what half the book calls is told by section.
local function call_places(chunks, r)
  local where, seen = {}, {}
  for _, c in ipairs(chunks) do
    if #chunks <= few then where[#where + 1] = r:chunk_link(c)
    elseif not seen[c.section] then
      seen[c.section] = true
      where[#where + 1] = r:label_link(c.section)
    end
  end
  return where
end

-- The sections that name a call; of many, on paper, the first.
local function named_in(sections, page, r)
  if #sections > html.few and r.pages then
    return pandoc.List { text('first'), pandoc.Space() } .. places({ sections[1] }, r) .. { text(' and in'), pandoc.Space(),
      text(('%d more sections'):format(#sections - 1)) }
  end
  return few_places('', sections, { text(('named in %d sections'):format(#sections)) }, page, r)
end

-- The line of a call.
local function call(name, item, page, r)
  local line = pandoc.Inlines { pandoc.Code(name, { id = names.call(name) }) }
  -- paper has no room for it
  local meaning = not r.pages and page.book.manual[name]
  if meaning and meaning ~= '' then line:extend { text(','), pandoc.Space(), text(meaning) } end
  line:extend { text(':'), pandoc.Space() }
  local sections = {}
  for i, id in ipairs(item.sections) do sections[i] = r:label_link(id) end
  line:extend(named_in(sections, page, r))
  local where = call_places(item.chunks, r)
  if #where > 0 and #sections > 0 then line:extend { text(';'), pandoc.Space() } end
  if #where > many then
    line:insert(text('called throughout the book'))
  elseif #where > 0 then
    line:extend(few_places(r.pages and 'called on' or 'called in', where,
      { text(('called in %d %s'):format(#where, #where < #item.chunks and 'sections' or 'chunks')) }, page, r))
  end
  return { pandoc.Plain(line) }
end

-- Every manual page named in the prose, and every system call made.
function M.calls(page, r)
  local items, list = callers(page.book), {}
  for _, name in ipairs(sorted(items)) do list[#list + 1] = call(name, items[name], page, r) end
  return { pandoc.Div(pandoc.BulletList(list), { class = 'index' }) }
end

-- The tables of what to remember of each chapter.
function M.remember(page, r)
  local out = pandoc.List {}
  for _, f in ipairs(page.book.units) do
    if #f.remember > 0 then
      out:insert(pandoc.Header(2, pandoc.Inlines { r:label_link(f.id), text(':'), pandoc.Space(), text(f.title) },
        { id = 'remember-' .. f.id, class = 'unnumbered unlisted' }))
      for _, words in ipairs(f.remember) do out:extend(own_words({ words = words }, f, page, r)) end
    end
  end
  if #out == 0 then return { pandoc.Para('No chapter has a table of what to remember yet.') } end
  return out
end

-- What this edition was run and made with, as a table.
function M.colophon(page)
  local rows = {}
  for _, row in ipairs(page.machine) do
    local value = page.report.machine[row.key]
    if value then rows[#rows + 1] = { row.words, { text(value) } } end
  end
  if #rows == 0 then return { pandoc.Para('The tests have not been run where this copy was made.') } end
  return { simple_table({ 'what', 'which' }, { 'AlignLeft', 'AlignLeft' }, rows) }
end

return M
