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
#include <sys/prctl.h>
#include <sys/shm.h>

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

static int id = -1;

static void remove_segment(void)
{
    shmctl(id, IPC_RMID, NULL);
}

static char *attach(void)
{
    char *map = shmat(id, NULL, 0);
    return map == (void *)-1 ? NULL : map;
}
static void attached(const char *when)
{
    struct shmid_ds is;
    if (shmctl(id, IPC_STAT, &is) == -1)
        err(EXIT_FAILURE, "shmctl");
    printf("%-36s %ju\n", when, (uintmax_t)is.shm_nattch);
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
    const key_t key = (key_t)(getpid() | 0x40000000);
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    id = shmget(key, 100, IPC_CREAT | IPC_EXCL | 0600);
    if (id == -1 || atexit(remove_segment) != 0)
        err(EXIT_FAILURE, "shmget");
    char *ours = attach();
    if (ours == NULL)
        err(EXIT_FAILURE, "shmat");
    strcpy(ours, "data");
    struct shmid_ds is;
    shmctl(id, IPC_STAT, &is);
    printf("asked for 100 bytes, it says         %zu\n", is.shm_segsz);
    show("shmget of 101 by its key", shmget(key, 101, 0600), EINVAL);
    int in[2], executed[2];
    if (pipe2(in, O_CLOEXEC) == -1 || pipe2(executed, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            fail("prctl");
        if (getppid() != parent)
            _exit(EXIT_FAILURE);
        attached("attached, after fork by");
        if (dup2(in[0], STDIN_FILENO) == -1)
            fail("dup2");
        execlp("cat", "cat", (char *)NULL);
        fail("cat");
    }
    char byte;
    close(in[0]);
    close(executed[1]);
    while (read(executed[0], &byte, 1) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "read");
    attached("after the child's exec by");
    close(in[1]);
    close(executed[0]);
    if (wait_for(child) != 0)
        errx(EXIT_FAILURE, "the child failed");
    show("marked to be removed", shmctl(id, IPC_RMID, NULL), 0);
    printf("  it says                            %s\n", ours);
    show("  shmget by its key", shmget(key, 100, 0600), ENOENT);
    char *again = attach();
    printf("  shmat by its id                    %s\n",
           again == NULL ? "refused" : again);
    show("detached once", shmdt(ours), 0);
    attached("  attached by");
    show("detached twice", again == NULL ? 0 : shmdt(again), 0);
    show("  IPC_STAT", shmctl(id, IPC_STAT, &is), EINVAL);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
