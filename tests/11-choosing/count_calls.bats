bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# count_calls: how many system calls a thousand questions, and a thousand lines, are.

# A machine whose clock the vDSO cannot read counts otherwise.
needs_vdso() {
    case $(cat /sys/devices/system/clocksource/clocksource0/current_clocksource) in
    tsc | kvm-clock | hyperv_clocksource_tsc_page | arch_sys_counter) ;;
    *) skip "needs a clock that the vDSO reads" ;;
    esac
}

@test "the session holds: the clocks cost none, getpid and CPU time one each [C01] [C02] [C18] [C28]" {
    needs strace
    needs_vdso
    says "Now a thousand questions are a thousand calls"
    says "Otherwise the lines gather in a buffer, here of 4096 bytes, and a thousand of them are three writes"
    says "A short call takes more than ten times as long"
    holds_session
}

@test "an own count by strace agrees [C01] [C02] [C18]" {
    needs_vdso
    says "The kernel maps a few functions into each process, the vDSO, which read the time from a page that the kernel keeps up to date (vdso(7))"
    says "Here it is none"
    makes a <<'C'
#include <stdio.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
int main(void) { struct timespec t; struct timeval v; static char buffer[4096];
    for (int i = 0; i < 500; i++) { clock_gettime(CLOCK_MONOTONIC, &t); clock_gettime(CLOCK_MONOTONIC_RAW, &t); gettimeofday(&v, NULL); (void)time(NULL); }
    for (int i = 0; i < 70; i++) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    for (int i = 0; i < 50; i++) getpid();
    setvbuf(stdout, buffer, _IOFBF, 4096); for (int i = 0; i < 1000; i++) puts("eleven more"); return fflush(stdout); }
C
    traced clock_gettime,gettimeofday,time,getpid,write ./a
    assert_equal "$(grep -c CLOCK_MONOTONIC strace)" 0
    assert_equal "$(grep -c 'gettimeofday\|time(NULL' strace)" 0
    assert_equal "$(grep -c CLOCK_PROCESS strace)" 70
    assert_equal "$(grep -c 'getpid()' strace)" 50
    assert_equal "$(grep -c 'write(1' strace)" 3
}

@test "on a terminal printf is a call for each line, though nobody told it to [C18]" {
    says "It does so where it was told to, or on a terminal"
    makes a <<'C'
#include <stdio.h>
int main(void) { for (int i = 0; i < 40; i++) puts("a line"); return fflush(stdout); }
C
    needs strace
    run_on_terminal strace -e trace=write -o log ./a
    assert_equal "$(grep -c 'write(1' log)" 40
}

@test "it leaves nothing behind" {
    needs strace
    leaves_nothing ./count_calls
}
