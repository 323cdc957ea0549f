-- terms.lua - reads an entry of the subject index.
--
-- read(span) takes the span [words]{.index ...} and gives
--   head, sub   what it is entered under: its attribute entry="HEAD: SUB", else its words;
--               text in which code stands between backticks; sub may be nil
--   see         the attribute see="HEAD" or see="HEAD: SUB": another entry; or nil
-- or nil and a message. Emphasis is how a sentence sounds, and not part of a term.
-- symptom(span) takes [words]{.symptom ...} and gives
--   entry       what it is entered under: its attribute entry="...", else its words, likewise
--   program     the attribute program="NAME", the program that shows it; or nil
-- or nil and a message.
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

-- The text of an entry in one line, or nil and what is wrong with it.
local function entry_of(text, what)
  text = collapse(text)
  if text == '' then return nil, ('%s is empty'):format(what) end
  if select(2, text:gsub('`', '')) % 2 ~= 0 then return nil, ('%s "%s" has a backtick without another'):format(what, text) end
  return text
end

-- "pipe: capacity" as its head and what stands below it, or nil and what is wrong.
local function levels(words, what)
  local text, wrong = entry_of(words, what)
  if not text then return nil, wrong end
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

-- What a span has that no entry takes: an id, a class but CLASS, an attribute but entry and
-- OTHER. Gives the message, or nil.
local function too_much(span, what, class, other)
  local takes = ('%s has no %%s; it takes entry="..." and %s="..."'):format(what, other)
  if span.identifier ~= '' then return takes:format('id, #' .. span.identifier) end
  for _, own in ipairs(span.classes) do
    if own ~= class then return takes:format('other class, .' .. own) end
  end
  for name in pairs(span.attributes) do
    if name ~= 'entry' and name ~= other then return takes:format('attribute "' .. name .. '"') end
  end
end

function M.symptom(span)
  local wrong = too_much(span, 'a symptom', 'symptom', 'program')
  if wrong then return nil, wrong end
  local entry, why = entry_of(span.attributes.entry or text_of(span.content), 'a symptom')
  if not entry then return nil, why end
  return { entry = entry, program = span.attributes.program }
end

function M.read(span)
  local wrong = too_much(span, 'an index entry', 'index', 'see')
  if wrong then return nil, wrong end
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
