# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# memfd_seal: memory without a name, and what a sender can still do to it.

@test "the session holds: a byte that changes, a size that shrinks, and two seals [S26] [S35]" {
    says "F_GET_SEALS tells which seals there are"
    holds_session
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

@test "an object of shm_open cannot be sealed; a memfd lives on without its maker; a seal cannot be taken back [S25] [S26]" {
    says "An object of shm_open cannot be sealed: such files begin with the seal that forbids seals"
    says "A seal is a promise that the kernel keeps, and which nobody can take back"
    makes try <<'C'
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    int fd = shm_open(argv[argc - 1], O_RDWR | O_CREAT | O_EXCL, 0600);
    printf("%d", fcntl(fd, F_GET_SEALS) == F_SEAL_SEAL);
    printf("%d\n", fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) == -1 && errno == EPERM);
    shm_unlink(argv[argc - 1]);
    int p[2], q[2];
    char path[64], text[8] = "";
    if (pipe(p) == -1 || pipe(q) == -1)
        return 1;
    pid_t child = fork();
    if (child == 0) {
        int own = memfd_create("x", MFD_ALLOW_SEALING);
        fcntl(own, F_ADD_SEALS, F_SEAL_GROW);
        fcntl(own, F_ADD_SEALS, 0);
        if (write(p[1], &own, sizeof own) == -1)
            return 1;
        return (int)read(q[0], text, 1);
    }
    int number;
    if (read(p[0], &number, sizeof number) != sizeof number)
        return 1;
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)child, number);
    int opened = open(path, O_RDWR);
    kill(child, SIGKILL);
    wait(NULL);
    printf("%d %d\n", fcntl(opened, F_GET_SEALS) == F_SEAL_GROW, ftruncate(opened, 10) == -1 && errno == EPERM);
}
C
    needs attach
    run_program ./try "$name"
    assert_output '11
1 1'
    run_program ./memfd_seal
    assert_line '  the sender shrinks it              = -1 EPERM'
}

@test "the seal against writing forbids each way to write [S35]" {
    says "Nobody may have a shared mapping of it then that permits stores, or would permit them after an mprotect(2)"
    traced fcntl,mmap ./memfd_seal
    assert_success
    assert_call 'fcntl\([0-9]+, F_ADD_SEALS, F_SEAL_WRITE\) = -1 EBUSY'
    assert_call 'fcntl\([0-9]+, F_ADD_SEALS, F_SEAL_WRITE\) *= 0'
    assert_call 'mmap\(NULL, [0-9]+, PROT_READ\|PROT_WRITE, MAP_SHARED, [0-9]+, 0\) = -1 EPERM'
}

@test "it leaves nothing behind, and says when it cannot print" {
    leaves_nothing ./memfd_seal
}
