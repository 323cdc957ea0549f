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
#include <sys/socket.h>
#include <sys/stat.h>
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

static const char *bound;

static void remove_name(void)
{
    unlink(bound);
}

static void answer(int client, intmax_t me)
{
    char words[512], reply[600];
    ssize_t n = read_full(client, words, sizeof words);
    if (n == -1) {
        warn("a client");
        return;
    }
    int length = snprintf(reply, sizeof reply,
                          "%jd heard %zd bytes: %.*s\n", me, n, (int)n,
                          words);
    if (write_all(client, reply, (size_t)length) == -1)
        warn("a client");
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
    char *end = "";
    bool serves = argc == 4 && strcmp(argv[1], "serve") == 0;
    bool asks = argc > 3 && strcmp(argv[1], "ask") == 0;
    long clients = serves ? strtol(argv[3], &end, 10) : 0;
    if ((!serves && !asks) || (serves && (clients < 1 || *end != '\0'))) {
        fprintf(stderr, "usage: sock_meet serve NAME CLIENTS\n"
                        "       sock_meet ask NAME WORD...\n");
        return 2;
    }
    const char *name = argv[2];
    if (serves)
        {
            const intmax_t me = getpid();
            int s = new_socket(SOCK_STREAM);
            if (bind_to(s, name) == -1)
                err(EXIT_FAILURE, "%s", name);
            bound = name;
            if (atexit(remove_name) != 0 || listen(s, 5) == -1)
                err(EXIT_FAILURE, "%s", name);
            if (printf("%jd listens at %s\n", me, name) < 0)
                clients = 0;
            for (; clients > 0; clients--) {
                int client = accept_one(s);
                answer(client, me);
                close(client);
            }
            close(s);
        }
    else
        {
            char words[512];
            ssize_t n;
            int s = new_socket(SOCK_STREAM);
            if (connect_to(s, name) == -1)
                err(EXIT_FAILURE, "%s", name);
            for (int i = 3; i < argc; i++)
                if (write_all(s, argv[i], strlen(argv[i])) == -1
                    || (i + 1 < argc && write_all(s, " ", 1) == -1))
                    err(EXIT_FAILURE, "%s", name);
            if (shutdown(s, SHUT_WR) == -1)
                err(EXIT_FAILURE, "%s", name);
            while ((n = read_some(s, words, sizeof words)) > 0)
                fwrite(words, 1, (size_t)n, stdout);
            if (n == -1)
                err(EXIT_FAILURE, "%s", name);
            close(s);
        }
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
