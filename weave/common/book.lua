-- book.lua - puts the records of all chapters together.
--
-- bind(records, tables, title) takes what chapter.lua gives of each chapter, in order,
-- and what the title block says, and gives the book:
--   units, of     the records, in order, and by unit
--   contents      the records, and those to come among them where their numbers belong
--   labels        id -> label, with its unit, unit_id, page, and target, what a reference
--                 leads to: the label itself, but for a program its root chunk
--   shared        the unit whose chunks are everybody's: the title block's toolbox, or
--                 "book"
--   parts(unit, name)  the definitions of a chunk as the unit's programs have it: noweb
--                 puts the shared ones before those of the chapter
--   calls         word -> the manual page that a call of it in C code means, "read(2)"
--   called        the set of all manual pages named or called
--   makers        unit -> word -> the chunk that defines the function, if only one does
--   subjects      the heads of the subject index, as subjects.lua has them
--   symptoms      the list of symptoms.lua
--   trial, calls_page, subjects_page, answers_page  the records of the chapters that show the
--                 claims, the calls, the subjects and the answers
--   problems      what is wrong, {file, line, rule, message}, in the order of the files
--   kinds, manual, verdicts, believed  the tables
-- and to each chunk what any format asks of it: unit_id and page (its chapter's), what,
-- part, count (of parts), first, prev, next, users (the chunks that use it), language. A
-- chunk that stands in an answer is on the page of the answers, and no user of others.
-- An exercise of level predict gets predict (predict.lua).
-- count_programs(chunk) tells how many programs it is part of; effort(unit) how many
-- exercises there are, and how long they take, in words; who_says(id, verdict) whose claim
-- it is, in words, or nil.
-- Its uses get chunk, the first definition.

local names = require 'common.names'
local near = require 'common.near'
local predict = require 'common.predict'
local subjects = require 'common.subjects'
local symptoms = require 'common.symptoms'
local terms = require 'read.terms'
local text_of = require('read.tables').text
local M = {}

local Book = {}
Book.__index = Book

local function problem_in(book)
  return function(file, line, rule, message)
    table.insert(book.problems, { file = file, line = line, rule = rule, message = message })
  end
end

-- What a thing is called in a message.
local function called(label) return ('the %s {#%s}'):format(label.kind, label.id) end

-- The chapters, their labels, and the definitions of each chunk by unit and name.
local function gather(book)
  for _, record in ipairs(book.units) do
    book.of[record.unit] = record
    local own = {}
    book.defs[record.unit] = own
    for _, label in ipairs(record.labels) do
      label.unit, label.unit_id, label.page = record.unit, record.id, record.page
      book.labels[label.id] = book.labels[label.id] or label
    end
    for _, chunk in ipairs(record.chunks) do
      own[chunk.name] = own[chunk.name] or {}
      table.insert(own[chunk.name], chunk)
      chunk.unit_id, chunk.page, chunk.chunk, chunk.users = record.id, record.page, true, {}
      chunk.global = chunk.kind ~= nil and chunk.kind ~= 'session' and chunk.part == 1
      chunk.what = chunk.global and 'the program ' .. chunk.name or ('the chunk <<%s>>'):format(chunk.name)
    end
    for _, label in ipairs(record.labels) do
      label.target = label.kind == 'program' and own[label.title][1] or label
    end
    for _, kind in ipairs(record.collects) do
      if kind == 'claims' then book.trial = record end
      if kind == 'calls' then book.calls_page = record end
      if kind == 'subjects' then book.subjects_page = record end
      if kind == 'answers' then book.answers_page = record end
    end
    for _, p in ipairs(record.problems) do table.insert(book.problems, p) end
  end
end

-- What stands in an answer is on the page that collects them.
local function move_answers(book)
  for _, record in ipairs(book.units) do
    local first = record.exercises[1]
    if first and not book.answers_page then
      table.insert(book.problems, { file = record.file, line = first.line, rule = 'exercise',
        message = 'the answer of the exercise is shown nowhere; one chapter of the book collects them, ::: {.collected of=answers}' })
    end
    for _, chunk in ipairs(record.chunks) do
      if chunk.hidden and book.answers_page then chunk.page = book.answers_page.page end
    end
  end
end

-- The chapters that are still to come, which the title block lists as "NUMBER TITLE".
local function to_come(title)
  local list = {}
  for _, words in ipairs(title.coming or {}) do
    local number, named = pandoc.utils.stringify(words):match('^(%d+) (.+)$')
    if number then list[#list + 1] = { number = tonumber(number), title = named } end
  end
  return list
end

-- The chapters with those to come among them, each before the first with a higher number
-- or none.
local function list_contents(book, waiting)
  for i, record in ipairs(book.units) do
    local number = tonumber(record.number)
    local ends = not number and i > 1 and tonumber(book.units[i - 1].number)
    while waiting[1] and (ends or number and number > waiting[1].number) do
      table.insert(book.contents, table.remove(waiting, 1))
    end
    table.insert(book.contents, record)
  end
  table.move(waiting, 1, #waiting, #book.contents + 1, book.contents)
end

-- Each anchor and each page once.
local function check_names(book)
  local register = names.new(problem_in(book))
  local function thing(record, label, what, id, page)
    return { what = what, file = record.file, line = label.line, page = page, id = id, unit_id = record.id }
  end
  for _, record in ipairs(book.units) do
    register:add_page(thing(record, { line = 1 }, 'the chapter', record.id, record.page))
    for _, label in ipairs(record.labels) do
      local alone = label.kind ~= 'program' and register:add(thing(record, label, called(label), label.id, record.page))
      if label.kind == 'claim' and alone and book.trial then
        register:add(thing(record, label, 'the record of the claim ' .. label.id, names.trial(label.id), book.trial.page))
      end
      if label.kind == 'exercise' and alone and book.answers_page then
        register:add(thing(record, label, 'the answer of the exercise ' .. label.id, names.answer(label.id), book.answers_page.page))
      end
    end
    for _, chunk in ipairs(record.chunks) do
      register:add(chunk)
      if chunk.global then
        register:add_page(thing(record, chunk, chunk.what, chunk.id, names.program_page(record.id, chunk.program)))
      end
    end
  end
  for _, record in ipairs(book.units) do
    register:check_references(record.chunks)
    for _, term in ipairs(record.terms) do
      register:add { what = ('the index entry "%s"'):format(term.head), file = record.file, line = term.line,
        page = record.page, id = term.id, unit_id = record.id, chunk = true }
    end
    for _, symptom in ipairs(record.symptoms) do
      register:add { what = ('the symptom "%s"'):format(symptom.entry), file = record.file, line = symptom.line,
        page = record.page, id = symptom.id, unit_id = record.id, chunk = true }
    end
  end
end

-- Each reference leads somewhere: to a label, or to a chunk of its own chapter.
local function check_references(book)
  for _, record in ipairs(book.units) do
    local own = {}
    for _, chunk in ipairs(record.chunks) do own[chunk.id] = chunk end
    record.chunk_of = own
    for _, ref in ipairs(record.refs) do
      if not book.labels[ref.id] and not own[ref.id] then
        table.insert(book.problems, { file = record.file, line = ref.line, rule = 'reference',
          message = ('the cross reference "#%s" leads nowhere%s'):format(ref.id, near.hint(ref.id, book.labels, own)) })
      end
    end
  end
end

-- Each file that a chapter shows is there, and a page can show it.
local function check_files(book)
  for _, record in ipairs(book.units) do
    for _, shown in ipairs(record.shows) do
      local text, why = text_of(shown.file)
      local wrong = not text and (why:find('No such file') and ' is not there' or ' cannot be read: ' .. why)
        or (not utf8.len(text) or text:find('[%z\1-\8\11-\31\127]')) and ' has bytes that no page can show'
      if wrong then
        table.insert(book.problems, { file = record.file, line = shown.line, rule = shown.rule,
          message = ('%s %s%s'):format(shown.what, shown.file, wrong) })
      end
    end
  end
end

-- The parts of each chunk know each other, and who uses them.
local function join_parts(book)
  for _, record in ipairs(book.units) do
    for name in pairs(book.defs[record.unit]) do
      local parts = book:parts(record.unit, name)
      for i, chunk in ipairs(parts) do
        if chunk.unit == record.unit then
          chunk.part, chunk.count, chunk.first, chunk.prev, chunk.next = i, #parts, parts[1], parts[i - 1], parts[i + 1]
        end
      end
    end
  end
end

local function join_uses(book)
  for _, record in ipairs(book.units) do
    for _, chunk in ipairs(record.chunks) do
      local seen = {}
      for _, use in ipairs(chunk.uses) do
        local parts = book:parts(record.unit, use.name)
        use.chunk = parts[1]
        if not parts[1] then
          table.insert(book.problems, { file = record.file, line = use.line, rule = 'undefined',
            message = ('<<%s>> is nowhere defined'):format(use.name) })
        end
        for _, part in ipairs(parts) do
          local key = part.unit .. '\0' .. part.id
          if not seen[key] and (part.hidden or not chunk.hidden) then table.insert(part.users, chunk) end
          seen[key] = true
        end
      end
    end
  end
end

-- What the files of an exercise are written in that no kind knows.
local languages = { check = 'bash', txt = 'default' }

-- A chunk is in the language of the files that it comes into.
local function give_languages(book)
  local function give(unit, chunks, language)
    for _, chunk in ipairs(chunks) do
      if not chunk.language then
        chunk.language = language
        for _, use in ipairs(chunk.uses) do give(unit, book:parts(unit, use.name), language) end
      end
    end
  end
  for _, record in ipairs(book.units) do
    for _, chunk in ipairs(record.chunks) do
      local kind = book.kinds[chunk.ending or chunk.kind]
      local language = kind and kind.language or languages[chunk.ending]
      if language then give(record.unit, { chunk }, language) end
    end
  end
  for _, record in ipairs(book.units) do
    for _, chunk in ipairs(record.chunks) do
      if not chunk.language then give(record.unit, { chunk }, book.kind_list[1].language) end
    end
  end
end

-- What C code calls is in section 2 or 3, whatever else has the same name: a page that
-- the prose names, or else that of a system call.
local function join_calls(book)
  local called_names = {}
  for _, record in ipairs(book.units) do
    for _, call in ipairs(record.calls) do
      called_names[#called_names + 1] = call.name
      book.called[call.name] = true
    end
  end
  table.sort(called_names)
  for _, name in ipairs(called_names) do
    local word, section = name:match('^([%w_]+)%((%d)')
    if section == '2' or section == '3' then book.calls[word] = book.calls[word] or name end
  end
  for _, record in ipairs(book.units) do
    for _, chunk in ipairs(record.chunks) do
      for _, word in ipairs(M.is_c(chunk) and not chunk.hidden and chunk.calls or {}) do
        local name = word .. '(2)'
        if not book.calls[word] and book.manual[name] then book.calls[word], book.called[name] = name, true end
      end
    end
  end
end

-- Code in C, which alone has calls of C functions.
function M.is_c(chunk) return chunk.kind ~= 'session' and chunk.language == 'c' end

-- The functions of a unit that one chunk alone defines. Those of an exercise are its own.
local function join_makers(book)
  for _, record in ipairs(book.units) do
    local makers = {}
    book.makers[record.unit] = makers
    for _, chunk in ipairs(record.chunks) do
      for _, word in ipairs(M.is_c(chunk) and not chunk.exercise and chunk.defines or {}) do
        makers[word] = makers[word] == nil and chunk
      end
    end
  end
end

function Book:parts(unit, name)
  local shared = unit ~= self.shared and self.defs[self.shared] and self.defs[self.shared][name]
  local own = self.defs[unit][name]
  if not (shared and own) then return shared or own or {} end
  local parts = {}
  for _, list in ipairs { shared, own } do
    for _, chunk in ipairs(list) do parts[#parts + 1] = chunk end
  end
  return parts
end

-- How many programs a chunk is part of, directly or through others.
function Book:count_programs(chunk)
  local count, seen = 0, {}
  local function visit(c)
    if seen[c] then return end
    seen[c] = true
    if c.kind and c.kind ~= 'session' then count = count + 1 end
    for _, user in ipairs(c.users) do visit(user.first) end
  end
  visit(chunk.first)
  return count
end

-- "5 exercises, 80 minutes" of a unit, or nil.
function Book:effort(unit)
  local list, minutes = self.of[unit].exercises, 0
  for _, e in ipairs(list) do minutes = minutes + e.minutes end
  return #list > 0 and ('%d %s, %d minutes'):format(#list, #list == 1 and 'exercise' or 'exercises', minutes) or nil
end

-- The names of the exercises of a unit.
function Book:exercise_names(unit)
  local list = {}
  for i, e in ipairs(self.of[unit].exercises) do list[i] = e.id end
  return table.concat(list, ' ')
end

-- Who makes a claim, as verdicts.tsv has it: the notes, or many; nil where nobody does.
function Book:who_says(id, verdict)
  if self.believed[id] then return verdict.many end
  return verdict.who
end

-- The programs of a unit, its root chunks of a kind that can be run, and the session
-- of a program, if there is one.
function Book:programs(unit)
  local programs = {}
  for _, chunk in ipairs(self.of[unit].chunks) do
    if M.is_program(chunk) then programs[#programs + 1] = chunk end
  end
  return programs
end
function M.is_program(chunk) return chunk.kind ~= nil and chunk.kind ~= 'session' and chunk.first == chunk end
function Book:session(unit, program)
  local chunks = self.defs[unit] and self.defs[unit][program .. '.session']
  return chunks and chunks[1]
end
function Book:program(unit, program)
  for _, kind in ipairs(self.kind_list) do
    local chunks = self.defs[unit][program .. '.' .. kind.ending]
    if chunks then return chunks[1] end
  end
end

-- What a reader predicts.
local function join_predictions(book)
  for _, record in ipairs(book.units) do
    for _, e in ipairs(record.exercises) do
      if e.level == 'predict' then
        local missing, line
        e.predict, missing, line = predict.of(book, record.unit, e)
        if missing then table.insert(book.problems, { file = record.file, line = line, rule = 'exercise', message = missing }) end
      end
    end
  end
end

-- Looks for a program by its name; gives its chunk or nil, and the set of all names.
local function program_finder(book)
  local known = {}
  for _, record in ipairs(book.units) do
    for _, chunk in ipairs(book:programs(record.unit)) do known[chunk.program] = chunk end
  end
  return function(name) return known[name], known end
end

function M.bind(records, tables, title)
  local book = setmetatable({ units = records, of = {}, contents = {}, labels = {}, defs = {}, calls = {}, called = {}, explained = {}, makers = {},
    shared = title.toolbox and pandoc.utils.stringify(title.toolbox) or 'book',
    problems = {}, kinds = tables.kinds, kind_list = tables.kind_list, manual = tables.manual, verdicts = {} }, Book)
  for _, v in ipairs(tables.verdicts) do book.verdicts[v.class] = v end
  book.verdict_list, book.believed = tables.verdicts, tables.believed
  gather(book)
  move_answers(book)
  list_contents(book, to_come(title))
  check_names(book)
  check_references(book)
  check_files(book)
  join_parts(book)
  join_uses(book)
  give_languages(book)
  join_calls(book)
  join_makers(book)
  join_predictions(book)
  book.subjects = subjects.gather(records, problem_in(book))
  for name in pairs(book.called) do
    local head = book.subjects.of[terms.key(name:match('^[^(]*'))]
    book.explained[name] = head and head.places[1]
  end
  book.symptoms = symptoms.gather(records, program_finder(book), problem_in(book))
  return book
end

return M
