-- cache.lua - what the web site remembers from one build to the next.
--
-- In the folder STATE: units/UNIT.lua, the record of a chapter with the sum of what it was
-- read from; and built.lua, for each unit the key of its pages (the sum of all that
-- they show), and the names of all pages. A record is good as long as its sum is the
-- same, pages as long as their key is and they are there. Nothing here is needed: what
-- is missing is made.
--
-- open(state, version) gives the cache; another version of the press remembers nothing.
-- record(unit, sum); keep(unit, sum, record); keys, unit -> key; pages, the set of names;
-- save(keys, pages) writes new/built.lua, which weave/site/make puts in its place when
-- nothing can fail any more.

local dump = require 'common.dump'
local stop = require 'common.stop'
local M = {}
M.__index = M

-- Writes a file, or ends pandoc; a full disk is noticed.
function M.put(path, text)
  local file, why = io.open(path, 'w')
  local ok
  if file then ok, why = file:write(text) end
  if ok then ok, why = file:close() end
  if not ok then stop(path .. ': ' .. why) end
end

-- The value in a file that dump wrote, or nil when it is not there or damaged.
local function value_in(path)
  local ok, value = pcall(loadfile(path) or error)
  return ok and type(value) == 'table' and value or nil
end

function M.open(state, version)
  local built = value_in(state .. '/built.lua') or {}
  return setmetatable({ state = state, version = version, keys = built.version == version and built.keys or {},
    pages = built.pages or {} }, M)
end

function M:path(unit) return ('%s/units/%s.lua'):format(self.state, unit) end

function M:record(unit, sum)
  local kept = value_in(self:path(unit))
  return kept and kept.version == self.version and kept.sum == sum and kept.record or nil
end

-- Whole or not at all: another process may read it.
function M:keep(unit, sum, record)
  local path = self:path(unit)
  M.put(path .. '.new', 'return ' .. dump { version = self.version, sum = sum, record = record })
  local ok, why = os.rename(path .. '.new', path)
  if not ok then stop(why) end
end

function M:save(keys, pages)
  M.put(self.state .. '/new/built.lua', 'return ' .. dump { version = self.version, keys = keys, pages = pages })
  local removed = {}
  for name in pairs(self.pages) do
    if not pages[name] then removed[#removed + 1] = name .. '\n' end
  end
  M.put(self.state .. '/new/removed', table.concat(removed))
end

return M
