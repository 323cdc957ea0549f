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

/* Returns 0 when all LENGTH bytes are written, or -1 with errno set. */
static int write_all(int fd, const void *buffer, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t n = write(fd, (const char *)buffer + done,
                          length - done);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return -1;
        done += (size_t)n;
    }
    return 0;
}


/* Makes a file of SIZE bytes, each of them BYTE, in the current
   directory, and removes its name. Ignores SIGXFSZ. */
static int scratch_file(size_t size, char byte)
{
    signal(SIGXFSZ, SIG_IGN);
    char name[] = "map_XXXXXX";
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd == -1 || unlink(name) == -1)
        err(EXIT_FAILURE, "%s", name);
    char *bytes = malloc(size + 1);
    if (bytes == NULL)
        err(EXIT_FAILURE, "malloc");
    memset(bytes, byte, size);
    if (write_all(fd, bytes, size) == -1)
        err(EXIT_FAILURE, "write");
    free(bytes);
    return fd;
}
/* Opens the file behind FD again, with other flags. */
static int reopen(int fd, int flags)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int again = open(path, flags | O_CLOEXEC);
    if (again == -1)
        err(EXIT_FAILURE, "%s", path);
    return again;
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
static void show_fault(const char *what)
{
    const char *code = "";
    if (fault_signal == SIGSEGV && fault_code == SEGV_MAPERR)
        code = "SEGV_MAPERR";
    if (fault_signal == SIGSEGV && fault_code == SEGV_ACCERR)
        code = "SEGV_ACCERR";
    if (fault_signal == SIGBUS && fault_code == BUS_ADRERR)
        code = "BUS_ADRERR";
    printf("%-36s   SIG%s %s\n", what, sigabbrev_np(fault_signal),
           code);
}

static void load(const char *what, const volatile char *at)
{
    if (sigsetjmp(landing, 1) != 0) {
        show_fault(what);
        return;
    }
    char byte = *at;
    if (byte == 0)
        printf("%-36s = 0\n", what);
    else
        printf("%-36s = '%c'\n", what, byte);
}
static void store(const char *what, volatile char *at, char byte)
{
    if (sigsetjmp(landing, 1) != 0) {
        show_fault(what);
        return;
    }
    *at = byte;
    printf("%-36s   stored\n", what);
}
/* Returns "ok" or "EACCES"; any other error ends the program. */
static const char *try(int protection, int type, int fd)
{
    void *map = mmap(NULL, 1, protection, type, fd, 0);
    if (map == MAP_FAILED && errno == EACCES)
        return "EACCES";
    if (map == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    munmap(map, 1);
    return "ok";
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
    int fd = scratch_file(1, 'a');
    static const struct { const char *name; int flag; } modes[] = {
        { "O_RDONLY", O_RDONLY }, { "O_WRONLY", O_WRONLY },
        { "O_RDWR", O_RDWR },
    };
    static const struct { const char *name; int flag; } types[] = {
        { "MAP_SHARED", MAP_SHARED }, { "MAP_PRIVATE", MAP_PRIVATE },
    };
    printf("%-10s%-13s%-8s%-8s%-8sREAD|WRITE\n", "open", "type",
           "NONE", "READ", "WRITE");
    for (int t = 0; t < 2; t++) {
        for (int m = 0; m < 3; m++) {
            const int type = types[t].flag;
            int again = reopen(fd, modes[m].flag);
            printf("%-10s%-13s", modes[m].name, types[t].name);
            printf("%-8s", try(PROT_NONE, type, again));
            printf("%-8s", try(PROT_READ, type, again));
            printf("%-8s", try(PROT_WRITE, type, again));
            puts(try(PROT_READ | PROT_WRITE, type, again));
            close(again);
        }
    }
    int reading = reopen(fd, O_RDONLY);
    char *shared = map_or_die(NULL, 1, PROT_READ, MAP_SHARED, reading, 0);
    char *mine = map_or_die(NULL, 1, PROT_READ, MAP_PRIVATE, reading, 0);
    puts("\nO_RDONLY, PROT_READ, later PROT_WRITE as well");
    show("mprotect(2) of the shared mapping",
         mprotect(shared, 1, PROT_READ | PROT_WRITE), EACCES);
    show("mprotect(2) of the private mapping",
         mprotect(mine, 1, PROT_READ | PROT_WRITE), 0);
    survive_faults();
    puts("\nwhat the protections are worth");
    store("store, private, from O_RDONLY", mine, 'b');
    load("  the file, through the shared one", shared);
    store("store, PROT_READ", shared, 'c');
    char *sealed = map_or_die(NULL, 1, PROT_NONE, MAP_SHARED, fd, 0);
    load("load, PROT_NONE", sealed);
    char *slot = map_or_die(NULL, 1, PROT_WRITE, MAP_SHARED, fd, 0);
    store("store, PROT_WRITE alone", slot, 'd');
    load("  the file, through the shared one", shared);
    close(reading);
    close(fd);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
