-- places.lua - tells on which line of a source something stands.
--
-- pandoc's tree has no lines. But what the tree has stands in the source in the same
-- order: places(lines) makes a finder for the prose of one file (noweb.lua's lines), and
-- each find(words) gives the line of the next place where the words stand, or of the
-- last one when there is none after it; nil when they stand nowhere. Words that begin
-- with # are an id, and a longer one is not taken for it; code within a line is no place for one.

local M = {}
M.__index = M

function M.new(lines)
  local bare = {}
  for i, line in ipairs(lines) do
    bare[i] = line.text:gsub('(`+)[^`]+%1', function(code) return ('x'):rep(#code) end)
  end
  return setmetatable({ lines = lines, bare = bare, at = {} }, M)
end

-- The lines on which an id stands as an attribute or a link's target, all of them, or
-- those on which the words stand.
local function all_places(self, words)
  local found = {}
  local is_id = words:sub(1, 1) == '#'
  for i, line in ipairs(self.lines) do
    local text = is_id and self.bare[i] or line.text
    local from, to = text:find(words, 1, true)
    while from do
      if not (is_id and text:find('^[%w_.:-]', to + 1)) then found[#found + 1] = line.number end
      from, to = text:find(words, to + 1, true)
    end
  end
  return found
end

function M:find(words)
  self.at[words] = self.at[words] or { places = all_places(self, words), given = 0 }
  local at = self.at[words]
  at.given = math.min(at.given + 1, #at.places)
  return at.places[at.given]
end

return M
