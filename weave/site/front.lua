-- front.lua - what every page of the web site has around its text, and the front page.
--
-- errors(title, place) is where an error is told; sidebar(book, own, name) is the list of chapters, with the sections of the current one;
-- numbered(number, title) a title behind its number; contents(book) the table of contents; front(page, title, sample) the body of the front
-- page; tests(page) that of the list of all tests. All give HTML.

local printer = require 'common.html'
local program = require 'site.program'
local esc = printer.escape

local M = {}

local function numbered(number, title)
  return number ~= '' and '<span class="number">' .. number .. '</span> ' .. esc(title) or esc(title)
end
M.numbered = numbered

-- The exercises of a chapter, for the script that counts those that are done.
local function exercises(book, f)
  local names = book:exercise_names(f.unit)
  return names ~= '' and ' data-exercises="' .. names .. '"' or ''
end

-- A chapter that is still to come.
local function to_come(f) return ('<li class="coming">%s <i>to come</i></li>'):format(numbered(tostring(f.number), f.title)) end

-- The sections of a chapter as a list within its item, or nothing.
local function sections(f, page)
  local items = {}
  for _, l in ipairs(f.labels) do
    if l.kind == 'section' and l.level == 2 then
      items[#items + 1] = ('<li><a href="%s#%s">%s</a></li>'):format(page, l.id, numbered(l.number, l.title))
    end
  end
  return #items > 0 and '<ol>\n' .. table.concat(items, '\n') .. '\n</ol>' or ''
end

function M.sidebar(book, own, page)
  local out = {}
  for _, f in ipairs(book.contents) do
    local current = f.unit == own.unit
    local here_now = current and (f.page == page and ' aria-current="page"' or ' aria-current="true"') or ''
    out[#out + 1] = not f.unit and to_come(f) or ('<li><a href="%s"%s%s>%s</a>%s</li>'):format(f.page, here_now,
      exercises(book, f), numbered(f.number, f.title), current and sections(f, f.page == page and '' or f.page) or '')
  end
  return table.concat(out, '\n')
end

function M.contents(book)
  local out = { '<ol class="toc">' }
  for _, f in ipairs(book.contents) do
    out[#out + 1] = not f.unit and to_come(f) or ('<li><a href="%s"%s>%s</a>%s</li>'):format(f.page, exercises(book, f),
      numbered(f.number, f.title), sections(f, f.page))
  end
  out[#out + 1] = '</ol>'
  return table.concat(out, '\n')
end

-- One chunk to look at.
function M.sample(chunk, page)
  local name = esc(chunk.name)
  return ([[<div class="chunk">
<p class="chunk-head"><a href="%s">⟨<i>%s</i>⟩</a><span class="sign">≡</span></p>
%s
</div>
]]):format(page.href(chunk), name, printer.pre('code', 'Code: ' .. chunk.name, printer.chunk_code(chunk, page), page))
end

-- How many programs of the book the report knows nothing of, in words.
local function not_run(page)
  local n = 0
  for _, f in ipairs(page.book.units) do
    for _, c in ipairs(page.book:programs(f.unit)) do
      if not page.report.programs[f.unit .. '/' .. c.program] then n = n + 1 end
    end
  end
  return n == 0 and '' or n == 1 and ' Those of one program have not run here.' or (' Those of %d programs have not run here.'):format(n)
end

-- Where an error is told that somebody found in a place, or nothing.
function M.errors(title, place)
  if title.errors == '' then return nil end
  local function coded(words) return (words:gsub('[^%w%-_.~]', function(c) return ('%%%02X'):format(c:byte()) end)) end
  return esc((title.errors:gsub('SECTION', function() return coded(place) end):gsub('EDITION', function() return coded('edition of ' .. title.date) end)))
end

-- How much there is, what one needs, whose it is, and of when.
local function facts(page, title)
  local chapters, programs, exercises, minutes = 0, 0, 0, 0
  for _, f in ipairs(page.book.units) do
    if tonumber(f.number) then chapters = chapters + 1 end
    programs, exercises = programs + #page.book:programs(f.unit), exercises + #f.exercises
    for _, e in ipairs(f.exercises) do minutes = minutes + e.minutes end
  end
  local words = { ('%d chapters, %d programs'):format(chapters, programs) }
  if exercises > 0 then words[1] = words[1] .. (', %d exercises for %d hours'):format(exercises, math.max(1, math.floor(minutes / 60 + 0.5))) end
  if title.needs ~= '' then words[2] = 'Needs ' .. esc(title.needs) end
  words[#words + 1] = ('Edition of %s, by %s'):format(esc(title.date), esc(title.author))
  local errors = M.errors(title, title.title)
  if errors then words[#words + 1] = ('<a href="%s">Report an error</a>'):format(errors) end
  return table.concat(words, '. ') .. '.'
end

-- title is the title block; page has downloads ("PDF=file EPUB=file"), archive and stamp;
-- sample is the HTML of a chunk and a session to look at.
function M.front(page, title, sample)
  local links = { ('<a class="button" href="%s">Read it here</a>'):format(page.book.units[1].page) }
  for name, file in page.downloads:gmatch('(%S+)=(%S+)') do
    links[#links + 1] = ('<a class="button" href="%s">%s</a>'):format(esc(file), esc(name))
  end
  links[#links + 1] = ('<a class="button" href="%s">The programs</a>'):format(esc(page.archive))
  local passed, count, latest, changed = page.stamp.sum()
  local missing = not_run(page)
  local state = count == 0 and 'Its tests have not run here yet.'
    or ('<a href="tests.html">%s</a>%s.%s%s%s'):format(
      passed == count and (missing == '' and 'All %d tests of its programs passed' or '%d tests of its programs passed'):format(count)
        or ('%d of the %d tests of its programs passed'):format(passed, count),
      page.stamp.when(latest), missing, changed and ' The book has changed since.' or '', page.stamp.also())
  return ([[<p class="subtitle">%s</p>
<p class="formats">%s</p>
<div class="sample">%s</div>
%s
<p class="facts">%s</p>
<p class="stamp">%s</p>
<h2 id="contents-of-the-book">What is in it</h2>
%s]]):format(esc(title.subtitle), table.concat(links, '\n'), sample, title.blurb, facts(page, title), state, M.contents(page.book))
end

-- The tests of one chapter, nothing when it has none.
local function tests_of(record, page)
  local programs = {}
  for i, c in ipairs(page.book:programs(record.unit)) do
    programs[i] = ('<h3 id="tests-%s-%s"><a href="%s">%s</a></h3>\n%s'):format(record.unit, esc(c.name),
      page.program_url(c), esc(c.name), program.tests(record.unit .. '/' .. c.program, page, true))
  end
  if page.report.programs[record.unit .. '/exercises'] then
    programs[#programs + 1] = ('<h3 id="tests-%s-exercises">Exercises</h3>\n%s'):format(record.unit,
      program.tests(record.unit .. '/exercises', page, true))
  end
  for _, name in ipairs(page.report.rules[record.unit] or {}) do
    programs[#programs + 1] = ('<h3 id="tests-%s-%s">Sentences: %s</h3>\n%s'):format(record.unit, esc(name),
      esc((name:gsub('^rules%-', ''):gsub('%-', ' '))), program.tests(record.unit .. '/' .. name, page, true))
  end
  return #programs > 0 and ('<h2 id="tests-%s">%s</h2>\n%s'):format(record.unit, numbered(record.number, record.title),
    table.concat(programs, '\n'))
end

function M.tests(page)
  local passed, count, latest, changed = page.stamp.sum()
  local out = { ('<p>%s</p>'):format(count == 0 and 'No test has run here yet.' or
    ('These are the %d tests of the programs, as they ended%s: %d passed.%s%s A name says what is true when its test '
      .. 'passes. The tests of the tools, and those of these very pages, run after the pages are made, so they can only '
      .. 'be found in the report of the run.'):format(count, page.stamp.when(latest), passed, not_run(page),
        changed and ' The book has changed since.' or '')) }
  for _, record in ipairs(page.book.units) do out[#out + 1] = tests_of(record, page) or nil end
  return table.concat(out, '\n')
end

return M
