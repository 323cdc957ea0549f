# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# ring: messages between processes that may be killed at every step.

# bytes AT FORMAT VALUE...: these 32-bit numbers stand at AT in the file box.
bytes() { perl -e 'open F, "+<", "box"; seek F, shift, 0; print F pack "L*", @ARGV' "$@"; }

# at MEMBER: where it is in the file.
at() {
    [ -e offsets ] || {
        printf '#define main ring_main\n#include "%s"\n#undef main\nint main(void) { printf("head %%zu\\ntail %%zu\\nslots %%zu\\nslot %%zu\\nlock %%zu\\n", offsetof(struct ring, head), offsetof(struct ring, tail), offsetof(struct ring, slots), offsetof(struct ring, slot), offsetof(struct ring, lock)); }\n' \
            "$root/out/build/06-shm/ring.c" > offsets.c
        gcc -o offsets.bin offsets.c && ./offsets.bin > offsets
    }
    sed -n "s/^$1 //p" offsets
}

@test "the session holds: two deaths, one message that was not put, two that were" {
    holds_session
}

@test "killed at each step of a put, it leaves the message put or not put, and the others go on" {
    says "A message is there when head says so"
    says "So it does not matter how far a writer got in there"
    says "There is no moment at which the ring is out of order, as the next section shows"
    local step
    for step in 1 2 3 4 5 6; do
        rm -f box
        ./ring make box 2
        run_shell "$functions"'
            ./ring get box 2 > got & reader=$!
            sleeping $reader
            ./ring -k $1 put box first 2> /dev/null; [ $? = 137 ] || exit 3
            ./ring put box second
            [ $1 -ge 5 ] || ./ring put box third
            wait $reader; cat got; ./ring show box' $step
        assert_success
        if [ $step -ge 5 ]; then
            assert_equal "$(head -n 2 stdout | paste -sd ' ')" 'first second'
        else
            assert_equal "$(head -n 2 stdout | paste -sd ' ')" 'second third'
        fi
        assert_line "0 messages, room for 2, $((step < 6)) deaths"
    done
}

@test "a reader that slept has what was published, with no other writer to wake it" {
    local step
    for step in 5 6; do
        rm -f box
        ./ring make box 2
        run_shell "$functions"'
            ./ring get box > got & reader=$!
            sleeping $reader
            ./ring -k $1 put box first 2> /dev/null
            wait $reader; cat got' $step
        assert_success
        assert_output first
    done
}

@test "killed at each step of a get, a reader has taken it or not, and a writer that waits for room goes on" {
    local step
    for step in 1 2 3 4 5 6; do
        rm -f box
        ./ring make box 1
        run_shell "$functions"'
            ./ring put box first
            ./ring put box second & writer=$!
            sleeping $writer
            ./ring -k $1 get box > /dev/null 2>&1; [ $? = 137 ] || exit 3
            [ $1 -ge 5 ] || ./ring get box
            wait $writer; ./ring get box; ./ring show box' $step
        assert_success
        assert_equal "${lines[-2]}" second
        if [ $step -lt 5 ]; then assert_equal "${lines[0]}" first; fi
        assert_equal "${lines[-1]}" "0 messages, room for 1, $((step < 6)) deaths"
    done
}

@test "ten thousand messages of two writers that die again and again come once each, in order" {
    ./ring make box 8
    run_shell -t 200 'exec perl -e '\''
        my ($each, $lives, %last) = (5000, 0, a => 0, b => 0);
        my $reader = open(my $in, "-|", "./ring", "get", "box", 1000000) or die;
        sub live {
            my ($w) = @_;
            my $from = $last{$w} + 1;
            my $to = $from + 8 > $each ? $each : $from + 8;
            # after 53 steps at most, which is in the ninth message; 7 and 53 have no factor in common
            my $step = 1 + (7 * $lives++) % 53;
            my $words = join " ", map { "$w:$_" } $from .. $to;
            defined(my $pid = fork) or die;
            return if $pid;
            close $in;
            exec "sh", "-c", "./ring -k $step put box $words 2> /dev/null; exec ./ring put box mark:$w";
        }
        live("a"); live("b");
        while (my $line = <$in>) {
            chomp $line;
            my ($w, $n) = split /:/, $line;
            if ($w eq "mark") {
                1 while waitpid(-1, 1) > 0;
                live($n) if $last{$n} < $each;
                last if $last{a} == $each && $last{b} == $each;
                next;
            }
            $n == $last{$w} + 1 or die "$line after $last{$w}\n";
            $last{$w} = $n;
        }
        kill "TERM", $reader;
        close $in;
        1 while wait != -1;
        print "$last{a} $last{b}, ", ($lives > 1000 ? "more than 1000 lives" : $lives), "\n"'\'
    assert_success
    assert_output '5000 5000, more than 1000 lives'
    run_shell './ring show box'
    assert_output --regexp '^0 messages, room for 8, [0-9]{3,4} deaths$'
}

@test "four writers and four readers at once: each message has one reader" {
    ./ring make box 4
    run_shell -t 60 'for w in 1 2 3 4; do ./ring put box $(seq ${w}000 ${w}249) & done
        for r in 1 2 3 4; do ./ring get box 250 > got$r & done
        wait; cat got? | sort -n > all
        for w in 1 2 3 4; do seq ${w}000 ${w}249; done | cmp - all && ./ring show box'
    assert_success
    assert_output '0 messages, room for 4, 0 deaths'
}

@test "programs of two compilers, optimized or not, share a ring" {
    says "Reader and writer may be different programs, by different compilers"
    ./ring make box
    local cc level n=0
    for cc in gcc clang; do
        command -v $cc > /dev/null || continue
        for level in 0 3; do
            n=$((n + 1))
            $cc -std=c17 -O$level -o ring.$n "$root/out/build/06-shm/ring.c"
        done
    done
    local a b
    for a in ./ring ./ring.*[0-9]; do
        for b in ./ring ./ring.*[0-9]; do
            run_shell '$1 put box "$1 to $2"; $1 -k 5 put box dead 2> /dev/null; $2 get box 2' "$a" "$b"
            assert_output "$a to $b
dead"
        done
    done
}

@test "who finds it full, empty or locked sleeps, or says so with 3, and a reader that stopped holds up nobody who has no lock to wait for" {
    says "Each message that is put has six: the lock is ours; the text is stored; the word has changed; all are woken; it is published; the lock is free"
    says "With -n the program does not sleep: it says full, empty, or locked, and leaves with 3"
    says "There is one word for all who sleep, readers of an empty ring and writers of a full one"
    ./ring make box 2
    run_shell "$functions"'
        ./ring get box 5 > got & reader=$!
        sleeping $reader; kill -STOP $reader
        ./ring put box one two
        ./ring -n put box three; echo $?
        ./ring put box three four five & writer=$!
        sleeping $writer
        ./ring show box
        ./ring get box
        sleeping $writer
        ./ring show box
        kill -CONT $reader
        wait $writer; ./ring put box six
        wait $reader; paste -sd " " got; ./ring -n get box; echo $?'
    assert_success
    assert_output '3
2 messages, room for 0, 0 deaths
one
2 messages, room for 0, 0 deaths
two three four five six
3'
    assert_stderr 'ring: box: full
ring: box: empty'
}

@test "one that is stopped with the lock holds up the others until it goes on" {
    says "To show the ring takes no lock, so show does not wait for one who has it"
    says "A process that is stopped, and not killed, holds the others up if it has the lock just then: it is alive, and may go on"
    needs strace
    ./ring make box
    run_shell "$functions"'
        strace -o log -e trace=futex -e inject=futex:signal=STOP:when=1 ./ring put box one & tracer=$!
        until ring=$(pgrep -P $tracer ring) && grep -q "^State:.[Tt]" /proc/$ring/status; do kill -0 $tracer || exit 9; done
        ./ring get box > got & reader=$!
        sleeping $reader; kill -0 $reader || exit 8
        ./ring -n get box; echo $?; ./ring -n put box x; echo $?
        ./ring show box; ./ring -n show box
        kill -CONT $ring; wait $reader $tracer; cat got'
    assert_success
    assert_output '3
3
0 messages, room for 8, 0 deaths
0 messages, room for 8, 0 deaths
one'
    assert_stderr 'ring: box: locked
ring: box: locked'
}

@test "it has its name when it is complete, and a second maker is refused" {
    says "The file is complete before it has a name, as in"
    says "Space for all of it is reserved, so a later store does not find the memory full"
    traced openat,linkat,fallocate,mmap ./ring make box
    assert_success
    grep -oE 'O_TMPFILE|fallocate|linkat|MAP_SHARED, 3' strace > order
    assert_equal "$(paste -sd ' ' order)" 'O_TMPFILE fallocate MAP_SHARED, 3 linkat'
    run_program ./ring make box
    assert_failure 1
    assert_stderr 'ring: box: File exists'
    run_program ./ring make nowhere/box
    assert_failure 1
    run_shell '(ulimit -f 0; ./ring make other; echo $?) 2>&1 | cat'
    assert_output 'ring: other: File too large
1'
    assert_equal "$(ls)" "$(ls | grep -v other)"
}

@test "what is no ring is refused, whatever it says of itself" {
    says "So we look before we believe, and we look once: what has been checked is copied into a variable of our own, because the number in the file may be another one the next time we look"
    ./ring make box 4
    cp box good
    local value
    for value in 0 3 8 4096 65536 4294967295 2147483648; do
        cp good box
        bytes "$(at slots)" $value
        run_program ./ring get box
        assert_failure 1
        assert_stderr 'ring: box: not a ring'
    done
    cp good box
    bytes 0 0
    run_program ./ring put box x
    assert_failure 1
    assert_stderr 'ring: box: not a ring'
    for value in 0 1 100 1000 1200 100000000; do
        cp good box
        truncate -s $value box
        run_program ./ring get box
        assert_failure 1
        assert_stderr --regexp 'ring: box: (no ring has this size|not a ring)'
    done
}

@test "counts and lengths that lead outside are refused, and the next one goes on" {
    says "and its length is looked at in the copy, and not in the ring, where it could change between the look and the use"
    says "If messages gives up with the lock in its hand, the next one gets it from the dead"
    ./ring make box 4
    bytes "$(at head)" 4294967290
    local what
    for what in 'get box' 'put box x' 'show box'; do
        # shellcheck disable=SC2086 # words
        run_program ./ring $what
        assert_failure 1
        assert_stderr 'ring: box: says that it has 4294967290 messages'
    done
    bytes "$(at head)" 0
    run_program ./ring show box
    assert_output '0 messages, room for 4, 1 deaths'
    ./ring put box one two
    bytes "$(at slot)" 4294967295
    run_program ./ring get box
    assert_failure 1
    assert_stderr 'ring: box: a message of 4294967295 bytes'
    run_program ./ring get box
    assert_output two
}

@test "somebody else's file, a link, a FIFO and a directory are refused" {
    says "So the program refuses a file that belongs to somebody else, or that others can write"
    ./ring make box
    chmod g+w box
    run_program ./ring get box
    assert_failure 1
    assert_stderr 'ring: box: not a file that we alone can write'
    chmod 600 box
    ln -s box link
    run_program ./ring get link
    assert_failure 1
    assert_stderr 'ring: link: Too many levels of symbolic links'
    mkfifo fifo
    run_program ./ring get fifo
    assert_failure 1
    assert_stderr 'ring: fifo: not a file that we alone can write'
    run_program ./ring get .
    assert_failure 1
    as_nobody run_shell 'cp box own; chmod 666 own; ./ring get own'
    assert_failure 1
}

@test "a stranger's ring is refused also by root" {
    needs root
    ./ring make box
    chown 65534 box
    run_program ./ring get box
    assert_failure 1
    assert_stderr 'ring: box: not a file that we alone can write'
}

@test "the numbers may go over the largest one" {
    says "Both start at 0 again after four thousand million messages; since the number of slots is a power of two, the places go on in order then"
    ./ring make box 4
    bytes "$(at head)" 4294967293 4294967293
    run_shell './ring put box 1 2 3 4; ./ring get box 3; ./ring put box 5 6 7; ./ring get box 4; ./ring show box'
    assert_output '1
2
3
4
5
6
7
0 messages, room for 4, 0 deaths'
}

@test "a signal that interrupts the sleep is slept through; with one text that is too long, none is put" {
    says "All texts are looked at before the first is put, so that a put with one that is too long puts none"
    ./ring make box
    run_shell './ring put box one'
    inject 'futex:error=EINTR:when=1' ./ring put box two
    assert_success
    run_shell './ring put box ok "$(printf %0253d 0)"; echo $?; ./ring put box "$(printf %0252d 7)" ""; ./ring get box 4'
    assert_equal "${lines[0]}" 2
    assert_equal "${lines[3]}" "$(printf '%0252d' 7)"
    assert_equal "${#lines[@]}" 4
}

@test "a wrong call shows the usage" {
    local words
    for words in '' make 'make a b c' 'make a x' 'put a' 'get a 0' 'show a b' 'sing a' '-k x put a b' '-q put a b'; do
        # shellcheck disable=SC2086 # words
        run_program ./ring $words
        assert_failure 2
        assert_stderr_line 'ring: usage: ring [-n] [-k STEP] make FILE [SLOTS] | put FILE TEXT... | get FILE [COUNT] | show FILE'
    done
    for words in 3 8192; do
        run_program ./ring make box $words
        assert_failure 2
        assert_stderr "ring: $words: not a power of two up to 4096"
    done
}

@test "it has no descriptor open while it works, and says which message it could not print" {
    says "A message that cannot be printed has been taken by then, so the error has its text"
    ./ring make box
    no_leaked_fd ./ring put box one
    assert_success
    run_shell './ring get box > /dev/full'
    assert_failure 1
    assert_stderr 'ring: taken, and not printed: one: No space left on device'
    run_shell './ring put box two three; exec 3> >(:); wait $!; ./ring get box 2 >&3; echo $?; ./ring -n get box'
    assert_line 1
    assert_stderr --partial 'ring: taken, and not printed: t'
    run_shell './ring show box > /dev/full'
    assert_failure 1
    assert_stderr 'ring: cannot write to standard output'
}

@test "a copy is refused, also one that is made while somebody has the lock; a ring that was moved is not" {
    says "A copy that lies beside the ring is refused, too"
    says "So a ring says which file it was made in"
    ./ring make box
    ./ring -k 2 put box dead 2> killed || :
    cp box copy
    run_program ./ring get copy
    assert_failure 1
    assert_stderr 'ring: copy: a copy of a ring'
    ./ring make other
    cp box other
    run_program ./ring put other word
    assert_failure 1
    assert_stderr 'ring: other: a copy of a ring'
    mv box moved
    run_shell './ring put moved word; ./ring get moved'
    assert_output word
}

@test "a copy that is stored back is not refused" {
    says "That does not help when a copy takes the place of the ring: stored back into this same file, as cp does, or made after rm, where a disk may give it the same number"
    ./ring make box
    run_shell 'cp box copy; ./ring put box word; cp copy box; ./ring show box'
    assert_output '0 messages, room for 8, 0 deaths'
}

@test "a ring of another PID namespace is refused, where a thread's number may be another's" {
    says "Two containers have numbers of their own, PID namespaces, in which two threads may have the same one; then the kernel takes the end of one for that of the other, and gives the lock away while its owner lives"
    says "Processes of two PID namespaces have no ring together"
    says "So a ring also says in which namespace it was made"
    needs namespaces
    ./ring make box
    alone true
    [ "$status" = 0 ] || skip 'needs a PID namespace with its own /proc'
    local what
    for what in 'get box' 'put box x' 'show box' '-n get box'; do
        # shellcheck disable=SC2086 # words
        alone ./ring $what
        assert_failure 1
        assert_stderr 'ring: box: a ring of another container'
    done
    run_program ./ring put box x
    assert_success
}

@test "it is killed at a step also as process 1" {
    needs namespaces
    alone true
    [ "$status" = 0 ] || skip 'needs a PID namespace with its own /proc'
    # shellcheck disable=SC2016 # for the other shell
    alone sh -c './ring make box; exec ./ring -k 2 put box word'
    assert_failure 137
}

@test "a lock that has been taken away is told when it is given back" {
    says "To give back a lock that is not ours any more is an error, and we say so"
    needs strace
    ./ring make box
    at lock > lock
    run_shell 'strace -o log -e trace=futex -e inject=futex:signal=STOP:when=1 ./ring put box one & tracer=$!
        until ring=$(pgrep -P $tracer ring) && grep -q "^State:.[Tt]" /proc/$ring/status; do kill -0 $tracer || exit 9; done
        perl -e "open F, q(+<), q(box); seek F, $(cat lock), 0; print F pack q(L), 1"
        kill -CONT $ring; wait $tracer'
    assert_failure 1
    assert_stderr 'ring: box: unlock: Operation not permitted'
}

@test "a text may begin with a dash; a get whose standard output is closed takes nothing" {
    says "The plus has the options end at the first word that is none, since a text may begin with a dash"
    says "And a get whose standard output is closed takes nothing"
    ./ring make box
    run_shell './ring put box -n -k -x --; ./ring get box 4'
    assert_success
    assert_output '-n
-k
-x
--'
    run_shell './ring put box word; (./ring get box >&- 2>&-; echo $?); ./ring get box >&-; ./ring get box'
    assert_output '1
word'
    assert_stderr 'ring: standard output cannot be written'
}

@test "a ring in /dev/shm is seen by ls, and goes by rm; who slept on it is not told" {
    says "ring make /dev/shm/orders makes one that no disk sees, ls /dev/shm shows those that are left, and rm removes one"
    says "Who sleeps on it then is not told, and sleeps on"
    needs_shm
    run_shell "$functions"'
        ./ring make "/dev/shm$1"; ls "/dev/shm$1"
        ./ring get "/dev/shm$1" & reader=$!
        sleeping $reader
        rm "/dev/shm$1"; ./ring make "/dev/shm$1"; ./ring put "/dev/shm$1" word
        sleeping $reader; kill $reader
        ./ring get "/dev/shm$1"; rm "/dev/shm$1"; ./ring get "/dev/shm$1"' "$name"
    assert_failure 1
    assert_output "/dev/shm$name
word"
    assert_stderr --partial "ring: /dev/shm$name: No such file or directory"
}
