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
    int pair[2];
    char bytes[9] = "";
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
    if (argc != 2)
        errx(2, "usage: last_close STEPS");
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR
        || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair)
               == -1)
        err(EXIT_FAILURE, "socketpair");
    for (const char *step = argv[1]; *step != '\0'; step++) {
        ssize_t n = 0;
        switch (*step) {
        case 'w': n = write(pair[1], "abc", 3); break;
        case 's': n = shutdown(pair[1], SHUT_WR); break;
        case 'f': n = dup(pair[1]); break;
        case 'c': n = close(pair[1]); break;
        case 'W': n = write(pair[0], "ab", 2); break;
        case 'r': n = read(pair[0], bytes, sizeof bytes); break;
        default: break;
        }
        if (*step != 'W' && *step != 'r' && n != -1)
            continue;
        if (n == -1)
            printf("%c %s\n", *step, strerrorname_np(errno));
        else
            printf("%c %zd\n", *step, n);
    }
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
