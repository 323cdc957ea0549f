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
#include <sys/select.h>

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
    int quiet[2], full[2];
    if (pipe2(quiet, O_CLOEXEC) == -1 || pipe2(full, O_CLOEXEC) == -1
        || write(full[1], "x", 1) != 1)
        err(EXIT_FAILURE, "two pipes");
    struct timeval now = { 0, 0 };
    const int count = full[0] + 1;
    fd_set set;
    FD_ZERO(&set);
    FD_SET(quiet[0], &set);
    FD_SET(full[0], &set);
    show("two asked for", select(count, &set, NULL, NULL, &now), 0);
    printf("the quiet one is in the set: %s\n",
           FD_ISSET(quiet[0], &set) ? "yes" : "no");
    struct timeval limit = { 0, 20000 };
    FD_ZERO(&set);
    FD_SET(quiet[0], &set);
    show("20 ms, nothing comes",
         select(count, &set, NULL, NULL, &limit), 0);
    printf("the limit is now: %jd ms\n",
           (intmax_t)limit.tv_sec * 1000 + (intmax_t)limit.tv_usec / 1000);
    FD_ZERO(&set);
    FD_SET(full[0], &set);
    now = (struct timeval){ 0, 0 };
    show("one asked for, first argument 1",
         select(1, &set, NULL, NULL, &now), 0);
    allow_descriptors(FD_SETSIZE + 1);
    if (dup2(full[0], FD_SETSIZE) == -1)
        err(EXIT_FAILURE, "descriptor %d", FD_SETSIZE);
    unsigned long *large = calloc(2, sizeof(fd_set));
    if (large == NULL)
        err(EXIT_FAILURE, "calloc");
    large[FD_SETSIZE / (8 * sizeof *large)] = 1;
    now = (struct timeval){ 0, 0 };
    show("descriptor 1024, a larger set",
         select(FD_SETSIZE + 1, (fd_set *)large, NULL, NULL, &now), 0);
    free(large);
    close(FD_SETSIZE);
    static struct pollfd many[65];
    for (int i = 0; i < 65; i++)
        many[i].fd = -1;
    allow_descriptors(64);
    show("poll, limit 64, 64 entries", poll(many, 64, 0), 0);
    show("poll, limit 64, 65 entries", poll(many, 65, 0), EINVAL);
    const int all[] = { quiet[0], quiet[1], full[0], full[1] };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        close(all[i]);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
