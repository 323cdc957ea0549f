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
/* Maps one byte AT that address, and prints how it went. An error
   other than EXPECTED ends the program; 0 means that none is. */
static char *try_map(const char *how, void *at, size_t length, int type,
                     int fd, off_t offset, int expected)
{
    void *map = mmap(at, length, PROT_READ, type, fd, offset);
    if (map == MAP_FAILED && errno != expected)
        err(EXIT_FAILURE, "%s", how);
    printf("%-36s = %s\n", how, map == MAP_FAILED
           ? strerrorname_np(errno) : "mapped");
    return map;
}

static size_t page;

static void try_lengths_and_offsets(int fd)
{
    const off_t one = (off_t)page;
    const int s = MAP_SHARED;
    try_map("length 0", NULL, 0, s, fd, 0, EINVAL);
    char *p = try_map("length 1", NULL, 1, s, fd, 0, 0);
    load("  the last byte of its page", p + page - 1);
    try_map("length of all addresses", NULL, SIZE_MAX - 2 * page, s,
            fd, 0, ENOMEM);
    try_map("offset 1000", NULL, 1, s, fd, 1000, EINVAL);
    try_map("offset of half a page", NULL, 1, s, fd, one / 2, EINVAL);
    p = try_map("offset of 1 page", NULL, 1, s, fd, one, 0);
    load("  its first byte", p);
    try_map("offset of -1 page", NULL, 1, s, fd, -one, EOVERFLOW);
    p = try_map("offset of 100 pages", NULL, 1, s, fd, 100 * one, 0);
    load("  its first byte", p);
}
static void try_addresses(int fd)
{
    char *p = try_map("address NULL", NULL, 1, MAP_SHARED, fd, 0, 0);
    char *q = try_map("an address in use, no page", p + 1, 1,
                      MAP_SHARED, fd, 0, 0);
    printf("%-36s = %s\n", "  elsewhere", q != p ? "yes" : "no");
    try_map("MAP_FIXED, no page", p + 1, 1, MAP_SHARED | MAP_FIXED,
            fd, 0, EINVAL);
    try_map("MAP_FIXED_NOREPLACE, in use", p, 1,
            MAP_SHARED | MAP_FIXED_NOREPLACE, fd, 0, EEXIST);
    load("  the first byte there", p);
    try_map("MAP_FIXED, in use, anonymous", p, 1,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0, 0);
    load("  the first byte there", p);
}
static void try_thing(const char *what, int type, int fd, int expected)
{
    try_map(what, NULL, 1, type, fd, 0, expected);
    if (fd != -1)
        close(fd);
}

static void try_others(int file)
{
    const int unknown = 0x800000;   /* no flag of Linux 6.18 */
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    close(ends[1]);
    try_thing("neither shared nor private", 0,
              reopen(file, O_RDWR), EINVAL);
    try_thing("MAP_SHARED, unknown flag", MAP_SHARED | unknown,
              reopen(file, O_RDWR), 0);
    try_thing("MAP_SHARED_VALIDATE, unknown flag",
              MAP_SHARED_VALIDATE | unknown,
              reopen(file, O_RDWR), EOPNOTSUPP);
    try_thing("open with O_WRONLY", MAP_SHARED,
              reopen(file, O_WRONLY), EACCES);
    try_thing("descriptor -1", MAP_SHARED, -1, EBADF);
    try_thing("descriptor -1, anonymous", MAP_SHARED | MAP_ANONYMOUS,
              -1, 0);
    try_thing("a pipe", MAP_SHARED, ends[0], ENODEV);
    try_thing("a directory", MAP_SHARED,
              open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), ENODEV);
    try_thing("/dev/null", MAP_SHARED,
              open("/dev/null", O_RDONLY | O_CLOEXEC), ENODEV);
    try_thing("/dev/zero", MAP_SHARED,
              open("/dev/zero", O_RDONLY | O_CLOEXEC), 0);
    try_thing("a memfd", MAP_SHARED,
              memfd_create("scratch", MFD_CLOEXEC), 0);
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
    int fd = scratch_file(page, '1');
    if (pwrite(fd, "2", 1, (off_t)page) != 1)
        err(EXIT_FAILURE, "pwrite");
    survive_faults();
    try_lengths_and_offsets(fd);
    try_addresses(fd);
    try_others(fd);
    close(fd);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
