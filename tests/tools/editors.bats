# shellcheck disable=SC2154 # helpers.bash sets it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# The files for editors know what a chapter consists of, and find the place that a
# message names.

# needs_vim: skips the test without one that can do what is tried. (In a pipeline
# it could not.)
needs_vim() {
    needs vim
    vim --version | grep -q '+syntax' || skip 'needs a vim that has syntax files'
}

# vim_in FILE: a vim without settings of its own edits FILE and does the commands on
# standard input; what they add to the list "said" is $output.
vim_in() {
    cat > script.vim
    rm -f said
    run timeout 20 vim -es -N -u NONE -i NONE --cmd "set runtimepath^=$root/assets/editor/vim" \
        -c 'filetype plugin on' -c 'syntax on' -c "edit $1" -c 'let said = [] | call cursor(1, 1)' -S script.vim \
        -c 'call writefile(said, "said")' -c 'qall!' < /dev/null
    [ -e said ] || fail "vim did not come to its end: $output"
    output=$(< said)
}

chapter() {
    cat > 01-one.nw <<'END'
# One {#one}

Prose with *stress* and [](#one), and an escaped @<<.

::: {.claim #P01 .holds}
A claim.
:::

<<one.c>>=
#include <stdio.h>
int main(void)
{
    <<greet>>
    return 0; /* done */
}
@

Prose again with *stress*.

<<greet>>=
puts("hello");
int x = 1 @<< 3;
@

<<one.session>>=
$ ./one
hello
[exit 3]
varies: pid 4711
@

# The end {#end}
END
}

@test "vim knows prose, claims, chunks, the C in them, uses and sessions" {
    needs_vim
    chapter
    # a pattern, whose last character is looked at, and the group that it has; in order
    local places='^# O=markdownH1
with \*s=markdownItalic
\[\](#=nowebReference
escaped @<=nowebEscape
^::: {.c=nowebAttributes
^<<one.c=nowebDefinition
#inc=cInclude
^int=cType
<<gr=nowebUse
ret=cStatement
done=cComment
^@=nowebEnd
again with \*s=markdownItalic
"he=cString
x = 1=cNumber
@<=nowebEscape
<<one.sess=nowebDefinition
\$ ./o=nowebCommand
^hell=nowebSession
^\[exit=nowebStatus
^var=nowebLicence
^# The=markdownH1'
    while IFS= read -r place; do
        printf "call search('%s', 'ceW')\n" "${place%=*}"
        printf "call add(said, '%s=' . synIDattr(synID(line('.'), col('.'), 1), 'name'))\n" "${place%=*}"
    done <<< "$places" | vim_in 01-one.nw
    assert_equal "$(< said)" "$places"
}

@test "vim takes the chunks of a file with shell scripts alone for shell" {
    needs_vim
    printf '%s\n' '# Two {#two}' '' '<<two.sh>>=' '#!/bin/sh' 'if true; then' '    <<greet>>' 'fi' '@' > 02-two.nw
    printf '%s\n' 'call search("^if")' 'call add(said, synIDattr(synID(line("."), 1, 1), "name"))' \
        'call search("greet")' 'call add(said, synIDattr(synID(line("."), col("."), 1), "name"))' | vim_in 02-two.nw
    assert_equal "$(< said)" $'shConditional\nnowebUse'
}

# complains TARGET LINE TEXT: in vim, :make TARGET leads to this line of the chapter
# first, and the message has TEXT.
complains() {
    printf '%s\n' "make! -s $1" 'for q in getqflist()' \
        'call add(said, bufname(q.bufnr) . ":" . q.lnum . ": " . q.text)' endfor | vim_in "$chapter"
    output=$(head -n 1 said)
    [[ $output == "$chapter:$2: "*"$3"* ]] || fail "make $1 leads to: $output"
}

# line PATTERN: the number of the last line of the chapter that has it.
line() { grep -n -e "$1" "$chapter" | tail -n 1 | cut -d: -f1; }

@test "in vim, :make leads to what lint, the compiler and a session complain of" {
    needs_vim
    unset MAKEFLAGS MAKELEVEL MFLAGS
    "$root/tools/new-book" book
    ln -s "$root/node_modules" book/node_modules
    cd book || return
    chapter=chapters/01-start.nw
    cp "$chapter" ../good.nw
    sed -i 's/^The device/The [[device/' "$chapter"
    complains lint "$(line 'The \[\[device')" 'write @[['
    sed 's/^puts("Hello/pust("Hello/' ../good.nw > "$chapter"
    complains build "$(line '^pust')" pust
    sed 's/^Hello, reader/Hello, writer/' ../good.nw > "$chapter"
    complains check-01-start "$(line '^Hello, writer')" 'another line came'
}

@test "Emacs knows chunks, the C in them, uses, sessions, and the places of messages" {
    needs emacs
    [ -e /usr/share/emacs/site-lisp/noweb-mode.el ] || skip "needs Emacs with noweb's mode"
    chapter
    cat > try.el <<'END'
(load (concat (getenv "ROOT") "/assets/editor/emacs/book.el"))
(require 'noweb-mode)
(find-file "01-one.nw")
(dolist (pattern '("<<one.c" "^int" "<<gr" "retu" "\\$ ./o" "^\\[exit" "^varies"))
  (goto-char (point-min))
  (search-forward-regexp pattern)
  (backward-char 1)
  (noweb-select-mode)
  (let ((noninteractive nil)) (font-lock-mode 1))
  (font-lock-ensure)
  (let ((face (get-text-property (point) 'face)))
    (princ (format "%s %s\n" pattern (if (consp face) (car face) face)))))
(with-temp-buffer
  (insert "  FAILED x\n    chapters/01-one.nw:7: another line came\n")
  (compilation-mode)
  (compilation--ensure-parse (point-max))
  (goto-char (point-min))
  (search-forward "one.nw")
  (princ (format "place %s\n" (not (null (get-text-property (1- (point)) 'compilation-message))))))
END
    ROOT=$root run --separate-stderr timeout 60 emacs --batch -q -l try.el < /dev/null
    assert_output '<<one.c font-lock-function-name-face
^int font-lock-type-face
<<gr font-lock-variable-name-face
retu font-lock-keyword-face
\$ ./o font-lock-keyword-face
^\[exit font-lock-constant-face
^varies font-lock-comment-face
place t'
}
