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
#include <ctype.h>
#include <sys/stat.h>

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


/* In the child: sends back, in capitals, what comes. */
static _Noreturn void answer(FILE *to, FILE *back)
{
    char *line = NULL;
    size_t room = 0;
    if (to == NULL || back == NULL)
        fail("open");
    while (getline(&line, &room, to) != -1) {
        for (char *c = line; *c != '\0'; c++)
            *c = (char)toupper((unsigned char)*c);
        if (fputs(line, back) == EOF || fflush(back) == EOF)
            fail("back");
    }
    _exit(EXIT_SUCCESS);
}

int main(void)
{
    umask(077);
    if (mkfifo("to", 0600) == -1 || mkfifo("back", 0600) == -1)
        err(EXIT_FAILURE, "mkfifo");
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        FILE *back = fopen("back", "we");
        FILE *to = fopen("to", "re");
        answer(to, back);
    }
    int fd = open("back", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "back");
    FILE *to = fopen("to", "we");
    FILE *back = fdopen(fd, "r");
    if (to == NULL || back == NULL)
        err(EXIT_FAILURE, "open");
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) != -1) {
        if (fputs(line, to) == EOF || fflush(to) == EOF)
            err(EXIT_FAILURE, "to");
        if (getline(&line, &room, back) == -1)
            errx(EXIT_FAILURE, "no answer");
        if (fputs(line, stdout) == EOF || fflush(stdout) == EOF)
            err(EXIT_FAILURE, "standard output");
    }
    free(line);
    fclose(to);
    int status = wait_for(child);
    fclose(back);
    unlink("to");
    unlink("back");
    return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
