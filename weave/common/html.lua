-- html.lua - prints chunks, sessions, claims and figures as HTML, for the site and the
-- EPUB. Each function takes a record of book.lua and the page (see render.lua), and gives
-- blocks or inlines. page.href(thing) is a finished URL. What only the site has
-- (page.format "html"): page.program_url(chunk), the page of a program;
-- page.exercise_url(chunk), the file of an exercise;
-- page.call_url(name), where the index of subjects says that read(2) is explained, else its
-- entry in the index of calls, or nil; page.stamp.

local is_c = require('common.book').is_c
local names = require 'common.names'
local M = {}

local function esc(s)
  return (s:gsub('[&<>"]', { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;', ['"'] = '&quot;' }))
end
M.escape = esc
local function raw(s) return pandoc.RawBlock('html', s) end
local function rawi(s) return pandoc.RawInline('html', s) end

-- HTML as the content of a pre. A reader of EPUBs may be narrow: there what does not
-- fit goes on two characters further in than its line began.
local function hanging(html)
  return ((html .. '\n'):gsub('([^\n]*)\n', function(line)
    local indent = (#line:gsub('<[^>]*>', ''):match('^ *') + 2) * 0.6
    return ('<span class="line" style="padding-left:%.1fem;text-indent:-%.1fem">%s\n</span>'):format(indent, indent, line)
  end))
end

-- A pre of a class, called LABEL, of whose lines some are HIDDEN; on the site with its measure, lines and characters: the page
-- keeps its room before it is looked at, and a script knows whether it has to scroll.
function M.pre(class, label, html, page, hidden)
  local content = class ~= 'terminal' and '<code>%s</code>' or '%s'
  if page.format == 'epub' then return ('<pre class="%s">' .. content .. '</pre>'):format(class, hanging(html)) end
  local lines, columns = 0, 0
  -- the name of a chunk is set in narrower letters
  local plain = html:gsub('<i>(.-)</i>', function(name) return ('x'):rep(math.ceil(#name * 0.9)) end)
  for line in (plain:gsub('<[^>]*>', ''):gsub('&%w+;', '.'):gsub('\n*$', '') .. '\n'):gmatch('([^\n]*)\n') do
    lines, columns = lines + 1, math.max(columns, utf8.len(line) or #line)
  end
  local shown = hidden and hidden > 0 and html:gsub('^.*\n</span>', '', 1) or html
  local _, uses = shown:gsub('class="use"', '')
  return ('<pre class="%s" role="group" aria-label="%s" data-columns="%d" style="--lines:%d;--uses:%d">' .. content .. '</pre>')
    :format(class, esc(label), columns, lines - (hidden or 0), uses, html)
end

-- --- Code ------------------------------------------------------------------------

-- Highlighted code, as pandoc writes it within a line (a block gets an id and an empty
-- link on every line), and without its spans around operators, which are more than half
-- of it and have no look. Shared chunks are asked for again and again.
local highlighted = {}
local function highlight(text, language)
  local key = language .. '\n' .. text
  if not highlighted[key] then
    local html = pandoc.write(pandoc.Pandoc { pandoc.Plain { pandoc.Code(text, { class = language }) } }, 'html')
    -- pandoc drops the empty lines at the end
    html = html:match('<code[^>]*>(.-)\n*</code>') .. text:match('\n*$')
    highlighted[key] = html:gsub('<span class="op">(.-)</span>', '%1')
  end
  return highlighted[key]
end

-- What a reader learns of a call: its manual page and what that says it does.
local function about(name, page)
  local meaning = page.book.manual[name]
  return meaning and meaning ~= '' and name .. ': ' .. meaning or name
end

-- Makes links of names in highlighted code, outside of strings and comments and
-- only where a name is called first: of our own functions to the chunk that defines
-- them, of others to their entry in the index. An exercise knows the shared functions alone.
local function link_names(html, chunk, page)
  local book, seen = page.book, {}
  local function link_to(word)
    if seen[word] then return nil end
    local maker = not chunk.exercise and book.makers[chunk.unit][word] or nil
    if maker == nil then maker = (book.makers[book.shared] or {})[word] end
    seen[word] = true
    if maker then
      if maker.name == chunk.name then return nil end
      return ('<a class="name" href="%s">%s</a>('):format(page.href(maker), word)
    end
    local call = maker == nil and book.calls[word]
    if not call then return nil end
    return ('<a class="call" href="%s" title="%s">%s</a>('):format(page.call_url(call), esc(about(call, page)), word)
  end
  local out, position = {}, 1
  repeat
    local from, to = html:find('<span.->.-</span>', position)
    out[#out + 1] = html:sub(position, (from or 0) - 1):gsub('%f[%w_]([%a_][%w_]*)(%()', link_to)
    out[#out + 1] = from and html:sub(from, to) or ''
    position = (to or 0) + 1
  until not from
  return table.concat(out)
end

-- A line of code that uses a chunk stands for it alone, whatever the highlighter took the
-- use for: its indentation and LINK(use). LINES are those of the chunk, highlighted.
function M.put_uses(c, lines, link)
  local i = 0
  for line in (c.text .. '\n'):gmatch('([^\n]*)\n') do
    i = i + 1
    local indent, n = line:match('^( *)' .. c.mark .. '(%d+)q *$')
    if n then lines[i] = indent .. link(c.uses[tonumber(n)]) end
  end
  return (table.concat(lines, '\n'):gsub(c.mark .. '(%d+)q', function(n) return link(c.uses[tonumber(n)]) end))
end

function M.lines_of(text)
  local lines = {}
  for line in (text .. '\n'):gmatch('([^\n]*)\n') do lines[#lines + 1] = line end
  return lines
end

-- The code of a chunk, highlighted, with its links. page.codes, if it is there, keeps it:
-- a chunk is on the page of its chapter, and on those of the programs that it belongs to.
function M.chunk_code(c, page)
  local key = c.unit .. ' ' .. c.id
  if page.codes and page.codes[key] then return page.codes[key] end
  local html = highlight(c.text, c.language)
  if page.format == 'html' and is_c(c) then html = link_names(html, c, page) end
  html = M.put_uses(c, M.lines_of(html), function(use)
    return ('<a class="use" href="%s">⟨<i>%s</i>⟩</a>'):format(page.href(use.chunk), esc(use.chunk.words))
  end)
  if page.codes then page.codes[key] = html end
  return html
end

-- `read(2)` in the prose.
function M.code(c, page)
  local text = c.text
  if page.format ~= 'html' or not text:find('^[%w_.-]+%([1-9]%l*%)$') or c.identifier ~= '' then return nil end
  local url = page.call_url(text)
  return url and pandoc.Link(c, url, about(text, page), { class = 'call' }), false
end

-- --- Chunks ----------------------------------------------------------------------

local function link(page, thing, text)
  return ('<a href="%s">%s</a>'):format(page.href(thing), text)
end
local function chunk_name(chunk)
  local element = chunk.kind ~= 'session' and (chunk.kind or chunk.variant) and 'code' or 'i'
  return ('<%s>%s</%s>'):format(element, esc(chunk.words), element)
end

-- Where the other parts of a chunk are that is defined in pieces.
local function other_parts(c, page)
  if not (c.prev or c.next) then return '' end
  local function arrow(part, sign, where)
    return part and ('<a href="%s" aria-label="%s part">%s</a>'):format(page.href(part), where, sign) or ''
  end
  return ('<span class="parts">part %d of %d %s%s</span>'):format(c.part, c.count,
    arrow(c.prev, '↑', 'previous'), arrow(c.next, '↓', 'next'))
end

-- Who uses a chunk, each name once.
function M.users(c)
  local users, seen = {}, {}
  for _, user in ipairs(c.users) do
    local key = user.unit .. ' ' .. user.name
    if not seen[key] then users[#users + 1] = user end
    seen[key] = true
  end
  return users
end

-- Up to how many places are named in a row; more are told by their number, and shown to
-- who asks.
M.few = 8

-- What a list too long to be read is called.
function M.many_users(c, users, page)
  local programs = page.book:count_programs(c)
  return programs > 1 and ('used in %d programs'):format(programs) or ('used in %d chunks'):format(#users)
end
function M.fold(summary, list)
  local out = pandoc.List { rawi('<details class="more"><summary>') }
  out:extend(summary)
  out:insert(rawi('</summary> '))
  out:extend(list)
  out:insert(rawi('</details>'))
  return out
end

-- A program begins with headers and the chunks that it is helped by, often more than fit on a
-- screen: one line stands for them on the site, which a script unfolds; without scripts all
-- are shown. Gives the HTML, and how many lines less are seen.
local few_lines = 4
local function fold_helpers(c, html, page)
  if page.format ~= 'html' or not c.kind then return html, 0 end
  local lines, uses, last = M.lines_of(html), 0, 0
  for i, line in ipairs(lines) do
    local use = line:find('^<a class="use"')
    if use or line:find('^<span class="pp">') then last = i elseif line ~= '' then break end
    uses = uses + (use and 1 or 0)
  end
  if last <= few_lines or uses < 2 then return html, 0 end
  local helpers = uses - 1
  local head = ('<span class="helpers-head"><button type="button" aria-expanded="false">⟨<i>%s</i>⟩ and %d helper%s</button>\n</span>')
    :format(esc(c.uses[1].chunk.words), helpers, helpers == 1 and '' or 's')
  return head .. '<span class="helpers">' .. table.concat(lines, '\n', 1, last) .. '\n</span>' .. table.concat(lines, '\n', last + 1), last
end

-- The words below a chunk: where it goes on, and what it belongs to.
local function foot_of(c, page)
  local foot = {}
  if c.prev then foot[#foot + 1] = link(page, c.prev, 'continued from above') end
  if c.next then foot[#foot + 1] = link(page, c.next, 'continued below') end
  if c.variant then
    if page.exercise_url and not c.hidden then
      foot[#foot + 1] = ('the file <a href="%s" download><code>%s</code></a>'):format(page.exercise_url(c), esc(c.name))
    end
    return foot
  end
  if c.kind then
    foot[#foot + 1] = page.program_url
      and ('the file <a href="%s"><code>%s</code></a>'):format(page.program_url(c), esc(c.name)) or 'the file ' .. esc(c.name)
    local session = page.book:session(c.unit, c.program)
    if session then foot[#foot + 1] = link(page, session, 'what it prints') end
    if page.stamp then
      local words, changed = page.stamp.program(c.unit, c.program)
      foot[#foot + 1] = words .. (changed ~= '' and ' before it changed' or '')
    end
    return foot
  end
  local users = {}
  for i, user in ipairs(M.users(c)) do users[i] = link(page, user, chunk_name(user)) end
  if #users > M.few then
    foot.more = ('<details class="more"><summary>%s</summary> %s</details>\n'):format(M.many_users(c, users, page),
      table.concat(users, ', '))
  elseif #users > 0 then foot[#foot + 1] = 'used in ' .. table.concat(users, ', ') end
  return foot
end

-- The same as HTML; what is folded is no part of a paragraph.
local function foot_html(c, page)
  local foot = foot_of(c, page)
  local words = table.concat(foot, ' · ')
  if words == '' and not foot.more then return '' end
  if not foot.more then return '<p class="chunk-foot">' .. words .. '</p>' end
  return '<div class="chunk-foot">' .. words .. foot.more .. '</div>'
end

local function anchor(page, thing) return names.anchor(page.format, thing) end

-- Whether a part of an exercise is right, as a class, and whether a chunk is a file.
local function classes_of(c)
  local right = c.variant and (c.variant:match('^wrong') or (c.variant == 'answer' or c.variant:find('^also')) and 'right')
  return ((c.kind or c.variant) and ' root' or '') .. (right and ' ' .. right or '')
end

function M.chunk(c, page)
  local code, hidden = fold_helpers(c, M.chunk_code(c, page), page)
  return raw(([[<div class="chunk%s" id="%s"%s>
<p class="chunk-head"><a href="%s">⟨%s⟩</a><span class="sign">%s</span>%s</p>
%s
%s
</div>]]):format(classes_of(c), anchor(page, c),
    c.count > 1 and ' data-of="' .. esc(anchor(page, c.first)) .. '"' or '',
    page.href(c), chunk_name(c), c.prev and '+≡' or '≡', other_parts(c, page),
    M.pre('code', 'Code: ' .. c.words .. (c.words ~= c.name and ' in ' .. c.exercise or '') .. (c.part > 1 and ', part ' .. c.part or ''),
      code, page, hidden),
    foot_html(c, page)))
end

-- A whole file of the project.
function M.listing(path, code, page)
  return raw(('<div class="chunk">\n<p class="chunk-head">The file <code>%s</code></p>\n'
    .. '%s\n</div>'):format(esc(path), M.pre('code', 'The file ' .. path, highlight(code.text, code.classes[1]), page)))
end

-- Code that is no program of the book.
function M.fence(code, page)
  local text = highlight(code.text, code.classes[1] or 'text')
  return raw(M.pre('fence', 'Code: ' .. code.text:match('[^\n]*'), text, page))
end

-- --- Sessions --------------------------------------------------------------------

-- What each kind of line looks like; licences are not lines of the terminal.
local line_of = {
  command = function(text) return '<span class="prompt">$ </span><kbd>' .. text .. '</kbd>' end,
  more = function(text) return '<span class="prompt">&gt; </span><kbd>' .. text .. '</kbd>' end,
  terminal = function(text) return '<span class="which">Terminal ' .. text .. '</span>' end,
  status = function(text) return '<span class="status">' .. text .. '</span>' end,
  output = function(text) return text == '' and '' or '<samp>' .. text .. '</samp>' end,
}

function M.session(c, note, page)
  local out = {}
  for _, line in ipairs(c.lines) do
    if line_of[line.kind] then out[#out + 1] = line_of[line.kind](esc(line.text)) end
  end
  local program = not c.exercise and page.book:program(c.unit, c.program)
  local head = c.exercise and 'What the check says' or program and 'Session with ' .. link(page, program, '<code>' .. esc(c.program) .. '</code>') or 'Session'
  return raw(([[<div class="session" id="%s">
<p class="chunk-head">%s</p>
%s
%s</div>]]):format(anchor(page, c), head,
    M.pre('terminal', (c.exercise and 'What the check says of ' or 'Session with ') .. c.program, table.concat(out, '\n'), page),
    note and '<p class="chunk-foot">' .. esc(note) .. '</p>\n' or ''))
end

-- --- Figures, headings, tables ---------------------------------------------------

-- A drawing whose black, white and gray are those of the page, so that the dark one has
-- its own; readers of EPUBs know no variables.
local function recolor(svg, epub)
  return (svg:gsub('fill:rgb%((%d+),(%d+),(%d+)%)', function(r, g, b)
    if r == g and g == b and r ~= '0' and r ~= '255' then
      return 'fill:currentColor;fill-opacity:0.15'
    end
  end):gsub('fill="rgb%(128,128,128%)"', epub and 'fill="currentColor" fill-opacity="0.7"' or 'fill="var(--soft)"')
    :gsub('rgb%(0,0,0%)', 'currentColor'):gsub('rgb%(255,255,255%)', epub and 'none' or 'var(--paper)'))
end

function M.figure(fig, page)
  local epub = page.format == 'epub'
  local svg = recolor(fig.svg, epub)
  local width = svg:match('viewBox="0 0 (%d+)')
  if epub then svg = svg:gsub(' data%-pikchr%-date="%d*"', '') end
  local picture = svg:gsub('^.-<svg', function()
    return ('<svg role="img" aria-label="%s" width="%s"'):format(esc(fig.alt), width)
  end, 1)
  local blocks = pandoc.List { raw('<figure id="' .. fig.id .. '">'), raw(picture) }
  local number = 'Figure ' .. fig.number .. '.'
  if not epub then number = ('<a href="#%s">%s</a>'):format(fig.id, number) end
  blocks:insert(raw('<figcaption><span class="number">' .. number .. '</span> '))
  blocks:insert(pandoc.Plain(fig.caption))
  blocks:insert(raw('</figcaption></figure>'))
  return blocks
end

function M.header(h, label, page)
  if label.number ~= '' then
    local word = label.kind == 'chapter' and 'Chapter ' or label.kind == 'appendix' and 'Appendix ' or ''
    if page.format == 'epub' then word = '' end
    if label.kind == 'exercise' then word = 'Exercise ' end
    h.content:insert(1, pandoc.Span(word .. label.number, { class = 'number' }))
    h.content:insert(2, pandoc.Space())
  end
  if page.format == 'html' and h.level > 1 then
    h.content = pandoc.List { pandoc.Link(h.content, '#' .. h.identifier, '', { class = 'anchor' }) }
  end
  if h.level > 1 then return h, false end
  local out, effort = pandoc.List { h }, page.book:effort(page.own.unit)
  if page.stamp then out:insert(raw(page.stamp.chapter(page.own.unit))) end
  if effort then out:insert(raw('<p class="effort">' .. effort .. '</p>')) end
  return out, false
end

-- What a table without a number is called for those who do not see it: as it is
-- collected, or by its first column.
local function nameless(t)
  if t.attributes.called then return 'Table: ' .. t.attributes.called end
  local row = t.head.rows[1]
  return row and #row.cells > 0 and 'Table: ' .. pandoc.utils.stringify(row.cells[1].contents) or 'Table'
end

function M.table(t, label)
  local id, name = t.identifier, label and 'Table ' .. label.number or nameless(t)
  t.identifier, t.attributes.called = '', nil
  if label then
    local caption = t.caption.long[#t.caption.long]
    caption.content:insert(1, pandoc.Span('Table ' .. label.number .. '.', { class = 'number' }))
    caption.content:insert(2, pandoc.Space())
  end
  return { raw(('<div class="table"%s tabindex="0" role="region" aria-label="%s">'):format(
    label and ' id="' .. id .. '"' or '', esc(name))), t, raw('</div>') }
end

-- --- Exercises -------------------------------------------------------------------

-- What a script needs to check what a reader predicts; nobody sees it, reads or finds it.
local function asked_of(e)
  if not e.predict then return '' end
  local asked = {}
  for i, a in ipairs(e.predict.asked) do
    asked[i] = ('<code data-answers="%s">%s</code>'):format(table.concat(a.answers, '|'), esc(a.command))
  end
  return ('\n<template class="asked" data-question="%s">%s</template>'):format(esc(e.predict.question), table.concat(asked))
end

-- An exercise: its level and minutes below the heading, TASK, how to try one's answer,
-- HINTS, and the way to the answer, which stands elsewhere.
function M.exercise(e, heading, task, hints, page)
  local site = page.format == 'html'
  local out = pandoc.List(heading)
  out:insert(raw(('<p class="about">%s · %d minutes</p>'):format(e.level, e.minutes)))
  out:extend(task)
  local answer = link(page, page.answer(e.id), 'Answer')
  local ways = { ('<code>make exercise %s</code>'):format(e.id) }
  if not site then
    if #e.hints > 0 then ways[2] = link(page, page.hints(e.id), 'Hints') end
    ways[#ways + 1] = answer
  end
  out:insert(raw('<p class="try">' .. table.concat(ways, ' · ') .. '</p>' .. (site and asked_of(e) or '')))
  out:extend(hints)
  if site then out:insert(raw('<p class="solved">' .. answer .. '</p>')) end
  -- pandoc makes a section of it, for its heading comes first
  return pandoc.Div(out, { class = 'exercise ' .. e.level, exercise = e.id })
end

-- A hint is folded on the site, and stands with the answers elsewhere.
function M.hint(d, page)
  if page.format ~= 'html' then return {} end
  local out = pandoc.List { raw(('<details class="hint"><summary>Hint %s</summary>'):format(d.attributes.number)) }
  out:extend(d.content)
  out:insert(raw('</details>'))
  return out
end

-- --- Claims ----------------------------------------------------------------------

-- How the tests of a claim ended, after WORDS, where that is known.
local function tested(id, words, page) return page.stamp and words .. page.stamp.claim(id) or '' end

-- A claim that surprises: the claim, its verdict, then the truth.
function M.claim_block(d, verdict, page)
  local id = d.identifier
  local first = d.content[1]
  local truth = { table.unpack(d.content, 2) }
  local who = page.book:who_says(id, verdict)
  local out = pandoc.List {
    raw(('<div class="claim %s" id="%s" role="note" aria-label="Claim %s, %s">\n<p class="claim-head">%s<span class="verdict">%s</span>%s <a href="%s">%s</a></p>')
      :format(verdict.class, id, id, esc(verdict.words), who and esc(who) .. ' · ' or '',
        who and esc(verdict.words) or esc(verdict.words:gsub('^%l', string.upper)), tested(id, ' · ', page),
        page.href(page.trial(id)), id)),
    pandoc.Div({ first }, { class = 'said' }) }
  out:extend(truth)
  out:insert(raw('</div>'))
  return out
end

-- A claim that a sentence states anyway: a mark behind it. One that holds is no news, so its
-- mark has no words and is passed over by those who listen or go by the keyboard, until
-- they ask for it. What a mark says is no text, so that nobody copies it with the sentence.
function M.claim_span(s, verdict, page)
  local id, news = s.identifier, verdict.class ~= 'holds'
  local told = ('Claim %s: %s%s'):format(id, esc(verdict.words), tested(id, '; ', page))
  local mark
  if page.format == 'html' then
    mark = ('<a class="mark %s" href="%s" title="%s" aria-label="%s" data-id="%s" data-verdict="%s"%s></a>'):format(verdict.class,
      page.href(page.trial(id)), told, told, id, esc(verdict.short), news and '' or ' aria-hidden="true" tabindex="-1"')
  else
    mark = news and ('\u{202f}<a class="mark %s" href="%s" title="%s">%s</a>'):format(verdict.class, page.href(page.trial(id)), told,
      esc(verdict.short)) or ''
  end
  return { pandoc.Span(s.content, { id = id, class = 'claimed ' .. verdict.class }), rawi(mark) }
end

-- Words that the subject index leads to; none where it leads between two.
function M.indexed(thing, words, page)
  return pandoc.Span(words, { id = anchor(page, thing), class = 'indexed' })
end

-- A sentence that tests quote, with what the reader is told of them when asking.
local ended = { passed = 'passed', failed = 'failed', skipped = 'not tried here' }
function M.tried(inlines, tests)
  local lines = {}
  for i, t in ipairs(tests) do
    lines[i] = ('%s (%s): %s'):format((t.name:gsub('%s*%[%u%d+%l?%]', '')), t.file:match('[^/]*$'), ended[t.status] or 'not run yet')
  end
  return pandoc.Span(inlines, { class = 'tried', tests = table.concat(lines, '\n') })
end

function M.aside(d)
  d.attributes.role = 'note'
  return d
end

-- The subject index: LETTERS is the list of {letter, list of items}. Above it the letters,
-- which lead to theirs.
function M.subjects(letters)
  local out, jumps = pandoc.List {}, pandoc.List {}
  for _, part in ipairs(letters) do
    local id = 'subjects-' .. part.letter:lower():gsub('[^%w]+', '-')
    jumps:extend { pandoc.Link(part.letter, '#' .. id, '', { class = 'xref' }), pandoc.Space() }
    out:insert(pandoc.Header(3, part.letter, { id = id, class = 'unnumbered unlisted letter' }))
    out:insert(pandoc.BulletList(part.list))
  end
  if #jumps > 0 then
    jumps:remove()
    out:insert(1, pandoc.Div({ pandoc.Para(jumps) }, { class = 'letters' }))
  end
  return pandoc.Div(out, { class = 'index subjects' })
end

-- A list that was collected, not written.
function M.collected(blocks)
  return pandoc.Div(blocks, { class = 'collected' })
end

return M
