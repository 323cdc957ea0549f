-- sentences.lua - takes prose apart into sentences.
--
-- text(inlines)   gives their words in one line, as a test would quote them: without
--                 markup and footnotes, with plain quotes and dashes, [] for a reference
--                 without words
-- split(inlines)  gives the sentences of a paragraph, {text, inlines, gap} each, gap being
--                 the blank behind it, if any. One ends with . ? or ! before a blank, when
--                 what follows is code or does not begin with a small letter. A sentence
--                 within emphasis, a link or a claim does not end there.
-- row(row)        gives the text of a row of a table, its cells with " | " between.

local M = {}

-- signs of print, as a keyboard has them
local plain = { ['\u{2018}'] = "'", ['\u{2019}'] = "'", ['\u{201c}'] = '"', ['\u{201d}'] = '"', ['\u{2013}'] = '--',
  ['\u{2014}'] = '---', ['\u{2026}'] = '...', ['\u{a0}'] = ' ' }

local text_of

-- What an element of each kind says; one with content that is not named says its content.
local said = {}
function said.Str(el)
  local words = el.text:gsub('\1[^\2]*\2', '[]')
  return words:find('[\128-\255]') and words:gsub(utf8.charpattern, plain) or words
end
function said.Space() return ' ' end
said.SoftBreak, said.LineBreak = said.Space, said.Space
function said.Code(el) return el.text end
said.Math = said.Code
function said.Note() return '' end
said.RawInline, said.Image = said.Note, said.Note
function said.Quoted(el)
  local mark = el.quotetype == 'SingleQuote' and "'" or '"'
  return mark .. text_of(el.content) .. mark
end

function text_of(inlines)
  local words = {}
  for i, el in ipairs(inlines) do
    local say = said[el.t]
    words[i] = say and say(el) or not say and el.content and text_of(el.content) or ''
  end
  return table.concat(words)
end
function M.text(inlines) return (text_of(inlines):gsub('%s+', ' '):gsub('^ ', ''):gsub(' $', '')) end

local short = { ['e.g.'] = true, ['i.e.'] = true, ['vs.'] = true, ['cf.'] = true, ['etc.'] = true }

-- Does it begin with code, maybe within an entry of the index, a claim, emphasis?
local function begins_with_code(el)
  while el and el.t ~= 'Code' do el = el.t ~= 'Note' and el.content and el.content[1] end
  return el
end

-- Does a sentence end between an element and the one behind the blank?
local function ends(before, after)
  local last = before and text_of { before }:match('%S+$')
  if not last or short[last] or not last:find('[.?!][)%]"\']*$') then return false end
  return after ~= nil and (begins_with_code(after) or not text_of { after }:find('^%W*%l'))
end

-- A footnote belongs to the sentence before it, and so does an entry of the index without words.
local function before_blank(inlines, i, from)
  repeat i = i - 1
  until i < from or not (inlines[i].t == 'Note' or inlines[i].t == 'Span' and #inlines[i].content == 0)
  return inlines[i]
end

function M.split(inlines)
  local sentences, from = {}, 1
  for i = 1, #inlines do
    local blank = inlines[i].t == 'Space' or inlines[i].t == 'SoftBreak' or inlines[i].t == 'LineBreak'
    local last, gap = i, 0
    local before = before_blank(inlines, i, from)
    if i == #inlines or blank and ends(before, inlines[i + 1]) then
      if i < #inlines then last, gap = i - 1, 1 end
      local own = pandoc.List { table.unpack(inlines, from, last) }
      sentences[#sentences + 1] = { text = M.text(own), inlines = own, gap = gap == 1 and inlines[i] or nil }
      from = last + gap + 1
    end
  end
  return sentences
end

function M.row(row)
  local cells = {}
  for i, cell in ipairs(row.cells) do
    local words = {}
    for j, block in ipairs(cell.contents) do words[j] = block.content and text_of(block.content) or '' end
    cells[i] = table.concat(words, ' ')
  end
  return (table.concat(cells, ' | '):gsub('%s+', ' '))
end

return M
