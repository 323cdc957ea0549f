-- search.lua - what the search of the web site looks through.
--
-- script(all, prose, ctx) makes the text of a script that hands all there is to find to
-- the page: an array of [kind, title, place, url, text] for sections, programs,
-- chunks, calls and claims. prose is unit -> what facts.collect gives of its sections.

local M = {}

local special = { ['"'] = '\\"', ['\\'] = '\\\\', ['<'] = '\\u003c', ['\n'] = ' ' }
local function quoted(s) return '"' .. s:gsub('["\\<\n]', special) .. '"' end

function M.script(all, prose, ctx)
  local rows = {}
  local function row(...)
    local cells = { ... }
    for i, cell in ipairs(cells) do cells[i] = quoted(cell) end
    rows[#rows + 1] = '[' .. table.concat(cells, ',') .. ']'
  end
  for _, f in ipairs(all.units) do
    local chapter = (f.number ~= '' and f.number .. ' ' or '') .. f.title
    for _, s in ipairs(prose[f.unit]) do
      local label = all.labels[s.id]
      row('section', (label.number ~= '' and label.number .. ' ' or '') .. label.title, chapter,
        f.page .. '#' .. s.id, s.text)
    end
    local seen = {}
    for _, c in ipairs(f.chunks) do
      if c.root == 'program' then row('program', c.name, chapter, ctx.program_page(f.unit, c.name), '')
      elseif not c.root and not seen[c.name] then row('chunk', c.name, chapter, f.page .. '#' .. c.id,
        table.concat(c.constants, ' ')) end
      seen[c.name] = true
    end
    for _, c in ipairs(f.claims) do
      row('claim', c.id .. ': ' .. c.verdict:gsub('%-', ', '), chapter, f.page .. '#' .. c.id, c.text)
    end
  end
  local calls, seen = {}, {}
  for _, f in ipairs(all.units) do
    for _, call in ipairs(f.calls) do
      if not seen[call.name] then calls[#calls + 1] = call.name end
      seen[call.name] = true
    end
  end
  table.sort(calls)
  for _, name in ipairs(calls) do
    local url = ctx.call_url(name)
    if url then row('call', name, 'Manual page', url, ctx.all.manual[name] or '') end
  end
  return 'bookToSearch([\n' .. table.concat(rows, ',\n') .. '\n]);\n'
end

return M
