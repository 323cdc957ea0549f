-- chapter.lua - reads one chapter: its tree, and what the rest of the book must know.
--
-- read(unit, tables) parses the prose once, as pandoc Markdown, so that footnotes and
-- references work across code. It gives the tree, in which a chunk is an empty Div of
-- class "chunk" whose attribute number says which of the record's, a figure a Div of
-- class "figure"; the record; and the formulas. The record is a table of strings,
-- numbers and tables, which can be written to a file and read again:
--   unit, file, id, title, number ("3", "A", ""), page ("pipes.html")
--   labels    {id, kind, number, title, level, line}  what [](#id) can point at
--   chunks    {name, id, unit, file, line, section, part, text, mark, uses, kind,
--             program, calls, constants, defines, words, exercise, variant, hidden}  in
--             order; uses is noweb.lua's, kind "session" or an ending of kinds.tsv for what
--             becomes a program or session of the chapter, program its name without the
--             ending; a session has lines, {kind, text} each; words are its name on the page;
--             exercise is the id of the one it stands in, variant and ending what a root
--             chunk makes there (exercises.lua), hidden tells that it stands in the answer
--   exercises {id, number, title, level, minutes, line, hints, answer}  hints and answer as
--             pandoc's JSON; in the tree they stay, in Divs hint and answer
--   remember  the tables of the section whose id ends in "remember", as pandoc's JSON
--   claims    {id, verdict, words, text, section}; words as pandoc's JSON: a block with
--             what is said (a claim within a sentence: all of it), then the truth; text is
--             what is said, without its form
--   calls     {name, section}  each `name(N)` of the prose, once a section
--   refs      {id, line}  each id that a [](#id) names, once
--   terms     {id, head, sub, see, section, line}  the entries of the subject index, with
--             the section of level 2, or the chapter, that they stand in
--   symptoms  {id, entry, program, section, line}  likewise of the index of symptoms
--   prose     {id, text}  of each section, without code, hints and answers; a reference
--             without words is \1ID\2
--   collects  the kinds of list that the chapter shows (claims, chunks, ...)
--   shows     {file, line, rule, what}  the files that it shows
--   problems  {file, line, rule, message}  what is wrong in it
-- tables has kinds, verdicts, manual and sessions, as tables.lua reads them; without
-- sessions (a check of the sources alone) no session has lines.

local noweb = require 'read.noweb'
local names = require 'common.names'
local places = require 'read.places'
local exercises = require 'read.exercises'
local sentences = require 'common.sentences'
local collected = require 'common.collected'
local near = require 'common.near'
local stop = require 'common.stop'
local terms = require 'read.terms'
local versions = require 'common.versions'

local R = {}     -- a reading: what is known so far, and what each element adds
R.__index = R

-- The number of a chapter from its file's name: 03-pipes is 3, A-trial is A.
local function number_of(unit)
  local digits = unit:match('^(%d+)%-')
  return digits and tostring(tonumber(digits)) or unit:match('^(%u)%-') or ''
end

function R:problem(line, rule, message, ...)
  table.insert(self.record.problems, { file = self.record.file, line = line or self.line or 1, rule = rule,
    message = message:format(...) })
end

-- The line of the next place where the words stand; else that of the last heading.
function R:place(words) return self.places:find(words) or self.line or 1 end

-- Adds a label; without a line, that of the id.
function R:label(label)
  label.line = label.line or self:place('#' .. label.id)
  if self.folded then
    self:problem(label.line, 'exercise', 'the %s {#%s} stands in %s, where nothing can lead; put it into the text', label.kind, label.id, self.folded)
  end
  label.number, label.title, label.level = label.number or '', label.title or '', label.level or 0
  table.insert(self.record.labels, label)
end

-- "3.2" for the second figure of chapter 3.
function R:count(kind)
  self.counts[kind] = (self.counts[kind] or 0) + 1
  local number = self.record.number
  return number == '' and tostring(self.counts[kind]) or number .. '.' .. self.counts[kind]
end

-- The text of a paragraph; what stands in it may ask for the paragraphs last read.
function R:add_text(block)
  if not self.folded then table.insert(self.text, pandoc.utils.stringify(block)) end
  self.around = { block.content, self.around[1] }
end

-- A reference without words is given a mark for some, so that the prose has it too.
local function mark(a)
  local id = a.target:match('^#(.+)$')
  if id and #a.content == 0 then
    a.content = { pandoc.Str('\1' .. id .. '\2') }
    a.classes:insert('named')
    return a
  end
end

-- --- Headings ----------------------------------------------------------------

function R:chapter_heading(id, title)
  local record = self.record
  if record.id then
    self:problem(self.line, 'heading', 'a second heading of level 1, "%s"; a chapter has one', title)
    return
  end
  record.id, record.title, record.page = id, title, names.page(record.unit, id)
  self:label { id = id, kind = record.number:find('^%u') and 'appendix' or 'chapter', number = record.number, title = title,
    level = 1, line = self.line }
end

function R:header(h)
  local title = pandoc.utils.stringify(h.content)
  if h.identifier == '' then
    self.line = self:place(title)
    self:problem(self.line, 'heading', 'a heading without an id, {#id} at its end: %s', title)
    h.identifier = 'heading-' .. self.line
  else
    self.line = self:place('#' .. h.identifier)
  end
  self.section = h.identifier
  if h.level <= 2 then self.numbered = h.identifier end
  self.text = {}
  table.insert(self.record.prose, { id = self.section, text = self.text })
  self:no_term(h, 'a heading', self.line)
  if h.level == 1 then return self:chapter_heading(h.identifier, title) end
  if h.classes:includes('exercise') then
    self:exercise_heading(h, title)
    return h
  end
  local number = ''
  if h.level == 2 then
    self.sections = self.sections + 1
    number = self.record.number ~= '' and self.record.number .. '.' .. self.sections or ''
  end
  self:label { id = h.identifier, kind = 'section', number = number, title = title, level = h.level, line = self.line }
end

function R:exercise_heading(h, title)
  local e = exercises.heading(h, function(...) self:problem(self.line, 'exercise', ...) end)
  e.number, e.title, e.line = self:count('exercise'), title, self.line
  self.exercise = e
  table.insert(self.record.exercises, e)
  self:label { id = e.id, kind = 'exercise', number = e.number, title = title, level = h.level, line = self.line }
end

-- --- Chunks ------------------------------------------------------------------

-- Every word of the code that a pattern captures, once.
local function words_of(code, pattern)
  local words, seen = {}, {}
  for word in code:gmatch(pattern) do
    if not seen[word] then words[#words + 1] = word end
    seen[word] = true
  end
  return words
end

-- The C functions whose definition begins at column 0 of the code. Ours are all static.
local function defined_in(code)
  local defined = {}
  for line in ('\n' .. code):gmatch('\n(static [^\n]*)') do
    local name = line:match('^[%w_ *]-[ *]([%a_][%w_]*)%([^;]*$')
    if name then defined[#defined + 1] = name end
  end
  return defined
end

-- What a chunk's name makes of it: kind, program, and the lines of a session.
function R:file_of(chunk)
  local program, ending = chunk.name:match('^([%w_-]+)%.(%w+)$')
  if chunk.exercise then
    chunk.words = exercises.words(chunk.name, chunk.exercise)
    chunk.variant, chunk.ending = exercises.variant(chunk.name, chunk.exercise)
  end
  if ending ~= 'session' and (chunk.variant or not self.tables.kinds[ending]) then return end
  chunk.kind, chunk.program = ending, program
  if ending == 'session' and chunk.part > 1 then
    self:problem(chunk.line, 'session', '<<%s>> goes on here; a session stands in one piece', chunk.name)
  end
  if ending ~= 'session' or not self.tables.sessions then return end
  local path = ('tangled/%s/%s%s'):format(chunk.unit, chunk.variant and 'exercises/' or '', chunk.name)
  chunk.lines = self.tables.sessions[path]
    or stop(('%s:%d: %s is not there; run make tangle'):format(chunk.file, chunk.line, path))
end

function R:chunk(raw)
  self.shown = self.shown + 1
  local chunk = self.chunks[self.shown]
  if raw.text ~= tostring(self.shown) or not chunk then
    self:problem(self:place('{=nwchunk'), 'raw', 'nwchunk is what the press itself writes; it cannot stand in a source')
    return {}
  end
  local record = self.record
  self.parts[chunk.name] = (self.parts[chunk.name] or 0) + 1
  local c = { name = chunk.name, words = chunk.name, unit = record.unit, file = record.file, line = chunk.line, section = self.section,
    part = self.parts[chunk.name], text = chunk.text, mark = chunk.mark, uses = chunk.uses,
    calls = words_of(chunk.text, '%f[%w_]([%a_][%w_]*)%('),
    constants = words_of(chunk.text, '%f[%w_](%u[%u%d]*_[%u%d_]+)'), defines = defined_in(chunk.text),
    exercise = self.exercise and self.exercise.id, hidden = self.hidden }
  if self.folded and not self.hidden then
    self:problem(c.line, 'exercise', 'the chunk <<%s>> stands in a hint; a hint is made of words', c.name)
  end
  c.id = names.slug(c.name, c.part)
  self:file_of(c)
  record.chunks[self.shown] = c
  if c.kind and c.kind ~= 'session' and c.part == 1 then
    self:label { id = c.id, kind = 'program', title = c.name, line = c.line }
  end
  return pandoc.Div({}, { class = 'chunk', number = tostring(self.shown) }), false
end

-- Raw text of one format, which all others drop.
function R:raw(raw)
  if raw.format == 'nwchunk' then return self:chunk(raw) end
  if raw.format == 'html' and raw.text:find('^%s*<!%-%-.*%-%->%s*$') then return {} end -- a comment
  local words = raw.text:match('[^\n]+') or ''
  self:problem(self:place(words), 'raw', 'raw %s, which only one format shows: %s', raw.format, words)
end

-- Code that is no chunk: what nobody compiles or runs must not look as if somebody had.
function R:code_block(block)
  local class, text = block.classes[1], block.text
  local line = self.places:find_line(text:match('[^\n]+') or '') or self.line
  if not class then
    self:problem(line, 'loose', 'a block of code that is no chunk; if it is one by mistake, do not indent it, else '
      .. 'give it a fence with a class (```text)')
  elseif self.languages[class:lower()] then
    self:problem(line, 'loose', 'a block of %s that nothing compiles; make it a chunk or say it in words', class)
  elseif class == 'console' or class == 'session' or ('\n' .. text):find('\n%$ ') then
    self:problem(line, 'loose', 'a session that nobody runs; make it a chunk <<NAME.session>>')
  elseif ('\n' .. text):find('\n%s*#%s*include') or text:find('int%s+main%s*%(') then
    self:problem(line, 'loose', 'C that nothing compiles; make it a chunk or say it in words')
  end
end

-- --- Figures, tables, claims, references -----------------------------------------

-- The name of a figure's source, without folder and ending.
local function figure_name(src) return (src:gsub('^assets/figures/', ''):gsub('%.pikchr$', '')) end

function R:figure(image)
  local line = self:place('](' .. image.src)
  local name = figure_name(image.src)
  if name:find('%.[%a]+$') or name:find('[^%w_-]') then
    self:problem(line, 'figure', 'the figure %s: only drawings in assets/figures/NAME.pikchr can be shown in every '
      .. 'format; write ![...](NAME)', image.src)
  else
    table.insert(self.record.shows, { file = ('assets/figures/%s.pikchr'):format(name), line = line, rule = 'figure',
      what = 'the figure' })
  end
  local alt = image.attributes.alt
  if not alt or alt == '' then self:problem(line, 'figure', 'the figure %s has no alt text, {alt="..."}', name) end
  if image.identifier == '' then
    self:problem(line, 'figure', 'the figure %s has no id, {#fig-...}', name)
  else
    self:label { id = image.identifier, kind = 'figure', number = self:count('figure'),
      title = pandoc.utils.stringify(image.caption) }
  end
  image.src = name
  self.around = { image.caption }
  pandoc.walk_inline(image, self:inline_filter())
  return pandoc.Div({ pandoc.Para { image } }, { class = 'figure' }), false
end

function R:image(image)
  self:problem(self:place('](' .. image.src), 'figure', 'the picture %s stands within a sentence; a figure is a '
    .. 'paragraph of its own', image.src)
end

function R:paragraph(p)
  local image = #p.content == 1 and p.content[1]
  if image and image.t == 'Image' then return self:figure(image) end
  self:add_text(p)
end

-- A table of what to remember, as pandoc's JSON, for the page that collects them:
-- without id and what else may stand in one place alone; its caption is what it is called.
local function remembered(t)
  local copy = t:walk { Span = function(span) return span.content end, Note = function() return {} end }
  copy.identifier, copy.attributes.called, copy.caption = '', pandoc.utils.stringify(t.caption.long):gsub('%s+$', ''), { long = {} }
  return pandoc.write(pandoc.Pandoc { copy }, 'json')
end

-- A table's id is the last word of its caption, "{#tbl-x}"; it becomes the table's.
function R:table(t)
  local last = t.caption.long[#t.caption.long]
  local word = last and last.content and last.content[#last.content]
  local id = word and word.t == 'Str' and word.text:match('^{#(.+)}$')
  if not id then return nil end
  last.content:remove()
  if #last.content > 0 and last.content[#last.content].t == 'Space' then last.content:remove() end
  t.identifier = id
  self:label { id = id, kind = 'table', number = self:count('table') }
  if self.section:match('remember$') then table.insert(self.record.remember, remembered(t)) end
  return t
end

-- The verdict among the classes of a claim, or nil.
function R:verdict(el)
  for _, class in ipairs(el.classes) do
    if self.is_verdict[class] then return class end
  end
end

-- What is left of words that are printed in another place: no note, no entry of the index,
-- of claims only the words, those of ID emphasized.
local function copied(inlines, id)
  local words = pandoc.Span(inlines):walk {
    Span = function(s) return s.identifier ~= '' and s.identifier == id and pandoc.Emph(s.content) or s.content end,
    Note = function() return {} end,
  }
  return words.content
end

-- A sentence that needs the one before it to have a subject.
local function leans(text)
  local first = text:match('^%a+')
  return ('It Its They Their This That These Those Such Neither He So Then But And Nor One'):find('%f[%a]' .. (first or '-') .. '%f[%A]') ~= nil
    or text:find('^The two') ~= nil
end

-- The words of a claim as a sentence of their own, or nil when they are none: where they
-- begin within a clause, end in one, or lean on what is before.
local function own_sentence(span, sentence)
  local at
  for i, inline in ipairs(sentence.inlines) do
    if inline.t == 'Span' and inline.identifier == span.identifier then at = i end
  end
  if not at then return nil end
  local before = sentences.text({ table.unpack(sentence.inlines, 1, at - 1) })
  local after = sentences.text({ table.unpack(sentence.inlines, at + 1) })
  local word = before:match('(%a+)%s*$')
  local begins = before:find('^%s*$') or before:find('[:;,]%s*$')
    or word and ('and And so So yet Yet but But that'):find('%f[%a]' .. word .. '%f[%A]')
  local ends = after:find('^%s*$') or after:find('^[.,;:]') or after:find('^%s+and ')
  local words = copied(span.content)
  local text = sentences.text(words)
  if not begins or not ends or leans((text:gsub('^%l', string.upper))) then return nil end
  if not text:find('[.!?]$') then words:insert(pandoc.Str '.') end
  return words
end

-- The words of a claim; where they are no sentence, or have a condition OUTSIDE of them, the
-- whole sentence that they are part of, and the one before where it leans on that; and
-- whether this stands by itself now.
function R:sentence_of(span, outside)
  local function has(inlines)
    local found = false
    pandoc.Span(inlines):walk { Span = function(s) found = found or s.identifier == span.identifier end }
    return found
  end
  for _, paragraph in pairs(self.around) do
    local parts = sentences.split(paragraph)
    for i, sentence in ipairs(parts) do
      if has(sentence.inlines) then
        local own = not outside and own_sentence(span, sentence)
        if own then return own, true end
        local all = sentence.text == sentences.text(span.content)
        local words = copied(sentence.inlines, not all and span.identifier or nil)
        if not leans(sentence.text) then return words, true end
        if i == 1 then return words, false end
        return copied(parts[i - 1].inlines) .. { pandoc.Space() } .. words, true
      end
    end
  end
  return copied(span.content), false
end

-- Each claim has a place of its own: none stands within another, in its CONTENT or its truth.
function R:no_claim_within(el, content)
  pandoc.Div(content):walk { Span = function(s)
    if s.classes:includes('claim') then
      self:problem(self:place('#' .. s.identifier), 'claim', 'the claim %s stands within the claim %s; give it a place of its own',
        s.identifier, el.identifier)
    end
  end }
end

function R:claim(el, words)
  if el.identifier == '' then
    return self:problem(self:place('.claim'), 'claim', 'a claim without an id, {.claim #ID .VERDICT}')
  end
  local verdict = self:verdict(el)
  local line = self:place('#' .. el.identifier)
  if not verdict then
    self:problem(line, 'claim', 'claim %s has no verdict; there are %s', el.identifier, table.concat(self.verdicts, ', '))
    verdict = self.verdicts[1]
  end
  el.attributes.verdict = verdict
  self:label { id = el.identifier, kind = 'claim', number = el.identifier, line = line }
  table.insert(self.record.claims, { id = el.identifier, verdict = verdict, section = self.section,
    words = pandoc.write(pandoc.Pandoc(words), 'json'), text = pandoc.utils.stringify(words[1] or '') })
end

-- The line of an entry of an index, which has no id: that of its last word.
function R:place_of_term(s, class)
  local entry, last = s.attributes.entry, s.content[#s.content]
  if s.identifier ~= '' then return self:place('#' .. s.identifier) end
  if entry then return self.places:find('entry="' .. entry) or self:place('.' .. class) end
  local sign = last and ({ Code = '`', Emph = '*', Strong = '**' })[last.t] or ''
  return self.places:find((last and pandoc.utils.stringify(last) .. sign or '[') .. ']{.' .. class) or self:place('.' .. class)
end

-- [words]{.index}, [words]{.symptom}: an entry of an index, read by READ and added to LIST.
-- Its anchor is its own, PREFIX and its words.
function R:term(s, class, read, list, prefix)
  local term, why = read(s)
  local line = self:place_of_term(s, class)
  if term and self.folded then term, why = nil, ('an index entry stands in %s; put it into the text'):format(self.folded) end
  if not term then return self:problem(line, 'index', '%s', why) end
  term.line, term.section = line, self.numbered
  local slug = prefix .. names.slug(terms.bare((term.head or term.entry) .. (term.sub and ' ' .. term.sub or '')), 1)
  self.slugs[slug] = (self.slugs[slug] or 0) + 1
  term.id = self.slugs[slug] == 1 and slug or slug .. '.' .. self.slugs[slug]
  s.identifier = term.id
  table.insert(list, term)
  return s
end

-- What is printed in another place, or in several, holds no entry.
function R:no_term(el, where, line)
  el:walk { Span = function(s)
    if s.classes:includes('index') or s.classes:includes('symptom') then
      self:problem(line, 'index', 'an index entry stands in %s; put it into the text beside it', where)
    end
  end }
end

function R:span(s)
  if s.classes:includes('claim') then
    local truth = s.attributes.truth and pandoc.read(s.attributes.truth, versions.markdown).blocks
    if truth then self:no_term(pandoc.Div(truth), 'a truth="..."', self:place('#' .. s.identifier)) end
    self:no_claim_within(s, pandoc.List { pandoc.Plain(s.content) } .. (truth or {}))
    local sentence, alone = self:sentence_of(s, not truth and not s.classes:includes('holds'))
    -- what is missing in the notes is said by the truth; a claim of theirs is shown first
    local said = truth and not alone and s.classes:includes('missing') and pandoc.List {} or pandoc.List { pandoc.Plain(sentence) }
    self:claim(s, said .. (truth or {}))
    return s
  elseif s.classes:includes('index') then
    return self:term(s, 'index', terms.read, self.record.terms, 'ix-')
  elseif s.classes:includes('symptom') then
    return self:term(s, 'symptom', terms.symptom, self.record.symptoms, 'sy-')
  elseif #s.classes > 0 then
    self:problem(self:place('.' .. s.classes[1]), 'block', 'unknown class .%s on words; there are .claim, .index and .symptom',
      s.classes[1])
  end
end

function R:link(a)
  local id = a.target:match('^#(.+)$')
  if id and not self.referred[id] then
    self.referred[id] = true
    table.insert(self.record.refs, { id = id, line = self:place('(#' .. id .. ')') })
  end
end

-- `read(2)`: a call, or another page of the manual.
function R:code(c)
  local call = c.text:match('^([%w_.-]+%([1-9][%l]*%))$')
  if not call or not self.section then return end
  local key = call .. ' ' .. self.section
  if self.called[key] then return end
  self.called[key] = true
  if not self.folded then table.insert(self.record.calls, { name = call, section = self.section }) end
  if self.tables.manual[call] == nil then
    self:problem(self:place(call), 'manual', 'no manual page %s is known%s; if there is one, run make manual', call,
      near.hint(call, self.tables.manual))
  end
end

-- Whether a formula can be read shows when it is printed.
function R:math(m) table.insert(self.formulas, m) end

-- --- Blocks ::: ------------------------------------------------------------------

-- What a block of each class is; nil: nobody knows it.
local block_of = {}
local walked = { exercise = true, hint = true, answer = true }

-- Walks through a block by itself, to know when its end is reached.
function R:walk(d) d.content = pandoc.Div(d.content):walk(self:filter()).content end

function block_of.claim(r, d)
  r:no_claim_within(d, d.content)
  r:claim(d, d.content:walk { Span = function(s)
    if s.classes:includes('index') or s.classes:includes('symptom') then return s.content end
  end })
end
function block_of.exercise(r, d)
  if not (d.content[1] and d.content[1].t == 'Header') then
    return r:problem(r:place('exercise'), 'exercise', 'an exercise is a heading of level 3, {#NAME .exercise .mend minutes=15}')
  end
  r:walk(d)
  r.exercise = nil
end

-- What is folded, or stands elsewhere, on the pages; gives it as pandoc's JSON.
function R:fold(d, what)
  local line = self:place('::: ' .. what)
  if not self.exercise or self.folded then
    self:problem(line, 'exercise', '::: %s stands outside of an exercise', what)
    return
  end
  self.folded, self.hidden = ('%s %s'):format(what == 'answer' and 'an' or 'a', what), what == 'answer' or nil
  self:walk(d)
  self.folded, self.hidden = nil, nil
  return pandoc.write(pandoc.Pandoc(d.content), 'json'), line
end
function block_of.hint(r, d)
  local hint = r:fold(d, 'hint')
  if not hint then return end
  table.insert(r.exercise.hints, hint)
  d.attributes.number = tostring(#r.exercise.hints)
end
function block_of.answer(r, d)
  local answer, line = r:fold(d, 'answer')
  if answer and r.exercise.answer then
    r:problem(line, 'exercise', 'the exercise "%s" has two answers; the other right ones are its also-WORD', r.exercise.id)
  elseif answer then r.exercise.answer = answer end
end
function block_of.aside() end
function block_of.collected(r, d)
  local of = tostring(d.attributes.of)
  if not collected[of] then
    r:problem(r:place('of=' .. of), 'collected', 'nothing is collected under "%s"%s', of, near.hint(of, collected))
  end
  table.insert(r.record.collects, of)
end
function block_of.listing(r, d)
  local path = tostring(d.attributes.file)
  table.insert(r.record.shows, { file = path, line = r:place('file=' .. path), rule = 'listing', what = 'the listed file' })
end

function R:div(d)
  local class = d.classes[1]
  if not class or not block_of[class] then
    self:problem(self:place(class and class or ':::'), 'block', 'unknown block ::: %s%s; there are %s',
      class or '', near.hint(class or '', block_of), 'answer, aside, claim, collected, hint, listing')
    return
  end
  block_of[class](self, d)
  -- the claim has its verdict now; what is in an exercise was walked through
  return d, not walked[class]
end

-- --- The walk --------------------------------------------------------------------

local function with(self, name) return function(el) return R[name](self, el) end end

function R:inline_filter()
  return { Span = with(self, 'span'), Link = with(self, 'link'), Code = with(self, 'code'), Math = with(self, 'math'),
    RawInline = with(self, 'raw') }
end

function R:filter()
  local filter = self:inline_filter()
  filter.traverse = 'topdown'
  for element, name in pairs { Header = 'header', Para = 'paragraph', Plain = 'add_text', Table = 'table', Div = 'div',
    RawBlock = 'raw', CodeBlock = 'code_block', Image = 'image' } do
    filter[element] = with(self, name)
  end
  return filter
end

local function set_of(list)
  local set = {}
  for _, item in ipairs(list) do set[item] = true end
  return set
end

local function new_reading(unit, scanned, tables)
  local verdicts, languages = {}, {}
  for i, v in ipairs(tables.verdicts) do verdicts[i] = v.class end
  for _, kind in pairs(tables.kinds) do languages[kind.language] = true end
  local record = { unit = unit.unit, file = unit.file, number = number_of(unit.unit), labels = {}, chunks = {}, claims = {},
    calls = {}, refs = {}, exercises = {}, terms = {}, symptoms = {}, prose = {}, remember = {},
    collects = {}, shows = {}, problems = {} }
  return setmetatable({ record = record, tables = tables, chunks = scanned.chunks, places = places.new(scanned.lines),
    verdicts = verdicts, is_verdict = set_of(verdicts), languages = languages, counts = {}, sections = 0, shown = 0,
    parts = {}, text = {}, called = {}, referred = {}, around = {}, slugs = {}, formulas = {} }, R)
end

-- What the whole chapter lacks.
function R:finish()
  local record = self.record
  if not record.id then
    self:problem(1, 'heading', 'no heading of level 1')
    record.id, record.title, record.page = record.unit, record.unit, names.page(record.unit, record.unit)
  end
  for i = self.shown + 1, #self.chunks do
    self:problem(self.chunks[i].line, 'block', 'the chunk <<%s>> does not come out on the page; it stands in a fence, a '
      .. 'comment or a title block that is not closed', self.chunks[i].name)
  end
  for _, s in ipairs(record.prose) do s.text = table.concat(s.text, ' ') end
end

local M = {}

function M.read(unit, tables)
  local scanned = noweb.scan(unit)
  local ok, doc = pcall(pandoc.read, scanned.prose, versions.markdown)
  if not ok then stop(unit.file .. ': ' .. tostring(doc):gsub('\nstack traceback.*', '')) end
  local reading = new_reading(unit, scanned, tables)
  local blocks = pandoc.Div(exercises.wrap(doc.blocks)):walk({ Link = mark }):walk(reading:filter()).content
  reading:finish()
  return blocks, reading.record, reading.formulas
end

return M
