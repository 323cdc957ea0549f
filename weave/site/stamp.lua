-- stamp.lua - says in a few words how the tests of a chapter, a program or a
-- claim ended, and whether what they tested has changed since.
--
-- stamps(report, known) gives three functions: chapter(unit), program(unit, program)
-- and claim(id); the first gives a paragraph of HTML, the others words; and sum(unit),
-- when(date, unit) and also(unit) for stamps of other pages. report is report.lua's,
-- known has kind_list and machine (tables.lua).

local esc = require('common.html').escape

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

-- "6.1", "6.1 and 6.12", "6.1, 6.12 and 6.18", in their order.
local function versions(list)
  local function number(v) local a, b = v:match('^(%d+)%.(%d+)'); return tonumber(a) * 1000 + tonumber(b) end
  table.sort(list, function(a, b) return number(a) < number(b) end)
  local last = table.remove(list)
  return #list > 0 and table.concat(list, ', ') .. ' and ' .. last or last
end

-- How well a line of elsewhere.tsv speaks for the present text, from worst to best.
local ranks = { 'failed', 'stale', 'session', 'test' }
local rank_of = {}
for i, name in ipairs(ranks) do rank_of[name] = i end

return function(report, known)
  local M, sums = {}, {}

  -- Is the sum of what was tested, that of its last run here if none is given, not
  -- its sum now?
  local function changed(what, sum)
    sums[what] = sums[what] or report.sum_of(what, known.kind_list)
    local run = report.runs[what]
    return (sum or run and run.sum) ~= sums[what]
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
    if not unit then
      for name in pairs(report.programs) do any = any or name:find('/') and changed(name:match('^(.*)/')) end
    end
    return passed, count, latest, any
  end

  -- Other kernels: KERNEL -> rank of one unit or program: its tests count more than
  -- its sessions alone.
  local function kernels_of(name)
    local best = {}
    for _, line in ipairs(report.elsewhere[name] or {}) do
      local now = changed(name, line.sum)
      local rank = now and 'stale' or not line.passed and 'failed' or line.what
      local before = best[line.kernel]
      if not before or rank == 'failed' or before ~= rank_of.failed and rank_of[rank] > before then
        best[line.kernel] = rank_of[rank]
      end
    end
    return best
  end

  -- rank -> list of the kernels of a unit or program; a unit's, or the whole book's
  -- when none is named, are ranked by the worst of its programs.
  local function elsewhere(what)
    local worst = {}
    for name in pairs(report.elsewhere) do
      if not what or name == what or name:match('^(.*)/') == what then
        for kernel, rank in pairs(kernels_of(name)) do
          worst[kernel] = math.min(rank, worst[kernel] or rank)
        end
      end
    end
    local lists = {}
    for _, rank in ipairs(ranks) do lists[rank] = {} end
    for kernel, rank in pairs(worst) do table.insert(lists[ranks[rank]], kernel) end
    return lists
  end

  -- Where the tests of a unit, a program or the book ran: "Linux 6.1 and 6.18, gcc
  -- 12.2.0, glibc 2.36"; with one kernel its whole name.
  function M.machine(what)
    local m, list = report.machine, {}
    for _, row in ipairs(known.machine) do
      local value = row.stamp and m[row.key]
      local tested = elsewhere(what).test
      local system, here = (value or ''):match('^(%a+) (%d+%.%d+)')
      if row.key == 'kernel' and here and #tested > 0 then
        table.insert(tested, here)
        value = system .. ' ' .. versions(tested)
      end
      if value then list[#list + 1] = value end
    end
    return esc(table.concat(list, ', '))
  end

  function M.when(latest, what)
    local machine = M.machine(what)
    return latest == '' and '' or ' on ' .. date(latest) .. (machine ~= '' and ' (' .. machine .. ')' or '')
  end

  function M.when_of(what) return M.when(report.runs[what] and report.runs[what].date or '', what) end

  -- What is to be said of other kernels beside that, in sentences: of a program, a
  -- unit, or the book when none is named.
  function M.also(what)
    local of, one = elsewhere(what), what and what:find('/')
    local out = {}
    local function say(kernels, sentence)
      if #kernels > 0 then out[#out + 1] = ' ' .. sentence:format(versions(kernels)) end
    end
    say(of.session, one and 'Its session holds on Linux %s, too.' or 'The sessions hold on Linux %s, too.')
    say(of.failed, one and 'On Linux %s it ends otherwise.' or 'On Linux %s a program ends otherwise.')
    say(of.stale, (one and 'It' or what and 'The text' or 'A program') .. ' has changed since it ran on Linux %s.')
    return table.concat(out)
  end

  function M.chapter(unit)
    local passed, count, latest, any = M.sum(unit)
    if count == 0 then return '' end
    return ('<p class="stamp%s"><a href="tests.html#tests-%s">%s</a>%s.%s%s</p>'):format(
      passed < count and ' failed' or any and ' changed' or '', unit, words(passed, count), M.when(latest, unit),
      any and ' The text has changed since.' or '', M.also(unit))
  end

  -- The words, those that follow when the program changed since, and those of other
  -- kernels.
  function M.program(unit, program)
    local key = unit .. '/' .. program
    local p = report.programs[key]
    if not p then return words(0, 0), '', '' end
    return words(p.passed, p.count), changed(key) and ' It has changed since.' or '', M.also(key)
  end

  function M.claim(id)
    local passed, tests = 0, report.claims[id] or {}
    for _, t in ipairs(tests) do if t.status == 'passed' then passed = passed + 1 end end
    return words(passed, #tests)
  end

  return M
end
