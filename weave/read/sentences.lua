-- sentences.lua - a pandoc reader that gives the sentences of the sources, and makes nothing.
--
--   markup book.nw chapters/*.nw | pandoc -f weave/read/sentences.lua -t plain
--
-- Gives a document with a line for each sentence, row of a table and session, with tabs between:
--   UNIT  LINE  SECTION  KIND  NOTE  CLAIMED  TEXT
-- TEXT is that of common/sentences.lua; LINE that of the source where it begins; SECTION the
-- id of its section; NOTE the text of its footnotes; CLAIMED that of the claims in it, with
-- || between. KIND is text, note (in a footnote), row (of a table), caption, claim (what
-- others say, or a sentence with a claim in it), truth (what a claim's block says of it), or
-- session, TEXT being the file's name in the folder of the unit.

package.path = PANDOC_SCRIPT_FILE:gsub('[^/]*/[^/]*$', '') .. '?.lua;' .. package.path
local chapter = require 'read.chapter'
local noweb = require 'read.noweb'
local sentences = require 'common.sentences'
local tables = require 'read.tables'

local S = {}     -- the sentences of one chapter
S.__index = S

-- The letters and digits of the prose, and the line of each. Where a link leads, and what
-- is told of marked words, is no prose.
local function letters_of(lines)
  local texts, letters, at = {}, {}, {}
  for i, line in ipairs(lines) do texts[i] = line.text end
  local function breaks(unseen) return ']' .. unseen:gsub('[^\n]+', '') end
  local prose = table.concat(texts, '\n'):gsub('%](%b{})', breaks):gsub('%](%b())', breaks):gsub('%[%^[%w_-]+%]', '')
  local i = 1
  for letter in prose:gmatch('[%w\n]') do
    if letter == '\n' then i = i + 1
    else letters[#letters + 1], at[#at + 1] = letter, lines[i].number end
  end
  return table.concat(letters), at
end

-- How far behind the last sentence one begins at most, in letters: headings and the like
-- stand between. Without this the few first letters of a sentence would be found anywhere.
local far = 2000

-- The line where the text begins: its first letters stand next behind those of the last. A
-- footnote or a caption may stand anywhere, and leads nobody astray.
function S:line_of(text, kind)
  local letters, aside = text:gsub('%W', ''), kind == 'note' or kind == 'caption'
  for length = 24, 8, -8 do
    local from = self.letters:find(letters:sub(1, length), aside and 1 or self.from, true)
    if from and (aside or from < self.from + far) then
      if not aside then self.from = from + math.min(length, #letters) end
      return self.line_at[from]
    end
  end
  return self.line_at[self.from] or 1
end

function S:put(line, kind, note, claimed, text)
  self.lines[#self.lines + 1] = table.concat({ self.record.unit, line, self.section, kind, note, claimed, text }, '\t')
end

function S:add(kind, text, note, claimed)
  if text:find('%w') then self:put(self:line_of(text, kind), kind, note or '', claimed or '', text) end
end

-- What claims are in the sentence, and which footnotes?
local function look_into(inlines)
  local claims, notes = {}, pandoc.List {}
  pandoc.Span(inlines):walk {
    Span = function(s) if s.classes:includes('claim') then claims[#claims + 1] = sentences.text(s.content) end end,
    Note = function(n) notes:insert(n) end,
  }
  return table.concat(claims, ' || '), notes
end

function S:inlines(inlines, kind)
  for _, sentence in ipairs(sentences.split(inlines)) do
    local claimed, notes = look_into(sentence.inlines)
    local said = {}
    for i, note in ipairs(notes) do said[i] = pandoc.utils.stringify(note.content):gsub('%s+', ' ') end
    if kind == 'claim' then claimed = sentence.text end
    self:add(kind == 'text' and claimed ~= '' and 'claim' or kind, sentence.text, table.concat(said, ' '), claimed)
    for _, note in ipairs(notes) do self:blocks(note.content, 'note') end
  end
end

function S:chunk(chunk)
  if chunk.kind ~= 'session' then return end
  self:put(chunk.line, 'session', '', '', chunk.variant and 'exercises/' .. chunk.name or chunk.name)
end

local block = {}
function block.Para(s, el, kind)
  if el.content[1] and el.content[1].t == 'Image' then return s:inlines(el.content[1].caption, 'caption') end
  s:inlines(el.content, kind)
end
block.Plain = block.Para
function block.Header(s, el) s.section = el.identifier end
function block.BlockQuote(s, el, kind) s:blocks(el.content, kind) end
function block.BulletList(s, el, kind)
  for _, item in ipairs(el.content) do s:blocks(item, kind) end
end
block.OrderedList = block.BulletList
function block.DefinitionList(s, el, kind)
  for _, item in ipairs(el.content) do
    s:inlines(item[1], kind)
    for _, definition in ipairs(item[2]) do s:blocks(definition, kind) end
  end
end
function block.Div(s, el, kind)
  if el.classes:includes('chunk') then return s:chunk(s.record.chunks[tonumber(el.attributes.number)]) end
  if not el.classes:includes('claim') then return s:blocks(el.content, kind) end
  s:blocks({ el.content[1] }, 'claim')
  s:blocks({ table.unpack(el.content, 2) }, 'truth')
end
function block.Table(s, el)
  s:blocks(el.caption.long or {}, 'caption')
  for _, body in ipairs(el.bodies) do
    for _, row in ipairs(body.body) do s:add('row', sentences.row(row)) end
  end
end

function S:blocks(blocks, kind)
  for _, el in ipairs(blocks) do
    if block[el.t] then block[el.t](self, el, kind) end
  end
end

function Reader(input)
  local known, lines = tables.load(true), {}
  for i, unit in ipairs(noweb.split(tostring(input))) do
    if i == 1 then noweb.title(unit) end
    local blocks, record = chapter.read(unit, known)
    local s = setmetatable({ record = record, section = '', lines = lines, from = 1 }, S)
    s.letters, s.line_at = letters_of(noweb.scan(unit).lines)
    s:blocks(blocks, 'text')
    collectgarbage()
  end
  return pandoc.Pandoc { pandoc.RawBlock('plain', table.concat(lines, '\n')) }
end
