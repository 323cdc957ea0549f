-- problems.lua - tells what is wrong in the sources.
--
-- A problem is {file, line, rule, message}. lines(list) gives "FILE:LINE: MESSAGE" for each,
-- in the order of the files and lines, each once; stop(list) ends pandoc with them, if there are any.

local M = {}

function M.lines(list, with_rule)
  local order, seen, lines = {}, {}, {}
  for i, p in ipairs(list) do order[i] = { p = p, i = i } end
  table.sort(order, function(a, b)
    if a.p.file ~= b.p.file then return a.p.file < b.p.file end
    if a.p.line ~= b.p.line then return a.p.line < b.p.line end
    return a.i < b.i
  end)
  for _, o in ipairs(order) do
    local line = ('%s:%d: %s%s'):format(o.p.file, o.p.line, o.p.message, with_rule and ' [' .. o.p.rule .. ']' or '')
    if not seen[line] then lines[#lines + 1] = line end
    seen[line] = true
  end
  return lines
end

function M.stop(list)
  if #list == 0 then return end
  for _, line in ipairs(M.lines(list)) do io.stderr:write('weave: ', line, '\n') end
  os.exit(1)
end

return M
