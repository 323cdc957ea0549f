-- places.lua - tells on which line of a source something stands.
--
-- pandoc's tree has no lines. But what the tree has stands in the source in the same
-- order: places(lines) makes a finder for the prose of one file (noweb.lua's lines), and
-- each find(words) gives the line of the next place where the words stand, or of the
-- last one when there is none after it; nil when they stand nowhere. #ID is the place
-- where something has the id, (#ID) where something refers to it; code within a line is
-- neither. find_line(text) does so for a whole line.

local M = {}
M.__index = M

-- The lines on which each id stands, by "#ID" for an attribute and "(#ID)" for a reference.
local function ids_of(lines)
  local ids = {}
  for _, line in ipairs(lines) do
    local bare = line.text:gsub('(`+)[^`]+%1', function(code) return ('x'):rep(#code) end)
    for before, id in bare:gmatch('(%(?)#([^%s(){}#]+)') do
      local key = before == '(' and '(#' .. id .. ')' or '#' .. id
      ids[key] = ids[key] or {}
      table.insert(ids[key], line.number)
    end
  end
  return ids
end

function M.new(lines) return setmetatable({ lines = lines, ids = ids_of(lines), at = {} }, M) end

-- The lines on which the words stand, once for each time.
local function all_places(self, words)
  if words:find('^%(?#[^%s(){}#]+%)?$') then return self.ids[words] or {} end
  local found = {}
  for _, line in ipairs(self.lines) do
    local from, to = line.text:find(words, 1, true)
    while from do
      found[#found + 1] = line.number
      from, to = line.text:find(words, to + 1, true)
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
