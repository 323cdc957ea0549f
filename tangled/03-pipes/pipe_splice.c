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
#include <sys/ioctl.h>
#include <sys/mman.h>

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

static int waiting(int fd)
{
    int bytes;
    if (ioctl(fd, FIONREAD, &bytes) == -1)
        err(EXIT_FAILURE, "ioctl FIONREAD");
    return bytes;
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
    int q[2];
    if (pipe2(q, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    show("write to the first pipe", write_some(p[1], "once", 4), 0);
    show("tee to the second", tee(p[0], q[1], 100, 0), 0);
    show("waiting in the first", waiting(p[0]), 0);
    show("waiting in the second", waiting(q[0]), 0);
    int file = memfd_create("copy", MFD_CLOEXEC);
    if (file == -1)
        err(EXIT_FAILURE, "memfd_create");
    show("splice the second into a file",
         splice(q[0], NULL, file, NULL, 100, 0), 0);
    char text[100];
    ssize_t n = pread(file, text, sizeof text, 0);
    if (n == -1)
        err(EXIT_FAILURE, "pread");
    printf("the file holds \"%.*s\"\n", (int)n, text);
    show("read from the first", read_some(p[0], text, sizeof text), 0);
    show("waiting in the first", waiting(p[0]), 0);
    const int all[] = { p[0], p[1], q[0], q[1], file };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        close(all[i]);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
