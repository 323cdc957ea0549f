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
/* Prints what mmap(2) returned, and returns it. An error other than
   EXPECTED ends the program; 0 means that none is expected. */
static char *show_map(const char *how, void *map, int expected)
{
    if (map == MAP_FAILED && errno != expected)
        err(EXIT_FAILURE, "%s", how);
    if (map == MAP_FAILED)
        printf("%-36s = MAP_FAILED %s\n", how, strerrorname_np(errno));
    else
        printf("%-36s = mapped\n", how);
    return map;
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
static void show_size(int fd)
{
    struct stat about;
    if (fstat(fd, &about) == -1)
        err(EXIT_FAILURE, "fstat");
    printf("%36s   size %jd\n", "", (intmax_t)about.st_size);
}
/* Stores a byte to each page; returns how many there were before
   the first fault. */
static size_t store_to_all(volatile char *p, size_t pages, size_t page)
{
    static volatile size_t stored;
    for (stored = 0; stored < pages; stored++) {
        if (sigsetjmp(landing, 1) != 0) {
            show_fault("store");
            break;
        }
        p[stored * page] = 'x';
    }
    return stored;
}
/* Like posix_fallocate(3), but a signal does not end it. */
static int reserve(int fd, off_t from, off_t length)
{
    int error;
    do
        error = posix_fallocate(fd, from, length);
    while (error == EINTR);
    return error;
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
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t pages = 32;
    int fd = scratch_file(0, 0);
    survive_faults();
    show_size(fd);
    char *p = show_map("a mapping of 100 bytes",
                       mmap(NULL, 100, PROT_READ | PROT_WRITE, MAP_SHARED,
                            fd, 0), 0);
    load("load", p);
    store("store", p, 'x');
    show("ftruncate(fd, 1)", ftruncate(fd, 1), 0);
    store("store", p, 'x');
    load("load", p);
    show("ftruncate(fd, 0)", ftruncate(fd, 0), 0);
    load("load", p);
    show("lseek(fd, 100, SEEK_END)", lseek(fd, 100, SEEK_END), 0);
    show_size(fd);
    show("write(fd, \" \", 1)", write(fd, " ", 1), 0);
    show_size(fd);
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    show("truncate(name, 200)", truncate(name, 200), 0);
    show_size(fd);
    show("ftruncate(fd, 300)", ftruncate(fd, 300), 0);
    show_size(fd);
    int reading = reopen(fd, O_RDONLY);
    show("ftruncate, open with O_RDONLY", ftruncate(reading, 400), EINVAL);
    show_size(fd);
    if (ftruncate(fd, (off_t)(pages * page)) == -1)
        err(EXIT_FAILURE, "ftruncate");
    struct stat hollow;
    if (fstat(fd, &hollow) == -1)
        err(EXIT_FAILURE, "fstat");
    printf("%-36s = %s\n", "32 pages, most of them a hole",
           hollow.st_blocks * 512 < hollow.st_size / 2 ? "yes" : "no");
    char *all = map_or_die(NULL, pages * page, PROT_READ | PROT_WRITE,
                           MAP_SHARED, fd, 0);
    printf("%-36s = %zu\n", "pages that could be stored to",
           store_to_all(all, pages, page));
    int error = reserve(fd, 0, (off_t)(pages * page));
    printf("%-36s = %s\n", "posix_fallocate(fd, 0, 32 pages)",
           error == 0 ? "0" : strerrorname_np(error));
    close(reading);
    close(fd);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
