-- report.lua - reads what the last test run said (out/report/tests.tsv: file,
-- test, passed|failed|skipped, reason). Gives claims, id -> {name, status} of
-- each test that carries the id, and programs, "unit/program" -> {count, passed}.
-- A report that is not there gives empty tables: nothing was run yet.

return function(path)
  local report = { claims = {}, programs = {}, text = '' }
  local file = path and io.open(path)
  if not file then return report end
  report.text = file:read('a')
  file:close()
  for line in report.text:gmatch('[^\n]+') do
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
