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
#include <sys/vfs.h>

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

static const char *yes(bool so)
{
    return so ? "yes" : "no";
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

/* Opens the object called NAME, and closes it again. */
static void try_name(const char *what, const char *tried, int expected)
{
    int fd = shm_open(tried, O_RDWR, 0);
    show(what, fd == -1 ? -1 : 0, expected);
    if (fd != -1)
        close(fd);
}

/* Returns what a child finds in the first byte of the object. */
static char seen_by_another(void)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        int fd = shm_open(name, O_RDONLY, 0);
        const char *other = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
        _exit(fd == -1 || other == MAP_FAILED ? 0 : *other);
    }
    int status = wait_for(child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) == 0)
        errx(EXIT_FAILURE, "the other process sees nothing");
    return (char)WEXITSTATUS(status);
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
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    int fd = make_object();
    if (ftruncate(fd, (off_t)page) == -1)
        err(EXIT_FAILURE, "ftruncate");
    int second = shm_open(name, O_RDWR, 0);
    struct stat made, opened;
    struct statfs where;
    if (second == -1 || fstat(fd, &made) == -1
        || fstat(second, &opened) == -1 || fstatfs(second, &where) == -1)
        err(EXIT_FAILURE, "%s", name);
    puts("shm_open of a file in /dev/shm:");
    printf("  the same file:                %s\n",
           yes(made.st_ino == opened.st_ino
               && made.st_dev == opened.st_dev));
    printf("  on a file system in memory:   %s\n",
           yes(where.f_type == 0x01021994));    /* TMPFS_MAGIC */
    printf("  closed at an exec:            %s\n",
           yes(fcntl(second, F_GETFD) & FD_CLOEXEC));
    close(second);
    char longer[300] = "/", link_path[64], through[64];
    puts("other names:");
    try_name("  without its slash", name + 1, 0);
    try_name("  a slash in the middle", "/a/b", EINVAL);
    try_name("  256 letters", memset(longer + 1, 'a', 256), ENAMETOOLONG);
    snprintf(link_path, sizeof link_path, "%s-link", path);
    snprintf(through, sizeof through, "%s-link", name);
    if (symlink(path, link_path) == -1)
        err(EXIT_FAILURE, "%s", link_path);
    int to_link = shm_open(through, O_RDWR, 0);
    const int why = errno;
    unlink(link_path);
    errno = why;
    show("  a symbolic link to it", to_link, ELOOP);
    int writer = shm_open(name, O_WRONLY, 0);
    show("opened for writing only", writer == -1 ? -1 : 0, 0);
    void *map = mmap(NULL, page, PROT_WRITE, MAP_SHARED, writer, 0);
    show("  and mapped for writing", map == MAP_FAILED ? -1 : 0, EACCES);
    close(writer);
    int reader = shm_open(name, O_RDONLY, 0);
    char *ours = map_or_die(NULL, page, PROT_READ | PROT_WRITE,
                            MAP_SHARED, fd, 0);
    char *mine = map_or_die(NULL, page, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE, fd, 0);
    close(fd);
    char byte = 0;
    ours[0] = 'A';
    if (pread(reader, &byte, 1, 0) != 1)
        err(EXIT_FAILURE, "pread");
    puts("A is stored, with no descriptor open for it:");
    printf("  another process loads         %c\n", seen_by_another());
    printf("  read(2) gives                 %c\n", byte);
    mine[0] = 'B';
    puts("B is stored in a private mapping:");
    printf("  another process loads         %c\n", seen_by_another());
    close(reader);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
