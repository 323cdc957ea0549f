-- stamp.lua - says in a few words how the tests of a chapter, a program or a
-- claim ended, and whether what they tested has changed since.
--
-- stamps(report, sum_of) gives three functions: chapter(unit), program(unit, name)
-- and claim(id); the first gives a paragraph of HTML, the others words. report is
-- report.lua's; sum_of(what) gives the sum of "unit" or "unit/program" as it is
-- now, to be compared with that of the last run.

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

return function(report, sum_of)
  local M = {}

  -- passed, count, latest date, and whether something changed since, of all
  -- programs of a unit, or of the whole book when there is no unit.
  function M.sum(unit)
    local passed, count, latest, changed = 0, 0, '', false
    for name, p in pairs(report.programs) do
      local own = name:match('^(.*)/')
      if own and (not unit or own == unit) then
        passed, count = passed + p.passed, count + p.count
        local run = report.runs[name]
        if run and run.date > latest then latest = run.date end
        changed = changed or not run or run.sum ~= sum_of(name)
      end
    end
    if unit then
      local run = report.runs[unit]
      changed = changed or not run or run.sum ~= sum_of(unit)
    end
    return passed, count, latest, changed
  end

  -- Where it ran: "Linux 6.1, gcc 12.2.0, glibc 2.36".
  function M.machine()
    local m, list = report.machine, {}
    for _, key in ipairs { 'kernel', 'cc', 'libc' } do list[#list + 1] = m[key] end
    return table.concat(list, ', ')
  end

  function M.when(latest)
    local machine = M.machine()
    return latest == '' and '' or ' on ' .. date(latest) .. (machine ~= '' and ' (' .. machine .. ')' or '')
  end

  function M.when_of(what) return M.when(report.runs[what] and report.runs[what].date or '') end

  function M.chapter(unit)
    local passed, count, latest, changed = M.sum(unit)
    if count == 0 then return '' end
    return ('<p class="stamp%s"><a href="tests.html#tests-%s">%s</a>%s.%s</p>'):format(
      passed < count and ' failed' or changed and ' changed' or '', unit, words(passed, count), M.when(latest),
      changed and ' The text has changed since.' or '')
  end

  -- The words, and those that follow when the program changed since.
  function M.program(unit, name)
    local key = unit .. '/' .. name:gsub('%.c$', '')
    local p, run = report.programs[key], report.runs[key]
    if not p then return words(0, 0), '' end
    return words(p.passed, p.count), (not run or run.sum ~= sum_of(key)) and ' It has changed since.' or ''
  end

  function M.claim(id)
    local passed, tests = 0, report.claims[id] or {}
    for _, t in ipairs(tests) do if t.status == 'passed' then passed = passed + 1 end end
    return words(passed, #tests)
  end

  return M
end
