-- noweb.lua - a pandoc reader for the stream of noweb's markup.
--
--   markup book.nw chapters/*.nw | pandoc -f weave/noweb.lua ...
--
-- Takes the stream of any number of files. Gives one document: each file is a
-- Div of class "unit" (attributes unit and file), and in it each code chunk is a
-- Div of class "chunk" with the attributes name, line (of its definition in
-- the file) and uses (the names it uses, one a line), which holds one
-- CodeBlock. In the code, the word NWUSEq7q stands for the seventh of the uses:
-- letters and digits only, so that no highlighter splits it and no writer
-- escapes it. The metadata is that of the first file with a YAML block.
--
-- The prose of a file is parsed once, as pandoc Markdown, with a raw block in
-- place of each chunk, so that footnotes and references work across code.
-- The stream's format: "Pipeline representation" in the noweb Hacker's Guide.
-- Errors: a @fatal record of markup's stops pandoc with its text.

local stop = dofile(PANDOC_SCRIPT_FILE:gsub('[^/]*$', '') .. 'stop.lua')
local M = {}

-- The unit's name of a file: "03-pipes" for chapters/03-pipes.nw.
function M.unit_name(file)
  return (file:gsub('^.*/', ''):gsub('%.nw$', ''))
end

-- Splits a stream into files: {file=, unit=, stream=} each, without parsing.
function M.split(stream)
  local units = {}
  local start = 1
  local from, to, file = stream:find('@file ([^\n]*)\n', start)
  while from do
    local nfrom, nto, nfile = stream:find('\n@file ([^\n]*)\n', to)
    units[#units + 1] = { file = file, unit = M.unit_name(file),
      stream = stream:sub(to + 1, nfrom and nfrom or #stream) }
    from, to, file = nfrom, nto, nfile
  end
  return units
end

-- Parses one file's part of the stream. Gives {prose=, chunks=}, where a chunk
-- is {name=, line=, text=, uses={...}} and prose is Markdown in which
-- ```{=nwchunk} blocks stand for the chunks.
function M.scan(stream, file)
  local prose, chunks = {}, {}
  local chunk, code, head, lineno = nil, false, false, 1
  for line in stream:gmatch('([^\n]*)\n') do
    local key, rest = line:match('^@(%a+) ?(.*)$')
    if key == 'text' then
      local into = code and chunk.parts or prose
      into[#into + 1] = rest
    elseif key == 'nl' then
      lineno = lineno + 1
      if not code then prose[#prose + 1] = '\n'
      elseif head then head = false
      else chunk.parts[#chunk.parts + 1] = '\n' end
    elseif key == 'use' then
      chunk.uses[#chunk.uses + 1] = rest
      chunk.parts[#chunk.parts + 1] = 'NWUSEq' .. #chunk.uses .. 'q'
    elseif key == 'defn' then
      chunk.name, chunk.line, head = rest, lineno, true
    elseif key == 'begin' then
      code = rest:find('^code') ~= nil
      if code then chunk = { parts = {}, uses = {} } end
    elseif key == 'end' and code then
      chunk.text = table.concat(chunk.parts):gsub('\n$', '')
      chunk.parts = nil
      chunks[#chunks + 1] = chunk
      prose[#prose + 1] = '\n\n```{=nwchunk}\n' .. #chunks .. '\n```\n\n'
      code = false
    elseif key == 'quote' or key == 'endquote' then
      local into = code and chunk.parts or prose
      into[#into + 1] = code and (key == 'quote' and '[[' or ']]') or '`'
    elseif key == 'index' then
      if rest == 'nl' then lineno = lineno + 1 end
    elseif key == 'fatal' then
      stop(file .. ':' .. lineno .. ': ' .. rest)
    end
  end
  return { prose = table.concat(prose), chunks = chunks }
end

-- Parses one file of the stream into {blocks, meta}.
function M.parse(unit)
  local scanned = M.scan(unit.stream, unit.file)
  local ok, doc = pcall(pandoc.read, scanned.prose, 'markdown')
  if not ok then stop(unit.file .. ': ' .. tostring(doc):gsub('\nstack traceback.*', '')) end
  local blocks = pandoc.Div(doc.blocks):walk {
    RawBlock = function(raw)
      if raw.format ~= 'nwchunk' then return nil end
      local chunk = scanned.chunks[tonumber(raw.text)]
      local session = chunk.name:find('%.session$')
      return pandoc.Div(
        { pandoc.CodeBlock(chunk.text, { class = session and 'session' or 'c' }) },
        { class = 'chunk', name = chunk.name, line = tostring(chunk.line),
          uses = table.concat(chunk.uses, '\n') })
    end }.content
  return blocks, doc.meta
end

function Reader(input)
  local blocks, meta = {}, nil
  for _, unit in ipairs(M.split(tostring(input))) do
    local parsed, own = M.parse(unit)
    if not meta or next(meta) == nil then meta = own end
    blocks[#blocks + 1] = pandoc.Div(parsed,
      { class = 'unit', unit = unit.unit, file = unit.file })
  end
  return pandoc.Pandoc(blocks, meta)
end

return M
