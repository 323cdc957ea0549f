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
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

/* Like read(2), but a signal does not end it. */
static ssize_t read_some(int fd, void *buffer, size_t length)
{
    ssize_t n;
    do
        n = read(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
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

enum { ROOM = 32 };             /* the size of a word */
struct way;

struct form {
    const char *name;
    int (*make)(struct way *);
    int (*say)(const struct way *, const char *);
    int (*hear)(const struct way *, char *);
    int (*unlink)(const char *);    /* removes its name, if any */
    int (*remove)(int);             /* removes it by number */
};

struct way {
    const struct form *form;
    bool made;
    int lacking;                    /* or the reason */
    char path[64];                  /* its name, if any */
    int id;                         /* System V's number */
    int fd, other_fd;               /* what the parent has open */
    char *memory;                   /* or has mapped, or attached */
    char word[ROOM];                /* what it has heard */
    int type;                       /* of a socket */
    struct sockaddr_storage address;
    socklen_t length;
};

static char place[] = "/tmp/say_hello.XXXXXX";

static int hear_fd(const struct way *w, char *word)
{
    ssize_t n = read_full(w->fd, word, ROOM);
    if (n >= 0 && n < ROOM)
        errno = ENODATA;
    return n == ROOM ? 0 : -1;
}

/* Writes the word to FD, which may be -1, and closes it. */
static int say_fd(int fd, const char *word)
{
    if (fd == -1 || write_all(fd, word, ROOM) == -1)
        return -1;
    return close(fd);
}

static int make_pipe(struct way *w)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) == -1)
        return -1;
    w->fd = ends[0];
    w->other_fd = ends[1];
    return 0;
}

static int say_pipe(const struct way *w, const char *word)
{
    return write_all(w->other_fd, word, ROOM);
}

static int make_fifo(struct way *w)
{
    if (mkfifo(w->path, 0600) == -1)
        return -1;
    w->fd = open(w->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    return w->fd == -1 ? -1 : 0;
}

static int say_fifo(const struct way *w, const char *word)
{
    return say_fd(open(w->path, O_WRONLY | O_CLOEXEC), word);
}

static int make_socket(struct way *w, int type, const void *address,
                       size_t length)
{
    struct sockaddr *bound = (struct sockaddr *)&w->address;
    memcpy(bound, address, length);
    w->type = type | SOCK_CLOEXEC;
    w->length = sizeof w->address;
    w->fd = socket(bound->sa_family, w->type, 0);
    if (w->fd == -1 || bind(w->fd, bound, (socklen_t)length) == -1)
        return -1;
    if (type == SOCK_STREAM && listen(w->fd, 1) == -1)
        return -1;
    return getsockname(w->fd, bound, &w->length);
}

static int say_socket(const struct way *w, const char *word)
{
    const struct sockaddr *to = (const struct sockaddr *)&w->address;
    int fd = socket(to->sa_family, w->type, 0);
    if (fd == -1 || connect(fd, to, w->length) == -1)
        return -1;
    return say_fd(fd, word);
}

static int hear_stream(const struct way *w, char *word)
{
    struct way connection = { .fd = accept4(w->fd, NULL, NULL,
                                            SOCK_CLOEXEC) };
    if (connection.fd == -1 || hear_fd(&connection, word) == -1)
        return -1;
    return close(connection.fd);
}

static int make_local(struct way *w)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof address.sun_path, "%s", w->path);
    return make_socket(w, SOCK_STREAM, &address, sizeof address);
}

static int make_network(struct way *w, int type)
{
    const struct timeval patience = { .tv_sec = 10 };
    struct sockaddr_in address = { .sin_family = AF_INET };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(0);
    w->other_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (w->other_fd == -1
        || connect(w->other_fd, (struct sockaddr *)&address,
                   sizeof address) == -1)
        return -1;
    if (make_socket(w, type, &address, sizeof address) == -1)
        return -1;
    return setsockopt(w->fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
                      sizeof patience);
}

static int make_tcp(struct way *w)
{
    return make_network(w, SOCK_STREAM);
}

static int make_udp(struct way *w)
{
    return make_network(w, SOCK_DGRAM);
}

static int hear_message(const struct way *w, char *word)
{
    ssize_t n = read_some(w->fd, word, ROOM);
    if (n >= 0 && n < ROOM)
        errno = EMSGSIZE;
    return n == ROOM ? 0 : -1;
}

static int make_posix_queue(struct way *w)
{
    struct mq_attr attributes = { .mq_maxmsg = 1, .mq_msgsize = ROOM };
    snprintf(w->path, sizeof w->path, "%s", strrchr(place, '/'));
    w->fd = mq_open(w->path, O_RDONLY | O_CREAT | O_EXCL, 0600,
                    &attributes);
    if (w->fd == -1)
        w->path[0] = '\0';
    return w->fd == -1 ? -1 : 0;
}

static int say_posix_queue(const struct way *w, const char *word)
{
    mqd_t queue = mq_open(w->path, O_WRONLY);
    if (queue == -1 || mq_send(queue, word, ROOM, 0) == -1)
        return -1;
    return mq_close(queue);
}

static int hear_posix_queue(const struct way *w, char *word)
{
    return mq_receive(w->fd, word, ROOM, NULL) == -1 ? -1 : 0;
}

struct typed_word { long type; char text[ROOM]; };

static int make_system_v_queue(struct way *w)
{
    w->id = msgget(IPC_PRIVATE, 0600);
    return w->id == -1 ? -1 : 0;
}

static int say_system_v_queue(const struct way *w, const char *word)
{
    struct typed_word typed = { .type = 1 };
    memcpy(typed.text, word, ROOM);
    int result;
    while ((result = msgsnd(w->id, &typed, ROOM, 0)) == -1
           && errno == EINTR)
        ;
    return result;
}

static int hear_system_v_queue(const struct way *w, char *word)
{
    struct typed_word typed;
    while (msgrcv(w->id, &typed, ROOM, 1, 0) == -1)
        if (errno != EINTR)
            return -1;
    memcpy(word, typed.text, ROOM);
    return 0;
}

static int remove_queue(int id)
{
    return msgctl(id, IPC_RMID, NULL);
}

static char *map(int fd)
{
    void *memory = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_SHARED,
                        fd, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static int make_memory(struct way *w, int fd)
{
    w->fd = fd;
    if (fd == -1)
        return -1;
    errno = posix_fallocate(fd, 0, ROOM);
    if (errno != 0)
        return -1;
    w->memory = map(fd);
    return w->memory == NULL ? -1 : 0;
}

/* Stores the word in what FD leads to. */
static int store(int fd, const char *word)
{
    char *memory = fd == -1 ? NULL : map(fd);
    if (memory == NULL)
        return -1;
    memcpy(memory, word, ROOM);
    return munmap(memory, ROOM);
}

static int store_and_close(int fd, const char *word)
{
    return store(fd, word) == -1 ? -1 : close(fd);
}

static int hear_memory(const struct way *w, char *word)
{
    memcpy(word, w->memory, ROOM);
    return 0;
}

static int make_file(struct way *w)
{
    return make_memory(w, open(w->path, O_RDWR | O_CREAT | O_EXCL
                                            | O_CLOEXEC, 0600));
}

static int say_file(const struct way *w, const char *word)
{
    return store_and_close(open(w->path, O_RDWR | O_CLOEXEC), word);
}

static int make_posix_memory(struct way *w)
{
    snprintf(w->path, sizeof w->path, "%s", strrchr(place, '/'));
    int fd = shm_open(w->path, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd == -1)
        w->path[0] = '\0';
    return make_memory(w, fd);
}

static int say_posix_memory(const struct way *w, const char *word)
{
    return store_and_close(shm_open(w->path, O_RDWR, 0), word);
}

static int make_memfd(struct way *w)
{
    return make_memory(w, memfd_create("say_hello", MFD_CLOEXEC));
}

static int say_memfd(const struct way *w, const char *word)
{
    return store(w->fd, word);
}

static int make_system_v_memory(struct way *w)
{
    w->id = shmget(IPC_PRIVATE, ROOM, 0600);
    void *memory = w->id == -1 ? (void *)-1 : shmat(w->id, NULL, 0);
    if (memory == (void *)-1)
        return -1;
    w->memory = memory;
    return 0;
}

static int say_system_v_memory(const struct way *w, const char *word)
{
    char *memory = shmat(w->id, NULL, 0);
    if (memory == (void *)-1)
        return -1;
    memcpy(memory, word, ROOM);
    return shmdt(memory);
}

static int remove_memory(int id)
{
    return shmctl(id, IPC_RMID, NULL);
}

static const struct form forms[] = {
    { "anonymous pipe", make_pipe, say_pipe, hear_fd, NULL, NULL },
    { "named pipe", make_fifo, say_fifo, hear_fd, unlink, NULL },
    { "local socket", make_local, say_socket, hear_stream, unlink,
      NULL },
    { "TCP socket", make_tcp, say_socket, hear_stream, NULL, NULL },
    { "UDP socket", make_udp, say_socket, hear_message, NULL, NULL },
    { "POSIX message queue", make_posix_queue, say_posix_queue,
      hear_posix_queue, mq_unlink, NULL },
    { "System V message queue", make_system_v_queue,
      say_system_v_queue, hear_system_v_queue, NULL, remove_queue },
    { "file mapping", make_file, say_file, hear_memory, unlink, NULL },
    { "POSIX shared memory", make_posix_memory, say_posix_memory,
      hear_memory, shm_unlink, NULL },
    { "memfd", make_memfd, say_memfd, hear_memory, NULL, NULL },
    { "System V shared memory", make_system_v_memory,
      say_system_v_memory, hear_memory, NULL, remove_memory },
};
enum { FORMS = sizeof forms / sizeof forms[0] };
static struct way ways[FORMS];

static void leave_nothing(void)
{
    static bool done;
    if (done)
        return;
    done = true;
    for (struct way *w = ways; w < ways + FORMS; w++) {
        if (w->form->unlink != NULL && w->path[0] != '\0')
            w->form->unlink(w->path);
        if (w->form->remove != NULL && w->id != -1)
            w->form->remove(w->id);
    }
    rmdir(place);
}

static void close_all(void)
{
    for (struct way *w = ways; w < ways + FORMS; w++) {
        if (w->fd != -1)
            close(w->fd);
        if (w->other_fd != -1)
            close(w->other_fd);
        if (w->memory != NULL && w->id != -1)
            shmdt(w->memory);
        else if (w->memory != NULL)
            munmap(w->memory, ROOM);
    }
}


int main(int argc, char *argv[])
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
    const char *part = argc == 2 ? argv[1] : "";
    if (argc > 2) {
        fprintf(stderr, "usage: say_hello [PART-OF-A-NAME]\n");
        return 2;
    }
    umask(077);
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR
        || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    for (int i = 0; i < FORMS; i++)
        ways[i] = (struct way){ .form = &forms[i], .id = -1, .fd = -1,
                                .other_fd = -1 };
    if (atexit(leave_nothing) != 0)
        errx(EXIT_FAILURE, "atexit");
    if (mkdtemp(place) == NULL)
        err(EXIT_FAILURE, "%s", place);
    bool any = false;
    for (int i = 0; i < FORMS; i++) {
        struct way *w = &ways[i];
        if (strstr(w->form->name, part) == NULL)
            continue;
        any = true;
        snprintf(w->path, sizeof w->path, "%s/%d", place, i);
        w->made = w->form->make(w) == 0;
        if (w->made)
            continue;
        if (errno != ENOSYS && errno != EAFNOSUPPORT
            && errno != ENETUNREACH && errno != EPERM)
            err(EXIT_FAILURE, "%s", w->form->name);
        w->lacking = errno;
    }
    if (!any)
        errx(EXIT_FAILURE, "no form is called %s", part);
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        char word[ROOM] = "";
        snprintf(word, sizeof word, "hello from %jd", (intmax_t)getpid());
        for (struct way *w = ways; w < ways + FORMS; w++)
            if (w->made && w->form->say(w, word) == -1)
                fail(w->form->name);
        close_all();
        _exit(EXIT_SUCCESS);
    }
    if (wait_for(child) != 0)
        errx(EXIT_FAILURE, "the child failed");
    for (struct way *w = ways; w < ways + FORMS; w++)
        if (w->made && w->form->hear(w, w->word) == -1) {
            if (errno == EAGAIN)        /* so ends a socket's patience */
                errno = ETIMEDOUT;
            err(EXIT_FAILURE, "%s", w->form->name);
        }
    close_all();
    leave_nothing();
    if (signal(SIGPIPE, SIG_DFL) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    for (struct way *w = ways; w < ways + FORMS; w++)
        if (w->lacking != 0)
            printf("%-24snot here: %s\n", w->form->name,
                   strerror(w->lacking));
        else if (w->made)
            printf("%-24s%s\n", w->form->name, w->word);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
