#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int left[2], right[2];
    char word[8] = "";
    if (pipe(left) == -1 || pipe(right) == -1)
        err(1, "pipe");
    pid_t child = fork();
    if (child == 0)
        return write(right[1], "hello", 5) != 5;
    struct pollfd both[] = { { .fd = left[0], .events = POLLIN },
                             { .fd = right[0], .events = POLLIN } };
    if (child == -1 || poll(both, 2, -1) == -1)
        err(1, "fork or poll");
    for (int i = 0; i < 2; i++)
        if (both[i].revents & POLLIN && read(both[i].fd, word, 7) > 0)
            printf("%s, says pipe %d\n", word, i + 1);
    wait(NULL);
    return fflush(stdout) == EOF;
}
