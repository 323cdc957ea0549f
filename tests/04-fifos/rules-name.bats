# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the chapter says of the name, of permissions, of two doors and of shells,
# tried with programs of other kinds.

@test "every name of an inode leads to one pipe, in another directory and as a link, too" {
    says "door and window are two names of one inode, and behind them is one pipe: what one name lets in, the other shows"
    says "The other FIFO has a buffer of its own"
    run_shell "$perl"'
        mkfifo door gate; mkdir room; ln door room/window; ln -s room/window shortcut
        perl "my \$both = o(q(shortcut), O_RDWR|\$N); w(\$both, q(abc));
            print r(o(q(door), \$R|\$N)), r(o(q(room/window), \$R|\$N)), r(o(q(gate), \$R|\$N)), qq(\n)"'
    assert_success
    assert_output abend
}

@test "full or empty, size and blocks of a FIFO are the same" {
    says "Full to the last byte, the file is still 0 bytes long and has no more blocks than before"
    says "FIONREAD, a request of ioctl(2), tells how many bytes wait in a pipe to be read"
    says "lstat(2) tells what a name stands for without opening it"
    run_shell "$perl"'
        mkfifo door; stat -c "%F %s %b" door > before
        perl "my \$both = o(q(door), O_RDWR|\$N); my \$sum = 0; while ((my \$n = w(\$both, q(x) x 1000)) =~ /^\d/) { \$sum += \$n }
            ioctl \$both, 0x541B, my \$n = q(....) or die; print unpack(q(i), \$n) == \$sum ? qq(all\n) : qq(not\n);
            system q(stat -c \"%F %s %b\" door > after)"
        cmp before after && cat after'
    assert_success
    assert_line --index 0 all
    assert_line --index 1 --regexp '^fifo 0 [0-9]+$'
}

@test "two that read from one FIFO get each a part, nobody gets a byte twice" {
    says "The four letters that came out of door do not come out of window again"
    says "Two collectors at one box would each get a part of the lines"
    run_shell "$perl"'
        mkfifo door; ln door window
        perl "my \$out = o(q(door), O_RDWR|\$N); w(\$out, q(abcdef)); my \$a = o(q(door), \$R|\$N); my \$b = o(q(window), \$R|\$N);
            print r(\$a), r(\$b, 2), r(\$a), r(\$b, 9), r(\$a), qq(\n)"'
    assert_output abcdefEAGAIN
}

@test "in a directory without a default ACL the mode is the wish without the umask, for each of them" {
    says "For the bits of 0777 the formula holds in directories without a default ACL"
    makes modes <<'C'
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void)
{
    int wrong = 0, tried = 0;
    for (unsigned mode = 0; mode < 01000; mode += 7)
        for (unsigned mask = 0; mask < 01000; mask += 11) {
            struct stat is;
            umask(mask);
            if (mkfifo("door", mode) == -1 || stat("door", &is) == -1)
                return 1;
            wrong += (is.st_mode & 07777) != (mode & ~mask);
            tried++;
            unlink("door");
        }
    printf("%d wrong of %d\n", wrong, tried);
}
C
    run_program ./modes
    assert_success
    assert_output '0 wrong of 3478'
}

@test "mkfifo returns 0, or -1 with errno: for a name that exists, whatever it is, and for a missing directory [F11] [F12]" {
    says "It returns 0, or -1 with errno set"
    makes tries <<'C'
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        errno = 0;
        int result = mkfifo(argv[i], 0600);
        printf("%s %d %s\n", argv[i], result, strerrorname_np(errno));
    }
}
C
    : > file
    mkdir room
    run_program ./tries door door file room cellar/door "$PWD/gate" room/door
    assert_success
    assert_output "door 0 0
door -1 EEXIST
file -1 EEXIST
room -1 EEXIST
cellar/door -1 ENOENT
$PWD/gate 0 0
room/door 0 0"
    assert_equal "$(stat -c %F door gate room/door)" $'fifo\nfifo\nfifo'
}

@test "neither compiler warns of a decimal mode, mkfifo does not complain, and its owner may not read" {
    says "it has a trap of which neither gcc nor clang warns"
    says "mkfifo(3) does not complain"
    says "Written without its leading 0, the number 664 is decimal, which is 01230 in octal, and of that the umask left 01210"
    assert_equal "$(printf %o 664) $(printf %o $((664 & ~022)))" '1230 1210'
    says "The first to see the mistake is an ordinary user who may not open the FIFO"
    says "The owner of that FIFO may write to it and not read"
    printf '%s\n' '#include <sys/stat.h>' 'int main(void) { return mkfifo("door", 664); }' > a.c
    for cc in gcc clang; do
        command -v $cc > /dev/null || continue
        run $cc -Wall -Wextra -Wpedantic -O2 -D_FORTIFY_SOURCE=2 -o a a.c
        assert_success
        assert_output ''
    done
    as_nobody run_shell 'umask 022; ./a && stat -c "%a %A" door
        dd if=door iflag=nonblock; dd of=door oflag=nonblock conv=nocreat < /dev/null'
    assert_failure
    assert_output '1210 p-w---x--T'
    assert_stderr "dd: failed to open 'door': Permission denied
dd: failed to open 'door': No such device or address"
}

@test "a process that may override permissions opens a FIFO of mode 0, its owner may not" {
    says "A process with the capability CAP_DAC_OVERRIDE, which root normally has, opens a FIFO of mode 0, too"
    needs root
    mkfifo -m 0 door
    chown 65534 door
    run_shell 'dd if=door iflag=nonblock status=none && setpriv --bounding-set=-dac_override,-dac_read_search --inh-caps=-dac_override,-dac_read_search dd if=door iflag=nonblock'
    assert_failure 1
    assert_stderr_line --partial 'Permission denied'
    rm door
    as_nobody run_shell 'mkfifo -m 0 gate; dd if=gate iflag=nonblock'
    assert_failure 1
    assert_stderr_line --partial 'Permission denied'
}

@test "functions of atexit are called on exit, not when a signal ends the process" {
    says "Such functions are not called when a signal ends the process"
    says "After Ctrl-C the directory stays"
    makes leave <<'C'
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
static void leave(void) { if (write(1, "left\n", 5) != 5) _exit(9); }
int main(int argc, char **argv)
{
    atexit(leave);
    if (argc > 1)
        raise(atoi(argv[1]));
    return argv[0] == NULL;
}
C
    run_program ./leave
    assert_output left
    for signal in 2 15; do
        run_program ./leave $signal
        assert_output ''
        [[ $ended = killed* ]]
    done
}

@test "a reader of the output that leaves does not make the programs leave their directory behind" {
    says "So a reader of our output that leaves must not end us by SIGPIPE"
    mkdir room
    export TMPDIR=$PWD/room
    for program in open eof poll lost unlinked share deadlock full identity mode; do
        run_shell 'mkfifo out; exec 5<> out; exec 6> out 5>&-; ./fifo_$1 >&6; status=$?; rm out; exit $status' $program
        assert_failure 1
        assert_stderr "fifo_$program: cannot write to standard output"
        assert_equal "$(ls room)" ''
    done
}

@test "an umask that takes the owner's permissions does not keep the programs from their FIFOs" {
    says "the umask we were started with could take the owner's permissions from what we make"
    mkdir room
    for program in open eof poll lost unlinked share deadlock full identity; do
        as_nobody run_shell 'umask 0777; TMPDIR=$PWD/room ./fifo_$1 > /dev/null && ls room' $program
        assert_success
        assert_output ''
    done
}

@test "two that wait for each other get on when a third opens a FIFO, or a signal ends a wait" {
    says "A third process could open one of the FIFOs, or a signal end one of the waits"
    says "By themselves the two do not get on"
    run_shell "$functions$perl"'
        mkfifo door gate
        perl "mark; o(q(door), \$R); o(q(gate), \$W)" & anne=$!; waits $anne; a=$visitor
        perl "mark; o(q(gate), \$R); o(q(door), \$W)" & ben=$!; waits $ben; b=$visitor
        sleeping $a; sleeping $b
        perl "o(q(door), \$W|\$N)"
        wait $anne; echo $?
        perl "o(q(door), \$R|\$N); 1" 7<> door; exec 7<> door; wait $ben; echo $?; exec 7>&-
        perl "mark; o(q(door), \$R)" & anne=$!; waits $anne
        kill -USR1 $visitor; wait $anne; echo $?'
    assert_success
    assert_output "0
0
138"
}

@test "one of two that does not wait at its reading end is enough" {
    says "It is enough if one of the two does not"
    says "so does opening a reading end first and with O_NONBLOCK"
    for patient in anne ben; do
        run_shell "$perl"'
            mkfifo door gate
            [ $1 = anne ] && a=0 b=O_NONBLOCK || a=O_NONBLOCK b=0
            both="w(\$out, q(x)); my \$bits = q(); vec(\$bits, fileno \$in, 1) = 1;
                select \$bits, undef, undef, undef; print r(\$in), qq(\n)"
            perl "\$in = o(q(door), \$R|$a); \$out = o(q(gate), \$W); $both" & anne=$!
            perl "\$in = o(q(gate), \$R|$b); \$out = o(q(door), \$W); $both"
            echo $?; wait $anne; echo $?; rm door gate' $patient
        assert_success
        assert_equal "$(grep -c "^x\$" stdout)$(grep -c "^0\$" stdout)" 22
    done
}

@test "things taken one after the other: in the same order all get through" {
    says "all take them in the same order"
    says "The first cure helps wherever things are taken one after the other"
    run_shell "$functions"'
        mkfifo a b c
        perl -e "open F, q(<), \$_ for qw(a b c)" & one=$!
        perl -e "open F, q(>), \$_ for qw(a b c)"; wait $one; echo $?
        for i in 1 2 3 4 5 6 7 8; do flock l flock m true & done
        flock l flock m echo both; wait'
    assert_success
    assert_output "0
both"
}

@test "programs that open by name wait on a FIFO, those that walk through directories do not" {
    says "A program that opens a file by the name it is given, as cat, grep and cp do, waits on a FIFO that nobody writes to"
    says "GNU cp -r and grep -r do not open a FIFO that they meet in a directory"
    says "grep -R does, and grep -r opens one that the command line names"
    mkdir hall
    mkfifo hall/door
    for command in 'cat hall/door' 'grep x hall/door' 'cp hall/door copy' 'wc hall/door' \
        'grep -R x hall' 'grep -r x hall/door' 'grep -r x hall hall/door'; do
        run_shell 'timeout 0.2 $1' "$command"
        assert_failure 124
    done
    run_shell 'cp -r hall copy && stat -c %F copy/door; grep -r x hall; echo $?'
    assert_output "fifo
1"
}

@test "a look with O_NONBLOCK lets a waiting writer in and leaves it alone, one with O_PATH does not" {
    says "But a writer that waits at a FIFO is let in by that, and gets SIGPIPE if it writes when we have closed again"
    says "O_PATH, a flag of Linux, gets a descriptor for fstat(2) that is no end, and the writer sleeps on"
    run_shell "$functions$perl"'
        mkfifo door
        perl "mark; my \$out = o(q(door), \$W); o(q(in), \$W|O_CREAT); 1 until -e q(closed); w(\$out, q(x)); print q(alive)" & pid=$!
        waits $pid
        perl "my \$f = o(q(door), 010000000); print -p \$f ? qq(fifo\n) : qq(file\n)"
        sleeping $visitor; [ ! -e in ] || echo in
        perl "my \$f = o(q(door), \$R|\$N); print -p \$f ? qq(fifo\n) : qq(file\n); 1 until -e q(in)"
        : > closed
        wait $pid; echo $?'
    assert_output "fifo
fifo
141"
}

@test "with O_NONBLOCK dd comes back, and fstat tells what it has" {
    says "The dd at the end of the session opened with O_NONBLOCK and did not wait"
    says "ask fstat(2) what it has got before it reads"
    needs strace
    mkfifo door
    run_shell 'strace -o log -e trace=openat dd if=door iflag=nonblock status=none; grep -c "door.*O_NONBLOCK.* = [0-9]" log'
    assert_success
    assert_output 1
    run_shell "$perl"'perl "my \$f = o(q(door), \$R|\$N); print -p \$f ? qq(fifo\n) : qq(file\n)"'
    assert_output fifo
}

@test "a shell's > opens with O_CREAT, dd with conv=nocreat does not" {
    needs strace
    says "so the shell opens with O_CREAT"
    says "dd of=door conv=nocreat opens without the flag"
    says "opens without the flag and gets an error in its place"
    mkfifo door
    exec 7<> door
    for shell in sh bash; do
        run_shell 'strace -f -o log -e trace=openat,open $1 -c ": > door"; grep -c "door.*O_CREAT" log' $shell
        assert_output 1
    done
    run_shell 'echo x | strace -o log -e trace=openat,open dd of=door conv=nocreat status=none; grep -c "door.*O_WRONLY" log; grep -c "door.*O_CREAT" log'
    assert_output "1
0"
    exec 7>&-
    run_shell 'echo hello | dd of=box conv=nocreat status=none; ls box'
    assert_failure
    assert_stderr_line "dd: failed to open 'box': No such file or directory"
    assert_output ''
}

@test "the box can go between the question and the shell's open" {
    says "Asking [ -p box ] first helps less, since the box can go after the answer"
    run_shell 'mkfifo box; [ -p box ] && { rm box; echo hello > box; }; stat -c "%F %s" box'
    assert_output 'regular file 6'
}

@test "processes of two containers, with a kernel and a directory in common, meet" {
    needs root
    says "Containers of one machine that share a directory meet at a FIFO in it, because one kernel has both"
    run_shell 'mkfifo door
        unshare --pid --fork --mount --ipc --uts --net sh -c "echo from pid \$\$ > door" & cat door; wait $!; echo $?'
    assert_output "from pid 1
0"
}
