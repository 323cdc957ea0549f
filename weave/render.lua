-- render.lua - turns the reader's tree into what one format shows.
--
-- render(blocks, ctx) gives the blocks of one chapter with chunks, sessions,
-- claims, figures, cross references and collected lists made for ctx.format
-- ("html", "epub" or "latex"). ctx has: all (facts.merge), own (the facts of
-- this chapter), report (test name lists by claim and program, see report.lua),
-- figures (folder of the drawn figures), read(path, text), if it is there, is
-- told of every file that the chapter shows. The printers of a format are in
-- html.lua and latex.lua; what is alike in all formats is built here as tree.
-- Errors: a cross reference without a target and a figure that is not there
-- stop the build with the chapter's file and line.

local here = PANDOC_SCRIPT_FILE:gsub('[^/]*$', '')
local facts = dofile(here .. 'facts.lua')
local collected = dofile(here .. 'collected.lua')
local stop = dofile(here .. 'stop.lua')

local M = {}

M.verdict_words = {
  holds = 'holds', ['holds-if'] = 'holds, with a condition', outdated = 'outdated',
  wrong = 'wrong', untestable = 'cannot be tested', missing = 'missing from the notes' }

-- What a licence of a session says to a reader: one value, several values.
local varies = {
  pid = { 'process id', 'process ids' }, addr = { 'address', 'addresses' },
  fd = { 'descriptor number', 'descriptor numbers' }, port = { 'port number', 'port numbers' },
  inode = { 'inode number', 'inode numbers' }, time = { 'time', 'times' },
  ms = { 'milliseconds', 'milliseconds' }, size = { 'size', 'sizes' },
  uid = { 'user id', 'user ids' }, count = { 'count', 'counts' },
  word = { 'word', 'words' } }

-- Splits a session's text into {kind=, text=} lines: command, output, status, and
-- terminal ("[terminal 1]", with its number as text), and gives the sentence made
-- from its licences, or nil.
function M.session(text, file)
  local lines, kinds, reasons, interleave = {}, {}, {}, false
  for line in (text .. '\n'):gmatch('([^\n]*)\n') do
    local licence = line:match('^varies:%s*(.*)$')
    if licence then
      local kind, values = licence:match('^(%a+)%s*(.*)$')
      if kind == 'interleave' then interleave = true
      elseif not varies[kind] then
        stop(('%s: unknown licence "%s" in a session'):format(file, licence))
      else
        local n = 0
        for _ in values:gsub('%b()', ''):gmatch('%S+') do n = n + 1 end
        local words = varies[kind][n > 1 and 2 or 1]
        local reason = values:match('%((.*)%)')
        local known = false
        for _, w in ipairs(kinds) do known = known or w == words end
        if reason then reasons[#reasons + 1] = ('Your %s may differ: %s.'):format(words, reason)
        elseif not known then kinds[#kinds + 1] = words end
      end
    else
      local kind = line:find('^%$ ') and 'command' or line:find('^> ') and 'command'
        or line:find('^%[exit %d+%]$') and 'status'
        or line:find('^%[killed by SIG%u+%d*%]$') and 'status'
        or line:find('^%[no newline at end%]$') and 'status'
        or line:find('^%[terminal %d%]$') and 'terminal' or 'output'
      lines[#lines + 1] = { kind = kind,
        text = kind == 'terminal' and line:match('%d') or line }
    end
  end
  local note = {}
  if #kinds > 0 then
    local list = table.concat(kinds, ', ', 1, #kinds - 1)
    list = #kinds > 1 and list .. ' and ' .. kinds[#kinds] or kinds[1]
    note[1] = 'Your ' .. list .. ' will differ.'
  end
  for _, reason in ipairs(reasons) do note[#note + 1] = reason end
  if interleave then note[#note + 1] = 'Lines of different processes may come in another order.' end
  return lines, #note > 0 and table.concat(note, ' ') or nil
end

local function is_chunk(label) return label.kind == 'chunk' or label.kind == 'program' end

-- How a label is named in a sentence, as inlines.
function M.reference(label)
  local nbsp = '\u{a0}'
  local words = { chapter = 'Chapter', appendix = 'Appendix', section = 'Section',
    figure = 'Figure', table = 'Table', claim = 'claim' }
  if label.kind == 'program' then return { pandoc.Code((label.title:gsub('%.c$', ''))) } end
  if label.kind == 'chunk' then return { pandoc.Str('⟨'), pandoc.Emph(label.title), pandoc.Str('⟩') } end
  if label.number == '' then return { pandoc.Quoted('DoubleQuote', label.title) } end
  return { pandoc.Str(words[label.kind] .. nbsp .. label.number) }
end

function M.render(blocks, ctx)
  local printer = ctx.printer
  local own, all = ctx.own, ctx.all
  local own_labels = {}
  for _, label in ipairs(own.labels) do own_labels[label.id] = label end

  local function fail(message, pattern)
    facts.fail(own.file, message, pattern)
  end

  -- A link to a chunk: unit, chunk, inlines or nil for its name.
  local function chunk_link(unit, chunk, text)
    return pandoc.Link(text or chunk.name, ctx.target(unit, chunk.id, true), '', { class = 'xref' })
  end
  -- A link to a label.
  local function label_link(id, text)
    local label = all.labels[id]
    return pandoc.Link(text or M.reference(label), ctx.target(label.unit, id, is_chunk(label)), '', { class = 'xref' })
  end

  local tools = { chunk_link = chunk_link, label_link = label_link,
    verdicts = facts.verdicts, verdict_words = M.verdict_words, pages = printer.pages }

  -- Where a use leads: the first definition here, else in book.nw.
  local function resolve(name)
    local unit, defs = facts.resolve(all, own.unit, name)
    if not unit then
      fail(('the chunk "%s" is used but nowhere defined'):format(name), '<<' .. name .. '>>')
    end
    return { name = name, unit = unit, id = defs[1].id }
  end

  local function chunk(div)
    local attributes = div.attributes
    local name, part = attributes.name, tonumber(attributes.part)
    local code = div.content[1]
    local defs = all.defs[own.unit][name]
    local c = { name = name, id = div.identifier, part = part, unit = own.unit,
      line = attributes.line, first = defs[1], parts = #defs, prev = defs[part - 1], next = defs[part + 1],
      root = name:find('%.c$') ~= nil, used = {}, text = code.text, uses = {} }
    if name:find('%.session$') then
      c.program = name:gsub('%.session$', '')
      local lines, note = M.session(code.text, own.file .. ':' .. c.line)
      return printer.session(c, lines, note, ctx)
    end
    local seen = {}
    for _, user in ipairs(all.used[own.unit][name] or {}) do
      local key = user.unit .. ' ' .. user.chunk.name
      if not seen[key] then
        seen[key] = true
        c.used[#c.used + 1] = user
      end
    end
    for use in attributes.uses:gmatch('[^\n]+') do
      c.uses[#c.uses + 1] = resolve(use)
    end
    return printer.chunk(c, code, ctx)
  end

  local function figure(image)
    local src = image.src:gsub('^.*/', ''):gsub('%.%w+$', '')
    local path = ctx.figures .. '/' .. src .. (ctx.format == 'latex' and '.pdf' or '.svg')
    local file = io.open(path)
    if not file then
      fail(('the figure assets/figures/%s.pikchr is not there'):format(src), '](' .. image.src .. ')')
    end
    local svg = file:read('a')
    file:close()
    if ctx.read then ctx.read(path, svg) end
    local alt = image.attributes.alt
    if not alt or alt == '' then fail('the figure ' .. src .. ' has no alt text', '](' .. image.src .. ')') end
    local label = own_labels[image.identifier]
    return printer.figure({ id = image.identifier, number = label.number, path = path,
      svg = svg, alt = alt, caption = image.caption }, ctx)
  end

  -- A file of the project, read as it is: ::: {.listing file=weave/dump.lua}
  local function listing(div)
    local path = tostring(div.attributes.file)
    local file = io.open(path)
    if not file then fail(('the listed file %s cannot be read'):format(path), path) end
    local text = file:read('a')
    file:close()
    if ctx.read then ctx.read(path, text) end
    text = text:gsub('\n$', '')
    local language = path:match('%.(%w+)$') or text:match('^#!.-(%w+)\n') or path:match('[^/]*$'):lower()
    return printer.listing(path, pandoc.CodeBlock(text, { class = language }), ctx)
  end

  local function link(a)
    local id = a.target:match('^#(.+)$')
    if not id or a.classes:includes('xref') then return nil end
    local label = all.labels[id] or own_labels[id]
    if not label then fail(('the cross reference "#%s" leads nowhere'):format(id), '(#' .. id .. ')') end
    if #a.content == 0 then a.content = M.reference(label) end
    a.target = ctx.target(label.unit, id, is_chunk(label))
    a.classes:insert('xref')
    return a, ctx.format ~= 'html' -- no link within a link
  end

  local function code(c) if printer.code then return printer.code(c, ctx) end end

  -- Every walk costs, so there is only one, from the outside in. It also goes through
  -- what it puts in place; what stays among its neighbors (a claim, an aside, a table)
  -- is walked through by itself first.
  local function span(s)
    if not s.classes:includes('claim') then return nil end
    s = s:walk { Link = link, Code = code }
    return printer.claim_span(s, facts.verdict(s), M.verdict_words, ctx), false
  end
  local filter = { traverse = 'topdown', Link = link, Code = code, Span = span }
  local function inside(d)
    d.content = pandoc.Div(d.content):walk(filter).content
    return d
  end
  function filter.Div(d)
    local classes = d.classes
    if classes:includes('chunk') then return chunk(d), false end
    if classes:includes('listing') then return listing(d), false end
    if classes:includes('figure') then return figure(d.content[1].content[1]) end
    if classes:includes('claim') then
      return printer.claim_block(inside(d), facts.verdict(d), M.verdict_words, ctx), false
    end
    if classes:includes('aside') then return printer.aside(inside(d), ctx), false end
    if classes:includes('collected') then
      local list = collected[d.attributes.of]
      if not list then fail('nothing is collected under "' .. tostring(d.attributes.of) .. '"', 'of=' .. tostring(d.attributes.of)) end
      return printer.collected(pandoc.Div(list(ctx, tools)):walk(filter).content), false
    end
  end
  function filter.Header(h)
    local label = own_labels[h.identifier]
    if label then return printer.header(h, label, ctx) end
  end
  local cells = { traverse = 'topdown', Link = link, Code = code, Span = span }
  function filter.Table(t)
    local id = facts.table_id(t)
    return printer.table(pandoc.Div({ t }):walk(cells).content[1], id, id and own_labels[id], ctx), false
  end
  return pandoc.Div(blocks):walk(filter).content
end

return M
