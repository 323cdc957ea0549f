-- latex.lua - prints chunks, sessions, claims and figures for XeLaTeX. Each function takes
-- a record of book.lua and the page (see render.lua), and gives blocks or inlines made
-- of the macros that book.tex defines. References carry page numbers.

local breaks = require 'print.breaks'
local names = require 'common.names'
local html = require 'common.html'
local versions = require 'common.versions'
local M = {}

local special = { ['\\'] = '\\textbackslash{}', ['{'] = '\\{', ['}'] = '\\}', ['$'] = '\\$',
  ['&'] = '\\&', ['#'] = '\\#', ['%'] = '\\%', ['_'] = '\\_', ['^'] = '\\textasciicircum{}',
  ['~'] = '\\textasciitilde{}' }
-- What fonts for text make of these, and of some signs in pairs (--, <<), is not meant.
local quotes = { ['"'] = '\\textquotedbl{}', ['`'] = '\\textasciigrave{}' }
local function esc(s)
  return (s:gsub('[\\{}$&#%%_^~]', special):gsub('["`]', quotes):gsub('([-<>,])%1', '%1{}%1'):gsub('([-<>,])%1', '%1{}%1'))
end
-- Within Verbatim with commandchars=\\\{\} only these three are special.
local function verb(s)
  return (s:gsub('[\\{}]', { ['\\'] = '\\textbackslash{}', ['{'] = '\\{', ['}'] = '\\}' }))
end
local function raw(s) return pandoc.RawBlock('latex', s) end
local function rawi(s) return pandoc.RawInline('latex', s) end

local options = versions.highlighting(PANDOC_WRITER_OPTIONS)
local function anchor(thing) return names.anchor('latex', thing) end

local function chunk_name(chunk)
  local macro = chunk.kind ~= 'session' and (chunk.kind or chunk.variant) and '\\texttt{' or '\\textit{'
  return macro .. esc(chunk.words) .. '}'
end
local function link(thing, text)
  return ('\\nwlink{%s}{%s}'):format(anchor(thing), text)
end

-- --- Code and sessions -------------------------------------------------------------

-- Up to how many users of a chunk are named in the line above it; more are only counted.
local few = 3

-- Who uses a chunk, in words.
local function used_in(c, page)
  local users, places = html.users(c), {}
  if #users > few then return html.many_users(c, users, page) end
  for i, user in ipairs(users) do places[i] = link(user, chunk_name(user)) end
  return #users > 0 and 'used in ' .. table.concat(places, ', ') or nil
end

-- From how many lines on the code of an exercise is long.
local long_code = 40

-- On paper only the number of what is many.
function M.fold(summary) return summary end

function M.chunk(c, page)
  local text = pandoc.write(pandoc.Pandoc { pandoc.CodeBlock(c.text, { class = c.language }) }, 'latex', options)
  local head, code, foot = text:match('^(.-\\begin{Highlighting}%b[]\n)(.*)(\n\\end{Highlighting}.*)$')
  if not head then head, code, foot = text, '', '' end -- no line at all
  code = html.put_uses(c, html.lines_of(code), function(use)
    return ('\\nwuse{%s}{%s}'):format(anchor(use.chunk), (verb(use.chunk.words):gsub('"', quotes)))
  end)
  local refs = {}
  if c.prev then refs[#refs + 1] = link(c.prev, 'continued from') end
  if c.next then refs[#refs + 1] = link(c.next, 'continued') end
  local session = c.kind and page.book:session(c.unit, c.program)
  if session then refs[#refs + 1] = link(session, 'what it prints') end
  if not c.kind and not c.variant then refs[#refs + 1] = used_in(c, page) end
  local long = c.exercise and not c.hidden and #html.lines_of(c.text) > long_code
  return { raw(('%s\\nw%s{%s}{%s}{%s}{%s}{%s}'):format(long and '\\nwlong' or '', c.kind and 'program' or 'chunk', anchor(c),
      c.kind and esc(c.name) or chunk_name(c), c.prev and '+\\equiv' or '\\equiv',
      table.concat(refs, ' \\textperiodcentered{} '), breaks.code(c.text, c.mark, (c.kind or c.variant) and not c.prev))),
    raw(head .. code .. foot), raw('\\nwfoot') }
end

-- A whole file of the project.
function M.listing(path, code)
  return { raw(('\\nwlisting{file-%s}{%s}{%s}'):format(path:gsub('[^%w]', '-'), esc(path), breaks.code(code.text, '\0'))),
    raw(pandoc.write(pandoc.Pandoc { code }, 'latex', options)), raw('\\nwfoot') }
end

-- What each kind of line looks like; licences are not lines of the terminal.
local line_of = {
  command = function(text) return ('\\nwprompt{$ }\\nwcommand{%s}'):format(verb(text)) end,
  more = function(text) return ('\\nwprompt{> }\\nwcommand{%s}'):format(verb(text)) end,
  terminal = function(text) return '\\nwwhich{Terminal ' .. text .. '}' end,
  status = function(text) return '\\nwstatus{' .. verb(text) .. '}' end,
  output = verb,
}

function M.session(c, note)
  local out, shown = {}, {}
  for _, line in ipairs(c.lines) do
    if line_of[line.kind] then
      out[#out + 1], shown[#shown + 1] = line_of[line.kind](line.text), line
    end
  end
  return { raw(('\\nw%s{%s}{%s}{%s}{%s}\n\\begin{Terminal}\n%s\n\\end{Terminal}\n\\nwfoot'):format(
    c.exercise and 'verdicts' or 'session', anchor(c), esc(c.program), note and esc(note) or '', breaks.session(shown), table.concat(out, '\n'))) }
end

-- --- Figures, headings, tables -----------------------------------------------------

function M.figure(fig)
  local inlines = pandoc.List { rawi(('\\begin{figure}[htbp]\n\\centering\\hypertarget{%s}{}\n\\includegraphics[scale=0.85,max width=\\linewidth]{%s}\n\\caption{')
    :format(anchor(fig), fig.path)) }
  inlines:extend(fig.caption)
  inlines:insert(rawi('}\\label{' .. anchor(fig) .. '}\n\\end{figure}'))
  return pandoc.Plain(inlines)
end

function M.header(h, label, page)
  h.attributes.lang = nil
  if label.kind == 'exercise' then
    h.content = pandoc.List { rawi(('\\nwnumber{Exercise %s}'):format(label.number)) } .. h.content
  end
  if page.own.number == '' then
    h.classes:insert('unnumbered')
    -- LaTeX leaves the running head of the chapter before
    if h.level == 1 then
      return { h, raw(('\\markboth{%s}{%s}'):format(esc(label.title), esc(label.title))) }
    end
  end
  local effort = h.level == 1 and page.book:effort(page.own.unit)
  return effort and { h, raw('\\nwabout{' .. effort .. '}') } or h
end

-- An exercise; its hints and its answer stand elsewhere.
function M.exercise(e, heading, task, _, page)
  local ways = ('answer: page \\nwpage{%s}'):format(anchor(page.answer(e.id)))
  if #e.hints > 0 then ways = ('hints: page \\nwpage{%s}, '):format(anchor(page.hints(e.id))) .. ways end
  local out = pandoc.List(heading)
  out:insert(raw(('\\nwexercise{%s, %d minutes \\textperiodcentered{} \\texttt{make exercise %s}}{%s}'):format(e.level,
    e.minutes, esc(e.id), ways)))
  out:extend(task)
  return out
end
function M.hint() return {} end

-- The characters of a printed line that a table may fill.
local line_width = 74

-- LaTeX does not break the lines of a table by itself. Gives a table that is too
-- wide relative widths: narrow columns keep what they need, the others share the
-- rest by what they hold. Returns the number of rows.
local function fit(t)
  local need, total, rows = {}, 0, 0
  local function measure(row)
    rows = rows + 1
    for i, cell in ipairs(row.cells) do
      local text = pandoc.utils.stringify(cell.contents)
      need[i] = math.max(need[i] or 0, utf8.len(text) or #text)
    end
  end
  for _, row in ipairs(t.head.rows) do measure(row) end
  for _, body in ipairs(t.bodies) do
    for _, row in ipairs(body.body) do measure(row) end
  end
  for i = 1, #t.colspecs do total = total + (need[i] or 0) + 2 end
  if total <= line_width then return rows end
  local narrow, wide = 0, 0
  for i = 1, #t.colspecs do
    if need[i] <= 16 then narrow = narrow + need[i] + 2 else wide = wide + need[i] end
  end
  local rest = math.max(line_width - narrow, line_width / 3)
  for i = 1, #t.colspecs do
    local share = need[i] <= 16 and need[i] + 2 or need[i] / wide * rest
    t.colspecs[i] = { t.colspecs[i][1], share / (narrow + rest) }
  end
  return rows
end

-- Of a table with more rows than this each page gets a part.
local long = 20

-- Others stay in one piece, and where they are: a table must not stand above the
-- heading that it belongs to.
function M.table(t, label)
  local target = label and ('\\hypertarget{%s}{}'):format(anchor(label)) or ''
  local mark = label and ('\\label{%s}'):format(anchor(label)) or ''
  t.identifier = ''
  if fit(t) > long then
    if not label then return t end
    t.caption.long[#t.caption.long].content:insert(1, rawi(mark))
    return { raw(target), t }
  end
  local caption = t.caption.long[1]
  t.caption.long = {}
  local rows = pandoc.write(pandoc.Pandoc { t }, 'latex'):gsub('\\begin{longtable}%[%]', '\\begin{tabular}')
    :gsub('\\end{longtable}', '\\end{tabular}'):gsub('\\endhead\n', ''):gsub('\\endlastfoot\n', '')
  local head = pandoc.List { rawi('\\begin{nwtable}') }
  if caption then
    head:insert(rawi('\\captionof{table}{'))
    head:extend(caption.content)
    head:insert(rawi('}' .. target .. mark))
  end
  return { pandoc.Plain(head), raw(rows .. '\n\\end{nwtable}') }
end

-- Up to so many letters, some fifteen lines, a claim stands on one page.
local whole = 1300

function M.claim_block(d, verdict)
  local truth = { table.unpack(d.content, 2) }
  local length = utf8.len(pandoc.utils.stringify(d.content))
  local out = pandoc.List {
    raw(('\\begin{nwclaim}{%s}{%s}{%s}{%s}'):format(anchor { id = d.identifier }, esc(verdict.words), verdict.class,
      length > whole and 'breakable' or 'unbreakable')),
    d.content[1], raw('\\nwtruth{}') }
  out:extend(truth)
  out:insert(raw('\\end{nwclaim}'))
  return out
end

function M.claim_span(s, verdict)
  local out = pandoc.List { rawi(('\\hypertarget{%s}{}'):format(anchor { id = s.identifier })) }
  out:extend(s.content)
  -- what the sentence does not say of it is said in the record
  out:insert(rawi(('\\nwmark{%s}{%s}{%s}{%s}'):format(anchor { id = s.identifier }, esc(verdict.short), verdict.class,
    s.attributes.truth and ('\\nwrecord{%s}'):format(s.identifier) or '')))
  return out
end

-- Words that the subject index leads to.
function M.indexed(thing, words)
  local out = pandoc.List { rawi(('\\nwindexed{%s}'):format(anchor(thing))) }
  if #words == 0 then out[1].text = ('\\nwindexedgap{%s}'):format(anchor(thing)) end
  out:extend(words)
  return out
end

function M.aside(d)
  return { raw('\\begin{nwaside}'), d, raw('\\end{nwaside}') }
end

-- The page numbers of links, each number once.
function M.pages(links)
  local anchors = {}
  for i, l in ipairs(links) do anchors[i] = l.target:sub(2) end
  return { rawi('\\nwpages{' .. table.concat(anchors, ',') .. '}') }
end

-- The subject index: LETTERS is the list of {letter, list of items}.
function M.subjects(letters)
  local out = pandoc.List {}
  for _, part in ipairs(letters) do
    out:insert(raw('\\nwletter{' .. esc(part.letter) .. '}'))
    out:insert(pandoc.BulletList(part.list))
  end
  return pandoc.Div(out, { class = 'index' })
end

-- The lines of an index, each a paragraph; what stands below one is indented.
local function index_lines(items, out, sub)
  for _, item in ipairs(items) do
    local line = item[1].content
    if sub then line:insert(1, rawi('\\nwsub{}')) end
    out:insert(pandoc.Para(line))
    if item[2] then index_lines(item[2].content, out, true) end
  end
end

-- A list that was collected, not written; an index in columns, without bullets.
function M.collected(blocks)
  local out = pandoc.List { raw('\\begin{nwcollected}') }
  for _, block in ipairs(blocks) do
    if block.t == 'Div' and block.classes:includes('index') then
      out:insert(raw('\\begin{nwindex}'))
      for _, part in ipairs(block.content) do
        if part.t == 'BulletList' then index_lines(part.content, out) else out:insert(part) end
      end
      out:insert(raw('\\end{nwindex}'))
    else
      if block.t == 'Div' and block.classes:includes('trial') then
        out:insert(raw('\\nwtrial{}'))
        -- pandoc would put the anchor of a Div where a page may end, below the heading
        block.content[1].content:insert(1, rawi(('\\leavevmode\\hypertarget{%s}{}'):format(anchor { id = block.identifier })))
        block.identifier = ''
      end
      out:insert(block)
    end
  end
  out:insert(raw('\\end{nwcollected}'))
  return out
end

-- Long inline code may break after a separator.
function M.code(c)
  if #c.text < 16 then return nil end
  return rawi('\\texttt{' .. c.text:gsub('[\\{}$&#%%_^~/%-.:(,|]', function(ch)
    local e = special[ch] or ch
    return ch:match('[/_%-.:(,|]') and e .. '\\allowbreak{}' or e
  end) .. '}')
end

return M
