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
#include <sys/mman.h>

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
}

/* For children: prints what failed, and why, and ends by _exit. */
static _Noreturn void fail(const char *what)
{
    warn("%s", what);
    _exit(EXIT_FAILURE);
}

static int nameless_file(void)
{
    char name[] = "/tmp/sharing.XXXXXX";
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd == -1 || unlink(name) == -1)
        err(EXIT_FAILURE, "%s", name);
    return fd;
}

enum { FROM_MALLOC = 0 };

static const struct kind {
    const char *name;
    int flags, advice;
} kinds[] = {
    { "from malloc", FROM_MALLOC, 0 },
    { "private", MAP_PRIVATE | MAP_ANONYMOUS, 0 },
    { "shared", MAP_SHARED | MAP_ANONYMOUS, 0 },
    { "private, of a file", MAP_PRIVATE, 0 },
    { "shared, of a file", MAP_SHARED, 0 },
    { "shared and validated", MAP_SHARED_VALIDATE, 0 },
    { "private, wiped on fork", MAP_PRIVATE | MAP_ANONYMOUS,
      MADV_WIPEONFORK },
    { "shared, not for a fork", MAP_SHARED | MAP_ANONYMOUS,
      MADV_DONTFORK },
    { "shared, after the fork", MAP_SHARED | MAP_ANONYMOUS, 0 },
};
enum { KINDS = sizeof kinds / sizeof kinds[0], LATE = KINDS - 1 };

static bool is_mapped(char *address)
{
    uintptr_t size = (uintptr_t)sysconf(_SC_PAGESIZE);
    unsigned char in_memory;
    address -= (uintptr_t)address % size;
    return mincore(address, 1, &in_memory) == 0 || errno != ENOMEM;
}

static char *make(const struct kind *k, void *where, size_t size)
{
    if (k->flags == FROM_MALLOC)
        return malloc(size);
    int place = where == NULL ? 0 : MAP_FIXED_NOREPLACE;
    int fd = k->flags & MAP_ANONYMOUS ? -1 : nameless_file();
    char *memory = MAP_FAILED;
    if (fd != -1)
        errno = posix_fallocate(fd, 0, (off_t)size);
    if (fd == -1 || errno == 0)
        memory = mmap(where, size, PROT_READ | PROT_WRITE,
                      k->flags | place, fd, 0);
    if (fd != -1)
        close(fd);
    if (memory == MAP_FAILED)
        return NULL;
    return k->advice == 0 || madvise(memory, size, k->advice) == 0
               ? memory : NULL;
}

static void look(char *const memory[], char found[], char mark)
{
    for (int i = 0; i < KINDS; i++) {
        found[i] = '-';
        if (memory[i] == NULL || !is_mapped(memory[i]))
            continue;
        found[i] = *memory[i] != '\0' ? *memory[i] : '0';
        if (mark != '\0')
            *memory[i] = mark;
    }
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
    const size_t size = (size_t)sysconf(_SC_PAGESIZE);
    struct notes {
        char *memory[KINDS];
        char child[KINDS], parent[KINDS];
    } *notes = mmap(NULL, sizeof *notes, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (notes == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    for (int i = 0; i < LATE; i++) {
        notes->memory[i] = make(&kinds[i], NULL, size);
        if (notes->memory[i] == NULL)
            err(EXIT_FAILURE, "%s", kinds[i].name);
        *notes->memory[i] = 'P';
    }
    char *late = make(&kinds[LATE], NULL, size);
    if (late == NULL || munmap(late, size) == -1)
        err(EXIT_FAILURE, "%s", kinds[LATE].name);
    notes->memory[LATE] = late;
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (make(&kinds[LATE], late, size) == NULL)
            fail(kinds[LATE].name);
        look(notes->memory, notes->child, 'C');
        _exit(EXIT_SUCCESS);
    }
    if (wait_for(child) != 0)
        errx(EXIT_FAILURE, "the child failed");
    look(notes->memory, notes->parent, '\0');
    printf("%-24s child  parent\n", "");
    for (int i = 0; i < KINDS; i++)
        printf("%-24s %c      %c\n", kinds[i].name, notes->child[i],
               notes->parent[i]);
    free(notes->memory[0]);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
