-- places.lua - tells on which line of a source something stands.
--
-- pandoc's tree has no lines. But what the tree has stands in the source in the same
-- order: places(lines) makes a finder for the prose of one file (noweb.lua's lines), and
-- each find(words) gives the line of the next place where the words stand, or of the
-- last one when there is none after it; nil when they stand nowhere. Words that begin
-- with # are an id, and a longer one is not taken for it; code within a line is no place
-- for one. find_line(text) does so for a whole line.

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

-- The lines that are the text, but for blanks and > before it.
local function all_lines(self, text)
  local found = {}
  text = text:match('^%s*(.-)%s*$')
  for _, line in ipairs(self.lines) do
    if line.text:match('^[%s>]*(.-)%s*$') == text then found[#found + 1] = line.number end
  end
  return found
end

local function next_of(self, key, places)
  self.at[key] = self.at[key] or { places = places(self, key), given = 0 }
  local at = self.at[key]
  at.given = math.min(at.given + 1, #at.places)
  return at.places[at.given]
end

function M:find(words) return next_of(self, words, all_places) end
function M:find_line(text) return next_of(self, text, all_lines) end

return M
