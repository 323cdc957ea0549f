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

/* Prints what a call returned. An error other than EXPECTED ends the
   program; 0 means that none is expected. */
static void show(const char *call, ssize_t result, int expected)
{
    if (result == -1 && errno != expected)
        err(EXIT_FAILURE, "%s", call);
    if (result == -1)
        printf("%-36s = -1 %s\n", call, strerrorname_np(errno));
    else
        printf("%-36s = %zd\n", call, result);
}


static int us, peer;
static char bytes[16];

static void new_pair(const char *title)
{
    int pair[2];
    puts(title);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                   0, pair) == -1)
        err(EXIT_FAILURE, "socketpair");
    us = pair[0];
    peer = pair[1];
}

static void say(int s, const char *word)
{
    if (write(s, word, strlen(word)) != (ssize_t)strlen(word))
        err(EXIT_FAILURE, "write");
}

int main(void)
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
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    new_pair("the peer closes, all was read");
    close(peer);
    show("  read", read(us, bytes, sizeof bytes), 0);
    close(us);
    new_pair("the peer closes, our word was not read");
    say(us, "please");
    close(peer);
    show("  read", read(us, bytes, sizeof bytes), ECONNRESET);
    show("  read", read(us, bytes, sizeof bytes), 0);
    show("  write", write(us, "x", 1), EPIPE);
    close(us);
    new_pair("we shut down our writing");
    say(us, "please");
    if (shutdown(us, SHUT_WR) == -1)
        err(EXIT_FAILURE, "shutdown");
    show("  the peer's read", read(peer, bytes, sizeof bytes), 0);
    show("  the peer's read", read(peer, bytes, sizeof bytes), 0);
    show("  the peer's write", write(peer, "done", 4), 0);
    show("  read", read(us, bytes, sizeof bytes), 0);
    show("  write", write(us, "x", 1), EPIPE);
    close(us);
    close(peer);
    new_pair("we shut down our reading, a word waits");
    say(peer, "please");
    if (shutdown(us, SHUT_RD) == -1)
        err(EXIT_FAILURE, "shutdown");
    show("  the peer's write", write(peer, "x", 1), EPIPE);
    show("  read", read(us, bytes, sizeof bytes), 0);
    show("  read", read(us, bytes, sizeof bytes), 0);
    close(us);
    close(peer);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
