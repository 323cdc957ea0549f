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

static int marked_mappings(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    if (maps == NULL)
        err(EXIT_FAILURE, "/proc/self/maps");
    char line[PATH_MAX + 128];
    int count = 0;
    while (fgets(line, sizeof line, maps) != NULL)
        if (strstr(line, "/memfd:marked") != NULL)
            count++;
    if (ferror(maps) || fclose(maps) == EOF)
        err(EXIT_FAILURE, "/proc/self/maps");
    return count;
}

static const char *state(int fd)
{
    return fcntl(fd, F_GETFD) == -1 ? "closed" : "open";
}

static void say(const char *when, int plain, int closing)
{
    printf("%-6s exec, process %jd: plain %s, close-on-exec %s, "
           "mappings %d\n", when, (intmax_t)getpid(),
           state(plain), state(closing), marked_mappings());
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
    if (argc == 1) {
        int plain = open("/dev/null", O_RDONLY);
        int closing = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (plain == -1 || closing == -1)
            err(EXIT_FAILURE, "/dev/null");
        int file = memfd_create("marked", MFD_CLOEXEC);
        if (file == -1 || ftruncate(file, 1) == -1)
            err(EXIT_FAILURE, "memfd_create");
        if (mmap(NULL, 1, PROT_READ, MAP_SHARED, file, 0) == MAP_FAILED)
            err(EXIT_FAILURE, "mmap");
        close(file);
        say("before", plain, closing);
        char first[16], second[16];
        snprintf(first, sizeof first, "%d", plain);
        snprintf(second, sizeof second, "%d", closing);
        if (ferror(stdout) || fflush(stdout) == EOF)
            errx(EXIT_FAILURE, "cannot write to standard output");
        execl("/proc/self/exe", argv[0], first, second, (char *)NULL);
        err(EXIT_FAILURE, "/proc/self/exe");
    }
    int plain = argc == 3 ? atoi(argv[1]) : 0;
    int closing = argc == 3 ? atoi(argv[2]) : 0;
    if (plain < 3 || closing < 3) {
        fprintf(stderr, "usage: exec_keeps\n");
        return 2;
    }
    say("after", plain, closing);
    close(plain);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
