bats_require_minimum_version 1.13.0
load ../lib/helpers

# Which mappings a child shares with its parent: those made with MAP_SHARED
# before the fork, and no others.

# finds KIND: what child and parent find in the mapping KIND.
finds() {
    sed -n "s/^$1   *//p" stdout | tr -s ' '
}

@test "shared mappings show the child's C, private ones the parent's P [O14] [M12] [M26]" {
    holds_session
}

@test "an ordinary user sees the same" {
    as_nobody holds_session
}

@test "the child's store arrives by MAP_SHARED, not by MAP_PRIVATE [O08] [M12]" {
    run_program ./fork_maps
    assert_success
    assert_equal "$(finds 'shared')" 'P C'
    assert_equal "$(finds 'shared, of a file')" 'P C'
    assert_equal "$(finds 'shared and validated')" 'P C'
    assert_equal "$(finds 'private')" 'P P'
    assert_equal "$(finds 'private, of a file')" 'P P'
    assert_equal "$(finds 'from malloc')" 'P P'
    # no system call carries the C
    traced write,pwrite64,send,sendto,sendmsg ./fork_maps
    refute_call '"C"'
}

@test "advice and time can take a mapping away from the other [O14]" {
    run_program ./fork_maps
    assert_success
    assert_equal "$(finds 'private, wiped on fork')" '0 P'
    assert_equal "$(finds 'shared, not for a fork')" '- P'
    assert_equal "$(finds 'shared, after the fork')" '0 -'
}

@test "the mappings are of the kinds that the table says" {
    traced mmap,madvise ./fork_maps
    assert_success
    [ "$(grep -c 'MAP_SHARED_VALIDATE' strace)" = 1 ]
    [ "$(grep -cE 'MAP_SHARED, [0-9]' strace)" = 1 ]
    [ "$(grep -cE 'MAP_PRIVATE, [0-9]' strace)" = 1 ]
    assert_call 'MADV_DONTFORK.* = 0'
    assert_call 'MADV_WIPEONFORK.* = 0'
}

@test "the mappings are older than the child [M26]" {
    traced mmap,clone,clone3,fork ./fork_maps
    assert_success
    local made forked
    made=$(grep -nE 'MAP_SHARED\|MAP_ANONYMOUS, -1, 0' strace | head -n 1 | cut -d: -f1)
    forked=$(grep -nE '(clone3?|fork)\(' strace | head -n 1 | cut -d: -f1)
    [ "$made" -lt "$forked" ]
}

@test "a mapping that cannot be made is named" {
    inject madvise:error=EINVAL:when=1 ./fork_maps
    assert_failure 1
    assert_stderr_line 'fork_maps: private, wiped on fork: Invalid argument'
}

@test "a file for which there is no room is an error, not a signal" {
    inject fallocate:error=ENOSPC ./fork_maps
    assert_failure 1
    assert_stderr_line 'fork_maps: private, of a file: No space left on device'
}

@test "a wait that is interrupted is taken up again" {
    inject wait4:error=EINTR:when=1 ./fork_maps
    assert_success
    assert_equal "${#lines[@]}" 10
}

@test "nothing is left: no descriptor, no zombie, no file" {
    no_leaked_fd ./fork_maps
    assert_success
    leaves_no_zombie ./fork_maps
    assert_success
    traced unlink,unlinkat ./fork_maps
    [ "$(grep -c '/tmp/sharing[.].*= 0' strace)" = 3 ]
}

@test "output that cannot be written is an error" {
    run_shell './fork_maps > /dev/full'
    assert_failure
    assert_stderr_line --partial 'cannot write to standard output'
}
