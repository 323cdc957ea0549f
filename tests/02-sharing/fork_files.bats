bats_require_minimum_version 1.13.0
load ../lib/helpers

# Descriptors opened before a fork lead parent and child to the same open files,
# at one common position.

@test "child and parent write behind each other, a second open overwrites [P09] [P10]" {
    holds_session
}

@test "an ordinary user sees the same" {
    as_nobody holds_session
}

@test "new descriptors are the lowest that are free [P06]" {
    run_program ./fork_files a b
    assert_success
    assert_line --partial 'a is descriptor 3, b is descriptor 4'
    run_shell './fork_files a b 3< /dev/null 5< /dev/null'
    assert_line --partial 'a is descriptor 4, b is descriptor 6'
    run_shell './fork_files a b 4< /dev/null 9< /dev/null'
    assert_line --partial 'a is descriptor 3, b is descriptor 5'
    run_shell './fork_files a b 5< /dev/null'
    assert_line --partial 'a is descriptor 3, b is descriptor 4'
}

@test "the child opens nothing: both files are opened by the parent [P09] [P10]" {
    traced openat,open,write ./fork_files a b
    assert_success
    [ "$(grep -cE 'open(at)?\(.*"[ab]"' strace)" = 3 ]
    [ "$(grep -E 'open(at)?\(.*"[ab]"' strace | cut -d' ' -f1 | sort -u | wc -l)" = 1 ]
    # 15 letters of the child and 16 of the parent, none overwritten
    [ "$(wc -c < a)" = 31 ]
    [ "$(cat a)" = 'from the child
from the parent' ]
    [ "$(cat b)" = 'FROM the child
from the parent' ]
}

@test "an interrupted write loses nothing, an interrupted wait is taken up again" {
    inject 'write:error=EINTR:when=2 wait4:error=EINTR:when=1' ./fork_files a b
    assert_success
    [ "$(cat a)" = 'from the child
from the parent' ]
}

@test "a wrong call is refused with a usage line" {
    run_program ./fork_files a
    assert_failure 2
    assert_stderr_line 'usage: fork_files FILE FILE'
    run_program ./fork_files a b c
    assert_failure 2
}

@test "a file that cannot be opened is named" {
    run_program ./fork_files nowhere/a b
    assert_failure 1
    assert_stderr_line 'fork_files: nowhere/a: No such file or directory'
}

@test "a full disk is reported, and no child is left over" {
    leaves_no_zombie ./fork_files /dev/full b
    assert_failure 1
    assert_stderr_line --partial 'No space left on device'
}

@test "no descriptor is left open, and output that cannot be written is an error" {
    no_leaked_fd ./fork_files a b
    assert_success
    run_shell './fork_files a b > /dev/full'
    assert_failure 1
    assert_stderr_line 'fork_files: the child failed'
}
