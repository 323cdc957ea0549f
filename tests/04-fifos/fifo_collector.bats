# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fifo_collector: prints the lines of any number of clients; none is lost, no two
# are mixed, and nobody hangs who did not ask for it.

@test "the session holds: three clients, five lines, and the box is gone" {
    holds_session
}

@test "lines of many clients at once come whole, each once" {
    says "We want one process that collects lines, and any number of clients that send them"
    run_shell 'mkfifo box
        exec 8<> box 9< box 8>&-
        ./fifo_collector box 40 9<&- > journal & pid=$!
        long=$(printf "%3000s" end)
        for i in 1 2 3 4 5 6 7 8 9 10; do
            ./fifo_client box "$i a $long" "$i b" "$i c $long" "$i d" 9<&- > /dev/null & clients+=" $!"
        done
        wait $pid
        sed -E "s/^[0-9]+: //; s/ +end$//" journal | sort -V
        [ "$(wc -l < journal)" = 40 ] || kill $clients
        wait $clients'
    assert_success
    expected=$(for i in {1..10}; do printf '%s\n' "$i a" "$i b" "$i c" "$i d"; done)
    assert_output "$expected"
}

@test "a signal ends it in order: nobody comes in, and who is inside is heard" {
    says "Besides SIGTERM we hear SIGINT and SIGHUP"
    says "A client that has opened the box has its lines printed, whenever it writes them"
    for signal in TERM INT HUP; do
        run_shell "$functions"'
            env --default-signal=INT,HUP ./fifo_collector box > journal & pid=$!
            there box $pid; sleeping $pid
            exec 7> box; echo early >&7
            until grep -q early journal; do :; done
            kill -$1 $pid
            gone box $pid
            ./fifo_client -n box hello
            echo late >&7; printf unfinished >&7; exec 7>&-
            wait $pid; echo $?; cat journal' $signal
        assert_success
        assert_output "0
early
late
unfinished"
        assert_stderr 'fifo_client: box: No such file or directory'
    done
}

@test "SIGINT and SIGHUP are not heard by one that was told to ignore them, SIGTERM is" {
    says "started with one of these two ignored does not hear it"
    says "that is what nohup(1) asks for"
    for signal in INT HUP; do
        run_shell "$functions"'
            env --ignore-signal=$1 ./fifo_collector box > journal & pid=$!
            there box $pid; sleeping $pid
            kill -$1 $pid
            ./fifo_client box hello > sent
            until grep -q hello journal; do kill -0 $pid || exit 9; done
            [ -p box ] || exit 8
            kill -TERM $pid; wait $pid' "$signal"
        assert_success
    done
    run_shell "$functions"'
        env --ignore-signal=TERM ./fifo_collector box > journal & pid=$!
        there box $pid; sleeping $pid
        kill -TERM $pid; wait $pid'
    assert_success
    run_shell 'nohup sh -c "exec grep SigIgn /proc/self/status" 2> /dev/null'
    [ $((0x${output##*[[:space:]]} & 1)) = 1 ] || fail "nohup does not ignore SIGHUP: $output"
    says "and a shell without job control for what it starts with"
    for shell in sh bash; do
        run_shell '$1 -c "grep SigIgn /proc/self/status & wait"' $shell
        [ $((0x${output##*[[:space:]]} & 2)) = 2 ] || fail "$shell does not ignore SIGINT: $output"
    done
}

@test "in the retreat TERM, INT and HUP change nothing, KILL and QUIT end it" {
    says "Another of our signals during the retreat changes nothing"
    says "If a client stays inside, SIGKILL ends the collector, or in a terminal Ctrl-\, which sends SIGQUIT"
    for signal in '' KILL QUIT; do
        run_shell "$functions"'
            ulimit -c 0
            env --default-signal=INT,HUP,QUIT ./fifo_collector box > journal & pid=$!
            there box $pid; sleeping $pid
            exec 7> box
            kill -TERM $pid; gone box $pid
            for again in TERM INT HUP; do
                kill -$again $pid; echo "after $again" >&7
                until grep -q "after $again" journal; do kill -0 $pid || exit 9; done
            done
            if [ -n "$1" ]; then kill -$1 $pid; else echo late >&7; exec 7>&-; fi
            wait $pid 2> /dev/null; echo $?; tail -n 1 journal' "$signal"
        case $signal in
        KILL) assert_line --index 0 137 ;;
        QUIT) assert_line --index 0 131 ;;
        *) assert_output "0
late" ;;
        esac
    done
    [ "$(kill -l QUIT)" = 3 ]
    run_on_terminal sh -c 'stty -a <&1'
    assert_output --partial 'quit = ^\'
}

@test "timeout sends its signal to its child and to the group of it, and no line is lost by that" {
    needs strace
    says "timeout(1) sends its signal to its child and then to the group that the child is in"
    run_shell 'strace -o log -e trace=kill timeout 0.05 sleep 9; grep -oE "^kill\([0-9]+, SIGTERM" log | sed -E "s/[1-9][0-9]*/N/"'
    assert_output "kill(N, SIGTERM
kill(0, SIGTERM"
    run_shell "$functions"'
        timeout 60 ./fifo_collector box > journal & pid=$!
        there box $pid
        exec 7> box; echo early >&7
        until grep -q early journal; do kill -0 $pid || exit 9; done
        kill -TERM $pid; gone box $pid; echo late >&7; exec 7>&-
        wait $pid; echo $?; cat journal'
    assert_success
    assert_output "0
early
late"
}

# unread: for scripts, prints how many bytes are unread in what descriptor 0 is.
unread='unread() { perl -e "ioctl STDIN, 0x541B, \$n or die; print unpack q(i), \$n"; }
'

@test "the first signal does no more than begin the retreat, even while the last line is printed" {
    # its output is a full pipe, so that it sleeps in the write of its last line
    run_shell "$functions$unread"'
        mkfifo slow box; exec 5<> slow 8<> box 9< box
        dd if=/dev/zero of=slow oflag=nonblock bs=4096 status=none 2> /dev/null
        ./fifo_collector box 1 > slow 5<&- 8>&- 9<&- & pid=$!
        exec 7> box 8>&-
        echo last >&7
        while [ "$(unread <&9)" != 0 ]; do kill -0 $pid || exit 9; done
        sleeping $pid; kill -TERM $pid
        exec 6< slow; dd if=slow iflag=nonblock status=none of=/dev/null 2> /dev/null
        gone box $pid; sleeping $pid
        cat <&6 5<&- 7>&- 9<&- > journal & cat=$!
        exec 5>&- 6<&-
        echo later >&7; exec 7>&-
        wait $pid; echo $?
        wait $cat; tr -d "\0" < journal'
    assert_success
    assert_line --index 0 0
    assert_line later
}

@test "a signal is heard while a client writes without a pause" {
    says "a client that writes without a pause must not keep it from being heard"
    # yes never leaves, so only the look for a signal before each read lets it stop
    run_shell "$functions"'
        ./fifo_collector box > /dev/null & pid=$!
        there box $pid
        yes > box 2> /dev/null & client=$!
        until [ "/proc/$client/fd/1" -ef box ]; do kill -0 $client || exit 9; done
        kill -TERM $pid; gone box $pid
        kill $client; wait $pid; echo $?'
    assert_success
    assert_output 0
}

@test "the signal is fetched before the next line is read" {
    needs strace
    says "a signal is looked for first"
    run_shell "$functions"'
        mkfifo box; exec 8<> box
        strace -f -qq -o late -e trace=poll,read ./fifo_collector box > journal 8>&- & tracer=$!
        until grep -qs "poll(" late; do kill -0 $tracer || exit 9; done
        read -r pid _ < late
        sleeping $tracer; kill -STOP $pid
        until grep -q "stopped by SIGSTOP" late; do kill -0 $tracer || exit 9; done
        echo line >&8; kill -TERM $pid; kill -CONT $pid; exec 8>&-
        wait $tracer; echo $?; cat journal
        grep -oE "read\([0-9]+, \"line|, 128\) += 128" late'
    assert_success
    assert_line --index 0 0
    assert_line --index 1 line
    assert_line --index 2 --regexp '= 128$'
    assert_line --index 3 --partial '"line'
}

# stopped COLLECTOR-ARGUMENTS...: for scripts, starts a collector that stops
# itself once it has opened the box for reading; its process is $b, to be
# continued by kill -CONT. The log of strace is late.
stopped='stopped() {
    strace -f -qq -o late -P "$PWD/box" -P box -e trace=openat \
        -e inject=openat:signal=SIGSTOP:when=1 ./fifo_collector "$@" & tracer=$!
    until grep -q "stopped by SIGSTOP" late 2> /dev/null; do kill -0 $tracer || exit 9; done
    read -r b _ < late
}
'

@test "a collector that opened the box of one who then left starts again with the new box" {
    needs strace
    says "start again if it does not"
    says "Then we hold the lock of a box that nobody can find"
    run_shell "$functions$stopped"'
        ./fifo_collector box > first & a=$!
        there box $a; sleeping $a
        stopped box > second
        kill -TERM $a; wait $a || exit 8
        [ ! -e box ] || exit 7
        kill -CONT $b
        there box $b
        ./fifo_client box hello > sent
        until grep -q hello second; do kill -0 $tracer || exit 6; done
        kill -TERM $b; wait $tracer; echo $?; ls box'
    assert_line --index 0 0
    assert_stderr_line --partial 'box'
    assert_failure 2
}

@test "it does not take the lock of a removed box while another has the new one" {
    says "a collector removes a name only while it holds the lock"
    needs strace
    run_shell "$functions$stopped"'
        ./fifo_collector box > first & a=$!
        there box $a; sleeping $a
        stopped box > second
        kill -TERM $a; wait $a || exit 8
        ./fifo_collector box > third & c=$!
        there box $c; sleeping $c
        kill -CONT $b
        wait $tracer; echo $?
        ./fifo_client box hello > sent
        until grep -q hello third; do kill -0 $c || exit 7; done
        kill -TERM $c; wait $c; echo $?'
    assert_success
    assert_output "1
0"
    assert_stderr_line 'fifo_collector: box: has a collector already'
}

@test "while the one before is in its retreat, the next makes a box of its own" {
    needs strace
    run_shell "$functions$stopped"'
        ./fifo_collector box > first & a=$!
        there box $a; sleeping $a
        exec 7> box
        stopped box > second 7>&-
        kill -TERM $a; gone box $a
        kill -CONT $b
        there box $tracer
        ./fifo_client box hello > sent 7>&-
        until grep -q hello second; do kill -0 $tracer || exit 6; done
        echo late >&7; exec 7>&-
        wait $a; echo $?; cat first
        [ -p box ] || exit 5
        kill -TERM $b; wait $tracer; echo $?'
    assert_success
    assert_output "0
late
0"
}

@test "a name that leads elsewhere by now is left alone" {
    says "if the name still leads to its box and not to somebody else"
    run_shell "$functions"'
        ./fifo_collector box > journal & pid=$!
        there box $pid; sleeping $pid
        mv box old; mkfifo box; exec 7> old
        kill -TERM $pid; echo hello >&7; exec 7>&-
        wait $pid; echo $?; cat journal; stat -c %F box old'
    assert_success
    assert_output "0
hello
fifo
fifo"
}

@test "its write end is that of the FIFO which it reads, whatever has become of the name" {
    needs strace
    says "It is opened not by its name but through /proc/self/fd"
    says "leads to the very FIFO that we hold"
    # stopped once it has the lock and has looked at the name, which then goes
    run_shell 'look() { strace -f -qq -o late -e trace=lstat,fstat,newfstatat,statx \
            "$@" ./fifo_collector box 1 8>&- 9<&-; }
        mkfifo box; exec 8<> box 9< box; echo first >&8; exec 8>&-; look
        # strace may count each call of a set by itself
        call=$(sed -nE "s/^[0-9]+ +([a-z]+)\(.*\"box\".*/\1/p" late | head -n 1)
        number=$(grep -E " $call\(" late | grep -nF "\"box\"" | head -n 1 | cut -d: -f1); rm late
        mkfifo box; exec 8<> box 9< box
        look -e inject=$call:signal=SIGSTOP:when=$number 8>&- 9<&- & tracer=$!
        until grep -qs "stopped by SIGSTOP" late; do kill -0 $tracer || exit 9; done
        mv box elsewhere; read -r pid _ < late; kill -CONT $pid
        echo second >&8; exec 8>&- 9<&-
        wait $tracer; echo $?; stat -c %F elsewhere'
    assert_success
    assert_output "first
second
0
fifo"
}

@test "a symbolic link is refused, even one that leads nowhere" {
    says "O_NOFOLLOW refuses a symbolic link"
    mkfifo other
    for target in other nowhere; do
        ln -sf $target box
        run_program ./fifo_collector box 1
        assert_failure 1
        assert_stderr 'fifo_collector: box: Too many levels of symbolic links'
    done
    [ -L box ]
}

@test "the box is for its owner alone, whatever the umask" {
    says "A box that we make is ours alone, mode 0600, whatever the umask takes or leaves"
    says "The box that the collector makes has mode 0600"
    for mask in 0 022 0777; do
        as_nobody run_shell "umask $mask;$functions"'
            ./fifo_collector box > journal & pid=$!
            there box $pid; sleeping $pid
            stat -c "%a %F" box
            ./fifo_client -n box hello > sent || exit 8
            kill -TERM $pid; wait $pid' < /dev/null
        assert_success
        assert_output '600 fifo'
        rm -f journal sent
    done
}

@test "a box that mkfifo -m has made for all keeps its mode" {
    says "One that is there already is taken as it is, whoever made it"
    says "If others are to write to it, it is made beforehand with mkfifo -m 622 box"
    run_shell "umask 077;$functions"'
        mkfifo -m 622 box
        ./fifo_collector box > journal & pid=$!
        until [ "$(readlink /proc/$pid/fd/5)" = "$PWD/box" ]; do kill -0 $pid || exit 9; done
        stat -c %a box
        kill -TERM $pid; wait $pid'
    assert_success
    assert_output 622
}

@test "a stranger who may write can lock the box before it does" {
    says "A stranger can lock the box before the collector does"
    mkfifo -m 622 box
    run_shell 'exec 8<> box 7> box; flock 7; ./fifo_collector box'
    assert_failure 1
    assert_stderr 'fifo_collector: box: has a collector already'
    # and what it sends is printed as it is
    run_shell 'exec 8<> box 9< box; printf "\033[2J\n" > box; exec 8>&-; ./fifo_collector box 1 9<&-'
    assert_output $'\033[2J'
}

@test "a line sent between the last read and the close is lost, and its sender not told" {
    needs strace
    says "a client that comes in between still finds a reader, writes, and loses its line with our close"
    # the second name is made before the collector removes the first
    mkfifo box
    exec 7<> box 8< box
    echo first >&7
    exec 7>&-
    traced read ./fifo_collector box 1
    assert_success
    exec 8<&-
    last=$(grep -c 'read(' strace)
    assert_equal "$(grep 'read(' strace | tail -n 1 | grep -cE '= 0$')" 1
    run_shell 'mkfifo box; exec 7<> box 8< box; ln box side
        echo first >&7; exec 7>&-
        LD_PRELOAD=$1 BOOK_TARGET=fifo_collector BOOK_STRACE_LOG=$PWD/late \
        BOOK_STRACE="-e trace=read,getcpu -e inject=read:signal=SIGSTOP:when=$2" \
            ./fifo_collector box 1 8<&- & pid=$!
        until grep -qs "stopped by SIGSTOP" late*; do kill -0 $pid || exit 9; done
        exec 8<&-
        ./fifo_client -n side lost; echo $?
        kill -CONT $pid; wait $pid; echo $?
        ./fifo_client -n side later' "$book_preloaded" "$last"
    assert_failure 1
    refute_line --partial 'lost'
    assert_line first
    assert_line --regexp '^[0-9]+: sent$'
    assert_stderr_line 'fifo_client: side: nobody collects here'
}

@test "between its last read of the box and its close it calls nothing" {
    says "Between its last read and its close(2) stands nothing, not even the printing of an unfinished line"
    mkfifo box
    exec 7<> box 8< box
    printf 'one\nunfinished' >&7
    exec 7>&-
    traced all ./fifo_collector box 1
    exec 8<&-
    assert_success
    assert_output "one
unfinished"
    grep -nE 'read\([0-9]+, "", [0-9]+\) *= 0' strace | tail -n 1 > last
    number=$(cut -d: -f1 last)
    fd=$(sed -E 's/.*read\(([0-9]+),.*/\1/' last)
    [[ $(sed -n "$((number + 1))p" strace) == *"close($fd)"* ]] ||
        fail "after the last read comes: $(sed -n "$((number + 1))p" strace)"
}

@test "a reader of its output that leaves ends it in order, too" {
    says "If it cannot be printed there is no use in collecting more"
    run_shell "$functions"'
        mkfifo out; exec 5<> out
        ./fifo_collector box > out 5>&- & pid=$!
        there box $pid; sleeping $pid
        exec 5>&-
        ./fifo_client box hello > sent
        wait $pid; echo $?; ls box'
    assert_line --index 0 1
    assert_stderr_line 'fifo_collector: cannot write to standard output'
    assert_stderr_line --partial "cannot access 'box'"
}

@test "when it cannot print, what was sent is lost, and who comes later is told" {
    says "When the collector cannot print, it removes the name and leaves"
    says "It finds out with the first line that it prints"
    run_shell 'mkfifo box; exec 8<> box 9< box 8>&-
        ./fifo_client box one > sent; ./fifo_client box two >> sent; grep -c sent sent
        ./fifo_collector box 9<&- > /dev/full; echo $?
        dd if=/proc/self/fd/9 iflag=nonblock status=none
        ./fifo_client box three'
    assert_failure 1
    assert_output "2
1"
    assert_stderr "fifo_collector: cannot write to standard output
fifo_client: box: No such file or directory"
}

@test "while it waits to print it hears no signal" {
    says "it hears no signal that it has blocked"
    says "once the box is full its clients wait too, or with -n are told"
    run_shell "$functions$unread"'
        mkfifo slow box; exec 5<> slow 8<> box 9< box
        dd if=/dev/zero of=slow oflag=nonblock bs=4096 status=none 2> /dev/null
        ./fifo_collector box > slow 5<&- 8>&- 9<&- & pid=$!
        echo line >&8
        while [ "$(unread <&9)" != 0 ]; do kill -0 $pid || exit 9; done
        sleeping $pid; kill -TERM $pid; sleeping $pid
        [ -p box ] || exit 8
        dd if=/dev/zero of=box oflag=nonblock bs=4096 status=none 2> /dev/null
        ./fifo_client -n box hello; echo $?
        kill -KILL $pid'
    assert_success
    assert_output 1
    assert_stderr_line 'fifo_client: box: line 1: Resource temporarily unavailable'
}

@test "killed, it takes with it what it had read, and the pipe goes with the last descriptor" {
    says "When the collector is killed, it takes with it what it has read and not printed"
    says "What lies in the pipe stays there only as long as somebody else has the FIFO open"
    run_shell "$functions$unread"'
        mkfifo box; exec 8<> box 9< box
        ./fifo_collector box > journal 8>&- 9<&- & pid=$!
        printf half >&8
        while [ "$(unread <&9)" != 0 ]; do kill -0 $pid || exit 9; done
        sleeping $pid; kill -STOP $pid
        echo unread >&8
        kill -KILL $pid; wait $pid 2> /dev/null
        cat journal
        dd if=box iflag=nonblock status=none bs=4096 count=1
        echo gone >&8; exec 8>&- 9<&-
        dd if=box iflag=nonblock status=none'
    assert_output unread
}

@test "a second collector is refused, and a third may come when the first is gone" {
    says "The lock goes when the process goes, whatever ends it"
    run_shell "$functions"'
        ./fifo_collector box > /dev/null & pid=$!
        there box $pid; sleeping $pid
        ./fifo_collector box; echo $?
        kill -KILL $pid; wait $pid 2> /dev/null
        exec 8<> box 9< box 8>&-
        ./fifo_client box again 9<&- > /dev/null; ./fifo_collector box 1 9<&-; exit $?'
    assert_success
    assert_line --index 0 1
    assert_line --regexp '^[0-9]+: again$'
    assert_stderr_line 'fifo_collector: box: has a collector already'
}

@test "a line longer than the buffer and a last one without an end are printed, too" {
    says "A line may be longer than our buffer, and the last one may come without an end"
    for size in 4096 8192 10000; do
        run_shell 'mkfifo box; exec 8<> box 9< box
            { printf "%0$1d\nnext\n" 7; printf "no end"; } >&8; exec 8>&-
            ./fifo_collector box 2 9<&- | tee journal | wc -l
            tail -n 2 journal; head -n 1 journal | wc -c' $size
        assert_success
        assert_output "3
next
no end
$((size + 1))"
    done
    run_shell 'mkfifo box; exec 8<> box 9< box
        { printf "%010000d\n" 7; printf "no end"; } >&8; exec 8>&-
        ./fifo_collector box 1 9<&- > journal
        tail -n 1 journal; tr -d "\n" < journal | wc -c'
    assert_success
    assert_line --index 0 'no end'
    assert_line 10006
}

@test "LINES is reached with the read that brings the last, and all that it brought is printed" {
    says "A few more may come: those of the same read, and what is sent by clients who are inside by then"
    run_shell "$functions"'
        mkfifo box; exec 8<> box 9< box 7> box 8>&-
        printf "1\n2\n3\n" >&7
        ./fifo_collector box 1 9<&- 7>&- > journal & pid=$!
        gone box $pid; echo 4 >&7; exec 7>&-; wait $pid; cat journal'
    assert_output "1
2
3
4"
}

@test "who else reads from the box takes lines away, lock or no lock" {
    says "The lock binds only those who ask for it, and a cat box beside the collector takes a part of the lines"
    run_shell "$functions"'
        ./fifo_collector box > journal & pid=$!
        there box $pid; sleeping $pid
        kill -STOP $pid
        exec 7> box; echo taken >&7; dd if=box bs=6 count=1 status=none
        kill -CONT $pid; echo left >&7; exec 7>&-
        kill -TERM $pid; wait $pid; cat journal'
    assert_success
    assert_output "taken
left"
}

@test "flock takes no descriptor of O_PATH, so a start that fails has let clients in" {
    says "It cannot ask for the lock earlier: flock(2) refuses a descriptor of O_PATH"
    says "A collector that gives up after it has opened the box, because a stranger has the lock"
    makes lock <<'C'
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
int main(void) { return flock(open("box", O_PATH), LOCK_EX) == -1 ? errno != EBADF : 2; }
C
    mkfifo box
    run_program ./lock
    assert_success
    run_shell "$functions"'
        exec 8<> box 7> box 8>&-; flock 7
        ./fifo_client box lost 7>&- > sent 2>&1 & pid=$!
        sleeping $pid
        ./fifo_collector box 7>&-; echo $?
        wait $pid; grep -cE "sent|Broken pipe" sent'
    assert_line --index 0 1
    assert_line --index 1 1
    assert_stderr 'fifo_collector: box: has a collector already'
}

@test "without /proc the start fails too late for those who wait" {
    says "A collector that gives up after it has opened the box, because a stranger has the lock or /proc is missing, has let in the clients that waited, and their lines may be lost"
    needs mounts
    run_shell "$functions"'
        mkfifo box
        ./fifo_client box lost > sent 2>&1 & pid=$!
        sleeping $pid
        unshare -m sh -c "mount -t tmpfs none /proc && exec ./fifo_collector box"; echo $?
        wait $pid; grep -cE "sent|Broken pipe" sent
        dd if=box iflag=nonblock status=none'
    assert_success
    assert_output "1
1"
    assert_stderr --regexp '^fifo_collector: /proc/self/fd/[0-9]+: No such file or directory$'
}

@test "a standard output that does not wait is given up when its reader is slow" {
    says "A standard output to which somebody has given O_NONBLOCK counts as one of these as soon as its reader is slow"
    run_shell "$functions"'
        mkfifo slow box; exec 5<> slow 8<> box 9< box
        dd if=/dev/zero of=slow oflag=nonblock bs=4096 status=none 2> /dev/null
        echo line >&8; exec 8>&-
        perl -MFcntl -e "sysopen my \$f, q(slow), O_WRONLY|O_NONBLOCK or die; open STDOUT, q(>&), \$f; exec @ARGV" \
            ./fifo_collector box 1 5<&- 9<&-'
    assert_failure 1
    assert_stderr 'fifo_collector: cannot write to standard output'
}

@test "a box that is no FIFO is refused, and a file that a shell made is called so" {
    says "O_NONBLOCK also keeps the call from hanging on something else of that name"
    says "the next collector refuses it, and somebody has to look"
    says "where it is not, O_CREAT makes an ordinary file of that name"
    run_shell 'echo dinner > box'
    run_program ./fifo_collector box
    assert_failure 1
    assert_stderr "fifo_collector: box: a file, not a FIFO; has a shell's > made it?"
    assert_equal "$(cat box)" dinner
    rm box
    run_shell 'echo dinner | dd of=box conv=nocreat'
    assert_failure
    [ ! -e box ]
    mkdir box
    run_program ./fifo_collector box
    assert_failure 1
    assert_stderr 'fifo_collector: box: not a FIFO'
    run_program ./fifo_collector cellar/box
    assert_failure 1
    assert_stderr 'fifo_collector: cellar/box: No such file or directory'
}

@test "when it cannot print it stops and says so" {
    run_shell 'mkfifo box; exec 8<> box 9< box
        echo hello >&8; exec 8>&-; ./fifo_collector box 9<&- > /dev/full; exit $?'
    assert_failure 1
    assert_stderr 'fifo_collector: cannot write to standard output'
}

@test "between two clients it sees no end of file" {
    needs strace
    says "Between two clients there must be no end of file, so the collector holds a write end"
    run_shell "$functions"'
        strace -f -qq -o late -e trace=read ./fifo_collector box 2 > journal & tracer=$!
        there box $tracer
        ./fifo_client box one > sent
        until grep -q one journal; do kill -0 $tracer || exit 9; done
        ./fifo_client box two > sent
        wait $tracer; grep -oE "read\([0-9]+, \"[0-9]*: (one|two)|read\([0-9]+, \"\", [0-9]+\) *= 0" late | sed -E "s/.*: //; s/.*= //"'
    assert_success
    assert_output "one
two
0"
}

@test "it waits without working: idle, it sleeps in poll" {
    needs strace
    run_shell 'mkfifo box; exec 8<> box
        strace -qq -o log -e trace=poll,ppoll ./fifo_collector box 1 8>&- & pid=$!
        until grep -q poll log 2> /dev/null; do kill -0 $pid || exit 9; done
        echo hello >&8; exec 8>&-; wait $pid; grep -c "poll(" log'
    assert_success
    assert_line hello
    assert_line 2
}

@test "it leaves no descriptor open, and interrupted it prints the same" {
    # a reader of ours keeps the line until the collector comes
    mkfifo box
    exec 7<> box 8< box
    echo hello >&7
    exec 7>&-
    no_leaked_fd ./fifo_collector box 1
    assert_success
    assert_output hello
    mkfifo box
    exec 7<> box 8< box
    echo hello >&7
    exec 7>&-
    inject 'poll:error=EINTR:when=1 read:error=EINTR:when=1' ./fifo_collector box 1
    assert_success
    assert_output hello
    exec 8<&-
}

@test "a wrong call shows the usage" {
    for what in '' 'a b c' 'box 0' 'box -3' 'box many' 'box 3x'; do
        # shellcheck disable=SC2086
        run_program ./fifo_collector $what
        assert_failure 2
        assert_stderr 'usage: fifo_collector BOX [LINES]'
    done
}

@test "a box that cannot be removed is told, and is a failure" {
    says "In a directory of somebody else's we may be unable to remove it"
    says "Where the name could be removed it would have to come without it"
    needs root
    needs setpriv
    mkdir ours
    mkfifo -m 600 ours/box
    chown 65534:65534 ours/box
    chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/test "$BATS_TEST_TMPDIR" .
    cp --remove-destination "$(readlink -f fifo_collector)" fifo_collector
    run_shell 'echo one > ours/box & setpriv --reuid=65534 --regid=65534 --clear-groups ./fifo_collector ours/box 1; s=$?; wait; exit $s'
    assert_failure 1
    assert_line one
    assert_equal "${stderr_lines[*]}" 'fifo_collector: ours/box: Permission denied fifo_collector: ours/box is still there'
    [ -p ours/box ]
}
