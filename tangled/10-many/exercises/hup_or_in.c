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
#include <poll.h>
#include <sys/socket.h>

/* Looks at FD without sleeping, and returns what poll says of it. */
static const char *says(int fd, short events)
{
    static const struct { short bit; const char *name; } words[] = {
        { POLLIN, " IN" },       { POLLOUT, " OUT" },
        { POLLRDHUP, " RDHUP" }, { POLLERR, " ERR" },
        { POLLHUP, " HUP" },     { POLLNVAL, " NVAL" },
    };
    static char text[40];
    struct pollfd p = { .fd = fd, .events = events };
    while (poll(&p, 1, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "poll");
    strcpy(text, p.revents == 0 ? " -" : "");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (p.revents & words[i].bit)
            strcat(text, words[i].name);
    return text + 1;
}

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
        errx(2, "usage: hup_or_in KIND STEPS");
    int ends[2];
    if ((*argv[1] == 'p'
             ? pipe2(ends, O_CLOEXEC | O_NONBLOCK)
             : socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
        == -1)
        err(EXIT_FAILURE, "a pair");
    for (const char *step = argv[2]; *step != '\0'; step++) {
        char room[2];
        if (*step == 'w' && write(ends[1], "abc", 3) != 3)
            err(EXIT_FAILURE, "write");
        if (*step == 'c')
            close(ends[1]);
        if (*step == 'r')
            printf("r %zd\n", read(ends[0], room, sizeof room));
        if (*step == 'p')
            printf("p %s\n", says(ends[0], POLLIN));
    }
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
