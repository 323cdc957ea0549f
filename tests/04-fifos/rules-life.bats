# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the chapter says of ends of file, of poll, and of bytes, ends and names
# that go, tried with programs of other kinds.

@test "an anonymous pipe gets a writer again, and a reader, through /proc alone" {
    says "a new one would need a write end from somebody who has one"
    says "/proc/PID/fd is a way around that"
    says "a new one would have to come through /proc"
    says "EPIPE | final, but for /proc"
    run_shell "$perl"'
        perl "\$SIG{PIPE} = q(IGNORE); pipe my \$in, my \$out; close \$out; \$in->blocking(0);
            print r(\$in), r(\$in); my \$n = fileno \$in;
            my \$new = o(qq(/proc/self/fd/\$n), \$W); print r(\$in), w(\$new, q(x)), r(\$in), qq(\n);
            close \$in; print w(\$new, q(x)), w(\$new, q(x)); \$n = fileno \$new;
            my \$again = o(qq(/proc/self/fd/\$n), \$R|\$N); print w(\$new, q(y)), r(\$again), qq(\n)"'
    assert_success
    assert_output "endendEAGAIN1x
EPIPEEPIPE1y"
}

@test "what would have waited says EAGAIN, and only then" {
    says "From then on, a read that would have waited says EAGAIN instead"
    says "So the read end is opened with O_NONBLOCK"
    says "if our read end was opened without waiting, the other side may not have come yet, and read(2) would return 0"
    says "A FIFO that ends too soon has no writer just then: the last has left, or, for a reader that opened with O_NONBLOCK, none has come yet"
    run_shell "$functions$perl"'
        mkfifo door
        perl "my \$in = o(q(door), \$R|\$N); print r(\$in), q( ); my \$out = o(q(door), \$W); print r(\$in), q( );
            w(\$out, q(x)); print r(\$in), q( ), r(\$in), qq(\n)"
        perl "my \$out = o(q(door), O_RDWR); my \$in = o(q(door), \$R); close \$out; \$out = o(q(door), \$W);
            mark; print r(\$in)" & pid=$!
        waits $pid; kill $visitor; wait $pid 2> /dev/null; echo $?'
    assert_output "end EAGAIN x EAGAIN
143"
}

@test "0 comes when no writer is left and all is read, and not while a second one is there" {
    says "returns 0 when no writer is left and all is read, and waits again when the next writer has come"
    says "A FIFO that ends too soon has no writer just then: the last has left, or, for a reader that opened with O_NONBLOCK, none has come yet"
    says "A program that takes the first 0 for the end leaves at the first gap between two clients"
    run_shell "$perl"'
        mkfifo door
        perl "my \$in = o(q(door), \$R|\$N); my \$a = o(q(door), \$W); w(\$a, q(ab)); my \$b = o(q(door), \$W);
            close \$a; print r(\$in), r(\$in), r(\$in); w(\$b, q(c)); close \$b; print r(\$in), r(\$in), r(\$in);
            my \$c = o(q(door), \$W); print r(\$in), qq(\n)"'
    assert_output 'abEAGAINcendendEAGAIN'
    run_shell 'mkfifo gate; exec 7<> gate; cat gate 7<&- > out & pid=$!
        until [ "/proc/$pid/fd/3" -ef gate ]; do kill -0 $pid || exit 9; done
        exec 8> gate 7>&-; echo one >&8; exec 9> gate; exec 8>&-; echo two >&9; exec 9>&-; wait $pid; cat out'
    assert_output "one
two"
}

@test "one that reads on at the end spins through zeros, asleep not once" {
    says "one that reads on spins through zeros until somebody comes"
    run_shell "$perl"'
        mkfifo door
        perl "my \$in = o(q(door), \$R|\$N); close o(q(door), \$W); \$in->blocking(1);
            my %got; \$got{r(\$in)}++ for 1 .. 10000; print map({qq(\$_ \$got{\$_}\n)} keys %got);
            my \$out = o(q(door), \$W); w(\$out, q(x)); print r(\$in), qq(\n)"'
    assert_success
    assert_output "end 10000
x"
}

@test "a reader that could write sees no end, and sees it when it gives that up" {
    says "A reader that holds a write end itself, by O_RDWR or by a second descriptor, does not see an end of file as long as it holds it"
    run_shell "$perl"'
        mkfifo door
        perl "my \$in = o(q(door), O_RDWR|\$N); close o(q(door), \$W) for 1 .. 3; print r(\$in), q( ); close \$in;
            \$in = o(q(door), \$R|\$N); my \$keep = o(q(door), \$W); close o(q(door), \$W) for 1 .. 3; print r(\$in), q( );
            close \$keep; print r(\$in), qq(\n)"'
    assert_output 'EAGAIN EAGAIN end'
}

@test "a writer that is killed halfway leaves the end that one leaves which is done" {
    says "That all has come it does not tell: a writer that is killed halfway leaves the same end"
    for last in 'POSIX::_exit(0)' 'kill KILL => $$'; do
        run_shell "$perl"'
            mkfifo door
            perl "w(o(q(door), \$W), q(half)); $1" 2> /dev/null & pid=$!
            cat door; echo " $?"; wait $pid 2> /dev/null; rm door' "$last"
        assert_line --index 0 'half 0'
    done
}

# The second echo of four: cat is a Perl that stops between its calls.
@test "the second of two writers may be read" {
    says "before cat reads the end of file | cat prints both lines"
    run_shell "$perl"'mkfifo door
        perl "my \$in = o(q(door), \$R|\$N); my \$a = o(q(door), \$W); w(\$a, qq(one\n)); close \$a;
            my \$b = o(q(door), \$W); w(\$b, qq(two\n)); close \$b; print r(\$in, 99), r(\$in), qq(\n)"'
    assert_output "one
two
end"
}

@test "the second of two writers may wait" {
    says "after cat has closed the door | echo waits for another reader"
    run_shell "$functions$perl"'mkfifo door
        { echo one > door; perl "mark; o(q(door), \$W)"; } & pid=$!
        cat door; waits $pid; kill $visitor; wait $pid; echo $?'
    assert_output "one
143"
}

@test "what the second of two writers says may be lost without an error" {
    says "in between, and writes before cat closes | two is lost; both report success"
    says "The gap of the last two rows is short, between two calls of cat, but it is there"
    run_shell "$perl"'mkfifo door
        { echo one > door; echo $?; until [ -e ended ]; do :; done; echo two > door; echo $?; : > done; } > said & pid=$!
        perl "my \$in = o(q(door), \$R); while ((my \$x = r(\$in, 99)) ne q(end)) { print \$x }
            o(q(ended), O_CREAT|\$W); 1 until -e q(done); exit 0"
        echo $?; wait $pid; cat said
        dd if=door iflag=nonblock status=none'
    assert_output "one
0
0
0"
}

@test "the second of two writers may be killed" {
    says "in between, and writes after cat has closed | SIGPIPE kills the second writer"
    run_shell "$perl"'mkfifo door
        perl "my \$in = o(q(door), \$R|\$N); close o(q(door), \$W); print r(\$in), qq(\n);
            my \$b = o(q(door), \$W); close \$in; w(\$b, qq(two\n)); print q(alive)" & wait $!; echo $?'
    assert_output "end
141"
}

@test "a shell whose echo writes to nobody is ended itself" {
    says "echo is a part of the shell, so what the last row kills is the shell itself"
    for shell in sh bash; do
        run_shell 'mkfifo door; exec 8<> door 9> door 8>&-; $1 -c "echo two >&9; echo alive >&2"; echo $?; rm door' $shell
        assert_output 141
        refute [ "$stderr" = alive ]
    done
}

@test "held open for writing, the door has no such gap" {
    says "A reader that holds the door open for writing does not have it"
    run_shell 'mkfifo door; exec 7<> door
        echo one > door; read -r a <&7; echo two > door; read -r b <&7; echo $a $b'
    assert_output 'one two'
}

@test "poll hangs up for a descriptor that has seen a writer, not for one opened later" {
    says "What counts is whether there has been a writer since this descriptor was opened"
    says "A second reader that opens after the writer has left, without waiting, is in the state of the first line"
    says "A FIFO can also have no writer yet"
    makes look <<'C'
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
static void look(const char *who, int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    char byte;
    poll(&p, 1, 0);
    printf("%s:%s%s %zd\n", who, p.revents & POLLIN ? " in" : "", p.revents & POLLHUP ? " hup" : "", read(fd, &byte, 1));
}
int main(void)
{
    mkfifo("door", 0600);
    int first = open("door", O_RDONLY | O_NONBLOCK);
    look("first", first);
    int out = open("door", O_WRONLY);
    int during = open("door", O_RDONLY | O_NONBLOCK);
    close(out);
    int later = open("door", O_RDONLY | O_NONBLOCK);
    look("first", first);
    look("during", during);
    look("later", later);
    close(open("door", O_WRONLY));
    look("later", later);
    int p[2];
    if (pipe2(p, O_NONBLOCK) == -1)
        return 1;
    close(p[1]);
    look("pipe", p[0]);
}
C
    run_program ./look
    assert_success
    assert_output "first: 0
first: hup 0
during: hup 0
later: 0
later: hup 0
pipe: hup 0"
}

@test "after the last writer poll does not wait, until another comes or the server is its own" {
    says "After the last writer has left, poll(2) returns without a wait, again and again, until another comes"
    says "unless it closes the descriptor or holds a write end of its own"
    makes spin <<'C'
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void)
{
    mkfifo("door", 0600);
    int in = open("door", O_RDONLY | O_NONBLOCK), n = 0;
    close(open("door", O_WRONLY));
    struct pollfd p = { .fd = in, .events = POLLIN };
    while (n < 10000 && poll(&p, 1, -1) == 1)
        n++;
    int out = open("door", O_WRONLY);
    printf("%d, then %d\n", n, poll(&p, 1, 0));
    close(out);
    int keep = open("door", O_WRONLY);
    close(open("door", O_WRONLY));
    printf("with a write end %d\n", poll(&p, 1, 0));
    return keep == -1;
}
C
    run_program ./spin
    assert_success
    assert_output "10000, then 0
with a write end 0"
}

@test "bytes stay while a reader or a writer stays, and go with the last, without an error" {
    says "the pipe lives as long as an end of it is open, the reading or the writing one"
    says "Neither side gets an error"
    says "The name that remains leads to a new, empty pipe"
    run_shell "$perl"'
        mkfifo door
        perl "my \$in = o(q(door), \$R|\$N); my \$out = o(q(door), \$W); w(\$out, q(12345));
            close \$in or die; \$in = o(q(door), \$R|\$N); print r(\$in); close \$out or die;
            my \$second = o(q(door), \$R|\$N); close \$in or die; print r(\$second);
            close \$second or die; \$in = o(q(door), \$R|\$N); print r(\$in), qq(\n)"'
    assert_success
    assert_output 12end
}

@test "a descriptor that is no end does not keep the bytes" {
    says "an end of it is open, the reading or the writing one"
    run_shell "$perl"'
        mkfifo door
        perl "my \$path = o(q(door), 010000000); my \$both = o(q(door), O_RDWR); w(\$both, q(x)); close \$both;
            my \$n = fileno \$path; print r(o(qq(/proc/self/fd/\$n), \$R|\$N)), qq(\n)"'
    assert_success
    assert_output end
}

@test "a writer with a handler for SIGPIPE gets both, the signal and EPIPE" {
    says "gets SIGPIPE, and where that does not kill it, its call fails with EPIPE"
    run_shell "$perl"'
        mkfifo door
        perl "\$SIG{PIPE} = sub { print q(signal ) }; my \$in = o(q(door), \$R|\$N); my \$out = o(q(door), \$W);
            my \$second = o(q(door), \$R|\$N); close \$in; print w(\$out, q(x)), q( ); close \$second;
            my \$n = w(\$out, q(x)); print qq(\$n\n)"'
    assert_success
    assert_output '1 signal EPIPE'
}

@test "the next reader of the same FIFO begins with what the last one left, in mid line" {
    says "if the server opens the same FIFO again"
    says "The new server gets that first, and it may begin in the middle of a line"
    says "keep its descriptor over a restart of the server"
    run_shell "$perl"'
        mkfifo door
        perl "\$SIG{PIPE} = q(IGNORE); my \$old = o(q(door), \$R|\$N); my \$out = o(q(door), \$W);
            w(\$out, qq(hello\n)); r(\$old, 2); close \$old; print w(\$out, qq(no\n)), q( );
            my \$new = o(q(door), \$R|\$N); w(\$out, qq(world\n)); print r(\$new, 99)"'
    assert_success
    assert_output "EPIPE llo
world"
}

@test "a server that makes another FIFO of the name leaves its client with the old one" {
    says "A server that removes its FIFO and makes another leaves the client with an end of the old one"
    run_shell "$perl"'
        mkfifo door
        perl "\$SIG{PIPE} = q(IGNORE); my \$in = o(q(door), \$R|\$N); my \$out = o(q(door), \$W);
            unlink q(door); close \$in; POSIX::mkfifo(q(door), 0600); \$in = o(q(door), \$R|\$N);
            print w(\$out, q(x)), w(\$out, q(x)), r(\$in), qq(\n)"'
    assert_success
    assert_output EPIPEEPIPEend
}

@test "without its name a FIFO works on, and by another name somebody still comes in" {
    says "The ends that are open work on, nobody new comes in by that name"
    says "a new FIFO of the same name is another FIFO"
    run_shell "$perl"'
        mkfifo door; ln door side
        perl "my \$in = o(q(door), \$R|\$N); unlink q(door); eval { o(q(door), \$W|\$N) }; print q(gone ) if \$!{ENOENT};
            my \$out = o(q(side), \$W|\$N); w(\$out, q(x)); print r(\$in), q( ); POSIX::mkfifo(q(door), 0600);
            my \$new = o(q(door), \$R|\$N); w(\$out, q(y)); print r(\$new), q( ), r(\$in), qq(\n)"'
    assert_success
    assert_output 'gone x end y'
}

@test "the name stays until somebody removes it, and who can: not the kernel" {
    says "The name stays until somebody removes it"
    run_shell 'mkfifo door; for i in 1 2 3; do exec 7<> door; echo hello >&7; read -r _ <&7; exec 7>&-; done
        stat -c "%F %h" door'
    assert_output 'fifo 1'
}

@test "a write that fits, or not, is whole or nothing; a longer one is not" {
    says "A line that fits is written whole or not at all"
    says "As [] has shown, what one call writes stays together, as long as it is no longer than PIPE_BUF"
    run_shell "$perl"'
        mkfifo door
        perl "my \$both = o(q(door), O_RDWR|\$N); 1 while w(\$both, q(x) x 4096) ne q(EAGAIN);
            print w(\$both, q(y) x 4096), q( ), w(\$both, q(y)), q( ); sysread \$both, my \$b, 4096;
            print w(\$both, q(y) x 4095), q( ), w(\$both, q(z) x 4096), q( ); sysread \$both, \$b, 8192;
            print w(\$both, q(z) x 60000) > 4096 ? qq(part\n) : qq(nothing\n)"'
    assert_success
    assert_output 'EAGAIN EAGAIN 4095 EAGAIN part'
}

@test "one read returns part of a line, or several of them" {
    says "A read returns whatever has come: part of a line"
    says "or three of them at once"
    run_shell "$perl"'
        mkfifo door
        perl "my \$both = o(q(door), O_RDWR|\$N); w(\$both, qq(\$_\n)) for qw(one two three); print r(\$both, 99);
            w(\$both, qq(four\n)); print r(\$both, 2), q(|), r(\$both, 99)"'
    assert_output "one
two
three
fo|ur"
}

@test "a client that leaves a line unfinished is joined by the next" {
    says "theirs is joined to it: a FIFO has no seams between its writers"
    run_shell '
        mkfifo box; exec 8<> box 9< box
        printf half > box; echo whole > box; exec 8>&-
        ./fifo_collector box 1 9<&-'
    assert_success
    assert_output halfwhole
}

@test "a flag that is looked at before the wait misses the signal in between" {
    says "A handler that only sets a flag is easy to get right, and the loop that tests the flag easy to get wrong: a signal that comes between the test and the wait is handled, and then the wait begins"
    says "The signals stay blocked, so they stay pending until we fetch them"
    makes gap <<'C'
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
static volatile sig_atomic_t stop;
static void on(int n) { stop = n; }
int main(void)
{
    struct sigaction a = { .sa_handler = on };
    sigaction(SIGTERM, &a, NULL);
    if (!stop) {
        raise(SIGTERM);
        int n = poll(NULL, 0, 10);
        printf("flag %d, poll %d\n", stop == SIGTERM, n);
    }
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    stop = 0;
    struct pollfd p = { .fd = signalfd(-1, &set, 0), .events = POLLIN };
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGTERM);
    int n = poll(&p, 1, -1);
    printf("flag %d, signalfd %d\n", stop != 0, n);
}
C
    run_program ./gap
    assert_success
    assert_output "flag 1, poll 0
flag 0, signalfd 1"
}
