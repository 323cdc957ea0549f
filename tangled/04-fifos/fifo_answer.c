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
#include <ctype.h>
#include <sys/stat.h>

/* Returns the number of bytes read, less than LENGTH only at end of
   file, or -1 with errno set. */
static ssize_t read_full(int fd, void *buffer, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t n = read(fd, (char *)buffer + done, length - done);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return -1;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (ssize_t)done;
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

static void send_answer(const char *questions,
                        const struct question *question)
{
    char name[PATH_MAX], word[sizeof question->word];
    for (size_t i = 0; i < sizeof word; i++)
        word[i] = (char)toupper((unsigned char)question->word[i]);
    name_answer(name, questions, question->from);
    int out = open_fifo(name, O_WRONLY | O_NONBLOCK | O_NOFOLLOW);
    if (out == -1 && (errno == EMFILE || errno == ENFILE))
        err(EXIT_FAILURE, "%s", name);
    struct stat is;
    if (out == -1 || fstat(out, &is) == -1)
        warn("%s", name);
    else if (!S_ISFIFO(is.st_mode))
        warnx("%s: not a FIFO", name);
    else if (write_some(out, word, sizeof word) == -1)
        warn("%s", name);
    if (out != -1)
        close(out);
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
    setvbuf(stdout, NULL, _IOLBF, 0);
    char *end = NULL;
    long count = argc == 3 ? strtol(argv[2], &end, 10) : 0;
    if (count < 1 || *end != '\0') {
        fprintf(stderr, "usage: fifo_answer QUESTIONS COUNT\n");
        return 2;
    }
    const char *questions = argv[1];
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    umask(077);
    if (mkfifo(questions, 0600) == -1 && errno != EEXIST)
        err(EXIT_FAILURE, "%s", questions);
    int in = open_fifo(questions, O_RDWR);
    struct stat is;
    if (in == -1 || fstat(in, &is) == -1)
        err(EXIT_FAILURE, "%s", questions);
    if (!S_ISFIFO(is.st_mode))
        errx(EXIT_FAILURE, "%s: not a FIFO", questions);
    for (long i = 0; i < count; i++) {
        struct question question;
        if (read_full(in, &question, sizeof question) != sizeof question)
            err(EXIT_FAILURE, "%s", questions);
        question.word[sizeof question.word - 1] = '\0';
        printf("%jd asks: %s\n", (intmax_t)question.from, question.word);
        send_answer(questions, &question);
    }
    close(in);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
