# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# wake_fds: a time, a counter and a child as descriptors.

@test "the session holds: late ticks, timers that do not start, a sum, a child [E29] [E30] [E31] [E32] [E43] [E45]" {
    says "The read returns how many have passed since the last one"
    says "It is readable as soon as the process has ended, and stays so"
    says "after the collection it says ESRCH, whoever has the number by then"
    says "who would pass it has to wait, or gets EAGAIN"
    holds_session
}

@test "ticks that are handled late stay on their grid [E30]" {
    says "And the grid is fixed when the timer is set: who is late with one tick is not late with the next"
    makes a <<C
$try
static long now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000 + t.tv_nsec; }
int main(void) { int f = timerfd_create(CLOCK_MONOTONIC, 0); struct itimerspec t = { { 0, 2000000 }, { 0, 2000000 } }; long sum = 0, before = now(); timerfd_settime(f, 0, &t, NULL); long after = now();
    for (int i = 0; i < 20; i++) { uint64_t n; read(f, &n, sizeof n); sum += (long)n; long busy = now() + 1500000; while (now() < busy) ; } uint64_t n; long lo = now(); struct itimerspec left; timerfd_gettime(f, &left); long hi = now();
    if (look(f, POLLIN)) { read(f, &n, sizeof n); sum += (long)n; hi = now(); } as("on the grid", sum >= (lo - after) / 2000000 - 1 && sum <= (hi - before) / 2000000 + 1); return 0; }
C
    run_program ./a
    assert_output 'on the grid 1'
}

@test "a tick that was not read is thrown away by setting anew, 0 disarms [E31]" {
    says "it_value does, and 0 there disarms it, whatever the interval is"
    says "Setting a timer again throws away a tick that was not read"
    makes a <<C
$try
int main(void) { int f = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK); struct itimerspec t = { { 0, 0 }, { 0, 1 } }, far = { { 0, 0 }, { 1000, 0 } }, off = { { 0, 1 }, { 0, 0 } }; uint64_t n;
    timerfd_settime(f, 0, &t, NULL); says("came", soon(f, POLLIN)); timerfd_settime(f, 0, &far, NULL); as("set anew", read(f, &n, 8)); timerfd_settime(f, 0, &off, NULL); timerfd_gettime(f, &t); as("disarmed", t.it_value.tv_nsec == 0 && t.it_value.tv_sec == 0); return 0; }
C
    run_program ./a
    assert_output 'came IN
set anew EAGAIN
disarmed 1'
}

@test "a full counter makes its writer sleep until it is read, the largest number is refused [E29]" {
    makes a <<C
$try
int main(void) { int f = eventfd(0, 0); uint64_t n = UINT64_MAX; as("2^64-1", write(f, &n, 8)); n--; as("2^64-2", write(f, &n, 8)); says("full", look(f, POLLIN | POLLOUT)); pid_t c = fork(); if (c == 0) { eventfd_write(f, 1); _exit(0); }
    char line[256]; sprintf(bytes, "/proc/%d/stat", c); do { int s = open(bytes, O_RDONLY); read(s, line, 255); close(s); } while (strrchr(line, ')')[2] != 'S'); read(f, &n, 8); wait(NULL); read(f, &n, 8); as("then", (long)n); return 0; }
C
    run_program ./a
    assert_output '2^64-1 EINVAL
2^64-2 8
full IN
then 1'
}

@test "the status is for the parent alone, and HUP comes after the collection if at all [E32]" {
    says "Nothing can be read from it; the status is waitid(2)'s, with P_PIDFD, and only the parent's"
    says "newer kernels add POLLHUP after it was collected"
    makes a <<C
$try
#include <sys/pidfd.h>
int main(void) { siginfo_t i; pid_t me = getpid(), c = fork(); if (c == 0) { int f = pidfd_open(me, 0); says("another's", look(f, POLLIN)); as("waitid", waitid(P_PIDFD, (id_t)f, &i, WEXITED)); _exit(3); }
    int f = pidfd_open(c, 0); soon(f, POLLIN); as("stays", (look(f, POLLIN) & POLLIN) != 0 && (look(f, POLLIN) & POLLIN) != 0); waitid(P_PIDFD, (id_t)f, &i, WEXITED); as("status", i.si_status); says("collected", look(f, POLLIN)); return 0; }
C
    run_program ./a
    assert_line --index 0 "another's"
    assert_line --index 1 'waitid ECHILD'
    assert_line --index 2 'stays 1'
    assert_line --index 3 'status 3'
    assert_line --index 4 --regexp '^collected IN( HUP)?$'
}

@test "it leaves nothing behind" {
    leaves_nothing ./wake_fds
}
