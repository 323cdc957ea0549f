-- report.lua - reads what the last test run said (out/report/tests.tsv: file,
-- test, passed|failed|skipped, reason). Gives claims, id -> {name, status} of
-- each test that carries the id, and programs, "unit/program" -> {count, passed}.
-- machine.tsv beside it (KEY, VALUE) gives machine, key -> value. A report that
-- is not there gives empty tables: nothing was run yet. text is all that was read.

return function(path)
  local report = { claims = {}, programs = {}, machine = {}, text = '' }
  local machine = path and io.open((path:gsub('[^/]*$', 'machine.tsv')))
  if machine then
    report.text = machine:read('a')
    machine:close()
    for key, value in report.text:gmatch('([^\t\n]+)\t([^\n]*)') do report.machine[key] = value end
  end
  local file = path and io.open(path)
  if not file then return report end
  local tests = file:read('a')
  file:close()
  report.text = report.text .. tests
  for line in tests:gmatch('[^\n]+') do
    local from, name, status = line:match('^([^\t]*)\t([^\t]*)\t([^\t]*)')
    if status then
      local program = from:match('^tests/(.*)%.bats$') or from
      local p = report.programs[program] or { count = 0, passed = 0 }
      report.programs[program] = p
      p.count = p.count + 1
      if status == 'passed' then p.passed = p.passed + 1 end
      for id in name:gmatch('%[(%u%d+%l?)%]') do
        report.claims[id] = report.claims[id] or {}
        table.insert(report.claims[id], { name = name, status = status })
      end
    end
  end
  return report
end
