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

/* Returns the letter for the state of process PID, 0 if it is gone, or
   -1 with errno set, ESRCH when /proc does not know us. */
static int state_of(pid_t pid)
{
    char path[64], line[512] = "";
    if (readlink("/proc/self", line, sizeof line - 1) == -1)
        return -1;
    errno = ESRCH;
    if (strtoimax(line, NULL, 10) != getpid())
        return -1;
    snprintf(path, sizeof path, "/proc/%jd/stat", (intmax_t)pid);
    int file;
    while ((file = open(path, O_RDONLY | O_CLOEXEC)) == -1)
        if (errno != EINTR)
            return errno == ENOENT ? 0 : -1;
    size_t length = 0;
    ssize_t n = 1;
    while (n != 0 && length < sizeof line - 1) {
        n = read(file, line + length, sizeof line - 1 - length);
        if (n == -1 && errno != EINTR)
            break;
        if (n > 0)
            length += (size_t)n;
    }
    const int error = errno;
    close(file);
    errno = error;
    if (n == -1)
        return errno == ESRCH ? 0 : -1;
    line[length] = '\0';
    const char *name_end = strrchr(line, ')');
    return name_end == NULL || name_end[1] == '\0' ? '?' : name_end[2];
}

/* Returns the letter for the state of PID, a dash if it is gone. */
static char letter_of(pid_t pid)
{
    int state = state_of(pid);
    if (state == -1)
        err(EXIT_FAILURE, "/proc");
    return state == 0 ? '-' : (char)state;
}
/* Forks a child that leaves with STATUS. */
static pid_t child_leaving(int status)
{
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0)
        _exit(status);
    return child;
}
/* Waits until CHILD has news of KIND, and leaves it uncollected. */
static void await(pid_t child, int kind)
{
    siginfo_t news;
    while (waitid(P_PID, (id_t)child, &news, kind | WNOWAIT) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitid");
}
/* Like waitpid(2), but a signal does not end it. */
static pid_t collect(pid_t which, int *status, int options)
{
    pid_t got;
    do
        got = waitpid(which, status, options);
    while (got == -1 && errno == EINTR);
    return got;
}
/* Returns the exit status in STATUS, or gives up if there is none. */
static int exit_status(int status)
{
    if (!WIFEXITED(status))
        errx(EXIT_FAILURE, "a child did not leave by itself");
    return WEXITSTATUS(status);
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

static void show_state(pid_t process)
{
    printf("%-36s = %c\n", "state", letter_of(process));
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
    pid_t child = child_leaving(3);
    await(child, WEXITED);
    printf("child %jd is dead\n", (intmax_t)child);
    char command[64];
    snprintf(command, sizeof command,
             "ps -o state=,vsz=,args= -p %jd", (intmax_t)child);
    int result = system(command);
    if (result == -1)
        err(EXIT_FAILURE, "system");
    if (result != 0)
        errx(EXIT_FAILURE, "ps has failed");
    show("kill(child, 0)", kill(child, 0), 0);
    show("kill(child, SIGKILL)", kill(child, SIGKILL), 0);
    show_state(child);
    int status = 0;
    show("waitpid(child)", collect(child, &status, 0), 0);
    printf("%-36s = %d\n", "exit status", exit_status(status));
    show_state(child);
    show("kill(child, 0)", kill(child, 0), ESRCH);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
