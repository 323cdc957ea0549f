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
#include <sys/msg.h>
#include <sys/prctl.h>

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
}


/* For children: prints what failed, and why, and ends by _exit. */
static _Noreturn void fail(const char *what)
{
    warn("%s", what);
    _exit(EXIT_FAILURE);
}


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

/* Returns 1 once PID was seen asleep twice in a row, 0 when it has
   ended or was not seen asleep in ten thousand looks, or -1 with errno
   set. */
static int seen_asleep(pid_t pid)
{
    const struct timespec moment = { .tv_nsec = 1000000 };
    int seen = 0;
    for (int look = 0; look < 10000 && seen < 2; look++) {
        int state = state_of(pid);
        if (state == -1)
            return -1;
        if (state == 0 || state == 'Z')
            return 0;
        seen = state == 'S' ? seen + 1 : 0;
        nanosleep(&moment, NULL);
    }
    return seen == 2;
}

/* For parents: is PID seen asleep? Gives up when that is not told. */
static bool asleep(pid_t pid)
{
    int seen = seen_asleep(pid);
    if (seen == -1)
        err(EXIT_FAILURE, "/proc");
    return seen == 1;
}


static pid_t keeper;
static int life;            /* the keeper leaves when it is closed */

/* Returns a System V queue that is removed at our end. */
static int kept_queue(void)
{
    int ids[2], lives[2], id;
    if (pipe2(ids, O_CLOEXEC) == -1 || pipe2(lives, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    keeper = fork();
    if (keeper == -1)
        err(EXIT_FAILURE, "fork");
    if (keeper == 0) {
        sigset_t all;
        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, NULL);
        signal(SIGPIPE, SIG_IGN);
        close(ids[0]);
        close(lives[1]);
        id = msgget(IPC_PRIVATE, 0600);
        if (id == -1)
            fail("a message queue");
        char nothing;
        if (write(ids[1], &id, sizeof id) == sizeof id)
            while (read(lives[0], &nothing, 1) == -1 && errno == EINTR)
                ;
        close(ids[1]);
        close(lives[0]);
        _exit(msgctl(id, IPC_RMID, NULL) == -1);
    }
    close(ids[1]);
    close(lives[0]);
    life = lives[1];
    ssize_t n;
    while ((n = read(ids[0], &id, sizeof id)) == -1 && errno == EINTR)
        ;
    close(ids[0]);
    if (n != sizeof id)
        errx(EXIT_FAILURE, "there is no keeper of a queue");
    return id;
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


/* Returns how many messages of SIZE bytes the queue takes, and takes
   them out again. */
static int fill(int id, size_t size)
{
    struct { long type; char text[100]; } m = { .type = 1 };
    int n = 0;
    while (msgsnd(id, &m, size, IPC_NOWAIT) == 0)
        n++;
    if (errno != EAGAIN)
        err(EXIT_FAILURE, "msgsnd");
    for (int i = 0; i < n; i++)
        if (msgrcv(id, &m, 100, 0, IPC_NOWAIT) == -1)
            err(EXIT_FAILURE, "msgrcv");
    return n;
}

int main(void)
{
    struct { long type; char text[100]; } m = { 1, "kept" };
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
    int id = kept_queue();
    pid_t parent = getpid(), child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (msgsnd(id, &m, 4, 0) == -1)
            fail("msgsnd");
        raise(SIGKILL);
    }
    struct msqid_ds is;
    int status = wait_for(child);
    if (!WIFSIGNALED(status) || msgctl(id, IPC_STAT, &is) == -1)
        err(EXIT_FAILURE, "a message from a child");
    printf("the sender is dead, and noted : %s\n",
           is.msg_lspid == child ? "yes" : "no");
    show("take its message", msgrcv(id, &m, 100, 0, IPC_NOWAIT), 0);
    is.msg_qbytes = 100;
    show("allow 100 bytes", msgctl(id, IPC_SET, &is), 0);
    show("messages of 50 bytes", fill(id, 50), 0);
    show("messages of 1 byte", fill(id, 1), 0);
    show("messages of 0 bytes", fill(id, 0), 0);
    show("send type 1", msgsnd(id, &m, 4, 0), 0);
    child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            fail("prctl");
        if (getppid() != parent)
            _exit(EXIT_FAILURE);
        close(life);
        _exit(msgrcv(id, &m, 100, 2, 0) == -1 ? errno : 0);
    }
    if (!asleep(child))
        errx(EXIT_FAILURE, "the child does not wait");
    puts("a child waits for type 2");
    show("remove the queue", msgctl(id, IPC_RMID, NULL), 0);
    printf("the child's msgrcv failed with %s\n",
           strerrorname_np(WEXITSTATUS(wait_for(child))));
    show("take type 1", msgrcv(id, &m, 100, 1, IPC_NOWAIT), EINVAL);
    close(life);
    if (wait_for(keeper) == 0)
        errx(EXIT_FAILURE, "the keeper removed another queue");
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
