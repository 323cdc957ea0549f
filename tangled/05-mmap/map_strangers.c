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
#include <sched.h>
#include <stdatomic.h>

enum { FREE, WRITING, FULL, READING };

struct board {
    atomic_int state;
    char text[80];
};
_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "an int may need a lock");
/* Like posix_fallocate(3), but a signal does not end it. */
static int reserve(int fd, off_t from, off_t length)
{
    int error;
    do
        error = posix_fallocate(fd, from, length);
    while (error == EINTR);
    return error;
}

static struct board *open_board(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct stat about;
    if (fd == -1 || fstat(fd, &about) == -1)
        err(EXIT_FAILURE, "%s", path);
    if (!S_ISREG(about.st_mode) || (about.st_size != 0
        && about.st_size != (off_t)sizeof(struct board)))
        errx(EXIT_FAILURE, "%s: is no notice board", path);
    errno = reserve(fd, 0, sizeof(struct board));
    if (errno != 0)
        err(EXIT_FAILURE, "%s", path);
    void *map = mmap(NULL, sizeof(struct board),
                     PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    close(fd);
    return map;
}
static bool change(struct board *board, int from, int to)
{
    return atomic_compare_exchange_strong(&board->state, &from, to);
}
static void write_on(const char *path, const char *text)
{
    struct board *board = open_board(path);
    const size_t length = strlen(text) + 1;
    if (length > sizeof board->text)
        errx(EXIT_FAILURE, "the text is too long");
    if (!change(board, FREE, WRITING))
        errx(EXIT_FAILURE, "%s: is in use", path);
    memcpy(board->text, text, length);
    bool told = printf("writer %jd: done\n", (intmax_t)getpid()) >= 0;
    atomic_store(&board->state, told ? FULL : FREE);
}
static void read_from(const char *path)
{
    struct board *board = open_board(path), *again = open_board(path);
    const intmax_t me = getpid();
    uintmax_t looks = 0;
    if (atomic_load(&board->state) != FULL
        && printf("reader %jd: nothing yet\n", me) < 0)
        err(EXIT_FAILURE, "standard output");
    for (; !change(board, FULL, READING); looks++)
        sched_yield();
    printf("reader %jd: looked %ju times, then read: %.*s\n", me,
           looks, (int)sizeof board->text, board->text);
    bool printed = !ferror(stdout);
    printf("reader %jd: at another address, the same text: %s\n", me,
           again != board && memcmp(again->text, board->text,
                                    sizeof board->text) == 0
           ? "yes" : "no");
    atomic_store(&board->state, printed ? FREE : FULL);
}

int main(int argc, char *argv[])
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
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 3)
        write_on(argv[1], argv[2]);
    else if (argc == 2)
        read_from(argv[1]);
    else
        errx(2, "usage: map_strangers FILE [TEXT]");
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
