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
#include <sys/socket.h>

int main(int argc, char **argv)
{
    /* Descriptors 0 to 2 are taken, and no signal is blocked. */
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) == -1
            && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            err(EXIT_FAILURE, "/dev/null in place of descriptor %d", fd);
    sigset_t no_signals;
    sigemptyset(&no_signals);
    if (signal(SIGCHLD, SIG_DFL) == SIG_ERR
        || signal(SIGPIPE, SIG_DFL) == SIG_ERR
        || sigprocmask(SIG_SETMASK, &no_signals, NULL) == -1)
        err(EXIT_FAILURE, "signals");
    if (argc != 3)
        errx(2, "usage: how_many_reads KIND STEPS");
    int kind = *argv[1] == 's'   ? SOCK_STREAM
               : *argv[1] == 'p' ? SOCK_SEQPACKET
                                 : SOCK_DGRAM;
    int pair[2];
    if (socketpair(AF_UNIX, kind | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                   pair) == -1)
        err(EXIT_FAILURE, "socketpair");
    for (const char *step = argv[2]; *step != '\0'; step++) {
        char room[100] = "";
        if (*step >= '0' && *step <= '9') {
            size_t length = (size_t)(*step - '0');
            if (send(pair[1], room, length, 0) == -1)
                err(EXIT_FAILURE, "send");
            continue;
        }
        ssize_t n = recv(pair[0], room, *step == 'r' ? 3 : 100, 0);
        if (n == -1)
            printf("%c %s\n", *step, strerrorname_np(errno));
        else
            printf("%c %zd\n", *step, n);
    }
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
