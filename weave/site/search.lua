-- search.lua - what the search of the web site looks through.
--
-- script(page) makes the text of a script that hands all there is to find to
-- the page: an array of [kind, title, place, url, text] for sections, exercises, programs,
-- chunks, calls, claims, subjects and symptoms. words(text, record, book) is the prose of a chapter with the
-- words that stand for its references.

local is_program = require('common.book').is_program
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

-- What there is to find in a chapter, by row(kind, title, place, url, text).
local function chapter(record, page, row)
  local place = (record.number ~= '' and record.number .. ' ' or '') .. record.title
  for _, s in ipairs(record.prose) do
    local label = page.book.labels[s.id]
    row(label.kind == 'exercise' and 'exercise' or 'section', (label.number ~= '' and label.number .. ' ' or '') .. label.title, place,
      record.page .. '#' .. s.id, M.words(s.text, record, page.book))
  end
  local seen = {}
  for _, c in ipairs(record.chunks) do
    if is_program(c) then row('program', c.name, place, page.program_url(c), words_of(c))
    elseif not c.kind and not c.exercise and not seen[c.name] then row('chunk', c.name, place, record.page .. '#' .. c.id, words_of(c)) end
    seen[c.name] = true
  end
  for _, c in ipairs(record.claims) do
    row('claim', c.id .. ': ' .. page.book.verdicts[c.verdict].short, place, record.page .. '#' .. c.id, c.text)
  end
end

-- An entry of the subject index leads to the place that explains it, to one of several
-- through the index. What another entry is called is found, too.
local function subject(entry, above, head, page, row)
  local sections, others = {}, {}
  for _, place in ipairs(entry.places) do
    local label = page.book.labels[place.section]
    local words = (label.number ~= '' and label.number .. ' ' or '') .. label.title
    if words ~= sections[#sections] then sections[#sections + 1] = words end
  end
  for i, see in ipairs(entry.see) do others[i] = 'see ' .. terms.bare(see.text) end
  table.move(sections, 1, #sections, #others + 1, others)
  local only, index = #entry.places == 1 and entry.places[1], page.book.subjects_page
  local url = only and only.page .. '#' .. only.id or index and index.page .. '#' .. head.id
  if not url then return end
  row('subject', above .. terms.bare(entry.text), only and sections[1] or 'Subjects', url,
    only and '' or table.concat(others, '; '))
end

function M.script(page)
  local rows = {}
  local function row(...)
    local cells = { ... }
    for i, cell in ipairs(cells) do cells[i] = quoted(cell) end
    rows[#rows + 1] = '[' .. table.concat(cells, ',') .. ']'
  end
  for _, record in ipairs(page.book.units) do chapter(record, page, row) end
  local calls = {}
  for name in pairs(page.book.called) do calls[#calls + 1] = name end
  table.sort(calls)
  for _, name in ipairs(calls) do
    local url = page.call_url(name)
    if url then row('call', name, 'Manual page', url, page.book.manual[name] or '') end
  end
  for _, symptom in ipairs(page.book.symptoms) do
    for _, place in ipairs(symptom.places) do
      local label = page.book.labels[place.section]
      row('symptom', terms.bare(symptom.entry), (label.number ~= '' and label.number .. ' ' or '') .. label.title,
        place.page .. '#' .. place.id, '')
    end
  end
  for _, head in ipairs(page.book.subjects) do
    if #head.places + #head.see > 0 then subject(head, '', head, page, row) end
    for _, sub in ipairs(head.subs) do subject(sub, terms.bare(head.text) .. ': ', head, page, row) end
  end
  return 'bookToSearch([\n' .. table.concat(rows, ',\n') .. '\n]);\n'
end

return M
