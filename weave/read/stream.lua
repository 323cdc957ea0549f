-- stream.lua - a pandoc reader that only takes the stream of noweb's markup in.
--
--   markup book.nw chapters/*.nw | pandoc -f weave/read/stream.lua -L weave/print/print.lua ...
--
-- Gives a document with a raw block "noweb" for each file, and the metadata of the
-- first, the title block of book.nw. Errors: a title block that is no YAML.

package.path = PANDOC_SCRIPT_FILE:gsub('[^/]*/[^/]*$', '') .. '?.lua;' .. package.path
local noweb = require 'read.noweb'

function Reader(input)
  local blocks, meta = {}, nil
  for i, unit in ipairs(noweb.split(tostring(input))) do
    if i == 1 then meta = noweb.title(unit) end
    blocks[i] = pandoc.RawBlock('noweb', '@file ' .. unit.file .. '\n' .. unit.stream)
  end
  return pandoc.Pandoc(blocks, meta)
end
