# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# ask: answers questions, whatever a client does, and tells how each conversation ended.

setup() {
    book_setup
    needs loopback
    printf '%s\n' 'backup: 73 % done' 'moon: full' 'empty: ' 'moon: half' > facts
}

# asked [OPTION...] -- SCRIPT: SCRIPT with a server whose port is $port and whose
# number is $pid; it is ended by SIGTERM; its status and what it said are printed
asked() {
    local options=()
    while [ "$1" != -- ]; do options+=("$1"); shift; done
    run_shell "$functions"'
        mkfifo ready; ./ask "${@:2}" -s facts 127.0.0.1 0 > ready 2> said & pid=$!
        read -r _ _ _ _ _ port < ready || { wait $pid; echo "no: $?"; cat said >&2; exit; }
        eval "$1"
        kill $pid; wait $pid; echo "status $?"; sed "s/port [0-9]*/port N/" said' "$2" ${options[@]+"${options[@]}"}
}

# rude BODY: a client of C with that body, connected as us; ./rude PORT
rude() {
    makes rude <<C
$try
int main(int n, char **v) { (void)n; us = sock(SOCK_STREAM); if (to(us, at(htons((in_port_t)atoi(v[1]))))) err(1, "connect");
    $1
    fflush(stdout); return 0; }
C
}

@test "the session holds: questions, answers, an unknown one, and two endings" {
    holds_session
}

@test "it leaves nothing behind" {
    run_shell 'mkfifo ready; BOOK=1 ./ask -s facts 127.0.0.1 0 > ready & pid=$!; read -r _ _ _ _ _ port < ready; for i in 1 2 3; do ./ask 127.0.0.1 "$port" moon; done; kill $pid; wait $pid; echo $?'
    assert_output 'full
full
full
0'
    : > open_files
    book_preload open_files.so
    LD_PRELOAD=$book_preloaded BOOK_OPEN_FILES=$PWD/open_files BOOK_TARGET=ask asked -- './ask 127.0.0.1 "$port" moon sun'
    grep -q ' seen$' open_files
    if grep -E '^[0-9]+ (exit|exec) ' open_files; then fail "left open"; fi
    run_shell './ask -s facts 127.0.0.1 0 > /dev/full'
    assert_failure 1
    assert_stderr 'ask: cannot write to standard output'
    run_program ./ask 127.0.0.1 1
    assert_failure 2
    assert_stderr_line --partial 'usage: ask [-t SECONDS] HOST PORT QUESTION...'
    says "The library takes 70000 for port 4464, so a number is looked at first"
    for wrong in '-t 0' '-t -5' '-t 5x' '-t 99999999999999999999' '-t '; do
        run_program ./ask "${wrong% *}" "${wrong#* }" -s facts 127.0.0.1 0
        assert_failure 2
    done
    for wrong in 70000 http -1 ''; do
        run_program ./ask 127.0.0.1 "$wrong" moon
        assert_failure 2
    done
    run_program ./ask -s nothing 127.0.0.1 0
    assert_failure 1
    assert_stderr 'ask: nothing: No such file or directory'
}

@test "one byte a send, two questions in one send, an empty one: the answers are the same" {
    rude 'int on = 1; setsockopt(us, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); const char *q = "moon\n\nempty\nno\0pe\n"; for (int i = 0; i < 18; i++) send(us, q + i, 1, 0); send(us, "moon\nbackup\n", 12, 0);
        shutdown(us, SHUT_WR); ssize_t k; while ((k = recv(us, bytes, 99, 0)) > 0) fwrite(bytes, 1, (size_t)k, stdout); as("end", k);'
    asked -- './rude $port'
    assert_output '4
fullnone
0
none
4
full9
73 % doneend 0
status 0
ask: 127.0.0.1 port N: finished'
}

@test "each ending has its name: cut, reset, too long, gone" {
    says "and the child hands its number to the parent as its status"
    rude 'int how = atoi(v[2]); struct linger l = { 1, 0 }; setsockopt(us, SOL_SOCKET, SO_LINGER, &l, sizeof l); if (how == 1) { send(us, "moo", 3, 0); shutdown(us, SHUT_WR); as("end", recv(us, bytes, 9, 0)); }
        if (how == 2) { send(us, "moon\n", 5, 0); recv(us, bytes, 6, MSG_WAITALL); close(us); }
        if (how == 3) { memset(bytes, 120, sizeof bytes); send(us, bytes, sizeof bytes, MSG_NOSIGNAL); as("recv", recv(us, bytes, 9, MSG_WAITALL)); printf("%.9s", bytes); as("end", recv(us, bytes, 9, 0)); }'
    asked -- 'for how in 1 2 3; do ./rude $port $how; until [ "$(wc -l < said)" = $how ]; do :; done; done'
    assert_output 'end 0
recv 9
too long
end 0
status 0
ask: 127.0.0.1 port N: cut in the middle of a line
ask: 127.0.0.1 port N: reset
ask: 127.0.0.1 port N: too long a line'
}

@test "the reason comes although 64 KiB were not read" {
    says "so to close now would reset the connection and destroy the reason"
    rude 'memset(bytes, 120, sizeof bytes); send(us, bytes, sizeof bytes, MSG_NOSIGNAL); send(us, bytes, sizeof bytes, MSG_NOSIGNAL); as("recv", recv(us, bytes, 99, 0)); as("end", recv(us, bytes, 9, 0));'
    asked -- './rude $port'
    assert_line --index 0 'recv 9'
    assert_line --index 1 'end 0'
}

@test "who is silent, or does not read, is ended in time, and harms nobody" {
    says "alarm(2) gives each question its time, from here until its answer is sent: whoever is silent, or sends a byte a minute, or does not read, or takes longer to read a long answer, is ended by SIGALRM together with the child"
    says "Each client has a child of its own, as in"
    printf 'big: %01000000d\n' 0 >> facts
    rude 'int how = atoi(v[2]); puts("here"); fflush(stdout); if (how == 1) recv(us, bytes, 9, 0); if (how == 2) { for (int i = 0; i < 100; i++) send(us, "big\n", 4, MSG_NOSIGNAL); pause(); }
        if (how == 3) while (send(us, "x", 1, MSG_NOSIGNAL) == 1) usleep(100000);'
    asked -t 1 -- 'for how in 1 2 3; do ./rude $port $how > /dev/null & rude+=" $!"; done; ./ask 127.0.0.1 $port moon; until [ "$(wc -l < said)" = 4 ]; do :; done; kill $rude 2> /dev/null; wait $rude'
    assert_line 'full'
    assert_equal "$(grep -c 'too slow' stdout)" 3
    assert_line 'status 0'
}

@test "a hundred clients at once are all answered, though there are 32 places" {
    says "When the list is full, we do not look at the door, and who comes waits in the kernel's queue"
    asked -- 'for i in {1..100}; do ./ask 127.0.0.1 $port moon > out$i & all+=" $!"; done; wait $all; cat out* | sort | uniq -c; until [ "$(wc -l < said)" = 100 ]; do :; done'
    assert_line --index 0 '    100 full'
    assert_equal "$(grep -c finished stdout)" 100
}

@test "a long answer comes whole, and a change of the facts counts" {
    head -c 3000000 /dev/zero | tr '\0' y > long
    { printf 'long: '; cat long; echo; } >> facts
    asked -- './ask 127.0.0.1 $port long | cmp - <(cat long; echo) && echo whole; echo "sun: up" > facts; ./ask 127.0.0.1 $port sun moon 2>&1; rm facts; ./ask 127.0.0.1 $port sun 2>&1'
    assert_output 'whole
up
ask: moon: none
ask: sun: no answer
status 0
ask: 127.0.0.1 port N: finished
ask: 127.0.0.1 port N: finished
ask: 127.0.0.1 port N: could not be answered'
}

@test "the client tells a cut answer, and that nobody is there" {
    makes fake <<C
$try
int main(void) { int l = heard(1); printf("%d\n", ntohs(name(l).sin_port)); fflush(stdout); peer = accept(l, NULL, NULL); recv(peer, bytes, 99, 0); send(peer, "10\nabc", 6, 0); return 0; }
C
    run_shell 'mkfifo ready; ./fake > ready & fake=$!; read -r port < ready; ./ask 127.0.0.1 $port moon; echo " $?"; wait $fake; ./ask 127.0.0.1 $port moon; echo $?'
    assert_line --index 0 'abc 1'
    assert_line --index 1 1
    assert_stderr_line 'ask: moon: the answer is cut'
    assert_stderr_line --partial 'Connection refused'
}

@test "the client is the one that remembers the connection, not the server" {
    says "So it is the client that has to remember the connection, and its answers are all there"
    asked -- './ask 127.0.0.1 $port moon; hex=$(printf :%04X $port); for end in 2 3; do awk -v e=$end -v h=$hex "\$4 == \"06\" && index(\$e, h) { n++ } END { print n + 0 }" /proc/net/tcp; done'
    assert_line --index 1 0
    assert_line --index 2 1
}

@test "told to stop, it ends its children and leaves, and killed, its children end as well" {
    says "and it ends when the parent does"
    rude 'puts("here"); fflush(stdout); as("end", recv(us, bytes, 9, 0));'
    asked -- 'mkfifo here; ./rude $port > here & rude=$!; { read -r line; kill $pid; read -r line; echo "$line"; } < here; wait $rude'
    assert_line --index 0 'end 0'
    assert_line 'status 0'
    assert_line 'ask: 127.0.0.1 port N: was shown out'
    run_shell 'mkfifo ready2 here2; ./ask -s facts 127.0.0.1 0 > ready2 2> said & pid=$!; read -r _ _ _ _ _ port < ready2
        ./rude $port > here2 & rude=$!; { read -r line; until [ -n "$(cat /proc/$pid/task/*/children)" ]; do :; done; kill -9 $pid; read -r line; echo "$line"; } < here2; wait $rude'
    assert_line --index 0 'end 0'
}

@test "out of descriptors or processes it waits, and goes on" {
    needs strace
    says "The same is done for a tenth of a second when a client could not be let in, because descriptors or processes have run out"
    run_shell 'mkfifo ready; strace -o log -e trace=accept4,poll -e inject=accept4:error=EMFILE:when=1..3 ./ask -s facts 127.0.0.1 0 > ready 2> said & tracer=$!
        read -r pid _ _ _ _ port < ready; ./ask 127.0.0.1 $port moon; kill $pid; wait $tracer; grep -c "accept4.*EMFILE" log; grep -c "poll(.*, 2, 100) *= 0" log'
    assert_output 'full
3
3'
}

@test "interrupted calls are made again" {
    needs strace
    run_shell 'mkfifo ready; ./ask -s facts 127.0.0.1 0 > ready 2> said & pid=$!; read -r _ _ _ _ _ port < ready
        strace -o log -e trace=connect,read,sendto -e inject=connect:error=EINTR:when=1 -e inject=sendto:error=EINTR:when=1 ./ask 127.0.0.1 $port moon; grep -c INJECTED log; kill $pid; wait $pid'
    assert_output 'full
2'
}

@test "a question may begin with a dash, and has no second line" {
    echo '-s: dash' >> facts
    asked -- './ask 127.0.0.1 $port -s; ./ask 127.0.0.1 $port moon "moon
moon" 2>&1; echo $?'
    assert_line --index 0 dash
    assert_line --index 1 full
    assert_line --index 2 'ask: a question is one line'
    assert_line --index 3 1
}

@test "a server whose log nobody reads goes on" {
    says "A server whose log nobody reads is not killed by SIGPIPE for that"
    run_shell 'mkfifo ready log; exec 8<> log; ./ask -s facts 127.0.0.1 0 > ready 2> log 8>&- & pid=$!; read -r line < ready; exec 8>&-
        read -r _ _ _ _ _ port <<< "$line"; for i in 1 2 3; do ./ask 127.0.0.1 $port moon; done; kill $pid; wait $pid; echo $?'
    assert_output 'full
full
full
0'
}

@test "a client does not wait for ever for a server that hangs" {
    says "The client's has a limit for each wait, or a server that hangs would hold it"
    makes fake <<C
$try
int main(void) { int l = heard(1); printf("%d\n", ntohs(name(l).sin_port)); fflush(stdout); pause(); return 0; }
C
    run_shell 'mkfifo ready; ./fake > ready & fake=$!; read -r port < ready; ./ask -t 1 127.0.0.1 $port moon; echo $?; kill $fake'
    assert_output 1
    assert_stderr_line 'ask: moon: no answer in time'
}

@test "a client that meets itself has found no server" {
    says "has found no server"
    needs root
    unshare --net true 2> /dev/null || needs namespaces
    run_shell 'unshare --net bash -c "ip link set lo up && echo 40002 40003 > /proc/sys/net/ipv4/ip_local_port_range || exit 3; for i in {1..20}; do ./ask -t 1 127.0.0.1 40002 moon; done"'
    [ "$status" != 3 ] || skip "needs ip"
    assert_equal "$(sort -u stderr)" 'ask: 127.0.0.1 port 40002: Connection refused'
}

@test "told to stop, it ends a child that somebody has stopped" {
    says "And a child that somebody has stopped gets SIGTERM when it goes on, so SIGCONT follows"
    rude 'puts("here"); fflush(stdout); as("end", recv(us, bytes, 9, 0));'
    asked -- 'mkfifo here; ./rude $port > here & rude=$!; { read -r line; until child=$(tr -d " " < /proc/$pid/task/$pid/children) && [ -n "$child" ]; do :; done
        kill -STOP $child; until grep -q "^State:.T" /proc/$child/status; do :; done; kill $pid; read -r line; echo "$line"; } < here; wait $rude'
    assert_line --index 0 'end 0'
    assert_line 'ask: 127.0.0.1 port N: was shown out'
}

@test "a child that fails by itself is not the client's fault" {
    needs strace
    says "A child that fails by itself leaves with EXIT_FAILURE, so that is no client's fault"
    run_shell 'mkfifo ready; strace -f -o log -e trace=prctl -e inject=prctl:error=EINVAL ./ask -s facts 127.0.0.1 0 > ready 2> said & tracer=$!
        read -r pid _ _ _ _ port < ready; ./ask 127.0.0.1 $port moon 2> /dev/null; kill $pid; wait $tracer; sed "s/port [0-9]*/port N/" said'
    assert_line 'ask: 127.0.0.1 port N: could not be answered'
}
