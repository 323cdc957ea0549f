-- program.lua - the page of one program of the web site: the whole tangled text,
-- numbered, with a link from each group of lines to the chunk that explains it, how
-- to compile it, what it prints, and how its tests ended.
--
-- body(root, code, page) gives HTML for the program of the root chunk ROOT; code(chunk)
-- is the HTML of a chunk. page is render.lua's, with whole URLs. tests(key, page,
-- with_time) is the list of the tests of "unit/program".

local printer = require 'common.html'
local session = require 'common.session'
local esc = printer.escape

-- Appends the lines of a chunk to groups, as noweb tangles them: a use is replaced by
-- its chunk, whose lines are indented as far as the use is, empty ones excepted.
-- A group is {chunk, lines}: lines that stand together and come from one chunk. e has
-- groups, unit, book and code.
local function expand(e, name, indent)
  for _, chunk in ipairs(e.book:parts(e.unit, name)) do
    local group, html = nil, printer.lines_of(e.code(chunk))
    for i, line in ipairs(printer.lines_of(chunk.text)) do
      local space, used = line:match('^( *)' .. chunk.mark .. '(%d+)q *$')
      if used then
        expand(e, chunk.uses[tonumber(used)].name, indent .. space)
        group = nil
      else
        if not group then
          group = { chunk = chunk, lines = {} }
          table.insert(e.groups, group)
        end
        table.insert(group.lines, line == '' and '' or indent .. html[i])
      end
    end
  end
end

local function listing(root, code, page)
  local e = { groups = {}, unit = root.unit, book = page.book, code = code }
  expand(e, root.name, '')
  local untested = page.untested[root.unit .. '/' .. root.program] or {}
  local out, number = {}, 0
  for _, group in ipairs(e.groups) do
    local first, filled, chunk = number + 1, false, group.chunk
    for i, line in ipairs(group.lines) do
      number = number + 1
      filled = filled or line ~= ''
      local missed = untested[number] and ' untested' or ''
      group.lines[i] = ('<span class="line%s" id="L%d">%s</span>\n'):format(missed, number, line)
    end
    -- empty lines alone need no explanation
    local why = filled and ('<a class="why" href="%s" aria-label="%s">%s</a>'):format(page.href(chunk),
      esc(('%s %d: %s'):format('From line', first, chunk.words)), esc(chunk.words)) or ''
    out[#out + 1] = '<span class="group">' .. why .. table.concat(group.lines) .. '</span>'
  end
  return table.concat(out)
end

-- How a test ended, its name, the claims it decides as links, and how long it took
-- if WITH_TIME.
local function test(t, page, with_time)
  local name = esc(t.name):gsub('%[(%u%d+%l?)%]', function(id)
    local label = page.book.labels[id]
    return label and ('<a class="id" href="%s">%s</a>'):format(page.href(label), id)
  end)
  return ('<li class="%s"><span class="outcome">%s</span> %s%s%s</li>'):format(t.status, t.status, name,
    t.reason and t.reason ~= '' and ' (' .. esc(t.reason) .. ')' or '',
    with_time and t.ms and (' <span class="ms">%d ms</span>'):format(t.ms) or '')
end

local M = {}

function M.tests(key, page, with_time)
  local p = page.report.programs[key]
  if not p then return '<p>Its tests have not run here yet.</p>' end
  local items = {}
  for i, t in ipairs(p.tests) do items[i] = test(t, page, with_time) end
  return '<ul class="tests">\n' .. table.concat(items, '\n') .. '\n</ul>'
end

-- The commands with which a reader makes the program, as its kind says.
local function how_to_make(root, page)
  local lines = {}
  for command in (page.book.kinds[root.kind].reader .. ';'):gmatch('%s*(.-)%s*;') do
    lines[#lines + 1] = '<span class="prompt">$ </span><kbd>' .. esc((command:gsub('NAME', root.program))) .. '</kbd>'
  end
  return ('<div class="session">\n<p class="chunk-head">To compile it</p>\n'
    .. '%s</div>'):format(printer.pre('terminal', 'How to compile it', table.concat(lines, '\n'), page))
end

function M.body(root, code, page)
  local section, name = page.book.labels[root.section], esc(root.name)
  local key = root.unit .. '/' .. root.program
  local out = {}
  local function add(text, ...) out[#out + 1] = text:format(...) end
  add('<h1><code>%s</code></h1>', name)
  local words, changed, elsewhere = page.stamp.program(root.unit, root.program)
  add('<p class="stamp%s"><a href="#tests">%s</a>%s.%s%s</p>', changed ~= '' and ' changed' or '', words,
    page.stamp.when_of(key), changed, elsewhere)
  add('<p>The whole program, as it is tangled from <a href="%s">%s</a>, <i>%s</i>. Each group of lines leads to the '
    .. 'place that explains it.</p>', page.href(root),
    section.number ~= '' and 'Section ' .. section.number or 'the text', esc(section.title))
  out[#out + 1] = how_to_make(root, page)
  add('<p class="actions"><a href="programs/%s/%s" download>Download %s</a> · <a href="%s">all programs, '
    .. 'with a Makefile</a></p>', root.unit, name, name, esc(page.archive))
  add('<div class="chunk root whole">\n<p class="chunk-head">The file <code>%s</code></p>\n%s\n</div>', name,
    printer.pre('code numbered', 'The program ' .. root.name, listing(root, code, page), page))
  local printed = page.book:session(root.unit, root.program)
  if printed then
    out[#out + 1] = '<h2 id="session">What it prints</h2>'
    out[#out + 1] = printer.session(printed, session.note(printed.lines), page).text
  end
  out[#out + 1] = '<h2 id="tests">Its tests</h2>'
  out[#out + 1] = M.tests(key, page)
  return table.concat(out, '\n')
end

return M
