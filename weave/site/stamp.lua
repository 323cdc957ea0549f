-- stamp.lua - says in a few words how the tests of a chapter, a program or a
-- claim ended, and whether what they tested has changed since.
--
-- stamps(report, known) gives three functions: chapter(unit), program(unit, program)
-- and claim(id); the first gives a paragraph of HTML, the others words. report is
-- report.lua's, known has kind_list and machine (tables.lua).

local esc = require('common.html').escape
local text_of = require('read.tables').text

local months = { 'January', 'February', 'March', 'April', 'May', 'June', 'July',
  'August', 'September', 'October', 'November', 'December' }

local function date(iso)
  local y, m, d = iso:match('^(%d+)%-(%d+)%-(%d+)$')
  return y and ('%d %s %s'):format(tonumber(d), months[tonumber(m)], y) or iso
end

local function words(passed, count)
  if count == 0 then return 'not tested yet' end
  local tests = count == 1 and 'test' or 'tests'
  if passed == count then return ('%d %s passed'):format(count, tests) end
  return ('%d of %d %s passed'):format(passed, count, tests)
end

-- The sum of "unit" or "unit/program" as it is now, made as tests/run makes it.
local function sum_of(what, kind_list)
  local unit, name = what:match('^(.*)/(.*)$')
  local files = {}
  if not unit then
    files[1] = what == 'book' and 'book.nw' or 'chapters/' .. what .. '.nw'
  else
    for _, kind in ipairs(kind_list) do files[#files + 1] = ('tangled/%s/%s.%s'):format(unit, name, kind.ending) end
    files[#files + 1] = ('tangled/%s/%s.session'):format(unit, name)
    files[#files + 1] = 'tests/' .. what .. '.bats'
  end
  local texts = {}
  for _, file in ipairs(files) do texts[#texts + 1] = text_of(file) end
  return pandoc.utils.sha1(table.concat(texts))
end

return function(report, known)
  local M, sums = {}, {}

  local function changed(what)
    sums[what] = sums[what] or sum_of(what, known.kind_list)
    local run = report.runs[what]
    return not run or run.sum ~= sums[what]
  end

  -- passed, count, latest date, and whether something changed since, of all
  -- programs of a unit, or of the whole book when there is no unit.
  function M.sum(unit)
    local passed, count, latest, any = 0, 0, '', false
    for name, p in pairs(report.programs) do
      local own = name:match('^(.*)/')
      if own and (not unit or own == unit) then
        passed, count = passed + p.passed, count + p.count
        local run = report.runs[name]
        if run and run.date > latest then latest = run.date end
        any = any or changed(name)
      end
    end
    any = any or unit and changed(unit)
    return passed, count, latest, any
  end

  -- Where it ran: "Linux 6.1, gcc 12.2.0, glibc 2.36".
  function M.machine()
    local m, list = report.machine, {}
    for _, row in ipairs(known.machine) do
      if row.stamp then list[#list + 1] = m[row.key] end
    end
    return esc(table.concat(list, ', '))
  end

  function M.when(latest)
    local machine = M.machine()
    return latest == '' and '' or ' on ' .. date(latest) .. (machine ~= '' and ' (' .. machine .. ')' or '')
  end

  function M.when_of(what) return M.when(report.runs[what] and report.runs[what].date or '') end

  function M.chapter(unit)
    local passed, count, latest, any = M.sum(unit)
    if count == 0 then return '' end
    return ('<p class="stamp%s"><a href="tests.html#tests-%s">%s</a>%s.%s</p>'):format(
      passed < count and ' failed' or any and ' changed' or '', unit, words(passed, count), M.when(latest),
      any and ' The text has changed since.' or '')
  end

  -- The words, and those that follow when the program changed since.
  function M.program(unit, program)
    local key = unit .. '/' .. program
    local p = report.programs[key]
    if not p then return words(0, 0), '' end
    return words(p.passed, p.count), changed(key) and ' It has changed since.' or ''
  end

  function M.claim(id)
    local passed, tests = 0, report.claims[id] or {}
    for _, t in ipairs(tests) do if t.status == 'passed' then passed = passed + 1 end end
    return words(passed, #tests)
  end

  return M
end
