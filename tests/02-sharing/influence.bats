bats_require_minimum_version 1.13.0
load ../lib/helpers

# What a child does to itself stays with it; what it does through signals,
# limits, shared things and its parent's memory does not.

# reached WHAT: what the parent finds after the child did WHAT.
reached() {
    sed -n "s/^  $1.*parent //p" stdout
}

# ask_writev: skips when one process may not write into another.
ask_writev() {
    run_program ./influence
    if [[ $output == *refused* ]]; then skip "needs process_vm_writev"; fi
}

@test "four changes stay with the child, five reach the parent [O02]" {
    ask_writev
    holds_session
}

@test "an ordinary user sees the same" {
    as_nobody run_program ./influence
    if [[ $output == *refused* ]]; then skip "needs process_vm_writev"; fi
    as_nobody holds_session
}

@test "variables, umask, directory and environment are the child's own [O02]" {
    run_program ./influence
    assert_success
    assert_equal "$(reached 'number =')" 'finds 1'
    assert_equal "$(reached umask)" 'finds 022'
    assert_equal "$(reached chdir)" 'is not there'
    assert_equal "$(reached setenv)" 'finds none'
}

@test "a signal and a limit steer the parent [O02] [O05]" {
    traced kill,prlimit64 ./influence
    assert_success
    assert_equal "$(reached kill)" 'finds 1'
    assert_equal "$(reached prlimit)" 'finds 42'
    assert_call 'kill\([0-9]+, SIGUSR1\) += 0'
    assert_call 'prlimit64\([1-9][0-9]*, RLIMIT_CPU, .*rlim_cur=42'
}

@test "a store and an offset are seen without any message [O02]" {
    run_program ./influence
    assert_success
    assert_equal "$(reached page)" 'finds 42'
    assert_equal "$(reached lseek)" 'finds 42'
}

@test "a refused process_vm_writev is reported, not hidden" {
    inject process_vm_writev:error=EPERM ./influence
    assert_success
    assert_line --regexp 'process_vm_writev.* refused: Operation not permitted'
}

@test "a system without ptrace consent is no failure" {
    inject prctl:error=EINVAL ./influence
    assert_success
    assert_line --partial 'child reached out:'
}

@test "interrupted reads and waits are taken up again" {
    inject 'read:error=EINTR:when=1 wait4:error=EINTR:when=1' ./influence
    assert_success
    assert_equal "${#lines[@]}" 11
}

@test "what is refused is reported, each by itself" {
    inject 'kill:error=EPERM process_vm_writev:error=EACCES' ./influence
    assert_success
    assert_line --regexp 'kill.* refused: Operation not permitted'
    assert_line --regexp 'process_vm_writev.* refused: Permission denied'
    assert_equal "$(reached prlimit)" 'finds 42'
    assert_equal "$(reached lseek)" 'finds 42'
}

@test "a hard limit is a bound for the soft one, and the caller's directory does not matter" {
    says "The one that the kernel ordinarily enforces, the soft limit, may be anything up to the hard limit"
    run_shell 'ulimit -t 20; ./influence'
    assert_success
    assert_line --regexp 'prlimit.* refused: Invalid argument'
    run_shell 'ulimit -t 42; ./influence'
    assert_success
    assert_equal "$(reached prlimit)" 'finds 42'
    # shellcheck disable=SC2016 # bash is to expand it
    run_shell 'here=$PWD; cd /proc; "$here/influence"'
    assert_success
    assert_equal "$(reached chdir)" 'is not there'
}

@test "a child that fails is noticed" {
    inject lseek:error=EIO:when=1 ./influence
    assert_failure 1
    assert_stderr_line 'influence: the child failed'
}

@test "nothing is left: no descriptor, no zombie, no file" {
    no_leaked_fd ./influence
    assert_success
    leaves_no_zombie ./influence
    assert_success
    traced unlink,unlinkat ./influence
    assert_call '/tmp/sharing[.].*= 0'
}

@test "output that cannot be written is an error" {
    run_shell './influence > /dev/full'
    assert_failure
    assert_stderr_line --partial 'cannot write to standard output'
}

@test "what the caller has set before makes no difference" {
    run_shell 'umask 077; WORD=before ./influence'
    assert_success
    assert_equal "$(reached umask)" 'finds 022'
    assert_equal "$(reached setenv)" 'finds none'
}
