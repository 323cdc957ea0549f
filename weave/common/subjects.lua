-- subjects.lua - puts the entries of the subject index in order.
--
-- gather(units, problem) takes the records of all chapters and gives the list of heads,
-- sorted, each {text, key, id, places, see, subs}: text with code between backticks; id of
-- its place in the index; places the list of {unit, unit_id, page, id, section, chunk=true};
-- see the list of {text, head, entry}, other entries and the heads they stand under; subs the same
-- again without subs; its field of has them by key. problem(file, line, rule, message) is told of entries that differ in
-- case or markup alone, and of a see= that leads to no entry.
-- letter(head) is the letter it stands under; inlines(text) its words; order(text) what
-- texts are sorted by.

local near = require 'common.near'
local terms = require 'read.terms'
local names = require 'common.names'
local M = {}

-- What is compared: small letters, digits and single blanks; signs are left out.
local function order(text)
  return (terms.key(text):gsub('%-', ' '):gsub('[^%w\128-\255 ]', ''):gsub('^ +', ''):gsub(' +', ' '))
end

M.order = order

local function sort(list)
  table.sort(list, function(a, b)
    local x, y = order(a.text), order(b.text)
    if x ~= y then return x < y end
    return a.text < b.text
  end)
  return list
end

-- The entry with a text, of a table by key; a new one is entered in the list as well.
-- ABOVE is what it stands under. One that is there in another writing is told.
local function enter(list, by_key, text, above, at, problem)
  local key = terms.key(text)
  local entry = by_key[key]
  if not entry then
    entry = { text = text, key = key, places = {}, see = {}, subs = {}, by_key = {}, at = at }
    by_key[key] = entry
    list[#list + 1] = entry
  elseif entry.text ~= text then
    problem(at.file, at.line, 'index', ('the index entry "%s" and "%s" (%s:%d) differ in case or markup alone; write one of them')
      :format(above .. text, above .. entry.text, entry.at.file, entry.at.line))
  end
  return entry
end

-- Enters a term of a chapter.
local function add(heads, by_key, term, record, problem)
  local at = { file = record.file, line = term.line }
  local entry = enter(heads, by_key, term.head, '', at, problem)
  if term.sub then entry = enter(entry.subs, entry.by_key, term.sub, entry.text .. ': ', at, problem) end
  if term.see then
    entry.see[#entry.see + 1] = { text = term.see, at = at }
  else
    entry.places[#entry.places + 1] = { unit = record.unit, unit_id = record.id, page = record.page, id = term.id,
      section = term.section, chunk = true }
  end
end

-- What each see= leads to, as it is written there.
local function join(entry, by_key, known, problem)
  for i, see in ipairs(entry.see) do
    local head, sub = see.text:match('^(.-): (.*)$')
    local found = by_key[terms.key(head or see.text)]
    local below = found and sub and found.by_key[terms.key(sub)]
    if found and (below or not sub) then
      entry.see[i] = { text = below and found.text .. ': ' .. below.text or found.text, head = found, entry = below or found }
    else
      problem(see.at.file, see.at.line, 'index', ('the index has no entry "%s"%s'):format(see.text,
        near.hint(terms.bare(see.text), known)))
    end
  end
end

-- Each head has an anchor.
local function name(heads)
  local taken = {}
  for _, head in ipairs(heads) do
    local slug = 'term-' .. names.slug(terms.bare(head.text), 1)
    taken[slug] = (taken[slug] or 0) + 1
    head.id = taken[slug] == 1 and slug or slug .. '.' .. taken[slug]
  end
end

function M.gather(units, problem)
  local heads, by_key, known = {}, {}, {}
  for _, record in ipairs(units) do
    for _, term in ipairs(record.terms) do add(heads, by_key, term, record, problem) end
  end
  sort(heads)
  name(heads)
  for _, head in ipairs(heads) do
    known[terms.bare(head.text)] = true
    for _, sub in ipairs(sort(head.subs)) do known[terms.bare(head.text .. ': ' .. sub.text)] = true end
  end
  for _, head in ipairs(heads) do
    join(head, by_key, known, problem)
    for _, sub in ipairs(head.subs) do join(sub, by_key, known, problem) end
  end
  heads.of = by_key
  return heads
end

-- Digits and what has neither letters nor digits come before A.
function M.letter(head)
  local first = order(head.text):match('^%a')
  return first and first:upper() or '0–9'
end

function M.inlines(text)
  local out, code = pandoc.List {}, false
  for piece in (text .. '`'):gmatch('([^`]*)`') do
    if piece ~= '' then out:insert(code and pandoc.Code(piece) or pandoc.Str(piece)) end
    code = not code
  end
  return out
end

return M
