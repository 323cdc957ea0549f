bats_require_minimum_version 1.13.0
load ../lib/helpers
# What a first process owes: it waits for all that come to it, and passes signals on.

in_namespace() {
    needs namespaces
    local how=(unshare --pid --mount --fork --mount-proc)
    [ "$(id -u)" = 0 ] || how+=(-Ur)
    "$1" "${how[@]}" "${@:2}"
}

@test "orphans are adopted and collected, and the status of the command is passed on" {
    holds_session
}

@test "as the first process of a namespace it leaves no zombie, an ordinary program does" {
    says "A first process that never waits, as in a container whose first process is an ordinary program, keeps the orphans as zombies"
    # shellcheck disable=SC2016 # the inner shells expand it
    local look='setsid -f true; until [ "$(ps -o comm= -A | grep -cx setsid)" = 0 ]; do :; done
        i=0; while ps -o args= -A | grep -q "[t]rue"; do i=$((i + 1)); [ "$i" -lt 200 ] || break; done
        ps -o stat= -A | grep -c ^Z'
    in_namespace run_program ./first_process sh -c "$look"
    assert_line --index 0 0
    assert_line --index 1 'collected 2, 1 of them orphans'
}

@test "a signal for it is passed on to the command, as the first process, too" {
    says "A signal that somebody sends from inside its namespace does not reach it, if it has no handler for it and has not blocked it, as pid_namespaces(7) says; so an ordinary program as the first process outlives its own SIGTERM"
    # shellcheck disable=SC2016 # the inner shell expands it
    local command='trap "echo told; exit 5" TERM; kill -TERM "$PPID"; while :; do :; done'
    run_program ./first_process sh -c "$command"
    assert_failure 5
    assert_output $'told\ncollected 1, 0 of them orphans'
    in_namespace run_program ./first_process sh -c "$command"
    assert_failure 5
    assert_output $'told\ncollected 1, 0 of them orphans'
    in_namespace run_program sh -c 'kill -TERM $$; echo still here; exit 6'
    assert_failure 6
    assert_output 'still here'
}

@test "it waits for those that the command has left behind" {
    says "And when it ends, the kernel kills all others in the namespace, so ours waits until they have ended by themselves"
    mkfifo door
    run_shell './first_process sh -c "setsid -f sh -c \"read x < door; echo late\"; exit 3" > out & it=$!
        exec 3> door; echo go >&3; exec 3>&-; wait "$it"; echo "status $?"; cat out'
    assert_line --index 0 'status 3'
    assert_line --index 1 late
    assert_line --index 2 --regexp '^collected [23], '
    in_namespace run_program sh -c 'setsid -f sh -c "read x < door; echo late"; exit 4'
    assert_failure 4
    assert_output ''
}

@test "one SIGCHLD may stand for several deaths, and none is missed" {
    says "One SIGCHLD may stand for several deaths, so we collect until there is none"
    says "The answer is 0 when others live, and ECHILD when nobody is left"
    # shellcheck disable=SC2016 # the inner shell expands it
    run_program ./first_process sh -c 'kill -STOP "$PPID"
        i=0; while [ "$i" -lt 40 ]; do setsid -f true; i=$((i + 1)); done
        kill -CONT "$PPID"; exit 3'
    assert_failure 3
    assert_output 'collected 41, 40 of them orphans'
}

@test "the command starts with the signal mask that its caller had" {
    says "The command gets the old mask back"
    run_program ./first_process grep '^SigBlk' /proc/self/status
    assert_success
    assert_line --index 0 --regexp '^SigBlk:.0+$'
}

@test "a command that is killed, and one that is not there, are passed on as a shell does" {
    # shellcheck disable=SC2016 # the inner shell expands it
    run_program ./first_process sh -c 'kill -KILL $$'
    assert_failure 137
    run_program ./first_process ./no_such_command
    assert_failure 127
    assert_stderr_line 'first_process: ./no_such_command: No such file or directory'
    run_program ./first_process
    assert_failure 2
    assert_stderr "first_process: usage: first_process COMMAND [ARGUMENT]..."
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./first_process sh -c 'setsid -f true'
    assert_output
    no_leaked_fd ./first_process true
}

@test "a full disk is reported" {
    run_shell './first_process true > /dev/full'
    assert_failure 1
    assert_stderr "first_process: cannot write to standard output"
}
