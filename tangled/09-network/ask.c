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
#include <netinet/in.h>
#include <sys/socket.h>
#include <netdb.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

/* For children: prints what failed, and why, and ends by _exit. */
static _Noreturn void fail(const char *what)
{
    warn("%s", what);
    _exit(EXIT_FAILURE);
}

/* Like read(2), but a signal does not end it. */
static ssize_t read_some(int fd, void *buffer, size_t length)
{
    ssize_t n;
    do
        n = read(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
}

/* Sends all LENGTH bytes. Returns 0, or -1 with errno set. */
static int send_all(int s, const void *buffer, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t n = send(s, (const char *)buffer + done, length - done,
                         MSG_NOSIGNAL);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return -1;
        done += (size_t)n;
    }
    return 0;
}

/* Begins as { .fd = FD }. */
struct line_reader {
    int fd;
    size_t from, to;            /* what is there and was not taken */
    char bytes[4096];
};

/* Points *LINE to the next line, with a null byte in place of its end.
   Returns its length with the end, 0 when there is none, or -1 with
   errno set: EMSGSIZE when it is too long, EBADMSG when it is cut. */
static ssize_t read_line(struct line_reader *r, char **line)
{
    for (;;) {
        char *begin = r->bytes + r->from;
        char *end = memchr(begin, '\n', r->to - r->from);
        if (end != NULL) {
            *end = '\0';
            *line = begin;
            r->from += (size_t)(end - begin) + 1;
            return end - begin + 1;
        }
        r->to -= r->from;
        memmove(r->bytes, begin, r->to);
        r->from = 0;
        errno = EMSGSIZE;
        if (r->to == sizeof r->bytes)
            return -1;
        ssize_t n = read_some(r->fd, r->bytes + r->to,
                              sizeof r->bytes - r->to);
        if (n == 0)
            errno = EBADMSG;
        if (n <= 0)
            return n == 0 && r->to == 0 ? 0 : -1;
        r->to += (size_t)n;
    }
}


/* Returns the number that TEXT is, or -1 if it is none up to MOST. */
static int number(const char *text, int most)
{
    char *end;
    errno = 0;
    const long n = strtol(text, &end, 10);
    return *text < '0' || *text > '9' || *end != '\0' || errno != 0
           || n > most ? -1 : (int)n;
}

static int patience = 60;               /* seconds for a question */

typedef int try_one(int s, const struct sockaddr *at, socklen_t size);

/* Returns a socket for which TRIED has succeeded, or gives up. */
static int first_of(const char *host, const char *port, try_one *tried)
{
    struct addrinfo want = { .ai_socktype = SOCK_STREAM }, *all;
    int s = -1, error = getaddrinfo(host, port, &want, &all);
    if (error != 0)
        errx(EXIT_FAILURE, "%s: %s", host, gai_strerror(error));
    struct addrinfo *a = all;
    for (; a != NULL && s == -1; a = a->ai_next) {
        s = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (s != -1 && tried(s, a->ai_addr, a->ai_addrlen) == -1) {
            error = errno;
            close(s);
            errno = error;
            s = -1;
        }
    }
    if (s == -1)
        err(EXIT_FAILURE, "%s port %s", host, port);
    freeaddrinfo(all);
    return s;
}

static int try_bind(int s, const struct sockaddr *at, socklen_t size)
{
    const int on = 1;
    return setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1
               ? -1 : bind(s, at, size);
}

static int try_connect(int s, const struct sockaddr *at, socklen_t size)
{
    const struct timeval limit = { .tv_sec = patience };
    struct sockaddr_storage own = { 0 };
    socklen_t room = sizeof own;
    int result;
    const int sides[] = { SO_RCVTIMEO, SO_SNDTIMEO };
    for (int i = 0; i < 2; i++)
        if (setsockopt(s, SOL_SOCKET, sides[i], &limit, sizeof limit)
                == -1)
            return -1;
    do
        result = connect(s, at, size);
    while (result == -1 && errno == EINTR);
    if (result == 0
        && getsockname(s, (struct sockaddr *)&own, &room) == 0
        && room == size && memcmp(&own, at, size) == 0) {
        errno = ECONNREFUSED;
        return -1;
    }
    return result;
}

static const char *facts;

/* Returns a whole answer, to be freed, or NULL when the facts cannot
   be read. */
static char *answer_to(const char *question, size_t length)
{
    char *line = NULL, *answer = NULL;
    size_t room = 0;
    ssize_t n;
    FILE *in = fopen(facts, "re");
    if (in == NULL)
        return NULL;
    while (answer == NULL && (n = getline(&line, &room, in)) != -1) {
        if (n > 0 && line[n - 1] == '\n')
            line[--n] = '\0';
        if ((size_t)n < length + 2
            || memcmp(line, question, length) != 0
            || memcmp(line + length, ": ", 2) != 0)
            continue;
        const char *text = line + length + 2;
        if (asprintf(&answer, "%zu\n%s", strlen(text), text) == -1)
            answer = NULL;
    }
    if (answer == NULL && feof(in) && !ferror(in))
        answer = strdup("none\n");
    free(line);
    fclose(in);
    return answer;
}

enum ending { FINISHED, FAILED, CUT, TOO_LONG, RESET, GONE };
static const char *const endings[] = {
    "finished", "could not be answered", "cut in the middle of a line",
    "too long a line", "reset", "gone before its answer"
};

static enum ending ending_of(int error)
{
    switch (error) {
    case EBADMSG: return CUT;
    case EMSGSIZE: return TOO_LONG;
    case ECONNRESET: return RESET;
    case EPIPE: return GONE;
    default: return FAILED;
    }
}

static enum ending converse(int s)
{
    struct line_reader from = { .fd = s };
    char *line;
    ssize_t n;
    while (alarm((unsigned)patience),
           (n = read_line(&from, &line)) > 0) {
        char *answer = answer_to(line, (size_t)n - 1);
        if (answer == NULL)
            return FAILED;
        int sent = send_all(s, answer, strlen(answer));
        free(answer);
        if (sent == -1)
            return ending_of(errno);
    }
    const enum ending how = n == 0 ? FINISHED : ending_of(errno);
    if (how == TOO_LONG)
        if (send_all(s, "too long\n", 9) == 0 && shutdown(s, SHUT_WR) == 0)
            while (read_some(s, from.bytes, sizeof from.bytes) > 0)
                ;
    return how;
}

enum { CLIENTS = 32 };
static struct client {
    pid_t pid;
    char name[80];
} clients[CLIENTS];
static int count;

/* Collects the children that have ended, or, with no flags, all. */
static void collect(int flags)
{
    for (int i = count - 1, status; i >= 0; i--) {
        pid_t ended;
        while ((ended = waitpid(clients[i].pid, &status, flags)) == -1
               && errno == EINTR)
            ;
        if (ended == 0)
            continue;
        const char *how = "was shown out";
        if (WIFEXITED(status) && WEXITSTATUS(status) <= GONE)
            how = endings[WEXITSTATUS(status)];
        else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
            how = "too slow";
        warnx("%s: %s", clients[i].name, how);
        clients[i] = clients[--count];
    }
}

static void write_name(char *to, size_t room,
                       const struct sockaddr_storage *at,
                       socklen_t size)
{
    char host[60], port[10];
    const int flags = NI_NUMERICHOST | NI_NUMERICSERV;
    if (getnameinfo((const struct sockaddr *)at, size, host,
                    sizeof host, port, sizeof port, flags) != 0)
        strcpy(host, "?"), strcpy(port, "?");
    snprintf(to, room, "%s port %s", host, port);
}

/* Tells whether that could be done. */
static bool let_in(int door, int signals)
{
    struct sockaddr_storage at;
    socklen_t size = sizeof at;
    const pid_t parent = getpid();
    int s = accept4(door, (struct sockaddr *)&at, &size, SOCK_CLOEXEC);
    if (s == -1)
        return errno == EINTR || errno == EAGAIN;
    write_name(clients[count].name, sizeof clients[count].name, &at,
               size);
    pid_t child = fork();
    if (child == 0) {
        sigset_t none;
        sigemptyset(&none);
        close(door);
        close(signals);
        if (signal(SIGALRM, SIG_DFL) == SIG_ERR
            || signal(SIGTERM, SIG_DFL) == SIG_ERR
            || sigprocmask(SIG_SETMASK, &none, NULL) == -1)
            fail("signals");
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            fail("prctl");
        if (getppid() != parent)
            _exit(EXIT_FAILURE);
        const enum ending how = converse(s);
        signal(SIGTERM, SIG_IGN);
        alarm(0);
        close(s);
        _exit((int)how);
    }
    close(s);
    if (child == -1)
        warn("%s: fork", clients[count].name);
    else
        clients[count++].pid = child;
    return child != -1;
}

/* Returns a descriptor that tells when we are asked to stop. */
static int hear_signals(void)
{
    const int numbers[] = { SIGTERM, SIGINT, SIGHUP };
    struct sigaction now;
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < 3; i++)
        if (i == 0 || (sigaction(numbers[i], NULL, &now) == 0
                       && now.sa_handler != SIG_IGN))
            sigaddset(&set, numbers[i]);
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd == -1 || sigprocmask(SIG_BLOCK, &set, NULL) == -1)
        err(EXIT_FAILURE, "signals");
    return fd;
}

static void serve(const char *host, const char *port)
{
    char name[80];
    struct sockaddr_storage at;
    socklen_t size = sizeof at;
    bool stop = false, deaf = false;
    const int signals = hear_signals();
    sigset_t set;
    if (sigprocmask(SIG_BLOCK, NULL, &set) == -1
        || sigaddset(&set, SIGCHLD) == -1
        || sigprocmask(SIG_BLOCK, &set, NULL) == -1
        || signalfd(signals, &set, 0) == -1)
        err(EXIT_FAILURE, "signals");
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    if (access(facts, R_OK) == -1)
        err(EXIT_FAILURE, "%s", facts);
    int door = first_of(host, port, try_bind);
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == -1)
        err(EXIT_FAILURE, "getrlimit");
    if (files.rlim_cur < 8)
        errx(EXIT_FAILURE, "needs 8 descriptors");
    if (fcntl(door, F_SETFL, O_NONBLOCK) == -1 || listen(door, 64) == -1
        || getsockname(door, (struct sockaddr *)&at, &size) == -1)
        err(EXIT_FAILURE, "%s", host);
    write_name(name, sizeof name, &at, size);
    if (printf("%jd listens at %s\n", (intmax_t)getpid(), name) < 0)
        errx(EXIT_FAILURE, "cannot write to standard output");
    while (!stop) {
        struct pollfd p[2] = {
            { .fd = signals, .events = POLLIN },
            { .fd = deaf || count == CLIENTS ? -1 : door,
              .events = POLLIN },
        };
        if (poll(p, 2, deaf ? 100 : -1) == -1 && errno != EINTR)
            err(EXIT_FAILURE, "poll");
        struct signalfd_siginfo what;
        ssize_t n;
        while ((n = read_some(signals, &what, sizeof what)) > 0)
            if (what.ssi_signo != SIGCHLD)
                stop = true;
        if (n == -1 && errno != EAGAIN)
            err(EXIT_FAILURE, "signals");
        collect(WNOHANG);
        deaf = (p[1].revents & POLLIN) != 0 && !let_in(door, signals);
    }
    close(door);
    for (int i = 0; i < count; i++) {
        kill(clients[i].pid, SIGTERM);
        kill(clients[i].pid, SIGCONT);
    }
    collect(0);
    close(signals);
}

static bool failed;

static void ask_one(struct line_reader *from, const char *question)
{
    char *text, *line, *end;
    if (strchr(question, '\n') != NULL)
        errx(EXIT_FAILURE, "a question is one line");
    if (asprintf(&text, "%s\n", question) == -1)
        err(EXIT_FAILURE, "asprintf");
    send_all(from->fd, text, strlen(text));
    free(text);
    ssize_t n = read_line(from, &line);
    if (n == -1 && errno == EAGAIN)
        errx(EXIT_FAILURE, "%s: no answer in time", question);
    if (n <= 0)
        errx(EXIT_FAILURE, "%s: no answer", question);
    uintmax_t length = strtoumax(line, &end, 10);
    if (*line < '0' || *line > '9' || *end != '\0') {
        warnx("%s: %s", question, line);
        failed = true;
        return;
    }
    while (length > 0) {
        size_t there = from->to - from->from;
        if (there > length)
            there = (size_t)length;
        fwrite(from->bytes + from->from, 1, there, stdout);
        from->from += there;
        length -= there;
        if (length == 0)
            break;
        n = read_some(from->fd, from->bytes, sizeof from->bytes);
        if (n <= 0)
            errx(EXIT_FAILURE, "%s: the answer is cut", question);
        from->from = 0;
        from->to = (size_t)n;
    }
    putchar('\n');
}

static void ask(const char *host, const char *port, char **questions)
{
    char *line;
    struct line_reader from = { .fd = -1 };
    from.fd = first_of(host, port, try_connect);
    for (; *questions != NULL; questions++)
        ask_one(&from, *questions);
    if (shutdown(from.fd, SHUT_WR) == -1
        || read_line(&from, &line) != 0)
        failed = true;
    close(from.fd);
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
    bool wrong = false;
    for (int c; (c = getopt(argc, argv, "+s:t:")) != -1;) {
        if (c == 's')
            facts = optarg;
        if (c == 't')
            patience = number(optarg, 86400);
        wrong = wrong || c == '?' || patience < 1;
    }
    if (wrong || (facts != NULL ? argc - optind != 2 : argc - optind < 3)
        || number(argv[optind + 1], 65535) < 0) {
        fprintf(stderr,
                "usage: ask [-t SECONDS] HOST PORT QUESTION...\n"
                "       ask [-t SECONDS] -s FACTS HOST PORT\n");
        return 2;
    }
    if (facts != NULL)
        serve(argv[optind], argv[optind + 1]);
    else
        ask(argv[optind], argv[optind + 1], argv + optind + 2);
    if (failed)
        return EXIT_FAILURE;
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
