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

/* Starts a command. Returns a descriptor of what it says. */
static int start(const char *command)
{
    int p[2];
    if (pipe2(p, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        dup2(p[1], STDOUT_FILENO);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    close(p[1]);
    return p[0];
}

int main(int argc, char **argv)
{
    if (argc != 3)
        errx(2, "usage: both_lines COMMAND COMMAND");
    int fds[2] = { start(argv[1]), start(argv[2]) };
    for (int i = 0; i < 2; i++) {
        char *line = NULL;
        size_t room = 0;
        FILE *in = fdopen(fds[i], "r");
        while (in != NULL && getline(&line, &room, in) != -1) {
            line[strcspn(line, "\n")] = '\0';
            printf("%d %s\n", i + 1, line);
        }
    }
    while (wait(NULL) != -1 || errno == EINTR)
        ;
    return fclose(stdout) == EOF;
}
