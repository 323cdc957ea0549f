-- print.lua - a pandoc filter that renders the whole book for LaTeX and EPUB.
--
--   ... | pandoc -f weave/read/stream.lua -L weave/print/print.lua -t latex|epub3
--
-- From the environment: FIGURES, SESSIONS and TESTS, as in site.lua. Errors: whatever
-- is wrong in the chapters, with file and line.

package.path = PANDOC_SCRIPT_FILE:gsub('[^/]*/[^/]*$', '') .. '?.lua;' .. package.path
local chapter = require 'read.chapter'
local bind = require('common.book').bind
local names = require 'common.names'
local noweb = require 'read.noweb'
local problems = require 'common.problems'
local render = require('common.render').render
local report = require 'read.report'
local tables = require 'read.tables'
local latex = FORMAT:find('latex') ~= nil

-- What comes before a chapter in LaTeX: its file, for weave/print/complaints, the part of the
-- book that begins here, and its number, which is its file's. PART is the part that is open;
-- gives the new one.
local function before(own, part)
  local number, letter = own.unit:match('^(%d+)%-'), own.unit:match('^(%u)%-')
  local lines = { '% source ' .. own.file }
  if number and part == 'front' then
    part = 'main'
    lines[#lines + 1] = '\\mainmatter'
  elseif letter and part ~= 'appendix' then
    part = 'appendix'
    lines[#lines + 1] = '\\appendix'
  end
  if number then lines[#lines + 1] = ('\\setcounter{chapter}{%d}'):format(tonumber(number) - 1) end
  if letter then lines[#lines + 1] = ('\\setcounter{chapter}{%d}'):format(letter:byte() - 65) end
  return pandoc.RawBlock('latex', table.concat(lines, '\n')), part
end

-- Metadata that only the template of the PDF reads.
local function add_meta(meta, known)
  local classes = {}
  for i, v in ipairs(known.verdicts) do classes[i] = v.class end
  meta.verdicts = classes
  meta['pdf-id'] = pandoc.utils.sha1(pandoc.utils.stringify {
    meta.title or '', meta.date or '', meta.identifier or '' }):sub(1, 32)
  -- every highlighted block is raw by now, so pandoc would leave these out
  local options = require('common.versions').highlighting(PANDOC_WRITER_OPTIONS)
  options.template = pandoc.template.compile('$highlighting-macros$')
  meta['code-macros'] = pandoc.MetaBlocks { pandoc.RawBlock('latex',
    pandoc.write(pandoc.Pandoc { pandoc.CodeBlock('x', { class = 'c' }) }, 'latex', options)) }
end

-- A chapter that is to come stands in the table of contents alone. EPUBs have theirs by
-- pandoc; epub-repack adds it.
local function to_come(entry)
  local title = pandoc.write(pandoc.Pandoc { pandoc.Plain(entry.title) }, 'latex')
  return pandoc.RawBlock('latex', ('\\nwtocome{%d}{%s}'):format(entry.number, title))
end

-- The page of render.lua for a chapter. pandoc finds the right file only for ids of its
-- own tree, not for raw ones, so an address names it, FILE_OF the page of the site.
local function page_of(own, common, file_of)
  local page = setmetatable({ own = own }, { __index = common })
  function page.href(thing)
    return (file_of and file_of[thing.page] or '') .. '#' .. names.anchor(common.format, thing)
  end
  return page
end

function Pandoc(doc)
  local known = tables.load()
  local trees, records, file_of = {}, {}, {}
  for i, raw in ipairs(doc.blocks) do
    local unit = noweb.split(raw.text)[1]
    trees[i], records[i] = chapter.read(unit, known)
    file_of[records[i].page] = ('ch%03d.xhtml'):format(i)
  end
  local book = bind(records, known, doc.meta)
  problems.stop(book.problems)
  local common = { format = latex and 'latex' or 'epub', book = book, report = report(os.getenv('TESTS')),
    machine = known.machine, figures = os.getenv('FIGURES') or '.',
    printer = require(latex and 'print.latex' or 'common.html') }
  local out, part, head, tree_of = pandoc.List {}, 'front', nil, {}
  for i, own in ipairs(records) do tree_of[own] = trees[i] end
  for _, own in ipairs(book.contents) do
    if not own.unit then
      if latex then out:insert(to_come(own)) end
    else
      if latex then
        head, part = before(own, part)
        out:insert(head)
      end
      out:extend(render(tree_of[own], page_of(own, common, not latex and file_of)))
    end
  end
  if latex then add_meta(doc.meta, known) end
  doc.blocks = out
  return doc
end
