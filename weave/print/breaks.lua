-- breaks.lua - tells where a page may end within code, and within a session.
--
-- code(text, mark, whole)  takes a chunk's text, in which MARK7q stands for a use, and
-- session(lines)           the lines of a session (tests/lib/session). Both give the lines
-- before which a page may end, with TeX's penalty for it, as "LINE=PENALTY,...". Before
-- every other line no page ends. LINE=-N is an empty line of code, which is N tenths less
-- high than others. A root chunk is WHOLE: it is read like a table of contents.
--
-- For TeX a page that is six lines too short is as bad as a penalty of 800, one of nine as
-- one of 2700 (book.tex lets it be three lines too short for nothing).

local M = {}

local function lines_of(text)
  local lines = {}
  for line in (text .. '\n'):gmatch('([^\n]*)\n') do lines[#lines + 1] = line end
  return lines
end

local function listed(breaks)
  local out = {}
  for i, b in ipairs(breaks) do out[i] = ('%d=%d'):format(b[1], b[2]) end
  return table.concat(out, ',')
end

-- --- Code ------------------------------------------------------------------------

-- Up to how many lines a root chunk is kept whole: about a page.
local page = 52
-- Up to how many lines another chunk is, if it can be had for a page some lines short.
local short = 15
-- How many lines that say something a page gets of a chunk.
local least = 3

-- What says nothing alone: signs that close, and what goes on behind them.
local function closes(line) return line:find('^[%s%])};,]*$') ~= nil end
local function goes_on(line)
  return closes(line) or line:find('^%s*}%s*else') ~= nil or line:find('^%s*}%s*while') ~= nil
    or line:find('^%s*else%f[%W]') ~= nil
end
-- A line that what follows belongs to: a statement that is not done, a block that opens.
local function is_done(line, mark)
  return line:find('[;}]%s*$') ~= nil and not line:find('{%s*$') or line:find('%*/%s*$') ~= nil
    or line == '' or line:find('^%s*' .. mark .. '%d+q%s*$') ~= nil
end

-- How many lines from FROM to TO say something.
local function saying(lines, from, to)
  local count = 0
  for i = from, to do
    if not lines[i]:find('^%s*{?%s*$') and not closes(lines[i]) then count = count + 1 end
  end
  return count
end

-- Does a page get enough of the block that line i stands in, before it and from it on?
local function divides(lines, i)
  local from, to = i - 1, i
  if lines[i]:find('^%S') then from, to = 1, #lines
  else
    while from > 1 and not lines[from]:find('^[^%s{]') do from = from - 1 end
    while to < #lines and not lines[to]:find('^%S') do to = to + 1 end
  end
  return saying(lines, from, i - 1) >= least and saying(lines, i, to) >= least
end

-- What it costs to end a page before line i: little between functions, more within one.
local function cost(lines, i)
  local depth = #lines[i]:match('^ *') // 4
  local blank = lines[i - 1] == ''
  if blank and depth == 0 then return 10 end
  return (blank and 50 or 100) + 50 * depth
end

-- An empty line is low, and lower between the names of two chunks.
local function height(lines, i, mark)
  local function is_use(line) return line ~= nil and line:find('^%s*' .. mark .. '%d+q%s*$') ~= nil end
  return is_use(lines[i - 1]) and is_use(lines[i + 1]) and -8 or -5
end

function M.code(text, mark, whole)
  local lines, breaks = lines_of(text), {}
  whole = whole and #lines <= page
  for i = 2, #lines do
    if lines[i] == '' then
      breaks[#breaks + 1] = { i, height(lines, i, mark) }
    elseif not whole and not goes_on(lines[i]) and is_done(lines[i - 1], mark)
      and saying(lines, 1, i - 1) >= least and saying(lines, i, #lines) >= least and divides(lines, i) then
      breaks[#breaks + 1] = { i, cost(lines, i) + (#lines <= short and 150 or 0) }
    end
  end
  return listed(breaks)
end

-- --- Sessions ----------------------------------------------------------------------

-- What one command printed is kept together up to so many lines.
local printed = 30

-- The line where a command begins: its own, or that of its terminal.
local function begins(lines, i)
  local kind, before = lines[i].kind, i > 1 and lines[i - 1].kind
  return kind == 'terminal' or kind == 'command' and before ~= 'terminal'
end

function M.session(lines)
  local breaks, from = {}, 1
  -- within a piece that is longer than a page can be asked for
  local function divide(to)
    if to - from + 1 <= printed then return end
    for i = from + 5, to - 4 do breaks[#breaks + 1] = { i, lines[i - 1].text == '' and 1000 or 3000 } end
  end
  for i = 2, #lines do
    if begins(lines, i) then
      divide(i - 1)
      if i > 2 then breaks[#breaks + 1] = { i, #lines <= short and 400 or 100 } end
      from = i
    end
  end
  divide(#lines)
  return listed(breaks)
end

return M
