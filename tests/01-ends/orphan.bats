bats_require_minimum_version 1.13.0
load ../lib/helpers
# A child whose parent dies first, and who collects it then.

@test "a subreaper adopts an orphan among its descendants and collects it, others cannot [W22]" {
    holds_session
}

@test "a grandchild cannot be waited for until it is adopted [W06] [W22]" {
    traced wait4,prctl ./orphan adopt
    assert_success
    local orphan
    orphan=$(sed -n 's/^waitpid(grandchild)  *= //p' stdout)
    assert_call 'prctl\(PR_SET_CHILD_SUBREAPER, 1'
    assert_call "wait4\($orphan, NULL, WNOHANG, NULL\) += -1 ECHILD"
    assert_call "wait4\($orphan, NULL, 0, NULL\) += $orphan"
}

@test "where no ancestor offers, the first process of the namespace adopts [W22]" {
    says "or else by the first process of that namespace"
    needs namespaces            # the runner, a subreaper, is outside
    local in_namespace=(unshare --pid --mount --fork --mount-proc)
    [ "$(id -u)" = 0 ] || in_namespace+=(-Ur)
    run_program "${in_namespace[@]}" bash -c './orphan; true'
    assert_success
    assert_line --index 3 --regexp '^orphan [0-9]+: my parent was [0-9]+, and is 1$'
}

@test "an adopted orphan is not left behind, one that is not adopted is somebody else's" {
    leaves_no_zombie ./orphan adopt
    assert_success
    run leaves_no_zombie ./orphan
    assert_failure
    assert_line --partial 'not waited for'
}

@test "another word on the command line is refused with a usage line" {
    run_program ./orphan adopts
    assert_failure 2
    assert_stderr "orphan: usage: orphan [adopt]"
    run_program ./orphan adopt adopt
    assert_failure 2
}

@test "interrupted calls are asked again" {
    inject 'wait4:error=EINTR:when=2 read:error=EINTR:when=1' ./orphan adopt
    assert_success
    assert_line --index 4 --regexp '^waitpid\(grandchild\)  *= [0-9]+$'
}

@test "the session holds for an ordinary user" {
    as_nobody holds_session
}

@test "no descriptor is left" {
    no_leaked_fd ./orphan adopt
    assert_line --partial "grandparent"
}

@test "a full disk is reported" {
    run_shell './orphan adopt > /dev/full'
    assert_failure 1
    assert_stderr "orphan: cannot write to standard output"
}
