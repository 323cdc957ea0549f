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
    static struct { char *text; size_t length; } line[2];
    struct pollfd p[2] = { { start(argv[1]), POLLIN, 0 },
                           { start(argv[2]), POLLIN, 0 } };
    while (p[0].fd != -1 || p[1].fd != -1) {
        if (poll(p, 2, -1) == -1)
            continue;
        for (int i = 0; i < 2; i++)
            if (p[i].fd != -1 && p[i].revents != 0) {
                char bytes[4096];
                ssize_t n = read(p[i].fd, bytes, sizeof bytes);
                if (n == -1)
                    continue;
                for (ssize_t k = 0; k < n; k++) {
                    line[i].text = realloc(line[i].text, line[i].length + 1);
                    if (line[i].text == NULL)
                        err(EXIT_FAILURE, "realloc");
                    line[i].text[line[i].length++] = bytes[k];
                    if (bytes[k] == '\n') {
                        printf("%d %.*s", i + 1, (int)line[i].length, line[i].text);
                        line[i].length = 0;
                    }
                }
                if (n == 0) {
                    if (line[i].length > 0)
                        printf("%d %.*s\n", i + 1, (int)line[i].length,
                               line[i].text);
                    close(p[i].fd);
                    p[i].fd = -1;
                }
                fflush(stdout);
            }
    }
    while (wait(NULL) != -1 || errno == EINTR)
        ;
    return fclose(stdout) == EOF;
}
