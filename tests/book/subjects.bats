# shellcheck disable=SC2016 # backticks of the notation
# takes about 15 s
bats_require_minimum_version 1.13.0
load ../lib/assertions
# The subject index of the web site and of the EPUB, and what the search finds of it, of a
# made-up book whose third chapter has entries. The PDF's is tried in pdf.bats.

setup_file() {
    local root
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    export book=$BATS_FILE_TMPDIR/book
    "$root/tools/made-up-book" --small 2 "$book"
    cd "$book" || return
    sed -i 's/^- 02-made-02/&\n- 03-try/' book.nw
    cat > chapters/03-try.nw <<'END'
# Try {#try}

A [pipe]{.index} and a [Pipeline]{.index}: [`O_NONBLOCK`]{.index}.
[]{.index entry="hang" see="pipe: a limit"}[]{.index entry="64-bit"}

## One {#one}

The [limit]{.index entry="pipe: a limit"}, [`/proc`]{.index}, [once more]{.index entry="pipe"}.
[And again]{.index entry="pipe"}.

### Below {#below}

A [zombie]{.index}[]{.index entry="pipe: `F_GETPIPE_SZ`"}.
END
    env -u MAKEFLAGS -u MAKELEVEL make html epub > log 2>&1 || { tail log; return 1; }
    mkdir epub
    (cd epub && unzip -q ../out/made-up-book.epub)
}

setup() { cd "$book" || return; }

# listed FILE...: the entries of the index as text, one a line, letters before theirs
listed() {
    cat "$@" | perl -0777 -ne '
        my ($index) = m{<div class="index subjects">(.*?)</div>\s*(?:</div>|$)}s or die "no index\n";
        $index =~ s{<div class="letters">.*?</div>}{}s;
        $index =~ s/\s+/ /g;
        for (split m{(?=<li>|<h3)}, $index) { s/<code>(.*?)<\/code>/`$1`/g; s/<[^>]*>//g; s/^\s+|\s+$//g; print "$_\n" if /\S/ }'
}

@test "entries are sorted without case and signs, below their letters, code as code, with sections" {
    cat > wanted <<'END'
0–9
64-bit, 3
H
hang, see pipe: a limit
O
`O_NONBLOCK`, 3
P
pipe, 3, 3.1
a limit, 3.1
`F_GETPIPE_SZ`, 3.1
Pipeline, 3
`/proc`, 3.1
Z
zombie, 3.1
END
    listed out/html/indexes.html | diff wanted -
    listed epub/EPUB/text/ch006.xhtml | diff wanted -
}

# lead_somewhere FOLDER: each link of an index in a page of it leads to an id that is there
lead_somewhere() {
    local page href
    for page in "$1"/*; do
        perl -0777 -ne 'print "$1\n" while m{<div class="index subjects">(.*?)(?:id="[^"]*programs|\z)}sg' "$page" | grep -oE 'href="[^"]*"' || true
    done | sed 's/href="//; s/"$//' | sort -u > links
    [ "$(wc -l < links)" -ge 12 ] || fail "few links: $(tr "\n" " " < links)"
    while IFS= read -r href; do
        page=${href%%#*}
        [ -n "$page" ] || page=$2
        grep -q "id=\"${href#*#}\"" "$1/$page" || fail "$href leads nowhere"
    done < links
}

@test "every entry leads to its place, also to one without words" {
    mkdir -p pages
    cp out/html/indexes.html out/html/try.html pages/
    lead_somewhere pages indexes.html
    lead_somewhere epub/EPUB/text ch006.xhtml
    grep -q '<span id="ix-64-bit" class="indexed"></span>' out/html/try.html
    grep -q '<span id="ix-pipe" class="indexed">pipe</span>' out/html/try.html
}

@test "the search finds a subject, and leads to each of its places, of one that only leads to others to theirs" {
    grep -qE '^\["subject","pipe: a limit","3.1 One","try.html#ix-pipe-a-limit","",[0-9]+\]' out/html/search-data.js
    grep -qE '^\["subject","pipe","3 Try","try.html#ix-pipe","",[0-9]+\]' out/html/search-data.js
    grep -qE '^\["subject","pipe","3.1 One","try.html#ix-pipe.2","",[0-9]+\]' out/html/search-data.js
    grep -qE '^\["subject","hang","3.1 One","try.html#ix-pipe-a-limit","",[0-9]+\]' out/html/search-data.js
}
