# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# lock_crash: one crash, six kinds of lock.

@test "the session holds: two are lost, three untold, one tells [S20] [S22] [S30]" {
    holds_session
}

@test "a semaphore of POSIX is not given back by an orderly end either [S20]" {
    says "The kernel does not know who has subtracted from it, so it gives nothing back, neither at a kill nor at an orderly end"
    says "Anybody may add one in place of the dead, if anybody knows that somebody has died"
    makes try <<'C'
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    sem_t *s = sem_open(argv[argc - 1], O_CREAT | O_EXCL, 0600, 1);
    if (fork() == 0) {
        sem_wait(s);
        sem_close(s);
        return 0;
    }
    wait(NULL);
    int value;
    sem_getvalue(s, &value);
    printf("%d %d\n", value, sem_trywait(s) == -1 && errno == EAGAIN);
    if (fork() == 0) {
        sem_post(s);
        _exit(0);
    }
    wait(NULL);
    printf("%d\n", sem_trywait(s));
    /* A program that starts anew and thinks that it sets the value. */
    sem_t *anew = sem_open(argv[argc - 1], O_CREAT, 0600, 5);
    sem_getvalue(anew, &value);
    printf("%d\n", value);
    sem_unlink(argv[argc - 1]);
    anew = sem_open(argv[argc - 1], O_CREAT, 0600, 5);
    sem_getvalue(anew, &value);
    printf("%d", value);
    sem_getvalue(s, &value);
    printf(" %d\n", value);
    sem_unlink(argv[argc - 1]);
}
C
    run_program ./try "$name"
    assert_output '0 1
0
0
5 0'
    run_program ./lock_crash
    assert_line '  semaphore, sem_t         EAGAIN'
}

@test "what SEM_UNDO would take back is forgotten by SETVAL; what was given is taken back [S22]" {
    says "Where one process adds and another subtracts, it takes away what was added when the one that added has gone, though that was no mistake"
    says "And a SETVAL in between forgets what there was to undo"
    makes try <<'C'
#include <stdio.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    int set = semget(IPC_PRIVATE, 1, 0600);
    semctl(set, 0, SETVAL, 1);
    int p[2], q[2];
    char c;
    if (pipe(p) == -1 || pipe(q) == -1)
        return 1;
    if (fork() == 0) {
        struct sembuf take = { 0, -1, SEM_UNDO };
        semop(set, &take, 1);
        close(q[1]);
        if (write(p[1], "x", 1) != 1)
            return 1;
        return read(q[0], &c, 1) != 0;
    }
    if (read(p[0], &c, 1) != 1)
        return 1;
    printf("%d\n", semctl(set, 0, GETVAL));
    semctl(set, 0, SETVAL, 0);
    close(q[1]);
    wait(NULL);
    printf("%d\n", semctl(set, 0, GETVAL));
    for (int undo = 0; undo < 2; undo++) {
        semctl(set, 0, SETVAL, 0);
        if (fork() == 0) {
            struct sembuf give = { 0, 1, (short)(undo ? SEM_UNDO : 0) };
            _exit(semop(set, &give, 1) == -1);
        }
        wait(NULL);
        printf("%d\n", semctl(set, 0, GETVAL));
    }
    semctl(set, 0, IPC_RMID);
}
C
    run_program ./try
    assert_output '0
0
1
0'
    run_program ./lock_crash
    assert_line '  semaphore, SEM_UNDO      has it, untold'
}

@test "flock and F_OFD_SETLK are not lost when another descriptor is closed, F_SETLK and lockf are [S30]" {
    says "But the classic kind, of F_SETLK and lockf(3), is also let go of when the owner closes another descriptor of this file"
    says "F_OFD_SETLK and flock(2) are not"
    makes try <<'C'
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>
static int take(int kind)
{
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    struct flock all = { .l_type = F_WRLCK };
    switch (kind) {
    case 0: return fcntl(fd, F_SETLK, &all);
    case 1: return lockf(fd, F_TLOCK, 0);
    case 2: return fcntl(fd, F_OFD_SETLK, &all);
    default: return flock(fd, LOCK_EX | LOCK_NB);
    }
}
int main(void)
{
    for (int kind = 0; kind < 4; kind++) {
        int status;
        unlink("file");
        if (take(kind) == -1)
            return 1;
        close(open("file", O_RDONLY));
        if (fork() == 0)
            _exit(take(kind) == 0);
        wait(&status);
        printf("%d", WEXITSTATUS(status));
    }
    puts("");
}
C
    run_program ./try
    assert_output 1100
    run_program ./lock_crash
    assert_line '  file lock, F_SETLK       has it, untold'
}

@test "it leaves no set of semaphores behind, also when it cannot print or is killed by a reader that leaves" {
    ipcs -s | awk '$5 == 600 || 1 { print $2 }' | sort > before
    leaves_nothing ./lock_crash
    run_shell './lock_crash | head -n 1; exit "${PIPESTATUS[0]}"'
    ! traced semctl ./lock_crash || assert_call 'semctl\([0-9]+, 0, IPC_RMID'
}
