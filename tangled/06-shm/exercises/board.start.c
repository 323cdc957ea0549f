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
#include <stdatomic.h>

enum { WORDS = 2048 };

struct board {
    atomic_uint sequence;
    atomic_uint word[WORDS];
};

/* Puts WHAT into each word. There is one writer. */
static void publish(struct board *board, unsigned what)
{
    for (int i = 0; i < WORDS; i++)
        atomic_store(&board->word[i], what);
}

/* Copies the words. Returns false when they do not belong together. */
static bool look(struct board *board, unsigned copy[WORDS])
{
    for (int i = 0; i < WORDS; i++)
        copy[i] = atomic_load(&board->word[i]);
    return true;
}

static struct board *ours, *others;     /* one board, mapped twice */
static char *half;                      /* where ours can be stopped */
static size_t page;
static bool reading;

static void say(const char *who, struct board *board)
{
    static unsigned copy[WORDS];
    const bool whole = look(board, copy);
    int old = 0;
    for (int i = 0; i < WORDS; i++)
        old += copy[i] == 0;
    printf("%s %s\n", who, !whole ? "nothing" : old == WORDS ? "old"
           : old == 0 ? "new" : "half of each");
}

static void in_the_middle(int number)
{
    int status;
    (void)number;
    pid_t child = fork();
    if (child == 0) {
        signal(SIGALRM, SIG_DFL);
        alarm(1);
        if (reading)
            publish(others, 1);
        else
            say("in the middle:", others);
        _exit(0);
    }
    if (child == -1 || waitpid(child, &status, 0) == -1)
        _exit(EXIT_FAILURE);
    if (status != 0)
        puts(reading ? "the writer waits" : "the reader waits");
    mprotect(half, page * 4, PROT_READ | PROT_WRITE);
}

int main(int argc, char *argv[])
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc != 2)
        errx(2, "usage: board quiet | writer | reader");
    page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t length = 6 * page + 65536;
    int fd = memfd_create("board", MFD_CLOEXEC);
    if (fd == -1 || ftruncate(fd, (off_t)length) == -1)
        err(EXIT_FAILURE, "memfd");
    char *p = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *q = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED || q == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    half = p + page;
    ours = (void *)(p + page - 4096);
    others = (void *)(q + page - 4096);
    const bool writing = strcmp(argv[1], "writer") == 0;
    reading = strcmp(argv[1], "reader") == 0;
    signal(SIGSEGV, in_the_middle);
    if (writing || reading)
        mprotect(half, page * 4, writing ? PROT_READ : PROT_NONE);
    if (!reading)
        publish(ours, 1);
    say("the reader sees:", ours);
    return EXIT_SUCCESS;
}
