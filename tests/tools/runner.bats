# shellcheck disable=SC2154,SC2016 # helpers.bash sets it; other shells expand
bats_require_minimum_version 1.13.0
load ../lib/helpers
# The runner: one start for every program, wherever it is called from, and an
# end to all it started.

setup() {
    book_setup
    runner=$book_built/runner
    # how long to sleep: a number that no other test sleeps
    export long=3$$
}

# under_odd_conditions COMMAND...: with signals ignored and blocked, odd umask,
# standard input closed and descriptors open, as CI systems hand them down.
under_odd_conditions() {
    (
        trap '' PIPE ALRM CHLD USR1
        umask 077
        exec 7< /dev/null 9> /dev/null
        exec perl -MPOSIX -e 'sigprocmask(SIG_BLOCK,
            POSIX::SigSet->new(SIGTERM, SIGCHLD, SIGUSR2)); exec @ARGV' "$@" <&-
    )
}

@test "a command starts with default signals and an empty mask" {
    run under_odd_conditions "$runner" grep -E '^Sig(Blk|Ign)' /proc/self/status
    assert_success
    assert_line --regexp '^SigBlk:.0000000000000000$'
    assert_line --regexp '^SigIgn:.0000000000000000$'
}

@test "a command starts with umask 022" {
    run under_odd_conditions "$runner" bash -c umask
    assert_output 0022
}

@test "a command starts with descriptors 0 to 2 and no other" {
    run under_odd_conditions "$runner" perl -e '
        print join " ", grep { -e "/proc/self/fd/$_" } 0 .. 2;
        opendir D, "/proc/self/fd"; my $d = readlink "/proc/self/fd/3";
        print "\n", $d =~ m{/fd$} ? "no other" : $d'
    assert_line "0 1 2"
    assert_line "no other"
}

@test "standard input is /dev/null, also where it was closed" {
    run under_odd_conditions "$runner" readlink /proc/self/fd/0
    assert_output /dev/null
}

@test "with output and error closed too, the command still ends as it does" {
    run bash -c '"$1" sh -c "exit 7" <&- >&- 2>&-' bash "$runner"
    assert_failure 7
}

@test "a status is passed on, and a signal is 128 more than its number" {
    run "$runner" -s how sh -c 'exit 3'
    assert_failure 3
    assert_equal "$(cat how)" "exited 3"
    run "$runner" -s how sh -c 'kill -PIPE $$'
    assert_failure 141
    assert_equal "$(cat how)" "killed SIGPIPE"
}

@test "the status file tells a status of 141 from an end by SIGPIPE" {
    run "$runner" -s how sh -c 'exit 141'
    assert_failure 141
    assert_equal "$(cat how)" "exited 141"
}

@test "a real-time signal is counted from SIGRTMIN, whatever its number is" {
    for signal in RTMIN RTMIN+3 RTMAX; do
        run "$runner" -s how bash -c "kill -s $signal \$\$"
        assert_failure
        echo "$signal $(cat how)"
    done > all
    run cat all
    assert_line 'RTMIN killed SIGRTMIN'
    assert_line 'RTMIN+3 killed SIGRTMIN+3'
    assert_line 'RTMAX killed SIGRTMIN+30'
}

@test "a process that calls itself what a terminal would obey is named without that" {
    run "$runner" -g 0.1 -s how bash -c 'perl -e '\''$0 = "a\033[31m\nb"; sleep 100'\'' & exit 0'
    assert_failure 125
    assert_output --regexp '^runner: left behind: process [0-9]+ \(a\?\[31m\?b\), killed$'
    run grep -cE '^left [0-9]+ a\?\[31m\?b$' how
    assert_output 1
}

@test "at the deadline the whole tree is killed: other sessions, deaf processes" {
    run "$runner" -t 0.3 -s how bash -c '
        trap "" TERM HUP INT
        setsid sleep ${long}1 & (setsid setsid sleep ${long}2 &) ; sleep ${long}3'
    assert_failure 124
    assert_line --regexp 'still there after 0.3 s: process [0-9]+ \(sleep\), killed'
    assert_equal "$(head -n 1 how)" timeout
    run pgrep -f "^sleep ${long}[123]\$"
    assert_output ""
}

@test "a tree that hangs is ended before its time, with the reason" {
    run "$runner" -t 60 -s how perl -e 'pipe R, W; <R>'
    assert_failure 124
    assert_line 'runner: perl reads, and holds a write end itself: descriptor 4.'
    assert_line --regexp '^runner: stuck: process [0-9]+ \(perl\), killed$'
    assert_equal "$(cat how)" 'stuck
waits perl waits in read on a pipe
waits     that perl itself can write to
waits Nobody else can end it: perl is stuck.
waits perl reads, and holds a write end itself: descriptor 4.'
}

@test "nobody is stuck who could be sent a signal, unless -n says that nobody is there to do it" {
    run "$runner" -t 1 -s how perl -MPOSIX -e 'pause()'
    assert_failure 124
    assert_equal "$(cat how)" timeout
    run "$runner" -n -t 60 -s how perl -MPOSIX -e 'pause()'
    assert_failure 124
    assert_equal "$(sed -n 1,2p how)" $'stuck\nwaits perl waits in pause for a signal'
}

@test "with -q nobody looks whether it hangs" {
    run "$runner" -q -t 0.5 -s how perl -e 'pipe R, W; <R>'
    assert_failure 124
    assert_equal "$(cat how)" timeout
}

@test "a quick command is not looked at" {
    needs strace
    run strace -f -qq -o log -e trace=openat "$runner" true
    run grep -c '"/proc/[0-9]' log
    assert_output 0
}

# leaves: what a command makes: memory and a file with its number in the name, and a socket.
leaves='shmget 0, 10, 0600; open F, ">", "/dev/shm/left.$$"; print $$;
    use Socket; socket S, AF_UNIX, SOCK_STREAM, 0; bind S, sockaddr_un "door"'

# forget: removes what the facts in the files FILE... name.
forget() {
    local kind name
    cat "$@" | sed 's/^remains //' | while read -r kind name; do
        case $kind in
        segment) ipcrm -m "$name" ;;
        /dev/shm/*) rm "$kind" ;;
        socket) rm "$name" ;;
        esac
    done
}

@test "a name left behind is told, and makes the status 125" {
    needs sysv
    run "$runner" -n -s how perl -e "$leaves"
    forget how
    assert_failure 125
    assert_equal "$(sed 's/[0-9][0-9]*/N/' how)" 'exited N
remains socket door
remains /dev/shm/left.N
remains segment N'
    assert_line --regexp '^runner: left behind: /dev/shm/left\.[0-9]+$'
    assert_equal "$(sed -n 's/^remains .*left\.//p' how)" "$(sed -n 's/^[0-9]*/&/p' <<< "${lines[0]}" | grep -oE '^[0-9]+')"
}

@test "without -n a socket in the folder could be anyone's" {
    run "$runner" -s how perl -e 'use Socket; socket S, AF_UNIX, SOCK_STREAM, 0; bind S, sockaddr_un "door"'
    assert_success
    assert_equal "$(cat how)" 'exited 0'
}

@test "with -k names may stay, and -K tells which are still there" {
    needs sysv
    "$runner" -k kept -s how perl -e "$leaves" > /dev/null
    assert_equal "$(cat how)" 'exited 0'
    "$runner" -K kept > still || status=$?
    forget kept
    assert_equal "$status" 1
    cmp kept still
    assert_equal "$(wc -l < kept)" 2
    run "$runner" -K kept
    assert_success
    assert_output ''
    run "$runner" -K nothing
    assert_success
}

@test "what others make meanwhile is not told" {
    needs sysv
    perl -e 'until (-e "over") { my $m = shmget 0, 10, 0600; open F, ">", "/dev/shm/other.$$.$m"; push @m, $m }
        shmctl $_, 0, 0 for @m; unlink glob "/dev/shm/other.$$.*"' &
    for _ in {1..10}; do "$runner" -n -s how perl -e 'select undef, undef, undef, 0.01'; cat how; done > all 2>&1
    : > over
    wait
    assert_equal "$(sort -u all)" 'exited 0'
}

@test "a test fails when what has a name outlives it, unless it says that it stays" {
    unit_that 'exec perl -e '\''open F, ">", "/dev/shm/left.$$"; open P, ">", "name"; print P "/dev/shm/left.$$\n"'\'
    printf '@test "%s" { %s\n}\n' 'it stays by mistake' 'run_program ./stuck; cp name "$BATS_RUN_TMPDIR"; assert_success' \
        'it goes' 'run_program ./stuck; rm "$(cat name)"; assert_success' \
        'it is meant' 'stays left; run_program ./stuck; cp name "$BATS_RUN_TMPDIR/2"; assert_success' \
        'it must not stay for a moment' 'leaves_no_name ./stuck' \
        'clean' 'leaves_no_name true; rm -f $(cat "$BATS_RUN_TMPDIR"/{name,2})' >> one/tests/one/stuck.bats
    run -1 "$root/node_modules/bats/bin/bats" -F tap one/tests/one/stuck.bats 3>&-
    rm -f $(sed -n 's/^# .*remains //p' <<< "$output")
    assert_line --partial 'not ok 1'
    assert_line --partial 'the test leaves behind: /dev/shm/left.'
    assert_line --partial 'ok 2'
    assert_line --partial 'ok 3'
    assert_line --partial 'not ok 4'
    assert_line --partial 'ok 5'
    refute_line --partial 'not ok 5'
}

@test "124 of the command's own is not a time-out" {
    run "$runner" -s how sh -c 'exit 124'
    assert_failure 124
    assert_equal "$(cat how)" "exited 124"
}

@test "a process left behind is named, killed, and makes the status 125" {
    run "$runner" -g 0.1 -s how sh -c 'sleep ${long}4 & exit 0'
    assert_failure 125
    assert_output --regexp 'left behind: process [0-9]+ \(sleep\), killed'
    assert_equal "$(sed -n 1p how)" "exited 0"
    run grep -cE '^left [0-9]+ sleep$' how
    assert_output 1
    run pgrep -f "^sleep ${long}4\$"
    assert_output ""
}

@test "a daemon that forked twice into a session of its own is left behind too" {
    run "$runner" -g 0.1 sh -c '(setsid sh -c "sleep ${long}5; :" &)'
    assert_failure 125
    run pgrep -f "sleep ${long}5"
    assert_output ""
}

@test "an orphan that ends within the grace is waited for and noted" {
    run "$runner" -g 5 -s how sh -c '(sleep 0.2; echo late) & exit 0'
    assert_success
    assert_output late
    run grep -cE '^orphan [0-9]+$' how
    assert_output 1
}

@test "a child that was waited for is not noted" {
    run "$runner" -s how sh -c 'sleep 0.01 & wait'
    assert_success
    assert_equal "$(cat how)" "exited 0"
}

@test "SIGTERM to the runner ends the tree" {
    "$runner" -t 60 sleep "${long}6" 2> says &
    local pid=$!
    until pgrep -f "^sleep ${long}6\$" > /dev/null; do sleep 0.01; done
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    assert_equal "$status" 143
    run pgrep -f "^sleep ${long}6\$"
    assert_output ""
    run cat says
    assert_output --partial "stopped by SIGTERM"
}

@test "SIGKILL to the runner ends its command" {
    "$runner" -t 60 sleep "${long}7" &
    local pid=$!
    until pgrep -f "^sleep ${long}7\$" > /dev/null; do sleep 0.01; done
    kill -KILL "$pid"
    wait "$pid" || :
    for _ in {1..100}; do
        pgrep -f "^sleep ${long}7\$" > /dev/null || return 0
        sleep 0.02
    done
    fail "sleep ${long}7 is still there"
}

@test "a command that does not exist is 127, one that may not run is 126" {
    run -127 "$runner" -s how ./nothing
    assert_output "runner: ./nothing: No such file or directory"
    assert_equal "$(cat how)" "no-exec ENOENT"
    : > plain
    run "$runner" -s how ./plain
    assert_failure 126
    assert_equal "$(cat how)" "no-exec EACCES"
}

@test "files stand in for the standard streams" {
    echo in > in
    run "$runner" -i in -o out -e err sh -c 'cat; echo err >&2'
    assert_success
    assert_equal "$(cat out) $(cat err)" "in err"
    run "$runner" -o both -e both sh -c 'echo 1; echo 2 >&2; echo 3'
    assert_equal "$(tr '\n' ' ' < both)" "1 2 3 "
}

@test "merged, output and error keep the order of writing" {
    "$runner" -m sh -c 'echo 1; echo 2 >&2; echo 3' > both 2> none
    assert_equal "$(tr '\n' ' ' < both)" "1 2 3 "
    assert_equal "$(cat none)" ""
}

@test "on a pseudo terminal isatty holds, and no carriage return comes out" {
    run_on_terminal sh -c 'test -t 1 && test -t 2 && echo yes; kill -USR1 $$'
    assert_output yes
    assert_equal "$(od -An -c stdout | tr -d ' ')" 'yes\n'
    assert_killed SIGUSR1
}

@test "a megabyte through the pseudo terminal arrives whole" {
    run_on_terminal sh -c 'head -c 1000000 /dev/zero | tr "\0" x'
    assert_success
    assert_equal "$(wc -c < stdout)" 1000000
}

@test "no core file is left, whatever the limit was" {
    run bash -c 'ulimit -c unlimited; "$1" bash -c "ulimit -c; kill -SEGV \$\$"' \
        bash "$runner"
    assert_failure 139
    assert_output 0
}

@test "inside a runner a runner keeps its own" {
    run "$runner" -g 0.1 -- "$runner" -g 0.1 sh -c 'sleep ${long}8 & exit 0'
    assert_failure 125
    assert_equal "${#lines[@]}" 1
}

# unit_that COMMAND: a unit with a program ./stuck that runs COMMAND, to be tested
# by tests/one/stuck.bats, which is begun.
unit_that() {
    mkdir -p one/tests/one one/out/bin/one one/tangled/one
    ln -s "$book_lib" one/tests/lib
    ln -s "$book_built" one/out/lib
    ln -s "$root/node_modules" one/node_modules
    printf '#!/bin/bash\n%s\n' "$1" > one/out/bin/one/stuck
    chmod +x one/out/bin/one/stuck
    printf '$ ./stuck\nhello\n' > one/tangled/one/stuck.session
    printf '%s\n' 'bats_require_minimum_version 1.13.0' 'load ../lib/helpers' \
        > one/tests/one/stuck.bats
}

@test "a program that hangs costs its deadline once, not once a test" {
    unit_that 'exec sleep 1000'
    printf '@test "%s" { %s\n}\n' 'the first' 'run_program ./stuck; assert_success' \
        'the second' 'run_shell "./stuck | cat"; assert_success' \
        'the third' 'holds_session' \
        'not the fourth' 'run_program true; assert_success' >> one/tests/one/stuck.bats
    local began=$SECONDS
    run -1 "$root/node_modules/bats/bin/bats" -F tap one/tests/one/stuck.bats 3>&-
    [ $((SECONDS - began)) -lt 20 ] || fail "it took $((SECONDS - began)) s"
    assert_line --partial 'ok 4 not the fourth'
    assert_equal "$(grep -c 'still there after 10 s' <<< "$output")" 1
    assert_equal "$(grep -c 'only 1 s for ./stuck: it did not end in the test "the first"' <<< "$output")" 2
}

@test "a deadline that a test chose is its own, also after a hang" {
    unit_that 'sleep "$1"'
    printf '@test "%s" { %s\n}\n' 'the first' 'run_program -t 0.1 ./stuck 1000; [ "$ended" = timeout ]' \
        'the second' 'run_program ./stuck 1.2; assert_success' >> one/tests/one/stuck.bats
    run -0 "$root/node_modules/bats/bin/bats" -F tap one/tests/one/stuck.bats 3>&-
}

@test "a script can be traced as a program is" {
    printf '#!/bin/sh\necho one\n/bin/echo two\n' > script
    chmod +x script
    traced write,execve ./script
    assert_output $'one\ntwo'
    assert_call 'write\(1, "one'
    assert_call 'execve\("/bin/echo"'
    inject 'write:error=EPIPE:when=1' ./script
    refute_line one
}

@test "as an ordinary user the same holds" {
    as_nobody "$runner" -t 0.3 -s how bash -c 'trap "" TERM; setsid sleep ${long}9 &
        sleep ${long}0'
    assert_failure 124
    run pgrep -f "^sleep ${long}[90]\$"
    assert_output ""
}

@test "with -a a command inherits the orphans below it" {
    run "$runner" -a perl -e 'system "(sleep 0.01 &)"; print wait() > 0 ? "an orphan" : "none"'
    assert_output 'an orphan'
    run under_odd_conditions "$runner" -a grep -E '^Sig(Blk|Ign):.0000000000000000$' /proc/self/status
    assert_equal "${#lines[@]}" 2
    run -127 "$runner" -a ./nothing
    assert_output 'runner: ./nothing: No such file or directory'
}

@test "wrong calls are told from the command's failure" {
    run "$runner"
    assert_failure 2
    assert_output --partial "usage: runner"
    run "$runner" -t soon true
    assert_failure 2
    assert_output "runner: soon: not a number of seconds"
}

@test "--help says what every option and status means" {
    run "$runner" --help
    assert_success
    for word in -t -g -i -o -e -m -p -n -q -C -a -s 124 125 126 127; do
        assert_output --partial -- "$word"
    done
}
