-- predict.lua - what the page of a chapter has to know to check what a reader predicts.
--
-- of(book, unit, exercise) gives {question, asked} of an exercise of level predict, or nil
-- and what is missing, and the line: question is what its check asks after a line that is not so
-- (predicted 'QUESTION'); asked has for each command of its answer {command, answers},
-- answers being the list of right ones, the answer's and others of an also-WORD, each the
-- hashes of its lines in a row. Empty lines do not count, nor does how many blanks there are, as in the check.
-- hash(text) is FNV-1a with 32 bits, in eight digits. The aim is not to spoil, no more;
-- assets/js/exercises.js has the same.

local M = {}

function M.hash(text)
  local h = 0x811c9dc5
  for i = 1, #text do h = ((h ~ text:byte(i)) * 0x01000193) & 0xffffffff end
  return ('%08x'):format(h)
end

-- The text of a file that a root chunk makes.
local function file_text(book, unit, name)
  local lines = {}
  for _, chunk in ipairs(book:parts(unit, name)) do
    for line in (chunk.text .. '\n'):gmatch('([^\n]*)\n') do
      local used = line:match('^ *' .. chunk.mark .. '(%d+)q *$')
      lines[#lines + 1] = used and file_text(book, unit, chunk.uses[tonumber(used)].name) or line
    end
  end
  return table.concat(lines, '\n')
end

-- The commands of a text in order, each with the hashes of the lines below it.
local function read(text, id)
  local list, now = {}, nil
  for line in text:gmatch('[^\n]+') do
    local command = line:match('^%$ (.*)$')
    if command then
      now = { command = command, lines = {} }
      list[#list + 1] = now
    elseif now and line:find('%S') then
      local squeezed = line:gsub('%s+', ' '):gsub('^ ', ''):gsub(' $', '')
      table.insert(now.lines, M.hash(('%s %d %s'):format(id, #list, squeezed)))
    end
  end
  for _, a in ipairs(list) do a.lines = table.concat(a.lines, ' ') end
  return list
end

-- What stands behind predicted, as the shell reads it.
local function question(text)
  local words = text:match("\npredicted (.-)\n") or ''
  local plain = words:match('^"([^"\\$`]*)"$')
  if plain then return plain end
  local quoted = words:match("^'(.*)'$")
  return quoted and quoted:gsub("'\\''", '\0'):find("'") == nil and quoted:gsub("'\\''", "'") or nil
end

function M.of(book, unit, exercise)
  local id = exercise.id
  local check = book.defs[unit][id .. '.check']
  local asks = check and question('\n' .. file_text(book, unit, id .. '.check') .. '\n')
  if not asks then return nil, ("the check of %s has no line predicted 'QUESTION'"):format(id), check and check[1].line or exercise.line end
  local asked
  for _, chunk in ipairs(book.of[unit].chunks) do
    local right = chunk.exercise == id and chunk.part == 1 and (chunk.variant or '')
    if right == 'answer' or right and right:find('^also%-') then
      for i, a in ipairs(read(file_text(book, unit, chunk.name), id)) do
        asked = asked or {}
        asked[i] = asked[i] or { command = a.command, answers = pandoc.List {} }
        local answers = asked[i].answers
        if not answers:includes(a.lines) then answers:insert(right == 'answer' and 1 or #answers + 1, a.lines) end
      end
    end
  end
  if not asked then return nil, ('%s has no answer, <<%s.answer.txt>>'):format(id, id), exercise.line end
  return { question = asks, asked = asked }
end

return M
