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
