-- html.lua - prints chunks, sessions, claims and figures as HTML, for the site
-- and the EPUB. Each function takes what render.lua found and gives blocks or
-- inlines. ctx.href(unit, id, is_chunk) is a finished URL for raw HTML. What only
-- the site has (ctx.format "html"): ctx.program_page(unit, name), the page of a
-- program; ctx.call_url(name), the entry of read(2) in the index, or nil.

local M = {}

local function esc(s)
  return (s:gsub('[&<>"]', { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;', ['"'] = '&quot;' }))
end
M.escape = esc
local function raw(s) return pandoc.RawBlock('html', s) end
local function rawi(s) return pandoc.RawInline('html', s) end

-- HTML as the content of a pre. A reader of EPUBs may be narrow: there what does not
-- fit goes on two characters further in than its line began.
local function pre(html, ctx)
  if ctx.format ~= 'epub' then return html end
  return ((html .. '\n'):gsub('([^\n]*)\n', function(line)
    local indent = (#line:gsub('<[^>]*>', ''):match('^ *') + 2) * 0.6
    return ('<span class="line" style="padding-left:%.1fem;text-indent:-%.1fem">%s\n</span>'):format(indent, indent, line)
  end))
end

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
local function about(name, ctx)
  return ctx.all.manual[name] and name .. ': ' .. ctx.all.manual[name] or name
end

-- Makes links of names in highlighted code, outside of strings and comments and
-- only where a name is called first: of our own functions to the chunk that defines
-- them, of others to their entry in the index. CHUNK is where the code stands.
local function link_names(html, unit, chunk, ctx)
  local all, seen = ctx.all, {}
  local function link_to(word)
    if seen[word] then return nil end
    local maker = all.makers[unit][word]
    if maker == nil then maker = (all.makers.book or {})[word] end
    seen[word] = true
    if maker then
      if maker.chunk.name == chunk then return nil end
      return ('<a class="name" href="%s">%s</a>('):format(ctx.href(maker.unit, maker.chunk.id, true), word)
    end
    local call = maker == nil and all.calls[word]
    if not call then return nil end
    return ('<a class="call" href="%s" title="%s">%s</a>('):format(ctx.call_url(call), esc(about(call, ctx)), word)
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

-- `read(2)` in the prose.
function M.code(c, ctx)
  local text = c.text
  if ctx.format ~= 'html' or not text:find('^[%w_]+%([1-9]%l*%)$') or c.identifier ~= '' then return nil end
  local url = ctx.call_url(text)
  return url and pandoc.Link(c, url, about(text, ctx), { class = 'call' }), false
end

local function link(ctx, unit, id, text)
  return ('<a href="%s">%s</a>'):format(ctx.href(unit, id, true), text)
end
local function chunk_name(name)
  if name:find('%.c$') then return '<code>' .. esc(name) .. '</code>' end
  return '<i>' .. esc(name) .. '</i>'
end

-- Where the other parts of a chunk are that is defined in pieces.
local function other_parts(c, ctx)
  if not (c.prev or c.next) then return '' end
  local function arrow(part, sign, where)
    return part and ('<a href="%s" aria-label="%s part">%s</a>'):format(ctx.href(c.unit, part.id, true), where, sign) or ''
  end
  return ('<span class="parts">part %d of %d %s%s</span>'):format(c.part, c.parts,
    arrow(c.prev, '↑', 'previous'), arrow(c.next, '↓', 'next'))
end

-- The code of a chunk, highlighted, with its links. c has unit, name, id, text, and
-- uses, a list of {name, unit, id}. ctx.codes, if it is there, keeps it: a chunk is on
-- the page of its chapter, and on those of the programs that it belongs to.
function M.chunk_code(c, ctx)
  local key = c.unit .. ' ' .. c.id
  if ctx.codes and ctx.codes[key] then return ctx.codes[key] end
  local html = highlight(c.text, 'c')
  html = ctx.format == 'html' and link_names(html, c.unit, c.name, ctx) or pre(html, ctx)
  html = html:gsub('NWUSEq(%d+)q', function(n)
    local use = c.uses[tonumber(n)]
    return ('<a class="use" href="%s">⟨<i>%s</i>⟩</a>'):format(
      ctx.href(use.unit, use.id, true), esc(use.name))
  end)
  if ctx.codes then ctx.codes[key] = html end
  return html
end

function M.chunk(c, code, ctx)
  local foot = {}
  if c.prev then foot[#foot + 1] = link(ctx, c.unit, c.prev.id, 'continued from above') end
  if c.next then foot[#foot + 1] = link(ctx, c.unit, c.next.id, 'continued below') end
  if c.root then
    if ctx.program_page then
      foot[#foot + 1] = ('the file <a href="%s"><code>%s</code></a>'):format(ctx.program_page(c.unit, c.name), esc(c.name))
    else
      foot[#foot + 1] = 'the file ' .. esc(c.name)
    end
    local session = ctx.all.defs[c.unit][(c.name:gsub('%.c$', '.session'))]
    if session then foot[#foot + 1] = link(ctx, c.unit, session[1].id, 'what it prints') end
    if ctx.stamp then
      local words, changed = ctx.stamp.program(c.unit, c.name)
      foot[#foot + 1] = words .. (changed ~= '' and ' before it changed' or '')
    end
  elseif #c.used > 0 then
    local users = {}
    for _, u in ipairs(c.used) do
      users[#users + 1] = link(ctx, u.unit, u.chunk.id, chunk_name(u.chunk.name))
    end
    foot[#foot + 1] = 'used in ' .. table.concat(users, ', ')
  end
  return raw(([[<div class="chunk%s" id="%s"%s>
<p class="chunk-head"><a href="%s">⟨%s⟩</a><span class="sign">%s</span>%s</p>
<pre class="code" tabindex="0" role="region" aria-label="%s"><code>%s</code></pre>
<p class="chunk-foot">%s</p>
</div>]]):format(c.root and ' root' or '', ctx.anchor(c.unit, c.id, true),
    c.parts > 1 and ' data-of="' .. esc(ctx.anchor(c.unit, c.first.id, true)) .. '"' or '',
    ctx.href(c.unit, c.id, true), chunk_name(c.name), c.prev and '+≡' or '≡', other_parts(c, ctx),
    esc('Code: ' .. c.name .. (c.part > 1 and ', part ' .. c.part or '')), M.chunk_code(c, ctx), table.concat(foot, ' · ')))
end

-- A whole file of the project.
function M.listing(path, code, ctx)
  return raw(('<div class="chunk">\n<p class="chunk-head">The file <code>%s</code></p>\n'
    .. '<pre class="code" tabindex="0" role="region" aria-label="%s"><code>%s</code></pre>\n</div>')
    :format(esc(path), esc('The file ' .. path), pre(highlight(code.text, code.classes[1]), ctx)))
end

function M.session(c, lines, note, ctx)
  local out = {}
  for _, line in ipairs(lines) do
    local text = esc(line.text)
    if line.kind == 'command' then
      out[#out + 1] = ('<span class="prompt">%s </span><kbd>%s</kbd>'):format(
        text:match('^%$') or '&gt;', (text:gsub('^%$ ', ''):gsub('^&gt; ', '')))
    elseif line.kind == 'terminal' then
      out[#out + 1] = '<span class="which">Terminal ' .. text .. '</span>'
    elseif line.kind == 'status' then
      out[#out + 1] = '<span class="status">' .. text .. '</span>'
    else
      out[#out + 1] = text == '' and '' or '<samp>' .. text .. '</samp>'
    end
  end
  local program = ctx.all.defs[c.unit][c.program .. '.c']
  local head = program and ('Session with ' .. link(ctx, c.unit, program[1].id, '<code>' .. esc(c.program) .. '</code>'))
    or 'Session'
  return raw(([[<div class="session" id="%s">
<p class="chunk-head">%s</p>
<pre class="terminal" tabindex="0" role="region" aria-label="%s">%s</pre>
%s</div>]]):format(ctx.anchor(c.unit, c.id, true), head,
    esc('Session with ' .. c.program), pre(table.concat(out, '\n'), ctx),
    note and '<p class="chunk-foot">' .. esc(note) .. '</p>\n' or ''))
end

function M.figure(fig, ctx)
  -- black, white and gray are those of the page, so that the dark one has its
  -- own; readers of EPUBs know no variables
  local epub = ctx.format == 'epub'
  local svg = fig.svg:gsub('fill:rgb%((%d+),(%d+),(%d+)%)', function(r, g, b)
    if r == g and g == b and r ~= '0' and r ~= '255' then
      return 'fill:currentColor;fill-opacity:0.15'
    end
  end):gsub('fill="rgb%(128,128,128%)"', epub and 'fill="currentColor" fill-opacity="0.7"' or 'fill="var(--soft)"')
    :gsub('rgb%(0,0,0%)', 'currentColor'):gsub('rgb%(255,255,255%)', epub and 'none' or 'var(--paper)')
  local width = svg:match('viewBox="0 0 (%d+)')
  if epub then svg = svg:gsub(' data%-pikchr%-date="%d*"', '') end
  local picture = svg:gsub('^.-<svg', ('<svg role="img" aria-label="%s" width="%s"'):format(esc(fig.alt), width), 1)
  local blocks = pandoc.List { raw('<figure id="' .. fig.id .. '">'), raw(picture) }
  local number = 'Figure ' .. fig.number .. '.'
  if not epub then number = ('<a href="#%s">%s</a>'):format(fig.id, number) end
  blocks:insert(raw('<figcaption><span class="number">' .. number .. '</span> '))
  blocks:insert(pandoc.Plain(fig.caption))
  blocks:insert(raw('</figcaption></figure>'))
  return blocks
end

function M.header(h, label, ctx)
  if label.number ~= '' then
    local word = label.kind == 'chapter' and 'Chapter ' or label.kind == 'appendix' and 'Appendix ' or ''
    if ctx.format == 'epub' then word = '' end
    h.content:insert(1, pandoc.Span(word .. label.number, { class = 'number' }))
    h.content:insert(2, pandoc.Space())
  end
  if ctx.format == 'html' and h.level > 1 then
    h.content:insert(rawi(('<a class="anchor" href="#%s" aria-label="Link to %s">#</a>'):format(
      h.identifier, esc(label.title))))
  end
  if ctx.format == 'html' and h.level == 1 and ctx.stamp then
    return { h, raw(ctx.stamp.chapter(ctx.own.unit)) }, false
  end
  return h, false
end

function M.table(t, id, label, ctx)
  if label then
    local caption = t.caption.long[#t.caption.long]
    caption.content:insert(1, pandoc.Span('Table ' .. label.number .. '.', { class = 'number' }))
    caption.content:insert(2, pandoc.Space())
  end
  return { raw(('<div class="table"%s tabindex="0" role="region" aria-label="%s">'):format(
    id and ' id="' .. id .. '"' or '', label and 'Table ' .. label.number or 'Table')), t, raw('</div>') }
end

-- A claim that surprises: the claim, its verdict, then the truth.
function M.claim_block(d, verdict, words, ctx)
  local id = d.identifier
  local first = d.content[1]
  local truth = { table.unpack(d.content, 2) }
  local out = pandoc.List {
    raw(('<div class="claim %s" id="%s" role="note" aria-label="Claim %s, %s">\n<p class="claim-head">%s<span class="verdict">%s</span>%s <a href="%s">%s</a></p>')
      :format(verdict, id, id, words[verdict], verdict == 'missing' and '' or 'The notes say · ',
        (words[verdict]:gsub('^missing', 'Missing')), ctx.stamp and ' · ' .. ctx.stamp.claim(id) or '',
        ctx.href(ctx.trial_unit, 'trial-' .. id), id)),
    pandoc.Div({ first }, { class = 'said' }) }
  out:extend(truth)
  out:insert(raw('</div>'))
  return out
end

-- A claim that a sentence states anyway: a mark beside it.
function M.claim_span(s, verdict, words, ctx)
  local id = s.identifier
  return { pandoc.Span(s.content, { id = id, class = 'claimed ' .. verdict }),
    rawi(('<a class="mark %s" href="%s" title="Claim %s: %s%s"><span class="verdict">%s</span> %s</a>')
      :format(verdict, ctx.href(ctx.trial_unit, 'trial-' .. id), id, words[verdict],
        ctx.stamp and '; ' .. ctx.stamp.claim(id) or '', (words[verdict]:gsub(', with a condition', ', if'):gsub(' from the notes', '')), id)) }
end

function M.aside(d)
  d.attributes.role = 'note'
  return d
end

-- A list that was collected, not written.
function M.collected(blocks)
  return pandoc.Div(blocks, { class = 'collected' })
end

return M
