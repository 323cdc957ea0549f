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

static pid_t the_child;

static FILE *my_popen(const char *command, const char *mode)
{
    const int theirs = *mode == 'r' ? STDOUT_FILENO : STDIN_FILENO;
    int p[2];
    if (pipe2(p, O_CLOEXEC) == -1)
        return NULL;
    pid_t child = fork();
    if (child == 0) {
        dup2(p[theirs], theirs);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    close(p[theirs]);
    the_child = child;
    return fdopen(p[!theirs], mode);
}

static int my_pclose(FILE *stream)
{
    int status;
    fclose(stream);
    while (waitpid(the_child, &status, 0) == -1)
        if (errno != EINTR)
            return -1;
    return status;
}

int main(int argc, char *argv[])
{
    bool reverse = argc > 1 && strcmp(argv[1], "-r") == 0;
    char **words = argv + 1 + reverse;
    int count = (argc - 1 - reverse) / 2;
    FILE *stream[8];
    for (int i = 0; i < count; i++)
        if (i == 8 || (stream[i] = my_popen(words[2 * i + 1],
                                            words[2 * i])) == NULL)
            err(EXIT_FAILURE, "my_popen");
    for (int i = 0, c; i < count; i++)
        if (words[2 * i][0] == 'w')
            fprintf(stream[i], "word %d\n", i);
        else
            while ((c = getc(stream[i])) != EOF)
                putchar(c);
    for (int i = 0; i < count; i++) {
        int which = reverse ? count - 1 - i : i;
        int status = my_pclose(stream[which]);
        printf("%d: %s %d\n", which,
               WIFEXITED(status) ? "left with" : "killed by",
               WIFEXITED(status) ? WEXITSTATUS(status)
                                 : WTERMSIG(status));
        fflush(stdout);
    }
    return EXIT_SUCCESS;
}
