-- exercises.lua - reads exercises: a heading of level 3 of class exercise and what follows
-- it, up to the next heading of this level or a higher one.
--
-- wrap(blocks)       puts each exercise of a chapter into a Div of class "exercise"
-- heading(h, told)   gives {id, level, minutes, hints = {}} of its heading, which keeps its
--                    words alone; told(message, ...) is told what is wrong with it
-- variant(name, id)  what the name of a root chunk makes of it in the exercise ID, and the
--                    file's ending: "start", "c" for ID.start.c; there are start, answer,
--                    also-WORD, wrong-WORD, check (ending "check"), session, and program,
--                    ID.c itself; nil for other names
-- words(name, id)    how a chunk of the exercise is called on the page: "ID: do it" is "do it"

local M = {}

local levels = { predict = true, mend = true, make = true }

function M.wrap(blocks)
  local out, open = pandoc.List {}, nil
  for _, block in ipairs(blocks) do
    if block.t == 'Header' and block.level <= 3 then
      open = block.classes:includes('exercise') and pandoc.Div({}, { class = 'exercise' }) or nil
      if open then out:insert(open) end
    end
    if open then open.content:insert(block) else out:insert(block) end
  end
  return out
end

function M.heading(h, told)
  local level, minutes = nil, tonumber(h.attributes.minutes)
  for _, class in ipairs(h.classes) do level = level or levels[class] and class end
  if h.level ~= 3 then told('an exercise is a heading of level 3') end
  if not level then told('the exercise "%s" has no level, .predict, .mend or .make', h.identifier) end
  if not minutes then told('the exercise "%s" does not say how long it takes, minutes=15', h.identifier) end
  h.classes, h.attributes.minutes = pandoc.List {}, nil
  return { id = h.identifier, level = level or 'mend', minutes = minutes or 0, hints = {} }
end

function M.variant(name, id)
  if name:sub(1, #id + 1) ~= id .. '.' then return nil end
  local rest = name:sub(#id + 2)
  if rest == 'check' or rest == 'session' then return rest, rest end
  if rest:find('^%w+$') then return 'program', rest end
  local variant, ending = rest:match('^(%l[%w_-]*)%.(%w+)$')
  if variant == 'start' or variant == 'answer' or variant and variant:find('^also%-.') or variant and variant:find('^wrong%-.') then
    return variant, ending
  end
end

function M.words(name, id)
  return name:sub(1, #id + 2) == id .. ': ' and name:sub(#id + 3) or name
end

return M
