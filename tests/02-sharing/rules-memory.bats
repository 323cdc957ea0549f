bats_require_minimum_version 1.13.0
load ../lib/helpers
load rules

# What is said of ordinary memory after a fork, tried with programs that are not
# the book's.

@test "bit 56 of a page's entry means mapped once, and means it with bit 63 alone" {
    says "whether the page behind the address is mapped once, or in a second place too"
    says "Bit 63 says that the page is in memory, and then bit 56 says that it is mapped exactly once, by all processes together"
    says "Without bit 63, bit 56 says nothing: it is clear for a page that is in no table at all"
    tries <<'C'
static long size;
static int bits(char *address)      /* 63 and 56, as 2 and 1 */
{
    int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    uint64_t entry;
    THAT("pagemap", pread(fd, &entry, sizeof entry,
                          (off_t)((uintptr_t)address / (uintptr_t)size * 8)) == 8);
    close(fd);
    return (int)(entry >> 63) * 2 + (int)(entry >> 56 & 1);
}
int main(void)
{
    size = sysconf(_SC_PAGESIZE);
    char *m = mmap(NULL, (size_t)(3 * size), PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    THAT("mmap", m != MAP_FAILED);
    madvise(m, (size_t)(3 * size), MADV_NOHUGEPAGE);
    THAT("a page that was not touched has neither bit", bits(m + size) == 0);
    m[size] = 1;
    THAT("a page in memory has both", bits(m + size) == 3);
    THAT("its neighbor still has neither", bits(m + 2 * size) == 0);
    pid_t child = forked();
    if (child == 0) {
        THAT("after a fork it is mapped twice", bits(m + size) == 2);
        m[size] = 2;
        THAT("after a store once", bits(m + size) == 3);
        _exit(0);
    }
    collect(child);
    THAT("and so for the parent", bits(m + size) == 3);

    int file = memfd_create("twice", MFD_CLOEXEC);
    THAT("ftruncate", ftruncate(file, size) == 0);
    char *one = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    THAT("mmap", one != MAP_FAILED);
    one[0] = 1;
    THAT("a shared page with one user is mapped once", bits(one) == 3);
    char *two = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    THAT("mmap", two != MAP_FAILED && two[0] == 1);
    THAT("two places in one process count, too", bits(one) == 2 && bits(two) == 2);
    munmap(two, (size_t)size);
    THAT("until one of them is gone", bits(one) == 3);
    THAT("munmap", munmap(m, (size_t)(3 * size)) == 0);
    THAT("what is not mapped has neither", bits(m + size) == 0);
    return 0;
}
C
}

@test "each page's first store is a fault for both processes, whoever comes first" {
    says "ordinarily at the first store to each page of the usual size, and both processes pay it"
    says "its own entry is still marked read-only, and the processor stops there as well"
    tries <<'C'
enum { PAGES = 50 };
static long size;
static long stores(char *m, char value)         /* how many faults they are */
{
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    for (int i = 0; i < PAGES; i++)
        ((volatile char *)m)[i * size] = value;
    getrusage(RUSAGE_SELF, &after);
    return after.ru_minflt - before.ru_minflt;
}
int main(void)
{
    size = sysconf(_SC_PAGESIZE);
    for (int order = 0; order < 3; order++) {
        char *m = mmap(NULL, (size_t)(PAGES * size), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        THAT("mmap", m != MAP_FAILED);
        madvise(m, (size_t)(PAGES * size), MADV_NOHUGEPAGE);
        stores(m, 1);
        THAT("a second time costs next to nothing", stores(m, 2) < PAGES);
        int go[2], done[2];
        char byte;
        THAT("pipe2", pipe2(go, O_CLOEXEC) == 0 && pipe2(done, O_CLOEXEC) == 0);
        pid_t child = forked();
        if (child == 0) {
            close(go[1]);
            if (order == 1)                     /* the parent first */
                THAT("go", read(go[0], &byte, 1) == 0);
            THAT("the child pays for each page", stores(m, 3) >= PAGES);
            THAT("but once", stores(m, 4) < PAGES);
            close(done[0]), close(done[1]);
            if (order == 2)                     /* the child lives on */
                THAT("go", read(go[0], &byte, 1) == 0);
            _exit(0);
        }
        close(done[1]);
        if (order == 0)                         /* the child first, and dead */
            collect(child);
        if (order == 2)
            THAT("done", read(done[0], &byte, 1) == 0);
        THAT("the parent pays for each page", stores(m, 5) >= PAGES);
        close(go[1]), close(go[0]), close(done[0]);
        if (order != 0)
            collect(child);
    }
    return 0;
}
C
}

@test "loads and stores find what a real copy would hold, for all private memory, in both directions" {
    says "What lives in private memory, which is what programs ordinarily have, is treated like this number"
    says "cheaper than a real copy, and loads and stores find the same"
    says "so the parent's pointers work in the child"
    says "After that the two go separate ways"
    tries <<'C'
static int in_data = 1, in_bss;
static _Thread_local int of_thread = 1;
int main(void)
{
    int on_stack = 1, *large = malloc(3000000), *small = malloc(sizeof *small);
    int file = memfd_create("private", MFD_CLOEXEC);
    THAT("ftruncate", ftruncate(file, 4096) == 0);
    int *of_file = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    THAT("memory", large != NULL && small != NULL && of_file != MAP_FAILED);
    int *all[] = { &in_data, &in_bss, &of_thread, &on_stack, &large[700000],
                   small, of_file };
    enum { ALL = sizeof all / sizeof all[0] };
    int go[2], done[2];
    char byte;
    THAT("pipe2", pipe2(go, O_CLOEXEC) == 0 && pipe2(done, O_CLOEXEC) == 0);
    for (int i = 0; i < ALL; i++)
        *all[i] = i;
    pid_t child = forked();
    if (child == 0) {
        close(go[1]);
        THAT("go", read(go[0], &byte, 1) == 1);         /* the parent has stored */
        for (int i = 0; i < ALL; i++) {
            THAT("the child has the value of the fork", *all[i] == i);
            *all[i] = 20 + i;
        }
        THAT("done", write(done[1], "", 1) == 1);
        THAT("go", read(go[0], &byte, 1) == 1);         /* and once more */
        for (int i = 0; i < ALL; i++)
            THAT("the child keeps its own", *all[i] == 20 + i);
        _exit(0);
    }
    for (int i = 0; i < ALL; i++)
        *all[i] = 10 + i;
    THAT("go", write(go[1], "", 1) == 1 && read(done[0], &byte, 1) == 1);
    for (int i = 0; i < ALL; i++) {
        THAT("the parent keeps its own", *all[i] == 10 + i);
        *all[i] = 30 + i;
    }
    THAT("go", write(go[1], "", 1) == 1);
    collect(child);
    return 0;
}
C
}

@test "what is printed and not yet sent is sent by each that flushes it" {
    says "What the parent has printed but not yet sent is copied with the rest, and each process that flushes its buffer sends it, as exit(3) does"
    makes_trial twice <<'C'
int main(int argc, char *argv[])
{
    printf("a line\nand a half");
    if (argc > 1 && strcmp(argv[1], "sent") == 0)
        fflush(stdout);
    pid_t child = forked();
    if (child == 0 && argc > 1 && strcmp(argv[1], "quiet") == 0)
        _exit(0);
    if (child == 0)
        exit(0);
    collect(child);
    return 0;
}
C
    run_program ./twice
    assert_equal "$(cat stdout)" 'a line
and a halfa line
and a half'
    run_program ./twice sent
    assert_equal "$(cat stdout)" 'a line
and a half'
    run_program ./twice quiet
    assert_equal "$(cat stdout)" 'a line
and a half'
    # a terminal has had the line already
    run_on_terminal ./twice
    assert_equal "$(tr -d '\r' < stdout)" 'a line
and a halfand a half'
}

@test "a fork of much memory copies the table, not the memory" {
    says "For private memory that has been stored to, both tables then point to the same pages, and both mark them read-only"
    says "page by page, when somebody stores"
    tries <<'C'
static long private_dirty(void)                 /* in KiB */
{
    FILE *f = fopen("/proc/self/smaps_rollup", "re");
    char line[256];
    long found = -1;
    THAT("smaps_rollup", f != NULL);
    while (fgets(line, sizeof line, f) != NULL)
        sscanf(line, "Private_Dirty: %ld kB", &found);
    fclose(f);
    return found;
}
int main(void)
{
    const size_t size = 32 << 20;
    char *m = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    THAT("mmap", m != MAP_FAILED);
    madvise(m, size, MADV_NOHUGEPAGE);
    memset(m, 1, size);
    THAT("all of it is the parent's own", private_dirty() >= 32 << 10);
    pid_t child = forked();
    if (child == 0) {
        THAT("the child begins with little of its own", private_dirty() < 8 << 10);
        memset(m, 2, size / 2);
        long half = private_dirty();
        THAT("it has what it stored to", half >= 16 << 10 && half < 24 << 10);
        _exit(0);
    }
    collect(child);
    return 0;
}
C
}

@test "a page of a shared mapping is not copied by a store" {
    says "For private memory that has been stored to"
    tries <<'C'
int main(void)
{
    int *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    THAT("mmap", m != MAP_FAILED);
    m[0] = 1;
    pid_t child = forked();
    if (child == 0) {
        m[0]++;
        _exit(0);
    }
    collect(child);
    THAT("the store has reached the parent", m[0] == 2);
    return 0;
}
C
}
