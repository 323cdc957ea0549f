# shellcheck disable=SC2154,SC2016 # helpers.bash sets it; backticks and LUA are no expansions
bats_require_minimum_version 1.13.0
load ../lib/helpers
# Where a page of the PDF may end within code and sessions: weave/print/breaks.lua. Each
# test gives a text, and the lines before which a page may end.

# asked LUA: what it prints, run by pandoc with breaks.lua at hand; code takes the text in
# the file it, session the list of the kinds in it.
asked() {
    cat > ask.lua <<END
package.path = '$root/weave/?.lua'
local breaks = require 'print.breaks'
local text = io.open('it'):read('a'):gsub('\n\$', '')
local function lines(list) return (list:gsub('%d+=%-%d+,?', ''):gsub('=%d+', '')) end
function code(whole) return lines(breaks.code(text, 'NWUSEq', whole)) end
function session()
  local list = {}
  for kind in text:gmatch('%a+') do list[#list + 1] = { kind = kind, text = kind } end
  return lines(breaks.session(list))
end
function Pandoc()
  io.stderr:write(tostring($1), '\n')
  return pandoc.Pandoc {}
end
END
    run pandoc -f markdown -L ask.lua -t plain /dev/null
    assert_success
}

@test "a function is not divided near its ends, nor before a brace that closes, nor within a statement" {
    cat > it <<'END'
static int f(int a)
{
    one();
    two();
    three();
    if (a > 4) {
        four();
        five(a,
             b);
    } else {
        six();
    }
    seven();
    eight();
    nine();
    return a;
}
END
    asked 'code()'
    # not before the lines 10 and 12 ("} else {", "}"), 9 (a call goes on), 16 (too few lines follow)
    assert_output '5,6,8,13,14'
}

@test "a chunk of few lines is whole, and a root chunk of any length that a page has" {
    printf 'a();\nb();\nc();\nd();\ne();\n' > it
    asked 'code()'
    assert_output ''
    seq 40 | sed 's/.*/f&();/' > it
    asked 'code()'
    assert_output --partial '4,5,6'
    asked 'code(true)'
    assert_output ''
}

@test "an empty line is lower, most between the names of two chunks, and costs least to end a page behind" {
    printf 'NWUSEq1q\n\nNWUSEq2q\n\nint a;\nint b;\nint c;\n' > it
    asked 'breaks.code(text, "NWUSEq", true)'
    assert_output '2=-8,4=-5'
    printf 'int a;\nint b;\nint c;\n\nint d;\nint e;\nint f;\n' > it
    asked 'breaks.code(text, "NWUSEq")'
    assert_output --regexp '^4=-5,5=[0-9]+$'
}

@test "a session is cut at a command or a terminal alone" {
    echo command output output command more output status terminal command output > it
    asked 'session()'
    assert_output '4,8'
    echo command output > it
    asked 'session()'
    assert_output ''
}

@test "what one command printed on more than thirty lines may be cut, not near its ends" {
    { echo command; yes output | head -n 34; } > it
    asked 'session()'
    assert_output --regexp '^6,7,.*,31$'
}
