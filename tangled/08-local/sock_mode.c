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
#include <linux/capability.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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


/* Without it from now on, if we had it. */
static void give_up(int capability)
{
    struct __user_cap_header_struct head = {
        .version = _LINUX_CAPABILITY_VERSION_3
    };
    struct __user_cap_data_struct has[2];
    if (syscall(SYS_capget, &head, has) == -1)
        err(EXIT_FAILURE, "capget");
    has[capability / 32].effective &= ~(1U << capability % 32);
    if (syscall(SYS_capset, &head, has) == -1)
        err(EXIT_FAILURE, "capset");
}

static unsigned mode_of(const char *path)
{
    struct stat is;
    if (lstat(path, &is) == -1)
        err(EXIT_FAILURE, "%s", path);
    return is.st_mode & 07777U;
}

/* Gives WHAT the mode, and connects to the desk, where S listens. */
static void try_mode(const char *show_as, int s, const char *what,
                     mode_t mode)
{
    int client = new_socket(SOCK_STREAM);
    if (chmod(what, mode) == -1)
        err(EXIT_FAILURE, "%s", what);
    int result = connect_to(client, "desk");
    const int error = errno;
    if (chmod(what, 0700) == -1)
        err(EXIT_FAILURE, "%s", what);
    errno = error;
    show(show_as, result, EACCES);
    if (result == 0)
        close(accept_one(s));
    close(client);
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
    give_up(CAP_DAC_OVERRIDE);
    give_up(CAP_DAC_READ_SEARCH);
    const mode_t masks[] = { 0, 022, 077 };
    for (int i = 0; i < 3; i++) {
        umask(masks[i]);
        int s = new_socket(SOCK_STREAM);
        if (bind_to(s, "desk") == -1)
            err(EXIT_FAILURE, "desk");
        printf("umask %04o, bind%20s makes %04o\n", (unsigned)masks[i], "",
               mode_of("desk"));
        unlink("desk");
        close(s);
    }
    umask(0);
    int s = new_socket(SOCK_STREAM);
    if (fchmod(s, 0600) == -1 || bind_to(s, "desk") == -1
        || listen(s, 16) == -1)
        err(EXIT_FAILURE, "desk");
    printf("fchmod 0600, umask 0, bind           makes %04o\n",
           mode_of("desk"));
    try_mode("desk, mode 0600, connect", s, "desk", 0600);
    try_mode("desk, mode 0200, connect", s, "desk", 0200);
    try_mode("desk, mode 0500, connect", s, "desk", 0500);
    try_mode("directory, mode 0600, connect", s, room, 0600);
    close(s);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
