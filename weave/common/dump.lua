-- dump.lua - dump(value) gives a table of strings, numbers, booleans and tables
-- as Lua source with sorted keys: the same value always gives the same text.

local function dump(value)
  if type(value) ~= 'table' then
    return type(value) == 'string' and ('%q'):format(value) or tostring(value)
  end
  local keys = {}
  for k in pairs(value) do keys[#keys + 1] = k end
  table.sort(keys, function(a, b)
    if type(a) == type(b) then return a < b end
    return type(a) == 'number'
  end)
  local out = {}
  for i, k in ipairs(keys) do
    out[i] = ('[%s]=%s'):format(type(k) == 'string' and ('%q'):format(k) or k, dump(value[k]))
  end
  return '{' .. table.concat(out, ',\n') .. '}'
end

return dump
