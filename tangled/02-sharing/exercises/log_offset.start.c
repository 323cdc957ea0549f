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

/* Returns the number of bytes read, less than LENGTH only at end of
   file, or -1 with errno set. */
static ssize_t read_full(int fd, void *buffer, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t n = read(fd, (char *)buffer + done, length - done);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return -1;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (ssize_t)done;
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


static int open_log(const char *name)
{
    int log = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (log == -1)
        fail(name);
    return log;
}

static void meet(int here, int gate)
{
    char byte = 0;
    if (write_all(here, &byte, 1) == -1)
        fail("write");
    if (read_full(gate, &byte, 1) != 0)
        fail("gate");
}

static _Noreturn void let_write(int log, int i, int here,
                                int gates[2][2])
{
    char line[32];
    close(gates[0][1]);
    close(gates[1][1]);
    for (int n = 0; n < 1000; n++) {
        if (n % 500 == 0)
            meet(here, gates[n / 500][0]);
        int length = snprintf(line, sizeof line,
                              "writer %d line %03d\n", i, n);
        if (write_all(log, line, (size_t)length) == -1)
            fail("write");
    }
    _exit(EXIT_SUCCESS);
}


int main(int argc, char *argv[])
{
    int here[2], gates[2][2];
    pid_t writers[4];
    if (argc != 2)
        errx(2, "usage: log_offset FILE");
    if (pipe2(here, O_CLOEXEC) == -1 || pipe2(gates[0], O_CLOEXEC) == -1
        || pipe2(gates[1], O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    for (int i = 0; i < 4; i++) {
        writers[i] = fork();
        if (writers[i] == -1)
            err(EXIT_FAILURE, "fork");
        if (writers[i] == 0)
            let_write(open_log(argv[1]), i, here[1], gates);
    }
    char all[4];
    bool ready = true;
    close(here[1]);
    for (int k = 0; k < 2; k++) {
        if (read_full(here[0], all, sizeof all) != sizeof all)
            ready = false;
        close(gates[k][1]);
    }
    int code = ready ? EXIT_SUCCESS : EXIT_FAILURE;
    for (int i = 0; i < 4; i++)
        if (wait_for(writers[i]) != 0)
            code = EXIT_FAILURE;
    return code;
}
