-- manual.lua - reads what weave/manual printed: manual(PATH) gives "read(2)" -> what the
-- page says it does, and the text. A file that is not there gives an empty table.

return function(path)
  local manual = {}
  local file = path and io.open(path)
  if not file then return manual, '' end
  local text = file:read('a')
  file:close()
  for name, meaning in text:gmatch('([^\t\n]+)\t([^\n]*)') do manual[name] = meaning end
  return manual, text
end
