-- near.lua - what somebody who wrote a name that is nowhere may have meant.
--
-- hint(name, known...) gives '; did you mean "X"?' with the key of the tables known that
-- is most like name, or '' when none is: at most a third of its letters may differ.

local M = {}

-- How many letters have to be changed, added, left out or exchanged (Damerau, 1964).
local function distance(a, b, most)
  local before, last = nil, {}
  for j = 0, #b do last[j] = j end
  for i = 1, #a do
    local row, least = { [0] = i }, i
    for j = 1, #b do
      local same = a:byte(i) == b:byte(j)
      row[j] = math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same and 0 or 1))
      if before and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j) then
        row[j] = math.min(row[j], before[j - 2] + 1)
      end
      least = math.min(least, row[j])
    end
    if least > most then return most + 1 end
    before, last = last, row
  end
  return last[#b]
end

function M.hint(name, ...)
  local best, found = math.max(1, #name // 3) + 1, nil
  for _, known in ipairs { ... } do
    for key in pairs(known) do
      if math.abs(#key - #name) < best then
        local d = distance(name, key, best)
        if d < best or d == best and found and key < found then best, found = d, key end
      end
    end
  end
  return found and ('; did you mean "%s"?'):format(found) or ''
end

return M
