bats_require_minimum_version 1.13.0
load ../lib/helpers
# A file that somebody else cuts short, and a memfd that nobody can.

@test "SIGBUS after the cut, none with a seal [M31]" {
    holds_session
}

@test "the cut is another process's, and all children are waited for [M31]" {
    traced ftruncate,kill,tkill,tgkill ./map_truncated
    assert_success
    assert_call 'ftruncate\(3, 0\) += 0'
    assert_call 'ftruncate\([0-9]+, 0\) += -1 EPERM'
    assert_call '--- SIGBUS .*si_code=BUS_ADRERR'
    assert_call 'killed by SIGBUS'
    leaves_no_zombie ./map_truncated
    assert_success
}

@test "no core is left behind" {
    run_shell 'ulimit -c unlimited; ./map_truncated'
    assert_success
    assert_line --partial 'killed by SIGBUS'
    refute [ -e core ]
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_truncated
    assert_success
    assert_line --partial 'sealed'
}
