# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fifo_share: of two readers each byte goes to one; and what shells do with FIFOs.

@test "the session holds: one exec, one end; a mistyped name; two readers" {
    says "each byte goes to one of them, and read(2) does not look where a job ends"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./fifo_share
}

@test "interrupted, it prints the same" {
    run_program ./fifo_share
    plain=$output
    inject 'read:error=EINTR:when=2 write:error=EINTR:when=1 openat:error=EINTR:when=1' ./fifo_share
    assert_success
    assert_output "$plain"
}

@test "jobs of one size that are read in that size stay whole, by four readers, too" {
    says "Jobs of one size that are read in that size stay whole, as long as no reader asks for another size"
    run_shell "$perl"'
        mkfifo door; exec 7<> door
        for i in 1 2 3 4; do
            perl "my \$in = o(q(door), \$R); o(qq(in.\$\$), \$W|O_CREAT); while ((my \$job = r(\$in, 8)) ne q(end)) { print qq(\$job\n) }" 7<&- & readers+=" $!"
        done
        until [ "$(ls | grep -c "^in[.]")" = 4 ]; do :; done
        perl "my \$out = o(q(door), \$W); w(\$out, sprintf q(job%05d), \$_) for 1 .. 2000"
        exec 7>&-; wait $readers' > /dev/null
    assert_success
    grep -oE 'job[0-9]{5}' stdout > jobs
    assert_equal "$(sort jobs | uniq | wc -l) $(wc -c < stdout)" '2000 18000'
}

@test "a shell's read takes one byte at a time from a FIFO" {
    needs strace
    says "a shell's read takes a pipe's bytes one at a time, so two loops at one FIFO can tear each other's lines"
    mkfifo box
    exec 7<> box
    echo word >&7
    for shell in sh bash; do
        echo word >&7
        run_shell 'strace -o log -e trace=read $1 -c "read line < box"; grep -c "read(0, \"[word]\", 1)" log' $shell
        assert_output 4
        dd if=box iflag=nonblock of=/dev/null status=none || true
        echo word >&7
    done
    exec 7>&-
}

@test "two readers that take bytes tear a line" {
    says "can tear each other's lines"
    run_shell "$perl"'mkfifo door
        perl "my \$both = o(q(door), O_RDWR|\$N); my \$other = o(q(door), \$R|\$N); w(\$both, qq(ab\ncd\n)); my (\$x, \$y) = (q(), q());
            for (1 .. 3) { \$x .= r(\$both); \$y .= r(\$other) } print qq(\$x|\$y\n)"'
    assert_output "a
d|bc"
}

@test "an exec with > keeps a writer inside, one with <> does not wait and sees no end" {
    says "between two of them the reader may see the end"
    says "exec 3> box | for writing, and waits for a reader | exec 3>&-, or the shell's end"
    says "exec 3<> box | for both, and does not wait | the same"
    says "With exec 4<> box a shell has both ends, so it waits for nobody and sees no end as long as it keeps the descriptor"
    for shell in sh bash; do
        run_shell "$functions"'
            mkfifo box
            $1 -c "exec 3> box; : > in; read word" < <(until [ -e go ]; do :; done; echo) & pid=$!
            sleeping $pid; [ ! -e in ] || exit 8
            cat box > out & cat=$!
            there in $pid; sleeping $cat; echo late > box; sleeping $cat
            : > go; wait $pid; wait $cat; cat out
            $1 -c "exec 3<> box; echo one > box; read a <&3; echo two > box; read b <&3; echo \$a \$b"
            rm box in go out' $shell
        assert_success
        assert_output "late
one two"
    done
}

@test "each form of a shell opens as often as the table says" {
    needs strace
    says "echo hello > box | for writing, and waits for a reader | echo is done"
    says "while read -r line; do ...; done < box | for reading, once | the loop is done"
    says "while read -r line < box; do ...; done | for reading, again for each line | the line is read"
    mkfifo box
    for form in 'for i in 1 2; do read -r line; done < box|1' 'for i in 1 2; do read -r line < box; done|2'; do
        run_shell 'exec 7<> box; printf "one\ntwo\n" >&7
            strace -o log -e trace=openat bash -c "$1" 7<&-; grep -c "\"box\", O_RDONLY" log' "${form%|*}"
        assert_output "${form#*|}"
    done
    run_shell "$functions"'bash -c "echo hello > box; : > done; read x" < <(until [ -e go ]; do :; done) & pid=$!
        sleeping $pid; [ ! -e done ] || exit 8; cat box; [ -e done ] || exit 7; : > go; wait $pid'
    assert_output hello
}

@test "a loop that opens for each line loses what it had not read" {
    says "What the closed reader had not read is lost if no other end is open at that moment"
    says "the next read waits in open(2) for a writer who may have gone"
    run_shell "$functions"'mkfifo box
        { until [ -e go ]; do :; done; read -r line; echo $line; } < box & pid=$!
        printf "one\ntwo\n" > box; : > go; wait $pid
        bash -c "read -r line < box" & pid=$!
        sleeping $pid; kill $pid; wait $pid 2> /dev/null; echo $?
        dd if=box iflag=nonblock status=none'
    assert_output "one
143"
}

@test "a name that is missing is no error for >, and an ordinary file comes of it" {
    says "A name that is mistyped, or missing, is not an error for >: the shell makes an ordinary file, the line goes into it, and no reader learns of it"
    for shell in sh bash; do
        run_shell '$1 -c "echo lost > bxo"; echo $?; stat -c "%F %s" bxo; rm bxo' $shell
        assert_output "0
regular file 5"
    done
}

@test "a process substitution is a name below /dev/fd of a pipe without another name" {
    says "bash takes an anonymous pipe with a name below /dev/fd"
    run_shell 'echo <(:); readlink <(:); stat -L -c %F <(date)'
    assert_line --index 0 --regexp '^/dev/fd/[0-9]+$'
    assert_line --index 1 --regexp '^pipe:\[[0-9]+\]$'
    assert_line --index 2 fifo
}
