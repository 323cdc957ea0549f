/* at_main.so - lets strace begin where main begins.
 *
 *   LD_PRELOAD=at_main.so BOOK_STRACE='-e trace=read' BOOK_STRACE_LOG=log
 *       [BOOK_TARGET=NAME] COMMAND...
 *
 * strace in front of a program also sees, and injects faults into, the work of
 * the dynamic linker; a fault there says nothing about the program. So the
 * program starts strace itself, from a constructor: strace runs as a process
 * outside its family, attaches, and main begins only when it is at work. That
 * moment is told by a call nobody else makes, getcpu with a bad address, for
 * which strace injects the result 4242.
 *
 * BOOK_TARGET names the program or script that is meant; every other one passes
 * through untouched, so that ./NAME can be reached through a shell. The log of process
 * N is BOOK_STRACE_LOG.N, what strace says about itself BOOK_STRACE_LOG.N.err.
 * In the target LD_PRELOAD is removed from the environment: what it executes
 * is not its own code. When strace cannot attach the process ends with 99.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { AT_WORK = 4242, WORDS_MAX = 64 };

static void start_strace(const char *arguments, const char *log, pid_t target)
{
    char name[4096], pid[16], *words = strdup(arguments), *rest;
    snprintf(name, sizeof name, "%s.%d.err", log, (int)target);
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    int null = open("/dev/null", O_RDWR);
    if (fd == -1 || null == -1 || !words)
        _exit(99);
    dup2(null, 0);
    dup2(fd, 1);
    dup2(fd, 2);
    syscall(SYS_close_range, 3U, ~0U, 0U);
    snprintf(name, sizeof name, "%s.%d", log, (int)target);
    snprintf(pid, sizeof pid, "%d", (int)target);
    char *argv[WORDS_MAX + 16] = { "strace", "-f", "-qq", "-o", name,
        "-e", "inject=getcpu:retval=4242", "-p", pid };
    int n = 9;
    for (char *w = strtok_r(words, " ", &rest); w && n < WORDS_MAX;
         w = strtok_r(NULL, " ", &rest))
        argv[n++] = w;
    execvp("strace", argv);
    dprintf(2, "strace: %s\n", strerror(errno));
    _exit(99);
}

/* is_called: the process runs the program NAME: by argv[0] or, for a script,
 * whose argv[0] is its interpreter, by the file that was executed. */
static bool is_called(const char *name)
{
    const char *file = (const char *)getauxval(AT_EXECFN);
    const char *slash = file ? strrchr(file, '/') : NULL;
    return strcmp(name, program_invocation_short_name) == 0
        || (file && strcmp(name, slash ? slash + 1 : file) == 0);
}

__attribute__((constructor))
static void at_main(void)
{
    const char *target = getenv("BOOK_TARGET");
    const char *arguments = getenv("BOOK_STRACE");
    const char *log = getenv("BOOK_STRACE_LOG");
    if (target && !is_called(target))
        return;
    unsetenv("LD_PRELOAD");
    unsetenv("BOOK_TARGET");
    unsetenv("BOOK_STRACE");
    unsetenv("BOOK_STRACE_LOG");
    if (!arguments || !log)
        return;

    pid_t me = getpid();
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
    pid_t between = fork();
    if (between == -1)
        _exit(99);
    if (between == 0) {
        setsid();
        if (fork() == 0)
            start_strace(arguments, log, me);
        _exit(0);
    }
    waitpid(between, NULL, 0);
    for (int tries = 0; tries < 10000; tries++) {
        if (syscall(SYS_getcpu, 1, 1, 0) == AT_WORK) {
            errno = 0;
            return;
        }
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    }
    _exit(99);
}
