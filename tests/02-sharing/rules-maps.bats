bats_require_minimum_version 1.13.0
load ../lib/helpers
load rules

# What is said of mappings, tried with programs that are not the book's.

@test "a mapping is private or shared, and what the exec makes is private" {
    says "Who calls mmap says MAP_PRIVATE or MAP_SHARED; what the exec makes is private"
    says "A mapping without MAP_ANONYMOUS has a file behind it"
    says "The exec makes some of them, for the program and its stack"
    tries <<'C'
int main(void)
{
    int zero = open("/dev/zero", O_RDWR | O_CLOEXEC);
    THAT("neither is refused", mmap(NULL, 1, PROT_READ, MAP_ANONYMOUS, -1, 0) == MAP_FAILED
         && errno == EINVAL && mmap(NULL, 1, PROT_READ, 0, zero, 0) == MAP_FAILED && errno == EINVAL);
    THAT("without MAP_ANONYMOUS it takes a file", mmap(NULL, 1, PROT_READ, MAP_PRIVATE, -1, 0) == MAP_FAILED
         && errno == EBADF && mmap(NULL, 1, PROT_READ, MAP_PRIVATE, zero, 0) != MAP_FAILED);
    return 0;
}
C
    LC_ALL=C run_program cat /proc/self/maps
    assert_output --partial '[stack]'
    assert_output --regexp '/cat'
    refute_line --regexp '^[^ ]+ ...s '
}

@test "MAP_SHARED_VALIDATE refuses what MAP_SHARED lets pass" {
    says "MAP_SHARED_VALIDATE is MAP_SHARED by a stricter name: of a file it makes the same mapping, but it refuses flags that it does not know"
    tries <<'C'
int main(void)
{
    const int unknown = 0x800000;       /* no flag has this bit */
    int file = memfd_create("f", MFD_CLOEXEC);
    THAT("size", ftruncate(file, 1) == 0);
    char *a = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED | unknown, file, 0);
    THAT("MAP_SHARED lets it pass", a != MAP_FAILED);
    THAT("the other does not", mmap(NULL, 1, PROT_READ, MAP_SHARED_VALIDATE | unknown, file, 0)
         == MAP_FAILED && errno == EOPNOTSUPP);
    char *b = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED_VALIDATE, file, 0);
    THAT("without it, it is the same", b != MAP_FAILED);
    a[0] = 'x';
    THAT("one memory", b[0] == 'x');
    THAT("but of a file only", mmap(NULL, 1, PROT_READ, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1, 0)
         == MAP_FAILED && errno == EINVAL);
    return 0;
}
C
}

@test "mincore asks where a load would be SIGSEGV" {
    says "A load from where nothing is mapped would end the program by SIGSEGV"
    says "and fails with ENOMEM if there is no mapping at all"
    says "It wants the address of a page"
    tries <<'C'
int main(void)
{
    long size = sysconf(_SC_PAGESIZE);
    unsigned char in[2];
    char *m = mmap(NULL, (size_t)(2 * size), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    THAT("mapped, never touched", mincore(m, (size_t)(2 * size), in) == 0 && !(in[0] & 1));
    m[size] = 1;
    THAT("one page in memory", mincore(m, (size_t)(2 * size), in) == 0 && !(in[0] & 1) && (in[1] & 1));
    THAT("not within a page", mincore(m + 1, 1, in) == -1 && errno == EINVAL);
    THAT("PROT_NONE is a mapping, too", mprotect(m, (size_t)size, PROT_NONE) == 0 && mincore(m, 1, in) == 0);
    munmap(m, (size_t)size);
    THAT("no mapping: ENOMEM", mincore(m, 1, in) == -1 && errno == ENOMEM);
    THAT("its neighbor stands", mincore(m + size, 1, in) == 0);
    pid_t child = forked();
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL);
        _exit(*(volatile char *)m);
    }
    int status;
    THAT("a load is SIGSEGV", waitpid(child, &status, 0) == child
         && WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    return 0;
}
C
}

@test "MAP_FIXED_NOREPLACE gives the place or fails" {
    says "MAP_FIXED_NOREPLACE gives the child that place or fails"
    tries <<'C'
int main(void)
{
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    char *m = mmap(NULL, 3 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    m[size] = 'x';
    THAT("taken", mmap(m + size, size, PROT_READ, flags, -1, 0) == MAP_FAILED && errno == EEXIST);
    THAT("and untouched", m[size] == 'x');
    munmap(m + size, size);
    THAT("partly taken", mmap(m + size, 2 * size, PROT_READ, flags, -1, 0) == MAP_FAILED && errno == EEXIST);
    THAT("free", mmap(m + size, size, PROT_READ, flags, -1, 0) == m + size);
    return 0;
}
C
}

@test "what a child has of its parent's mappings, grandchildren included" {
    says "They share those that were made before the fork with MAP_SHARED, or by shmat(2): there the parent finds the C, unless MADV_DONTFORK, or a device that the mapping is of, keeps them from the child"
    says "Private ones are copied, like the first program's number"
    says "MADV_WIPEONFORK gives the child zeros in place of the copy"
    says "That includes memory from malloc, and a private mapping of a file in the pages that have been stored to; the others remain the file's"
    tries <<'C'
#include <sys/shm.h>
enum { SIZE = 5 << 16 };
static bool mapped(char *m)
{
    unsigned char in[SIZE >> 12];
    return mincore(m, SIZE, in) == 0;
}
static char *map(int flags, int fd)
{
    char *m = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, flags, fd, 0);
    THAT("mmap", m != MAP_FAILED);
    m[0] = m[SIZE - 1] = 'P';
    return m;
}
int main(void)
{
    int file = open("f", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    THAT("file", ftruncate(file, SIZE) == 0);
    char *shared = map(MAP_SHARED | MAP_ANONYMOUS, -1), *private = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
    char *of_file = map(MAP_SHARED, file), *copy = map(MAP_PRIVATE, file);
    char *wiped = map(MAP_PRIVATE | MAP_ANONYMOUS, -1), *kept = map(MAP_SHARED | MAP_ANONYMOUS, -1);
    char *undone = map(MAP_SHARED | MAP_ANONYMOUS, -1), *heap = malloc(2 * SIZE);
    heap[SIZE] = 'P';
    int id = shmget(IPC_PRIVATE, SIZE, 0600);
    char *attached = id == -1 && errno == ENOSYS ? map(MAP_SHARED | MAP_ANONYMOUS, -1) : shmat(id, NULL, 0);
    THAT("System V", attached != (char *)-1);
    shmctl(id, IPC_RMID, NULL);
    attached[0] = attached[SIZE - 1] = 'P';
    char *loaded = copy + SIZE / 2;
    THAT("a page that was not stored to", loaded[0] == 0);
    THAT("advice", madvise(wiped, SIZE, MADV_WIPEONFORK) == 0 && madvise(kept, SIZE, MADV_DONTFORK) == 0
         && madvise(undone, SIZE, MADV_DONTFORK) == 0 && madvise(undone, SIZE, MADV_DOFORK) == 0);
    int go[2];
    char byte;
    THAT("pipe2", pipe2(go, O_CLOEXEC) == 0);
    pid_t child = forked();
    if (child == 0) {
        close(go[1]);
        THAT("go", read(go[0], &byte, 1) == 0);
        THAT("what was not stored to is the file's", loaded[0] == 'W' && copy[1] == 0);
        THAT("zeros", wiped[0] == 0 && wiped[SIZE - 1] == 0);
        wiped[0] = 'C';
        pid_t grandchild = forked();
        if (grandchild == 0) {
            THAT("shared", shared[0] == 'P' && attached[SIZE - 1] == 'P' && undone[SIZE - 1] == 'P' && of_file[0] == 'P');
            THAT("copied", private[SIZE - 1] == 'P' && copy[0] == 'P' && heap[SIZE] == 'P');
            THAT("zeros again", wiped[0] == 0);
            THAT("not there", !mapped(kept) && mapped(shared));
            char *all[] = { shared, undone, of_file, private, copy, attached };
            for (int i = 0; i < 6; i++)
                all[i][0] = all[i][SIZE - 1] = 'C';
            heap[SIZE] = 'C';
            _exit(0);
        }
        collect(grandchild);
        _exit(0);
    }
    THAT("written after the fork", pwrite(file, "W", 1, SIZE / 2) == 1 && pwrite(file, "W", 1, 1) == 1);
    close(go[1]);
    collect(child);
    THAT("arrived", attached[0] == 'C' && attached[SIZE - 1] == 'C' && shared[0] == 'C' && shared[SIZE - 1] == 'C' && undone[0] == 'C' && of_file[SIZE - 1] == 'C');
    THAT("not arrived", private[0] == 'P' && copy[SIZE - 1] == 'P' && heap[SIZE] == 'P');
    THAT("as they were", wiped[0] == 'P' && kept[0] == 'P');
    return 0;
}
C
}

@test "a mapping made after the fork is unknown to the other, in both directions" {
    says "A mapping that one of them makes after the fork does not exist for the other, shared or not"
    says "mapping made afterwards | unknown to the other | gone"
    tries <<'C'
int main(void)
{
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char in;
    int flags[] = { MAP_SHARED, MAP_PRIVATE };
    for (int i = 0; i < 2; i++) {
        char *place = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        munmap(place, size);
        for (int by_child = 0; by_child < 2; by_child++) {
            int go[2];
            char byte;
            THAT("pipe2", pipe2(go, O_CLOEXEC) == 0);
            pid_t child = forked();
            if (by_child == (child == 0))
                THAT("mmap", mmap(place, size, PROT_READ, flags[i] | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
                                  -1, 0) == place);
            if (child == 0) {
                close(go[1]);
                THAT("go", read(go[0], &byte, 1) == 0);
                _exit((mincore(place, 1, &in) == 0) == by_child ? 0 : 1);
            }
            close(go[0]), close(go[1]);
            collect(child);
            THAT("the parent knows its own only", (mincore(place, 1, &in) == 0) == !by_child);
            munmap(place, size);
        }
    }
    return 0;
}
C
}

@test "the hole of a mapping that is not for a fork can be filled by the child" {
    says "it can pick the hole that the mapping"
    tries <<'C'
int main(void)
{
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    char *m = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    m[0] = 'P';
    THAT("advice", madvise(m, size, MADV_DONTFORK) == 0);
    pid_t child = forked();
    if (child == 0) {
        char *own = mmap(m, size, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        THAT("it is a hole here", own == m && own[0] == 0);
        own[0] = 'C';
        _exit(0);
    }
    collect(child);
    THAT("the parent finds its own P there", m[0] == 'P');
    return 0;
}
C
}

@test "through a mapping of either name and of any file system a store arrives, through a private one it does not" {
    says "and it is unlike a pipe or a socket, since there is no call by which the C was sent"
    makes_trial arrives <<'C'
int main(int argc, char *argv[])
{
    (void)argc;
    int fd = open(argv[1], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    THAT("open", ftruncate(fd, 10000) == 0);
    char *shared = mmap(NULL, 10000, PROT_READ | PROT_WRITE, MAP_SHARED_VALIDATE, fd, 0);
    char *private = mmap(NULL, 10000, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    pid_t child = forked();
    if (child == 0) {
        shared[9999] = 'C', private[1] = 'C';
        _exit(0);
    }
    collect(child);
    THAT("arrived", shared[9999] == 'C');
    THAT("not arrived", private[1] == 0 && shared[1] == 0);
    return unlink(argv[1]);
}
C
    run_program ./arrives f
    assert_success
    run_program ./arrives "/dev/shm/arrives.$$"
    assert_success
}
