/* cut_short - makes a file change while map_copy copies it.

   A library for LD_PRELOAD. Before the N-th call of posix_fallocate, which
   map_copy makes once for each window, just before it maps and copies it,
   the file $CUT_FILE gets the size $CUT_SIZE (CUT_CALL=N, 1 unless given).
   With $CUT_OVER in place of $CUT_FILE the first byte of that file is written
   over; with $CUT_MAKE a file of that name is made; with $CUT_RENAME the
   directory of that name becomes NAME.old, and another takes its place; with
   $CUT_KILL the process is killed. On success the file cut_short.done appears,
   so that a test knows that it happened.

   With $CUT_LIE fstat says afterwards that the file CUT_FILE, or any other,
   still has that size, as when its disk fails and not its length.

   With $CUT_SEEK data begins that many bytes later than the file system says,
   as on one with small blocks. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The times of a file move with a clock that older kernels let tick: its
   next value is waited for, so that this write is not in the same tick as
   the one that made the file. */
static void write_over(const char *file)
{
    struct stat about;
    struct timespec now;
    int fd = open(file, O_WRONLY | O_CLOEXEC);
    if (fd == -1 || fstat(fd, &about) == -1)
        _exit(99);
    do
        clock_gettime(CLOCK_REALTIME_COARSE, &now);
    while (now.tv_sec < about.st_ctim.tv_sec
           || (now.tv_sec == about.st_ctim.tv_sec
               && now.tv_nsec <= about.st_ctim.tv_nsec));
    if (pwrite(fd, "!", 1, 0) != 1 || close(fd) == -1)
        _exit(99);
}

static void put_another_in_place_of(const char *directory)
{
    char old[512];
    snprintf(old, sizeof old, "%s.old", directory);
    if (rename(directory, old) == -1 || mkdir(directory, 0755) == -1)
        _exit(99);
}

static int changed;

int fstat(int fd, struct stat *about)
{
    int (*real)(int, struct stat *);
    *(void **)&real = dlsym(RTLD_NEXT, "fstat");
    if (real == NULL)
        _exit(99);
    int result = real(fd, about);
    const char *lie = getenv("CUT_LIE");
    if (result == 0 && changed && lie != NULL)
        about->st_size = atol(lie);
    return result;
}

static void change(void)
{
    changed = 1;
    const char *file = getenv("CUT_FILE"), *size = getenv("CUT_SIZE");
    const char *make = getenv("CUT_MAKE"), *over = getenv("CUT_OVER");
    const char *directory = getenv("CUT_RENAME");
    int fd = -1;
    if (over != NULL)
        write_over(over);
    if (directory != NULL)
        put_another_in_place_of(directory);
    if (file != NULL && size != NULL && truncate(file, atol(size)) == -1)
        _exit(99);
    if (make != NULL)
        fd = open(make, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (make != NULL && fd == -1)
        _exit(99);
    if (fd != -1)
        close(fd);
    fd = open("cut_short.done", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd == -1 || close(fd) == -1)
        _exit(99);
    if (getenv("CUT_KILL") != NULL)
        raise(SIGKILL);
}

off_t lseek(int fd, off_t offset, int whence)
{
    off_t (*real)(int, off_t, int);
    *(void **)&real = dlsym(RTLD_NEXT, "lseek");
    if (real == NULL)
        _exit(99);
    off_t found = real(fd, offset, whence);
    const char *later = getenv("CUT_SEEK");
    return found >= 0 && whence == SEEK_DATA && later != NULL
        ? found + atol(later) : found;
}

int posix_fallocate(int fd, off_t offset, off_t length)
{
    static int call;
    const char *when = getenv("CUT_CALL");
    int (*real)(int, off_t, off_t);
    *(void **)&real = dlsym(RTLD_NEXT, "posix_fallocate");
    if (real == NULL)
        _exit(99);
    if (++call == (when != NULL ? atoi(when) : 1))
        change();
    return real(fd, offset, length);
}
