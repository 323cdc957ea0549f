# epubcheck.bash - what the tests of EPUBs share.
# shellcheck shell=bash

# epubcheck_says ARGUMENT...: `run` of epubcheck. Debian's command is the archive of
# Java itself, others' a script.
epubcheck_says() {
    needs java epubcheck
    local command
    command=$(command -v epubcheck)
    if [ "$(head -c 2 "$command")" = PK ]; then checked_by "$command" "$@"; else run "$command" "$@"; fi
}
