-- findings.lua - a pandoc reader that tells what is wrong in the sources, and makes nothing.
--
--   markup book.nw chapters/*.nw | pandoc -f weave/read/findings.lua -t plain
--
-- Gives a document with one line for each problem, "FILE:LINE: MESSAGE [RULE]".

package.path = PANDOC_SCRIPT_FILE:gsub('[^/]*/[^/]*$', '') .. '?.lua;' .. package.path
local bind = require('common.book').bind
local chapter = require 'read.chapter'
local noweb = require 'read.noweb'
local problems = require 'common.problems'
local tables = require 'read.tables'

-- A formula that cannot be read is a warning of the writer's.
local options = pandoc.WriterOptions { html_math_method = 'mathml' }

function Reader(input)
  local known, records, title = tables.load(true), {}, {}
  for i, unit in ipairs(noweb.split(tostring(input))) do
    if i == 1 then title = noweb.title(unit) end
    local _, record, formulas = chapter.read(unit, known)
    records[i] = record
    if #formulas > 0 then pandoc.write(pandoc.Pandoc { pandoc.Plain(formulas) }, 'html', options) end
    collectgarbage()
  end
  local lines = problems.lines(bind(records, known, title).problems, true)
  return pandoc.Pandoc { pandoc.RawBlock('plain', table.concat(lines, '\n')) }
end
