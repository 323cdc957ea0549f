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

struct page { int number, refused; };

static int number = 1, target = 1;

static void change_oneself(void)
{
    number = 42;
    umask(0);
    if (chdir("/proc") == -1 || setenv("WORD", "hello", 1) == -1)
        fail("change");
}

static void change_parent(int file, struct page *page)
{
    const pid_t parent = getppid();
    const struct rlimit few = { 42, 42 };
    int value = 42;
    struct iovec here = { &value, sizeof value };
    struct iovec there = { &target, sizeof target };
    page->number = 42;
    if (lseek(file, 42, SEEK_SET) == -1
        || kill(parent, SIGUSR1) == -1
        || prlimit(parent, RLIMIT_NOFILE, &few, NULL) == -1)
        fail("change");
    if (process_vm_writev(parent, &here, 1, &there, 1, 0) == -1)
        page->refused = errno;
}

static void found(const char *what, intmax_t value)
{
    printf("%-34s parent finds %jd\n", what, value);
}

static void print_found(int file, const struct page *page)
{
    char cwd[PATH_MAX];
    struct rlimit limit;
    if (getcwd(cwd, sizeof cwd) == NULL
        || getrlimit(RLIMIT_NOFILE, &limit) == -1)
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
    found("  kill(parent, SIGUSR1)", knocks);
    found("  prlimit(parent, ...)", (intmax_t)limit.rlim_cur);
    if (page->refused == 0)
        found("  process_vm_writev(parent, ...)", target);
    else
        printf("%-34s refused: %s\n", "  process_vm_writev(parent, ...)",
               strerror(page->refused));
    close(file);
}


int main(void)
{
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
    int go[2];
    if (pipe2(go, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        char nothing;
        close(go[1]);
        if (read_some(go[0], &nothing, 1) != 0)
            fail("read");
        close(go[0]);
        change_oneself();
        change_parent(file, page);
        close(file);
        _exit(EXIT_SUCCESS);
    }
    prctl(PR_SET_PTRACER, child, 0, 0, 0);
    close(go[0]);
    close(go[1]);
    if (wait_for(child) != 0)
        errx(EXIT_FAILURE, "the child failed");
    print_found(file, page);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
