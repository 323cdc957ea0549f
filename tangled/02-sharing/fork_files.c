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

static int open_to_write(const char *name, int flags)
{
    int fd = open(name, O_WRONLY | O_CLOEXEC | flags, 0666);
    if (fd == -1)
        err(EXIT_FAILURE, "%s", name);
    return fd;
}

static void write_line(int a, int b, const char *who)
{
    char line[64];
    int length = snprintf(line, sizeof line, "from the %s\n", who);
    if (write_all(a, line, (size_t)length) == -1
        || write_all(b, line, (size_t)length) == -1)
        fail("write");
    printf("%-6s %jd: wrote to descriptors %d and %d\n",
           who, (intmax_t)getpid(), a, b);
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
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc != 3) {
        fprintf(stderr, "usage: fork_files FILE FILE\n");
        return 2;
    }
    int a = open_to_write(argv[1], O_CREAT | O_TRUNC);
    int b = open_to_write(argv[2], O_CREAT | O_TRUNC);
    printf("parent %jd: %s is descriptor %d, %s is descriptor %d\n",
           (intmax_t)getpid(), argv[1], a, argv[2], b);
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        write_line(a, b, "child");
        close(a);
        close(b);
        _exit(ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS);
    }
    if (wait_for(child) != 0)
        errx(EXIT_FAILURE, "the child failed");
    write_line(a, b, "parent");
    int again = open_to_write(argv[2], 0);
    if (write_all(again, "FROM", 4) == -1)
        err(EXIT_FAILURE, "%s", argv[2]);
    if (close(again) == -1 || close(a) == -1 || close(b) == -1)
        err(EXIT_FAILURE, "close");
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
