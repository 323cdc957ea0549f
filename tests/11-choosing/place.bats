bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# place: one processor or two, and every way to carry a word.

@test "the session holds: spinning on one and on two processors [C08] [C09] [C13] [C24]" {
    needs two_cpus
    needs loopback
    needs queues
    holds_session
}

@test "to take turns on two processors takes longer than on one, for a pipe [C09]" {
    needs two_cpus
    says "Then only one of the two has something to do, and to wake a process on another processor costs more than to switch to it on the same"
    # shellcheck disable=SC2016 # for perl
    measures '/^pipe +([0-9.]+) on one, ([0-9.]+) on two/ and $2 > $1 and $found = 1; END { exit !$found }' -t 60 ./place
}

@test "a FIFO writes nothing to the disk and has no size [C24]" {
    says "Its name is on the disk, and not a byte of what is written"
    makes a <<'C'
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void) { struct stat s; struct rusage u; char b[100] = "";
    if (mkfifo("f", 0600)) return 9;
    int r = open("f", O_RDWR); getrusage(RUSAGE_SELF, &u); long before = u.ru_oublock; for (int i = 0; i < 500; i++) if (write(r, b, 100) != 100) return 8;
    fstat(r, &s); getrusage(RUSAGE_SELF, &u); unlink("f");
    printf("%ld %ld %ld\n", (long)s.st_size, (long)s.st_blocks, u.ru_oublock - before); return fflush(stdout); }
C
    run_program ./a
    assert_output '0 0 0'
}

@test "spinning on one processor takes far longer than a pipe there [C13]" {
    # shellcheck disable=SC2016 # for perl
    measures '/^spinning +([0-9.]+) on one/ and $1 > 20 and $found = 1; END { exit !$found }' -t 60 ./place
}

@test "with too few descriptors it says so and stops" {
    run_shell 'ulimit -n 6; exec ./place'
    assert_failure 1
    assert_stderr_line --partial 'it could not be made'
}

@test "every process stays on its processor [C13]" {
    says "Who spins on one processor is ended by force alone"
    traced sched_setaffinity -t 60 ./place
    assert_success
    refute_call 'sched_setaffinity\(.* = -1'
    [ "$(grep -c sched_setaffinity strace)" -ge 300 ]
}

@test "an event counter cannot carry a 0" {
    says "The words begin with 1, because an event counter cannot carry a 0"
    makes a <<'C'
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
int main(void) { int e = eventfd(0, EFD_NONBLOCK); uint64_t n = 0;
    printf("%zd", write(e, &n, 8)); printf(" %zd", read(e, &n, 8)); printf(" %s\n", strerrorname_np(errno)); return fflush(stdout); }
C
    run_program ./a
    assert_output '8 -1 EAGAIN'
}

@test "it leaves nothing behind" {
    mkdir room
    TMPDIR=$PWD/room leaves_no_name -t 60 ./place
    assert_success
    assert_equal "$(ls room)" ""
}
