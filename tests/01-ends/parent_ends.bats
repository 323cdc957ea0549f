bats_require_minimum_version 1.13.0
load ../lib/helpers
# A child that asks to end with its parent, and what counts as the parent.

@test "the child is killed when the process ends that forked it, and when the thread does" {
    holds_session
}

@test "what ends in the second case is a thread, and its process goes on" {
    says "What the kernel takes for the parent is the thread that forked"
    says "In the second case the process lived, and it is the one that tells it"
    traced prctl,wait4,clone,clone3 ./parent_ends
    assert_success
    [ "$(grep -c 'prctl(PR_SET_PDEATHSIG, SIGKILL) *= 0' strace)" -eq 2 ]
    [ "$(grep -cE 'wait4\(.*WTERMSIG\(s\) == SIGKILL' strace)" -eq 2 ]
    assert_call 'clone3?\(.*CLONE_THREAD'
}

@test "interrupted calls are asked again" {
    inject 'wait4:error=EINTR:when=1 read:error=EINTR:when=1' ./parent_ends
    assert_success
    assert_equal "${#lines[@]}" 2
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./parent_ends
    assert_output
    no_leaked_fd ./parent_ends
}

@test "a full disk is reported" {
    run_shell './parent_ends > /dev/full'
    assert_failure 1
    assert_stderr "parent_ends: cannot write to standard output"
}
