#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int end[2];
    char letter;
    if (pipe2(end, O_CLOEXEC) == -1)
        err(1, "pipe2");
    pid_t child = fork();
    if (child == -1)
        err(1, "fork");
    if (child == 0)
        _exit(read(end[0], &letter, 1) != 0);
    close(end[1]);
    if (waitpid(child, NULL, 0) == -1)
        err(1, "waitpid");
}
