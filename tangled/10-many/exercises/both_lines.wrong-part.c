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
    struct pollfd p[2] = { { start(argv[1]), POLLIN, 0 },
                           { start(argv[2]), POLLIN, 0 } };
    while (p[0].fd != -1 || p[1].fd != -1) {
        char bytes[4096];
        if (poll(p, 2, -1) == -1)
            continue;
        for (int i = 0; i < 2; i++) {
            if (p[i].fd == -1 || p[i].revents == 0)
                continue;
            ssize_t n = read(p[i].fd, bytes, sizeof bytes - 1);
            if (n == 0)
                p[i].fd = -1;
            bytes[n > 0 ? n : 0] = '\0';
            for (char *l = strtok(bytes, "\n"); l != NULL;
                 l = strtok(NULL, "\n"))
                printf("%d %s\n", i + 1, l);
        }
    }
    while (wait(NULL) != -1 || errno == EINTR)
        ;
    return fclose(stdout) == EOF;
}
