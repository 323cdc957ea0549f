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
static const char *command;

/* Returns byte I; when it is the second one, COMMAND runs first. */
static unsigned char look(const volatile char *p, size_t i)
{
    if (i == 1 && system(command) == -1)
        err(EXIT_FAILURE, "system");
    return (unsigned char)p[i];
}

static bool add_up(const char *name, int fd, const char *p, size_t size)
{
    struct stat about;
    volatile unsigned long sum = 0;
    survive_faults();
    if (sigsetjmp(landing, 0) != 0) {
        warnx("%s: was cut short", name);
        return false;
    }
    for (size_t i = 0; i < size; i++)
        sum += look(p, i);
    if (fstat(fd, &about) == -1)
        err(EXIT_FAILURE, "%s", name);
    if (about.st_size < (off_t)size) {
        warnx("%s: was cut short", name);
        return false;
    }
    printf("%s %lu\n", name, sum);
    return true;
}

int main(int argc, char *argv[])
{
    if (argc < 3)
        errx(2, "usage: truncated_under COMMAND FILE...");
    command = argv[1];
    int status = EXIT_SUCCESS;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 2; i < argc; i++) {
        int fd = open(argv[i], O_RDONLY | O_CLOEXEC);
        struct stat about;
        if (fd == -1 || fstat(fd, &about) == -1)
            err(EXIT_FAILURE, "%s", argv[i]);
        const size_t size = (size_t)about.st_size;
        char *p = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
        if (p == MAP_FAILED)
            err(EXIT_FAILURE, "%s", argv[i]);
        if (!add_up(argv[i], fd, p, size))
            status = EXIT_FAILURE;
        munmap(p, size);
        close(fd);
    }
    return status;
}
