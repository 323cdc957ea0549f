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
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>

/* Like read(2), but a signal does not end it. */
static ssize_t read_some(int fd, void *buffer, size_t length)
{
    ssize_t n;
    do
        n = read(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
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

static int nameless_file(void)
{
    char name[] = "/tmp/sharing.XXXXXX";
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd == -1 || unlink(name) == -1)
        err(EXIT_FAILURE, "%s", name);
    return fd;
}

static volatile sig_atomic_t knocks;

static void count_knock(int signal_number)
{
    (void)signal_number;
    knocks++;
}

enum { BY_SIGNAL, BY_LIMIT, BY_STORE, WAYS };
struct page { int number, refused[WAYS]; };

static int number = 1, target = 1;

static void change_oneself(void)
{
    number = 42;
    umask(0);
    if (chdir("/proc") == -1 || setenv("WORD", "hello", 1) == -1)
        fail("change");
}

static int allow_seconds(pid_t pid, rlim_t seconds)
{
    struct rlimit limit;
    if (prlimit(pid, RLIMIT_CPU, NULL, &limit) == -1)
        return -1;
    limit.rlim_cur = seconds;
    return prlimit(pid, RLIMIT_CPU, &limit, NULL);
}

static void change_parent(pid_t parent, int file, struct page *page)
{
    int value = 42;
    struct iovec here = { &value, sizeof value };
    struct iovec there = { &target, sizeof target };
    page->number = 42;
    if (lseek(file, 42, SEEK_SET) == -1)
        fail("lseek");
    if (kill(parent, SIGUSR1) == -1)
        page->refused[BY_SIGNAL] = errno;
    if (allow_seconds(parent, 42) == -1)
        page->refused[BY_LIMIT] = errno;
    if (process_vm_writev(parent, &here, 1, &there, 1, 0) == -1)
        page->refused[BY_STORE] = errno;
}

static void found(const char *what, intmax_t value)
{
    printf("%-34s parent finds %jd\n", what, value);
}

static void found_unless(int refused, const char *what, intmax_t value)
{
    if (refused == 0)
        found(what, value);
    else
        printf("%-34s refused: %s\n", what, strerror(refused));
}

static void print_found(int file, const struct page *page)
{
    char cwd[PATH_MAX];
    struct rlimit limit;
    if (getcwd(cwd, sizeof cwd) == NULL
        || getrlimit(RLIMIT_CPU, &limit) == -1)
        err(EXIT_FAILURE, "looking");
    const mode_t mask = umask(0);
    puts("child changed itself:");
    found("  number = 42", number);
    printf("%-34s parent finds 0%o\n", "  umask(0)", (unsigned)mask);
    printf("%-34s parent %s there\n", "  chdir(\"/proc\")",
           strcmp(cwd, "/proc") == 0 ? "is" : "is not");
    printf("%-34s parent finds %s\n", "  setenv(\"WORD\", \"hello\", 1)",
           getenv("WORD") == NULL ? "none" : getenv("WORD"));
    puts("child reached out:");
    found("  page->number = 42", page->number);
    found("  lseek(file, 42, SEEK_SET)", lseek(file, 0, SEEK_CUR));
    found_unless(page->refused[BY_SIGNAL],
                 "  kill(parent, SIGUSR1)", knocks);
    found_unless(page->refused[BY_LIMIT],
                 "  prlimit(parent, ...)", (intmax_t)limit.rlim_cur);
    found_unless(page->refused[BY_STORE],
                 "  process_vm_writev(parent, ...)", target);
    close(file);
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
    int file = nameless_file();
    struct page *page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    page->number = 1;
    struct sigaction count = { .sa_handler = count_knock };
    if (sigaction(SIGUSR1, &count, NULL) == -1)
        err(EXIT_FAILURE, "sigaction");
    umask(022);
    unsetenv("WORD");
    if (chdir("/") == -1)
        err(EXIT_FAILURE, "/");
    int go[2];
    if (pipe2(go, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    const pid_t parent = getpid();
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        char shot;
        close(go[1]);
        if (read_some(go[0], &shot, 1) != 1)
            _exit(EXIT_FAILURE);
        close(go[0]);
        change_oneself();
        change_parent(parent, file, page);
        close(file);
        _exit(EXIT_SUCCESS);
    }
    prctl(PR_SET_PTRACER, child, 0, 0, 0);
    if (write_all(go[1], "!", 1) == -1)
        err(EXIT_FAILURE, "write");
    close(go[0]);
    close(go[1]);
    if (wait_for(child) != 0)
        errx(EXIT_FAILURE, "the child failed");
    print_found(file, page);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
