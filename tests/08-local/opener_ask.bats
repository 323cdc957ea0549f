# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# opener_ask: asks the opener for files, and copies what it is handed.

@test "the session holds: files one after the other, a second opener" {
    holds_session
}

# answers SCRIPT: SCRIPT while a made-up opener answers one client: what it sends is
# given as arguments of ./fake: a word, or how a file that is sent is opened, and which
answers() {
    makes fake <<C
$try
int main(int n, char **v) { int s = heard(SOCK_SEQPACKET, "door", 5); puts("ready"); fclose(stdout); int c = accept(s, NULL, NULL); if (strcmp(v[1], "out") == 0) { if (v[2][0] == '-') { send(c, "", 1, 0); v[2] = ""; } shutdown(c, SHUT_RD); send(c, v[2], strlen(v[2]), 0); close(c); return 0; }
    recv(c, bytes, 99, 0); if (n == 2) send(c, v[1], strlen(v[1]), 0);
    if (n > 2) { int f = open(v[2], v[1][0] == 'w' ? O_WRONLY : v[1][0] == 'p' ? O_PATH : O_RDWR); union { struct cmsghdr a; char r[CMSG_SPACE(8)]; } u = { .r = { 0 } }; struct iovec p = { "", 1 }; int k = n > 3 ? 2 : 1;
        struct msghdr m = { .msg_iov = &p, .msg_iovlen = 1, .msg_control = u.r, .msg_controllen = CMSG_SPACE(4 * (size_t)k) }; u.a = (struct cmsghdr){ CMSG_LEN(4 * (size_t)k), SOL_SOCKET, SCM_RIGHTS };
        for (int i = 0; i < k; i++) memcpy(CMSG_DATA(&u.a) + 4 * i, &f, 4); sendmsg(c, &m, 0); }
    recv(c, bytes, 99, 0); return 0; }
C
    run_shell 'mkfifo ready; echo word > file; ./fake "${@:2}" > ready & fake=$!; read -r line < ready; eval "$1"; echo "status $?"; wait $fake; rm -f door ready' "$@"
}

@test "it copies what it is handed, and nothing when it is handed too much" {
    answers './opener_ask door x' rw file
    assert_output 'word
status 0'
    answers './opener_ask door x' rw file twice
    assert_output 'status 1'
    assert_stderr 'opener_ask: x: no descriptor came'
    answers './opener_ask door x' out -
    assert_output 'status 1'
    assert_stderr 'opener_ask: x: no descriptor came'
}

@test "a refusal is told with its reason, also when it comes before the question" {
    says "If the opener shows us out before it has read our request, its reason is still there to be read"
    answers './opener_ask door x' 'no: not today'
    assert_output 'status 1'
    assert_stderr 'opener_ask: x: no: not today'
    answers './opener_ask door x' out 'no: busy'
    assert_output 'status 1'
    assert_stderr 'opener_ask: x: no: busy'
}

@test "without an answer it says so, and does not hang" {
    answers './opener_ask door x y' out ''
    assert_output 'status 1'
    assert_stderr_line 'opener_ask: x: no answer'
}

@test "what is no ordinary file is not read, what cannot be read is told, and the next is asked for" {
    says "what it is handed has to be an ordinary file, because to read from a FIFO might never end"
    mkfifo pipe
    for what in 'rw pipe' 'rw /dev/zero' 'path .'; do
        # shellcheck disable=SC2086
        answers './opener_ask door x y' $what
        assert_output 'status 1'
        assert_stderr_line 'opener_ask: x: no ordinary file came'
        assert_stderr_line 'opener_ask: y: no answer'
    done
    for what in write path; do
        answers './opener_ask door x y' $what file
        assert_output 'status 1'
        assert_stderr_line 'opener_ask: x: Bad file descriptor'
        assert_stderr_line 'opener_ask: y: no answer'
    done
}

@test "a question that cannot be sent is told, and the next is asked" {
    says "So a send(2) that finds nobody is no cause to leave yet"
    needs strace
    answers 'strace -o log -e trace=sendto -e inject=sendto:error=EMSGSIZE:when=1 ./opener_ask door x y' rw file
    assert_output 'word
status 1'
    assert_stderr 'opener_ask: x: Message too long'
}

@test "output that cannot be written is an error, and a wrong call shows the usage" {
    answers './opener_ask door x > /dev/full' rw file
    assert_output 'status 1'
    assert_stderr 'opener_ask: cannot write to standard output'
    run_program ./opener_ask door
    assert_failure 2
    assert_stderr 'usage: opener_ask DOOR FILE...'
}

@test "interrupted, it asks and receives again" {
    needs strace
    answers 'strace -o log -e trace=sendto,recvfrom,recvmsg,connect -e inject=sendto,recvfrom,recvmsg,connect:error=EINTR:when=1 ./opener_ask door x; grep -c INJECTED log' rw file
    assert_output 'word
4
status 0'
}
