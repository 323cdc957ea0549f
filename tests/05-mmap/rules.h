/* What the small programs of rules-*.bats share: every call checked, faults
   told by name, files that have no name. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static sigjmp_buf back;
static volatile int fault_signal, fault_code;

static inline void on_fault(int number, siginfo_t *about, void *context)
{
    (void)context;
    fault_signal = number;
    fault_code = about->si_code;
    siglongjmp(back, 1);
}

static inline void catch_faults(void)
{
    struct sigaction action = { .sa_flags = SA_SIGINFO };
    action.sa_sigaction = on_fault;
    if (sigaction(SIGSEGV, &action, NULL) == -1 || sigaction(SIGBUS, &action, NULL) == -1)
        err(99, "sigaction");
}

static inline const char *fault(void)
{
    return fault_signal == SIGBUS && fault_code == BUS_ADRERR ? "SIGBUS BUS_ADRERR"
        : fault_signal == SIGSEGV && fault_code == SEGV_MAPERR ? "SIGSEGV SEGV_MAPERR"
        : fault_signal == SIGSEGV && fault_code == SEGV_ACCERR ? "SIGSEGV SEGV_ACCERR"
        : "another fault";
}

/* Returns the character at AT, "zero", or the fault. */
static inline const char *load(const volatile char *at)
{
    static char text[2];
    if (sigsetjmp(back, 1) != 0)
        return fault();
    text[0] = *at;
    return text[0] == 0 ? "zero" : text;
}

static inline const char *store(volatile char *at, char byte)
{
    if (sigsetjmp(back, 1) != 0)
        return fault();
    *at = byte;
    return "stored";
}

static inline const char *result(int value)
{
    return value == -1 ? strerrorname_np(errno) : "done";
}

static inline size_t page(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* A file of SIZE bytes, each of them BYTE, without a name. */
static inline int scratch(size_t size, char byte)
{
    char name[] = "rules_XXXXXX";
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd == -1 || unlink(name) == -1)
        err(99, "%s", name);
    for (size_t i = 0; i < size; i++)
        if (write(fd, &byte, 1) != 1)
            err(99, "write");
    return fd;
}

static inline char *map(size_t length, int protection, int flags, int fd)
{
    void *p = mmap(NULL, length, protection, flags, fd, 0);
    if (p == MAP_FAILED)
        err(99, "mmap");
    return p;
}

/* The same file once more, with other FLAGS. */
static inline int again(int fd, int flags)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, flags | O_CLOEXEC);
}

/* The byte at AT of the file, as read(2) finds it. */
static inline char read_at(int fd, off_t at)
{
    char byte;
    if (pread(fd, &byte, 1, at) != 1)
        err(99, "pread");
    return byte;
}

static inline void write_at(int fd, off_t at, char byte)
{
    if (pwrite(fd, &byte, 1, at) != 1)
        err(99, "pwrite");
}

/* Forks; the parent waits, and is told whether the child left with 0. */
#define IN_A_CHILD(CODE) do { \
        fflush(stdout); \
        pid_t child_ = fork(); \
        int status_ = 0; \
        if (child_ == 0) { CODE; fflush(stdout); _exit(0); } \
        if (child_ == -1 || waitpid(child_, &status_, 0) == -1) err(99, "fork"); \
    } while (0)

/* How many kB of the mapping at P are dirty, as /proc/self/smaps has it. */
static inline long dirty(const void *p)
{
    char line[512], start[32];
    snprintf(start, sizeof start, "%08jx-", (uintmax_t)(uintptr_t)p);
    FILE *maps = fopen("/proc/self/smaps", "re");
    bool ours = false;
    long sum = 0, kb;
    if (maps == NULL)
        err(99, "smaps");
    while (fgets(line, sizeof line, maps) != NULL)
        if (line[0] < 'A' || line[0] > 'Z')
            ours = strncmp(line, start, strlen(start)) == 0;
        else if (ours && (sscanf(line, "Shared_Dirty: %ld kB", &kb) == 1
                          || sscanf(line, "Private_Dirty: %ld kB", &kb) == 1))
            sum += kb;
    fclose(maps);
    return sum;
}
