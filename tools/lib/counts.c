/* counts - linked by tools/coverage into every program that it measures.

   gcc's counters of executed code (--coverage) are written to a file when a
   program leaves by exit. Much of what this is for leaves by _exit, becomes
   another program, or is killed. So the pages of the counters, which counts.ld
   puts side by side, are mapped from the file COUNTS before main begins:
   every process of the program counts there from then on, however it ends, and
   at its end nothing is written. A process that cannot open the file counts for
   itself alone. Run with BOOK_COVERAGE_DUMP set, the program does nothing but
   hand the counters of the file to gcov. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern char counts_begin[], counts_end[];   /* from counts.ld */
void __gcov_dump(void);
void __wrap___gcov_exit(void);

/* what libgcov does at exit, see --wrap in tools/coverage */
void __wrap___gcov_exit(void)
{
}

__attribute__((constructor(101))) static void share(void)
{
    const int fd = open(COUNTS, O_RDWR);
    if (fd == -1)
        return;
    (void)mmap(counts_begin, (size_t)(counts_end - counts_begin),
               PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
    close(fd);
}

__attribute__((constructor)) static void hand_over(void)
{
    if (getenv("BOOK_COVERAGE_DUMP") == NULL)
        return;
    __gcov_dump();
    _exit(0);
}
