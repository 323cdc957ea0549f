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
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
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

/* Like write(2), but a signal does not end it with EINTR. */
static ssize_t write_some(int fd, const void *buffer, size_t length)
{
    ssize_t n;
    do
        n = write(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
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
    int p[2];
    if (pipe2(p, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    char path[64], name[64] = "";
    snprintf(path, sizeof path, "/proc/self/fd/%d", p[0]);
    if (readlink(path, name, sizeof name - 1) == -1)
        err(EXIT_FAILURE, "%s", path);
    struct stat in, out;
    if (fstat(p[0], &out) == -1 || fstat(p[1], &in) == -1)
        err(EXIT_FAILURE, "fstat");
    printf("%s: %s, %ju bytes, both ends %s\n", name,
           S_ISFIFO(out.st_mode) ? "a FIFO" : "no FIFO",
           (uintmax_t)out.st_size,
           in.st_ino == out.st_ino ? "one inode" : "two inodes");
    char byte = 'x';
    show("write to the write end", write_some(p[1], &byte, 1), 0);
    show("read from the read end", read_some(p[0], &byte, 1), 0);
    show("write to the read end", write_some(p[0], &byte, 1), EBADF);
    show("read from the write end", read_some(p[1], &byte, 1), EBADF);
    show("lseek", lseek(p[0], 0, SEEK_SET), ESPIPE);
    show("pread", pread(p[0], &byte, 1, 0), ESPIPE);
    show("ftruncate", ftruncate(p[1], 1), EINVAL);
    show("fsync", fsync(p[1]), EINVAL);
    void *map = mmap(NULL, 1, PROT_READ, MAP_SHARED, p[0], 0);
    show("mmap", map == MAP_FAILED ? -1 : 0, ENODEV);
    show("flock", flock(p[0], LOCK_EX), 0);
    int q[2] = { -7, -8 };
    show("pipe2, unknown flag", pipe2(q, O_TRUNC), EINVAL);
    const struct rlimit none = { 0, 0 };
    if (setrlimit(RLIMIT_NOFILE, &none) == -1)
        err(EXIT_FAILURE, "setrlimit");
    show("pipe, no descriptor left", pipe(q), EMFILE);
    printf("the array still holds %d and %d\n", q[0], q[1]);
    close(p[0]);
    close(p[1]);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
