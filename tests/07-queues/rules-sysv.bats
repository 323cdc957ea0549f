# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the chapter says of System V's queues.

@test "MSG_COPY looks at a message by its position and leaves it, where the kernel has it [G24]" {
    says "has MSG_EXCEPT, as shown, and MSG_COPY"
    says "which together with IPC_NOWAIT copies the message at a position, counted from 0, and leaves it there"
    make_v
    run_program ./v get 'send 5 first' 'send 1 second' 'take 99 0 c' 'take 99 1 c' 'take 99 2 c' stat rm
    assert_success
    if [ "${lines[3]}" = ENOSYS ]; then return; fi
    assert_line --index 3 5:first
    assert_line --index 4 1:second
    assert_line --index 5 ENOMSG
    assert_line --index 6 --regexp '^2 11 '
}

@test "a negative type takes the lowest, and the oldest of that; zero takes the oldest [G01]" {
    says "A System V queue gives the oldest if it is asked for type 0, the oldest of a type, or with a negative number the oldest of the lowest type up to a bound"
    make_v
    run_program ./v get 'send 5 a' 'send 1 b' 'send 5 c' 'send 2147483647 d' 'send 1 e' 'take 9 -100' 'take 9 -100' 'take 9 -100' 'take 9 -100' 'take 9 -100' 'take 9 0' rm
    assert_output "ok
0
0
0
0
0
1:b
1:e
5:a
5:c
ENOMSG
2147483647:d
0"
}

@test "a handler ends both calls with EINTR, with SA_RESTART or without; POSIX's it restarts" {
    says "A signal whose handler returns ends both calls with EINTR, even when the handler was installed with SA_RESTART"
    makes interrupted <<'C'
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/wait.h>
#include <unistd.h>
static mqd_t q;
static void on(int n) { (void)n; if (q) mq_send(q, "x", 1, 0); }
static void later(void)
{
    pid_t parent = getpid();
    if (fork() != 0)
        return;
    char path[64], state = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", parent);
    for (int seen = 0; seen < 2; seen = state == 'S' ? seen + 1 : 0) {
        FILE *f = fopen(path, "r");
        if (f == NULL || fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
            _exit(1);
        fclose(f);
    }
    kill(parent, SIGUSR1);
    _exit(0);
}
int main(void)
{
    struct { long type; char text[4]; } m = { .type = 1 };
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int restart = 0; restart < 2; restart++) {
        sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = on, .sa_flags = restart ? SA_RESTART : 0 }, NULL);
        int id = msgget(IPC_PRIVATE, 0600);
        later();
        puts(msgrcv(id, &m, 4, 0, 0) == -1 ? strerrorname_np(errno) : "taken");
        wait(NULL);
        while (msgsnd(id, &m, 4, IPC_NOWAIT) == 0)
            ;
        later();
        puts(msgsnd(id, &m, 4, 0) == -1 ? strerrorname_np(errno) : "sent");
        wait(NULL);
        msgctl(id, IPC_RMID, NULL);
    }
    char name[64], text[8];
    struct mq_attr form = { .mq_maxmsg = 2, .mq_msgsize = 8 };
    snprintf(name, sizeof name, "/interrupted.%d", getpid());
    q = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &form);
    mq_unlink(name);
    later();
    puts(mq_receive(q, text, 8, NULL) == -1 ? strerrorname_np(errno) : "restarted");
    wait(NULL);
}
C
    run_program ./interrupted
    assert_success
    assert_output "EINTR
EINTR
EINTR
EINTR
restarted"
}
