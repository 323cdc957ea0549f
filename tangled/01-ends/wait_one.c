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

/* Returns the letter for the state of process PID, 0 if it is gone. */
static char state_of(pid_t pid)
{
    char path[64], line[512] = "";
    snprintf(path, sizeof path, "/proc/%jd/stat", (intmax_t)pid);
    int file;
    while ((file = open(path, O_RDONLY | O_CLOEXEC)) == -1)
        if (errno == ENOENT)
            return 0;
        else if (errno != EINTR)
            err(EXIT_FAILURE, "%s", path);
    size_t length = 0;
    ssize_t n = 1;
    while (n != 0 && length < sizeof line - 1) {
        n = read(file, line + length, sizeof line - 1 - length);
        if (n == -1 && errno == ESRCH)
            break;
        if (n == -1 && errno != EINTR)
            err(EXIT_FAILURE, "%s", path);
        if (n > 0)
            length += (size_t)n;
    }
    close(file);
    if (length == 0)
        return 0;
    const char *name_end = strrchr(line, ')');
    return name_end == NULL || name_end[1] == '\0' ? '?' : name_end[2];
}

/* Returns true once PID was seen asleep twice in a row, false when it
   has ended or was not seen asleep within ten seconds. */
static bool asleep(pid_t pid)
{
    const struct timespec moment = { .tv_nsec = 1000000 };
    int seen = 0;
    for (int look = 0; look < 10000 && seen < 2; look++) {
        char state = state_of(pid);
        if (state == 0 || state == 'Z')
            return false;
        seen = state == 'S' ? seen + 1 : 0;
        nanosleep(&moment, NULL);
    }
    return seen == 2;
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
        bool slept = asleep(parent);
        printf("child  %jd: my parent %s, leaving with %ld\n",
               (intmax_t)getpid(), slept ? "sleeps" : "is awake",
               last_word);
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
