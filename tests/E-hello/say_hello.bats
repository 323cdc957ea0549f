bats_require_minimum_version 1.13.0
load ../lib/helpers

# One word passes from a child to its parent through each of eleven mechanisms,
# and nothing of them is left behind.

# speaks PART COUNT: the ways with PART in their name carry the word of one child,
# each of them; COUNT of them. Skips when one is missing on this machine.
speaks() {
    run_program ./say_hello "$1"
    assert_success
    if [[ $output == *'not here'* ]]; then skip "needs $1"; fi
    assert_equal "${#lines[@]}" "$2"
    refute_line --regexp '^.{24}($|.*hello from $)'
    [ "$(sed 's/^.\{24\}//' stdout | sort -u | grep -cxE 'hello from [0-9]+')" = 1 ]
    [ "$(sed 's/^.\{24\}//' stdout | sort -u | wc -l)" = 1 ]
}

@test "eleven ways, one word through each [O01] [O03] [O06]" {
    run_program ./say_hello
    if [[ $output == *'not here'* ]]; then skip "needs all eleven"; fi
    holds_session
}

@test "an ordinary user can use all of them" {
    as_nobody run_program ./say_hello
    if [[ $output == *'not here'* ]]; then skip "needs all eleven"; fi
    as_nobody holds_session
}

@test "pipes come without a name and with one, and are one kind of thing [O07]" {
    speaks pipe 2
    run_shell 'true | stat -L -c %F /dev/stdin; mkfifo f; stat -c %F f'
    assert_output 'fifo
fifo'
}

@test "a local socket carries the word [O09]" {
    traced socket,connect,bind ./say_hello local
    assert_success
    assert_call 'socket\(AF_UNIX, SOCK_STREAM'
    assert_call 'connect\(.*AF_UNIX.*/tmp/say_hello'
    speaks local 1
}

@test "network sockets work inside one machine, on a port the kernel chose [O10]" {
    speaks 'TCP' 1
    speaks 'UDP' 1
    traced bind,connect ./say_hello 'P socket'
    assert_success
    [ "$(grep -c 'bind(.*sin_port=htons(0), .*127[.]0[.]0[.]1.*= 0' strace)" = 2 ]
    [ "$(grep -c 'connect(.*sin_port=htons([1-9].*127[.]0[.]0[.]1.*= 0' strace)" = 2 ]
}

@test "message queues of both families carry the word [O11]" {
    traced mq_open,mq_timedsend,msgget,msgsnd ./say_hello queue
    assert_success
    speaks queue 2
    assert_call 'mq_timedsend\(.*hello from'
    assert_call 'msgsnd\('
}

@test "shared memory of three families carries the word [O12]" {
    speaks 'shared memory' 2
    speaks memfd 1
}

@test "through memory the word goes without a system call [O04] [O08]" {
    speaks 'file mapping' 1
    local form
    for form in 'file mapping' 'shared memory' memfd; do
        traced write,writev,sendto,sendmsg,mq_timedsend,msgsnd ./say_hello "$form"
        assert_success
        # the one who writes is the parent, to its standard output
        refute_call '(write|writev|sendto|sendmsg)\((0|[2-9]|[1-9][0-9]+),'
        refute_call 'mq_timedsend|msgsnd'
        assert_call 'write\(1, .*hello'
    done
}

@test "a queue and a socket that the kernel lacks are reported as missing" {
    inject 'mq_open:error=ENOSYS socket:error=EAFNOSUPPORT' ./say_hello
    assert_success
    assert_equal "${#lines[@]}" 11
    assert_line 'POSIX message queue     not here: Function not implemented'
    assert_line --regexp '^local socket +not here: Address family not supported'
    assert_line --regexp '^TCP socket +not here: Address family not supported'
    assert_line --regexp '^memfd +hello from [0-9]+$'
}

@test "any other reason is an error" {
    inject memfd_create:error=EMFILE ./say_hello
    assert_failure 1
    assert_stderr_line 'say_hello: memfd: Too many open files'
}

# gone TRACE: no object that the traced program made is there any more.
gone() {
    local id name
    while read -r name; do
        [ ! -e "$name" ] || fail "$name is left behind"
    done < <(grep -oE '/(tmp|dev/shm)/say_hello[.][A-Za-z0-9]{6}' "$1" | sort -u)
    while read -r id; do
        [ -n "$id" ] || continue
        ! ipcs -q -i "$id" 2> /dev/null | grep -q msqid= ||
            fail "queue $id is left behind"
    done < <(sed -n 's/.*msgget(.* = \([0-9]*\)$/\1/p' "$1")
    while read -r id; do
        ! ipcs -m -i "$id" 2> /dev/null | grep -q shmid= ||
            fail "memory $id is left behind"
    done < <(sed -n 's/.*shmget(.* = \([0-9]*\)$/\1/p' "$1")
}

removals=mkdir,rmdir,unlink,unlinkat,mq_open,mq_unlink,msgget,msgctl,shmget,shmctl,open,openat

@test "nothing is left behind: no name, no queue, no memory" {
    traced $removals ./say_hello
    assert_success
    assert_call 'mkdir\("/tmp/say_hello'
    assert_call 'rmdir\("/tmp/say_hello[^ ]*\) += 0'
    assert_call 'mq_unlink\(.* = 0'
    assert_call 'msgctl\(.*IPC_RMID.* = 0'
    assert_call 'shmctl\(.*IPC_RMID.* = 0'
    gone strace
}

@test "nothing is left behind by a program that fails half-way either" {
    inject 'memfd_create:error=EMFILE mkdir:delay_exit=1 msgget:delay_exit=1 mq_open:delay_exit=1' ./say_hello
    assert_failure 1
    gone strace
    inject 'shmdt:error=EINVAL:when=1 mkdir:delay_exit=1 msgget:delay_exit=1 shmget:delay_exit=1' ./say_hello
    assert_failure 1
    assert_stderr_line 'say_hello: the child failed'
    gone strace
    traced msgctl,shmctl ./say_hello 'System V'
    assert_call 'msgctl\(.*IPC_RMID.* = 0'
}

@test "the names are gone before the first line is printed" {
    says "When everything has been heard, its names go, and only then do we print"
    says "Who reads our output may have enough after the first line, and SIGPIPE then ends the program"
    says "It does its work once, since a name may be somebody else's afterwards"
    traced mkdir,rmdir,unlink,unlinkat,mq_unlink,msgctl,shmctl,write ./say_hello
    assert_success
    local first last
    first=$(grep -n 'write(1, "anonymous' strace | cut -d: -f1)
    last=$(grep -nE '(rmdir|unlink|RMID)' strace | tail -n 1 | cut -d: -f1)
    [ "$last" -lt "$first" ] || fail "something is removed in line $last of the trace, after line $first"
    [ "$(grep -cE '(mq_)?unlink(at)?\(|RMID' strace)" = 7 ]
    [ "$(grep -c 'rmdir(' strace)" = 1 ]
    # nobody is there to read the first line
    # shellcheck disable=SC2016 # the inner shell is to expand it
    traced $removals bash -c 'exec 3> >(exec true); wait $!; ./say_hello >&3; echo $?'
    assert_output "$((128 + $(kill -l PIPE)))"
    gone strace
}

@test "a complaint to a reader who has gone leaves nothing either" {
    says "would do the same when it complains to a reader who has gone"
    # shellcheck disable=SC2016 # the inner shell is to expand it
    traced $removals bash -c 'exec 3> >(exec true); wait $!; prlimit --fsize=0 ./say_hello 2>&3; echo $?'
    assert_output 1
    gone strace
}

@test "a limit on files and a full file system are errors that leave nothing" {
    needs strace
    says "makes a limit on the size of files, as ulimit -f sets it, an error of posix_fallocate instead of an end by SIGXFSZ"
    says "Any other, such as a limit that is reached, ends it; its argument can then name the forms to try"
    says "sees to it that there is room for it"
    run_shell 'set -o pipefail; { (ulimit -f 0; exec strace -f -e trace=/mkdir ./say_hello) 2>&1 | cat; }'
    assert_failure 1
    assert_line 'say_hello: file mapping: File too large'
    grep mkdir stdout > made
    [ -s made ]
    gone made
    run_shell '(ulimit -f 0; exec ./say_hello pipe) | cat'
    assert_success
    inject fallocate:error=ENOSPC ./say_hello
    assert_failure 1
    assert_stderr_line 'say_hello: file mapping: No space left on device'
}

@test "a full /tmp is an error and not a signal" {
    needs mounts
    # the project itself may be in /tmp
    cp --remove-destination "$(readlink -f say_hello)" say_hello
    run_program unshare --mount --propagation private sh -c 'mount -t tmpfs -o size=16k,mode=1777 none /tmp &&
        { dd if=/dev/zero of=/tmp/much bs=4k 2> /dev/null || true; } && ./say_hello; echo $?; ls /tmp'
    assert_stderr_line --regexp 'say_hello: (file mapping|/tmp/say_hello.*): No space left on device'
    assert_output '1
much'
}

@test "System V memory is attached from before the fork until it has been heard" {
    says "So the parent keeps it attached from the beginning"
    traced shmget,shmat,shmdt,shmctl,clone,clone3,fork,vfork ./say_hello 'System V shared'
    assert_success
    [ "$(grep -nE 'shmat' strace | head -n 1 | cut -d: -f1)" -lt "$(grep -nE '(clone3?|v?fork)\(' strace | head -n 1 | cut -d: -f1)" ]
}

@test "System V memory carries the word also where it goes with the last who has it attached" {
    needs mounts
    run_program unshare --ipc --mount --propagation private sh -c 'mount -t proc none /proc &&
        echo 1 > /proc/sys/kernel/shm_rmid_forced && ./say_hello "System V shared"'
    assert_success
    assert_output --regexp '^System V shared memory  hello from [0-9]+$'
}

@test "interrupted calls are taken up again" {
    inject 'read:error=EINTR:when=1+3 msgsnd:error=EINTR:when=1 msgrcv:error=EINTR:when=1 wait4:error=EINTR:when=1' ./say_hello
    assert_success
    [ "$(grep -c 'hello from [0-9]' stdout)" = 11 ]
}

@test "names are made as new ones, and nothing else can read them" {
    traced open,openat,mq_open,mkdir,mknodat,mknod,msgget,shmget ./say_hello
    assert_success
    assert_call 'mq_open\("say_hello.*O_EXCL.*0600'
    assert_call '/dev/shm/say_hello.*O_EXCL.*0600'
    assert_call '/tmp/say_hello.*O_EXCL.*0600'
    assert_call 'mkdir\("/tmp/say_hello.*0700'
    assert_call 'msgget\(IPC_PRIVATE, 0600'
    assert_call 'shmget\(IPC_PRIVATE, .*0600'
}

@test "no descriptor and no zombie is left" {
    no_leaked_fd ./say_hello
    assert_success
    assert_equal "${#lines[@]}" 11
    leaves_no_zombie ./say_hello
    assert_success
}

@test "a wrong call is refused with a usage line" {
    run_program ./say_hello pipe socket
    assert_failure 2
    assert_stderr_line --partial 'usage: say_hello'
    run_program ./say_hello telegraph
    assert_failure 1
    assert_stderr_line "say_hello: no form is called telegraph"
}

@test "output that cannot be written is an error" {
    run_shell './say_hello > /dev/full'
    assert_failure
    assert_stderr_line --partial 'cannot write to standard output'
}

@test "without a network only the network's sockets are missing" {
    needs namespaces
    # root needs no user namespace, and in a chroot gets none
    local kinds=-Urn
    [ "$(id -u)" != 0 ] || kinds=-n
    run_program unshare "$kinds" ./say_hello socket
    [ "$status" = 0 ] || fail "$stderr"
    assert_line --regexp "^local socket +hello from [0-9]+\$"
    assert_line "TCP socket              not here: Network is unreachable"
    assert_line "UDP socket              not here: Network is unreachable"
}

@test "every descriptor is closed on exec" {
    traced pipe2,open,openat,socket,accept4,memfd_create ./say_hello
    assert_success
    [ "$(grep -c CLOEXEC strace)" -ge 12 ]
    run grep -vE 'CLOEXEC|SIGCHLD|exited with|resumed>|^$' strace
    assert_output ''
}
