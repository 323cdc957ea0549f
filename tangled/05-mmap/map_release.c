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

/* Prints what a call returned. An error other than EXPECTED ends the
   program; 0 means that none is expected. */
static void show(const char *call, ssize_t result, int expected)
{
    if (result == -1 && errno != expected)
        err(EXIT_FAILURE, "%s", call);
    if (result == -1)
        printf("%-36s = -1 %s\n", call, strerrorname_np(errno));
    else
        printf("%-36s = %zd\n", call, result);
}

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

static void map_anew(char *p)
{
    map_or_die(p, 4 * page, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    for (size_t i = 0; i < 3; i++)
        p[i * page] = (char)('1' + i);
    p[3 * page] = 'N';
}

static void look(const volatile char *p)
{
    printf("  left:");
    for (volatile size_t i = 0; i < 4; i++) {
        if (sigsetjmp(landing, 1) != 0)
            printf(" -");
        else
            printf(" %c", p[i * page]);
    }
    putchar('\n');
}

int main(void)
{
    /* Descriptors 0 to 2 are taken, and no signal is blocked. */
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) == -1
            && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            err(EXIT_FAILURE, "/dev/null in place of descriptor %d", fd);
    sigset_t no_signals;
    sigemptyset(&no_signals);
    if (signal(SIGCHLD, SIG_DFL) == SIG_ERR
        || signal(SIGPIPE, SIG_DFL) == SIG_ERR
        || sigprocmask(SIG_SETMASK, &no_signals, NULL) == -1)
        err(EXIT_FAILURE, "signals");
    page = (size_t)sysconf(_SC_PAGESIZE);
    char *area = map_or_die(NULL, 6 * page, PROT_NONE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *p = area + page;
    survive_faults();
    map_anew(p);
    show("munmap(p + 1, 3 pages)", munmap(p + 1, 3 * page), EINVAL);
    show("munmap(p + sizeof(int), 3 pages)",
         munmap(p + sizeof(int), 3 * page), EINVAL);
    look(p);
    map_anew(p);
    show("munmap(p + 1 page, 3 pages)", munmap(p + page, 3 * page), 0);
    look(p);
    map_anew(p);
    show("munmap(p + 1 page, 1 page)", munmap(p + page, page), 0);
    look(p);
    map_anew(p);
    show("munmap(p, 1 byte)", munmap(p, 1), 0);
    look(p);
    map_anew(p);
    show("munmap(p, 1 page and 1 byte)", munmap(p, page + 1), 0);
    look(p);
    map_anew(p);
    show("munmap(p, 4 pages)", munmap(p, 4 * page), 0);
    look(p);
    show("munmap(p, 4 pages), again", munmap(p, 4 * page), 0);
    show("munmap(p, 0)", munmap(p, 0), EINVAL);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
