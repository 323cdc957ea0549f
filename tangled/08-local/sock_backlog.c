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
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static const char *const names[] = { "desk", "desk.new", "lock" };
static char room[PATH_MAX];
static pid_t owner;

static void leave_room(void)
{
    if (getpid() != owner)
        return;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(names[i]);
    if (rmdir(room) == -1)
        warn("%s", room);
}

/* Makes a new directory and goes there; it is removed at the end. */
static void enter_room(void)
{
    const char *base = getenv("TMPDIR");
    if (base == NULL || base[0] != '/')
        base = "/tmp";
    int n = snprintf(room, sizeof room, "%s/sock.XXXXXX", base);
    if (n < 0 || (size_t)n >= sizeof room)
        errx(EXIT_FAILURE, "%s: too long a name", base);
    umask(077);
    owner = getpid();
    if (mkdtemp(room) == NULL)
        err(EXIT_FAILURE, "%s", room);
    if (chdir(room) == -1 || atexit(leave_room) != 0) {
        rmdir(room);
        err(EXIT_FAILURE, "%s", room);
    }
}

/* Makes TO the address PATH. Returns its length, or 0 with errno set
   when PATH is too long. */
static socklen_t address(struct sockaddr_un *to, const char *path)
{
    size_t length = strlen(path);
    *to = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if (length == 0 || length >= sizeof to->sun_path) {
        errno = length == 0 ? ENOENT : ENAMETOOLONG;
        return 0;
    }
    memcpy(to->sun_path, path, length + 1);
    return (socklen_t)(sizeof *to - sizeof to->sun_path + length + 1);
}

static int new_socket(int type)
{
    int s = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    if (s == -1)
        err(EXIT_FAILURE, "socket");
    return s;
}

/* Returns -1 with errno set when the call failed. */
static int bind_to(int s, const char *path)
{
    struct sockaddr_un to;
    socklen_t length = address(&to, path);
    return length == 0 ? -1 : bind(s, (struct sockaddr *)&to, length);
}

static int connect_to(int s, const char *path)
{
    struct sockaddr_un to;
    socklen_t length = address(&to, path);
    int result = -1;
    if (length != 0)
        do
            result = connect(s, (struct sockaddr *)&to, length);
        while (result == -1 && errno == EINTR);
    return result;
}

/* Gives up when the call fails. */
static int accept_one(int s)
{
    int client;
    do
        client = accept4(s, NULL, NULL, SOCK_CLOEXEC);
    while (client == -1 && errno == EINTR);
    if (client == -1)
        err(EXIT_FAILURE, "accept4");
    return client;
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


/* For children: prints what failed, and why, and ends by _exit. */
static _Noreturn void fail(const char *what)
{
    warn("%s", what);
    _exit(EXIT_FAILURE);
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

/* Returns the letter for the state of process PID, 0 if it is gone, or
   -1 with errno set, ESRCH when /proc does not know us. */
static int state_of(pid_t pid)
{
    char path[64], line[512] = "";
    if (readlink("/proc/self", line, sizeof line - 1) == -1)
        return -1;
    errno = ESRCH;
    if (strtoimax(line, NULL, 10) != getpid())
        return -1;
    snprintf(path, sizeof path, "/proc/%jd/stat", (intmax_t)pid);
    int file;
    while ((file = open(path, O_RDONLY | O_CLOEXEC)) == -1)
        if (errno != EINTR)
            return errno == ENOENT ? 0 : -1;
    size_t length = 0;
    ssize_t n = 1;
    while (n != 0 && length < sizeof line - 1) {
        n = read(file, line + length, sizeof line - 1 - length);
        if (n == -1 && errno != EINTR)
            break;
        if (n > 0)
            length += (size_t)n;
    }
    const int error = errno;
    close(file);
    errno = error;
    if (n == -1)
        return errno == ESRCH ? 0 : -1;
    line[length] = '\0';
    const char *name_end = strrchr(line, ')');
    return name_end == NULL || name_end[1] == '\0' ? '?' : name_end[2];
}

/* Returns 1 once PID was seen asleep twice in a row, 0 when it has
   ended or was not seen asleep in ten thousand looks, or -1 with errno
   set. */
static int seen_asleep(pid_t pid)
{
    const struct timespec moment = { .tv_nsec = 1000000 };
    int seen = 0;
    for (int look = 0; look < 10000 && seen < 2; look++) {
        int state = state_of(pid);
        if (state == -1)
            return -1;
        if (state == 0 || state == 'Z')
            return 0;
        seen = state == 'S' ? seen + 1 : 0;
        nanosleep(&moment, NULL);
    }
    return seen == 2;
}

/* For parents: is PID seen asleep? Gives up when that is not told. */
static bool asleep(pid_t pid)
{
    int seen = seen_asleep(pid);
    if (seen == -1)
        err(EXIT_FAILURE, "/proc");
    return seen == 1;
}


enum { MOST = 16 };

static int listen_at(const char *name, int backlog)
{
    int s = new_socket(SOCK_STREAM);
    unlink(name);
    if (bind_to(s, name) == -1 || listen(s, backlog) == -1)
        err(EXIT_FAILURE, "%s", name);
    return s;
}

/* Connects without waiting until that fails, and tells how often it
   did not. The clients stay in CLIENTS. */
static int fill(const char *name, int clients[MOST])
{
    int n = 0;
    while (n < MOST) {
        clients[n] = new_socket(SOCK_STREAM | SOCK_NONBLOCK);
        if (connect_to(clients[n], name) == -1)
            break;
        n++;
    }
    return n;
}

static void leave_all(int clients[MOST], int n)
{
    for (int i = 0; i <= n && i < MOST; i++)
        close(clients[i]);
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
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    enter_room();
    int clients[MOST];
    const int backlogs[] = { 5, 1, 0 };
    for (int i = 0; i < 3; i++) {
        int s = listen_at("desk", backlogs[i]);
        int n = fill("desk", clients);
        printf("backlog %d, who gets in without a wait = %d\n",
               backlogs[i], n);
        if (i == 2)
            show("the next, connect", connect_to(clients[n], "desk"),
                 EAGAIN);
        leave_all(clients, n);
        close(s);
    }
    int s = listen_at("desk", 0);
    int n = fill("desk", clients);
    pid_t parent = getpid(), child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            fail("prctl");
        if (getppid() != parent)
            _exit(EXIT_FAILURE);
        leave_all(clients, n);
        close(s);
        int mine = new_socket(SOCK_STREAM);
        int result = connect_to(mine, "desk");
        close(mine);
        _exit(result == -1);
    }
    printf("a client that waits                  = %s\n",
           asleep(child) ? "sleeps" : "does not sleep");
    close(accept_one(s));
    printf("one is accepted, the child's status  = %d\n",
           wait_for(child));
    leave_all(clients, n);
    close(s);
    s = listen_at("desk", 5);
    int hasty = new_socket(SOCK_STREAM);
    char bytes[16];
    show("nobody accepts, connect", connect_to(hasty, "desk"), 0);
    show("  send", send(hasty, "hello", 5, 0), 0);
    close(hasty);
    int late = accept_one(s);
    puts("it has left, and is accepted");
    show("  read", read(late, bytes, sizeof bytes), 0);
    show("  read", read(late, bytes, sizeof bytes), 0);
    close(late);
    close(s);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
