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
#include <sys/socket.h>

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

static size_t page;

static void try_lengths(int fd)
{
    puts("\nlength");
    show_map("0 bytes",
             mmap(NULL, 0, PROT_READ, MAP_SHARED, fd, 0), EINVAL);
    char *p = show_map("1 byte",
             mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0), 0);
    load("  the last byte of its page", p + page - 1);
    show_map("more than there is",
             mmap(NULL, SIZE_MAX - 2 * page, PROT_READ, MAP_SHARED,
                  fd, 0), ENOMEM);
}
static char *at_offset(const char *how, off_t offset, int fd,
                       int expected)
{
    return show_map(how, mmap(NULL, 1, PROT_READ, MAP_SHARED, fd,
                              offset), expected);
}

static void try_offsets(int fd)
{
    const off_t one = (off_t)page;
    puts("\noffset");
    at_offset("1000", 1000, fd, EINVAL);
    at_offset("half a page", one / 2, fd, EINVAL);
    load("  its first byte", at_offset("0", 0, fd, 0));
    load("  its first byte", at_offset("1 page", one, fd, 0));
    at_offset("-1 page", -one, fd, EOVERFLOW);
    load("  its first byte", at_offset("100 pages", 100 * one, fd, 0));
    at_offset("offset plus length too large",
              (off_t)(INT64_MAX - INT64_MAX % one), fd, EOVERFLOW);
}
static uintptr_t distance(uintptr_t a, uintptr_t b)
{
    return a > b ? a - b : b - a;
}

static void show_place(const char *p)
{
    uintptr_t map = (uintptr_t)p, heap = (uintptr_t)sbrk(0);
    uintptr_t stack = (uintptr_t)&map, libc = (uintptr_t)stdout;
    printf("%-36s = %s\n", "  at the start of a page",
           map % page == 0 ? "yes" : "no");
    printf("%-36s = %s\n", "  between heap and stack",
           heap < map && map < stack ? "yes" : "no");
    printf("%-36s = %s\n", "  within 1 GiB of the C library",
           distance(map, libc) >> 30 == 0 ? "yes" : "no");
}
static void try_addresses(int fd)
{
    puts("\naddress");
    char *p = show_map("NULL", mmap(NULL, 1, PROT_READ, MAP_SHARED,
                                    fd, 0), 0);
    show_place(p);
    char *q = show_map("a hint, already in use, not a page",
        mmap(p + 1, 1, PROT_READ, MAP_SHARED, fd, 0), 0);
    printf("%-36s = %s\n", "  elsewhere", q != p ? "yes" : "no");
    show_map("MAP_FIXED, not a page",
        mmap(p + 1, 1, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0),
        EINVAL);
    show_map("MAP_FIXED_NOREPLACE, in use",
        mmap(p, 1, PROT_READ, MAP_SHARED | MAP_FIXED_NOREPLACE, fd, 0),
        EEXIST);
    load("  the first byte there", p);
    show_map("MAP_FIXED, in use, anonymous",
        mmap(p, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
             -1, 0), 0);
    load("  the first byte there", p);
}
static void try_flags(int fd)
{
    const int rw = PROT_READ | PROT_WRITE;
    const int unknown = 0x800000;   /* no flag of Linux 6.18 */
    int reading = reopen(fd, O_RDONLY), writing = reopen(fd, O_WRONLY);
    puts("\nprotection and flags");
    show_map("PROT_WRITE, shared, O_RDONLY",
             mmap(NULL, 1, rw, MAP_SHARED, reading, 0), EACCES);
    show_map("PROT_WRITE, shared, O_WRONLY",
             mmap(NULL, 1, rw, MAP_SHARED, writing, 0), EACCES);
    show_map("neither shared nor private",
             mmap(NULL, 1, rw, 0, fd, 0), EINVAL);
    show_map("MAP_SHARED, unknown flag",
             mmap(NULL, 1, PROT_READ, MAP_SHARED | unknown, fd, 0), 0);
    show_map("MAP_SHARED_VALIDATE, unknown flag",
             mmap(NULL, 1, PROT_READ, MAP_SHARED_VALIDATE | unknown,
                  fd, 0), EOPNOTSUPP);
    close(reading);
    close(writing);
}
static void try_thing(const char *what, int fd, int flags, int expected)
{
    show_map(what, mmap(NULL, 1, PROT_READ, flags, fd, 0), expected);
    if (fd != -1)
        close(fd);
}

static void try_things(void)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    close(ends[1]);
    puts("\ndescriptor");
    try_thing("-1", -1, MAP_SHARED, EBADF);
    try_thing("-1, anonymous", -1,
              MAP_SHARED | MAP_ANONYMOUS, 0);
    try_thing("a pipe", ends[0], MAP_SHARED, ENODEV);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    try_thing("a socket", fd, MAP_SHARED, ENODEV);
    fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    try_thing("a directory", fd, MAP_SHARED, ENODEV);
    fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    try_thing("/dev/null", fd, MAP_SHARED, ENODEV);
    fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    try_thing("/dev/zero", fd, MAP_SHARED, 0);
    fd = memfd_create("scratch", MFD_CLOEXEC);
    try_thing("a memfd", fd, MAP_SHARED, 0);
}
static void try_sealed(void)
{
    int fd = memfd_create("sealed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd == -1 || fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) == -1)
        err(EXIT_FAILURE, "memfd_create");
    show_map("a memfd sealed against writing",
             mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0),
             EPERM);
    close(fd);
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
    printf("a page has %zu bytes\n", page);
    int fd = scratch_file(page, '1');
    if (pwrite(fd, "2", 1, (off_t)page) != 1)
        err(EXIT_FAILURE, "pwrite");
    survive_faults();
    try_lengths(fd);
    try_offsets(fd);
    try_addresses(fd);
    try_flags(fd);
    try_things();
    try_sealed();
    printf("\nMAP_FAILED == NULL: %s\n",
           MAP_FAILED == NULL ? "yes" : "no");
    close(fd);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
