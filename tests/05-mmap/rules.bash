# rules.bash - what the files of tests that try the chapter's sentences share.
# shellcheck shell=bash

# needs_disk: skips where files lie in memory, and nothing is written back.
needs_disk() {
    [ "$(stat -f -c %T .)" != tmpfs ] || skip "needs a file system on a disk"
}

# mounted OPTIONS SCRIPT: runs SCRIPT with that file system at ./there, where it is;
# it sees ./try as $try.
mounted() {
    needs mounts
    run_shell 'mkdir -p there; export try=$PWD/try
        exec unshare --mount --propagation private sh -c "
        mount $1 none there 2> /dev/null || exit 77; $2"' "$1" "$2"
    [ "$status" != 77 ] || skip "needs mount $1"
}
