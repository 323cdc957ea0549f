-- facts.lua - what the rest of the book must know of a chapter.
--
-- collect(unit, blocks) walks the parsed chapter once and gives a plain table of strings
-- and numbers (it can be written to a file and read again), the blocks with anchors,
-- and the prose of each section, {id, text}, without code. The table has:
--   title, id, number ("3", "A", ""), page ("pipes.html")
--   labels   {id, kind, number, title, level}  whatever [](#id) can point at
--   chunks   {name, id, line, uses, calls, constants, defines, root, section}  in
--            order; calls are the words before a ( in the code, constants those in
--            capitals with a _, defines the functions that it begins at column 0
--   claims   {id, verdict, words, text, section}; words as pandoc's JSON: a block with what
--            is said, then the truth; text is what is said, without its form
--   calls    {name, section}  each `name(N)` of the prose, once a section
--   refs     the ids that its [](#id) name, each once
--   collects  the kinds of list that the chapter shows (claims, chunks, ...)
-- merge(list, manual) puts the facts of all chapters together for the renderer; manual is
-- manual.lua's.
-- Errors: a duplicate or missing id stops the build with the file's name.

local stop = dofile(PANDOC_SCRIPT_FILE:gsub('[^/]*$', '') .. 'stop.lua')
local M = {}

M.verdicts = { 'holds', 'holds-if', 'outdated', 'wrong', 'untestable', 'missing' }
local is_verdict = {}
for _, v in ipairs(M.verdicts) do is_verdict[v] = true end

-- A chunk's anchor: its name with everything but letters, digits and _ . as -
function M.slug(name)
  return (name:lower():gsub('[^%w_.\128-\255]+', '-'):gsub('^%-+', ''):gsub('%-+$', ''))
end

-- The anchor of a call's entry in the index: read(2) is call-read.2
function M.call_id(name)
  return 'call-' .. name:gsub('%(', '.'):gsub('%)', '')
end

-- The number of a chapter from its file's name: 03-pipes is 3, A-trial is A.
function M.number(unit)
  local digits = unit:match('^(%d+)%-')
  if digits then return tostring(tonumber(digits)) end
  return unit:match('^(%u)%-') or ''
end

-- The verdict among the classes of a claim, or nil.
function M.verdict(el)
  for _, class in ipairs(el.classes) do
    if is_verdict[class] then return class end
  end
end

-- Stops the build with FILE:LINE: MESSAGE, where LINE is the last line of the
-- file with the given text in it, not as a part of a longer word.
function M.fail(file, message, text)
  local number, found = 0, nil
  local source = text and io.open(file)
  if source then
    for line in source:lines() do
      number = number + 1
      local _, to = line:find(text, 1, true)
      if to and not line:find('^[%w_-]', to + 1) then found = number end
    end
    source:close()
  end
  stop(('%s:%s %s'):format(file, found and found .. ':' or '', message))
end

-- The id at the end of a table's caption, "{#tbl-x}", which pandoc 2.17 leaves
-- in the text; gives it and takes it off the caption.
function M.table_id(tbl)
  local last = tbl.caption.long[#tbl.caption.long]
  if not (last and last.content and #last.content > 0) then return nil end
  local word = last.content[#last.content]
  local id = word.t == 'Str' and word.text:match('^{#(.+)}$')
  if not id then return nil end
  last.content:remove()
  if #last.content > 0 and last.content[#last.content].t == 'Space' then
    last.content:remove()
  end
  return id
end

-- Every word of the code that a pattern captures, once.
local function words_of(code, pattern)
  local words, seen = {}, {}
  for word in code:gmatch(pattern) do
    if not seen[word] then words[#words + 1] = word end
    seen[word] = true
  end
  return words
end

-- The C functions whose definition begins at column 0 of the code. Ours are all
-- static.
local function defined_in(code)
  local names = {}
  for line in ('\n' .. code):gmatch('\n(static [^\n]*)') do
    local name = line:match('^[%w_ *]-[ *]([%a_][%w_]*)%([^;]*$')
    if name then names[#names + 1] = name end
  end
  return names
end

function M.collect(unit, blocks)
  local f = { unit = unit.unit, file = unit.file, number = M.number(unit.unit),
    labels = {}, chunks = {}, claims = {}, calls = {}, refs = {}, collects = {} }
  local counts, section, called, ids, refs = {}, { 0, 0 }, {}, {}, {}
  local here -- the id of the section we are in
  local prose, text = {}, {} -- of all sections, and of this one

  local function add_text(b) text[#text + 1] = pandoc.utils.stringify(b) end
  local function begin_section(id)
    text = {}
    prose[#prose + 1] = { id = id, text = text }
  end

  local function fail(message, id)
    M.fail(unit.file, message, id and '#' .. id)
  end
  local function label(id, kind, number, title, level)
    if ids[id] then fail(('the id "%s" stands twice'):format(id), id) end
    ids[id] = true
    f.labels[#f.labels + 1] =
      { id = id, kind = kind, number = number, title = title, level = level }
  end
  local function count(kind)
    counts[kind] = (counts[kind] or 0) + 1
    return f.number == '' and tostring(counts[kind])
      or f.number .. '.' .. counts[kind]
  end

  local function header(h)
    local title = pandoc.utils.stringify(h.content)
    if h.identifier == '' then fail('a heading without an id: ' .. title) end
    here = h.identifier
    begin_section(here)
    if h.level == 1 then
      if f.id then fail('a second heading of level 1: ' .. title, h.identifier) end
      f.id, f.title = h.identifier, title
      f.page = (unit.unit == 'book' and h.identifier
        or unit.unit:gsub('^[%dA-Z]+%-', '')) .. '.html'
      label(h.identifier, M.number(unit.unit):find('^%u') and 'appendix' or 'chapter',
        f.number, title, 1)
    elseif h.level == 2 then
      section = { section[1] + 1, 0 }
      label(h.identifier, 'section', f.number == '' and ''
        or f.number .. '.' .. section[1], title, 2)
    else
      label(h.identifier, 'section', '', title, h.level)
    end
  end
  local function claim(el, words)
    local verdict = M.verdict(el)
    if el.identifier == '' then fail('a claim without an id') end
    if not verdict then fail('claim ' .. el.identifier .. ' has no verdict', el.identifier) end
    label(el.identifier, 'claim', el.identifier, '', 0)
    f.claims[#f.claims + 1] = { id = el.identifier, verdict = verdict,
      words = pandoc.write(pandoc.Pandoc(words), 'json'), text = pandoc.utils.stringify(words[1] or ''),
      section = here }
  end

  -- Gives each chunk its anchor, counted when a name is defined again
  -- (create-the-pipe, create-the-pipe-2), and puts each figure into a Div.
  local parts = {}
  blocks = pandoc.Div(blocks):walk {
    traverse = 'topdown',
    Header = header,
    Para = function(p)
      local content = p.content
      local image = #content == 1 and content[1]
      if image and image.t == 'Image' then
        if image.identifier == '' then fail('a figure without an id: ' .. image.src) end
        label(image.identifier, 'figure', count('figure'),
          pandoc.utils.stringify(image.caption), 0)
        return pandoc.Div({ p }, { class = 'figure' }), false
      end
      add_text(p)
    end,
    Plain = add_text,
    Table = function(t)
      local id = M.table_id(t:clone())
      if id then label(id, 'table', count('table'), '', 0) end
    end,
    Div = function(d)
      if d.classes:includes('chunk') then
        local attributes, code = d.attributes, d.content[1].text
        local name = attributes.name
        local slug = M.slug(name)
        parts[slug] = (parts[slug] or 0) + 1
        d.identifier = parts[slug] == 1 and slug or slug .. '-' .. parts[slug]
        attributes.part = tostring(parts[slug])
        local uses = {}
        for use in attributes.uses:gmatch('[^\n]+') do uses[#uses + 1] = use end
        f.chunks[#f.chunks + 1] = { name = name, id = d.identifier, uses = uses,
          line = tonumber(attributes.line), section = here,
          root = name:find('%.c$') and 'program'
            or name:find('%.session$') and 'session' or nil,
          calls = words_of(code, '%f[%w_]([%a_][%w_]*)%('),
          constants = words_of(code, '%f[%w_](%u[%u%d]*_[%u%d_]+)'), defines = defined_in(code) }
        label(d.identifier, name:find('%.c$') and 'program' or 'chunk', '', name, 0)
        return d, false
      elseif d.classes:includes('claim') then
        claim(d, d.content)
      elseif d.classes:includes('collected') then
        f.collects[#f.collects + 1] = d.attributes.of
      end
    end,
    Span = function(s)
      if not s.classes:includes('claim') then return nil end
      local truth = s.attributes.truth
      claim(s, pandoc.List { pandoc.Plain(s.content) } .. (truth and pandoc.read(truth, 'markdown').blocks or {}))
    end,
    Link = function(a)
      local id = a.target:match('^#(.+)$')
      if id and not refs[id] then
        refs[id] = true
        f.refs[#f.refs + 1] = id
      end
    end,
    Code = function(c)
      local call = c.text:match('^([%w_]+%([1-9][%l]*%))$')
      if call and here and not called[call .. ' ' .. here] then
        called[call .. ' ' .. here] = true
        f.calls[#f.calls + 1] = { name = call, section = here }
      end
    end,
  }.content
  if not f.id then stop(unit.file .. ':1: no heading of level 1') end
  for _, s in ipairs(prose) do s.text = table.concat(s.text, ' ') end
  return f, blocks, prose
end

-- What C code calls is in section 2 or 3, whatever else has the same name: a page that
-- the prose names, or else that of a system call. Gives word -> page, and the set of all
-- pages named or called.
local function calls_of(list, manual)
  local names, calls, called = {}, {}, {}
  for _, f in ipairs(list) do
    for _, call in ipairs(f.calls) do
      names[#names + 1] = call.name
      called[call.name] = true
    end
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local word, section = name:match('^([%w_]+)%((%d)')
    if section == '2' or section == '3' then calls[word] = calls[word] or name end
  end
  for _, f in ipairs(list) do
    for _, chunk in ipairs(f.chunks) do
      for _, word in ipairs(chunk.root == 'session' and {} or chunk.calls) do
        local name = word .. '(2)'
        if not calls[word] and manual[name] then calls[word], called[name] = name, true end
      end
    end
  end
  return calls, called
end

-- The functions of a unit that one chunk alone defines.
local function makers_of(f)
  local makers = {}
  for _, chunk in ipairs(f.chunks) do
    if chunk.root ~= 'session' then
      for _, word in ipairs(chunk.defines) do
        makers[word] = makers[word] == nil and { unit = f.unit, chunk = chunk }
      end
    end
  end
  return makers
end

-- Puts the facts of the units together. Gives
--   units    the list itself
--   labels   id -> label, with unit; chunk ids are kept apart, in defs
--   defs     unit -> name -> list of chunks
--   used     unit -> name -> list of {unit, chunk} that use it
--   calls    word -> the manual page that a call of it in C code means, "read(2)"
--   called   the set of all manual pages named or called, "read(2)" -> true
--   manual   "read(2)" -> what the page says it does
--   makers   unit -> word -> {unit, chunk} that defines the function, if only one does
function M.merge(list, manual)
  local all = { units = list, labels = {}, defs = {}, used = {}, of = {}, manual = manual }
  for _, f in ipairs(list) do
    all.of[f.unit] = f
    all.defs[f.unit], all.used[f.unit] = {}, {}
    for _, label in ipairs(f.labels) do
      label.unit = f.unit
      if label.kind ~= 'chunk' then
        local other = all.labels[label.id]
        if other then
          M.fail(f.file, ('the id "%s" is also in %s'):format(label.id, all.of[other.unit].file),
            '#' .. label.id)
        end
        all.labels[label.id] = label
      end
    end
    for _, chunk in ipairs(f.chunks) do
      local defs = all.defs[f.unit]
      defs[chunk.name] = defs[chunk.name] or {}
      table.insert(defs[chunk.name], chunk)
    end
  end
  for _, f in ipairs(list) do
    for _, chunk in ipairs(f.chunks) do
      for _, use in ipairs(chunk.uses) do
        local home = all.defs[f.unit][use] and f.unit or 'book'
        local used = all.used[home]
        if used then
          used[use] = used[use] or {}
          table.insert(used[use], { unit = f.unit, chunk = chunk })
        end
      end
    end
  end
  all.calls, all.called = calls_of(list, manual)
  all.makers = {}
  for _, f in ipairs(list) do all.makers[f.unit] = makers_of(f) end
  return all
end

-- Where a use of a chunk leads in a unit: the unit itself or book.nw, and the list
-- of the chunk's definitions there; nil when there is none.
function M.resolve(all, unit, name)
  if all.defs[unit][name] then return unit, all.defs[unit][name] end
  local shared = all.defs.book and all.defs.book[name]
  if shared then return 'book', shared end
end

return M
