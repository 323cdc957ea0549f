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

/* Like read(2), but a signal does not end it. */
static ssize_t read_some(int fd, void *buffer, size_t length)
{
    ssize_t n;
    do
        n = read(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
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

static int serve_at(const char *name)
{
    int s = new_socket(SOCK_STREAM);
    unlink(name);
    if (bind_to(s, name) == -1)
        err(EXIT_FAILURE, "%s", name);
    return s;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        errx(2, "usage: old_socket serve|ask NAME");
    if (strcmp(argv[1], "ask") == 0) {
        char word[80] = "";
        int c = new_socket(SOCK_STREAM);
        if (connect_to(c, argv[2]) == -1
            || read_some(c, word, sizeof word - 1) == -1)
            err(EXIT_FAILURE, "%s", argv[2]);
        return puts(word) == EOF || fflush(stdout) == EOF;
    }
    int s = serve_at(argv[2]);
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || listen(s, 5) == -1
        || puts("ready") == EOF || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "%s", argv[2]);
    for (;;) {
        int c = accept_one(s);
        dprintf(c, "greetings from %jd", (intmax_t)getpid());
        close(c);
    }
}
