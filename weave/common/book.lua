-- book.lua - puts the records of all chapters together.
--
-- bind(records, tables, title) takes what chapter.lua gives of each chapter, in order,
-- and what the title block says, and gives the book:
--   units, of     the records, in order, and by unit
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
--   trial, calls_page, subjects_page  the records of the chapters that show the claims, the
--                 calls and the subjects
--   problems      what is wrong, {file, line, rule, message}, in the order of the files
--   kinds, manual, verdicts  the tables
-- and to each chunk what any format asks of it: unit_id and page (its chapter's), what,
-- part, count (of parts), first, prev, next, users (the chunks that use it), language.
-- count_programs(chunk) tells how many programs it is part of.
-- Its uses get chunk, the first definition.

local names = require 'common.names'
local near = require 'common.near'
local subjects = require 'common.subjects'
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
    end
    for _, p in ipairs(record.problems) do table.insert(book.problems, p) end
  end
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
          if not seen[key] then table.insert(part.users, chunk) end
          seen[key] = true
        end
      end
    end
  end
end

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
      local kind = chunk.kind and book.kinds[chunk.kind]
      if kind then give(record.unit, { chunk }, kind.language) end
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
      for _, word in ipairs(M.is_c(chunk) and chunk.calls or {}) do
        local name = word .. '(2)'
        if not book.calls[word] and book.manual[name] then book.calls[word], book.called[name] = name, true end
      end
    end
  end
end

-- Code in C, which alone has calls of C functions.
function M.is_c(chunk) return chunk.kind ~= 'session' and chunk.language == 'c' end

-- The functions of a unit that one chunk alone defines.
local function join_makers(book)
  for _, record in ipairs(book.units) do
    local makers = {}
    book.makers[record.unit] = makers
    for _, chunk in ipairs(record.chunks) do
      for _, word in ipairs(M.is_c(chunk) and chunk.defines or {}) do
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

function M.bind(records, tables, title)
  local book = setmetatable({ units = records, of = {}, labels = {}, defs = {}, calls = {}, called = {}, makers = {},
    shared = title.toolbox and pandoc.utils.stringify(title.toolbox) or 'book', problems = {}, kinds = tables.kinds, kind_list = tables.kind_list, manual = tables.manual, verdicts = {} }, Book)
  for _, v in ipairs(tables.verdicts) do book.verdicts[v.class] = v end
  book.verdict_list = tables.verdicts
  gather(book)
  check_names(book)
  check_references(book)
  check_files(book)
  join_parts(book)
  join_uses(book)
  give_languages(book)
  join_calls(book)
  join_makers(book)
  book.subjects = subjects.gather(records, problem_in(book))
  return book
end

return M
