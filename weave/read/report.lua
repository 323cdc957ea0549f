-- report.lua - reads what the last test run left in the folder of
-- out/report/tests.tsv, as tests/run describes it.
--
-- report(PATH of tests.tsv) gives
--   claims    id -> list of {name, status} of the tests that carry the id
--   programs  "unit/program" -> {count, passed, tests}, tests being the list of
--             {name, status, reason, ms}
--   rules     unit -> list of its files of tests, "rules-NAME", that try sentences
--   tried     unit -> the text of a sentence -> list of {file, name, status} of the tests
--             that quote it
--   states    unit -> state -> how many sentences that state a rule are in it (tried, claim,
--             sourced, shown, open; see tools/statements)
--   runs      "unit" or "unit/program" -> {date, sum} of its last run
--   elsewhere "unit" or "unit/program" -> list of {kernel, what, sum, passed}: on which
--             other kernels its sessions or tests were run (tools/lib/elsewhere/compare)
--   sum_of    the function that gives such a sum for what is there now
--   machine   key -> what it ran on and with, as in machine.tsv
--   text      all of the report but the times, to see whether it changed
-- A report that is not there gives empty tables: nothing was run yet.

local tables = require 'read.tables'

-- The sum of "unit" or "unit/program" as it is now, made as tests/run makes it; of a program
-- by the kinds of file that there are.
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
  for _, file in ipairs(files) do texts[#texts + 1] = tables.text(file) end
  return pandoc.utils.sha1(table.concat(texts))
end

-- The fields of each line of a file, and its text; none when it is not there.
local function lines_of(path)
  local text = path and tables.text(path)
  if not text then return {}, '' end
  return tables.rows(path, text), text
end

local function take_statements(report, lines)
  local seen = {}
  for _, f in ipairs(lines) do
    local unit, state, text, file, name, status = table.unpack(f)
    if file ~= '' then
      local tried = report.tried[unit] or {}
      report.tried[unit] = tried
      tried[text] = tried[text] or {}
      table.insert(tried[text], { file = file, name = name, status = status })
    end
    if state ~= 'quoted' and not seen[unit .. text] then
      seen[unit .. text] = true
      local states = report.states[unit] or {}
      report.states[unit] = states
      states[state] = (states[state] or 0) + 1
    end
  end
end

return function(path)
  local folder = path and path:gsub('[^/]*$', '')
  local function read(name) return lines_of(folder and folder .. name) end
  local report = { claims = {}, programs = {}, sum_of = sum_of, rules = {}, tried = {}, states = {}, runs = {}, elsewhere = {}, machine = {} }
  local ms = {}
  for _, f in ipairs((read('timings.tsv'))) do ms[f[1] .. '\t' .. f[2]] = tonumber(f[3]) end
  local tests, tests_text = lines_of(path)
  for _, f in ipairs(tests) do
    local from, name, status, reason = table.unpack(f)
    if status then
      local program = from:match('^tests/(.*)%.bats$') or from
      local unit, rules = program:match('^(.-)/(rules%-.*)$')
      if rules and not report.programs[program] then
        report.rules[unit] = report.rules[unit] or {}
        table.insert(report.rules[unit], rules)
      end
      local p = report.programs[program] or { count = 0, passed = 0, tests = {} }
      report.programs[program] = p
      p.count = p.count + 1
      if status == 'passed' then p.passed = p.passed + 1 end
      p.tests[p.count] = { name = name, status = status, reason = reason, ms = ms[from .. '\t' .. name] }
      for id in name:gmatch('%[(%u%d+%l?)%]') do
        report.claims[id] = report.claims[id] or {}
        table.insert(report.claims[id], { name = name, status = status })
      end
    end
  end
  local statements, statements_text = read('statements.tsv')
  take_statements(report, statements)
  local runs, runs_text = read('runs.tsv')
  for _, f in ipairs(runs) do report.runs[f[1]] = { date = f[2], sum = f[3] } end
  local elsewhere, elsewhere_text = read('elsewhere.tsv')
  for _, f in ipairs(elsewhere) do
    report.elsewhere[f[1]] = report.elsewhere[f[1]] or {}
    table.insert(report.elsewhere[f[1]], { kernel = f[2], what = f[3], sum = f[5], passed = f[6] == 'passed' })
  end
  local machine, machine_text = read('machine.tsv')
  for _, f in ipairs(machine) do report.machine[f[1]] = f[2] end
  report.text = tests_text .. statements_text .. runs_text .. machine_text .. elsewhere_text
  return report
end
