# takes about 20 s
bats_require_minimum_version 1.13.0
load ../lib/assertions
# What a chapter may hold is shown as it is in each format: names with signs that some
# format takes for its own, output that looks like notation, a chunk that book.nw and a
# chapter define together. Tried on one small made-up book.

setup_file() {
    local root
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    export base=$BATS_FILE_TMPDIR/base
    "$root/tools/made-up-book" --small 1 "$base"
    cd "$base" || return
    sed -i 's/^- 01-made-01/&\n- 02-odd\n- 03-shell/' book.nw
    odd_chapter > chapters/02-odd.nw
    shell_chapter > chapters/03-shell.nw
    printf 'sh\tbash\t-\tcp IN OUT && chmod 755 OUT\tcp NAME.sh NAME; chmod +x NAME\tsh -n IN\n' >> kinds.tsv
    env -u MAKEFLAGS -u MAKELEVEL make html pdf epub > log 2>&1 || { cat log; return 1; }
    pdftotext -layout out/*.pdf pdf.txt
    mkdir epub
    (cd epub && unzip -q ../out/*.epub)
}

setup() { cd "$base" || return; }

# names that a format could take for its own notation, one a line
odd_names() {
    cat <<'END'
ask if a < b & c
give "quoted" words
run with --help and -v
take `code` in backquotes
pay $5, 50 % of #10, ~all
write a_b^c {d} [e]
go back \ and forth
say it's done, isn't it
föö bàr
NWUSEq1q and NWtitleq
END
}

odd_chapter() {
    printf '# Odd {#odd}\n\n<<odd.c>>=\n<<feature macro and headers>>\n\nint main(void)\n{\n'
    odd_names | sed 's/.*/    <<&>>/'
    printf '    puts("He wrote:\\n> what is it?\\n$\\nvaries: pid 12\\n[exit 3]\\nNWUSEq1q {\\\\}");\n    return 0;\n}\n@\n\n'
    odd_names | sed 's/.*/<<&>>=\nputs("&");\n@\n/; s/puts(.*/;/'
    printf '<<feature macro and headers>>=\n#include <poll.h>\n@\n\n'
    printf '<<odd.session>>=\n$ ./odd\nHe wrote:\n> what is it?\n$\nvaries: pid 12\n[exit 3]\nNWUSEq1q {\\}\n'
    printf '$ echo one \\\n> two; exit 3\none two\n[exit 3]\n@\n'
}

# a program that is no C, in two chunks
shell_chapter() {
    printf '# Shell {#shell}\n\n<<greet.sh>>=\n#!/bin/sh\n<<say hello>>\n@\n\n<<say hello>>=\nif true; then echo "hello"; fi\n@\n\n'
    printf '<<greet.session>>=\n$ ./greet\nhello\n@\n'
}

# text FILE: what a reader of a page sees
text() { sed -e 's/<[^>]*>//g' -e "s/&#39;/'/g" -e 's/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&amp;/\&/g' "$1"; }

@test "the program that is compiled is the one the chapter tells" {
    run grep -c '^    ;$' tangled/02-odd/odd.c
    assert_output "$(odd_names | wc -l)"
    run grep -c '^#include <poll.h>$' tangled/02-odd/odd.c
    assert_output 1
}

@test "names of chunks are shown as they are written, on the site, in the EPUB and in the PDF" {
    local name
    text out/html/odd.html > html.txt
    cat epub/EPUB/text/*.xhtml > all.xhtml
    text all.xhtml > epub.txt
    tr -s ' ' < pdf.txt > pdf-words.txt
    while IFS= read -r name; do
        for format in html epub; do
            grep -qF -- "⟨$name⟩" "$format.txt" || fail "$format: $name"
        done
        # on paper an apostrophe is a printer's
        grep -qF -- "⟨${name//\'/’}⟩" pdf-words.txt || fail "pdf: $name"
        # in code a page number follows
        grep -qF -- "⟨${name//\'/’}" <(sed -n '/main(void)/,/return 0/p' pdf-words.txt) ||
            grep -qF -- "⟨$name" <(sed -n '/main(void)/,/return 0/p' pdf-words.txt) || fail "pdf, in code: $name"
    done < <(odd_names)
}

@test "the page of a program shows what is tangled, also of a chunk that book.nw and the chapter define" {
    perl -0777 -ne 'print $1 if m{<pre class="code numbered"[^>]*><code>(.*?)</code>}s' out/html/odd-odd.html |
        sed 's/<a class="why"[^>]*>[^<]*<\/a>//g' > whole
    text whole | diff - tangled/02-odd/odd.c
    text out/html/odd.html | grep -qF 'part 2 of 2'
    # unfolded on the chapter's page it has both parts, too
    run grep -c '<code data-chunk="preface.html#feature-macro-and-headers">' out/html/odd.html
    assert_output 2
}

@test "output that looks like notation is output, and no command to copy, in every format" {
    for line in '&gt; what is it?' '\$' 'varies: pid 12' '\[exit 3\]' 'NWUSEq1q {\\}'; do
        grep -qx "<samp>$line</samp>" out/html/odd.html || fail "html: $line"
    done
    run grep -c '<kbd>' <(sed -n '/<pre class="terminal/,/<\/pre>/p' out/html/odd.html)
    assert_output 3
    grep -qF '<span class="status">[exit 3]</span>' out/html/odd.html
    refute grep -qE 'Your .* will differ' out/html/odd.html
    env FIGURES=out/build/figures SESSIONS=out/build/sessions.tsv weave/read/convert book.nw chapters/*.nw -- \
        -f weave/read/stream.lua -L weave/print/print.lua -t latex -o odd.tex
    run grep -cF '\nwcommand{' odd.tex
    assert_output "$(($(sed -n '/<pre class="terminal/,/<\/pre>/p' out/html/{odd,made-01,shell}.html | grep -c '<kbd>')))"
    grep -qxF 'varies: pid 12' odd.tex
    grep -qxF '> what is it?' odd.tex
}

@test "a program of another kind than C has its page, its session and its place in the index, in every format" {
    run cat tangled/03-shell/greet.sh
    assert_output $'#!/bin/sh\nif true; then echo "hello"; fi'
    text out/html/shell-greet.html > page
    grep -qF 'cp greet.sh greet' page
    grep -qF 'chmod +x greet' page
    grep -qx 'hello' page
    # highlighted as a script: in C "if" would be the same, but "then" a name
    grep -qF '<span class="cf">then</span>' out/html/shell-greet.html
    grep -qF '<span class="cf">then</span>' out/html/shell.html
    grep -qF '"program","greet.sh"' out/html/search-data.js
    text out/html/indexes.html | grep -qF 'greet.sh'
    grep -qF 'greet.sh' pdf.txt
    make build > log 2>&1 || fail "$(cat log)"
    run out/bin/03-shell/greet
    assert_output hello
    tar -xzOf out/html/*.tar.gz --wildcards '*/03-shell/greet.sh' | diff - tangled/03-shell/greet.sh
}
