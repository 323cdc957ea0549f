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
#include <sys/signalfd.h>

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
}

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


static sigset_t only(int number)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    return set;
}

static int signal_fd(int number)
{
    sigset_t set = only(number);
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd == -1)
        err(EXIT_FAILURE, "signalfd");
    return fd;
}

/* Blocks the signal, and returns a descriptor for it. */
static int blocked_fd(int number)
{
    sigset_t set = only(number);
    if (sigprocmask(SIG_BLOCK, &set, NULL) == -1)
        err(EXIT_FAILURE, "sigprocmask");
    return signal_fd(number);
}

/* Reads one signal. Returns 1, or -1 with errno set. */
static int next_signal(int fd)
{
    struct signalfd_siginfo info;
    ssize_t n;
    while ((n = read(fd, &info, sizeof info)) == -1 && errno == EINTR)
        ;
    if (n == -1 && errno != EAGAIN)
        err(EXIT_FAILURE, "signalfd");
    return n == sizeof info ? 1 : -1;
}

static volatile sig_atomic_t heard;

static void note(int number)
{
    heard = number;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "victim") == 0)
        return raise(SIGUSR1);
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
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        signal_fd(SIGTERM);
        signal(SIGTERM, SIG_DFL);
        raise(SIGTERM);
        _exit(EXIT_SUCCESS);
    }
    int status = wait_for(child);
    printf("not blocked: %s\n",
           WIFSIGNALED(status) ? "killed by the signal" : "read");
    int fd = signal_fd(SIGUSR1);
    signal(SIGUSR1, note);
    raise(SIGUSR1);
    printf("not blocked, with a handler: it %s\n", heard ? "ran" : "waits");
    show("reading", next_signal(fd), EAGAIN);
    close(fd);
    const int kinds[] = { SIGUSR1, SIGRTMIN };
    for (int k = 0; k < 2; k++) {
        int taken = 0;
        fd = blocked_fd(kinds[k]);
        for (int i = 0; i < 3; i++)
            raise(kinds[k]);
        while (next_signal(fd) == 1)
            taken++;
        printf("three %s: %d to read\n", k ? "real-time" : "standard",
               taken);
        close(fd);
    }
    int taken = 0, collected = 0;
    siginfo_t ended;
    fd = blocked_fd(SIGCHLD);
    for (int i = 0; i < 3; i++) {
        if ((child = fork()) == -1)
            err(EXIT_FAILURE, "fork");
        if (child == 0)
            _exit(EXIT_SUCCESS);
        while (waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT) == -1)
            if (errno != EINTR)
                err(EXIT_FAILURE, "waitid");
    }
    while (next_signal(fd) == 1)
        taken++;
    for (pid_t one; (one = waitpid(-1, NULL, WNOHANG)) != 0;)
        if (one > 0)
            collected++;
        else if (errno != EINTR)
            break;
    printf("three children have ended: SIGCHLD %d, collected %d\n", taken,
           collected);
    close(fd);
    fd = blocked_fd(SIGUSR1);
    raise(SIGUSR1);
    if ((child = fork()) == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        show("a child reads", next_signal(fd), EAGAIN);
        _exit(fflush(stdout) == EOF);
    }
    if (wait_for(child) != 0)
        errx(EXIT_FAILURE, "the child failed");
    show("the parent reads", next_signal(fd), 0);
    for (int emptied = 0; emptied < 2; emptied++) {
        if ((child = fork()) == -1)
            err(EXIT_FAILURE, "fork");
        if (child == 0) {
            if (emptied)
                sigprocmask(SIG_SETMASK, &no_signals, NULL);
            execl("/proc/self/exe", "sig_read", "victim", (char *)NULL);
            _exit(EXIT_FAILURE);
        }
        status = wait_for(child);
        printf("a program started with %s mask: %s\n",
               emptied ? "an empty" : "our",
               WIFSIGNALED(status) ? "killed" : "survives");
    }
    close(fd);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
