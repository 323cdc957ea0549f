-- search.lua - what the search of the web site looks through.
--
-- script(page) makes the text of a script that hands all there is to find to
-- the page: an array of [kind, title, place, url, text] for sections, programs,
-- chunks, calls and claims. words(text, record, book) is the prose of a chapter with the
-- words that stand for its references.

local is_program = require('common.book').is_program
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
    row('section', (label.number ~= '' and label.number .. ' ' or '') .. label.title, place,
      record.page .. '#' .. s.id, M.words(s.text, record, page.book))
  end
  local seen = {}
  for _, c in ipairs(record.chunks) do
    if is_program(c) then row('program', c.name, place, page.program_url(c), words_of(c))
    elseif not c.kind and not seen[c.name] then row('chunk', c.name, place, record.page .. '#' .. c.id, words_of(c)) end
    seen[c.name] = true
  end
  for _, c in ipairs(record.claims) do
    row('claim', c.id .. ': ' .. page.book.verdicts[c.verdict].short, place, record.page .. '#' .. c.id, c.text)
  end
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
  return 'bookToSearch([\n' .. table.concat(rows, ',\n') .. '\n]);\n'
end

return M
