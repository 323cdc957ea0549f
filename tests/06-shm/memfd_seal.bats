# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# memfd_seal: memory without a name, and what a sender can still do to it.

@test "the session holds: a byte that changes, a size that shrinks, and two seals [S26] [S35]" {
    says "F_GET_SEALS tells which seals there are"
    holds_session
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
