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

/* Like read(2), but a signal does not end it. */
static ssize_t read_some(int fd, void *buffer, size_t length)
{
    ssize_t n;
    do
        n = read(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
}

static sigjmp_buf landing;
static const char *volatile window;
static volatile size_t window_length;

static void on_bus_error(int number, siginfo_t *about, void *context)
{
    (void)context;
    uintptr_t fault = (uintptr_t)about->si_addr;
    uintptr_t start = (uintptr_t)window;
    if (window != NULL && fault - start < window_length)
        siglongjmp(landing, 1);
    signal(number, SIG_DFL);
    raise(number);
}
/* Returns false when a page of the source could not be loaded. */
static bool copy_window(int in, int out, off_t at, size_t length)
{
    char *from = mmap(NULL, length, PROT_READ, MAP_SHARED, in, at);
    if (from == MAP_FAILED)
        err(EXIT_FAILURE, "mmap of the source");
    char *to = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED,
                    out, at);
    if (to == MAP_FAILED)
        err(EXIT_FAILURE, "mmap of the target");
    volatile bool whole = false;
    struct sigaction action = { .sa_flags = SA_SIGINFO };
    action.sa_sigaction = on_bus_error;
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGBUS, &action, NULL) == -1)
        err(EXIT_FAILURE, "sigaction");
    if (sigsetjmp(landing, 1) == 0) {
        window_length = length;
        window = from;
        memcpy(to, from, length);
        whole = true;
    }
    window = NULL;
    if (munmap(from, length) == -1 || munmap(to, length) == -1)
        err(EXIT_FAILURE, "munmap");
    return whole;
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
enum { WINDOW = 16 << 20 };

static void copy_stretch(int in, int out, off_t from, off_t to,
                         const char *source, const char *target)
{
    from -= from % sysconf(_SC_PAGESIZE);
    while (from < to) {
        size_t length = to - from < WINDOW ? (size_t)(to - from)
                                           : WINDOW;
        errno = reserve(out, from, (off_t)length);
        if (errno != 0)
            err(EXIT_FAILURE, "%s", target);
        if (!copy_window(in, out, from, length))
            {
                struct stat now;
                if (fstat(in, &now) == 0 && now.st_size < from + (off_t)length)
                    errx(EXIT_FAILURE, "%s: was cut short during the copy",
                         source);
                errx(EXIT_FAILURE, "%s: has a page that cannot be loaded", source);
            }
        from += (off_t)length;
    }
}
/* Like fsync(2), but a signal does not end it. */
static int to_disk(int fd)
{
    int result;
    do
        result = fsync(fd);
    while (result == -1 && errno == EINTR);
    return result;
}

int main(int argc, char *argv[])
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
    signal(SIGXFSZ, SIG_IGN);
    if (argc != 3)
        errx(2, "usage: map_copy SOURCE TARGET");
    const char *source = argv[1], *target = argv[2];
    int in = open(source, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (in == -1 && errno == EAGAIN)
        in = open(source, O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (in == -1 || fstat(in, &about) == -1)
        err(EXIT_FAILURE, "%s", source);
    if (S_ISDIR(about.st_mode))
        errx(EXIT_FAILURE, "%s: is a directory", source);
    if (!S_ISREG(about.st_mode))
        errx(EXIT_FAILURE, "%s: not a regular file", source);
    char byte;
    ssize_t bytes = about.st_size > 0 ? 0 : read_some(in, &byte, 1);
    if (bytes == -1)
        err(EXIT_FAILURE, "%s", source);
    if (bytes > 0)
        errx(EXIT_FAILURE, "%s: has bytes but no size", source);
    const char *slash = strrchr(target, '/');
    const char *name = slash == NULL ? target : slash + 1;
    if (*name == '\0')
        errx(EXIT_FAILURE, "%s: is no name for a file", target);
    char *path = slash == NULL ? strdup(".")
                 : strndup(target, (size_t)(name - target));
    if (path == NULL)
        err(EXIT_FAILURE, "strdup");
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory == -1)
        err(EXIT_FAILURE, "%s", path);
    struct stat old;
    if (fstatat(directory, name, &old, AT_SYMLINK_NOFOLLOW) == 0)
        errx(EXIT_FAILURE, "%s: exists already", target);
    if (errno != ENOENT)
        err(EXIT_FAILURE, "%s", target);
    int out = openat(directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC,
                     about.st_mode & 0777);
    if (out == -1)
        err(EXIT_FAILURE, "%s: cannot make a file", path);
    char self[64];
    snprintf(self, sizeof self, "/proc/self/fd/%d", out);
    if (access(self, F_OK) == -1)
        err(EXIT_FAILURE, "%s", self);
    if (ftruncate(out, about.st_size) == -1)
        err(EXIT_FAILURE, "%s", target);
    off_t at = 0;
    while (at < about.st_size) {
        off_t data = lseek(in, at, SEEK_DATA);
        off_t hole = data == -1 ? -1 : lseek(in, data, SEEK_HOLE);
        if (hole == -1 && errno == ENXIO)
            break;
        if (hole == -1)
            err(EXIT_FAILURE, "%s", source);
        if (hole > about.st_size)
            hole = about.st_size;
        if (data < hole)
            copy_stretch(in, out, data, hole, source, target);
        at = hole;
    }
    struct stat after;
    if (fstat(in, &after) == -1)
        err(EXIT_FAILURE, "%s", source);
    if (after.st_size < about.st_size)
        errx(EXIT_FAILURE, "%s: was cut short during the copy", source);
    if (after.st_size > about.st_size)
        errx(EXIT_FAILURE, "%s: has grown during the copy", source);
    if (after.st_ctim.tv_sec != about.st_ctim.tv_sec
        || after.st_ctim.tv_nsec != about.st_ctim.tv_nsec)
        errx(EXIT_FAILURE, "%s: has changed during the copy", source);
    if (to_disk(out) == -1)
        err(EXIT_FAILURE, "%s: cannot be brought to the disk", target);
    if (linkat(AT_FDCWD, self, directory, name, AT_SYMLINK_FOLLOW) == -1)
        err(EXIT_FAILURE, "%s", target);
    if (to_disk(directory) == -1)
        err(EXIT_FAILURE, "%s: its name may not be on the disk", target);
    free(path);
    close(in);
    close(directory);
    close(out);
    return EXIT_SUCCESS;
}
