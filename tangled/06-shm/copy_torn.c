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
#include <stdatomic.h>

enum { LINES = 4 };
struct record {
    atomic_uint sequence;       /* odd while somebody copies */
    atomic_ulong word[LINES];
};

static size_t page;
static char *pages;             /* two of them, which we look through */
static char *other;             /* the same two, to copy through */
static struct record *ours, *theirs;
static void copy_record(struct record *to, unsigned long what)
{
    atomic_fetch_or(&to->sequence, 1);
    for (int i = 0; i < LINES; i++)
        atomic_store(&to->word[i], what);
    atomic_fetch_add(&to->sequence, 1);
}
static void look(const char *when)
{
    printf("%-20s", when);
    for (int i = 0; i < LINES; i++)
        printf(" %s", atomic_load(&ours->word[i]) == 0 ? "old" : "new");
    printf(", sequence number %u\n", atomic_load(&ours->sequence));
}
static void half_done(int number)
{
    (void)number;
    look("in the middle:");
    if (mprotect(other, 2 * page, PROT_READ | PROT_WRITE) == -1)
        _exit(EXIT_FAILURE);
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
    setvbuf(stdout, NULL, _IOLBF, 0);
    page = (size_t)sysconf(_SC_PAGESIZE);
    int fd = memfd_create("record", MFD_CLOEXEC);
    if (fd == -1 || ftruncate(fd, (off_t)(2 * page)) == -1)
        err(EXIT_FAILURE, "memfd");
    pages = mmap(NULL, 2 * page, PROT_READ, MAP_SHARED, fd, 0);
    other = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (pages == MAP_FAILED || other == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    close(fd);
    const size_t at = page - sizeof(unsigned long[3]);
    ours = (void *)(pages + at);
    theirs = (void *)(other + at);
    struct sigaction action = { .sa_handler = half_done };
    look("before:");
    if (sigaction(SIGSEGV, &action, NULL) == -1
        || mprotect(other + page, page, PROT_READ) == -1)
        err(EXIT_FAILURE, "page");
    copy_record(theirs, 1);
    look("afterwards:");
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
