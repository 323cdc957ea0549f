-- second.lua - the second process that makes the web site.
--
-- It is a pandoc like the first, which tells it by JOB in its environment what to read.
-- It says when that is done on the named pipe STATE/new/second, and waits on its standard
-- input for what to print. When one of the two ends, the other's pipe ends.
--
-- For the first: start(weave, units) gives the second, or nil where none can be had;
-- wait() until it has read; go(units); finish() gives how many pages it made. A second that failed ends the first.
-- For the second: job(units), those it is to read, nil in the first process;
-- next(units), those it is to print; done(count).

local stop = require 'common.stop'
local M = {}
M.__index = M

local function names_of(units)
  local names = {}
  for i, unit in ipairs(units) do names[i] = unit.unit end
  return table.concat(names, ' ')
end

local function named(units, names)
  local list = {}
  for name in names:gmatch('%S+') do
    for _, unit in ipairs(units) do
      if unit.unit == name then list[#list + 1] = unit end
    end
  end
  return list
end

function M.start(weave, units)
  local fifo = os.getenv('STATE') .. '/new/second'
  local ok, to = pcall(io.popen, ('JOB="%s" pandoc -f "%ssite/site.lua" -t html -o /dev/null "%s" > "%s"'):format(
    names_of(units), weave, os.getenv('STREAM'), fifo), 'w')
  if not ok then return nil end
  return setmetatable({ to = to, from = io.open(fifo) or stop(fifo .. ': cannot be read') }, M)
end

-- Its next line; when there is none it has ended, and said why.
function M:line()
  local line = self.from:read('l')
  if line then return line end
  local _, _, status = self.to:close()
  os.exit(status ~= 0 and status or 1)
end

function M:wait() self:line() end

function M:go(units)
  self.to:write(names_of(units), '\n')
  self.to:flush()
end

function M:finish()
  local count = tonumber(self:line())
  self.from:close()
  local _, _, status = self.to:close()
  if status ~= 0 then os.exit(status) end
  return count
end

function M.job(units)
  local job = os.getenv('JOB')
  return job and named(units, job)
end

function M.next(units)
  io.stdout:write('read\n')
  io.stdout:flush()
  return named(units, io.stdin:read('l') or os.exit(1))
end

function M.done(count)
  io.stdout:write(count, '\n')
  io.stdout:flush()
end

return M
