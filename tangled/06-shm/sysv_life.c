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
    show("marked to be removed", shmctl(id, IPC_RMID, NULL), 0);
    printf("  it says                            %s\n", ours);
    show("  shmget by its key", shmget(key, 100, 0600), ENOENT);
    char *again = attach();
    printf("  shmat by its id                    %s\n",
           again == NULL ? "refused" : again);
    struct shmid_ds is;
    show("detached once", shmdt(ours), 0);
    show("  IPC_STAT", shmctl(id, IPC_STAT, &is), 0);
    printf("  still attached                     %ju\n",
           (uintmax_t)is.shm_nattch);
    show("detached twice", again == NULL ? 0 : shmdt(again), 0);
    show("  IPC_STAT", shmctl(id, IPC_STAT, &is), EINVAL);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
