-- print.lua - a pandoc filter that renders the whole book for LaTeX and EPUB.
--
--   ... | pandoc -f weave/noweb.lua -L weave/print.lua -t latex|epub3
--
-- From the environment: FIGURES, TESTS and MANUAL, as in site.lua. Errors: whatever
-- facts.lua and render.lua find, with the chapter's file and line.

local here = PANDOC_SCRIPT_FILE:gsub('[^/]*$', '')
local facts = dofile(here .. 'facts.lua')
local render = dofile(here .. 'render.lua')
local read_report = dofile(here .. 'report.lua')
local read_manual = dofile(here .. 'manual.lua')
local latex = FORMAT:find('latex') ~= nil

function Pandoc(doc)
  local printer = dofile(here .. (latex and 'latex.lua' or 'html.lua'))
  local report = read_report(os.getenv('TESTS'))
  local units, list, file_of, trial_unit = {}, {}, {}, nil
  for i, div in ipairs(doc.blocks) do
    local unit = { unit = div.attributes.unit, file = div.attributes.file }
    list[i], unit.blocks = facts.collect(unit, div.content)
    units[i] = unit
    file_of[unit.unit] = ('ch%03d.xhtml'):format(i)
    for _, kind in ipairs(list[i].collects) do
      if kind == 'claims' then trial_unit = unit.unit end
    end
  end
  local all = facts.merge(list, (read_manual(os.getenv('MANUAL'))))
  local out, part = pandoc.List {}, 'front'
  for i, unit in ipairs(units) do
    local own = list[i]
    local ctx = { format = latex and 'latex' or 'epub', own = own, all = all, report = report,
      printer = printer, figures = os.getenv('FIGURES') or '.', trial_unit = trial_unit or own.unit }
    -- The same chunk name may stand in two chapters. TeX makes - and _ active
    -- within verbatim text, so an anchor there has neither.
    function ctx.anchor(u, id, is_chunk)
      if not is_chunk then return id end
      local anchor = all.of[u].id .. '--' .. id
      return latex and anchor:gsub('[-_]', '.') or anchor
    end
    -- pandoc finds the right file only for ids of its own tree, not for raw ones
    function ctx.href(u, id, is_chunk)
      return (latex and '' or file_of[u]) .. '#' .. ctx.anchor(u, id, is_chunk)
    end
    ctx.target = ctx.href
    if latex then
      local number, letter = own.unit:match('^(%d+)%-'), own.unit:match('^(%u)%-')
      local before = { '% source ' .. unit.file } -- for weave/complaints
      if number and part == 'front' then
        part = 'main'
        before[#before + 1] = '\\mainmatter'
      elseif letter and part ~= 'appendix' then
        part = 'appendix'
        before[#before + 1] = '\\appendix'
      end
      if number then before[#before + 1] = ('\\setcounter{chapter}{%d}'):format(tonumber(number) - 1) end
      if letter then before[#before + 1] = ('\\setcounter{chapter}{%d}'):format(letter:byte() - 65) end
      out:insert(pandoc.RawBlock('latex', table.concat(before, '\n')))
    end
    out:extend(render.render(unit.blocks, ctx))
  end
  if latex then
    doc.meta['pdf-id'] = pandoc.utils.sha1(pandoc.utils.stringify {
      doc.meta.title or '', doc.meta.date or '', doc.meta.identifier or '' }):sub(1, 32)
    -- every highlighted block is raw by now, so pandoc would leave these out
    doc.meta['code-macros'] = pandoc.MetaBlocks { pandoc.RawBlock('latex',
      pandoc.write(pandoc.Pandoc { pandoc.CodeBlock('x', { class = 'c' }) }, 'latex',
        pandoc.WriterOptions { highlight_style = PANDOC_WRITER_OPTIONS.highlight_style,
          template = pandoc.template.compile('$highlighting-macros$') })) }
  end
  doc.blocks = out
  return doc
end
