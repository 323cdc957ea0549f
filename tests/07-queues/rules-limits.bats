# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the chapter says of sizes and limits.

@test "the length is compared before a message is looked for" {
    says "The kernel compares the buffer with the attribute mq_msgsize before it looks for a message"
    make_q
    run_program ./q "open $queue bcx 600 4 16" "unlink $queue" 'take 15'
    assert_success
    assert_line --index 2 EMSGSIZE
}

@test "the setting is larger than the two, and bounds the making alone [G04]" {
    says "The setting bounds what may be asked for then, and nothing later"
    says "It blocks when"
    make_q
    alone 'n=$(cat /proc/sys/fs/mqueue/msg_max); [ "$n" -gt 2 ] || exit 8
        ./q "open /a bcxn 600 4 16" "unlink /a" "send 1" "send 2" "send 3" "send 4" "send 5"'
    assert_success
    assert_line --index 5 0
    assert_line --index 6 EAGAIN
    needs root
    alone 'echo 5 > /proc/sys/fs/mqueue/msg_max && ./q "open /a bcxn 600 5 16" || exit
        echo 2 > /proc/sys/fs/mqueue/msg_max && ./q "open /a bn" "send 1" "send 2" "send 3" "send 4" "send 5" attr'
    assert_success
    assert_line --index 6 0
    assert_line --index 7 '5 16 5 n'
}

@test "more than msg_max takes the capability, not root, and a namespace has its own [G03]" {
    says "Who has the capability CAP_SYS_RESOURCE may go beyond msg_max and msgsize_max"
    says "It has to be the capability of the machine's own user namespace"
    says "mq_maxmsg of a new queue | EINVAL"
    says "mq_msgsize of a new queue | EINVAL"
    says "Root may create queues beyond msg_max | with CAP_SYS_RESOURCE of the machine; others get EINVAL. An IPC namespace has its own msg_max"
    needs root
    make_q
    alone "$poor"'max=$(cat /proc/sys/fs/mqueue/msg_max) size=$(cat /proc/sys/fs/mqueue/msgsize_max)
        poor ./q "open /a bc 600 $max $size" "open /b bc 600 $((max + 1)) 9" "open /b bc 600 1 $((size + 1))"
        echo 20 > /proc/sys/fs/mqueue/msg_max || exit 8
        poor ./q "open /c bc 600 20 9" "open /d bc 600 21 9"
        mask=$(sed -n "s/^CapEff:\t*//p" /proc/self/status)
        if [ $((0x$mask >> 24 & 1)) = 1 ]; then ./q "open /e bc 600 21 9"; else echo ok; fi'
    assert_success
    assert_output "ok
EINVAL
EINVAL
ok
EINVAL
ok"
    # all capabilities in a user namespace of one's own do not count
    run_shell 'max=$(cat /proc/sys/fs/mqueue/msg_max); unshare -Ur --ipc ./q "open /a bc 600 $max 9" "open /b bc 600 $((max + 1)) 9"'
    assert_output "ok
EINVAL"
}

@test "EMFILE can mean bytes of queues: 163840 are one queue of 10 times 8192, and not two [G10]" {
    says "Each queue of a user is charged to the limit RLIMIT_MSGQUEUE from its making to its end, with all messages that it could hold and some bytes for each of them"
    says "With a limit of 163,840 bytes, which is twice 10 times 8192, a user can have one queue of that size and not two"
    says "RLIMIT_MSGQUEUE | bytes of all queues of a user | EMFILE"
    assert_equal $((2 * 10 * 8192)) 163840
    needs root setpriv
    make_q
    book_open_to_nobody
    uid=$((70000 + RANDOM))
    alone 'ulimit -q 163840 && exec setpriv --reuid=$1 --clear-groups ./q "open /a bc 600 10 8192" "open /b bc 600 10 8192" "open /c bc 600 1 16" "unlink /a" "open /b bc 600 10 8192"' $uid
    assert_success
    assert_output "ok
EMFILE
ok
0
EMFILE"
    # who has it open keeps it: the charge is given back at the end of the last user
    alone 'ulimit -q 163840 && setpriv --reuid=$1 --clear-groups ./q "open /a bc 600 10 8192" "unlink /a" && exec setpriv --reuid=$1 --clear-groups ./q "open /b bc 600 10 8192"' $uid
    assert_output "ok
0
ok"
}

@test "msgmax is for a message and msgmnb for a queue; POSIX has a setting of its own [G25]" {
    says "the other way round, and POSIX's by msgsize_max"
    says "| bytes of one message | EINVAL"
    says "bytes, and messages, in this queue | msgsnd waits, or EAGAIN"
    needs root
    make_q
    make_v
    alone "$poor"'echo 100 > /proc/sys/kernel/msgmax && echo 1000 > /proc/sys/kernel/msgmnb && echo 200 > /proc/sys/fs/mqueue/msgsize_max || exit 8
        poor ./v get "send 1 101" "send 1 100" "fill 100" rm; poor ./q "open /a bc 600 1 200" "open /b bc 600 1 201"'
    assert_success
    assert_output "ok
EINVAL
0
9 EAGAIN
0
ok
EINVAL"
}

@test "the number of queues has a limit for each kind" {
    says "queues_max | queues in the IPC namespace | ENOSPC"
    says "msgmni | queues in the IPC namespace | ENOSPC"
    needs root
    make_q
    make_v
    alone "$poor"'echo 1 > /proc/sys/fs/mqueue/queues_max && echo 1 > /proc/sys/kernel/msgmni || exit 8
        poor ./q "open /a bc" "open /b bc"; poor ./v get get'
    assert_success
    assert_output "ok
ENOSPC
ok
ENOSPC"
}

@test "over the limits of its own a queue waits, or says EAGAIN and EMSGSIZE" {
    says "messages in this queue | mq_send waits, or EAGAIN"
    says "bytes of one message | EMSGSIZE"
    make_q
    run_program ./q "open $queue bcxn 600 1 4" "unlink $queue" 'send 12345' 'send 1234' 'send x'
    assert_output "ok
0
EMSGSIZE
0
EAGAIN"
}

@test "more bytes in a queue than msgmnb take the capability, fewer take nothing" {
    says "kernel.msgmnb | msg_qbytes of a new queue | EPERM from IPC_SET"
    needs root
    make_v
    alone "$poor"'n=$(cat /proc/sys/kernel/msgmnb); poor ./v get stat "set $((n + 1))" "set 10" stat rm; echo $n'
    assert_success
    n=${lines[6]}
    assert_output "ok
0 0 $n 600
EPERM
0
0 0 10 600
0
$n"
}

@test "without attributes a message has msgsize_default bytes, or msgsize_max if that is less [G02]" {
    says "or of msgsize_max beside it, if that is less"
    needs root
    make_q
    alone 'cd /proc/sys/fs/mqueue && echo 300 > msgsize_default && echo 200 > msgsize_max && cd - > /dev/null || exit 8
        ./q "open /a bc 600 d" attr; echo 400 > /proc/sys/fs/mqueue/msgsize_max; ./q "open /b bc 600 d" attr'
    assert_success
    assert_line --index 1 --regexp '^[0-9]+ 200 0 -$'
    assert_line --index 3 --regexp '^[0-9]+ 300 0 -$'
}
