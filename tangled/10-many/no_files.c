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
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

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


static void allow_descriptors(rlim_t count)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
        err(EXIT_FAILURE, "getrlimit");
    limit.rlim_cur = count;
    if (setrlimit(RLIMIT_NOFILE, &limit) == -1)
        err(EXIT_FAILURE, "a limit of %ju", (uintmax_t)count);
}

/* Returns a socket that listens without waiting, with its address in
   AT and LENGTH. */
static int new_door(struct sockaddr_un *at, socklen_t *length)
{
    *at = (struct sockaddr_un){ .sun_family = AF_UNIX };
    *length = sizeof *at;
    int door = socket(AF_UNIX,
                      SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (door == -1
        || bind(door, (struct sockaddr *)at, sizeof at->sun_family)
               == -1
        || getsockname(door, (struct sockaddr *)at, length) == -1
        || listen(door, 8) == -1)
        err(EXIT_FAILURE, "a door");
    return door;
}

/* Returns a client's end. */
static int knock(const struct sockaddr_un *at, socklen_t length)
{
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s == -1)
        err(EXIT_FAILURE, "socket");
    while (connect(s, (const struct sockaddr *)at, length) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "connect");
    return s;
}


/* Returns a client's line, or -1 when the error is the one EXPECTED. */
static int take_in(int door, int expected)
{
    int s;
    while ((s = accept4(door, NULL, NULL, SOCK_CLOEXEC)) == -1
           && errno == EINTR)
        ;
    if (s == -1 && errno != expected)
        err(EXIT_FAILURE, "accept4");
    return s;
}

static bool somebody_at(int door)
{
    struct pollfd p = { .fd = door, .events = POLLIN };
    int n;
    while ((n = poll(&p, 1, 0)) == -1 && errno == EINTR)
        ;
    return n == 1;
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
    struct sockaddr_un at;
    socklen_t length;
    int door = new_door(&at, &length);
    int client = knock(&at, length);
    int spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (spare == -1)
        err(EXIT_FAILURE, "/dev/null");
    int last = spare;
    while (fcntl(last + 1, F_GETFD) != -1)
        last++;
    allow_descriptors((rlim_t)last + 1);
    int ready = 0, refused = 0;
    for (int round = 0; round < 100; round++) {
        ready += somebody_at(door);
        refused += take_in(door, EMFILE) == -1;
    }
    printf("100 rounds: ready %d, EMFILE %d\n", ready, refused);
    close(spare);
    int s = take_in(door, 0);
    puts("without the spare one: let in");
    close(s);
    spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (spare == -1)
        err(EXIT_FAILURE, "/dev/null");
    show("what the client reads", read(client, &at, sizeof at), 0);
    printf("the spare one is back, the door is %s\n",
           somebody_at(door) ? "ready" : "quiet");
    close(spare);
    close(client);
    close(door);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
