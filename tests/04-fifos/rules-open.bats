# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the chapter says of opening a FIFO, tried with programs of other kinds.

@test "open sleeps, whichever end comes first, until the other does" {
    says "On a named pipe it waits, and it can wait for ever"
    says "cat prints nothing until the second terminal has something to say"
    says "It makes no difference which of the two commands is typed first"
    for pair in 'R W' 'W R'; do
        run_shell "$functions$perl"'
            rm -f door; mkfifo door
            perl "mark; o(q(door), \$$1); print qq(in\n)" > out & pid=$!
            waits $pid; [ ! -s out ] || exit 8
            perl "o(q(door), \$$2)"
            wait $pid; cat out' "${pair% *}" "${pair#* }"
        assert_success
        assert_output in
    done
}

@test "nothing but a partner or a signal ends the wait: the name and the mode do not" {
    says "it can wait for ever"
    run_shell "$functions$perl"'
        mkfifo door
        perl "mark; o(q(door), \$R)" & pid=$!
        waits $pid
        rm door; mkfifo door; chmod 0 door; sleeping $visitor
        kill -TERM $visitor; wait $pid'
    assert_failure 143
}

@test "who looks first and makes then fails when another made it in between" {
    says "two that come at the same moment could both find it missing, and one would fail"
    says "to find it made already is as good as having made it"
    run_shell 'ours() { [ ! -e door ] && echo missing; }
        ours; ours
        mkfifo door; echo $?; mkfifo door; echo $?
        exec 7<> door; echo hello >&7; read -r word <&7; echo $word'
    assert_output "missing
missing
0
1
hello"
}

@test "of many that make it at once one succeeds, the others find it made" {
    says "So both make it without looking"
    run_shell 'for i in 1 2 3 4 5 6 7 8; do mkfifo door 2>> said && echo made & done; wait
        grep -c "File exists" said; stat -c %F door'
    assert_output "made
7
fifo"
}

@test "an ordinary file is opened without complaint, and the descriptor keeps to it" {
    says "The name might belong to an ordinary file, though, and opening that would succeed"
    says "A descriptor keeps to the file that was opened"
    run_shell "$perl"'
        echo dinner > door
        perl "my \$f = o(q(door), \$R); rename q(door), q(old); POSIX::mkfifo(q(door), 0600);
            print -p \$f ? q(fifo ) : q(file ), -p q(door) ? q(fifo ) : q(file ), r(\$f, 6), qq(\n)"'
    assert_success
    assert_output 'file fifo dinner'
}

@test "a writer whose partner left is ended without a word, or told when it ignores the signal" {
    says "if the other half leaves before all is said, SIGPIPE would end us without a word"
    says "A writer without a reader gets SIGPIPE at its first word"
    for how in 'DEFAULT' 'IGNORE'; do
        run_shell "$perl"'mkfifo door
            perl "\$SIG{PIPE} = q($1); my \$in = o(q(door), \$R|\$N); my \$out = o(q(door), \$W);
                close \$in; print w(\$out, q(x)), qq(\n)" & wait $!; echo $?; rm door' $how
        case $how in
        DEFAULT) assert_output 141 ;;
        *) assert_output "EPIPE
0" ;;
        esac
        assert_stderr ''
    done
}

@test "with one end alone, reading would be the end of file and writing SIGPIPE" {
    says "a reader would find no writer and take that for the end of file, a writer would find no reader and be killed by SIGPIPE"
    run_shell "$perl"'mkfifo door
        perl "print r(o(q(door), \$R|\$N)), qq(\n)"
        perl "my \$in = o(q(door), \$R|\$N); my \$out = o(q(door), \$W); close \$in; w(\$out, q(x)); print q(alive)"
        echo $?'
    assert_output "end
141"
}

@test "the end of file comes when no writer is left, whoever has the ends" {
    says "the end of them is the end of file: it comes when no writer is left"
    says "The kernel counts the open ends of a FIFO and does not ask whose they are"
    for where in here child; do
        run_shell "$perl"'mkfifo door
            perl "my \$in = o(q(door), \$R|\$N); my (\$a, \$b) = (o(q(door), \$W), o(q(door), \$W));
                my (\$go, \$done);
                if (q($1) eq q(child)) {
                    pipe my \$wait, \$go; pipe \$done, my \$tell;
                    if (!fork) { close \$go; close \$a; sysread \$wait, my \$x, 1; POSIX::_exit(0) }
                    close \$b; close \$tell }
                print r(\$in), q( );
                close \$a; print r(\$in), q( );
                if (\$go) { close \$go; sysread \$done, my \$x, 1; wait } else { close \$b }
                print r(\$in), qq(\n)"; rm door' $where
        assert_success
        assert_output 'EAGAIN EAGAIN end'
    done
}

@test "a reader that waits in open is a reader for a writer that does not wait" {
    says "A reader that waits in open(2) counts as one"
    run_shell "$functions$perl"'
        mkfifo door
        perl "o(q(door), \$W|\$N)"; echo $?
        perl "mark; print r(o(q(door), \$R)), qq(\n)" & pid=$!
        waits $pid
        perl "print w(o(q(door), \$W|\$N), q(x)), qq(\n)"
        wait $pid'
    assert_success
    assert_line --index 0 6
    assert_line --index 1 --regexp '^[1x]$'
    assert_line --index 2 --regexp '^[1x]$'
    assert_stderr 'door: No such device or address'
}

@test "a reader that is stopped in open does not count, and does again when it goes on" {
    says "A reader that waits in open(2) counts as one, unless it is stopped"
    run_shell "$functions$perl"'
        mkfifo door
        perl "mark; o(q(door), \$R); print qq(in\n)" & pid=$!
        waits $pid; kill -STOP $visitor
        until grep -q "^State:.T" /proc/$visitor/status; do kill -0 $pid || exit 9; done
        perl "o(q(door), \$W|\$N)"; echo $?
        kill -CONT $visitor; sleeping $visitor
        until perl "o(q(door), \$W|\$N)" 2> /dev/null; do kill -0 $pid || exit 9; done
        wait $pid'
    assert_success
    assert_output "6
in"
    assert_stderr 'door: No such device or address'
}

@test "a writer that waits in open counts, too, unless it is stopped" {
    says "A reader that waits in open(2) counts as one, unless it is stopped, and so does a writer"
    for state in waits stopped; do
        run_shell "$functions$perl"'
            mkfifo door
            perl "mark; my \$out = o(q(door), \$W); 1 until -e q(done)" & pid=$!
            waits $pid
            [ $1 = waits ] || { kill -STOP $visitor
                until grep -q "^State:.T" /proc/$visitor/status; do kill -0 $pid || exit 9; done; }
            perl "print r(o(q(door), \$R|\$N)), qq(\n)"
            kill -KILL $visitor; wait $pid 2> /dev/null; rm door' $state
        case $state in
        waits) assert_output EAGAIN ;;
        *) assert_output end ;;
        esac
    done
}

@test "a handler that another thread runs does not end the wait" {
    says "A wait ends with EINTR when the thread that waits has run a signal handler"
    makes threads <<'C'
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
static volatile pid_t waits;
static void on(int n) { (void)n; }
static void *visit(void *unused)
{
    waits = gettid();
    int fd = open("door", O_RDONLY);
    puts(fd != -1 ? "in" : errno == EINTR ? "EINTR" : "error");
    return unused;
}
static void wait_for_sleep(void)
{
    char name[64], state = 0;
    while (state != 'S') {
        snprintf(name, sizeof name, "/proc/self/task/%d/stat", waits);
        FILE *f = fopen(name, "r");
        if (f == NULL || fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
            state = 0;
        if (f != NULL)
            fclose(f);
    }
}
int main(void)
{
    sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = on }, NULL);
    for (int other = 1; other >= 0; other--) {
        pthread_t t;
        waits = 0;
        mkfifo("door", 0600);
        pthread_create(&t, NULL, visit, NULL);
        while (waits == 0)
            ;
        wait_for_sleep();
        pthread_kill(other ? pthread_self() : t, SIGUSR1);
        if (other) {
            wait_for_sleep();
            close(open("door", O_WRONLY));
        }
        pthread_join(t, NULL);
    }
}
C
    run_program ./threads
    assert_success
    assert_output "in
EINTR"
}

@test "the question whether anybody is there ends a cat that waited for its first writer" {
    says "To ask and close again is not harmless, though: a cat that waited for its first writer has then had one, and leaves"
    run_shell "$functions$perl"'
        mkfifo door
        cat door & pid=$!
        sleeping $pid
        until perl "close o(q(door), \$W|\$N)" 2> /dev/null; do kill -0 $pid || exit 9; done
        wait $pid; echo $?'
    assert_success
    assert_output 0
}

@test "one that only writes is not let in without a reader, one that reads, too, is" {
    says "one that only writes is not let in without a reader"
    run_shell "$perl"'
        mkfifo door
        perl "eval { o(q(door), \$W|\$N) }; print \$!{ENXIO} ? q(ENXIO ) : q(in ); o(q(door), O_RDWR); print qq(in\n)"'
    assert_success
    assert_output 'ENXIO in'
}

@test "open returns although the partner has left again" {
    says "That open(2) has returned says only that a partner was there"
    says "It may have left again"
    run_shell "$functions$perl"'
        mkfifo door
        perl "mark; my \$in = o(q(door), \$R); print qq(in\n); sysread STDIN, my \$x, 1; print r(\$in), qq(\n)" \
            > out < <(until [ -s out ]; do :; done; echo) & pid=$!
        waits $pid
        perl "close o(q(door), \$W|\$N)"
        wait $pid; cat out'
    assert_success
    assert_output "in
end"
}

@test "without a wait the reader comes in and the writer does not, on this file system and in memory" {
    says "With O_NONBLOCK a reader succeeds without a wait, writer or no writer"
    says "a writer fails with ENXIO while there is no reader"
    says "with O_NONBLOCK, open(2) does not wait"
    places=(.)
    [ "$(stat -f -c %T /dev/shm)" != tmpfs ] || places+=("$(mktemp -d /dev/shm/rules.XXXXXX)")
    for place in "${places[@]}"; do
        run_shell "$perl"'cd "$1" && mkfifo door
            perl "o(q(door), \$R|\$N); eval { o(q(door), \$W|\$N) }; print \$!{ENXIO} ? q(ENXIO) : q(in);
                my \$in = o(q(door), \$R|\$N); my \$out = o(q(door), \$W|\$N); o(q(door), \$R|\$N); print qq( both\n)"
            rm door' "$place"
        [ "$place" = . ] || rmdir "$place"
        assert_success
        assert_output 'ENXIO both'
    done
}

@test "for both ends the process is its own partner, and lets another in that waits" {
    says "which makes the process its own partner"
    says "O_RDWR does not wait on Linux"
    for other in R W; do
        run_shell "$functions$perl"'
            mkfifo door
            perl "mark; o(q(door), \$$1); print qq(in\n)" & pid=$!
            waits $pid
            perl "my \$both = o(q(door), O_RDWR); print w(\$both, q(x)), r(\$both), qq(\n)"
            wait $pid; rm door' $other
        assert_success
        assert_line in
        assert_line --regexp '^1x$'
    done
}

@test "a handler without SA_RESTART ends the wait at either end, one with it does not [F06] [F14]" {
    says "A wait ends with EINTR when the thread that waits has run a signal handler that was installed without SA_RESTART"
    says "What then happens depends, as with read(2), on how the handler was installed"
    says "without SA_RESTART, open(2) fails with EINTR, and with it the process sleeps in open(2) again"
    says "Then a signal may interrupt it, as it may interrupt read(2)"
    makes visitor <<'C'
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static void on(int n) { (void)n; if (write(1, "h", 1) != 1) _exit(9); }
int main(int argc, char **argv)
{
    struct sigaction a = { .sa_handler = on, .sa_flags = argc > 2 ? SA_RESTART : 0 };
    sigaction(SIGUSR2, &a, NULL);
    FILE *mark = fopen("mark", "w");
    fprintf(mark, "%d\n", getpid());
    fclose(mark);
    int fd = open("door", *argv[1] == 'R' ? O_RDONLY : O_WRONLY);
    printf("%s\n", fd == -1 ? strerrorname_np(errno) : "in");
    return 0;
}
C
    for how in 'R W' 'R W restart' 'W R' 'W R restart'; do
        # shellcheck disable=SC2086 # words
        run_shell "$functions$perl"'
            mkfifo door
            ./visitor $1 $3 > out & pid=$!
            waits $pid
            kill -USR2 $visitor
            until [ -s out ]; do kill -0 $pid || break; done
            [ -z "$3" ] || { sleeping $visitor; [ "$(cat out)" = h ] || exit 8; perl "o(q(door), \$$2)"; }
            wait $pid; cat out; rm door' $how
        assert_success
        case $how in
        *restart) assert_output hin ;;
        *) assert_output hEINTR ;;
        esac
    done
}

@test "one that waits in open with the signal blocked does not hear it" {
    says "a collector that waits in open(2) for its first client does not hear that it should stop"
    run_shell "$functions$perl"'
        mkfifo door
        perl "sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGTERM)); mark; o(q(door), \$R)" & pid=$!
        waits $pid; kill -TERM $visitor
        grep -c "^ShdPnd:.*4...$" /proc/$visitor/status
        sleeping $visitor; kill -KILL $visitor; wait $pid; echo $?' 
    assert_output "1
137"
}

@test "a child of fifo_open calls nothing but open and read that could make it sleep" {
    says "Asleep first, and no report afterwards: that leaves one place, since the child calls nothing else that sleeps"
    traced all ./fifo_open
    assert_success
    parent=$(grep -m 1 mkdir strace | cut -d ' ' -f 1)
    grep -v "^$parent " strace | grep -oE '^[0-9]+ +[a-z_0-9]+\(' | sed -E 's/.* //' | sort -u > calls
    assert_equal "$(grep -cE '^(openat|read|prctl|write)\($' calls)" 4
    # write is to a pipe with room for its report
    run grep -vE '^(openat|read|write|close|prctl|getppid|set_robust_list|rseq|gettid|rt_sig[a-z]+|exit_group|getpid)\($' calls
    assert_output ''
}
