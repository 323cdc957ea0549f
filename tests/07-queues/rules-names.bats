# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the chapter says of names, of who may, and of the life of a queue.

@test "a queue stays when its sender is killed, and after its removal for those who have it open [G05]" {
    says "It stays, with its messages and their priorities, until somebody calls mq_unlink(3) or the machine stops"
    says "and those who have the queue open go on putting in and taking out"
    says "The last to close it takes the messages along"
    make_q
    run_shell './q "open $1 wc" "send left 3" kill' "$queue"
    assert_failure 137
    run_shell 'coproc Q { ./q "open $1 bn" take hear "send late 4" take "send more"; }
        read -r a <&${Q[0]}; read -r b <&${Q[0]}; echo $a $b
        ./q "unlink $1" "open $1 r"; echo >&${Q[1]}; cat <&${Q[0]}; wait
        ./q "open $1 rcxn" take "unlink $1"' "$queue"
    assert_output "ok 3:left
0
ENOENT
0
4:late
0
ok
EAGAIN
0"
}

@test "a namespace has queues of its own, which go with it" {
    says "In a container it goes with the"
    make_q
    alone './q "open $1 wc" "send a"; ./q "open $1 rn" take' "$queue"
    assert_success
    assert_line 0:a
    run_program ./q "open $queue r"
    assert_output ENOENT
}

@test "a name is a slash and what follows it [G20]" {
    says "Without the slash in front mq_open(3) fails with EINVAL, for / alone with ENOENT, and for /a/b with EACCES, which sends people to look for permissions that are not the matter"
    make_q
    run_program ./q 'open desk bc' 'open / bc' 'open /a/b bc' "open /$(printf '%0254d' $$) bc" "unlink /$(printf '%0254d' $$)" "open /$(printf '%0256d' $$) bc"
    assert_output "EINVAL
ENOENT
EACCES
ok
0
ENAMETOOLONG"
}

@test "the umask is taken from the mode [G20]" {
    says "The umask takes bits from the mode: of 0666 a umask of 022 leaves 0644"
    make_q
    alone 'umask 022; ./q "open /a bc 666"; mkdir m; mount -t mqueue none m; stat -c %a m/a'
    assert_success
    assert_line 644
}

@test "who may read may take, and may not remove [G20]" {
    says "another user for whom the mode has an r may open the queue with O_RDONLY and receive what was meant for you"
    says "He may not remove it, though: mq_unlink(3) then fails with EACCES"
    needs root
    make_q
    run_shell 'umask 022; ./q "open $1 bc 666" "send yours"' "$queue"
    as_nobody ./q "open $queue w" "open $queue b" "open $queue rn" take "unlink $queue"
    assert_output "EACCES
EACCES
ok
0:yours
EACCES"
    run_program ./q "unlink $queue"
    assert_output 0
}

@test "priorities go from 0 to 32767" {
    says "which is a number from 0 to 32,767"
    make_q
    run_program ./q "open $queue bcx" "unlink $queue" 'send a 0' 'send b 32767' 'send c 32768' take take
    assert_output "ok
0
0
0
EINVAL
32767:b
0:a"
}

@test "between the two calls a killed program leaves its queue" {
    says "between the two calls a SIGKILL still leaves it behind"
    needs strace
    alone "$left"'strace -o log -e trace=mq_unlink -e inject=mq_unlink:signal=KILL:error=EINTR ./mq_hello; left'
    assert_line --regexp '^hello\.[0-9]+$'
}

@test "a name with a process id that another has made is refused" {
    says "No other running process has the process id that is in the name, but for one in another PID namespace, and then O_EXCL refuses the name"
    make_q
    run_shell './q "open /queues.$$ bcx" > here; ln -s /queues.$$ name; exec ./mq_buffer'
    assert_failure 1
    assert_stderr --partial 'File exists'
    ./q "unlink $(readlink name)"
    needs namespaces
    run_shell 'r=; [ "$(id -u)" = 0 ] || r=--map-root-user; for i in 1 2; do unshare $r --pid --fork sh -c "echo \$\$"; done'
    assert_output "1
1"
}
