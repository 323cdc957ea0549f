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
#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>

/* For children: prints what failed, and why, and ends by _exit. */
static _Noreturn void fail(const char *what)
{
    warn("%s", what);
    _exit(EXIT_FAILURE);
}


enum { LINE = 512, OUT = 16384, FULL = 8192, MOST = 1000,
       PATIENCE = 10 };

struct source {
    int fd;                        /* -1 when it is closed */
    void (*ready)(struct source *);
    char name[12];                 /* stands in front of its lines */
    char in[LINE];                 /* a line that is not complete */
    size_t got;
    char out[OUT];                 /* what a client has to be sent */
    size_t length;
    bool ended;                    /* it will say no more */
    int idle;                      /* ticks without taking a byte */
    int place;                     /* in the array of clients */
    struct source *next;           /* among those to be freed */
};

static struct source inputs, door, notes, output, process, timer,
    signals, *all[MOST], *dead;
static int list, clients, full, spare = -1;
static bool stopping, door_shut, paused;

static bool watch(int in, struct source *s, uint32_t events)
{
    struct epoll_event entry = { .events = events, .data.ptr = s };
    return epoll_ctl(in, EPOLL_CTL_ADD, s->fd, &entry) == 0;
}

static void unwatch(int in, struct source *s)
{
    epoll_ctl(in, EPOLL_CTL_DEL, s->fd, NULL);
}

/* For those without whom there is no hub. */
static void begin(int in, struct source *s, const char *name, int fd,
                  void (*ready)(struct source *))
{
    if (fd == -1)
        err(EXIT_FAILURE, "%s", name);
    s->fd = fd;
    s->ready = ready;
    snprintf(s->name, sizeof s->name, "%s", name);
    if (!watch(in, s, EPOLLIN))
        err(EXIT_FAILURE, "%s: epoll_ctl", name);
}

static void finish(struct source *s)
{
    if (s->fd == -1)
        return;
    unwatch(inputs.fd, s);
    unwatch(list, s);
    close(s->fd);
    s->fd = -1;
}

/* How many clients have more than FULL bytes to take? */
static void set_length(struct source *s, size_t length)
{
    full += (length > FULL) - (s->length > FULL);
    s->length = length;
}

static void drop(struct source *s)
{
    set_length(s, 0);
    finish(s);
    all[s->place] = all[--clients];
    all[s->place]->place = s->place;
    s->next = dead;
    dead = s;
}

static void tell(struct source *s, const char *words, size_t length)
{
    if (s->ended)
        return;
    memcpy(s->out + s->length, words, length);
    if (s->length == 0) {
        s->idle = 0;
        if (!watch(list, s, EPOLLOUT)) {
            drop(s);
            return;
        }
    }
    set_length(s, s->length + length);
}

/* Tells all clients a line from S. */
static void say(const struct source *s, const char *words,
                size_t length)
{
    char line[LINE + 16];
    int n = snprintf(line, sizeof line, "%s: %.*s\n", s->name,
                     (int)length, words);
    for (int i = clients; i-- > 0 && !stopping;)
        tell(all[i], line, (size_t)n);
}

static void send_rest(struct source *s)
{
    ssize_t n = send(s->fd, s->out, s->length,
                     MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n == -1 && errno != EAGAIN && errno != EINTR) {
        drop(s);
        return;
    }
    if (n > 0) {
        memmove(s->out, s->out + n, s->length - (size_t)n);
        set_length(s, s->length - (size_t)n);
        s->idle = 0;
    }
    if (s->length > 0)
        return;
    unwatch(list, s);
    if (s->ended)
        drop(s);
    else if (stopping)
        shutdown(s->fd, SHUT_WR);
}

_Static_assert(LINE * (sizeof all[0]->name + 3) <= OUT - FULL,
               "one read fits, and a last word of the hub");

/* Returns false when nothing more will come. */
static bool pass_on(struct source *s)
{
    size_t begin = 0;
    char *end;
    ssize_t n = read(s->fd, s->in + s->got, LINE - s->got);
    if (n == -1) {
        bool again = errno == EAGAIN || errno == EINTR;
        if (!again && errno != ECONNRESET)
            warn("%s", s->name);
        return again;
    }
    s->got += (size_t)n;
    while ((end = memchr(s->in + begin, '\n', s->got - begin))) {
        size_t length = (size_t)(end - s->in) - begin;
        say(s, s->in + begin, length);
        begin += length + 1;
    }
    if ((n == 0 && s->got > 0) || (begin == 0 && s->got == LINE)) {
        say(s, s->in, s->got);
        begin = s->got;
    }
    s->got -= begin;
    memmove(s->in, s->in + begin, s->got);
    return n > 0;
}

static void inputs_ready(struct source *s)
{
    struct epoll_event event;
    for (int i = 0; i < 16 && (full == 0 || stopping); i++) {
        if (epoll_wait(s->fd, &event, 1, 0) != 1)
            return;
        struct source *from = event.data.ptr;
        from->ready(from);
    }
}

static void notes_ready(struct source *s)
{
    pass_on(s);
}

/* Returns false when nothing more will come. */
static bool throw_away(struct source *s)
{
    ssize_t n = read(s->fd, s->in, LINE);
    return n > 0 || (n == -1 && (errno == EAGAIN || errno == EINTR));
}

static void client_ready(struct source *s)
{
    bool more = stopping ? throw_away(s) : pass_on(s);
    if (more || s->fd == -1)
        return;
    unwatch(inputs.fd, s);
    s->ended = true;
    if (s->length == 0)
        drop(s);
}

static void door_ready(struct source *s)
{
    static unsigned number;
    int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd == -1 && errno == EMFILE && spare != -1) {
        close(spare);
        fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd != -1)
            close(fd);
        spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
        return;
    }
    if (fd == -1) {
        door_shut = errno != EAGAIN && errno != EINTR
                    && errno != ECONNABORTED;
        if (door_shut)
            unwatch(inputs.fd, s);
        return;
    }
    struct source *c = clients < MOST ? calloc(1, sizeof *c) : NULL;
    if (c == NULL) {
        close(fd);
        return;
    }
    c->fd = fd;
    c->ready = client_ready;
    snprintf(c->name, sizeof c->name, "%u", ++number);
    c->place = clients;
    all[clients++] = c;
    if (!watch(inputs.fd, c, EPOLLIN))
        drop(c);
}

static siginfo_t how;

static void tell_end(void)
{
    static struct source hub = { .name = "hub" };
    char words[64];
    if (output.fd != -1 || process.fd != -1)
        return;
    int n = snprintf(words, sizeof words, "the command %s %d",
                     how.si_code == CLD_EXITED ? "left with"
                                               : "was ended by signal",
                     how.si_status);
    say(&hub, words, (size_t)n);
}

static void output_ready(struct source *s)
{
    if (pass_on(s))
        return;
    finish(s);
    tell_end();
}

static void process_ready(struct source *s)
{
    how.si_pid = 0;
    if (waitid(P_PIDFD, (id_t)s->fd, &how, WEXITED | WNOHANG) == -1
        || how.si_pid == 0)
        return;
    finish(s);
    tell_end();
}

static void signal_ready(struct source *s)
{
    stopping = true;
    finish(s);
    finish(&door);
    finish(&notes);
    finish(&output);
    if (process.fd != -1)
        pidfd_send_signal(process.fd, SIGTERM, NULL, 0);
    for (int i = clients; i-- > 0;) {
        all[i]->idle = 0;
        if (all[i]->length == 0)
            shutdown(all[i]->fd, SHUT_WR);
    }
}

static void timer_ready(struct source *s)
{
    static int asked;
    uint64_t ticks;
    if (read(s->fd, &ticks, sizeof ticks) == -1)
        return;
    if (spare == -1)
        spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (door_shut && !stopping)
        door_shut = !watch(inputs.fd, &door, EPOLLIN);
    for (int i = clients; i-- > 0;)
        if ((stopping || all[i]->length > 0)
            && ++all[i]->idle > PATIENCE)
            drop(all[i]);
    if (stopping && process.fd != -1 && ++asked > PATIENCE)
        pidfd_send_signal(process.fd, SIGKILL, NULL, 0);
}

static void make_lists(void)
{
    list = epoll_create1(EPOLL_CLOEXEC);
    if (list == -1)
        err(EXIT_FAILURE, "epoll_create1");
    begin(list, &inputs, "inputs", epoll_create1(EPOLL_CLOEXEC),
          inputs_ready);
    spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void hear_signals(void)
{
    const int numbers[] = { SIGTERM, SIGINT, SIGHUP };
    struct sigaction now;
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < 3; i++)
        if (i == 0 || (sigaction(numbers[i], NULL, &now) == 0
                       && now.sa_handler != SIG_IGN))
            sigaddset(&set, numbers[i]);
    if (sigprocmask(SIG_BLOCK, &set, NULL) == -1)
        err(EXIT_FAILURE, "sigprocmask");
    begin(list, &signals, "signals",
          signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), signal_ready);
}

static void open_notes(const char *path)
{
    struct stat is;
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "%s", path);
    if (fstat(fd, &is) == -1 || !S_ISFIFO(is.st_mode))
        errx(EXIT_FAILURE, "%s: not a FIFO", path);
    begin(inputs.fd, &notes, "note", fd, notes_ready);
}

static in_port_t open_door(void)
{
    struct sockaddr_in at = {
        .sin_family = AF_INET,
        .sin_addr = { htonl(INADDR_LOOPBACK) }
    };
    socklen_t length = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                    0);
    if (fd == -1 || bind(fd, (struct sockaddr *)&at, length) == -1
        || getsockname(fd, (struct sockaddr *)&at, &length) == -1
        || listen(fd, SOMAXCONN) == -1)
        err(EXIT_FAILURE, "a port of 127.0.0.1");
    begin(inputs.fd, &door, "door", fd, door_ready);
    return ntohs(at.sin_port);
}

static void start_clock(long tick)
{
    const struct timespec t = { tick / 1000, tick % 1000 * 1000000 };
    const struct itimerspec each = { t, t };
    int fd = timerfd_create(CLOCK_MONOTONIC,
                            TFD_CLOEXEC | TFD_NONBLOCK);
    if (fd == -1 || timerfd_settime(fd, 0, &each, NULL) == -1)
        err(EXIT_FAILURE, "a clock");
    begin(list, &timer, "clock", fd, timer_ready);
}

static void start_command(char **command)
{
    int p[2];
    if (pipe2(p, O_CLOEXEC) == -1
        || fcntl(p[0], F_SETFL, O_NONBLOCK) == -1)
        err(EXIT_FAILURE, "a pipe");
    pid_t parent = getpid(), child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        sigset_t none;
        sigemptyset(&none);
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            fail("prctl");
        if (getppid() != parent)
            _exit(EXIT_FAILURE);
        if (dup2(p[1], STDOUT_FILENO) == -1
            || sigprocmask(SIG_SETMASK, &none, NULL) == -1)
            fail("a start");
        execvp(*command, command);
        fail(*command);
    }
    close(p[1]);
    begin(inputs.fd, &output, "command", p[0], output_ready);
    begin(list, &process, "process", pidfd_open(child, 0),
          process_ready);
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
    long tick = 1000;
    int option;
    char *end;
    bool right = true;
    while ((option = getopt(argc, argv, "+t:")) != -1) {
        tick = option == 't' ? strtol(optarg, &end, 10) : 0;
        right = right && tick >= 1 && tick <= 1000000 && *end == '\0';
    }
    if (!right || argc < optind + 2) {
        fprintf(stderr, "usage: hub [-t MS] FIFO COMMAND [ARGUMENT]...\n");
        return 2;
    }
    make_lists();
    hear_signals();
    open_notes(argv[optind]);
    in_port_t port = open_door();
    start_clock(tick);
    if (printf("%jd listens at port %d\n", (intmax_t)getpid(), port) < 0
        || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "standard output");
    start_command(argv + optind + 1);
    while (!stopping || clients > 0 || process.fd != -1)
        {
            struct epoll_event events[16];
            int n = epoll_wait(list, events, 16, -1);
            if (n == -1 && errno != EINTR)
                err(EXIT_FAILURE, "epoll_wait");
            for (int i = 0; i < n; i++) {
                struct source *s = events[i].data.ptr;
                if (s->fd != -1)
                    s->length > 0 ? send_rest(s) : s->ready(s);
            }
            for (struct source *s; (s = dead) != NULL; free(s))
                dead = s->next;
            if (paused != (full > 0 && !stopping)) {
                paused = !paused;
                if (paused)
                    unwatch(list, &inputs);
                else if (!watch(list, &inputs, EPOLLIN))
                    err(EXIT_FAILURE, "epoll_ctl");
            }
        }
    finish(&timer);
    finish(&inputs);
    close(list);
    close(spare);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
