-- versions.lua - what differs between the pandocs that the press runs with: 2.17 is
-- the oldest, 3 the one it is written for. Everything else is the same with both.

local M = {}

local function since(version) return PANDOC_VERSION >= pandoc.types.Version(version) end

-- The Markdown of the chapters. A figure is a paragraph with nothing but an image
-- (pandoc 3 would make a block of its own of it), and the id of a table stands in its
-- caption, where chapter.lua reads it (3.8.3 would take it off).
M.markdown = 'markdown-implicit_figures' .. (since '3.8.3' and '-table_attributes' or '')

-- Options for pandoc.write with the theme of OPTIONS, the writer's own.
function M.highlighting(options)
  if not options then return pandoc.WriterOptions {} end
  if since '3.8' then return pandoc.WriterOptions { highlight_method = options.highlight_method } end
  return pandoc.WriterOptions { highlight_style = options.highlight_style }
end

-- What the W3C checker would say of the HTML that pandoc writes: with 2.17 a role that
-- DPUB-ARIA 1.1 took back and slashes in void elements; a section without a heading
-- with both (it is an aside since 3).
function M.tidy(html)
  return (html:gsub(' role="doc%-endnote"', '')
    :gsub('<section (id="footnotes"[^>]*>.-)</section>', '<div %1</div>')
    :gsub('<section (class="footnotes[^>]*>.-)</section>', '<div %1</div>')
    :gsub('<aside (id="footnotes"[^>]*>.-)</aside>', '<div %1</div>')
    :gsub('<(%l+)([^<>]-) />', function(tag, rest)
      if tag == 'hr' or tag == 'br' or tag == 'col' then return '<' .. tag .. rest .. '>' end
    end))
end

return M
