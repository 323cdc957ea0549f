-- search.lua - what the search of the web site looks through.
--
-- script(page) makes the text of a script that hands all there is to find to
-- the page: an array of [kind, title, place, url, text, section] for chapters, sections, exercises, programs,
-- chunks, calls, claims, subjects and symptoms, section being the number of the row of the section
-- that the others lead to or stand in, if there is one; and the groups of words that mean the same
-- (synonyms.tsv). words(text, record, book) is the prose of a chapter with the words that stand for
-- its references.

local is_program = require('common.book').is_program
local tables = require 'read.tables'
local terms = require 'read.terms'
local reference = require('common.render').reference
local M = {}

local special = { ['"'] = '\\"', ['\\'] = '\\\\', ['<'] = '\\u003c', ['\n'] = ' ' }
local function quoted(s) return '"' .. s:gsub('["\\<\n]', special) .. '"' end

function M.words(text, record, book)
  return (text:gsub('\1([^\2]*)\2', function(id)
    return pandoc.utils.stringify(reference(record.chunk_of[id] or book.labels[id]))
  end))
end

-- The words of code that somebody may look for.
local function words_of(chunk)
  return table.concat(chunk.constants, ' ') .. ' ' .. table.concat(chunk.calls, ' ')
end

local function numbered(label) return (label.number ~= '' and label.number .. ' ' or '') .. label.title end

-- What there is to find in a chapter, by row(kind, title, place, url, text, section).
local function chapter(record, page, row)
  local place = (record.number ~= '' and record.number .. ' ' or '') .. record.title
  for _, s in ipairs(record.prose) do
    local label = page.book.labels[s.id]
    local kind = s.id == record.id and 'chapter' or label.kind == 'exercise' and 'exercise' or 'section'
    row(kind, numbered(label), kind == 'chapter' and '' or place, record.page .. '#' .. s.id,
      M.words(s.text, record, page.book):gsub('<<(.-)>>', '⟨%1⟩'), s.id)
  end
  local seen = {}
  for _, c in ipairs(record.chunks) do
    if is_program(c) then row('program', c.name, place, page.program_url(c), words_of(c), c.section)
    elseif not c.kind and not c.exercise and not seen[c.name] then row('chunk', c.name, place, record.page .. '#' .. c.id, words_of(c), c.section) end
    seen[c.name] = true
  end
  for _, c in ipairs(record.claims) do
    row('claim', c.id .. ': ' .. page.book.verdicts[c.verdict].short, place, record.page .. '#' .. c.id, c.text)
  end
end

-- An entry of an index leads to each of its places.
local function entry(kind, title, places, page, row)
  for _, place in ipairs(places) do
    row(kind, title, numbered(page.book.labels[place.section]), place.page .. '#' .. place.id, '', place.section)
  end
end

-- The places of an entry of the subject index; of one that only leads to others, theirs.
local function places_of(thing)
  if #thing.places > 0 then return thing.places end
  local places = {}
  for _, see in ipairs(thing.see) do table.move(see.entry.places, 1, #see.entry.places, #places + 1, places) end
  return places
end

-- A call leads to the place that the subject index has for it, or else into the index of calls.
local function calls(page, row)
  local names = {}
  for name in pairs(page.book.called) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local url, place = page.call_url(name), page.book.explained[name]
    if url then
      row('call', name, place and numbered(page.book.labels[place.section]) or 'Manual page',
        url, page.book.manual[name] or '', place and place.section)
    end
  end
end

-- The groups of words that mean the same, for the script.
local function synonyms()
  local path = PANDOC_SCRIPT_FILE:gsub('[^/]*$', '') .. 'synonyms.tsv'
  local groups = {}
  for i, group in ipairs(tables.rows(path)) do
    for j, words in ipairs(group) do group[j] = quoted(words) end
    groups[i] = '[' .. table.concat(group, ',') .. ']'
  end
  return table.concat(groups, ',\n')
end

function M.script(page)
  local rows, at = {}, {}
  local function row(kind, title, place, url, text, section)
    if kind == 'section' or kind == 'chapter' then at[section] = #rows end
    rows[#rows + 1] = ('[%s,%s,%s,%s,%s%s]'):format(quoted(kind), quoted(title), quoted(place), quoted(url), quoted(text),
      section and at[section] and ',' .. at[section] or '')
  end
  for _, record in ipairs(page.book.units) do chapter(record, page, row) end
  calls(page, row)
  for _, symptom in ipairs(page.book.symptoms) do entry('symptom', terms.bare(symptom.entry), symptom.places, page, row) end
  for _, head in ipairs(page.book.subjects) do
    entry('subject', terms.bare(head.text), places_of(head), page, row)
    for _, sub in ipairs(head.subs) do
      entry('subject', terms.bare(head.text) .. ': ' .. terms.bare(sub.text), places_of(sub), page, row)
    end
  end
  return 'bookToSearch([\n' .. table.concat(rows, ',\n') .. '\n], [\n' .. synonyms() .. '\n]);\n'
end

return M
