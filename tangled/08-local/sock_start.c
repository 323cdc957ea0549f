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
#include <sys/file.h>
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


/* Tells whether NAME is the file that WAS tells of. */
static bool leads_to(const char *name, const struct stat *was)
{
    struct stat is;
    return lstat(name, &is) == 0 && is.st_dev == was->st_dev
           && is.st_ino == was->st_ino;
}

/* Locks the file NAME. Returns its descriptor, or -1 with errno set,
   EWOULDBLOCK when somebody has it, EEXIST when it is no lock of
   ours. */
static int take_lock(const char *name)
{
    for (;;) {
        struct stat is = { 0 };
        int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
                      0600);
        if (fd == -1 && errno == EINTR)
            continue;
        if (fd == -1)
            return -1;
        int error = 0;
        if (fstat(fd, &is) == -1 || !S_ISREG(is.st_mode)
            || is.st_size != 0 || is.st_uid != geteuid())
            error = EEXIST;
        else if (flock(fd, LOCK_EX | LOCK_NB) == -1)
            error = errno;
        bool same = leads_to(name, &is);
        if (same && error == 0)
            return fd;
        close(fd);
        errno = error;
        if (error == EEXIST || same)
            return -1;
    }
}

/* Tells whether a socket has NAME. Gives up if it is another file. */
static bool socket_at(const char *name)
{
    struct stat is;
    if (lstat(name, &is) == -1)
        return false;
    if (!S_ISSOCK(is.st_mode))
        errx(EXIT_FAILURE, "%s: is there, and no socket", name);
    return true;
}

/* Lets S listen at NAME, with MODE, and returns it, or gives up. To be
   called with the lock in hand. */
static int listen_without_gap(int s, const char *name, mode_t mode)
{
    char fresh[sizeof ((struct sockaddr_un *)NULL)->sun_path];
    int n = snprintf(fresh, sizeof fresh, "%s.new", name);
    if (n < 0 || (size_t)n >= sizeof fresh)
        errx(EXIT_FAILURE, "%s: too long a name", name);
    socket_at(name);
    if (socket_at(fresh))
        unlink(fresh);
    const mode_t mask = umask(0);
    if (fchmod(s, mode) == -1 || bind_to(s, fresh) == -1)
        err(EXIT_FAILURE, "%s", fresh);
    if (listen(s, 16) == -1 || rename(fresh, name) == -1) {
        const int error = errno;
        unlink(fresh);
        errno = error;
        err(EXIT_FAILURE, "%s", name);
    }
    umask(mask);
    return s;
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
    puts("the first lives, the second unlinks and binds");
    const int type = SOCK_STREAM | SOCK_NONBLOCK;
    int first = listen_without_gap(new_socket(type), "desk", 0600);
    unlink("desk");
    int second = new_socket(type);
    show("  bind", bind_to(second, "desk"), 0);
    if (listen(second, 5) == -1)
        err(EXIT_FAILURE, "listen");
    int client = new_socket(SOCK_STREAM);
    show("  a client, connect", connect_to(client, "desk"), 0);
    show("  the first, accept", accept(first, NULL, NULL), EAGAIN);
    int line = accept4(second, NULL, NULL, SOCK_CLOEXEC);
    show("  the second, accept", line == -1 ? -1 : 0, 0);
    close(line);
    close(client);
    close(second);
    close(first);
    puts("the first has the lock, and is gone");
    int lock = take_lock("lock");
    if (lock == -1)
        err(EXIT_FAILURE, "lock");
    first = listen_without_gap(new_socket(SOCK_STREAM), "desk", 0600);
    show("  it lives, take the lock", take_lock("lock"), EWOULDBLOCK);
    close(first);
    close(lock);
    client = new_socket(SOCK_STREAM);
    show("  it is dead, a client, connect", connect_to(client, "desk"),
         ECONNREFUSED);
    lock = take_lock("lock");
    show("  take the lock", lock == -1 ? -1 : 0, 0);
    first = listen_without_gap(new_socket(SOCK_STREAM), "desk", 0600);
    show("  bind, listen, rename; connect", connect_to(client, "desk"), 0);
    close(client);
    close(first);
    close(lock);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
