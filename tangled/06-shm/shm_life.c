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
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* Like mmap(2), but a failure ends the program. */
static char *map_or_die(void *where, size_t length, int protection,
                        int flags, int fd, off_t offset)
{
    void *map = mmap(where, length, protection, flags, fd, offset);
    if (map == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    return map;
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

static char path[] = "/dev/shm/book.XXXXXX";
static const char *const name = path + sizeof "/dev/shm" - 1;

static void remove_name(void)
{
    unlink(path);
}

/* Makes an empty object; its name goes when we end by exit. */
static int make_object(void)
{
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    umask(077);
    signal(SIGXFSZ, SIG_IGN);
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "%s", path);
    if (atexit(remove_name) != 0) {
        remove_name();
        err(EXIT_FAILURE, "atexit");
    }
    return fd;
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

static char *map_name(int flags)
{
    int fd = shm_open(name, flags, 0600);
    if (fd == -1 || (flags & O_CREAT && ftruncate(fd, 64) == -1))
        err(EXIT_FAILURE, "%s", name);
    char *map = map_or_die(NULL, 64, PROT_READ | PROT_WRITE,
                           MAP_SHARED, fd, 0);
    close(fd);
    return map;
}
static void make_and_be_killed(void)
{
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        strcpy(map_name(O_RDWR | O_CREAT | O_EXCL), "old");
        raise(SIGKILL);
    }
    int status = wait_for(child);
    if (!WIFSIGNALED(status))
        errx(EXIT_FAILURE, "the child was not killed");
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
    close(make_object());
    remove_name();
    puts("the maker has been killed:");
    make_and_be_killed();
    char *ours = map_name(O_RDWR);
    printf("  the object says               %s\n", ours);
    int again = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    show("  made with O_EXCL", again, EEXIST);
    puts("the name is removed:");
    show("  shm_unlink", shm_unlink(name), 0);
    show("  shm_open", shm_open(name, O_RDWR, 0), ENOENT);
    printf("  our mapping says              %s\n", ours);
    puts("the name is made again:");
    char *new_one = map_name(O_RDWR | O_CREAT | O_EXCL);
    printf("  the new object says           %s\n",
           *new_one == '\0' ? "nothing" : new_one);
    strcpy(new_one, "new");
    printf("  the two mappings say          %s, %s\n", ours, new_one);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
