-- program.lua - the page of one program of the web site: the whole tangled text,
-- numbered, with a link from each group of lines to the chunk that explains it, how
-- to compile it, what it prints, and how its tests ended.
--
-- page(name, pieces, code, ctx) gives HTML for the program NAME ("pipe_hello.c"), a
-- root chunk of ctx.own. pieces(unit, chunk name) gives the chunk's definitions,
-- {unit, name, id, text, uses} each, as html.lua takes them, and code(piece) the HTML
-- of one. ctx is render.lua's, with whole URLs, and stamp (stamp.lua) and session(unit,
-- name), the HTML of a session.

local printer = dofile(PANDOC_SCRIPT_FILE:gsub('[^/]*$', '') .. 'html.lua')
local esc = printer.escape

-- Appends the lines of a chunk to groups, as noweb tangles them: a use is replaced by
-- its chunk, whose lines are indented as far as the use is, empty ones excepted.
-- A group is {piece, lines}: lines that stand together and come from one chunk.
local function expand(groups, unit, name, indent, pieces, code)
  for _, piece in ipairs(pieces(unit, name)) do
    local group
    for line in (code(piece) .. '\n'):gmatch('([^\n]*)\n') do
      local space = line:match('^( *)<a class="use" ')
      if space then
        local use = piece.uses[piece.next_use or 1]
        piece.next_use = (piece.next_use or 1) + 1
        expand(groups, use.unit, use.name, indent .. space, pieces, code)
        group = nil
      else
        if not group then
          group = { piece = piece, lines = {} }
          groups[#groups + 1] = group
        end
        group.lines[#group.lines + 1] = line == '' and '' or indent .. line
      end
    end
    piece.next_use = nil
  end
end

local function listing(name, pieces, code, ctx)
  local groups, out, number = {}, {}, 0
  expand(groups, ctx.own.unit, name, '', pieces, code)
  for _, group in ipairs(groups) do
    local first, filled = number + 1, false
    for i, line in ipairs(group.lines) do
      number = number + 1
      filled = filled or line ~= ''
      group.lines[i] = ('<span class="line" id="L%d">%s</span>\n'):format(number, line)
    end
    -- empty lines alone need no explanation
    local why = filled and ('<a class="why" href="%s" aria-label="%s">%s</a>'):format(
      ctx.href(group.piece.unit, group.piece.id, true),
      esc(('%s %d: %s'):format('From line', first, group.piece.name)), esc(group.piece.name)) or ''
    out[#out + 1] = '<span class="group">' .. why .. table.concat(group.lines) .. '</span>'
  end
  return table.concat(out)
end

-- How a test ended, its name, the claims it decides as links, and how long it took
-- if WITH_TIME.
local function test(t, ctx, with_time)
  local name = esc(t.name):gsub('%[(%u%d+%l?)%]', function(id)
    local label = ctx.all.labels[id]
    return label and ('<a class="id" href="%s">%s</a>'):format(ctx.href(label.unit, id), id)
  end)
  return ('<li class="%s"><span class="outcome">%s</span> %s%s%s</li>'):format(t.status, t.status, name,
    t.reason and t.reason ~= '' and ' (' .. esc(t.reason) .. ')' or '',
    with_time and t.ms and (' <span class="ms">%d ms</span>'):format(t.ms) or '')
end

local M = {}

-- The list of the tests of a program, or a sentence that there are none.
function M.tests(key, ctx, with_time)
  local p = ctx.report.programs[key]
  if not p then return '<p>Its tests have not run here yet.</p>' end
  local items = {}
  for i, t in ipairs(p.tests) do items[i] = test(t, ctx, with_time) end
  return '<ul class="tests">\n' .. table.concat(items, '\n') .. '\n</ul>'
end

function M.page(name, pieces, code, ctx)
  local own, bare = ctx.own, name:gsub('%.c$', '')
  local root = ctx.all.defs[own.unit][name][1]
  local section = ctx.all.labels[root.section]
  local out = {}
  local function add(text, ...) out[#out + 1] = text:format(...) end
  add('<h1><code>%s</code></h1>', esc(name))
  local words, changed = ctx.stamp.program(own.unit, name)
  add('<p class="stamp%s"><a href="#tests">%s</a>%s.%s</p>', changed ~= '' and ' changed' or '', words,
    ctx.stamp.when_of(own.unit .. '/' .. bare), changed)
  add('<p>The whole program, as it is tangled from <a href="%s">%s</a>, <i>%s</i>. Each group of lines leads to the '
    .. 'place that explains it.</p>', ctx.href(own.unit, root.id, true),
    section.number ~= '' and 'Section ' .. section.number or 'the text', esc(section.title))
  add('<div class="session">\n<p class="chunk-head">To compile it</p>\n'
    .. '<pre class="terminal" tabindex="0" role="region" aria-label="How to compile it"><span class="prompt">$ </span><kbd>cc %s -o %s</kbd></pre></div>', esc(name), esc(bare))
  add('<p class="actions"><a href="%s" download>Download %s</a> · <a href="programs.tar.gz">all programs, '
    .. 'with a Makefile</a></p>', ctx.program_url(own.unit, name), esc(name))
  add('<div class="chunk root whole">\n<p class="chunk-head">The file <code>%s</code></p>\n<pre class="code numbered" tabindex="0" role="region" aria-label="The program %s">'
    .. '<code>%s</code></pre>\n</div>', esc(name), esc(name), listing(name, pieces, code, ctx))
  add('<h2 id="session">What it prints</h2>')
  out[#out + 1] = ctx.session(own.unit, bare .. '.session')
  add('<h2 id="tests">Its tests</h2>')
  out[#out + 1] = M.tests(own.unit .. '/' .. bare, ctx)
  return table.concat(out, '\n')
end

return M
