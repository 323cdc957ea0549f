bats_require_minimum_version 1.13.0
load ../lib/helpers
# The notes' exercise: a child becomes ps aux, the parent shows what it prints.

@test "heading, long output and a missing command are as the chapter prints" {
    needs ps
    holds_session
}

@test "the parent gets the list that ps aux prints [X1a]" {
    needs ps
    run_program ./pipe_ps
    assert_success
    assert_line --index 0 --regexp '^USER +PID .* COMMAND$'
    assert_line --regexp ' ps aux$'
    assert_line --regexp '/pipe_ps$'
    assert_stderr_line "pipe_ps: ps left with status 0"
}

@test "a pipe joins the two because they are relatives [X1b]" {
    traced pipe2,clone,clone3,fork,socketpair ./pipe_ps seq 3
    assert_output "$(seq 3)"
    assert_call 'pipe2\('
    refute_call 'socketpair'
}

@test "the child comes from fork and turns into the command [X1a]" {
    traced clone,clone3,fork,vfork,execve ./pipe_ps seq 3
    assert_output "$(seq 3)"
    assert_call '(clone|clone3|fork)\('
    assert_call 'execve\("[^"]*/seq", \["seq", "3"\]'
    refute_call 'vfork\(|CLONE_VFORK'
}

@test "the command writes to descriptor 1, whatever that is [X1d]" {
    traced write,dup2,dup3 ./pipe_ps seq 3
    child=$(sed -n 's/^\([0-9]*\) *dup2(.*/\1/p' strace)
    [ -n "$child" ]
    assert_call "^$child +write\(1, \"1.n2.n3.n\""
    assert_output "$(seq 3)"
}

@test "dup2 makes descriptor 1 another name for the write end [X1e]" {
    traced pipe2,dup2 ./pipe_ps seq 3
    assert_output "$(seq 3)"
    end=$(sed -n 's/.*pipe2(\[[0-9]*, \([0-9]*\)\].*/\1/p' strace)
    assert_call "dup2\($end, 1\) += 1"
}

@test "the target is STDOUT_FILENO, and no stdout_fileno exists [X1e]" {
    run_program ./pipe_ps seq 3
    assert_output "$(seq 3)"
    printf '%s\n' '#include <unistd.h>' 'int to(int fd);' \
        'int to(int fd) { return dup2(fd, STDOUT_FILENO); }' > upper.c
    compiles upper.c
    sed 's/STDOUT_FILENO/stdout_fileno/' upper.c > lower.c
    compile_fails lower.c "'?stdout_fileno'? undeclared|undeclared identifier"
}

@test "the parent closes its write end before it reads [X1g]" {
    traced pipe2,close,read ./pipe_ps seq 3
    assert_output "$(seq 3)"
    parent=$(sed -n 's/^\([0-9]*\) *pipe2(.*/\1/p' strace)
    in=$(sed -n 's/.*pipe2(\[\([0-9]*\), .*/\1/p' strace)
    out=$(sed -n 's/.*pipe2(\[[0-9]*, \([0-9]*\)\].*/\1/p' strace)
    grep -E "^$parent +(close\($out\)|read\($in)" strace > order
    run head -n 1 order
    assert_output --partial "close($out)"
    assert_call "^$parent +(read\($in, \"\", |<... read resumed>\"\", )[0-9]+\) += 0"
}

@test "an output of many pipes full comes through: it reads, then waits [X1h]" {
    traced wait4,read ./pipe_ps seq 100000
    assert_success
    assert_equal "$(sha256sum < stdout)" "$(seq 100000 | sha256sum)"
    parent=$(sed -n 's/^\([0-9]*\) *wait4(.*/\1/p' strace | head -n 1)
    grep "^$parent " strace | grep -oE 'wait4\(|read(\(| resumed)' > order
    run sed -n '$p' order
    assert_output 'wait4('
    assert_equal "$(grep -c wait4 order)" 1
}

@test "nothing is open in the command but 0, 1 and 2, and nobody is left" {
    no_leaked_fd ./pipe_ps seq 3
    assert_output "$(seq 3)"
    leaves_no_zombie ./pipe_ps seq 3
    assert_output "$(seq 3)"
}

@test "the command's status becomes the program's" {
    run_program ./pipe_ps sh -c 'echo x; exit 7'
    assert_failure 7
    assert_output x
    run_program ./pipe_ps sh -c 'kill -TERM $$'
    assert_failure 143
    assert_stderr_line "pipe_ps: sh was killed by SIGTERM"
}

@test "it works with standard input, output and error closed" {
    run_shell './pipe_ps seq 3 <&-'
    assert_success
    assert_output "$(seq 3)"
    run_shell './pipe_ps sh -c "echo x; echo y >&2" >&-'
    assert_failure
    run_shell './pipe_ps seq 3 <&- 2>&-'
    assert_output "$(seq 3)"
}

@test "interruptions change nothing" {
    for call in read write wait4 dup2; do
        inject "$call:error=EINTR:when=1" ./pipe_ps seq 3
        assert_success
        assert_output "$(seq 3)"
    done
}

@test "a full standard output is noticed, and the command waited for" {
    run_shell './pipe_ps seq 100000 > /dev/full'
    assert_failure 1
    assert_stderr_line --partial "standard output: No space left on device"
    assert_stderr_line --partial "seq was killed by SIGPIPE"
}
