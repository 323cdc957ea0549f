#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int number = 1;

int main(void)
{
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0)
        number = 42;
    else if (wait(NULL) == -1)
        err(EXIT_FAILURE, "wait");
    printf("%s: at %p there is %d\n",
           child == 0 ? "child" : "parent", (void *)&number, number);
    if (fflush(stdout) == EOF)
        err(EXIT_FAILURE, "standard output");
    _exit(EXIT_SUCCESS);
}
