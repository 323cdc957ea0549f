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
    says "a queue that nobody removes would stay until the machine stops"
    holds_session
}

@test "four workers do each of eight jobs once" {
    run_shell 'for i in 1 2 3 4 5 6 7 8; do ./jobs add "echo $i >> log" || exit; done; ./jobs work -n 4 > out && sort log && sort out'
    assert_success
    assert_output "$(seq 8; for i in {1..8}; do echo "done: echo $i >> log"; done; echo "the queue is empty")"
}

@test "a worker killed with a job in its hands does not lose it" {
    says "a job that was added is done, put aside, or still in the queue, whatever becomes of the workers, while their parent lives, nobody removes the queues, and the second has room"
    says "The job itself is one process further on, a shell, which dies with its worker"
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

@test "what the dead worker's shell had started is killed with it, if it has not left the group" {
    says "It is in the worker's group, if it has not left that, and is killed with it"
    says "That comes before waitpid(2), as long as the number of the dead is not free for another process"
    run_shell './jobs add "[ -e again ] && { while grep -q \"^State:.[^ZX]\" /proc/\$(cat long)/status 2> /dev/null; do :; done; exit 0; }
            sleep 1000 & echo \$! > long; : > again; kill -9 \$PPID; wait"
        ./jobs work > out; echo $?; tail -n 2 out | tail -n 1'
    assert_success
    assert_output "0
the queue is empty"
    needs strace
    run_shell 'strace -o log -e trace=kill,wait4 ./jobs work > out; ./jobs add "kill -9 \$PPID"; strace -o log -e trace=kill,wait4 ./jobs work > out
        grep -oE "^(kill|wait4)" log | head -n 2'
    assert_output "kill
wait4"
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
    for signal in TERM INT HUP QUIT; do
        run_shell "$functions"'mkfifo gate; ./jobs add -p 2 "$2"; ./jobs add "echo later"
            env --default-signal=INT,QUIT ./jobs work > out & pid=$!
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

@test "a signal for the whole group, as Ctrl-C, does not reach the job; not even SIGKILL does" {
    says "so a signal for the parent's group, from a terminal for instance, reaches neither it nor its job"
    run_shell "$functions"'mkfifo gate; ./jobs add "$1"; ./jobs add "echo later"
        setsid env --default-signal=INT ./jobs work > out & pid=$!
        until [ -s holder ]; do kill -0 $pid || exit 9; done
        read -r worker < holder; read -r shell _ < /proc/$worker/task/$worker/children; sleeping $shell
        kill -INT -$pid; until grep -q "^SigQ" /proc/$pid/status && sleeping $pid; do :; done
        echo go > gate; wait $pid; echo $?; cat out; ls finished' "$holding"
    assert_output "0
done: $holding
1 waiting
finished"
    run_shell "$functions"'rm holder finished; ./jobs add -p 9 "$1"
        setsid ./jobs work > out & pid=$!
        until [ -s holder ]; do kill -0 $pid || exit 9; done; read -r worker < holder
        kill -KILL -$pid; wait $pid; echo go > gate; while kill -0 $worker 2> /dev/null; do :; done; ls finished; ./jobs list' "$holding"
    assert_output "finished
1 waiting, room for 7; 0 put aside"
}

@test "what was ignored stays ignored: nohup does what it should" {
    says "What was ignored at our start stays ignored, so nohup(1) does what it should"
    run_shell "$functions"'mkfifo gate; ./jobs add -p 2 "$1"; ./jobs add "echo later"
        env --ignore-signal=HUP ./jobs work > out & pid=$!
        until [ -s holder ]; do kill -0 $pid || exit 9; done
        kill -HUP $pid; echo go > gate; wait $pid; cat out' "$holding"
    assert_output "done: $holding
later
done: echo later
the queue is empty"
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
    says "Lost are the jobs that only the parent knew of: one that it had taken from the queue and not yet written into a pipe, and those of dead workers that it had not yet handed over again"
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

@test "lost is also the job of a dead worker that the killed parent had not handed over again" {
    run_shell "$functions"'mkfifo gate; ./jobs add "$1"; ./jobs work > out & pid=$!
        until [ -s holder ]; do kill -0 $pid || exit 9; done; read -r worker < holder
        sleeping $pid; kill -STOP $pid; kill -KILL $worker
        until grep -q "^State:.[TZ]" /proc/$pid/status && grep -q "^State:.Z" /proc/$worker/status; do kill -0 $pid || exit 8; done
        kill -KILL $pid; wait $pid 2> /dev/null; cat out; ./jobs list; ls finished' "$holding"
    assert_output '0 waiting, room for 8; 0 put aside'
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

@test "a job has the umask of work, and nothing to read" {
    says "It begins with no signal blocked, with SIGPIPE and SIGXFSZ as usual, with nothing to read on standard input, and with the umask of work"
    run_shell './jobs add "umask; cat; echo end"; umask 027; echo mine > in; { ./jobs work; cat; } < in; umask'
    assert_output "0027
end
done: umask; cat; echo end
the queue is empty
mine
0027"
    run_shell './jobs add "cat; echo end"; ./jobs work <&-'
    assert_line --index 0 end
    refute_output --partial 'Bad file'
}

@test "a job that a signal without a name kills is told by its number" {
    run_shell './jobs add "kill -40 \$\$"; ./jobs work'
    assert_failure 1
    assert_line --index 0 'killed by signal 40: kill -40 $$'
}

@test "a worker that a signal without a name kills is told by its number, too" {
    run_shell './jobs add "[ -e once ] || { : > once; kill -40 \$PPID; sleep 1000; }"; ./jobs work'
    assert_line --index 0 --partial 'a worker died of signal 40: '
    assert_line --index 2 'the queue is empty'
}

@test "a job begins with no signal blocked, SIGPIPE as usual, and no descriptor of ours" {
    run_shell './jobs add "grep -E \"Sig(Blk|Ign)\" /proc/self/status | tr -d \"\\t\"; echo /proc/self/fd/*"; ./jobs work'
    assert_success
    assert_line --index 0 'SigBlk:0000000000000000'
    [ $((0x${lines[1]#SigIgn:} & 0x1001000)) = 0 ] || fail "SIGPIPE or SIGXFSZ is ignored"
    refute_output --regexp '/proc/self/fd/([4-9]|1[0-9])( |$)'
}

@test "full, empty, and what is wrong, are said" {
    says "A full queue says EAGAIN, and we say what that means"
    for words in '' add 'add -p' 'add -p x y' 'add -p 1x y' 'add -p -1 y' 'add -p 32768 y' 'add -p 18446744073709551617 y' 'add a b' 'work x' 'work -n 0' 'work -n 17' 'work -n 4294967297' 'work -n +1' 'work -n' 'work -x' 'list x' 'drain x' 'close x'; do
        # shellcheck disable=SC2086 # words
        run_program ./jobs $words
        assert_failure 2
        assert_stderr_line --partial 'usage: jobs add'
    done
    run_program ./jobs add ''
    assert_failure 2
    run_program ./jobs add "$(printf '%0257d' 7)"
    assert_failure 1
    assert_stderr 'jobs: a job has 256 bytes at most'
    for number in '' ' 1'; do
        run_program ./jobs add -p "$number" x
        assert_failure 2
        run_program ./jobs work -n "$number"
        assert_failure 2
    done
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
    struct mq_attr form = { .mq_maxmsg = 8, .mq_msgsize = 256 };
    if (argc < 3)
        return 1;
    const char *name = argv[1];
    umask(0);
    argv++;
    if (atoi(argv[1]) == 5)    /* fewer and longer ones */
        form.mq_maxmsg = 5, form.mq_msgsize = argc > 3 ? 300 : 256;
    if (atoi(argv[1]) == 5)
        return mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &form) == -1;
    if (atoi(argv[1]) == 666)
        return mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0666, &form) == -1;
    mqd_t q = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &form);
    return q == -1 || fchown(q, 65534, 65534) == -1;
}
C
    traced mq_open,mq_unlink ./jobs close
    name=/$(sed -n 's/.*mq_unlink("\(jobs[^"]*[0-9]\)").*/\1/p' strace)
    run_shell './other $1 666 || exit 9; ./jobs add true; echo $?; ./jobs work; echo $?; ./jobs close' "$name"
    assert_output "$(printf '1\n1')"
    assert_stderr_line 'jobs: the queues of this directory are not ours alone'
    # one of another size is taken as it is, one for longer messages is refused
    run_shell './other $1 5 || exit 9; ./jobs list; for i in 1 2 3 4 5 6; do ./jobs add "exit $i"; done; ./jobs list; ./jobs close' "$name"
    assert_output "0 waiting, room for 5; 0 put aside
5 waiting, room for 0; 0 put aside"
    assert_stderr 'jobs: full: 5 jobs are waiting'
    run_shell './other $1 5 longer || exit 9; ./jobs work; ./jobs close' "$name"
    assert_output ''
    assert_stderr 'jobs: the queues of this directory are not for messages of 256 bytes'
    needs root
    run_shell './other $1 chown || exit 9; ./jobs add true; echo $?; ./jobs close' "$name"
    assert_output 1
    assert_stderr_line 'jobs: the queues of this directory are not ours alone'
}

@test "the queue is that of the directory and of the user" {
    says "So the name is made from the user and the directory in which the program is started: not of a few bits of it, as ftok(3) does, but of the whole device and inode"
    run_shell './jobs add here; mkdir sub; cd sub; ../jobs list; cd ..; ./jobs list'
    assert_output "0 waiting, room for 8; 0 put aside
1 waiting, room for 7; 0 put aside"
    traced mq_open ./jobs list
    assert_call "\"jobs-$(id -u)-[0-9a-f]+\.[0-9a-f]+-$(printf '%x' "$(stat -c %i .)")-$(stat -c %W .)\.[0-9]+\""
}

@test "a directory that was made anew finds no old jobs" {
    says "A directory that is made after this one was removed can have its inode, and would find the old jobs"
    [ "$(stat -c %W .)" -gt 0 ] || skip "needs a file system that tells when a file was made"
    alone 'mkdir old; cd old; ../jobs add old; cd ..; rmdir old; mkdir old; cd old; ../jobs list'
    assert_output '0 waiting, room for 8; 0 put aside'
}

@test "a job goes back when no worker can be had for it, or no shell; told, when there is no room aside" {
    run_shell './jobs add "kill -9 \$PPID"'
    inject 'clone:error=EAGAIN:when=2 clone3:error=EAGAIN:when=2 fork:error=EAGAIN:when=2' ./jobs work
    assert_failure 1
    assert_output 'a worker died of SIGKILL: kill -9 $PPID
1 waiting'
    assert_stderr 'jobs: no worker in place of one that died: Resource temporarily unavailable'
    says "The worker says -1, which is no status, and the parent puts the job back and stops"
    "${CC:-gcc}" -shared -fPIC -o none.so -x c - <<'C'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <unistd.h>
static int depth;       /* a child gets no children */
pid_t fork(void)
{
    if (depth > 0)
        return errno = EAGAIN, -1;
    pid_t child = ((pid_t (*)(void))dlsym(RTLD_NEXT, "fork"))();
    depth += child == 0;
    return child;
}
C
    run_shell './jobs close; ./jobs add one; ./jobs add two; LD_PRELOAD=$PWD/none.so ./jobs work; echo $?; ./jobs close'
    assert_output "2 waiting
1"
    assert_stderr 'jobs: a shell for a job: Resource temporarily unavailable'
    run_shell './jobs add "kill -9 \$PPID"; ./jobs work > out
        for i in 1 2 3 4 5 6 7 8; do ./jobs add "kill -9 \$PPID; : $i"; done; ./jobs work > out; ./jobs list; grep -c "^put aside" out'
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
    alone "$left"'./jobs add "exit 0"; ./jobs work; left | wc -l; ./jobs drain; left | wc -l; ./jobs close; left; ./jobs add x; ./jobs add y; ./jobs close; left; ./jobs close; ./jobs list'
    assert_output "done: exit 0
the queue is empty
2
empty
2
0 waiting, room for 8; 0 put aside"
}

@test "what drain cannot print stays in the queue" {
    says "What has been taken and cannot be printed goes back, behind those that are as urgent"
    run_shell './jobs add "kill -9 \$PPID"; ./jobs work > out; ./jobs add -p 5 first; ./jobs add second
        ./jobs drain > /dev/full; echo $?; ./jobs drain >&-; echo $?
        mkfifo p; exec 7<> p 8> p 7<&-; ./jobs drain >&8; echo $?; ./jobs list; ./jobs drain'
    assert_line --index 0 1
    assert_line --index 1 1
    assert_line --index 2 1
    assert_line --index 3 '2 waiting, room for 6; 1 put aside'
    assert_line --index 4 'waiting 5: first'
    assert_line --index 5 'waiting 0: second'
    assert_line --index 6 'aside 0: kill -9 $PPID'
}

@test "a signal ends drain when the job in hand is printed, and the rest stays" {
    says "A signal that asks drain to stop waits until the job in hand is printed"
    run_shell "$functions"'mkfifo door; exec 7<> door; dd if=/dev/zero of=door oflag=nonblock bs=4096 status=none 2> /dev/null
        ./jobs add -p 1 one; ./jobs add two; ./jobs drain > door 7<&- & pid=$!
        until sleeping $pid && ./jobs list | grep -q "^1"; do :; done
        kill -TERM $pid; exec 8< door 7<&-; cat <&8 > all & exec 8<&-; wait $pid; echo $?; wait; tr -d "\0" < all; ./jobs drain'
    assert_output "1
waiting 1: one
waiting 0: two"
}

@test "a work that sleeps hears that the queues are removed, and two of them do" {
    says "A work that sleeps there would sleep on, at a queue that nobody finds, so the last message to it is an empty one"
    says "It takes no job from a queue whose name is gone: the number of its links is 0, as with a file"
    run_shell "$functions"'./jobs work -w > one & a=$!; ./jobs work -w -n 3 > two & b=$!
        for p in $a $b; do until [ -n "$(cat /proc/$p/task/$p/children)" ] && ls -l /proc/$p/fd | grep -q jobs-.*aside; do kill -0 $p || exit 9; done; sleeping $p; done
        ./jobs close; wait $a; echo $?; wait $b; echo $?; cat one two; ./jobs list'
    assert_output "0
0
the queues were removed
the queues were removed
0 waiting, room for 8; 0 put aside"
}

@test "a work goes on after drain, at the same queue" {
    run_shell "$functions"'./jobs work -w > out & pid=$!
        until ls -l /proc/$pid/fd | grep -q jobs-.*aside; do kill -0 $pid || exit 9; done; sleeping $pid
        ./jobs drain; ./jobs add "echo hello"; until grep -q "^done" out; do kill -0 $pid || exit 9; done
        kill $pid; wait $pid; cat out'
    assert_output "empty
hello
done: echo hello
the queue is empty"
}

@test "after close nothing more is taken, and what is in hand is done" {
    run_shell 'mkfifo gate; ./jobs add -p 2 "$1"; ./jobs add "echo later"; ./jobs work > out & pid=$!
        until [ -s holder ]; do kill -0 $pid || exit 9; done
        ./jobs close; echo go > gate; wait $pid; echo $?; cat out' "$holding"
    assert_output "0
done: $holding
the queues were removed"
}

@test "a parent that cannot print finishes what is in hand and stops" {
    says "A parent that cannot print takes no more jobs, for there would be nobody to learn what became of them"
    run_shell './jobs add "> one"; ./jobs add "> two"; ./jobs work > /dev/full; echo $?; ls one two; ./jobs list'
    assert_output "1
one
1 waiting, room for 7; 0 put aside"
    assert_stderr_line 'jobs: cannot write to standard output'
    # also when the worker of the second one dies after that
    says "It leaves when those in hand are done or put aside"
    run_shell "$functions"'./jobs close; mkfifo gate; ./jobs add -p 9 "read x < gate; exit 3"; ./jobs add -p 8 "echo \$PPID > new; mv new who; read x < hold; : > never"; mkfifo hold; ./jobs add three
        ./jobs work -n 2 > /dev/full & pid=$!
        until [ -s who ]; do kill -0 $pid || exit 9; done; read -r worker < who; echo go > gate
        while set -- $(cat /proc/$pid/task/$pid/children) && [ $# = 2 ] && [ "$(cat /proc/$1/task/$1/children)" ] && [ "$(cat /proc/$2/task/$2/children)" ]; do :; done
        sleeping $pid; for i in 1 2 3; do rm who; kill -KILL $worker; [ $i = 3 ] || until [ -s who ]; do kill -0 $pid || exit 8; done; [ $i = 3 ] || read -r worker < who; done
        wait $pid; echo $?; ./jobs list'
    assert_output "1
1 waiting, room for 7; 1 put aside"
}

@test "a file that may not grow loses no job" {
    run_shell './jobs add -p 5 first; ./jobs add second; (ulimit -f 0; ./jobs drain > out); echo $?; ./jobs list
        (ulimit -f 0; ./jobs work > out); echo $?; ./jobs list'
    assert_output "1
2 waiting, room for 6; 0 put aside
1
1 waiting, room for 7; 0 put aside"
}

@test "an empty message in a living queue is passed over" {
    says "so the last message to it is an empty one, which at another time is passed over"
    make_q
    run_shell './jobs add "echo one"'
    traced mq_open ./jobs list
    name=/$(sed -n 's/.*mq_open("\(jobs[^"]*[0-9]\)".*/\1/p' strace)
    run_shell './q "open $1 w" send send; ./jobs add "echo two"; ./jobs list; ./jobs work; ./jobs list' "$name"
    assert_output "ok
0
0
4 waiting, room for 4; 0 put aside
one
done: echo one
two
done: echo two
the queue is empty
0 waiting, room for 8; 0 put aside"
}

@test "close removes the queue of the jobs last" {
    says "if the second queue cannot be removed, the first stays"
    run_shell './jobs add "kill -9 \$PPID"; ./jobs work > out; ./jobs add one'
    for call in 1 2; do
        inject mq_unlink:error=EACCES:when=$call ./jobs close
        assert_failure 1
        assert_stderr 'jobs: a message queue: Permission denied'
        run_program ./jobs list
        assert_output "1 waiting, room for 7; $((2 - call)) put aside"
    done
}

@test "a job that stops its worker keeps work from ending, until somebody kills it" {
    says "A job that does not end, or that stops its worker, has to be killed by somebody"
    run_shell "$functions"'./jobs add "echo \$PPID > new; mv new who; kill -STOP \$PPID"; ./jobs work > out & pid=$!
        until [ -s who ]; do kill -0 $pid || exit 9; done; read -r worker < who
        until grep -q "^State:.T" /proc/$worker/status; do kill -0 $pid || exit 9; done
        kill -TERM $pid; until grep -q "^SigQ:.*" /proc/$pid/status && sleeping $pid; do :; done; kill -0 $pid && echo there
        kill -CONT $worker; wait $pid; echo $?; cut -c 1-5 out'
    assert_output "there
0
done:
the q"
}

@test "what earlier jobs of a worker have left running is killed with it, and a worker that cannot write has died" {
    says "It is in the worker's group, if it has not left that, and is killed with it, as is what earlier jobs of the worker have left running"
    says "A worker that could not write to its pipe has left without a signal, and that counts as a death, too"
    run_shell './jobs add -p 1 "sleep 1000 & echo \$! > long"; ./jobs add "[ -e again ] || { : > again; kill -9 \$PPID; sleep 1000; }"
        ./jobs work > out; read -r long < long; while grep -q "^State:.[^ZX]" /proc/$long/status 2> /dev/null; do :; done; tail -n 1 out'
    assert_success
    assert_output 'the queue is empty'
    needs strace
    run_shell "$functions"'mkfifo gate; ./jobs add "$1"; ./jobs work > out & pid=$!
        until [ -s holder ]; do kill -0 $pid || exit 9; done; read -r worker < holder
        strace -o log -e trace=write -e inject=write:error=EIO -p $worker 2> /dev/null & tracer=$!
        until grep -q "^TracerPid:.[^0]" /proc/$worker/status; do kill -0 $tracer || exit 8; done
        echo go > gate; wait $pid; wait; cat out' "$holding"
    assert_output "a worker left: $holding
done: $holding
the queue is empty"
}

@test "a job that kills its workers after close is lost, and told so" {
    run_shell 'mkfifo gate; ./jobs add "read x < gate; kill -9 \$PPID"; ./jobs work > out & pid=$!
        exec 4> gate 3<> gate; ./jobs close; echo >&3; echo >&3; echo >&3; wait $pid; echo $?; cat out'
    refute_output --partial 'put aside'
    assert_stderr --partial 'jobs: lost with the queues: read x < gate; kill -9 $PPID'
}
