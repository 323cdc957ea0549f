-- noweb.lua - takes the stream of noweb's markup apart, without parsing any prose.
--
-- split(stream) gives the files of a stream, {file=, unit=, stream=} each; title(unit)
-- the metadata of its title block; scan(unit) what one of them holds:
--   prose   Markdown, with a block ```{=nwchunk} in place of each chunk, which holds
--           the chunk's number
--   lines   the lines of prose as they stand in the file, {number, text} each
--   chunks  {name, line, text, mark, uses} each: line is that of the definition, uses
--           has {name, line} for each use. In the text, the word MARK7q stands for the
--           seventh of them: letters and digits only, so that no highlighter splits it
--           and no writer escapes it; no text has this word by itself.
-- The stream's format: "Pipeline representation" in the noweb Hacker's Guide.
-- Errors: a @fatal record of markup's ends pandoc with file and line.

local stop = require 'common.stop'
local M = {}

-- The unit's name of a file: "03-pipes" for chapters/03-pipes.nw.
function M.unit_name(file)
  return (file:gsub('^.*/', ''):gsub('%.nw$', ''))
end

function M.split(stream)
  local units = {}
  local from, to, file = stream:find('@file ([^\n]*)\n')
  while from do
    local next_from, next_to, next_file = stream:find('\n@file ([^\n]*)\n', to)
    units[#units + 1] = { file = file, unit = M.unit_name(file), stream = stream:sub(to + 1, next_from or #stream) }
    from, to, file = next_from, next_to, next_file
  end
  return units
end

-- The parts of a chunk put together: its text, with a word in place of each use that
-- the text itself does not have.
local function join(chunk)
  local code = {}
  for _, part in ipairs(chunk.parts) do code[#code + 1] = type(part) == 'string' and part or '\n' end
  local own = table.concat(code)
  chunk.mark = 'NWUSEq'
  while own:find(chunk.mark, 1, true) do chunk.mark = chunk.mark .. 'q' end
  for i, part in ipairs(chunk.parts) do
    if type(part) == 'number' then chunk.parts[i] = chunk.mark .. part .. 'q' end
  end
  chunk.text = table.concat(chunk.parts):gsub('\n$', '')
  chunk.parts = nil
  return chunk
end

-- What each kind of record does; s is the scan so far.
local record = {}
function record.text(s, rest)
  if s.code then table.insert(s.chunk.parts, rest)
  else s.prose[#s.prose + 1], s.line = rest, s.line .. rest end
end
function record.nl(s)
  if not s.code then
    s.prose[#s.prose + 1] = '\n'
    s.lines[#s.lines + 1] = { number = s.number, text = s.line }
    s.line = ''
  elseif s.head then s.head = false
  else table.insert(s.chunk.parts, '\n') end
  s.number = s.number + 1
end
function record.use(s, rest)
  table.insert(s.chunk.uses, { name = rest, line = s.number })
  table.insert(s.chunk.parts, #s.chunk.uses)
end
function record.defn(s, rest) s.chunk.name, s.chunk.line, s.head = rest, s.number, true end
function record.begin(s, rest)
  s.code = rest:find('^code') ~= nil
  if s.code then s.chunk = { parts = {}, uses = {} } end
end
record['end'] = function(s)
  if not s.code then return end
  s.code = false
  s.chunks[#s.chunks + 1] = join(s.chunk)
  s.prose[#s.prose + 1] = '\n\n```{=nwchunk}\n' .. #s.chunks .. '\n```\n\n'
end
-- [[code]], which noweb quotes in prose; in code it is code
function record.quote(s) record.text(s, s.code and '[[' or '`') end
function record.endquote(s) record.text(s, s.code and ']]' or '`') end
function record.index(s, rest) if rest == 'nl' then s.number = s.number + 1 end end

-- The metadata of a file's title block.
function M.title(unit)
  local block = M.scan(unit).prose:match('^(%-%-%-\n.-\n%-%-%-\n)') or ''
  local ok, doc = pcall(pandoc.read, block, 'markdown')
  if not ok then stop(unit.file .. ': ' .. tostring(doc):gsub('\nstack traceback.*', '')) end
  return doc.meta
end

function M.scan(unit)
  local s = { prose = {}, lines = {}, chunks = {}, number = 1, line = '', code = false, head = false }
  for line in unit.stream:gmatch('([^\n]*)\n') do
    local key, rest = line:match('^@(%a+) ?(.*)$')
    if key == 'fatal' then stop(unit.file .. ':' .. s.number .. ': ' .. rest) end
    if record[key] then record[key](s, rest) end
  end
  return { prose = table.concat(s.prose), lines = s.lines, chunks = s.chunks }
end

return M
