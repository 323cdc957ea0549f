-- symptoms.lua - puts the entries of the index of symptoms in order.
--
-- gather(units, program_of, problem) takes the records of all chapters and gives the list
-- of symptoms, sorted, each {entry, places}: entry is text with code between backticks;
-- places the list of {unit, unit_id, page, id, section, chunk=true, program}, program being
-- the chunk that program_of(name) gives for the one that shows it. problem(file, line, rule,
-- message) is told of a program that nobody knows, and of entries that differ in case or
-- markup alone.

local near = require 'common.near'
local terms = require 'read.terms'
local order = require('common.subjects').order
local M = {}

local function program(symptom, record, program_of, problem)
  if not symptom.program then return nil end
  local found, known = program_of(symptom.program)
  if not found then
    problem(record.file, symptom.line, 'symptom', ('the symptom "%s": there is no program %s%s'):format(symptom.entry,
      symptom.program, near.hint(symptom.program, known)))
  end
  return found
end

function M.gather(units, program_of, problem)
  local list, by_key = {}, {}
  for _, record in ipairs(units) do
    for _, symptom in ipairs(record.symptoms) do
      local key = terms.key(symptom.entry)
      local known = by_key[key]
      if not known then
        known = { entry = symptom.entry, places = {}, at = record.file .. ':' .. symptom.line }
        by_key[key], list[#list + 1] = known, known
      elseif known.entry ~= symptom.entry then
        problem(record.file, symptom.line, 'symptom', ('the symptom "%s" and "%s" (%s) differ in case or markup alone; write one of them')
          :format(symptom.entry, known.entry, known.at))
      end
      table.insert(known.places, { unit = record.unit, unit_id = record.id, page = record.page, id = symptom.id,
        section = symptom.section, chunk = true, program = program(symptom, record, program_of, problem) })
    end
  end
  table.sort(list, function(a, b)
    local x, y = order(a.entry), order(b.entry)
    if x ~= y then return x < y end
    return a.entry < b.entry
  end)
  return list
end

return M
