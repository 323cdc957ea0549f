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
#include <poll.h>
#include <sys/stat.h>

/* Like read(2), but a signal does not end it. */
static ssize_t read_some(int fd, void *buffer, size_t length)
{
    ssize_t n;
    do
        n = read(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
}


/* Like write(2), but a signal does not end it with EINTR. */
static ssize_t write_some(int fd, const void *buffer, size_t length)
{
    ssize_t n;
    do
        n = write(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
}


/* Like open(2) with O_CLOEXEC, but a signal does not end it. The mode
   counts where FLAGS have O_CREAT. */
static int open_fifo(const char *name, int flags)
{
    int fd;
    do
        fd = open(name, flags | O_CLOEXEC, 0600);
    while (fd == -1 && errno == EINTR);
    return fd;
}

struct question { pid_t from; char word[60]; };

/* Writes into NAME the name of the FIFO in which FROM wants its
   answer. */
static void name_answer(char name[PATH_MAX], const char *questions,
                        pid_t from)
{
    int n = snprintf(name, PATH_MAX, "%s.%jd", questions,
                     (intmax_t)from);
    if (n < 0 || n >= PATH_MAX)
        errx(EXIT_FAILURE, "%s: too long a name", questions);
}

static char answer_name[PATH_MAX];

static void remove_answer(void)
{
    unlink(answer_name);
}

int main(int argc, char **argv)
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
    struct question question = { .from = getpid() };
    if (argc != 3 || strlen(argv[2]) >= sizeof question.word) {
        fprintf(stderr, "usage: fifo_ask QUESTIONS WORD\n"
                        "  WORD has less than %zu bytes\n",
                sizeof question.word);
        return 2;
    }
    const char *questions = argv[1];
    strcpy(question.word, argv[2]);
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    umask(077);
    name_answer(answer_name, questions, question.from);
    if (mkfifo(answer_name, 0600) == -1)
        err(EXIT_FAILURE, "%s", answer_name);
    if (atexit(remove_answer) != 0)
        errx(EXIT_FAILURE, "atexit");
    int answer = open_fifo(answer_name, O_RDONLY | O_NONBLOCK);
    if (answer == -1)
        err(EXIT_FAILURE, "%s", answer_name);
    int out = open_fifo(questions, O_WRONLY);
    struct stat is;
    if (out == -1 || fstat(out, &is) == -1)
        err(EXIT_FAILURE, "%s", questions);
    if (!S_ISFIFO(is.st_mode))
        errx(EXIT_FAILURE, "%s: not a FIFO", questions);
    ssize_t n = write_some(out, &question, sizeof question);
    if (n != sizeof question)
        err(EXIT_FAILURE, "%s", questions);
    struct pollfd both[] = { { .fd = answer, .events = POLLIN },
                             { .fd = out } };
    while (poll(both, 2, -1) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "poll");
    char word[sizeof question.word];
    n = read_some(answer, word, sizeof word);
    if (n != sizeof word)
        errx(EXIT_FAILURE, "%s: no answer", questions);
    printf("%.*s\n", (int)sizeof word, word);
    close(answer);
    close(out);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
