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
#include <sys/resource.h>

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

/* What a child finds in the first byte of the object that FD is open
   for: a letter, "-" for 0, or "SIGBUS" when that kills it. */
static const char *another_loads(int fd)
{
    static char text[2];
    fflush(stdout);
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        const struct rlimit none = { 0, 0 };    /* no core file */
        setrlimit(RLIMIT_CORE, &none);
        char *map = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
        _exit(map == MAP_FAILED ? 1 : *map == 0 ? '-' : *map);
    }
    int status = wait_for(child);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS)
        return "SIGBUS";
    if (!WIFEXITED(status) || WEXITSTATUS(status) <= 1)
        errx(EXIT_FAILURE, "the other process failed");
    text[0] = (char)WEXITSTATUS(status);
    return text;
}
static void stranger(const char *when)
{
    struct stat is;
    int fd = shm_open(name, O_RDONLY, 0);
    if (fd == -1 && errno == ENOENT) {
        printf("%-29s no such object\n", when);
        return;
    }
    if (fd == -1 || fstat(fd, &is) == -1)
        err(EXIT_FAILURE, "%s", name);
    const char *loaded = another_loads(fd);
    printf("%-29s %jd bytes, a load: %s\n", when,
           (intmax_t)is.st_size, loaded);
    close(fd);
}

static void fill(int fd)
{
    if (pwrite(fd, "ready", 5, 0) != 5)
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
    close(make_object());
    puts("the name first:");
    stranger("  it is made");
    int fd = shm_open(name, O_RDWR, 0);
    if (fd == -1 || ftruncate(fd, 4096) == -1)
        err(EXIT_FAILURE, "%s", name);
    stranger("  it has its size");
    fill(fd);
    stranger("  it is filled");
    close(fd);
    puts("made again:");
    fd = shm_open(name, O_RDWR | O_CREAT, 0600);
    stranger("  with O_CREAT");
    close(fd);
    fd = shm_open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
    stranger("  with O_CREAT and O_TRUNC");
    close(fd);
    remove_name();
    puts("the name last:");
    fd = open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd == -1 || ftruncate(fd, 4096) == -1)
        err(EXIT_FAILURE, "/dev/shm");
    stranger("  it has its size");
    fill(fd);
    stranger("  it is filled");
    char self[64];
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    show("  linkat", linkat(AT_FDCWD, self, AT_FDCWD, path,
                            AT_SYMLINK_FOLLOW), 0);
    show("  linkat again", linkat(AT_FDCWD, self, AT_FDCWD, path,
                                  AT_SYMLINK_FOLLOW), EEXIST);
    stranger("  it has its name");
    close(fd);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
