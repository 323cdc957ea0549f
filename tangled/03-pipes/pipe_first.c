#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int p[2];
    char word[64];
    if (pipe(p) == -1)
        err(EXIT_FAILURE, "pipe");
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0)
        _exit(write(p[1], "hello", 5) != 5);
    ssize_t n = read(p[0], word, sizeof word);
    if (n == -1)
        err(EXIT_FAILURE, "read");
    printf("the child said %.*s\n", (int)n, word);
    return wait(NULL) == child ? EXIT_SUCCESS : EXIT_FAILURE;
}
