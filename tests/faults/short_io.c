/* short_io.so - lets reads and writes do only half of what they are asked.
 *
 *   LD_PRELOAD=short_io.so BOOK_SHORT=read|write BOOK_SHORT_MARK=FILE
 *       [BOOK_TARGET=NAME] COMMAND...
 *
 * POSIX lets every read and write stop early; programs that forget it work by
 * luck. Each call of the program's own that asks for two bytes or more, on any
 * descriptor but standard error, is passed on with half the length. FILE is
 * made when that happened at least once. What stdio does inside the library is
 * its own business and stays whole.
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
    short_reads = strcmp(what, "read") == 0;
    short_writes = strcmp(what, "write") == 0;
    unsetenv("LD_PRELOAD");
    unsetenv("BOOK_TARGET");
    unsetenv("BOOK_SHORT");
    unsetenv("BOOK_SHORT_MARK");
}

/* half: what is left of a length n on descriptor fd. */
static size_t half(bool on, int fd, size_t n)
{
    if (!on || fd == STDERR_FILENO || n < 2)
        return n;
    int saved = errno;
    int f = mark ? open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0666) : -1;
    if (f != -1)
        close(f);
    errno = saved;
    return n / 2;
}

/* a function that calls the next one of its name with a length halved */
#define HALVED(result, name, on, fd, n, parameters, ...)                \
    result name parameters;                                             \
    result name parameters                                              \
    {                                                                   \
        static result (*next) parameters;                               \
        if (!next)                                                      \
            *(void **)&next = dlsym(RTLD_NEXT, #name);                  \
        n = half(on, fd, n);                                            \
        return next(__VA_ARGS__);                                       \
    }

HALVED(ssize_t, read, short_reads, fd, n,
       (int fd, void *p, size_t n), fd, p, n)
HALVED(ssize_t, __read_chk, short_reads, fd, n,
       (int fd, void *p, size_t n, size_t max), fd, p, n, max)
HALVED(ssize_t, pread, short_reads, fd, n,
       (int fd, void *p, size_t n, off_t at), fd, p, n, at)
HALVED(ssize_t, write, short_writes, fd, n,
       (int fd, const void *p, size_t n), fd, p, n)
HALVED(ssize_t, pwrite, short_writes, fd, n,
       (int fd, const void *p, size_t n, off_t at), fd, p, n, at)
HALVED(ssize_t, splice, short_writes, out, n,
       (int in, off64_t *a, int out, off64_t *b, size_t n, unsigned f),
       in, a, out, b, n, f)
HALVED(ssize_t, tee, short_writes, out, n,
       (int in, int out, size_t n, unsigned f), in, out, n, f)
HALVED(ssize_t, sendfile, short_writes, out, n,
       (int out, int in, off_t *at, size_t n), out, in, at, n)
HALVED(ssize_t, copy_file_range, short_writes, out, n,
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
