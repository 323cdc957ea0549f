-- terms.lua - reads an entry of the subject index.
--
-- read(span) takes the span [words]{.index ...} and gives
--   head, sub   what it is entered under: its attribute entry="HEAD: SUB", else its words;
--               text in which code stands between backticks; sub may be nil
--   see         the attribute see="HEAD" or see="HEAD: SUB": another entry; or nil
-- or nil and a message. Emphasis is how a sentence sounds, and not part of a term.
-- key(text) is alike for texts that differ in case and markup alone; bare(text) is the
-- text without the backticks.

local M = {}

local function collapse(text) return (text:gsub('%s+', ' '):gsub('^ ', ''):gsub(' $', '')) end
function M.bare(text) return (text:gsub('`', '')) end
function M.key(text) return M.bare(text):lower() end

-- Words as text: code between backticks, a note left out, all else by its letters.
local function text_of(inlines)
  local out = {}
  for _, el in ipairs(inlines) do
    if el.t == 'Code' then out[#out + 1] = '`' .. el.text .. '`'
    elseif el.t == 'Note' then out[#out + 1] = ''
    elseif el.t == 'Quoted' then out[#out + 1] = '“' .. text_of(el.content) .. '”'
    elseif el.content then out[#out + 1] = text_of(el.content)
    else out[#out + 1] = pandoc.utils.stringify(el) .. ((el.t == 'SoftBreak' or el.t == 'LineBreak') and ' ' or '') end
  end
  return table.concat(out)
end

-- "pipe: capacity" as its head and what stands below it, or nil and what is wrong.
local function levels(text, what)
  text = collapse(text)
  if text == '' then return nil, ('%s is empty'):format(what) end
  if select(2, text:gsub('`', '')) % 2 ~= 0 then return nil, ('%s "%s" has a backtick without another'):format(what, text) end
  local hidden = text:gsub('`[^`]*`', function(code) return ('x'):rep(#code) end)
  local at = hidden:find(': ', 1, true)
  if not at then
    if hidden:find(':$') then return nil, ('%s "%s" ends with a colon'):format(what, text) end
    return { text }
  end
  local head, sub = text:sub(1, at - 1), text:sub(at + 2)
  if hidden:find(': ', at + 1, true) then return nil, ('%s "%s" has more than two levels; write "HEAD: SUB"'):format(what, text) end
  if head == '' or sub == '' then return nil, ('%s "%s" has nothing before or behind its colon'):format(what, text) end
  return { head, sub }
end

function M.read(span)
  local takes = 'an index entry has no %s; it takes entry="..." and see="..."'
  if span.identifier ~= '' then return nil, takes:format('id, #' .. span.identifier) end
  for _, class in ipairs(span.classes) do
    if class ~= 'index' then return nil, takes:format('other class, .' .. class) end
  end
  for name in pairs(span.attributes) do
    if name ~= 'entry' and name ~= 'see' then
      return nil, takes:format('attribute "' .. name .. '"')
    end
  end
  local entry, why = levels(span.attributes.entry or text_of(span.content), 'an index entry')
  if not entry then return nil, why end
  local see
  if span.attributes.see then
    see, why = levels(span.attributes.see, 'what an index entry refers to')
    if not see then return nil, why end
  end
  return { head = entry[1], sub = entry[2], see = see and table.concat(see, ': ') }
end

return M
