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

/* Like read(2), but a signal does not end it. */
static ssize_t read_some(int fd, void *buffer, size_t length)
{
    ssize_t n;
    do
        n = read(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
}


static volatile sig_atomic_t heard, told;

static void note(int number)
{
    if (number == SIGTERM)
        told = 1;
    else
        heard = 1;
}

static void handle(int number)
{
    struct sigaction act = { .sa_handler = note };
    if (sigaction(number, &act, NULL) == -1)
        err(EXIT_FAILURE, "sigaction");
}

static sigset_t before;

static void begin(void)
{
    sigset_t both;
    sigemptyset(&both);
    sigaddset(&both, SIGUSR1);
    sigaddset(&both, SIGTERM);
    if (sigprocmask(SIG_BLOCK, &both, &before) == -1)
        err(EXIT_FAILURE, "sigprocmask");
}

static void sleep_until_signal(void)
{
    sigsuspend(&before);
}

int main(void)
{
    char byte;
    setvbuf(stdout, NULL, _IOLBF, 0);
    begin();
    handle(SIGUSR1);
    handle(SIGTERM);
    while (!told) {
        if (heard) {
            heard = 0;
            puts("heard");
            continue;
        }
        puts("not yet");
        while (read_some(0, &byte, 1) == 1 && byte != '\n')
            ;
        sleep_until_signal();
    }
    return fflush(stdout) == EOF;
}
