# shellcheck disable=SC2016,SC2154 # scripts of other shells; helpers.bash sets
# takes about 90 s
bats_require_minimum_version 1.13.0
load ../lib/helpers
# Where there is not enough processor for all, slow is still not stuck.

# busy COMMAND...: runs it while four others compute.
busy() {
    needs stress-ng
    stress-ng --quiet --cpu 4 --timeout 300 3>&- &
    local load=$! status=0
    "$@" || status=$?
    kill "$load"
    wait "$load" || :
    return "$status"
}

# two_hundred: of eight kinds of program that take their time, 25 each, 20 at once.
two_hundred() {
    local commands=(
        'sleep 0.6'
        '(sleep 0.6; echo) | cat | wc -c'
        'for i in 1 2 3 4 5 6; do sleep 0.1; echo $i; done | sort | cat'
        'timeout -s KILL 0.6 sh -c "sleep 100 | cat"; [ $? = 137 ]'
        'mkfifo f$$; (sleep 0.6; echo > f$$) & cat f$$; wait'
        'perl -e '\''$SIG{ALRM} = sub { exit 0 }; alarm 1; pipe R, W; <R>'\'
        'perl -e '\''fork or exec "sleep", "0.6"; wait'\'
        'perl -e '\''pipe R, W; for (1 .. 3) { fork or do { close R; select undef, undef, undef, 0.2 * $_; print W "x"; exit } } close W; 1 while <R>; 1 until wait < 0'\')
    local n
    for n in {1..200}; do printf '%s\0' "${commands[n % ${#commands[@]}]}"; done |
        xargs -0 -n 1 -P 20 "$book_built/runner" -n -t 120 -- bash -c > said 2>&1
}

@test "two hundred programs that take their time are left alone under load" {
    busy two_hundred || fail "$(cat said)"
    run cat said
    refute_output --partial stuck
}

# two_hundred_waits: of eight kinds of wait for memory, a queue or a socket that a child
# ends after its time, 25 each, 20 at once.
two_hundred_waits() {
    makes w <<'C'
#include "hang.h"
int main(int argc, char **argv)
{
    struct { long type; char text[1]; } m = { 1, "" };
    struct sembuf down = { 0, -1, 0 }, up = { 0, 1, 0 };
    char c, name[40];
    int s[2], kind = argc > 1 ? atoi(argv[1]) : 0;
    snprintf(name, sizeof name, "@hang.%d", (int)getpid());
    pair(kind == 5 ? SOCK_DGRAM : SOCK_STREAM, s);
    int l = door(SOCK_STREAM, name), e = must(epoll_create1(0));
    pthread_mutex_t *lock = mutex(1);
    sem_t *sem = shared();
    sem_init(sem, 1, 0);
    mqd_t q = kind == 2 ? queue(O_RDWR) : -1;
    int v = kind == 3 ? must(msgget(IPC_PRIVATE, 0600)) : kind == 4 ? must(semget(IPC_PRIVATE, 1, 0600)) : -1;
    struct epoll_event event = { .events = EPOLLIN };
    must(epoll_ctl(e, EPOLL_CTL_ADD, s[0], &event));
    if (must(fork()) == 0) {
        if (kind == 0) {
            pthread_mutex_lock(lock);
            sem_post(sem);
        }
        soon();
        switch (kind) {
        case 0: pthread_mutex_unlock(lock); break;
        case 1: sem_post(sem); break;
        case 2: must(mq_send(q, "", 1, 0)); break;
        case 3: must(msgsnd(v, &m, 1, 0)); break;
        case 4: must(semop(v, &up, 1)); break;
        case 6: call_at(SOCK_STREAM, name); break;
        default: must((int)send(s[1], "", 1, 0));
        }
        _exit(0);
    }
    switch (kind) {
    case 0: sem_wait(sem); pthread_mutex_lock(lock); break;
    case 1: sem_wait(sem); break;
    case 2: must((int)mq_receive(q, &c, 1, NULL)); break;
    case 3: must((int)msgrcv(v, &m, 1, 0, 0)); must(msgctl(v, IPC_RMID, NULL)); break;
    case 4: must(semop(v, &down, 1)); must(semctl(v, 0, IPC_RMID)); break;
    case 6: must(accept(l, NULL, NULL)); break;
    case 7: must(epoll_wait(e, &event, 1, -1)); break;
    default: must((int)recv(s[0], &c, 1, 0));
    }
    wait(NULL);
}
C
    local n
    for n in {1..200}; do printf '%s\n' "$((n % 8))"; done |
        xargs -n 1 -P 20 "$book_built/runner" -n -t 120 -- ./w > said 2>&1
}

@test "two hundred waits for memory, queues and sockets are left alone under load" {
    needs queues sysv
    busy two_hundred_waits || fail "$(cat said)"
    run cat said
    assert_output ''
}

@test "what hangs is found under load as well" {
    needs stress-ng
    found() {
        local n
        for n in {1..10}; do printf '%s\0' 'pipe R, W; <R>'; done |
            xargs -0 -n 1 -P 5 "$book_built/runner" -t 120 -- perl -e > said 2>&1
        [ "$(grep -c 'it: perl is stuck' said)" = 10 ]
    }
    busy found || fail "$(cat said)"
}
