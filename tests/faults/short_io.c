/* short_io.so - lets reads and writes do only half of what they are asked.
 *
 *   LD_PRELOAD=short_io.so BOOK_SHORT=read|write|both|full BOOK_SHORT_MARK=FILE
 *       [BOOK_TARGET=NAME] COMMAND...
 *
 * POSIX lets every read and write stop early; programs that forget it work by
 * luck. Each call of the program's own that asks for two bytes or more, on any
 * descriptor but standard error, is passed on with half the length; a read with
 * no more than 4, since a short message fills half a large buffer, too. FILE is
 * made when that happened at least once. What stdio does inside the library is
 * its own business and stays whole. With "full" the program's standard output is
 * /dev/full, whatever the shell made of it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static bool short_reads, short_writes;
static const char *mark;

__attribute__((constructor))
static void begin(void)
{
    const char *target = getenv("BOOK_TARGET"), *what = getenv("BOOK_SHORT");
    if (!what || (target && strcmp(target, program_invocation_short_name) != 0))
        return;
    mark = getenv("BOOK_SHORT_MARK");
    mark = mark ? strdup(mark) : NULL;
    if (strcmp(what, "full") == 0) {
        int full = open("/dev/full", O_WRONLY);
        if (full == -1 || dup2(full, STDOUT_FILENO) == -1)
            abort();
        close(full);
    }
    const bool both = strcmp(what, "both") == 0;
    short_reads = both || strcmp(what, "read") == 0;
    short_writes = both || strcmp(what, "write") == 0;
    unsetenv("LD_PRELOAD");
    unsetenv("BOOK_TARGET");
    unsetenv("BOOK_SHORT");
    unsetenv("BOOK_SHORT_MARK");
}

/* shortened: what is passed on of a length n, on descriptor fd. */
static size_t shortened(bool reading, int fd, size_t n)
{
    static bool marked;
    if (!(reading ? short_reads : short_writes) || fd == STDERR_FILENO || n < 2)
        return n;
    if (!marked && mark) {
        int saved = errno;
        int f = open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
        if (f != -1)
            marked = close(f) == 0;
        errno = saved;
    }
    return reading && n > 8 ? 4 : n / 2;
}

/* a function that calls the next one of its name with a shorter length */
#define SHORTENED(result, name, reading, fd, n, parameters, ...)        \
    result name parameters;                                             \
    result name parameters                                              \
    {                                                                   \
        static result (*next) parameters;                               \
        if (!next)                                                      \
            *(void **)&next = dlsym(RTLD_NEXT, #name);                  \
        n = shortened(reading, fd, n);                                  \
        return next(__VA_ARGS__);                                       \
    }

SHORTENED(ssize_t, read, true, fd, n,
       (int fd, void *p, size_t n), fd, p, n)
SHORTENED(ssize_t, __read_chk, true, fd, n,
       (int fd, void *p, size_t n, size_t max), fd, p, n, max)
SHORTENED(ssize_t, pread, true, fd, n,
       (int fd, void *p, size_t n, off_t at), fd, p, n, at)
SHORTENED(ssize_t, write, false, fd, n,
       (int fd, const void *p, size_t n), fd, p, n)
SHORTENED(ssize_t, pwrite, false, fd, n,
       (int fd, const void *p, size_t n, off_t at), fd, p, n, at)
SHORTENED(ssize_t, splice, false, out, n,
       (int in, off64_t *a, int out, off64_t *b, size_t n, unsigned f),
       in, a, out, b, n, f)
SHORTENED(ssize_t, tee, false, out, n,
       (int in, int out, size_t n, unsigned f), in, out, n, f)
SHORTENED(ssize_t, sendfile, false, out, n,
       (int out, int in, off_t *at, size_t n), out, in, at, n)
SHORTENED(ssize_t, copy_file_range, false, out, n,
       (int in, off64_t *a, int out, off64_t *b, size_t n, unsigned f),
       in, a, out, b, n, f)

/* of several pieces only half of the first is passed on */
ssize_t readv(int fd, const struct iovec *v, int n)
{
    if (!short_reads || n < 1)
        return preadv2(fd, v, n, -1, 0);
    return read(fd, v->iov_base, v->iov_len);
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
    if (!short_writes || n < 1 || fd == STDERR_FILENO)
        return pwritev2(fd, v, n, -1, 0);
    return write(fd, v->iov_base, v->iov_len);
}
