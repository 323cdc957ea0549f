# shellcheck disable=SC2154,SC2016 # helpers.bash sets it; other shells expand
bats_require_minimum_version 1.13.0
load ../lib/helpers
# Whatever a program prints, promote writes it so that noweb gives it back byte
# for byte, lint accepts it and the checker holds it; or refuses it with the line
# of the command, and leaves that session as it was.

# a_book: a small project, one chapter with a session for each case of standard
# input, "NAME FORMAT [COMMAND]": the program NAME prints FORMAT (of printf), does
# COMMAND, and its session has nothing but the command. The names go to $cases.
a_book() {
    mkdir -p tree/chapters tree/tests/01-odd tree/out/build tree/out/bin/01-odd
    cp -r "$root/tools" "$root/kinds.tsv" tree
    cp -r "$book_lib" tree/tests/lib
    cp -r "$book_built" tree/out/lib
    cd tree || return
    : > chapters/ledger.tsv
    printf '%s\n' --- 'title: Book' 'chapters:' '- 01-odd' --- '' '# Preface {#preface}' > book.nw
    printf '# Odd {#odd}\n\nProse.\n' > chapters/01-odd.nw
    local name format command
    while IFS=$'\t' read -r name format command; do
        cases+=("$name")
        : > "tests/01-odd/$name.bats"
        printf '#!/bin/bash\nprintf -- %q\n%s\n' "$format" "$command" > "out/bin/01-odd/$name"
        printf '\n<<%s.c>>=\nint x;\n@\n\nBetween.\n\n<<%s.session>>=\n$ ./%s\n@\n' \
            "$name" "$name" "$name" >> chapters/01-odd.nw
    done
    chmod +x out/bin/01-odd/*
    tools/tangle
    touch -d '1 minute ago' chapters/01-odd.nw book.nw
    touch out/build/01-odd.built
    cp chapters/01-odd.nw before.nw
    cp -r tangled before
}

# line_of NAME: where the command of NAME's session stands in the first chapter.
line_of() { grep -nF -m 1 -x -e "\$ ./$1" before.nw | cut -d : -f 1; }

@test "what a session can hold comes back byte by byte, and lint and the checker accept it" {
    cases=()
    a_book <<'END'
plain	one\ntwo\n
nothing	
newline	\n
blanks_first	\n\nx\n
blanks_last	x\n\n\n
unfinished	a\nb
at_prose	@ x\n
at_alone	@\n
at_word	@one\n
at_at	@@ y\n@@\n@@@@\n
at_use	@<<w>>\n@@<<w>>\n@>>\n
use	<<z>>\na <<z>> b\n
definition	<<z>>=\n<<use.session>>=\n
shift	a << 8 | b >> 8 <<< x\n
half_use	a << b\nc >> d\n<<\n>>\n<< x @<< y\n
triple_use	<<<>>\n<<<<>>>>=\n>> <<\n@<<<@>>>\n
at_shift	a @<<b>> @@<<b>> a@>>\n
index	@ %%def x\n
quote	[[x]] @[[y]]\n[[\n
records	@begin code 1\n@end code 1\n@nl\n@text x\n@use x\n@fatal x\n@file x\n
greater_later	x\n> y\n>\n
dollar	$\n$x\n
licence_middle	varies: pid 12\nx\n
status_middle	[exit 3]\nx\n
status_twice	[exit 3]\n	exit 3
status_open	[exit 3]
open_open	[no newline at end]
terminals	[terminals]\nx [terminal 1]\n
fences	```c\n~~~\n:::\n::: claim\n
heading	# Heading {#odd}\n---\n
markup	<script>&amp;</script> \\begin{x} $5 %% _a_ *b*\n
quotes	'single' "double" `back` \\n\\\n
latin	caf\xc3\xa9 \xe2\x80\x9cquoted\xe2\x80\x9d\n
combining	e\xcc\x81\n
wide_bytes	\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\n
columns_72	%072d\n
leading	   x\n
status	x\n	exit 255
signal	x\n	kill -SEGV $$
realtime	x\n	kill -s RTMIN+3 $$
END
    run tools/promote --yes
    assert_success
    local name
    for name in "${cases[@]}"; do
        {
            printf '$ ./%s\n' "$name"
            "out/bin/01-odd/$name" > printed || :
            cat printed
            if [ -s printed ] && [ -n "$(tail -c 1 printed)" ]; then
                printf '\n[no newline at end]\n'
            fi
            case $name in
            status_twice) echo '[exit 3]' ;;
            status) echo '[exit 255]' ;;
            signal) echo '[killed by SIGSEGV]' ;;
            realtime) echo '[killed by SIGRTMIN+3]' ;;
            esac
        } 2> /dev/null > wanted
        cmp wanted "tangled/01-odd/$name.session"
        # to the pages every line that was printed is output
        [ ! -s printed ] || [ -z "$(tail -c 1 printed)" ] || echo >> printed
        tests/lib/session lines "tangled/01-odd/$name.session" | sed -n 's/^output\t//p' > shown
        cmp printed shown
    done
    tests/lib/session check --bin out/bin/01-odd tangled/01-odd/*.session
    run tools/lint chapters/01-odd.nw
    assert_output ""
    pandoc -f markdown -o out/read chapters/01-odd.nw
    touch -d '1 minute ago' chapters/01-odd.nw
    run tools/promote --yes
    assert_success
    refute_output --partial @@
}

@test "what a session cannot hold is refused with the command's line and what to do" {
    cases=()
    a_book <<'END'
byte	x\ncaf\xe9\n
overlong	\xc0\x80\n
surrogate	\xed\xa0\x80\n
nul	a\x00b\n
escape	\x1b[31mred\x1b[0m\n
bell	\a\n
carriage	a\r\n
feed	a\f\n
delete	a\x7f\n
next_line	a\xc2\x85b\n
separator	a\xe2\x80\xa8b\n
order_mark	\xef\xbb\xbfx\n
no_break	a\xc2\xa0b\n
backwards	a\xe2\x80\xaeb\n
tab	a\tb\n
blanks	x  \n
blank	 \n
columns_73	%073d\n
columns_5000	%05000d\n
prompt	$ ls\n
prompt_later	x\n$ ls\n
greater	> x\n
greater_alone	>\n
licence	x\nvaries: pid 1\n
licence_bad	x\nvaries: nothing\n
exit_3	x\n[exit 3]\n
exit_0	x\n[exit 0]\n
exit_999	x\n[exit 999]\n
killed	[killed by SIGTERM]\n
killed_odd	[killed by SIGNAL]\n
open	x\n[no newline at end]\n
open_alone	[no newline at end]\n
terminal	[terminal 1]\n
terminal_x	x\n[terminal x]\n
flood	x	head -c 2000000 /dev/zero
END
    run tools/promote --yes
    assert_failure 1
    local name said=$output
    run ! grep -q '[^[:print:]]' <<< "$said"
    cmp before.nw chapters/01-odd.nw
    diff -r before tangled
    for name in "${cases[@]}"; do
        run -0 grep "^chapters/01-odd.nw:$(line_of "$name"): the command prints " <<< "$said"
        case $name in
        flood) assert_output --partial 'prints more than a megabyte' ;;
        *) assert_output --regexp 'pipe it through|indent it' ;;
        esac
    done
}
