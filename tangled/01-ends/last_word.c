#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int status;
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0)
        _exit(7);
    if (wait(&status) == -1)
        err(EXIT_FAILURE, "wait");
    printf("my child left with %d\n", WEXITSTATUS(status));
    if (fclose(stdout) == EOF)
        err(EXIT_FAILURE, "standard output");
    return EXIT_SUCCESS;
}
