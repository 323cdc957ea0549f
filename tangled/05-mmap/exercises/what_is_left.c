#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* Like mmap(2), but a failure ends the program. */
static char *map_or_die(void *where, size_t length, int protection,
                        int flags, int fd, off_t offset)
{
    void *map = mmap(where, length, protection, flags, fd, offset);
    if (map == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    return map;
}
static sigjmp_buf landing;
static volatile sig_atomic_t fault_signal, fault_code;

static void on_fault(int number, siginfo_t *about, void *context)
{
    (void)context;
    fault_signal = number;
    fault_code = about->si_code;
    siglongjmp(landing, 1);
}
static void survive_faults(void)
{
    struct sigaction action = { .sa_flags = SA_SIGINFO };
    action.sa_sigaction = on_fault;
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGSEGV, &action, NULL) == -1
        || sigaction(SIGBUS, &action, NULL) == -1)
        err(EXIT_FAILURE, "sigaction");
}

static size_t page;

static void release(const char *p, size_t from, size_t length)
{
    int result = munmap((char *)(uintptr_t)p + from, length);
    printf("%s:", result == 0 ? "ok" : strerrorname_np(errno));
    for (volatile size_t i = 0; i < 4; i++)
        if (sigsetjmp(landing, 1) != 0)
            printf(" -");
        else
            printf(" %c", *(const volatile char *)(p + i * page));
    putchar('\n');
}

int main(void)
{
    page = (size_t)sysconf(_SC_PAGESIZE);
    char *p = map_or_die(NULL, 4 * page, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; i < 4; i++)
        p[i * page] = (char)('1' + i);
    survive_faults();
    release(p, 4, page);
    release(p, 2 * page, 1);
    release(p, 0, page + 1);
    return EXIT_SUCCESS;
}
