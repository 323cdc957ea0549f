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
#include <sys/resource.h>

/* Like mmap(2), but a failure ends the program. */
static char *map_or_die(void *where, size_t length, int protection,
                        int flags, int fd, off_t offset)
{
    void *map = mmap(where, length, protection, flags, fd, offset);
    if (map == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    return map;
}
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

static char path[] = "/dev/shm/book.XXXXXX";
static const char *const name = path + sizeof "/dev/shm" - 1;

static void remove_name(void)
{
    unlink(path);
}

/* Makes an empty object; its name goes when we end by exit. */
static int make_object(void)
{
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    umask(077);
    signal(SIGXFSZ, SIG_IGN);
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "%s", path);
    if (atexit(remove_name) != 0) {
        remove_name();
        err(EXIT_FAILURE, "atexit");
    }
    return fd;
}
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

/* A child opens the object, loads its first word, and tells. */
static void stranger(const char *when)
{
    printf("%-29s ", when);
    fflush(stdout);
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        const struct rlimit none = { 0, 0 };
        setrlimit(RLIMIT_CORE, &none);
        int fd = shm_open(name, O_RDONLY, 0);
        struct stat is;
        if (fd == -1 && errno == ENOENT) {
            puts("no such object");
            fflush(stdout);
            _exit(EXIT_SUCCESS);
        }
        if (fd == -1 || fstat(fd, &is) == -1)
            fail(name);
        printf("%jd bytes, ", (intmax_t)is.st_size);
        fflush(stdout);
        const char *map = mmap(NULL, 16, PROT_READ, MAP_SHARED, fd, 0);
        if (map == MAP_FAILED)
            fail("mmap");
        printf("the word is %s\n", *map == '\0' ? "missing" : map);
        fflush(stdout);
        _exit(EXIT_SUCCESS);
    }
    int status = wait_for(child);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS)
        puts("killed by SIGBUS");
    else if (status != 0)
        errx(EXIT_FAILURE, "the stranger failed");
}
static void fill(int fd)
{
    char *map = map_or_die(NULL, 16, PROT_READ | PROT_WRITE, MAP_SHARED,
                           fd, 0);
    strcpy(map, "ready");
    munmap(map, 16);
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
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    close(make_object());
    puts("the name first:");
    stranger("  it is made");
    int fd = shm_open(name, O_RDWR, 0);
    if (fd == -1 || ftruncate(fd, (off_t)page) == -1)
        err(EXIT_FAILURE, "%s", name);
    stranger("  it has its size");
    fill(fd);
    stranger("  it is filled");
    close(fd);
    puts("made again:");
    fd = shm_open(name, O_RDWR | O_CREAT, 0600);
    stranger("  with O_CREAT");
    close(fd);
    fd = shm_open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
    stranger("  with O_CREAT and O_TRUNC");
    close(fd);
    remove_name();
    puts("the name last:");
    fd = open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd == -1 || ftruncate(fd, (off_t)page) == -1)
        err(EXIT_FAILURE, "/dev/shm");
    stranger("  it has its size");
    fill(fd);
    stranger("  it is filled");
    char self[64];
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    show("  linkat", linkat(AT_FDCWD, self, AT_FDCWD, path,
                            AT_SYMLINK_FOLLOW), 0);
    show("  linkat again", linkat(AT_FDCWD, self, AT_FDCWD, path,
                                  AT_SYMLINK_FOLLOW), EEXIST);
    stranger("  it has its name");
    close(fd);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
