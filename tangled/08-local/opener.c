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
#include <linux/sockios.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

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
/* Sends FD over the socket WAY. Returns 0, or -1 with errno set. */
static int send_descriptor(int way, int fd)
{
    char nothing = 0;
    struct iovec part = { &nothing, 1 };
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int))];
    } beside = { .room = { 0 } };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
                              .msg_control = beside.room,
                              .msg_controllen = sizeof beside.room };
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(head), &fd, sizeof fd);
    ssize_t n;
    while ((n = sendmsg(way, &message, MSG_NOSIGNAL)) == -1
           && errno == EINTR)
        ;
    return n == -1 ? -1 : 0;
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

/* Opens NAME for reading, or returns -1 with errno set, EINVAL when it
   is no ordinary file. */
static int open_plain(const char *name)
{
    struct stat is;
    int fd;
    errno = EINVAL;
    if (lstat(name, &is) == -1 || !S_ISREG(is.st_mode))
        return -1;
    do
        fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW
                            | O_NOCTTY);
    while (fd == -1 && errno == EINTR);
    if (fd == -1 || (fstat(fd, &is) == 0 && S_ISREG(is.st_mode)
                     && fcntl(fd, F_SETFL, 0) == 0))
        return fd;
    close(fd);
    errno = EINVAL;
    return -1;
}

static const char *policy;

/* Returns why USER may not have the file NAME, or NULL. */
static const char *refusal(uid_t user, const char *name)
{
    char number[32], *line = NULL;
    size_t room = 0;
    bool may = false;
    ssize_t n;
    int fd = open_plain(policy);
    FILE *in = fd == -1 ? NULL : fdopen(fd, "r");
    if (in == NULL) {
        if (fd != -1)
            close(fd);
        return "no: the policy cannot be read";
    }
    snprintf(number, sizeof number, "%ju", (uintmax_t)user);
    while (!may && (n = getline(&line, &room, in)) != -1) {
        if (n > 0 && line[n - 1] == '\n')
            line[n - 1] = '\0';
        char *file = strchr(line, ' ');
        if (file == NULL)
            continue;
        *file = '\0';
        may = strcmp(file + 1, name) == 0
              && (strcmp(line, "*") == 0 || strcmp(line, number) == 0);
    }
    free(line);
    fclose(in);
    return may ? NULL : "no: not for you";
}

struct request {
    char words[1024];
    ssize_t length;
    int flags;
    uid_t user;
};

/* Returns 1 with a request, 0 at the end, or -1 with errno set. */
static int next_request(int s, struct request *r)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(struct ucred))];
    } beside;
    struct iovec part = { r->words, sizeof r->words - 1 };
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = beside.room,
        .msg_controllen = CMSG_LEN(sizeof(struct ucred))
    };
    while ((r->length = recvmsg(s, &message, MSG_CMSG_CLOEXEC)) == -1)
        if (errno != EINTR)
            return -1;
    struct ucred who;
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    if (head == NULL || head->cmsg_level != SOL_SOCKET
        || head->cmsg_type != SCM_CREDENTIALS
        || head->cmsg_len != CMSG_LEN(sizeof who))
        return 0;
    memcpy(&who, CMSG_DATA(head), sizeof who);
    r->words[r->length] = '\0';
    r->flags = message.msg_flags;
    r->user = who.uid;
    return 1;
}

enum { CLIENTS = 32, EACH = 8 };
static struct client {
    int s;
    uid_t user;
    bool left;      /* shown out, and has not taken its answer */
} clients[CLIENTS];
static int count;

static bool owes(int s)
{
    int unread = 0;
    return ioctl(s, SIOCOUTQ, &unread) == 0 && unread > 0;
}


/* Takes out what the client has said, and closes its line. */
static void part_with(int s)
{
    struct request rest;
    if (shutdown(s, SHUT_RD) == 0)
        while (next_request(s, &rest) == 1)
            ;
    close(s);
}

static void show_out(int i)
{
    struct client *c = clients + i;
    c->left = owes(c->s);
    if (c->left) {
        shutdown(c->s, SHUT_RDWR);
        return;
    }
    part_with(c->s);
    *c = clients[--count];
}

/* Tells whether it could be sent at once. */
static bool say(int s, const char *words)
{
    ssize_t n;
    do
        n = send(s, words, strlen(words), MSG_NOSIGNAL);
    while (n == -1 && errno == EINTR);
    return n != -1;
}

/* Answers a request, if there is one. Tells whether the client may
   stay. */
static bool answer(const struct client *c)
{
    struct request r;
    const char *why = NULL;
    int got = next_request(c->s, &r);
    if (got != 1)
        return got == -1 && errno == EAGAIN;
    if (owes(c->s))
        return false;
    if (r.flags & MSG_CTRUNC)
        why = "no: descriptors are not taken";
    else if (r.flags & MSG_TRUNC)
        why = "no: too long a name";
    else if (strlen(r.words) != (size_t)r.length)
        why = "no: a name has no null byte";
    else if (r.user != c->user)
        why = "no: another user made this line";
    else
        why = refusal(r.user, r.words);
    int fd = why == NULL ? open_plain(r.words) : -1;
    if (fd == -1)
        return say(c->s, why != NULL ? why : "no: it cannot be opened");
    bool sent = send_descriptor(c->s, fd) == 0;
    bool busy = !sent && errno == ETOOMANYREFS;
    close(fd);
    return sent || (busy && say(c->s, "no: busy"));
}

/* Accepts one client. Tells whether that could be done. */
static bool let_in(int door_socket)
{
    struct ucred peer;
    socklen_t length = sizeof peer;
    int others = 0;
    int s = accept4(door_socket, NULL, NULL,
                    SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (s == -1)
        return errno == EINTR;
    if (getsockopt(s, SOL_SOCKET, SO_PEERCRED, &peer, &length) == -1) {
        close(s);
        return true;
    }
    for (int i = 0; i < count; i++)
        others += clients[i].user == peer.uid;
    if (count == CLIENTS || others == EACH) {
        say(s, others == EACH ? "no: too many lines" : "no: busy");
        part_with(s);
        return true;
    }
    clients[count++] = (struct client){ .s = s, .user = peer.uid };
    return true;
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

/* Gives up unless there is no such socket, or a dead one. */
static void look_for_life(const char *name, const char *more)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s%s", name, more);
    int probe = new_socket(SOCK_DGRAM | SOCK_NONBLOCK);
    if (n < 0 || (size_t)n >= sizeof path)
        errx(EXIT_FAILURE, "%s: too long a name", name);
    if (connect_to(probe, path) == 0 || errno == EPROTOTYPE)
        errx(EXIT_FAILURE, "%s: somebody else is there", path);
    if (errno != ENOENT && errno != ECONNREFUSED)
        err(EXIT_FAILURE, "%s", path);
    close(probe);
}

static const char *door;
static char lock_name[PATH_MAX];
static struct stat door_is, lock_is;
static int lock;

static void remove_door(void)
{
    if (door != NULL && leads_to(door, &door_is))
        unlink(door);
    door = NULL;
}

static void remove_names(void)
{
    remove_door();
    if (leads_to(lock_name, &lock_is))
        unlink(lock_name);
    close(lock);
}

static void take_the_lock(const char *name)
{
    int n = snprintf(lock_name, sizeof lock_name, "%s.lock", name);
    if (n < 0 || (size_t)n >= sizeof lock_name)
        errx(EXIT_FAILURE, "%s: too long a name", name);
    lock = take_lock(lock_name);
    if (lock == -1 && errno == EWOULDBLOCK)
        errx(EXIT_FAILURE, "%s: has an opener already", name);
    if (lock == -1 || fstat(lock, &lock_is) == -1)
        err(EXIT_FAILURE, "%s", lock_name);
    if (atexit(remove_names) != 0)
        errx(EXIT_FAILURE, "atexit");
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
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    const char *digits = argc == 4 ? argv[3] : "600";
    const unsigned long mode = strtoul(digits, NULL, 8);
    if (argc < 3 || argc > 4 || *digits == '\0'
        || digits[strspn(digits, "01234567")] != '\0' || mode > 0777) {
        fprintf(stderr, "usage: opener DOOR POLICY [MODE]\n");
        return 2;
    }
    const char *name = argv[1];
    policy = argv[2];
    const int signals = hear_signals();
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == -1)
        err(EXIT_FAILURE, "getrlimit");
    if (files.rlim_cur < CLIENTS + 16)
        errx(EXIT_FAILURE, "needs %d descriptors", CLIENTS + 16);
    int probe = open_plain(policy);
    if (probe == -1)
        err(EXIT_FAILURE, "%s", policy);
    close(probe);
    umask(077);
    take_the_lock(name);
    look_for_life(name, "");
    look_for_life(name, ".new");
    int s = new_socket(SOCK_SEQPACKET | SOCK_NONBLOCK);
    const int on = 1, off = 0;
    if (setsockopt(s, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == -1)
        err(EXIT_FAILURE, "SO_PASSCRED");
    if (setsockopt(s, SOL_SOCKET, 83 /* SO_PASSRIGHTS */, &off, sizeof off)
            == -1 && errno != ENOPROTOOPT)
        err(EXIT_FAILURE, "SO_PASSRIGHTS");
    listen_without_gap(s, name, (mode_t)mode);
    if (lstat(name, &door_is) == -1)
        err(EXIT_FAILURE, "%s", name);
    door = name;
    if (printf("%jd opens at %s\n", (intmax_t)getpid(), name) < 0)
        errx(EXIT_FAILURE, "cannot write to standard output");
    bool stop = false, deaf = false;
    while (!stop) {
        bool pause = deaf;
        struct pollfd p[2 + CLIENTS] = {
            { .fd = signals, .events = POLLIN },
            { .fd = deaf ? -1 : s, .events = POLLIN },
        };
        for (int i = 0; i < count; i++) {
            const struct client *c = clients + i;
            p[2 + i] = (struct pollfd){ .fd = c->left ? -1 : c->s,
                                        .events = POLLIN };
            pause |= c->left;
        }
        const int old = count;
        if (poll(p, (nfds_t)(2 + old), pause ? 100 : -1) == -1
            && errno != EINTR)
            err(EXIT_FAILURE, "poll");
        stop = p[0].revents != 0;
        for (int i = old - 1; i >= 0; i--)
            if (clients[i].left
                || (p[2 + i].revents != 0 && !answer(clients + i)))
                show_out(i);
        deaf = (p[1].revents & POLLIN) != 0 && !let_in(s);
    }
    remove_door();
    for (int i = 0; i < CLIENTS && let_in(s); i++)
        ;
    close(s);
    for (const struct client *c = clients; c < clients + count; c++) {
        if (!c->left && shutdown(c->s, SHUT_RD) == 0)
            while (answer(c))
                ;
        part_with(c->s);
    }
    close(signals);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
