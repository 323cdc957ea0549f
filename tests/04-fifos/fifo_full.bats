# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fifo_full: two that write to each other before they read get stuck when both
# buffers are full.

@test "the session holds: one byte more than fits, and both sleep in write" {
    holds_session
}

@test "both are in write, with no report, when they are killed" {
    says "As long as both write first, the only place where they can sleep without having reported is write(2), and what would wake either of them is a read by the other, who reads after his report"
    traced write ./fifo_full
    assert_success
    assert_equal "$(grep -c 'killed by SIGKILL' strace)" 2
    assert_equal "$(grep -cE 'write\([0-9]+, "(\\0)+"\.*, 65537 *(<unfinished|\) *= \?)' strace)" 2
}

@test "a child of it calls nothing but read and write that could make it sleep" {
    says "If Ben listens first, he sleeps now and then as a reader does, which tells nothing, so the parent waits for both to end"
    traced all ./fifo_full
    assert_success
    parent=$(grep -m 1 mkdir strace | cut -d ' ' -f 1)
    grep -v "^$parent " strace | grep -oE '^[0-9]+ +[a-z_0-9]+\(' | sed -E 's/.* //' | sort -u > calls
    run grep -vE '^(read|write|close|prctl|getppid|set_robust_list|rseq|gettid|rt_sig[a-z]+|exit_group|getpid|brk|mmap|munmap|getrandom)\($' calls
    assert_output ''
}

@test "more capacity moves the limit and does not remove it" {
    says "More capacity moves the limit and does not remove it"
    makes wider <<'C'
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void)
{
    static char text[300000];
    mkfifo("door", 0600);
    int door = open("door", O_RDWR | O_NONBLOCK);
    for (int size = 4096; size <= 131072; size *= 2) {
        int is = fcntl(door, F_SETPIPE_SZ, size);
        ssize_t n = write(door, text, sizeof text), more = write(door, text, 1);
        printf("%d %zd %s\n", is, n, more == -1 ? strerrorname_np(errno) : "room");
        while (read(door, text, sizeof text) > 0)
            ;
    }
}
C
    run_program ./wider
    assert_success
    assert_line '4096 4096 EAGAIN'
    assert_line '131072 131072 EAGAIN'
    refute_line --partial room
}

@test "two shells that write first hang, one that reads first frees them" {
    says "If both have more to write than fits, both wait in write(2), and nobody reads"
    says "If one of the two listens while the other speaks, nobody gets stuck"
    mkfifo door gate
    for order in write read; do
        run_shell "$functions"'
            say() { head -c 200000 /dev/zero; }
            exec 7<> door 8<> gate
            { say >&7; head -c 200000 <&8 | wc -c; } & anne=$!
            case $1 in
            write) { say >&8; head -c 200000 <&7 | wc -c; } & ben=$!
                writes() { until grep -qE "^S" <<< "$(ps -o state= --ppid $1)" && [ "$(awk "{ print \$1 }" /proc/$(pgrep -P $1 head)/syscall)" = 1 ]; do kill -0 $1 || exit 9; done; }
                writes $anne; writes $ben; writes $anne
                a=$(pgrep -P $anne head) b=$(pgrep -P $ben head); kill -9 $anne $ben $a $b; wait $anne; echo $? ;;
            read) { head -c 200000 <&7 | wc -c; say >&8; } & ben=$!; wait $anne; wait $ben; echo $? ;;
            esac 2> /dev/null' $order
        assert_success
        case $order in
        write) assert_output 137 ;;
        read) assert_output "200000
200000
0" ;;
        esac
    done
}

@test "it leaves nothing behind" {
    leaves_nothing ./fifo_full
}

@test "interrupted, it prints the same" {
    run_program ./fifo_full
    plain=$output
    inject 'poll:error=EINTR:when=1 wait4:error=EINTR:when=1' ./fifo_full
    assert_success
    assert_output "$plain"
}
