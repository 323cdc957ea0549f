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
#include <linux/kcmp.h>
#include <pthread.h>
#include <sys/syscall.h>

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

/* Returns 0 when all LENGTH bytes are written, or -1 with errno set. */
static int write_all(int fd, const void *buffer, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t n = write(fd, (const char *)buffer + done,
                          length - done);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return -1;
        done += (size_t)n;
    }
    return 0;
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

static int nameless_file(void)
{
    char name[] = "/tmp/sharing.XXXXXX";
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd == -1 || unlink(name) == -1)
        err(EXIT_FAILURE, "%s", name);
    return fd;
}

struct stage {
    pid_t main;
    int file, spare, report[2];
    int chosen;             /* the descriptor that the other opens */
};

static struct stage set_stage(void)
{
    struct stage s = { .main = getpid(), .file = nameless_file(),
                       .spare = nameless_file() };
    if (pipe2(s.report, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    s.chosen = fcntl(s.file, F_DUPFD_CLOEXEC, 0);
    if (s.chosen == -1 || close(s.chosen) == -1)
        err(EXIT_FAILURE, "fcntl");
    return s;
}

static void ask_kernel(const struct stage *s)
{
    const pid_t me = (pid_t)syscall(SYS_gettid);
    long told[2];
    told[0] = syscall(SYS_kcmp, s->main, me, KCMP_FILES, 0, 0);
    told[1] = syscall(SYS_kcmp, s->main, me, KCMP_FILE,
                      s->file, s->file);
    if (write_all(s->report[1], told, sizeof told) == -1)
        fail("write");
}

static void act(const struct stage *s)
{
    ask_kernel(s);
    if (lseek(s->file, 42, SEEK_SET) != 42
        || fcntl(s->file, F_SETFL, O_APPEND) == -1
        || fcntl(s->file, F_SETFD, 0) == -1
        || close(s->spare) == -1
        || fcntl(s->file, F_DUPFD_CLOEXEC, s->chosen) != s->chosen)
        fail("the other");
}

enum { QUESTIONS = 7 };
struct answers { const char *of[QUESTIONS]; };

static const char *yes(bool noticed)
{
    return noticed ? "yes" : "no";
}

static void look(struct stage *s, struct answers *a)
{
    long told[2];
    if (read_full(s->report[0], told, sizeof told) != sizeof told)
        errx(EXIT_FAILURE, "no report came");
    for (int i = 0; i < 2; i++)
        a->of[i] = told[i] == -1 ? "not told" : yes(told[i] == 0);
    a->of[2] = yes(lseek(s->file, 0, SEEK_CUR) == 42);
    a->of[3] = yes(fcntl(s->file, F_GETFL) & O_APPEND);
    a->of[4] = yes(fcntl(s->file, F_GETFD) == 0);
    a->of[5] = yes(fcntl(s->spare, F_GETFD) == -1);
    a->of[6] = yes(fcntl(s->chosen, F_GETFD) != -1);
    const int all[] = { s->file, s->spare, s->report[0], s->report[1],
                        s->chosen };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (close(all[i]) == -1 && errno != EBADF)
            err(EXIT_FAILURE, "close");
}

static void ask_child(struct answers *a)
{
    struct stage s = set_stage();
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        act(&s);
        close(s.chosen);
        close(s.file);
        close(s.report[0]);
        close(s.report[1]);
        _exit(EXIT_SUCCESS);
    }
    if (wait_for(child) != 0)
        errx(EXIT_FAILURE, "the child failed");
    look(&s, a);
}

static void *as_thread(void *stage)
{
    act(stage);
    return NULL;
}

static void ask_thread(struct answers *a)
{
    struct stage s = set_stage();
    pthread_t thread;
    errno = pthread_create(&thread, NULL, as_thread, &s);
    if (errno != 0)
        err(EXIT_FAILURE, "pthread_create");
    errno = pthread_join(thread, NULL);
    if (errno != 0)
        err(EXIT_FAILURE, "pthread_join");
    look(&s, a);
}

static void print_answers(const struct answers *child,
                          const struct answers *thread)
{
    static const char *const questions[QUESTIONS] = {
        "one table, says kcmp",
        "one open file description, says kcmp",
        "the offset it set is seen",
        "the O_APPEND it set is seen",
        "the close-on-exec it cleared is seen",
        "the descriptor it closed is closed here",
        "the descriptor it opened is open here",
    };
    printf("%-41s %-8s %s\n", "", "child", "thread");
    for (int i = 0; i < QUESTIONS; i++)
        printf("%-41s %-8s %s\n", questions[i], child->of[i],
               thread->of[i]);
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
    struct answers child, thread;
    ask_child(&child);
    ask_thread(&thread);
    print_answers(&child, &thread);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
