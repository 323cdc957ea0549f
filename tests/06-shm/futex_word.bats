# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# futex_word: who sleeps on a word, and who is found.

@test "the session holds: another address, in private, too early, not at all [S24] [S24c]" {
    says "Who sleeps there is woken through any shared mapping of it"
    says "With FUTEX_PRIVATE_FLAG it is named by the process and the address, and then another process does not find it"
    says "FUTEX_WAIT takes the address of a word and the value that the caller has seen there"
    says "FUTEX_WAKE takes the address and a number, and wakes as many of those who sleep there"
    says "Who changes it has to call FUTEX_WAKE"
    holds_session
}

@test "the word of a wait and of a wake have two addresses [S24]" {
    traced futex ./futex_word
    assert_success
    waited=$(grep -m 1 -oE 'futex\(0x[0-9a-f]+, FUTEX_WAIT, 0' strace | grep -oE '0x[0-9a-f]+')
    woken=$(grep -m 1 -E 'FUTEX_WAKE, 1\) *= 1' strace | grep -oE 'futex\(0x[0-9a-f]+' | grep -oE '0x[0-9a-f]+')
    [ "$waited" != "$woken" ]
    assert_call 'FUTEX_WAIT, 1, NULL\) = -1 EAGAIN'
}

@test "a signal ends the wait with EINTR; the number is how many are woken" {
    says "After a wake the word may have changed, or not; another may have been faster; a signal whose handler lacks SA_RESTART ends the call with EINTR"
    makes try <<'C'
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
static void handler(int n) { (void)n; }
static int *word;
static pid_t sleeper(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL, NULL, 0) == -1 ? errno : 0);
    char path[64], line[256];
    for (;;) {
        snprintf(path, sizeof path, "/proc/%d/syscall", (int)child);
        FILE *f = fopen(path, "r");
        if (f == NULL || fgets(line, sizeof line, f) == NULL)
            return child;
        fclose(f);
        long number = -1;
        if (sscanf(line, "%ld", &number) == 1 && number == SYS_futex)
            return child;
    }
}
int main(void)
{
    int status;
    struct sigaction action = { .sa_handler = handler };
    sigaction(SIGUSR1, &action, NULL);
    word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t child = sleeper();
    kill(child, SIGUSR1);
    waitpid(child, &status, 0);
    printf("%d\n", WEXITSTATUS(status) == EINTR);
    pid_t three[3] = { sleeper(), sleeper(), sleeper() };
    printf("%ld", syscall(SYS_futex, word, FUTEX_WAKE, 2, NULL, NULL, 0));
    printf(" %ld\n", syscall(SYS_futex, word, FUTEX_WAKE, 2, NULL, NULL, 0));
    for (int i = 0; i < 3; i++)
        waitpid(three[i], &status, 0);
}
C
    needs attach
    run_program ./try
    assert_output '1
2 1'
    run_program ./futex_word
    assert_line '  wake by another address            = 1'
}

@test "it leaves no process behind, and says when it cannot print" {
    leaves_nothing ./futex_word
}
