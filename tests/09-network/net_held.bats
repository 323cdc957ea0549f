# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_held: what keeps a connection open, and what wakes a sleeper.

@test "the session holds: a child's copy, a shutdown, a thread that sleeps on [N16] [N46]" {
    says "It does when it closes the last descriptor of it, in all processes"
    says "shutdown(2) acts on the connection, whoever has copies, and does not free the descriptor, which has to be closed all the same"
    says "It sleeps on, and takes the next byte from a connection whose number is free again, and may be another file's by then"
    says "The thread tells its id by a pipe, and then sleeps at one place"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_held
}

@test "a program that the child executes holds nothing, with the flag [N16]" {
    says "With SOCK_CLOEXEC a program that the child executes has no copy"
    makes a <<C
$try
static int held(int flags) { int l = heard(1); us = sock(SOCK_STREAM | flags); to(us, name(l)); peer = accept4(l, NULL, NULL, SOCK_CLOEXEC); close(l); int p[2]; pipe2(p, 0); pid_t c = fork();
    if (c == 0) { close(p[1]); close(peer); dup2(p[0], 0); close(p[0]); execlp("cat", "cat", NULL); _exit(1); }
    close(p[0]); close(us); char path[64], t[64] = ""; while (strcmp(t, "cat\n")) { sprintf(path, "/proc/%d/comm", c); FILE *f = fopen(path, "r"); fgets(t, 64, f); fclose(f); }
    struct pollfd q = { .fd = peer, .events = POLLIN }; int n = poll(&q, 1, flags ? -1 : 50); close(p[1]); waitpid(c, NULL, 0); close(peer); return n; }
int main(void) { printf("%d %d\n", held(0), held(SOCK_CLOEXEC)); return 0; }
C
    run_program ./a
    assert_output '0 1'
}

@test "the number of a closed connection is another file's, while a thread still receives from the old one [N46]" {
    makes a <<C
$try
static void *get(void *p) { (void)p; as("thread", recv(us, bytes, 9, 0)); return NULL; }
int main(void) { two(); pthread_t t; pthread_create(&t, NULL, get, NULL); char path[64], line[512]; int s = 0; pid_t id = 0;
    do { FILE *f = popen("ls /proc/$PPID/task", "r"); while (fgets(line, sizeof line, f)) if (atoi(line) != getpid()) id = atoi(line); pclose(f); } while (id == 0);
    do { usleep(1000); sprintf(path, "/proc/%d/stat", id); FILE *f = fopen(path, "r"); fgets(line, sizeof line, f); fclose(f); s = *(strrchr(line, ')') + 2) == 'S' ? s + 1 : 0; } while (s < 3);
    int old = us; close(us); int f = fcntl(0, F_DUPFD, old); as("same number", f == old); send(peer, "abc", 3, 0); pthread_join(t, NULL); return 0; }
C
    run_program ./a
    assert_output 'same number 1
thread 3'
}
