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
#include <mqueue.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
}


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


/* Returns the number that TEXT is, from 0 to MOST, or -1. */
static long number_of(const char *text, long most)
{
    if (*text == '\0' || text[strspn(text, "0123456789")] != '\0')
        return -1;
    long number = strtol(text, NULL, 10);
    return number <= most ? number : -1;
}

enum { ROOM = 8, LONGEST = 256, WORKERS = 16, DEATHS = 3,
       HIGHEST = 32767 };

struct job {
    unsigned priority;
    int deaths;                 /* of workers that had it */
    char command[LONGEST + 1];
};

static mqd_t queue = -1, aside = -1;
static struct mq_attr form;     /* of the first */
static char name[2][128];

static void name_queues(void)
{
    struct statx here;
    if (statx(AT_FDCWD, ".", 0, STATX_INO | STATX_BTIME, &here) == -1)
        err(EXIT_FAILURE, "this directory");
    for (int i = 0; i < 2; i++)
        snprintf(name[i], sizeof *name, "/jobs-%jd-%x.%x-%jx-%jd.%u%s",
                 (intmax_t)geteuid(), here.stx_dev_major,
                 here.stx_dev_minor, (uintmax_t)here.stx_ino,
                 (intmax_t)here.stx_btime.tv_sec,
                 here.stx_btime.tv_nsec, i == 0 ? "" : "-aside");
}

/* Tells whether a queue belongs to us, and others may do nothing. */
static bool is_ours(mqd_t of)
{
    struct stat about;
    return fstat(of, &about) == 0 && about.st_uid == geteuid()
        && (about.st_mode & 077) == 0;
}

/* Opens both queues; with O_CREAT in FLAGS it makes those that are
   missing. Returns false when there are none. */
static bool open_queues(int flags)
{
    struct mq_attr second;
    form.mq_maxmsg = ROOM;
    form.mq_msgsize = LONGEST;
    name_queues();
    const mode_t before = umask(077);
    flags |= O_RDWR | O_NONBLOCK;
    queue = mq_open(name[0], flags, 0600, &form);
    if (queue != -1)
        aside = mq_open(name[1], flags | O_CREAT, 0600, &form);
    if ((queue == -1 && errno != ENOENT) || (queue != -1 && aside == -1)) {
        if (errno == EMFILE)
            errx(EXIT_FAILURE, "no more queues: see ulimit -q, and -n");
        if (errno == EINVAL)
            errx(EXIT_FAILURE, "%d messages of %d bytes are more than "
                 "/proc/sys/fs/mqueue allows", ROOM, LONGEST);
        err(EXIT_FAILURE, "a message queue");
    }
    umask(before);
    if (queue == -1)
        return false;
    if (!is_ours(queue) || !is_ours(aside))
        errx(EXIT_FAILURE, "the queues of this directory are not ours "
             "alone");
    if (mq_getattr(queue, &form) == -1
        || mq_getattr(aside, &second) == -1)
        err(EXIT_FAILURE, "mq_getattr");
    if (form.mq_msgsize != LONGEST || second.mq_msgsize != LONGEST)
        errx(EXIT_FAILURE, "the queues of this directory are not for "
             "messages of %d bytes", LONGEST);
    return true;
}

static void close_queues(void)
{
    mq_close(queue);
    mq_close(aside);
}

/* Tells whether somebody has removed one of the queues. */
static bool are_removed(void)
{
    struct stat first, second;
    return fstat(queue, &first) == 0 && fstat(aside, &second) == 0
        && (first.st_nlink == 0 || second.st_nlink == 0);
}

/* Takes a job from FROM, which does not wait. Returns false when there
   is none. */
static bool take(mqd_t from, struct job *job)
{
    ssize_t n;
    do
        n = mq_receive(from, job->command, LONGEST, &job->priority);
    while (n == -1 ? errno == EINTR : n == 0 && !are_removed());
    if (n == -1 && errno != EAGAIN)
        err(EXIT_FAILURE, "mq_receive");
    if (n == 0)
        mq_send(from, "", 0, 0);    /* the news is for others, too */
    job->command[n == -1 ? 0 : n] = '\0';
    job->deaths = 0;
    return n > 0;
}

/* Puts a job into TO, which does not wait. Returns false, with errno
   set, when it cannot. */
static bool put(mqd_t to, const struct job *job)
{
    int sent;
    do
        sent = mq_send(to, job->command, strlen(job->command),
                       job->priority);
    while (sent == -1 && errno == EINTR);
    return sent == 0;
}

static int signals = -1;
static bool asked_to_stop;

static void await_signals(void)
{
    const int some[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
    struct sigaction is;
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < 4; i++)
        if (sigaction(some[i], NULL, &is) == 0
            && is.sa_handler != SIG_IGN)
            sigaddset(&set, some[i]);
    signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals == -1 || sigprocmask(SIG_BLOCK, &set, NULL) == -1
        || signal(SIGPIPE, SIG_IGN) == SIG_ERR
        || signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
        err(EXIT_FAILURE, "signals");
}

static bool asked(void)
{
    struct signalfd_siginfo one;
    if (read(signals, &one, sizeof one) == sizeof one)
        asked_to_stop = true;
    return asked_to_stop;
}

static int add(int argc, char **argv)
{
    struct job job = { .priority = 0 };
    long priority = 0;
    int c;
    while ((c = getopt(argc, argv, "+p:")) == 'p')
        priority = number_of(optarg, HIGHEST);
    if (c != -1 || priority == -1 || argc - optind != 1
        || *argv[optind] == '\0')
        return 2;
    if (strlen(argv[optind]) > LONGEST)
        errx(EXIT_FAILURE, "a job has %d bytes at most", LONGEST);
    strcpy(job.command, argv[optind]);
    job.priority = (unsigned)priority;
    open_queues(O_CREAT);
    const int error = put(queue, &job) ? 0 : errno;
    close_queues();
    errno = error;
    if (error == EAGAIN)
        errx(EXIT_FAILURE, "full: %ld jobs are waiting",
             form.mq_maxmsg);
    if (error != 0)
        err(EXIT_FAILURE, "%s", job.command);
    return EXIT_SUCCESS;
}

static int list(void)
{
    struct mq_attr second = { .mq_curmsgs = 0 };
    if (open_queues(0) && mq_getattr(aside, &second) == -1)
        err(EXIT_FAILURE, "mq_getattr");
    printf("%ld waiting, room for %ld; %ld put aside\n",
           form.mq_curmsgs, form.mq_maxmsg - form.mq_curmsgs,
           second.mq_curmsgs);
    close_queues();
    return EXIT_SUCCESS;
}

static int drain(void)
{
    struct job job;
    bool empty = true, there = open_queues(0);
    await_signals();
    for (int i = 0; there && i < 2; i++) {
        mqd_t from = i == 0 ? queue : aside;
        while (!asked() && !ferror(stdout) && take(from, &job)) {
            printf("%s %u: %s\n", i == 0 ? "waiting" : "aside",
                   job.priority, job.command);
            empty = false;
            if (ferror(stdout) && !put(from, &job))
                warn("lost: %s", job.command);
        }
    }
    if (empty && !asked_to_stop)
        puts("empty");
    close_queues();
    close(signals);
    return asked_to_stop ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int remove_queues(void)
{
    name_queues();
    mqd_t last = mq_open(name[0], O_WRONLY | O_NONBLOCK);
    for (int i = 1; i >= 0; i--)
        if (mq_unlink(name[i]) == -1 && errno != ENOENT)
            err(EXIT_FAILURE, "a message queue");
    if (last != -1)
        mq_send(last, "", 0, 0);    /* if it is full, nobody sleeps */
    mq_close(last);
    return EXIT_SUCCESS;
}

static struct worker {
    pid_t pid;                  /* 0: there is none */
    int to, from;
    bool busy;
    struct job job;
} workers[WORKERS];
static int count = 1;           /* of places that are used */
static int failures;
static bool stay;

/* A worker's life: jobs come through TO, and statuses go to FROM. */
static _Noreturn void do_jobs(int to, int from)
{
    struct job job;
    ssize_t n;
    while ((n = read_full(to, &job, sizeof job)) == sizeof job) {
        pid_t parent = getpid(), child = fork();
        if (child == 0) {
            sigset_t none;
            sigemptyset(&none);
            if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != parent
                || signal(SIGPIPE, SIG_DFL) == SIG_ERR
                || signal(SIGXFSZ, SIG_DFL) == SIG_ERR
                || sigprocmask(SIG_SETMASK, &none, NULL) == -1)
                _exit(126);
            execl("/bin/sh", "sh", "-c", job.command, (char *)NULL);
            _exit(126);
        }
        if (child == -1)
            warn("a shell for a job");
        int status = child == -1 ? -1 : wait_for(child);
        if (write_all(from, &status, sizeof status) == -1)
            break;
    }
    if (n == -1)
        warn("a pipe to a worker");
    close(to);
    close(from);
    _exit(EXIT_SUCCESS);
}

/* Starts a worker for W. Returns false if that is not possible. */
static bool start_worker(struct worker *w)
{
    int to[2], from[2];
    w->pid = 0;
    if (pipe2(to, O_CLOEXEC) == -1)
        return false;
    if (pipe2(from, O_CLOEXEC) == -1 || (w->pid = fork()) == -1) {
        close(to[0]);
        close(to[1]);
        if (w->pid == -1) {
            close(from[0]);
            close(from[1]);
        }
        w->pid = 0;
        return false;
    }
    if (w->pid == 0) {
        setsid();
        close(to[1]);
        close(from[0]);
        close_queues();
        close(signals);
        for (int i = 0; i < count; i++)
            if (workers[i].pid > 0 && workers + i != w) {
                close(workers[i].to);
                close(workers[i].from);
            }
        do_jobs(to[0], from[1]);
    }
    close(to[0]);
    close(from[1]);
    w->to = to[1];
    w->from = from[0];
    return true;
}

static void hand_over(struct worker *w)
{
    w->busy = true;
    if (write_all(w->to, &w->job, sizeof w->job) == -1
        && errno != EPIPE)
        err(EXIT_FAILURE, "a pipe to a worker");
}

/* Nobody shall do the job of W; it waits for somebody to look at it. */
static void put_aside(struct worker *w)
{
    w->busy = false;
    failures++;
    if (!put(aside, &w->job))
        warn("lost, for it could not be put aside: %s", w->job.command);
    else if (are_removed())
        warnx("lost with the queues: %s", w->job.command);
    else
        printf("put aside: %s\n", w->job.command);
}

/* There is no process for W or its job: the next work shall do it. */
static void give_back(struct worker *w)
{
    asked_to_stop = true;
    failures++;
    if (w->busy && !put(queue, &w->job))
        put_aside(w);
    w->busy = false;
}

/* Returns how a process ended that something has killed. */
static const char *killer(int status)
{
    static char words[32];
    const char *name_of_it = sigabbrev_np(WTERMSIG(status));
    if (name_of_it != NULL)
        snprintf(words, sizeof words, "SIG%s", name_of_it);
    else
        snprintf(words, sizeof words, "signal %d", WTERMSIG(status));
    return words;
}

static void hear(struct worker *w, int status)
{
    const char *command = w->job.command;
    if (status == -1) {
        give_back(w);
        return;
    }
    w->busy = false;
    failures += status != 0;
    if (WIFSIGNALED(status))
        printf("killed by %s: %s\n", killer(status), command);
    else if (status != 0)
        printf("failed with %d: %s\n", WEXITSTATUS(status), command);
    else
        printf("done: %s\n", command);
}

static void bury(struct worker *w)
{
    siginfo_t end;
    close(w->to);
    close(w->from);
    while (waitid(P_PID, (id_t)w->pid, &end, WEXITED | WNOWAIT) == -1
           && errno == EINTR)
        ;
    kill(-w->pid, SIGKILL);
    int status = wait_for(w->pid);
    if (w->busy) {
        w->job.deaths++;
        printf("a worker %s%s: %s\n", WIFSIGNALED(status)
               ? "died of " : "left", WIFSIGNALED(status)
               ? killer(status) : "", w->job.command);
    }
    if (w->busy && w->job.deaths == DEATHS)
        put_aside(w);
    if (!start_worker(w)) {
        warn("no worker in place of one that died");
        give_back(w);
    } else if (w->busy) {
        hand_over(w);
    }
}

/* Waits for a worker, for a signal, and for a job if JOBS. */
static void wait_for_news(bool jobs)
{
    struct pollfd p[WORKERS + 2];
    for (int i = 0; i < count; i++)
        p[i] = (struct pollfd){ .fd = workers[i].pid > 0
            ? workers[i].from : -1, .events = POLLIN };
    p[count] = (struct pollfd){ .fd = asked_to_stop ? -1 : signals,
                                .events = POLLIN };
    p[count + 1] = (struct pollfd){ .fd = jobs ? queue : -1,
                                    .events = POLLIN };
    if (poll(p, (nfds_t)count + 2, -1) == -1 && errno != EINTR)
        err(EXIT_FAILURE, "poll");
    for (int i = 0; i < count; i++) {
        int status;
        if (p[i].revents == 0)
            continue;
        ssize_t n = read_full(workers[i].from, &status, sizeof status);
        if (n == -1)
            warn("a pipe from a worker");
        if (n == sizeof status)
            hear(workers + i, status);
        else
            bury(workers + i);
    }
}

static int work(int argc, char **argv)
{
    int c;
    while ((c = getopt(argc, argv, "+n:w")) != -1)
        if (c == 'n')
            count = (int)number_of(optarg, WORKERS);
        else if (c == 'w')
            stay = true;
        else
            return 2;
    if (optind != argc || count < 1)
        return 2;
    if (freopen("/dev/null", "r", stdin) == NULL)
        err(EXIT_FAILURE, "/dev/null");
    await_signals();
    open_queues(O_CREAT);
    for (int i = 0; i < count; i++)
        if (!start_worker(workers + i))
            err(EXIT_FAILURE, "a worker");
    bool going = true;
    while (going) {
        int busy = 0, idle = 0;
        const bool stop = asked() || are_removed() || ferror(stdout);
        for (struct worker *w = workers; w < workers + count; w++) {
            if (!stop && w->pid > 0 && !w->busy && take(queue, &w->job))
                hand_over(w);
            busy += w->busy;
            idle += w->pid > 0 && !w->busy;
        }
        going = busy > 0 || (stay && !stop && idle > 0);
        if (going)
            wait_for_news(idle > 0 && !stop);
    }
    for (struct worker *w = workers; w < workers + count; w++)
        if (w->pid > 0) {
            close(w->to);
            close(w->from);
            wait_for(w->pid);
        }
    if (mq_getattr(queue, &form) == -1)
        err(EXIT_FAILURE, "mq_getattr");
    if (are_removed())
        puts("the queues were removed");
    else if (form.mq_curmsgs == 0)
        puts("the queue is empty");
    else
        printf("%ld waiting\n", form.mq_curmsgs);
    close_queues();
    close(signals);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
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
    const char *what = argc > 1 ? argv[1] : "";
    int status = strcmp(what, "add") == 0 ? add(argc - 1, argv + 1)
        : strcmp(what, "work") == 0 ? work(argc - 1, argv + 1)
        : strcmp(what, "list") == 0 && argc == 2 ? list()
        : strcmp(what, "drain") == 0 && argc == 2 ? drain()
        : strcmp(what, "close") == 0 && argc == 2 ? remove_queues() : 2;
    if (status == 2)
        fprintf(stderr, "usage: jobs add [-p PRIORITY] COMMAND\n"
                        "       jobs work [-n WORKERS] [-w]\n"
                        "       jobs list\n       jobs drain\n"
                        "       jobs close\n");
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return status;
}
