# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# opener: opens files for its clients by a policy, hands the descriptors over, and
# lets nobody notice what another client does.

setup() {
    book_setup
    echo hello > greeting
    echo 1234 > secret
    echo '* greeting' > policy
}

# told: for programs, what the opener answers
told='
static const char *told(int s) { long n = recv(s, bytes, 99, 0); bytes[n < 0 ? 0 : n] = 0; return n == 1 && bytes[0] == 0 ? "yes" : n < 0 ? no() : bytes; }
'

# opened [OPTION...] -- SCRIPT: SCRIPT with an opener at door that is ready, $pid;
# it is ended by SIGTERM, and its status is printed
opened() {
    local options=()
    while [ "$1" != -- ]; do options+=("$1"); shift; done
    run_shell "$functions"'
        mkfifo ready; ./opener door policy "${@:2}" > ready 2> said & pid=$!
        read -r line < ready || { wait $pid; echo "no: $?"; cat said >&2; exit; }
        eval "$1"
        kill $pid; wait $pid; echo "status $?"; cat said >&2; ls door* 2> /dev/null' "$2" ${options[@]+"${options[@]}"}
}

@test "the session holds: asked, given, refused, and all is gone" {
    says "So the bytes of a file do not go through the service, and what the client gets is this file, for reading"
    says "It is read at each request, so that a change counts for the next one"
    holds_session
}

@test "it does not read what it hands over, and asks both questions" {
    needs strace
    says "It asks SO_PEERCRED who made the line and SCM_CREDENTIALS who wrote the message, and gives the room for control data that it means"
    says "Here SO_PEERCRED is the right question: the line belongs to the one who made it, whoever writes"
    says "With sequenced packets there is no half a request"
    run_shell 'mkfifo ready; strace -o log ./opener door policy > ready & tracer=$!
        read -r pid _ < ready; ./opener_ask door greeting; kill $pid; wait $tracer
        grep -c "read.*hello" log; grep -cE "SO_PEERCRED" log; grep -c "SCM_CREDENTIALS" log; grep -oE "openat.*greeting.*" log'
    assert_line --index 0 hello
    assert_line --index 1 0
    assert_line --index 2 1
    assert_line --index 3 1
    assert_line --index 4 --regexp 'O_RDONLY.*O_NONBLOCK.*O_NOFOLLOW.*O_CLOEXEC'
}

@test "mode and options are set before there is a name, the rename comes last" {
    needs strace
    says "Then our socket is made ready before it has a name, its mode and its options, and the rename puts it in its place"
    run_shell 'mkfifo ready; strace -o log -e trace=fchmod,setsockopt,bind,listen,rename ./opener door policy 666 > ready & tracer=$!
        read -r pid _ < ready; stat -c %a door; kill $pid; wait $tracer
        grep -oE "^(fchmod|setsockopt|bind|listen|rename)" log | uniq | tr "\n" " "'
    assert_output '666
setsockopt fchmod bind listen rename '
}

@test "the next one finds the lock or the place of the dead" {
    says "Who holds the lock may also remove the socket NAME.new, which a server left behind that was killed between the two calls"
    says "After such a one the next opener finds a stale door and a lock that nobody has, and starts"
    opened -- './opener door policy; echo $?; ./opener_ask door greeting'
    assert_output '1
hello
status 0'
    assert_stderr 'opener: door: has an opener already'
    makes bare <<C
$try
int main(void) { bound(SOCK_SEQPACKET, "door.new"); pause(); return 0; }
C
    run_shell "$functions"'mkfifo one two; ./opener door policy > one & pid=$!; read -r line < one; kill -9 $pid; wait $pid 2> /dev/null
        ./bare & pid=$!; there door.new $pid; kill -9 $pid; wait $pid 2> /dev/null; ls door*; ./opener door policy > two & pid=$!; read -r line < two; ./opener_ask door greeting; kill $pid; wait $pid; ls door* 2> /dev/null'
    assert_output 'door
door.lock
door.new
hello'
}

@test "of ten that start at once over a stale door one wins, and clients reach it all the time" {
    run_shell 'mkfifo one; ./opener door policy > one & pid=$!; read -r line < one; kill -9 $pid; wait $pid 2> /dev/null
        for i in {1..10}; do ./opener door policy > said$i 2>> complaints & pids+=" $!"; done
        until grep -q opens said*; do :; done
        ./opener_ask door greeting
        for p in $pids; do kill -0 $p 2> /dev/null && : ; done
        until [ "$(grep -c "has an opener" complaints)" = 9 ]; do :; done
        cat said* | wc -l; kill $(cat said* | cut -d" " -f1); wait'
    assert_output 'hello
1'
}

@test "what is there and no socket stays, and so does a policy that is missing" {
    says "What is there and no socket is not replaced"
    echo letters > door
    run_program ./opener door policy
    assert_failure 1
    assert_stderr 'opener: door: is there, and no socket'
    assert_equal "$(cat door) $(ls door*)" 'letters door'
    rm door
    run_program ./opener door nothing
    assert_failure 1
    assert_stderr 'opener: nothing: No such file or directory'
    assert_equal "$(ls door* 2> /dev/null)" ''
}

@test "a file of somebody's own that has the name of the lock or the new door stays" {
    says "And what is there under its name and is not ours, or not empty, was made by somebody for something else, and stays"
    says "What is there and no socket is not replaced, under neither name"
    for what in lock new; do
        echo letters > door.$what
        run_program ./opener door policy
        assert_failure 1
        assert_equal "$(cat door.$what) $(ls door*)" "letters door.$what"
        rm door.$what
    done
    mkfifo door.lock
    run_program ./opener door policy
    assert_failure 1
    assert_stderr 'opener: door.lock: File exists'
    [ -p door.lock ]
}

@test "a lock that another user made is not ours" {
    needs root
    : > door.lock
    chown 65534 door.lock
    run_program ./opener door policy
    assert_failure 1
    assert_stderr 'opener: door.lock: File exists'
    [ -e door.lock ]
}

@test "who lives at the door and is no opener stays there" {
    says "It keeps other openers away, and nobody else, so we also look whether something lives at the door that is none"
    says "A datagram socket cannot connect to a socket of another kind, and hears whether there is one"
    makes lives <<C
$try
int main(int n, char **v) { int s = bound(n, v[n - 1]); if (n != SOCK_DGRAM) listen(s, 1); puts("ready"); fclose(stdout); pause(); return 0; }
C
    for kind in 1 '1 2 3 4'; do # the number of arguments tells the type: SOCK_DGRAM is 2, SOCK_SEQPACKET 5
        # shellcheck disable=SC2086
        set -- $kind
        run_shell 'mkfifo ready; ./lives "${@:2}" door > ready & pid=$!; read -r line < ready; ./opener door policy; echo $?
            [ -S door ] && kill -0 $pid && echo lives; kill $pid; ls door*; rm ready door' "$@"
        assert_output '1
lives
door'
        assert_stderr 'opener: door: somebody else is there'
    done
}

@test "who cannot be asked may live, and nobody's new door is taken" {
    needs root
    says "We go on if nothing is there, or nobody listens; any other error may come from one who lives"
    says "or under the name that our socket has before the rename"
    makes lives <<C
$try
int main(int n, char **v) { (void)n; bound(SOCK_DGRAM, "partner"); int s = bound(SOCK_DGRAM, v[1]); if (connect(s, at("partner"), sizeof named)) return 9; puts("ready"); fclose(stdout); pause(); return 0; }
C
    for name in door door.new; do
        run_shell 'mkfifo ready; ./lives $1 > ready & pid=$!; read -r line < ready; ./opener door policy; echo $?
            [ -S $1 ] && kill -0 $pid && echo lives; kill $pid; rm ready partner; ls door*; rm -f door*' $name
        assert_output "1
lives
$name"
        assert_stderr "opener: $name: Operation not permitted"
    done
    run_shell 'mkfifo one; ./opener door.new policy > one & pid=$!; read -r line < one; ./opener door policy; echo $?; ./opener_ask door.new greeting; kill $pid; wait $pid; ls door* 2> /dev/null'
    assert_output '1
hello'
    assert_stderr 'opener: door.new: somebody else is there'
}

@test "a door that we may not knock at stays" {
    makes lives <<C
$try
int main(void) { heard(SOCK_SEQPACKET, "door", 1); chmod("door", 0); puts("ready"); fclose(stdout); pause(); return 0; }
C
    as_nobody run_shell 'mkfifo ready; ./lives > ready & pid=$!; read -r line < ready; ./opener door policy; echo $?; [ -S door ] && kill -0 $pid && echo lives; kill $pid; ls door*'
    assert_output '1
lives
door'
    assert_stderr 'opener: door: Permission denied'
}

@test "names that another opener made anew are not removed" {
    says "so what is removed has to be what we made"
    run_shell 'mkfifo one two; ./opener door policy > one & pid=$!; read -r line < one; rm door.lock; ./opener door policy; echo $?
        rm door; ./opener door policy > two & second=$!; read -r line < two; kill $pid; wait $pid; echo $?; ls door*
        ./opener_ask door greeting; kill $second; wait $second; echo $?; ls door* 2> /dev/null'
    assert_output '1
0
door
door.lock
hello
0'
    assert_stderr 'opener: door: somebody else is there'
}

@test "a policy that is a FIFO is refused, and does not hang us" {
    rm policy
    mkfifo policy
    run_program ./opener door policy
    assert_failure 1
    assert_stderr 'opener: policy: Invalid argument'
    rm policy
    : > policy
    opened -- 'rm policy; mkfifo policy; ./opener_ask door greeting 2>&1'
    assert_output 'opener_ask: greeting: no: the policy cannot be read
status 0'
}

@test "the policy names users and files, letter by letter" {
    says "The name has to stand in the policy, letter by letter"
    says "who is refused does not learn whether there is such a file"
    opened -- 'printf "%s\n" "$(id -u) secret" "4444 other" "# x" "*" > policy
        ./opener_ask door secret ./secret other missing "" 2>&1; echo "* missing" >> policy; ./opener_ask door missing 2>&1
        chmod 0 policy; rm policy; ./opener_ask door secret 2>&1'
    assert_output '1234
opener_ask: ./secret: no: not for you
opener_ask: other: no: not for you
opener_ask: missing: no: not for you
opener_ask: : no: not for you
opener_ask: missing: no: it cannot be opened
opener_ask: secret: no: the policy cannot be read
status 0'
}

@test "a link, a FIFO and a device are not handed out" {
    says "What is not an ordinary file is not handed out, nor opened"
    says "to open a FIFO wakes whoever waits at its other end"
    opened -- 'printf "* %s\n" link fifo /dev/null . > policy; ln -s secret link; mkfifo fifo; (exec 3> fifo; echo woken) & writer=$!
        ./opener_ask door link fifo /dev/null . 2>&1; kill $writer'
    assert_output 'opener_ask: link: no: it cannot be opened
opener_ask: fifo: no: it cannot be opened
opener_ask: /dev/null: no: it cannot be opened
opener_ask: .: no: it cannot be opened
status 0'
}

@test "a directory on the way may be a link" {
    says "O_NOFOLLOW looks at the last part of a name: a directory on the way may still be a link"
    opened -- 'echo "* way/file" > policy; mkdir far; echo far > far/file; ln -s far way; ./opener_ask door way/file'
    assert_output 'far
status 0'
}

@test "another user is known by the kernel, and given what is its" {
    needs root
    opened 666 -- 'chmod 600 greeting secret; printf "%s\n" "65534 greeting" "0 secret" > policy
        as() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
        chmod 755 .; cp --remove-destination "$(readlink -f opener_ask)" opener_ask
        as cat greeting 2>&1; as ./opener_ask door greeting secret 2>&1; ./opener_ask door greeting secret 2>&1'
    assert_output 'cat: greeting: Permission denied
hello
opener_ask: secret: no: not for you
opener_ask: greeting: no: not for you
1234
status 0'
    opened -- 'setpriv --reuid=65534 --regid=65534 --clear-groups ./opener_ask door greeting 2>&1'
    assert_line 'opener_ask: door: Permission denied'
}

# handed CONNECTS WRITES: one user connects and another writes "secret"
handed() {
    makes handed <<C
$try$told
int main(int n, char **v) { (void)n; uid_t one = (uid_t)atoi(v[1]), two = (uid_t)atoi(v[2]); int s = sock(SOCK_SEQPACKET); if (seteuid(one)) return 9;
    if (connect(s, at("door"), sizeof named)) err(9, "door"); if (seteuid(0)) return 9; if (fork() == 0) { if (setgid(two) || setuid(two)) return 9; send(s, "secret", 6, 0); return 0; }
    wait(NULL); puts(told(s)); return 0; }
C
}

@test "a line of one user with the words of another is nobody's, neither of root nor of its writer" {
    needs root
    says "Not those of who made the line: it may have been handed on"
    says "a user could make a line, start a program of root's with it as standard output, and that program would write what it has to say to us, as root"
    says "So the two have to be the same user"
    handed
    chmod 755 .
    opened 666 -- 'printf "%s secret\n" 0 65534 > policy; ./handed 65534 0; ./handed 0 65534; ./handed 0 0; ./handed 65534 65534'
    assert_output 'no: another user made this line
no: another user made this line
yes
yes
status 0'
}

@test "the effective user of who connects, the real user of who writes" {
    needs root
    says "The kernel tells the effective user of who connected and the real user of who wrote, so a program whose two differ gets nothing here, unless it names its effective user itself"
    makes differs <<C
$try$told
int main(void) { if (setreuid(65534, 0)) return 9; int s = came(SOCK_SEQPACKET, "door"); send(s, "secret", 6, 0); puts(told(s));
    union { struct cmsghdr a; char r[CMSG_SPACE(sizeof(struct ucred))]; } c = { .r = { 0 } }; struct iovec p = { "secret", 6 };
    struct msghdr m = { .msg_iov = &p, .msg_iovlen = 1, .msg_control = c.r, .msg_controllen = sizeof c.r }; struct ucred u = { getpid(), 0, getgid() };
    c.a = (struct cmsghdr){ CMSG_LEN(sizeof u), SOL_SOCKET, SCM_CREDENTIALS }; memcpy(CMSG_DATA(&c.a), &u, sizeof u); sendmsg(s, &m, 0); puts(told(s)); return 0; }
C
    chmod 755 .
    opened 666 -- 'echo "* secret" > policy; ./differs'
    assert_output 'no: another user made this line
yes
status 0'
}

@test "an empty message in front of others does not take us for gone: who is shown out hears the reason" {
    says "To close on somebody whose request was not read would reset the line, and the client would hear of that before it hears our last word"
    makes empty <<C
$try$told
int main(void) { int s[9]; for (int i = 0; i < 8; i++) s[i] = came(SOCK_SEQPACKET, "door"); send(s[7], "greeting", 8, 0); puts(told(s[7])); puts("stop"); fflush(stdout); read(0, bytes, 1);
    s[8] = came(SOCK_SEQPACKET, "door"); send(s[8], "", 0, 0); send(s[8], "greeting", 8, 0); puts("sent"); fflush(stdout);
    struct pollfd p = { s[8], 0, 0 }; poll(&p, 1, -1); long n = recv(s[8], bytes, 99, 0); bytes[n < 0 ? 0 : n] = 0; fprintf(stderr, "%s\n", n < 0 ? no() : bytes); return 0; }
C
    opened -- 'mkfifo told tell; ./empty > told < tell 2> answer & empty=$!; exec 6< told 5> tell; read -r line <&6; echo "$line"; read -r line <&6; kill -STOP $pid
        echo >&5; read -r line <&6; kill -CONT $pid; wait $empty; cat answer'
    assert_output 'yes
no: too many lines
status 0'
}

@test "what was asked before the line was accepted has its credentials" {
    says "These two options of a socket that listens pass on to those that it accepts"
    makes early <<C
$try$told
int main(void) { int s = came(SOCK_SEQPACKET, "door"); send(s, "greeting", 8, 0); puts("sent"); fclose(stdout); fprintf(stderr, "%s\n", told(s)); return 0; }
C
    opened -- 'kill -STOP $pid; mkfifo sent; ./early > sent 2> answer & early=$!; read -r line < sent; kill -CONT $pid; wait $early; cat answer'
    assert_output 'yes
status 0'
}

@test "too long a name, a null byte, an empty message" {
    says "Each brings its sender, an empty message too, and the end of the line does not"
    makes odd <<C
$try$told
int main(void) { int s = came(SOCK_SEQPACKET, "door"); memset(bytes, 'x', sizeof bytes); send(s, bytes, 2000, 0); puts(told(s));
    send(s, "greeting\0x", 10, 0); puts(told(s)); send(s, "", 0, 0);
    puts(told(s)); return 0; }
C
    opened -- './odd; ./opener_ask door greeting'
    assert_output 'no: too long a name
no: a name has no null byte
no: not for you
hello
status 0'
}

# pushes: a client that sends descriptors, COUNT of them, REQUESTS times
pushes() {
    makes push <<C
$try
int main(int n, char **v) { (void)n; int count = atoi(v[1]), s = came(SOCK_SEQPACKET, "door");
    for (int i = 0; i < atoi(v[2]); i++) { union { struct cmsghdr a; char r[CMSG_SPACE(4 * 253)]; } c = { .r = { 0 } }; struct iovec p = { "greeting", 8 };
        struct msghdr m = { .msg_iov = &p, .msg_iovlen = 1, .msg_control = c.r, .msg_controllen = CMSG_SPACE(4 * (size_t)count) };
        c.a = (struct cmsghdr){ CMSG_LEN(4 * (size_t)count), SOL_SOCKET, SCM_RIGHTS };
        for (int k = 0; k < count; k++) memcpy(CMSG_DATA(&c.a) + 4 * k, &(int){ 2 }, 4);
        long r = sendmsg(s, &m, 0); if (r == -1) { puts(no()); continue; }
        r = recv(s, bytes, 99, 0); bytes[r > 0 ? r : 0] = 0; puts(bytes); }
    return 0; }
C
}

@test "descriptors that nobody wants are refused, and none stays" {
    says "It holds the credentials, and if somebody sends descriptors beside them, these are closed by the kernel"
    pushes
    opened -- './push 1 3; ./push 253 1; ls /proc/$pid/fd | wc -l; ./opener_ask door greeting'
    # refused by SO_PASSRIGHTS, or by the opener
    case ${lines[0]} in
    EPERM) assert_equal "${lines[*]:0:4}" 'EPERM EPERM EPERM EPERM' ;;
    *) assert_equal "$(printf '%s\n' "${lines[@]:0:4}" | sort -u)" 'no: descriptors are not taken' ;;
    esac
    [ "${lines[4]}" -le 8 ]
    assert_line hello
}

@test "on a kernel that does not know SO_PASSRIGHTS the opener refuses by itself" {
    needs strace
    says "Where a kernel does not know SO_PASSRIGHTS, we go without, and see to descriptors later"
    pushes
    run_shell 'mkfifo ready; strace -o log -e trace=setsockopt -e inject=setsockopt:error=ENOPROTOOPT:when=2 ./opener door policy > ready & tracer=$!
        read -r pid _ < ready; ./push 1 3; ./push 253 1; ls /proc/$pid/fd | wc -l; ./opener_ask door greeting; kill $pid; wait $tracer'
    assert_equal "$(printf '%s\n' "${lines[@]:0:4}" | sort -u)" 'no: descriptors are not taken'
    [ "${lines[4]}" -le 8 ]
    assert_line hello
}

@test "a thousand connections of one user are eight lines, and the rest is told" {
    says "A thousand connections of one user are eight lines and 992 refusals"
    says "shown out again at once if its user has as many lines as it may have, or the list is full"
    makes crowd <<C
$try$told
#include <sys/resource.h>
int main(void) { struct rlimit l; getrlimit(RLIMIT_NOFILE, &l); l.rlim_cur = l.rlim_max; setrlimit(RLIMIT_NOFILE, &l); int no_more = 0, in = 0, held[1000];
    for (int i = 0; i < 1000; i++) { held[i] = came(SOCK_SEQPACKET, "door"); struct pollfd p = { held[i], POLLIN, 0 };
        if (i < 8) { send(held[i], "greeting", 8, 0); in += strcmp(told(held[i]), "yes") == 0; }
        else { poll(&p, 1, -1); long n = recv(held[i], bytes, 99, 0); no_more += n == 18 && memcmp(bytes, "no: too many lines", 18) == 0; close(held[i]); } }
    as("in", in); as("told", no_more); puts("held"); fclose(stdout); pause(); return 0; }
C
    opened -- 'mkfifo held; ./crowd > held & crowd=$!; while read -r line && [ "$line" != held ]; do echo "$line"; done < held
        ./opener_ask door greeting 2>&1; ls /proc/$pid/fd | wc -l; kill $crowd; wait $crowd
        until [ "$(ls /proc/$pid/fd | wc -l)" -lt 9 ]; do :; done; ./opener_ask door greeting'
    assert_line --index 0 'in 8'
    assert_line --index 1 'told 992'
    assert_line --index 2 'opener_ask: greeting: no: too many lines'
    [ "${lines[3]}" -le 16 ]
    assert_line --index 4 hello
}

@test "who says nothing costs a place, who does not read is shown out, and others do not notice" {
    says "A client that says nothing costs one of the places of its user"
    says "Who asks again before it has taken the answer is shown out"
    makes deaf <<C
$try
int main(void) { int s = came(SOCK_SEQPACKET, "door"); came(SOCK_SEQPACKET, "door"); int n = 0; signal(SIGPIPE, SIG_IGN);
    while (n < 1000 && send(s, "greeting", 8, 0) == 8) n++; as("shown out", n < 1000 && errno == EPIPE); fclose(stdout); pause(); return 0; }
C
    opened -- 'mkfifo told; ./deaf > told & deaf=$!; read -r line < told; echo "$line"; ./opener_ask door greeting; kill $deaf'
    assert_output 'shown out 1
hello
status 0'
}

@test "who does not take what it was handed has one descriptor in flight for each place, and others get theirs" {
    needs root
    says "So a client has one question at a time"
    says "who is shown out keeps its place until it has taken it, or has closed its socket"
    says "SIOCOUTQ tells what we sent and is not taken"
    makes takes_all <<C
$try$told
#include <sys/resource.h>
int main(void) { struct rlimit l; getrlimit(RLIMIT_NOFILE, &l); l.rlim_cur = l.rlim_max; setrlimit(RLIMIT_NOFILE, &l); if (setgid(65533) || setuid(65533)) return 9;
    int s[200], in = 0; for (int i = 0; i < 200; i++) { s[i] = came(SOCK_SEQPACKET, "door"); for (int k = 0; k < 60; k++) send(s[i], "greeting", 8, MSG_NOSIGNAL); struct pollfd p = { s[i], POLLIN, 0 }; poll(&p, 1, -1);
        recv(s[i], bytes, 9, MSG_PEEK); in += bytes[0] == 0; shutdown(s[i], i % 2 ? SHUT_WR : SHUT_RDWR); p = (struct pollfd){ s[i], POLLHUP, 0 }; poll(&p, 1, -1); if (bytes[0] != 0) close(s[i]); }
    as("in", in); puts("held"); fflush(stdout); read(0, bytes, 1); puts(told(s[0])); puts("taken"); fflush(stdout); read(0, bytes, 1); return 0; }
C
    chmod 755 . && chmod 777 . && chmod 644 greeting policy
    for p in opener takes_all; do cp -L --remove-destination "$(readlink -f $p)" $p.copy && mv $p.copy $p && chmod 755 $p; done
    run_shell 'mkfifo ready told tell; (ulimit -n 48; exec setpriv --reuid=65534 --regid=65534 --clear-groups ./opener door policy 666) > ready & pid=$!; read -r line < ready; few=$(ls /proc/$pid/fd | wc -l)
        ./takes_all > told < tell & all=$!; exec 6< told 5> tell; while read -r line <&6 && [ "$line" != held ]; do echo "$line"; done
        ./opener_ask door greeting; echo >&5; read -r line <&6; echo "$line"; read -r line <&6; until [ "$(ls /proc/$pid/fd | wc -l)" = $((few + 7)) ]; do kill -0 $pid || exit 9; done
        exec 5>&-; wait $all; until [ "$(ls /proc/$pid/fd | wc -l)" = $few ]; do kill -0 $pid || exit 9; done; ./opener_ask door greeting
        kill $pid; wait $pid; echo "status $?"'
    assert_output 'in 8
hello
yes
hello
status 0'
}

@test "too many in flight is told, and the next one is served" {
    needs strace
    says "So whoever is not handed one hears why, also where too many are in flight"
    run_shell 'mkfifo ready; strace -o log -e trace=sendmsg -e inject=sendmsg:error=ETOOMANYREFS:when=1 ./opener door policy > ready & tracer=$!
        read -r pid _ < ready; ./opener_ask door greeting greeting 2>&1; kill $pid; wait $tracer; echo $?'
    assert_output 'opener_ask: greeting: no: busy
hello
0'
}

@test "a client that is killed in the middle is gone, and no descriptor stays" {
    makes half <<C
$try
int main(void) { for (int i = 0; i < 50; i++) if (fork() == 0) { int s = came(SOCK_SEQPACKET, "door"); send(s, "greeting", 8, MSG_NOSIGNAL); kill(getpid(), SIGKILL); } else wait(NULL); return 0; }
C
    opened -- './half; ./opener_ask door greeting; until [ "$(ls /proc/$pid/fd | wc -l)" -lt 8 ]; do kill -0 $pid || exit 9; done'
    assert_output 'hello
status 0'
}

@test "each answer is an open of its own" {
    says "Each request opens anew, so two clients do not move each other's offset"
    opened -- './opener_ask door greeting greeting; ./opener_ask door greeting'
    assert_output 'hello
hello
hello
status 0'
}

@test "the signals end it, those that were ignored do not, and who has asked is answered" {
    says "SIGTERM ends the loop, and SIGINT and SIGHUP do, unless we were started with them ignored"
    says --in B-toolbox "One that was started with SIGINT or SIGHUP ignored, as by nohup(1), goes on ignoring it"
    says "the question that it has asked is still there, and is answered; what it would ask fails at its side"
    makes last <<C
$try$told
int main(void) { int s = came(SOCK_SEQPACKET, "door"); send(s, "greeting", 8, 0); int t = came(SOCK_SEQPACKET, "door"); puts("sent"); fclose(stdout);
    fprintf(stderr, "%s\n", told(s)); fprintf(stderr, "end %ld\n", (long)recv(s, bytes, 99, 0)); fprintf(stderr, "end %ld\n", (long)recv(t, bytes, 99, 0)); return 0; }
C
    for signal in TERM INT HUP; do
        run_shell "$functions"'mkfifo ready sent; env --default-signal=INT,HUP ./opener door policy > ready & pid=$!; read -r line < ready
            kill -STOP $pid; ./last > sent 2> answer & last=$!; read -r line < sent; kill -$1 $pid; kill -CONT $pid; wait $pid; echo $?; wait $last; cat answer
            ls door* 2> /dev/null; rm ready sent' $signal
        assert_output '0
yes
end 0
end 0'
    done
    run_shell "$functions"'mkfifo ready; env --ignore-signal=INT,HUP ./opener door policy > ready & pid=$!; read -r line < ready
        kill -INT $pid; kill -HUP $pid; ./opener_ask door greeting; kill $pid; wait $pid; echo $?'
    assert_output 'hello
0'
}

@test "while no open files are left it sleeps, and goes on afterwards" {
    needs strace
    says "So for a tenth of a second we do not listen to the door"
    run_shell 'mkfifo ready; strace -o log -e trace=accept4,poll -e inject=accept4:error=ENFILE:when=1..3 ./opener door policy > ready & tracer=$!
        read -r pid _ < ready; ./opener_ask door greeting; kill $pid; wait $tracer; grep -c INJECTED log; grep -c "100) *= 0 (Timeout)" log'
    assert_output 'hello
3
3'
}

@test "interrupted, it goes on" {
    needs strace
    run_shell 'mkfifo ready; strace -o log -e trace=poll,recvmsg,sendmsg,accept4 -e inject=poll,recvmsg,sendmsg,accept4:error=EINTR:when=1 ./opener door policy > ready & tracer=$!
        read -r pid _ < ready; ./opener_ask door greeting; kill $pid; wait $tracer; echo $?; [ "$(grep -c INJECTED log)" -ge 3 ] && echo injected'
    assert_output 'hello
0
injected'
}

@test "too few descriptors, a full disk and a wrong call are told" {
    run_shell 'ulimit -n 40; ./opener door policy'
    assert_failure 1
    assert_stderr 'opener: needs 48 descriptors'
    run_shell './opener door policy > /dev/full; echo $?; ls door* 2> /dev/null'
    assert_output 1
    assert_stderr 'opener: cannot write to standard output'
    for what in '' 'door' 'door policy x' 'door policy 888' 'door policy 1777' 'door policy -1' 'door policy -18446744073709551232' 'door policy +600' 'door policy 600 x'; do
        # shellcheck disable=SC2086
        run_program ./opener $what
        assert_failure 2
        assert_stderr 'usage: opener DOOR POLICY [MODE]'
    done
    run_program ./opener door policy ' 600'
    assert_failure 2
    run_program ./opener door policy ''
    assert_failure 2
    assert_stderr 'usage: opener DOOR POLICY [MODE]'
}
