# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# Nobody waits by himself: semaphores, owners that die, atomic types, faults that are survived.

@test "a semaphore whose taker was killed stays taken; a robust mutex tells the next" {
    says "If that process is killed before it gives the semaphore back, it stays taken"
    says "When the owner of a robust mutex has died with the mapping in place, the next one that locks it gets the lock together with the error EOWNERDEAD"
    makes try <<'C'
#include "rules.h"
#include <pthread.h>
#include <semaphore.h>
struct shared { sem_t turn; pthread_mutex_t lock; };
int main(void)
{
    struct shared *s = (void *)map(sizeof *s, PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS, -1);
    pthread_mutexattr_t how;
    if (sem_init(&s->turn, 1, 1) == -1 || pthread_mutexattr_init(&how) != 0
        || pthread_mutexattr_setpshared(&how, PTHREAD_PROCESS_SHARED) != 0
        || pthread_mutexattr_setrobust(&how, PTHREAD_MUTEX_ROBUST) != 0
        || pthread_mutex_init(&s->lock, &how) != 0)
        err(99, "init");
    IN_A_CHILD(sem_wait(&s->turn); pthread_mutex_lock(&s->lock); raise(SIGKILL));
    puts(sem_trywait(&s->turn) == -1 && errno == EAGAIN ? "still taken" : "free");
    puts(pthread_mutex_lock(&s->lock) == EOWNERDEAD ? "EOWNERDEAD" : "locked");
}
C
    run_program ./try
    assert_success
    assert_output 'still taken
EOWNERDEAD'
}

@test "a load of what nobody has stored yet returns at once, with zeros" {
    says "A load from an empty board returns what is there: zeros"
    says "A load does not wait until the other process has stored something"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    int fd = scratch(0, 0), door[2];
    char byte;
    if (ftruncate(fd, 100) == -1 || pipe(door) == -1)
        err(99, "pipe");
    char *p = map(100, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    IN_A_CHILD(puts(load(p)); puts(load(p + 99)));
    IN_A_CHILD(if (fcntl(door[0], F_SETFL, O_NONBLOCK) == -1
        || read(door[0], &byte, 1) != -1 || errno != EAGAIN) _exit(1); puts("would wait"));
}
C
    run_program ./try
    assert_success
    assert_output 'zero
zero
would wait'
}

@test "a read from an empty pipe waits while there is a writer, unless it was told not to" {
    says "A read(2) from an empty pipe waits, while there is a writer (and unless O_NONBLOCK is set)"
    makes try <<'C'
#include "rules.h"
static void on_alarm(int number) { (void)number; }
int main(void)
{
    int ends[2];
    char byte;
    struct sigaction action = { .sa_handler = on_alarm };
    if (pipe(ends) == -1 || sigaction(SIGALRM, &action, NULL) == -1)
        err(99, "pipe");
    ualarm(20000, 20000);
    printf("%s ", result((int)read(ends[0], &byte, 1)));
    if (fcntl(ends[0], F_SETFL, O_NONBLOCK) == -1)
        err(99, "fcntl");
    ualarm(0, 0);
    printf("%s ", result((int)read(ends[0], &byte, 1)));
    close(ends[1]);
    printf("%zd\n", read(ends[0], &byte, 1));
}
C
    run_program ./try
    assert_success
    assert_output 'EINTR EAGAIN 0'
}

@test "the types of the board need no lock" {
    says "it has to be lock-free"
    says "the C standard means lock-free types to work between processes (C17, 7.17.5)"
    makes try <<'C'
#include "rules.h"
#include <stdatomic.h>
int main(void)
{
    struct shared { atomic_int state; atomic_long sum; } *s = (void *)map(sizeof *s,
        PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
    for (int i = 0; i < 3; i++)
        IN_A_CHILD(atomic_fetch_add(&s->sum, 7));
    printf("%d%d %ld\n", atomic_is_lock_free(&s->state), atomic_is_lock_free(&s->sum),
           atomic_load(&s->sum));
}
C
    run_program ./try
    assert_success
    assert_output '11 21'
}

@test "a struct has gaps, and a long is as wide as the architecture has it" {
    says "a long has 4 bytes in a 32-bit program and 8 in a 64-bit one, and a compiler may leave a gap, padding, in front of a member to align it"
    [ "$(uname -m)" = x86_64 ] || skip "needs x86-64"
    cat > wide.c <<'C'
struct board { char state; long number; };
_Static_assert(sizeof(long) == WIDTH, "");
_Static_assert(__builtin_offsetof(struct board, number) > 1, "");
C
    run_program gcc -m64 -DWIDTH=8 -c -o wide.o wide.c
    assert_success
    run_program gcc -m32 -DWIDTH=4 -c -o wide.o wide.c
    assert_success
    run_program gcc -m32 -DWIDTH=8 -c -o wide.o wide.c
    assert_failure
}

@test "of two processes that take the board at the same moment one succeeds" {
    says "Of two processes that try it at the same moment one succeeds"
    makes try <<'C'
#include "rules.h"
#include <stdatomic.h>
struct shared { atomic_int state, taken, ready; };
int main(void)
{
    struct shared *s = (void *)map(sizeof *s, PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS, -1);
    for (int round = 0; round < 200; round++) {
        atomic_store(&s->state, 0);
        atomic_store(&s->ready, 0);
        fflush(stdout);
        pid_t child = fork();
        if (child == -1)
            err(99, "fork");
        int from = 0;
        atomic_fetch_add(&s->ready, 1);
        if (atomic_compare_exchange_strong(&s->state, &from, 1))
            atomic_fetch_add(&s->taken, 1);
        if (child == 0)
            _exit(0);
        waitpid(child, NULL, 0);
    }
    printf("%d\n", atomic_load(&s->taken));
}
C
    run_program ./try
    assert_success
    assert_output 200
}

@test "without volatile an optimizer may add the whole number at once" {
    says "Without it an optimizer may put one addition of the whole number in place of the loop"
    cat > loop.c <<'C'
#include <stdio.h>
#include <stdlib.h>
static void add(long *sum, long times) { for (long i = 0; i < times; i++) (*sum)++; }
int main(int argc, char **argv)
{
    long sum = argc - 2;
    add(&sum, strtol(argv[1], NULL, 10));
    printf("%ld\n", sum);
}
C
    gcc -std=gnu17 -O2 -o loop loop.c
    run_program ./loop 4000000000000000000
    assert_success
    assert_output 4000000000000000000
    sed 's/long \*sum/volatile long *sum/' loop.c > kept.c
    gcc -std=gnu17 -O2 -o kept kept.c
    run_program -t 1 ./kept 4000000000000000000
    assert_failure 124
}

@test "a handler that has mended the mapping may return; one that has not is called again" {
    says "If the handler returned, the same instruction would run again, and fail again unless the handler had mended the mapping"
    makes try <<'C'
#include "rules.h"
static char *p;
static volatile int calls;
static void mend(int number)
{
    (void)number;
    if (++calls == 3 && mprotect(p, 1, PROT_READ | PROT_WRITE) == -1)
        _exit(99);
}
int main(void)
{
    p = map(1, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1);
    if (signal(SIGSEGV, mend) == SIG_ERR)
        err(99, "signal");
    *(volatile char *)p = 'm';
    printf("%d calls, %c\n", calls, *p);
}
C
    run_program ./try
    assert_success
    assert_output '3 calls, m'
}

@test "which code comes with which fault" {
    says "For SIGSEGV the code SEGV_MAPERR means that nothing is mapped at the address, and SEGV_ACCERR that something is, but does not permit this"
    says "For SIGBUS, BUS_ADRERR means that there is a mapping, but no memory to go with it"
    says "A program that wants to go on after SIGSEGV or SIGBUS needs a handler"
    makes try <<'C'
#include "rules.h"
int main(int argc, char **argv)
{
    (void)argv;
    int fd = scratch(1, 'a');
    char *p = map(2 * page(), PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    char *gone = map(1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    char *closed = map(1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    char *reading = map(1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    munmap(gone, 1);
    if (argc > 1)
        return p[page()];
    catch_faults();
    puts(load(gone));
    puts(load(closed));
    puts(store(reading, 'x'));
    puts(store(p + page(), 'x'));
}
C
    run_program ./try
    assert_success
    assert_output 'SIGSEGV SEGV_MAPERR
SIGSEGV SEGV_ACCERR
SIGSEGV SEGV_ACCERR
SIGBUS BUS_ADRERR'
    run_program ./try without
    assert_killed SIGBUS
}

@test "a child that waits for its turn ends when its parent gives up" {
    says "must not wait on if the parent gives up in the middle"
    inject 'openat:error=EMFILE:when=1' ./map_unsynchronised
    assert_failure 1
    assert_stderr_line --partial 'Too many open files'
}
