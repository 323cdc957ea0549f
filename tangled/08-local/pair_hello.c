#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int pair[2];
    char words[80] = "";
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1)
        err(1, "socketpair");
    pid_t child = fork();
    if (child == -1)
        err(1, "fork");
    close(pair[child == 0 ? 0 : 1]);
    if (child == 0) {
        if (read(pair[1], words, 60) == -1)
            err(1, "read");
        strcat(words, " yourself");
        return write(pair[1], words, strlen(words)) == -1;
    }
    if (write(pair[0], "hello", 5) == -1
        || read(pair[0], words, sizeof words - 1) == -1)
        err(1, "the child");
    wait(NULL);
    if (puts(words) == EOF || fflush(stdout) == EOF)
        err(1, "standard output");
    return 0;
}
