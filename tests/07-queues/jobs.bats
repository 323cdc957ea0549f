# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# jobs: a queue of jobs, and workers whose death loses none.

setup() {
    book_setup
    mkdir here && cd here && ln -s "$(readlink -f ../jobs)" jobs
}
teardown() {
    ./jobs close 2> /dev/null || :
    if declare -F book_teardown > /dev/null; then book_teardown; fi
}

# holding: a job that tells its worker in the file holder, the first time, and waits for a
# line from the FIFO gate; the second time it is done.
holding='[ -e holder ] && exit 0; echo $PPID > new; mv new holder; read -r x < gate; : > finished'

@test "the session holds: urgency first, a deadly job is put aside after three workers" {
    says "If the worker dies in the middle, the pipe ends, the parent starts another worker and hands it the same job"
    says "After three deaths it is put aside, into a second queue, where a person can look at it"
    says "a queue that nobody removes would stay for ever"
    holds_session
}

@test "four workers do each of eight jobs once" {
    run_shell 'for i in 1 2 3 4 5 6 7 8; do ./jobs add "echo $i >> log" || exit; done; ./jobs work -n 4 > out && sort log && sort out'
    assert_success
    assert_output "$(seq 8; for i in {1..8}; do echo "done: echo $i >> log"; done; echo "the queue is empty")"
}

@test "a worker killed with a job in its hands does not lose it" {
    says "A job that was added is done, put aside, or still in the queue, whatever becomes of the workers, while the parent lives and the second queue has room"
    says "It dies with its worker, so that a job which is done once more is not still being done the first time; what the shell has started in its turn is out of our reach"
    run_shell "$functions"'mkfifo gate; ./jobs add "$1"; ./jobs work > out & pid=$!
        until [ -s holder ]; do kill -0 $pid || exit 9; done; read -r worker < holder
        read -r shell _ < /proc/$worker/task/$worker/children; [ -n "$shell" ] || exit 8
        kill -KILL $worker; wait $pid || exit 7; cat out
        while kill -0 $shell 2> /dev/null; do :; done; [ ! -e finished ]' "$holding"
    assert_success
    assert_output "a worker died of SIGKILL: $holding
done: $holding
the queue is empty"
}

@test "a worker without a job that is killed is replaced, and a killed one of two does not stop the other" {
    run_shell "$functions"'./jobs work -w -n 2 > out & pid=$!
        until set -- $(cat /proc/$pid/task/$pid/children) && [ $# = 2 ]; do kill -0 $pid || exit 9; done
        killed=$1; kill -KILL $killed
        until set -- $(cat /proc/$pid/task/$pid/children) && [ $# = 2 ] && [ $1 != $killed ] && [ $2 != $killed ]; do kill -0 $pid || exit 9; done
        ./jobs add "echo hello"; until grep -q "^done" out; do kill -0 $pid || exit 9; done
        kill $pid; wait $pid; echo $?; cat out'
    assert_success
    assert_output "0
hello
done: echo hello
the queue is empty"
}

@test "told to stop it finishes what is in hand, and the rest stays" {
    says "A signal that asks us to stop does not stop a job"
    says "The workers finish what they have, and what is in the queue stays there for the next time"
    for signal in TERM INT; do
        run_shell "$functions"'mkfifo gate; ./jobs add -p 2 "$2"; ./jobs add "echo later"
            env --default-signal=INT ./jobs work > out & pid=$!
            until [ -s holder ]; do kill -0 $pid || exit 9; done; kill -$1 $pid
            until grep -q "^SigQ" /proc/$pid/status && sleeping $pid; do :; done
            echo go > gate; wait $pid; echo $?; cat out; ls finished; ./jobs list; ./jobs work; rm gate holder finished' $signal "$holding"
        assert_success
        assert_output "0
done: $holding
1 waiting
finished
1 waiting, room for 7; 0 put aside
later
done: echo later
the queue is empty"
    done
}

@test "Ctrl-C, which all of the group get, ends the job and not the worker" {
    says "Ctrl-C in a terminal is sent to the jobs, too, and they die of it, if they have not decided otherwise"
    run_shell "$functions"'mkfifo gate; ./jobs add "$1"; ./jobs add "echo later"
        setsid env --default-signal=INT ./jobs work > out & pid=$!
        until [ -s holder ]; do kill -0 $pid || exit 9; done
        read -r worker < holder; read -r shell _ < /proc/$worker/task/$worker/children; sleeping $shell
        kill -INT -$pid; wait $pid; echo $?; cat out' "$holding"
    assert_output "1
killed by SIGINT: $holding
1 waiting"
}

@test "when the parent is killed the queue stays, and the worker finishes its job and leaves" {
    says "If it is killed, the jobs in the queue stay, and the next work goes on with them"
    says "Each worker finishes the job that it holds, finds its pipe at an end and leaves; nobody tells how that job ended"
    run_shell "$functions"'mkfifo gate; ./jobs add -p 2 "$1"; ./jobs add "echo later"
        ./jobs work -n 1 > out & pid=$!
        until [ -s holder ]; do kill -0 $pid || exit 9; done; read -r worker < holder
        kill -KILL $pid; wait $pid 2> /dev/null
        echo go > gate; while kill -0 $worker 2> /dev/null; do :; done
        ls finished; cat out; ./jobs list; ./jobs work' "$holding"
    assert_success
    assert_output "finished
1 waiting, room for 7; 0 put aside
later
done: echo later
the queue is empty"
}

@test "a worker of a killed parent leaves though there are others: no worker holds the pipe of another" {
    says "If a worker kept these, the others would not see an end of file when the parent is gone"
    run_shell "$functions"'./jobs work -w -n 3 > out & pid=$!
        until set -- $(cat /proc/$pid/task/$pid/children) && [ $# = 3 ]; do kill -0 $pid || exit 9; done
        for w; do until [ $(ls /proc/$w/fd | wc -l) = 5 ]; do kill -0 $w || exit 8; done; done
        kill -KILL $pid; for w; do while kill -0 $w 2> /dev/null; do :; done; done; ./jobs list'
    assert_success
    assert_output '0 waiting, room for 8; 0 put aside'
}

@test "lost is what the killed parent had taken and not yet handed over, one job" {
    says "Lost is what the parent had taken from the queue and not yet written into the pipe: one job at most, and a window of two calls"
    says "What has been taken is in the hands of the taker and nowhere else"
    needs strace
    run_shell './jobs add -p 2 "echo first"; ./jobs add "echo second"
        strace -o log -e trace=write -e inject=write:signal=KILL:error=EIO:when=1 ./jobs work > out 2>&1; echo $?; cat out; ./jobs list; ./jobs work'
    assert_success
    assert_output "137
1 waiting, room for 7; 0 put aside
second
done: echo second
the queue is empty"
}

@test "killed between the job and its report a worker leaves a job that is done again" {
    says "A worker that is killed after its job is through and before it has said so leaves a job that the next worker does again"
    needs strace
    run_shell './jobs add "echo x >> log; [ -e killed ] || { : > killed; kill -STOP \$PPID; }"
        ./jobs work > out & pid=$!
        until [ -e killed ]; do kill -0 $pid || exit 9; done
        read -r worker _ < /proc/$pid/task/$pid/children
        until grep -q "^State:.T" /proc/$worker/status; do kill -0 $pid || exit 9; done
        while shell=$(cat /proc/$worker/task/$worker/children) && [ -n "$shell" ] && grep -q "^State:.[^Z]" /proc/${shell% }/status; do kill -0 $pid || exit 8; done
        kill -KILL $worker; wait $pid; cat log; grep -c "^done" out'
    assert_success
    assert_output "x
x
1"
}

@test "a job begins with no signal blocked, SIGPIPE as usual, and no descriptor of ours" {
    says "It begins with no signal blocked, and with SIGPIPE as usual"
    run_shell './jobs add "grep -E \"Sig(Blk|Ign)\" /proc/self/status | tr -d \"\\t\"; echo /proc/self/fd/*"; ./jobs work'
    assert_success
    assert_line --index 0 'SigBlk:0000000000000000'
    [ $((0x${lines[1]#SigIgn:} & 0x1000)) = 0 ] || fail "SIGPIPE is ignored"
    refute_output --regexp '/proc/self/fd/([4-9]|1[0-9])( |$)'
}

@test "full, empty, and what is wrong, are said" {
    says "A full queue says EAGAIN, and we say what that means"
    for words in '' add 'add -p' 'add -p x y' 'add -p 1x y' 'add a b' 'work x' 'work -n 0' 'work -n 17' 'work -n' 'work -x' 'list x' 'drain x' 'close x'; do
        # shellcheck disable=SC2086 # words
        run_program ./jobs $words
        assert_failure 2
        assert_stderr_line --partial 'usage: jobs add'
    done
    run_program ./jobs add ''
    assert_failure 2
    run_program ./jobs add "$(printf '%0257d' 7)"
    assert_failure 1
    assert_stderr_line --partial 'Message too long'
    run_program ./jobs add -p 32768 x
    assert_failure 1
    assert_stderr_line --partial 'Invalid argument'
    run_program ./jobs work
    assert_output 'the queue is empty'
    for i in 1 2 3 4 5 6 7 8; do run_program ./jobs add "exit $i"; assert_success; done
    run_program ./jobs add more
    assert_failure 1
    assert_stderr 'jobs: full: 8 jobs are waiting'
    run_program ./jobs list
    assert_output '8 waiting, room for 0; 0 put aside'
    run_program ./jobs drain
    assert_line --index 0 'waiting 0: exit 1'
    run_program ./jobs drain
    assert_output empty
    run_shell './jobs list > /dev/full'
    assert_failure 1
    assert_stderr 'jobs: cannot write to standard output'
}

@test "queues that cannot be had are explained" {
    says "The error for that is worth a better word than the system's"
    inject mq_open:error=EMFILE:when=1 ./jobs add x
    assert_failure 1
    assert_stderr 'jobs: no more queues: see ulimit -q, and -n'
    inject mq_open:error=EINVAL:when=1 ./jobs add x
    assert_failure 1
    assert_stderr 'jobs: 8 messages of 256 bytes are more than /proc/sys/fs/mqueue allows'
    inject mq_open:error=EACCES:when=2 ./jobs add x
    assert_failure 1
    assert_stderr 'jobs: a message queue: Permission denied'
}

@test "a queue that others may write to, or that somebody else made, is refused" {
    says "So we look whose each queue is"
    makes other <<'C'
#include <fcntl.h>
#include <mqueue.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    struct stat here;
    char name[100];
    struct mq_attr form = { .mq_maxmsg = 8, .mq_msgsize = 256 };
    uid_t owner = geteuid();
    if (argc != 2 || stat(".", &here) == -1)
        return 1;
    snprintf(name, sizeof name, "/jobs-%jd-%jx-%jx", (intmax_t)owner,
             (uintmax_t)here.st_dev, (uintmax_t)here.st_ino);
    umask(0);
    if (atoi(argv[1]) == 666)
        return mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0666, &form) == -1;
    mqd_t q = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &form);
    return q == -1 || fchown(q, 65534, 65534) == -1;
}
C
    run_shell './other 666 || exit 9; ./jobs add true; echo $?; ./jobs work; echo $?; ./jobs close'
    assert_output "$(printf '1\n1')"
    assert_stderr_line 'jobs: the queues of this directory are not ours alone'
    needs root
    run_shell './other chown || exit 9; ./jobs add true; echo $?; ./jobs close'
    assert_output 1
    assert_stderr_line 'jobs: the queues of this directory are not ours alone'
}

@test "the queue is that of the directory and of the user" {
    says "So the name is made from the user and the directory in which the program is started: not of a few bits of it, as ftok(3) does, but of the whole device and inode"
    run_shell './jobs add here; mkdir sub; cd sub; ../jobs list; cd ..; ./jobs list'
    assert_output "0 waiting, room for 8; 0 put aside
1 waiting, room for 7; 0 put aside"
    traced mq_open ./jobs list
    assert_call "\"jobs-$(id -u)-$(printf '%x-%x' "$(stat -c %d .)" "$(stat -c %i .)")\""
}

@test "a job is put aside, and not lost, when no worker can be had for it; told, when there is no room" {
    run_shell './jobs add "kill -9 \$PPID"'
    inject 'clone:error=EAGAIN:when=2 clone3:error=EAGAIN:when=2 fork:error=EAGAIN:when=2' ./jobs work
    assert_failure 1
    assert_output 'a worker died of SIGKILL: kill -9 $PPID
put aside: kill -9 $PPID
the queue is empty'
    assert_stderr 'jobs: no worker in place of one that died: Resource temporarily unavailable'
    run_shell 'for i in 1 2 3 4 5 6 7 8; do ./jobs add "kill -9 \$PPID; : $i"; done; ./jobs work > out; ./jobs list; grep -c "^put aside" out'
    assert_output "0 waiting, room for 8; 8 put aside
7"
    assert_stderr 'jobs: lost, for it could not be put aside: kill -9 $PPID; : 8: Resource temporarily unavailable'
}

@test "signals that interrupt do not end its waiting" {
    run_shell './jobs add "echo 1"; ./jobs add "exit 0"'
    inject 'poll:error=EINTR:when=1..3 mq_timedreceive:error=EINTR:when=1..2' ./jobs work
    assert_success
    assert_output "1
done: echo 1
done: exit 0
the queue is empty"
}

@test "nothing is left behind: no process, no descriptor, and after drain no queue" {
    says "After drain or close, neither queue"
    run_shell 'for i in 1 2 3; do ./jobs add "exit 0"; done'
    no_leaked_fd ./jobs work -n 2
    assert_success
    run_shell './jobs add "kill -9 \$PPID"; ./jobs add "exit 0"'
    run_program ./jobs work
    assert_failure 1
    run_shell './jobs add "exit 0"'
    leaves_no_zombie ./jobs work
    assert_success
    run_program ./jobs list
    assert_output '0 waiting, room for 8; 1 put aside'
    no_leaked_fd ./jobs list
    no_leaked_fd ./jobs add more
    no_leaked_fd ./jobs drain
    assert_output "waiting 0: more
aside 0: kill -9 \$PPID"
    alone "$left"'./jobs add "exit 0"; ./jobs work; left | wc -l; ./jobs drain; left; ./jobs add x; ./jobs add y; ./jobs close; left; ./jobs close; ./jobs list'
    assert_output "done: exit 0
the queue is empty
2
empty
0 waiting, room for 8; 0 put aside"
}

@test "a parent that cannot print finishes what is in hand and stops" {
    says "A parent that cannot print takes no more jobs, for there would be nobody to learn what became of them"
    run_shell './jobs add "> one"; ./jobs add "> two"; ./jobs work > /dev/full; echo $?; ls one two; ./jobs list'
    assert_output "1
one
1 waiting, room for 7; 0 put aside"
    assert_stderr_line 'jobs: cannot write to standard output'
}
