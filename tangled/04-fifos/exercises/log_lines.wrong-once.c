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
#include <poll.h>
#include <sys/signalfd.h>
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


static FILE *log_file;

static FILE *open_log(const char *name)
{
    FILE *file = fopen(name, "ae");
    if (file == NULL)
        err(EXIT_FAILURE, "%s", name);
    return file;
}

static char *line;          /* what has come of the next line */
static size_t length, room;
static long count;

/* Reads once and writes the lines that are whole. Returns false when
   nothing was there. */
static bool take(int box)
{
    char text[4096];
    ssize_t n = read_some(box, text, sizeof text);
    if (n == -1 && errno != EAGAIN)
        err(EXIT_FAILURE, "read");
    for (ssize_t i = 0; i < n; i++) {
        if (length == room) {
            room = 2 * room + 128;
            line = realloc(line, room);
            if (line == NULL)
                err(EXIT_FAILURE, "realloc");
        }
        line[length++] = text[i];
        if (text[i] == '\n') {
            fprintf(log_file, "%ld ", ++count);
            fwrite(line, 1, length, log_file);
            length = 0;
        }
    }
    if (fflush(log_file) == EOF)
        err(EXIT_FAILURE, "log");
    return n > 0;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        errx(2, "usage: log_lines BOX LOG");
    umask(077);
    if (mkfifo(argv[1], 0600) == -1 && errno != EEXIST)
        err(EXIT_FAILURE, "%s", argv[1]);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGTERM);
    int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals == -1 || sigprocmask(SIG_BLOCK, &set, NULL) == -1)
        err(EXIT_FAILURE, "signals");
    int box = open(argv[1], O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (box == -1)
        err(EXIT_FAILURE, "%s", argv[1]);
    log_file = open_log(argv[2]);
    bool asked = false;
    while (!asked) {
        struct pollfd both[] = { { .fd = box, .events = POLLIN },
                                 { .fd = signals, .events = POLLIN } };
        if (poll(both, 2, -1) == -1 && errno != EINTR)
            err(EXIT_FAILURE, "poll");
        struct signalfd_siginfo one;
        while (read_some(signals, &one, sizeof one) == sizeof one)
            if (one.ssi_signo == SIGHUP) {
                fclose(log_file);
                log_file = open_log(argv[2]);
            } else {
                asked = true;
            }
        take(box);
    }
    return EXIT_SUCCESS;
}
