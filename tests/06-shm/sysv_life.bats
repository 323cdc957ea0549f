# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# sysv_life: a segment, from its making until the last one has gone.

@test "the session holds: a mark, and two detachments [S10] [S10b]" {
    says "The segment goes at once if nobody has it attached, and else when the last one detaches it, by shmdt(2) or by its end"
    holds_session
}

@test "marked when all have attached it, it goes with them, also when they are killed [S10]" {
    says "So a program that marks it as soon as all have attached leaves nothing behind, not even when all of them are killed"
    makes try <<'C'
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    int p[2], id;
    if (pipe(p) == -1)
        return 1;
    if (fork() == 0) {
        id = shmget(IPC_PRIVATE, 100, 0600);
        shmat(id, NULL, 0);
        shmctl(id, IPC_RMID, NULL);
        if (write(p[1], &id, sizeof id) != sizeof id)
            return 1;
        raise(SIGKILL);
    }
    wait(NULL);
    struct shmid_ds is;
    if (read(p[0], &id, sizeof id) != sizeof id)
        return 1;
    printf("%d\n", shmctl(id, IPC_STAT, &is) == -1 && (errno == EINVAL || errno == EIDRM));
}
C
    run_program ./try
    assert_output 1
    run_program ./sysv_life
    assert_line '  IPC_STAT                           = -1 EINVAL'
}

@test "a segment that nobody has attached goes with the mark [S10]" {
    makes try <<'C'
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/shm.h>
int main(void)
{
    int id = shmget(IPC_PRIVATE, 100, 0600);
    printf("%d ", shmctl(id, IPC_RMID, NULL));
    puts(shmat(id, NULL, 0) == (void *)-1 ? strerrorname_np(errno) : "attached");
}
C
    run_program ./try
    assert_output '0 EINVAL'
    run_program ./sysv_life
    assert_line '  IPC_STAT                           = -1 EINVAL'
}

@test "while it is marked, its key may be another segment's [S10b]" {
    says "By the key nobody can, and the key may be used for another segment"
    makes try <<'C'
#include <stdio.h>
#include <sys/shm.h>
#include <unistd.h>
int main(void)
{
    key_t key = (key_t)(getpid() | 0x50000000);
    int id = shmget(key, 100, IPC_CREAT | IPC_EXCL | 0600);
    shmat(id, NULL, 0);
    shmctl(id, IPC_RMID, NULL);
    int other = shmget(key, 100, IPC_CREAT | IPC_EXCL | 0600);
    printf("%d\n", other != -1 && other != id);
    shmctl(other, IPC_RMID, NULL);
}
C
    run_program ./try
    assert_output 1
    run_program ./sysv_life
    assert_line '  shmget by its key                  = -1 ENOENT'
}

@test "it leaves no segment behind, whether it can print or not" {
    leaves_nothing ./sysv_life
    no_leaked_fd ./sysv_life
    traced shmctl ./sysv_life
    assert_call 'shmctl\([0-9]+, IPC_RMID, NULL\) *= 0'
    run_shell './sysv_life > /dev/full; ipcs -m | awk "{ print \$1 }" | grep -c "^0x[45]"'
    assert_output 0
}
