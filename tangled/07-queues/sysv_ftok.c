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
#include <sys/ipc.h>
#include <sys/stat.h>

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
    const char *file = "/proc/self/exe";
    struct stat about;
    key_t key = ftok(file, 'A');
    if (key == -1 || stat(file, &about) == -1)
        err(EXIT_FAILURE, "%s", file);
    const unsigned bits = (unsigned)key;
    printf("id     8 bits of the key: %s\n",
           bits >> 24 == 'A' ? "yes" : "no");
    printf("device 8 bits: %s\n",
           (bits >> 16 & 0xff) == (about.st_dev & 0xff) ? "yes" : "no");
    printf("inode 16 bits: %s\n",
           (bits & 0xffff) == (about.st_ino & 0xffff) ? "yes" : "no");
    printf("id 0x141 as good as 0x41: %s\n",
           ftok(file, 0x141) == ftok(file, 0x41) ? "yes" : "no");
    show("ftok of a file that is missing",
         ftok("/proc/self/fd/-1", 'A'), ENOENT);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
