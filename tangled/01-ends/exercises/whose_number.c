#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int number = 5, status = 0;
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    number++;
    if (child == 0)
        _exit(number * 50);
    if (wait(&status) == -1)
        err(EXIT_FAILURE, "wait");
    printf("number %d\n", number);
    printf("status %d\n", WEXITSTATUS(status));
    return fclose(stdout) == EOF;
}
