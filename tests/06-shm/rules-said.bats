# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What else is said of shared memory: the rows of the table, and sentences without a program.

@test "shm_open's mode is what the umask leaves, shmget's is not; another user may not write, or remove [S08] [S08b]" {
    says "With mode 0666, everybody may open the object for writing | if the umask is 0, else fchmod(2) afterwards; and without O_CREAT, where fs.protected_regular is set (proc(5)). shmget(2) takes no umask into account"
    says "Nobody else can remove my object | but for root: /dev/shm is sticky, EACCES"
    makes try <<'C'
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
static void other(const char *name)
{
    fflush(stdout);
    if (fork() == 0) {
        if (setgid(65534) == -1 || setuid(65534) == -1)
            _exit(77);
        int fd = shm_open(name, O_RDWR, 0);
        printf("write %s, ", fd == -1 ? strerrorname_np(errno) : "ok");
        fd = shm_open(name, O_RDWR | O_CREAT, 0);
        printf("with O_CREAT %s, ", fd == -1 ? strerrorname_np(errno) : "ok");
        printf("remove %s\n", shm_unlink(name) == -1 ? strerrorname_np(errno) : "ok");
        fflush(stdout);
        _exit(0);
    }
    int status;
    wait(&status);
    if (status != 0)
        puts("no other user");
}
int main(int argc, char **argv)
{
    struct stat is;
    struct shmid_ds segment;
    umask(022);
    const char *name = argv[argc - 1];
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0666);
    fstat(fd, &is);
    printf("%o\n", is.st_mode & 0777);
    other(name);
    fchmod(fd, 0666);
    other(name);
    shm_unlink(name);
    int id = shmget(IPC_PRIVATE, 10, 0666);
    shmctl(id, IPC_STAT, &segment);
    printf("%o\n", segment.shm_perm.mode & 0777);
    shmctl(id, IPC_RMID, NULL);
    umask(0);
    fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0666);
    fstat(fd, &is);
    printf("%o\n", is.st_mode & 0777);
    shm_unlink(name);
}
C
    run_program ./try "$name"
    assert_success
    assert_equal "${lines[0]} ${lines[-2]} ${lines[-1]}" '644 666 666'
    needs root
    local protected=EACCES
    [ "$(cat /proc/sys/fs/protected_regular 2> /dev/null || echo 0)" != 0 ] || protected=ok
    assert_equal "${lines[1]}" 'write EACCES, with O_CREAT EACCES, remove EACCES'
    assert_equal "${lines[2]}" "write ok, with O_CREAT $protected, remove EACCES"
}

@test "root may remove another user's object [S08b]" {
    needs root
    run_shell 'printf x > "/dev/shm$1"; chown 65534 "/dev/shm$1"; rm -f "/dev/shm$1"; ls "/dev/shm$1"' "$name"
    assert_failure 2
}

@test "a segment is attached after a fork, and no more after an exec [S14]" {
    says "An attachment survives an exec, as it survives a fork | a forked child has it; an exec detaches it"
    makes try <<'C'
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>
static void attached(int id)
{
    struct shmid_ds is;
    shmctl(id, IPC_STAT, &is);
    printf("%d\n", (int)is.shm_nattch);
    fflush(stdout);
}
int main(int argc, char **argv)
{
    if (argc > 2) {
        attached(atoi(argv[1]));
        return 0;
    }
    char text[20];
    int id = shmget(IPC_PRIVATE, 100, 0600);
    shmat(id, NULL, 0);
    snprintf(text, sizeof text, "%d", id);
    if (fork() == 0) {
        attached(id);
        execl("/proc/self/exe", "try", text, "again", (char *)NULL);
        return 1;
    }
    wait(NULL);
    shmctl(id, IPC_RMID, NULL);
}
C
    run_program ./try
    assert_output '2
1'
}

@test "a segment of 100 bytes has a page, and says 100 [S12]" {
    makes try <<'C'
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>
int main(void)
{
    key_t key = (key_t)(getpid() | 0x50000000);
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    int id = shmget(key, 100, IPC_CREAT | IPC_EXCL | 0600);
    struct shmid_ds is;
    shmctl(id, IPC_STAT, &is);
    volatile char *p = shmat(id, NULL, 0);
    p[page - 1] = 'x';
    printf("%zu %c", is.shm_segsz, p[page - 1]);
    printf(" %d\n", shmget(key, 101, 0600) == -1 && errno == EINVAL);
    shmctl(id, IPC_RMID, NULL);
}
C
    run_program ./try
    assert_output '100 x 1'
}

@test "a pointer leads to the same place after a fork, and elsewhere at another address [S13]" {
    makes try <<'C'
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
struct list { int *pointer; long offset; int value; };
int main(void)
{
    int fd = memfd_create("x", 0);
    if (ftruncate(fd, 4096) == -1)
        return 1;
    struct list *a = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    struct list *b = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    *a = (struct list){ &a->value, (char *)&a->value - (char *)a, 42 };
    printf("%d %d\n", b->pointer == &b->value, *(int *)((char *)b + b->offset));
    fflush(stdout);
    if (fork() == 0)
        _exit(*a->pointer);
    int status;
    wait(&status);
    printf("%d\n", WEXITSTATUS(status));
    fflush(stdout);
    munmap(a, 4096);
    printf("%d\n", *b->pointer);
}
C
    run_program ./try
    assert_killed SIGSEGV
    assert_output '0 42
42'
}

@test "sem_open keeps the value that is there; sem_unlink makes another [S20b]" {
    says "A second sem_open with O_CREAT and 1 sets the semaphore to 1 | no, what is there keeps its value"
    makes try <<'C'
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
int main(int argc, char **argv)
{
    int value;
    const char *name = argv[argc - 1];
    sem_t *s = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
    sem_wait(s);
    sem_getvalue(sem_open(name, O_CREAT, 0600, 1), &value);
    printf("%d", value);
    sem_unlink(name);
    sem_getvalue(sem_open(name, O_CREAT, 0600, 1), &value);
    printf(" %d", value);
    sem_getvalue(s, &value);
    printf(" %d\n", value);
    sem_unlink(name);
}
C
    run_program ./try "$name"
    assert_output '0 1 0'
}

@test "a semaphore has to lie in shared memory, and says 0 with two sleepers [S21] [S21b]" {
    says "sem_init with 1 shares a variable with a forked child | no, it has to lie in shared memory"
    says "sem_getvalue tells the sleepers, as a negative number | no, it says 0"
    makes try <<'C'
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
static sem_t global;
int main(void)
{
    int value;
    sem_t *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    sem_init(&global, 1, 0);
    sem_init(shared, 1, 0);
    if (fork() == 0) {
        sem_post(&global);
        sem_post(shared);
        _exit(0);
    }
    wait(NULL);
    sem_getvalue(&global, &value);
    printf("%d", value);
    sem_getvalue(shared, &value);
    printf(" %d", value);
    sem_wait(shared);
    pid_t two[2];
    for (int i = 0; i < 2; i++)
        if ((two[i] = fork()) == 0) {
            sem_wait(shared);
            _exit(0);
        }
    for (int i = 0; i < 2; i++)
        for (int seen = 0; seen < 3;) {
            char path[64], state;
            snprintf(path, sizeof path, "/proc/%d/stat", (int)two[i]);
            FILE *f = fopen(path, "r");
            if (f == NULL || fscanf(f, "%*d %*s %c", &state) != 1)
                return 1;
            fclose(f);
            seen = state == 'S' ? seen + 1 : 0;
            usleep(1000);
        }
    sem_getvalue(shared, &value);
    printf(" %d\n", value);
    for (int i = 0; i < 2; i++)
        kill(two[i], SIGKILL);
    while (wait(NULL) != -1)
        ;
}
C
    run_program ./try
    assert_output '0 1 0'
}

@test "a new set is 0, seen by others before SETVAL, and sem_otime tells the first semop [S23]" {
    says "semget gives semaphores that are ready | they are 0, and others see them before they are set"
    makes try <<'C'
#include <stdio.h>
#include <sys/sem.h>
#include <unistd.h>
int main(void)
{
    key_t key = (key_t)(getpid() | 0x50000000);
    int id = semget(key, 1, IPC_CREAT | IPC_EXCL | 0600);
    struct semid_ds is;
    union { struct semid_ds *buf; } about = { &is };
    printf("%d %d", semctl(id, 0, GETVAL), semget(key, 1, 0600) == id);
    semctl(id, 0, SETVAL, 1);
    semctl(id, 0, IPC_STAT, about);
    printf(" %d", is.sem_otime == 0);
    struct sembuf take = { 0, -1, 0 };
    semop(id, &take, 1);
    semctl(id, 0, IPC_STAT, about);
    printf(" %d\n", is.sem_otime != 0);
    semctl(id, 0, IPC_RMID);
}
C
    run_program ./try
    assert_output '0 1 1 1'
}

@test "64 MiB are a segment like others; ipcs shows it, and no POSIX object [S29] [S29b]" {
    says "Segments above 32 MiB need a larger shmmax | not since Linux 3.16"
    makes try <<'C'
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    int id = shmget(IPC_PRIVATE, 64 << 20, 0600);
    int fd = shm_open(argv[argc - 1], O_RDWR | O_CREAT | O_EXCL, 0600);
    if (id == -1 || fd == -1 || ftruncate(fd, 12345) == -1)
        return 1;
    printf("%d\n", id);
    fflush(stdout);
    int status = system("ipcs -m");
    shmctl(id, IPC_RMID, NULL);
    shm_unlink(argv[argc - 1]);
    return status;
}
C
    run_program ./try "$name"
    assert_success
    id=${lines[0]}
    assert_line --regexp "^0x00000000 $id .* 67108864 "
    refute_line --partial 12345
    refute_line --partial "$name"
    [ "$(wc -c < /proc/sys/kernel/shmmax)" -gt 12 ] || fail 'there is a limit'
}

@test "another user gets a segment's id, and may not attach or remove it [S32]" {
    says "A segment with mode 0600 is not seen by others, and shmget comes before shmat | its id is; shmat(2) is refused. The bare id is enough"
    needs root
    makes try <<'C'
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    key_t key = (key_t)(getpid() | 0x50000000);
    for (int mode = 0600; mode <= 0666; mode += 066) {
        int id = shmget(key, 100, IPC_CREAT | IPC_EXCL | mode);
        fflush(stdout);
        if (fork() == 0) {
            if (setgid(65534) == -1 || setuid(65534) == -1)
                _exit(1);
            printf("%o: %d", mode, shmget(key, 0, 0) == id);
            printf(" %s", shmat(id, NULL, 0) == (void *)-1 ? strerrorname_np(errno) : "attached");
            printf(" %s\n", shmctl(id, IPC_RMID, NULL) == -1 ? strerrorname_np(errno) : "removed");
            fflush(stdout);
            _exit(0);
        }
        wait(NULL);
        shmctl(id, IPC_RMID, NULL);
    }
}
C
    run_program ./try
    assert_output '600: 1 EACCES EPERM
666: 1 attached EPERM'
}

@test "a page can be locked into memory, and whether there is a swap area is told [S33]" {
    makes try <<'C'
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
int main(void)
{
    int fd = memfd_create("x", 0);
    if (ftruncate(fd, 4096) == -1)
        return 1;
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    printf("%d\n", mlock(p, 4096));
    return access("/proc/swaps", R_OK) != 0;
}
C
    run_program ./try
    assert_success
    assert_output 0
}

@test "on a small tmpfs, size and mapping succeed, and a store is killed; reserve and write say ENOSPC [S07]" {
    says "ftruncate(2) notes a size, and takes no memory"
    says "mmap(2) takes addresses, and no memory either, unless MAP_POPULATE, or mlockall with MCL_FUTURE (mlock(2)), asks for the pages at once"
    says "A page is taken when it is touched for the first time, by a store or by a load, and neither has a way to return an error"
    says "On a tmpfs of 64 KiB, an object of 1 MiB can be made and mapped, and after 64 KiB of stores the next is a SIGBUS"
    says "write(2) says ENOSPC in its place"
    says "And posix_fallocate(3) says it before anybody has stored anything, so a program that makes an object reserves its pages, as reserve in the toolbox does"
    needs namespaces
    makes try <<'C'
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1
        || mount("none", "/dev/shm", "tmpfs", 0, "size=64k") == -1)
        return 77;
    const struct rlimit none = { 0, 0 };
    setrlimit(RLIMIT_CORE, &none);
    int status;
    int fd = shm_open("/loads", O_RDWR | O_CREAT, 0600);
    if (ftruncate(fd, 1 << 20) == -1)
        return 78;
    volatile char *p = mmap(NULL, 1 << 20, PROT_READ, MAP_SHARED, fd, 0);
    if (fork() == 0)
        for (int i = 0; i < 1 << 20; i++)
            (void)p[i];
    wait(&status);
    printf("a load: %s\n", WTERMSIG(status) == SIGBUS ? "SIGBUS" : "?");
    munmap((void *)(uintptr_t)p, 1 << 20);
    close(fd);
    shm_unlink("/loads");
    fd = shm_open("/try", O_RDWR | O_CREAT, 0600);
    printf("%d ", ftruncate(fd, 1 << 20));
    p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    puts(p == MAP_FAILED ? "failed" : "mapped");
    struct stat is;
    fstat(fd, &is);
    printf("%d pages, ", is.st_blocks != 0);
    int few = memfd_create("few", 0);
    if (ftruncate(few, 4096) == -1 || mlockall(MCL_FUTURE) == -1)
        return 79;
    mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, few, 0);
    munlockall();
    fstat(few, &is);
    printf("%d with mlockall, ", is.st_blocks != 0);
    few = memfd_create("populated", 0);
    if (ftruncate(few, 4096) == -1)
        return 80;
    mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, few, 0);
    fstat(few, &is);
    printf("%d with MAP_POPULATE\n", is.st_blocks != 0);
    printf("%s\n", strerrorname_np(posix_fallocate(fd, 0, 1 << 20)));
    fflush(stdout);
    if (fork() == 0)
        for (int i = 0; i < 1 << 20; i++)
            p[i] = 'x';
    wait(&status);
    int stored = 0;
    for (int i = 0; i < 1 << 16; i++)
        stored += p[i] == 'x';
    printf("%s after %d\n", WTERMSIG(status) == SIGBUS ? "SIGBUS" : "?", stored);
    char byte = 'y';
    printf("%s\n", pwrite(fd, &byte, 1, 1 << 19) == -1 ? strerrorname_np(errno) : "written");
}
C
    in_own_mounts ./try
    [ "$status" != 77 ] || skip "needs namespaces"
    assert_output 'a load: SIGBUS
0 mapped
0 pages, 1 with mlockall, 1 with MAP_POPULATE
ENOSPC
SIGBUS after 65536
ENOSPC'
}

@test "a flock and a lock of an open file stay as long as a child of the killed owner has the file [S30]" {
    says "for those of an open file that means all who have it open or mapped, children included"
    says --in 08-local "unless a child of it has the file open"
    makes try <<'C'
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
static int lock(int fd, int flocks)
{
    struct flock all = { .l_type = F_WRLCK };
    return flocks ? flock(fd, LOCK_EX | LOCK_NB) : fcntl(fd, F_OFD_SETLK, &all);
}
static int in_another(int flocks)
{
    int fd = open("locked", O_RDWR | O_CREAT, 0600), result = lock(fd, flocks);
    close(fd);
    return result;
}
int main(void)
{
    for (int way = 0; way < 4; way++) {
        const int flocks = way % 2;
        int p[2], q[2];
        pid_t child;
        char ready;
        if (pipe(p) == -1 || pipe(q) == -1)
            return 1;
        if (fork() == 0) {
            int fd = open("locked", O_RDWR | O_CREAT, 0600);
            if (lock(fd, flocks) == -1)
                _exit(1);
            if (ftruncate(fd, 1) == -1)
                _exit(1);
            if ((child = fork()) == 0) {
                if (way > 1) {
                    mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
                    close(fd);
                }
                if (write(q[1], "", 1) != 1)
                    _exit(3);
                for (;;)
                    pause();
            }
            if (read(q[0], &ready, 1) != 1 || write(p[1], &child, sizeof child) != sizeof child)
                _exit(2);
            raise(SIGKILL);
        }
        wait(NULL);
        if (read(p[0], &child, sizeof child) != sizeof child)
            return 2;
        printf("%d ", in_another(flocks));
        kill(child, SIGKILL);
        while (kill(child, 0) == 0)
            wait(NULL);
        printf("%d\n", in_another(flocks));
    }
}
C
    run_program ./try
    assert_success
    assert_output "$(printf '%s\n' '-1 0' '-1 0' '-1 0' '-1 0')"
}

@test "after one was killed, one is woken, the next signal is lost, and the one after it does not return [S27]" {
    says "In our runs (C library 2.36) the next waiter was woken, the signal for the one after it was lost, and the signal after that did not return"
    makes try <<'C'
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
static struct { pthread_mutex_t lock; pthread_cond_t changed; } *m;
/* Whether CHILD has ended, when it does not run any more. */
static int ended(pid_t child)
{
    char path[64], state = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)child);
    for (int seen = 0; seen < 3; usleep(1000)) {
        FILE *f = fopen(path, "r");
        if (f == NULL || fscanf(f, "%*d %*s %c", &state) != 1)
            exit(1);
        fclose(f);
        seen = state == 'S' || state == 'Z' ? seen + 1 : 0;
    }
    return state == 'Z';
}
static pid_t start(int waits)
{
    pid_t child = fork();
    if (child == 0) {
        if (waits) {
            pthread_mutex_lock(&m->lock);
            pthread_cond_wait(&m->changed, &m->lock);
            pthread_mutex_unlock(&m->lock);
        } else {
            pthread_cond_signal(&m->changed);
        }
        _exit(0);
    }
    ended(child);
    return child;
}
int main(void)
{
    m = mmap(NULL, sizeof *m, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t a;
    pthread_condattr_t b;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&m->lock, &a);
    pthread_condattr_init(&b);
    pthread_condattr_setpshared(&b, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&m->changed, &b);
    pid_t child[7] = { start(1) };
    kill(child[0], SIGKILL);
    waitpid(child[0], NULL, 0);
    for (int i = 1; i < 7; i += 2) {
        child[i] = start(1);
        child[i + 1] = start(0);
        printf("signal: %s, ", ended(child[i + 1]) ? "returns" : "hangs");
        printf("the waiter %s\n", ended(child[i]) ? "is woken" : "sleeps");
    }
    for (int i = 1; i < 7; i++) {
        kill(child[i], SIGKILL);
        waitpid(child[i], NULL, 0);
    }
}
C
    run_program ./try
    case $(getconf GNU_LIBC_VERSION) in
    'glibc 2.36')
        assert_output 'signal: returns, the waiter is woken
signal: returns, the waiter sleeps
signal: hangs, the waiter sleeps' ;;
    *) assert_line --index 0 'signal: returns, the waiter is woken' ;;
    esac
}

@test "a writer after one that was killed makes the number odd, and even at the end [S28]" {
    says "That one must begin by making the number odd, and not by adding one, which would say that all is quiet while it copies"
    printf '#define main torn_main\n#include "%s"\n#undef main\nint main(void) { static struct record r = { .sequence = 1 };\n (void)torn_main; page = 0; copy_record(&r, 1); printf("%%u\\n", atomic_load(&r.sequence)); }\n' \
        "$root/out/build/06-shm/copy_torn.c" > after.c
    gcc -o after after.c
    run_program ./after
    assert_output 2
}

@test "a label is no name, two with one label are two, and an exec leaves them open; a seal against writing alone lets it be cut short [S25] [S35]" {
    says "The name is a label, and each call makes an object of its own"
    says "and for F_SEAL_SHRINK, too: what is sealed against writing alone can still be cut short"
    says "Unless MFD_CLOEXEC is given, the descriptor stays open at an exec, other than that of shm_open"
    says "That seal is refused with EBUSY as long as there is a shared mapping of a descriptor for writing, even one with PROT_READ alone, of which fcntl(2) says nothing"
    says "F_SEAL_SHRINK forbids that"
    makes try <<'C'
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void)
{
    struct stat one, two;
    int a = memfd_create("frame", MFD_ALLOW_SEALING), b = memfd_create("frame", MFD_CLOEXEC);
    fstat(a, &one);
    fstat(b, &two);
    printf("%d%d%d", one.st_ino == two.st_ino, access("/dev/shm/frame", F_OK) == 0, fcntl(a, F_GETFD) & FD_CLOEXEC);
    printf("%d\n", fcntl(b, F_GETFD) & FD_CLOEXEC);
    if (ftruncate(a, 4096) == -1)
        return 1;
    printf("%d ", fcntl(a, F_ADD_SEALS, F_SEAL_WRITE));
    printf("%d %d\n", pwrite(a, "x", 1, 0) == -1, ftruncate(a, 0));
}
C
    run_program ./try
    assert_output '0001
0 1 0'
}

@test "an object goes with the mount that it lies in, as with a container [S03]" {
    needs mounts
    in_own_mounts sh -c 'mount --make-rprivate / && mount -t tmpfs none /dev/shm && ./shm_hello "$1" word && ls /dev/shm &&
        umount /dev/shm && mount -t tmpfs none /dev/shm && ls /dev/shm | wc -l' sh "$name"
    assert_success
    assert_output "${name#/}
0"
    [ ! -e "/dev/shm$name" ]
}

@test "IPC_STAT counts attachments, and not processes; with kernel.shm_rmid_forced a segment goes unmarked" {
    says "IPC_STAT tells how often it is attached"
    says "A segment outlives us if we end before it is marked, unless kernel.shm_rmid_forced is 1 (proc(5))"
    makes try <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    struct shmid_ds is;
    int id = -1;
    if (argc > 1) {
        FILE *f = fopen("/proc/sys/kernel/shm_rmid_forced", "w");
        if (f == NULL || fputs(argv[1], f) == EOF || fclose(f) == EOF)
            return 77;
    }
    int p[2];
    if (pipe(p) == -1)
        return 1;
    if (fork() == 0) {
        id = shmget(IPC_PRIVATE, 10, 0600);
        shmat(id, NULL, 0);
        shmat(id, NULL, 0);
        return write(p[1], &id, sizeof id) != sizeof id;
    }
    if (read(p[0], &id, sizeof id) != sizeof id)
        return 1;
    wait(NULL);
    printf("%s\n", shmctl(id, IPC_STAT, &is) == -1 ? "gone" : "there");
    shmat(id, NULL, 0);
    shmat(id, NULL, 0);
    if (shmctl(id, IPC_STAT, &is) == 0)
        printf("%d\n", (int)is.shm_nattch);
    shmctl(id, IPC_RMID, NULL);
}
C
    run_program ./try
    assert_output 'there
2'
    needs namespaces
    local forced
    for forced in 0 1; do
        if [ "$(id -u)" = 0 ]; then run_program unshare --ipc ./try $forced; else run_program unshare -Ur --ipc ./try $forced; fi
        [ "$status" != 77 ] || skip 'kernel.shm_rmid_forced cannot be set here'
        assert_equal "${lines[0]}" "$([ $forced = 1 ] && echo gone || echo there)"
    done
}

@test "the end of a thread in another namespace gives away a lock whose owner lives" {
    needs namespaces
    alone true
    [ "$status" = 0 ] || skip 'needs a PID namespace with its own /proc'
    makes try <<'C'
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
static pthread_mutex_t *m;
/* in a namespace of its own, where it is process 1, takes or waits for the lock */
static pid_t one(int p[2])
{
    if (unshare(CLONE_NEWPID) == -1)
        _exit(77);
    pid_t child = fork();
    if (child == 0) {
        if (write(p[1], "", 1) != 1)
            _exit(1);
        pthread_mutex_lock(m);
        if (write(p[1], "", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    return child;
}
static pid_t in_a_namespace(int p[2])
{
    int q[2];
    pid_t child;
    if (pipe(q) == -1)
        _exit(1);
    if (fork() == 0) {
        child = one(p);
        if (write(q[1], &child, sizeof child) != sizeof child)
            _exit(1);
        _exit(0);
    }
    if (read(q[0], &child, sizeof child) != sizeof child)
        _exit(1);
    return child;
}
static void got(int p[2])
{
    char byte;
    if (read(p[0], &byte, 1) != 1)
        _exit(1);
}
int main(void)
{
    int a[2], b[2];
    pthread_mutexattr_t how;
    m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_init(&how);
    pthread_mutexattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&how, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(m, &how);
    if (pipe(a) == -1 || pipe(b) == -1)
        return 1;
    pid_t owner = in_a_namespace(a);
    got(a);
    got(a);
    pid_t other = in_a_namespace(b);
    got(b);
    char path[64], state = 'R';
    snprintf(path, sizeof path, "/proc/%d/stat", (int)other);
    while (state != 'S') {
        FILE *f = fopen(path, "r");
        if (f == NULL || fscanf(f, "%*d %*s %c", &state) != 1)
            return 1;
        fclose(f);
    }
    printf("%s", strerrorname_np(pthread_mutex_trylock(m)));
    kill(other, SIGKILL);
    while (kill(other, 0) == 0 && state != 'Z') {
        FILE *f = fopen(path, "r");
        if (f == NULL || fscanf(f, "%*d %*s %c", &state) != 1)
            break;
        fclose(f);
    }
    printf(" %s", strerrorname_np(pthread_mutex_trylock(m)));
    printf(" %s\n", kill(owner, 0) == 0 ? "lives" : "dead");
    kill(owner, SIGKILL);
    while (wait(NULL) != -1)
        ;
}
C
    if [ "$(id -u)" = 0 ]; then run_program ./try; else run_program unshare -Ur ./try; fi
    assert_output 'EBUSY EOWNERDEAD lives'
}
