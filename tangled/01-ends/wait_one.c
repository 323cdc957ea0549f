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

/* For children: prints what failed, and why, and ends by _exit. */
static _Noreturn void fail(const char *what)
{
    warn("%s", what);
    _exit(EXIT_FAILURE);
}

/* Returns the letter for the state of process PID, 0 if it is gone, or
   -1 with errno set, ESRCH when /proc does not know us. */
static int state_of(pid_t pid)
{
    char path[64], line[512] = "";
    if (readlink("/proc/self", line, sizeof line - 1) == -1)
        return -1;
    errno = ESRCH;
    if (strtoimax(line, NULL, 10) != getpid())
        return -1;
    snprintf(path, sizeof path, "/proc/%jd/stat", (intmax_t)pid);
    int file;
    while ((file = open(path, O_RDONLY | O_CLOEXEC)) == -1)
        if (errno != EINTR)
            return errno == ENOENT ? 0 : -1;
    size_t length = 0;
    ssize_t n = 1;
    while (n != 0 && length < sizeof line - 1) {
        n = read(file, line + length, sizeof line - 1 - length);
        if (n == -1 && errno != EINTR)
            break;
        if (n > 0)
            length += (size_t)n;
    }
    const int error = errno;
    close(file);
    errno = error;
    if (n == -1)
        return errno == ESRCH ? 0 : -1;
    line[length] = '\0';
    const char *name_end = strrchr(line, ')');
    return name_end == NULL || name_end[1] == '\0' ? '?' : name_end[2];
}

/* Returns 1 once PID was seen asleep twice in a row, 0 when it has
   ended or was not seen asleep in ten thousand looks, or -1 with errno
   set. */
static int seen_asleep(pid_t pid)
{
    const struct timespec moment = { .tv_nsec = 1000000 };
    int seen = 0;
    for (int look = 0; look < 10000 && seen < 2; look++) {
        int state = state_of(pid);
        if (state == -1)
            return -1;
        if (state == 0 || state == 'Z')
            return 0;
        seen = state == 'S' ? seen + 1 : 0;
        nanosleep(&moment, NULL);
    }
    return seen == 2;
}

/* For children: is PARENT seen asleep? */
static bool parent_sleeps(pid_t parent)
{
    int seen = seen_asleep(parent);
    if (seen == -1)
        fail("/proc");
    return seen == 1;
}


int main(int argc, char *argv[])
{
    long last_word = 7;
    char *end = "";
    if (argc == 2)
        last_word = strtol(argv[1], &end, 10);
    if (argc > 2 || (argc == 2 && end == argv[1]) || *end != '\0'
        || last_word < 0 || last_word > 65535)
        errx(2, "usage: wait_one [STATUS]");
    setvbuf(stdout, NULL, _IOLBF, 0);
    const pid_t parent = getpid();
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        bool slept = parent_sleeps(parent);
        printf("child  %jd: my parent %s, leaving with %ld\n",
               (intmax_t)getpid(),
               slept ? "sleeps" : "was not seen asleep", last_word);
        _exit((int)last_word);
    }
    pid_t collected;
    int status;
    do
        collected = wait(&status);
    while (collected == -1 && errno == EINTR);
    if (collected == -1)
        err(EXIT_FAILURE, "wait");
    if (WIFEXITED(status))
        printf("parent %jd: collected %jd, exit status %d\n",
               (intmax_t)getpid(), (intmax_t)collected,
               WEXITSTATUS(status));
    else
        printf("parent %jd: %jd did not leave by itself\n",
               (intmax_t)getpid(), (intmax_t)collected);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}
