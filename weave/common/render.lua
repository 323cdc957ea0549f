-- render.lua - turns the tree of a chapter into what one format shows.
--
-- render(blocks, page) gives the blocks of one chapter with chunks, sessions, claims,
-- figures, cross references and collected lists made for page.format ("html", "epub" or
-- "latex"). page has: book (book.lua), own (the record of this chapter), report
-- (report.lua), machine (tests/lib/machine.tsv), figures (folder of the drawn figures),
-- printer (html.lua or latex.lua), href(thing), the address of a label or a chunk. What is
-- alike in all formats is built here as tree. What is wrong in a chapter was found before
-- (chapter.lua, book.lua).

local collected = require 'common.collected'
local names = require 'common.names'
local sentences = require 'common.sentences'
local session = require 'common.session'
local stop = require 'common.stop'
local text_of = require('read.tables').text

local M = {}

local kinds = { chapter = 'Chapter', appendix = 'Appendix', section = 'Section', exercise = 'Exercise', figure = 'Figure', table = 'Table',
  claim = 'claim' }

-- How a label is named in a sentence, as inlines.
function M.reference(label)
  if label.kind == 'program' then return { pandoc.Code((label.title:gsub('%.%w+$', ''))) } end
  if label.chunk then return { pandoc.Str('⟨'), pandoc.Emph(label.words), pandoc.Str('⟩') } end
  if label.number == '' then return { pandoc.Quoted('DoubleQuote', label.title) } end
  return { pandoc.Str(kinds[label.kind] .. '\u{a0}' .. label.number) }
end

-- --- What stands in the text ------------------------------------------------------

local R = {}      -- a rendering of one chapter
R.__index = R

function R:chunk(div)
  local c = self.page.own.chunks[tonumber(div.attributes.number)]
  if c.lines then return self.page.printer.session(c, session.note(c.lines), self.page) end
  return self.page.printer.chunk(c, self.page)
end

function R:figure(image)
  local page = self.page
  local path = ('%s/%s.%s'):format(page.figures, image.src, page.format == 'latex' and 'pdf' or 'svg')
  return page.printer.figure({ id = image.identifier, number = self.labels[image.identifier].number, path = path,
    svg = text_of(path) or stop(path .. ': not drawn yet'), alt = image.attributes.alt, caption = self:caption(image.caption) }, page)
end

-- A file of the project, read as it is: ::: {.listing file=README.md}
function R:listing(div)
  local path = div.attributes.file
  local text = text_of(path):gsub('\n$', '')
  local language = path:match('%.(%w+)$') or text:match('^#!.-(%w+)\n') or path:match('[^/]*$'):lower()
  return self.page.printer.listing(path, pandoc.CodeBlock(text, { class = language }), self.page)
end

function R:link(a)
  local page, id = self.page, a.target:match('^#(.+)$')
  if not id or a.classes:includes('xref') then return nil end
  local label = page.book.labels[id] or page.own.chunk_of[id]
  if a.classes:includes('named') then
    a.content, a.classes = M.reference(label), pandoc.List {}
  end
  a.target = page.href(label.target or label)
  a.classes:insert('xref')
  return a, page.format ~= 'html' -- no link within a link
end

function R:verdict(el) return self.page.book.verdicts[el.attributes.verdict] end

-- What is put in place of an element is walked through too; what stays among its
-- neighbors (a claim, an aside, a table) is walked through by itself first.
function R:span(s)
  local claim, index = s.classes:includes('claim'), s.classes:includes('index') or s.classes:includes('symptom')
  if not (claim or index) then return nil end
  local walked = s:walk { Link = self.filter.Link, Code = self.filter.Code, Span = self.filter.Span, traverse = 'topdown' }
  if claim then return self.page.printer.claim_span(walked, self:verdict(s), self.page), false end
  local own = self.page.own
  return self.page.printer.indexed({ unit = own.unit, unit_id = own.id, page = own.page, id = s.identifier, chunk = true },
    walked.content, self.page), false
end

function R:walk(blocks) return pandoc.Div(blocks):walk(self.filter).content end
function R:inside(div)
  div.content = self:walk(div.content)
  return div
end

-- An exercise: its heading, what there is to do, and its hints.
function R:exercise(div)
  local task, hints = pandoc.List {}, pandoc.List {}
  for i = 2, #div.content do
    local block = div.content[i]
    local is_hint = block.t == 'Div' and block.classes:includes('hint')
    if is_hint then hints:insert(block) else task:insert(block) end
  end
  local heading = div.content[1]
  return self.page.printer.exercise(self.exercises[heading.identifier], self:walk { heading }, self:walk(task), self:walk(hints), self.page)
end

local block_of = {}
function block_of.chunk(self, d) return self:chunk(d), false end
function block_of.listing(self, d) return self:listing(d), false end
function block_of.figure(self, d) return self:figure(d.content[1].content[1]) end
function block_of.exercise(self, d) return self:exercise(d), false end
function block_of.hint(self, d) return self.page.printer.hint(self:inside(d), self.page), false end
function block_of.answer() return {}, false end
function block_of.aside(self, d) return self.page.printer.aside(self:inside(d), self.page), false end
function block_of.claim(self, d)
  local verdict = self:verdict(d)
  return self.page.printer.claim_block(self:inside(d), verdict, self.page), false
end
function block_of.collected(self, d)
  local list = collected[d.attributes.of](self.page, self)
  return self.page.printer.collected(self:walk(list)), false
end

function R:div(d)
  local of = block_of[d.classes[1]]
  if of then return of(self, d) end
end

function R:header(h)
  local label = self.labels[h.identifier]
  if label then return self.page.printer.header(h, label, self.page) end
end

-- A paragraph's sentences that tests quote are told to the printer, where it has a use for it.
function R:paragraph(p)
  local found, content = false, pandoc.List {}
  for _, sentence in ipairs(sentences.split(p.content)) do
    local tests = self.tried[sentence.text]
    found = found or tests
    content:extend(tests and { self.page.printer.tried(sentence.inlines, tests) } or sentence.inlines)
    if sentence.gap then content:insert(sentence.gap) end
  end
  if not found then return nil end
  p.content = content
  return p
end

-- The words below a figure or above a table, which no walk comes by.
function R:caption(inlines)
  local p = self.tried and self:paragraph(pandoc.Plain(inlines))
  return p and p.content or inlines
end

-- The sentence that a row of a table is.
function R:row(row)
  local tests = self.tried[sentences.row(row)]
  local first = tests and row.cells[1].contents[1]
  if first and first.content then first.content = { self.page.printer.tried(first.content, tests) } end
  return row
end

function R:table(t)
  if self.tried then
    for _, block in ipairs(t.caption.long) do block.content = self:caption(block.content) end
    for _, body in ipairs(t.bodies) do body.body = pandoc.List(body.body):map(function(row) return self:row(row) end) end
  end
  local cells = { traverse = 'topdown', Link = self.filter.Link, Code = self.filter.Code, Span = self.filter.Span }
  local walked = pandoc.Div({ t }):walk(cells).content[1]
  return self.page.printer.table(walked, self.labels[t.identifier], self.page), false
end

-- --- What collected lists need ------------------------------------------------------

-- A link to a chunk, with its name or other words; one to a label, likewise.
function R:chunk_link(chunk, text)
  return pandoc.Link(text or chunk.words, self.page.href(chunk), '', { class = 'xref' })
end
function R:label_link(id, text)
  local label = self.page.book.labels[id]
  return pandoc.Link(text or M.reference(label), self.page.href(label.target), '', { class = 'xref' })
end

-- A hint or an answer of another chapter, which its record holds as JSON, as it is on this
-- page. It is not walked through again.
function R:solution(json, record)
  local blocks = M.render(pandoc.read(json, 'json').blocks, setmetatable({ own = record }, { __index = self.page }))
  return pandoc.Div(blocks, { class = 'solution' })
end
function block_of.solution(_, d) return d, false end

-- --------------------------------------------------------------------------------------

-- What has an anchor on the page of another chapter, that of RECORD.
local function place_on(record, id) return { unit = record.unit, unit_id = record.id, page = record.page, id = id } end

function M.render(blocks, page)
  local tried = page.format == 'html' and page.report.tried[page.own.unit]
  local self = setmetatable({ page = page, labels = {}, exercises = {}, pages = page.printer.pages, tried = tried }, R)
  for _, label in ipairs(page.own.labels) do self.labels[label.id] = label end
  for _, e in ipairs(page.own.exercises) do self.exercises[e.id] = e end
  function page.trial(id) return place_on(page.book.trial or page.own, names.trial(id)) end
  function page.answer(id) return place_on(page.book.answers_page, names.answer(id)) end
  function page.hints(id) return place_on(page.book.answers_page, names.hints(id)) end
  -- Every walk costs, so there is only one, from the outside in.
  local filter = { traverse = 'topdown' }
  self.filter = filter
  for element, name in pairs { Link = 'link', Span = 'span', Div = 'div', Header = 'header', Table = 'table' } do
    filter[element] = function(el) return self[name](self, el) end
  end
  if tried then
    filter.Para = function(p) return self:paragraph(p) end
    filter.Plain = filter.Para
  end
  function filter.Code(c) if page.printer.code then return page.printer.code(c, page) end end
  function filter.CodeBlock(c) if page.printer.fence then return page.printer.fence(c, page) end end
  return pandoc.Div(blocks):walk(filter).content
end

return M
