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

static char *ask(const char *what, size_t length, int protection,
                 int type, int fd)
{
    char *p = mmap(NULL, length, protection, type, fd, 0);
    printf("%s: %s\n", what,
           p == MAP_FAILED ? strerrorname_np(errno) : "ok");
    return p;
}

static void store(const char *what, volatile char *at)
{
    if (sigsetjmp(landing, 1) != 0) {
        printf("%s: SIG%s\n", what, sigabbrev_np(fault_signal));
        return;
    }
    *at = 'b';
    printf("%s: ok\n", what);
}

int main(void)
{
    const int r = PROT_READ, rw = PROT_READ | PROT_WRITE;
    int fd = open("note", O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd == -1 || truncate("note", 1) == -1)
        err(EXIT_FAILURE, "note");
    survive_faults();
    ask("nothing, shared", 0, r, MAP_SHARED, fd);
    ask("read and write, shared", 1, rw, MAP_SHARED, fd);
    store("  read, shared; a store", ask("read, shared", 1, r,
                                         MAP_SHARED, fd));
    store("  read and write, private; a store",
          ask("read and write, private", 1, rw, MAP_PRIVATE, fd));
    return EXIT_SUCCESS;
}
