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
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/resource.h>

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
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


/* Makes a file of SIZE bytes, each of them BYTE, in the current
   directory, and removes its name. Ignores SIGXFSZ. */
static int scratch_file(size_t size, char byte)
{
    signal(SIGXFSZ, SIG_IGN);
    char name[] = "map_XXXXXX";
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd == -1 || unlink(name) == -1)
        err(EXIT_FAILURE, "%s", name);
    char *bytes = malloc(size + 1);
    if (bytes == NULL)
        err(EXIT_FAILURE, "malloc");
    memset(bytes, byte, size);
    if (write_all(fd, bytes, size) == -1)
        err(EXIT_FAILURE, "write");
    free(bytes);
    return fd;
}
/* Like mmap(2), but a failure ends the program. */
static char *map_or_die(void *where, size_t length, int protection,
                        int flags, int fd, off_t offset)
{
    void *map = mmap(where, length, protection, flags, fd, offset);
    if (map == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    return map;
}
static sigjmp_buf landing;
static volatile sig_atomic_t fault_signal, fault_code;

static void on_fault(int number, siginfo_t *about, void *context)
{
    (void)context;
    fault_signal = number;
    fault_code = about->si_code;
    siglongjmp(landing, 1);
}
static void survive_faults(void)
{
    struct sigaction action = { .sa_flags = SA_SIGINFO };
    action.sa_sigaction = on_fault;
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGSEGV, &action, NULL) == -1
        || sigaction(SIGBUS, &action, NULL) == -1)
        err(EXIT_FAILURE, "sigaction");
}
static void show_fault(const char *what)
{
    const char *code = "";
    if (fault_signal == SIGSEGV && fault_code == SEGV_MAPERR)
        code = "SEGV_MAPERR";
    if (fault_signal == SIGSEGV && fault_code == SEGV_ACCERR)
        code = "SEGV_ACCERR";
    if (fault_signal == SIGBUS && fault_code == BUS_ADRERR)
        code = "BUS_ADRERR";
    printf("%-36s   SIG%s %s\n", what, sigabbrev_np(fault_signal),
           code);
}

static void load(const char *what, const volatile char *at)
{
    if (sigsetjmp(landing, 1) != 0) {
        show_fault(what);
        return;
    }
    char byte = *at;
    if (byte == 0)
        printf("%-36s = 0\n", what);
    else
        printf("%-36s = '%c'\n", what, byte);
}
/* Has a child cut the file to nothing, and says how that went. */
static void cut(int fd)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        int result = ftruncate(fd, 0) == 0 ? 0 : errno;
        close(fd);
        _exit(result);
    }
    int status = wait_for(child);
    if (!WIFEXITED(status))
        errx(EXIT_FAILURE, "the child was killed");
    int error = WEXITSTATUS(status);
    printf("%-36s   %s\n", "another process cuts it",
           error == 0 ? "done" : strerrorname_np(error));
}
static void look_unprepared(const volatile char *p)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
        signal(SIGBUS, SIG_DFL);
        _exit(*p);
    }
    int status = wait_for(child);
    if (!WIFSIGNALED(status))
        errx(EXIT_FAILURE, "the child has survived");
    printf("%-36s   killed by SIG%s\n", "a process without a handler",
           sigabbrev_np(WTERMSIG(status)));
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
    survive_faults();
    int fd = scratch_file(1, 'x');
    const char *p = map_or_die(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
    load("a file", p);
    cut(fd);
    load("a file", p);
    look_unprepared(p);
    close(fd);
    int memory = memfd_create("sealed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (memory == -1 || write_all(memory, "x", 1) == -1
        || fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK) == -1)
        err(EXIT_FAILURE, "memfd_create");
    p = map_or_die(NULL, 1, PROT_READ, MAP_SHARED, memory, 0);
    load("a sealed memfd", p);
    cut(memory);
    load("a sealed memfd", p);
    close(memory);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
