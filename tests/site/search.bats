#!/usr/bin/env bats
# The search leads to the section that explains what is asked for; search.tsv has what
# people ask, and which sections those are.
bats_require_minimum_version 1.13.0
load ../lib/helpers

# shellcheck disable=SC2154 # helpers.bash sets it
site=$root/out/html

@test "of what people ask 90 of 100 find its section among the first three, 70 at the top, none finds nothing" {
    needs node
    [ -e "$root/tests/site/search.tsv" ] || return 0   # not every book has one
    run node "$root/tests/site/search.mjs" "$site" "$site/js" < "$root/tests/site/search.tsv"
    assert_success
    read -r queries first three nothing <<< "${lines[-1]}"
    [ "$queries" -ge 80 ] || fail "only $queries queries"
    [ "$nothing" -eq 0 ] || fail "$nothing of $queries queries find nothing"
    [ "$((three * 100))" -ge "$((queries * 90))" ] || fail "$three of $queries are among the first three: $output"
    [ "$((first * 100))" -ge "$((queries * 70))" ] || fail "$first of $queries come first: $output"
}

# made_up: a small book's data, in site/search-data.js.
made_up() {
    mkdir -p site
    cat > site/search-data.js << 'END'
bookToSearch([
["chapter","1 Pipes","","p.html#p","All about it."],
["section","1.1 Again","1 Pipes","p.html#again","A read that found nothing fails with EAGAIN, and EAGAINST is no error. It waits, and waiting takes 65,536 bytes."],
["section","1.2 Nobody reads","1 Pipes","p.html#nobody","Who writes gets SIGPIPE. The signal is called SIGPIPE."],
["symptom","Broken pipe","1.2 Nobody reads","p.html#sy-broken","",2],
["chunk","read again","1 Pipes","p.html#read-again","EAGAIN",1],
["claim","P1: wrong","1 Pipes","p.html#P1","Reading never fails."]
], [["SIGPIPE","141"]]);
END
}

# first QUERY: what is found first; all of it in $output.
first() {
    run node "$root/tests/site/search.mjs" site "$root/assets/js" <<< "$1"$'\tnone'
    assert_success
    [[ ${lines[0]} == "$1: $2"* ]] || fail "${lines[0]}"
}

@test "the same word comes before its beginning, that before what is like it; numbers, other words, endings count" {
    needs node
    made_up
    first EAGAIN '1.1 Again'
    first EAGAINS '1.1 Again'
    first 65536 '1.1 Again'
    first 65,536 '1.1 Again'
    first 'exit 141' '1.2 Nobody reads'
    first sigpip '1.2 Nobody reads'
    first SIGPIEP '1.2 Nobody reads'
    first 'why does it wait' '1.1 Again'
    first 'broken pipes' 'Broken pipe (1.2 Nobody reads)'
    first zzyyxx ''
}
