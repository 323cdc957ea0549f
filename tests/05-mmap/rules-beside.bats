# shellcheck disable=SC2016,SC2154,SC2034 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# What the text says beside its programs.

@test "more addresses than the file has bytes cost no memory" {
    says "This costs addresses, of which a 64-bit process has plenty, and no memory"
    makes try <<'C'
#include "rules.h"
static long of_us(const char *what)
{
    char line[256];
    long kb = -1;
    FILE *status = fopen("/proc/self/status", "re");
    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, what, strlen(what)) == 0)
            kb = strtol(line + strlen(what), NULL, 10);
    fclose(status);
    return kb;
}
int main(void)
{
    int fd = scratch(page(), 'a');
    long size = of_us("VmSize:"), memory = of_us("VmRSS:");
    map((size_t)1 << 30, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    printf("%d %d\n", of_us("VmSize:") - size >= 1 << 20, of_us("VmRSS:") - memory < 1024);
}
C
    run_program ./try
    assert_success
    assert_output '1 1'
}

@test "a mutex that was not made consistent is useless" {
    says "PTHREAD_PROCESS_SHARED says that other processes will lock it"
    says "unlocking would make the mutex useless until it is initialized afresh: each later attempt to lock it fails with ENOTRECOVERABLE"
    says "Without it the C library may wait in a way that only threads of one process can end"
    makes try <<'C'
#include "rules.h"
#include <pthread.h>
int main(void)
{
    pthread_mutex_t *lock = (void *)map(sizeof *lock, PROT_READ | PROT_WRITE,
                                        MAP_SHARED | MAP_ANONYMOUS, -1);
    pthread_mutexattr_t how;
    pthread_mutexattr_init(&how);
    pthread_mutexattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&how, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(lock, &how);
    IN_A_CHILD(pthread_mutex_lock(lock); raise(SIGKILL));
    printf("%s ", strerrorname_np(pthread_mutex_lock(lock)));
    pthread_mutex_unlock(lock);
    for (int i = 0; i < 2; i++)
        IN_A_CHILD(printf("%s ", strerrorname_np(pthread_mutex_lock(lock))));
    puts(strerrorname_np(pthread_mutex_lock(lock)));
}
C
    run_program ./try
    assert_success
    assert_output 'EOWNERDEAD ENOTRECOVERABLE ENOTRECOVERABLE ENOTRECOVERABLE'
    makes private <<'C'
#include "rules.h"
#include <pthread.h>
struct shared { pthread_mutex_t lock; volatile int there; };
int main(int argc, char **argv)
{
    struct shared *s = (void *)map(sizeof *s, PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS, -1);
    pthread_mutexattr_t how;
    (void)argv;
    pthread_mutexattr_init(&how);
    pthread_mutexattr_setpshared(&how, argc > 1 ? PTHREAD_PROCESS_SHARED : PTHREAD_PROCESS_PRIVATE);
    pthread_mutex_init(&s->lock, &how);
    pthread_mutex_lock(&s->lock);
    pid_t child = fork();
    if (child == 0) {
        pthread_mutex_lock(&s->lock);
        _exit(0);
    }
    char path[64], text[64] = "";
    snprintf(path, sizeof path, "/proc/%d/wchan", (int)child);
    while (strncmp(text, "futex", 5) != 0) {
        FILE *call = fopen(path, "re");
        if (call == NULL || fgets(text, sizeof text, call) == NULL)
            return 77;
        fclose(call);
    }
    pthread_mutex_unlock(&s->lock);
    waitpid(child, NULL, 0);
    puts("woken");
}
C
    run_program ./private shared
    [ "$status" != 77 ] || skip "needs /proc/PID/wchan"
    assert_output woken
    run_program -t 1 ./private
    assert_failure
    assert_output ''
}
