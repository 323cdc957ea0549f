# shellcheck disable=SC2016,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# The other tools say of processes that hang what is printed. The commands that are run
# are those of the chapter.

# command_of TOOL: the command of the chapter that begins with that word.
command_of() {
    awk -v begin="$1 " '/^```$/ { on = 0 } sh && index($0, begin) == 1 { on = 1 } on { print }
        { sh = /^```sh$/ }' "$root/chapters/$unit.nw"
}

# fence TOOL: what the chapter prints of it: the next fence.
fence() {
    awk -v begin="$1 " '/^```$/ { on = 0 } on { print } sh && index($0, begin) == 1 { next_one = 1 }
        { sh = /^```sh$/ } /^```text$/ { on = next_one; next_one = 0 }' "$root/chapters/$unit.nw"
}

# shape: output without what differs from run to run, in sorted lines.
shape() { sed -E 's/\b[0-9]{2,}\b/N/g; s/ +/ /g; s/ $//' | sort; }

# same_shape TOOL [SED]: what came out is like what is printed, once SED has changed both.
same_shape() {
    [ -n "$(fence "$1")" ] || fail "the chapter prints nothing of $1"
    assert_equal "$(sed -E "${2-}" stdout | shape)" "$(fence "$1" | sed -E "${2-}" | shape)"
}

# beside_a_hang SCRIPT: runs it while ./stand_still hangs, in $parent and $child.
beside_a_hang() {
    run_shell './stand_still & parent=$!
        while ./who_waits -q $parent; do :; done
        child=$(pgrep -P $parent)
        '"$1"'
        kill -KILL $child; wait $parent'
}

# interrupted STRACE: runs that strace until it has printed a call for each process that
# it took, and ends it as Control-C would.
interrupted() {
    beside_a_hang "set -m; $1 2> seen & set +m; tracer=\$!"'
        until grep -q "wait4(" seen && [ $(grep -cE "(wait4|read)\(" seen) = $(grep -c attached seen) ]; do :; done
        kill -INT $tracer; wait $tracer; cat seen'
}

@test "strace shows a call without a result for each of the two" {
    needs strace attach
    says "The child reads from descriptor 3."
    interrupted "$(command_of strace)"
    same_shape strace 's/ <unfinished \.\.\.>$//; s/strace: Process [0-9]+ detached$//; /^$|^ <detached/d'
}

@test "strace -f takes no child that is already there" {
    needs strace attach
    says "A child that is already there needs a"
    interrupted 'strace -f -p $parent'
    assert_equal "$(grep -c attached stdout)" 1
    refute_output --partial 'read('
}

@test "lsof shows who has a write end of the pipe" {
    needs lsof
    says "shows up as the one who has 4 open for writing"
    beside_a_hang "$(command_of lsof)"
    same_shape lsof
}

@test "fuser shows who has a FIFO open for writing" {
    needs fuser
    says "beside a forgotten sleep 60 > door"
    mkfifo door
    run_shell 'cat < door & reader=$!
        sleep 60 > door & writer=$!
        until grep -qx cat /proc/$reader/comm && grep -qx sleep /proc/$writer/comm; do :; done
        '"$(command_of fuser)"'
        kill -KILL $reader $writer; wait'
    same_shape fuser '/^Cannot stat/d; s/^.*:$//; s/.* ([fF]\.+ )/\1/; s/^ +USER.*(ACCESS)/\1/; /^$/d'
}

@test "fuser does not find who still waits in open" {
    needs fuser
    says "has not, and is not found"
    mkfifo door
    run_shell 'cat < door & until ./who_waits $! | grep -q "waits in open of"; do :; done
        fuser door; echo $?; kill -KILL $!; wait'
    assert_line 1
}

@test "ss shows for each end of a socket its peer, and who has it" {
    needs ss
    makes polite <<'C'
#include "hang.h"
int main(void)
{
    int end[2];
    char word;
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, end));
    int own = must(fork()) == 0;
    must(close(end[!own]));
    return (int)read(end[own], &word, 1);
}
C
    run_shell './polite & until [ "$(ss -xp | grep -cE "\(\(.polite.,pid=[0-9]+,fd=[0-9]+\)\)")" = 2 ]; do :; done
        '"$(command_of ss)"'
        pkill -KILL -P $!; kill -KILL $!; wait'
    same_shape ss
    read -r _ own _ peer _ < stdout
    assert_line --index 1 --partial "* $peer * $own "
}

@test "the stack of a process in the kernel, the innermost function first" {
    needs stack
    beside_a_hang "$(command_of head)"
    assert_line --index 0 --partial pipe_read
    same_shape head 's/anon_//; s/\+.*//'
}

@test "gdb shows two threads that wait, and how they got there" {
    needs strace attach gdb
    makes joins <<'C'
#include "hang.h"
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *second(void *none)
{
    pthread_mutex_lock(&lock);
    return none;
}
int main(void)
{
    pthread_t thread;
    pthread_mutex_lock(&lock);
    if (pthread_create(&thread, NULL, second, NULL) == 0)
        pthread_join(thread, NULL);
}
C
    run_shell -t 60 './joins & pid=$!; while ./who_waits -q $pid; do :; done
        '"$(command_of gdb)"'
        gdb -p $pid -batch -ex "thread apply all bt" > bt
        kill -KILL $pid; wait'
    # which function of the C library it is depends on what names gdb finds
    same_shape gdb 's/("joins").*/\1/'
    assert_equal "$(grep -oE '^Thread [12]|pthread_mutex_lock \(|second \(|main \(' bt | tr '\n' ' ')" \
        'Thread 2 pthread_mutex_lock ( second ( Thread 1 main ( '
}
