-- tables.lua - reads the small tables that lie beside the book or are made before it,
-- lines of fields separated by tabs, # for a remark.
--
-- kinds(path)      kinds.tsv: the list, and ending -> {ending, language, reader}
-- verdicts(path)   chapters/verdicts.tsv: the list of {class, words, short, who, many}
-- believed(path)   chapters/ledger.tsv: id -> true for a claim that many make, not the notes
-- manual(path)     chapters/manual.tsv: "read(2)" -> what the page says it does
-- machine(path)    tests/lib/machine.tsv: the list of {key, words, stamp}
-- sessions(path)   what `tests/lib/session lines` printed: the path of a session ->
--                  the list of {kind, text}
-- untested(path)   out/report/coverage.tsv: "unit/program" -> line of it -> true for lines
--                  that no test ran, for programs that are still what was looked at
-- text(path)       a whole file, or nil and why not
-- load(alone)      kinds, kind_list, verdicts, believed, manual, machine, and, unless the sources
--                  ALONE are looked at, sessions where SESSIONS in the environment says
--                  what to read
-- Errors: a table that has to be there and is not ends pandoc.

local stop = require 'common.stop'
local M = {}

function M.text(path)
  local file, why = io.open(path)
  if not file then return nil, why end
  local text = file:read('a')
  file:close()
  return text, text == nil and path .. ': is a folder' or nil
end

-- The fields of each line, remarks left out. Without TEXT the file has to be there.
local function rows(path, text)
  if not text then
    local why
    text, why = M.text(path)
    if not text then stop(why) end
  end
  local list = {}
  for line in text:gmatch('[^\n]+') do
    local fields = {}
    for field in (line .. '\t'):gmatch('([^\t]*)\t') do fields[#fields + 1] = field end
    if not line:find('^#') then list[#list + 1] = fields end
  end
  return list
end
M.rows = rows

function M.kinds(path)
  local list, of = {}, {}
  for i, f in ipairs(rows(path)) do
    list[i] = { ending = f[1], language = f[2], reader = f[5] }
    of[f[1]] = list[i]
  end
  return list, of
end

function M.verdicts(path)
  local list = {}
  for i, f in ipairs(rows(path)) do
    local function who(words) return words ~= '-' and words or nil end
    list[i] = { class = f[1], words = f[2], short = f[3], who = who(f[4]), many = who(f[5] or '-') }
  end
  return list
end

function M.believed(path)
  local believed = {}
  for _, f in ipairs(rows(path, M.text(path) or '')) do   -- not every book has one
    if f[3] == 'many' then believed[f[1]] = true end
  end
  return believed
end

function M.manual(path)
  local manual = {}
  for _, f in ipairs(rows(path)) do manual[f[1]] = f[2] end
  return manual
end

function M.machine(path)
  local list = {}
  for i, f in ipairs(rows(path)) do list[i] = { key = f[1], words = f[3], stamp = f[4] == 'yes' } end
  return list
end

function M.sessions(path)
  local sessions, lines = {}, nil
  for _, f in ipairs(rows(path)) do
    if f[1] == 'file' then
      lines = {}
      sessions[f[2]] = lines
    else
      lines[#lines + 1] = { kind = f[1], text = f[2], count = tonumber(f[3]), reason = f[4] ~= '' and f[4] or nil }
    end
  end
  return sessions
end

function M.untested(path)
  local text = path and M.text(path)
  if not text then return {} end
  local untested = {}
  for _, f in ipairs(rows((path:gsub('%.tsv$', '-runs.tsv')))) do
    local tangled = M.text('tangled/' .. f[1] .. '.c')
    if tangled and pandoc.utils.sha1(tangled) == f[3] then untested[f[1]] = {} end
  end
  for _, f in ipairs(rows(path, text)) do
    if untested[f[1]] and f[5] == '0' then untested[f[1]][tonumber(f[2])] = true end
  end
  return untested
end

function M.load(alone)
  local sessions = not alone and os.getenv('SESSIONS')
  local kind_list, kinds = M.kinds('kinds.tsv')
  return { kinds = kinds, kind_list = kind_list, verdicts = M.verdicts('chapters/verdicts.tsv'),
    believed = M.believed('chapters/ledger.tsv'), manual = M.manual('chapters/manual.tsv'), machine = M.machine('tests/lib/machine.tsv'),
    sessions = sessions and M.sessions(sessions) }
end

return M
