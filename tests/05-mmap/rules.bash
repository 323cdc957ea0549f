# rules.bash - what the files of tests that try the chapter's sentences share.
# shellcheck shell=bash

# needs_disk: skips where files lie in memory, and nothing is written back.
needs_disk() {
    [ "$(stat -f -c %T .)" != tmpfs ] || skip "needs a file system on a disk"
}
