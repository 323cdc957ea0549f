# shellcheck disable=SC2154,SC2016 # helpers.bash sets it; other shells expand
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What a program inherits beside its arguments, and the start that the book's
# programs make of it.

# a_report: makes ./report, which tells its descriptors and signals; ./known
# does the same after the chunk.
a_report() {
    cat > report.inc <<'C'
static const char *signals(const char *which)
{
    static char all[2][256];
    static int use;
    char line[256], *found = all[use = !use];
    FILE *f = fopen("/proc/self/status", "re");
    strcpy(found, "?");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, which, strlen(which)) == 0)
            sscanf(line + strlen(which), " %255s", found);
    if (f)
        fclose(f);
    return found;
}

static void tell(void)
{
    int out = open(getenv("REPORT"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int high = fcntl(out, F_DUPFD_CLOEXEC, 10);
    close(out);
    out = high;
    for (int fd = 0; fd < 3; fd++) {
        struct stat s;
        dprintf(out, "%d %s %s\n", fd, fcntl(fd, F_GETFD) == -1 ? "closed" : "open",
                fstat(fd, &s) == 0 && S_ISCHR(s.st_mode) ? "device" : "");
    }
    dprintf(out, "ignored %s\nblocked %s\n", signals("SigIgn:"), signals("SigBlk:"));
    close(out);
}
C
    { printf '<<feature macro and headers>>\n#include <sys/stat.h>\n'; cat report.inc
      printf 'int main(void)\n{\ntell();\nreturn 0;\n}\n'; } | with_chunks report
    { printf '<<feature macro and headers>>\n#include <sys/stat.h>\n'; cat report.inc
      printf 'int main(int argc, char **argv)\n{\n<<start from a known state>>\n'
      printf 'if (argc > 1) { execv(argv[1], argv + 1); return 9; }\ntell();\nreturn 0;\n}\n'; } | with_chunks known
    export REPORT=$PWD/told
}

# bit SIGNAL WORD: SIGNAL is in the set that "WORD" names in the report.
bit() {
    local number mask
    number=$(kill -l "$1")
    mask=$(sed -n "s/^$2 //p" told)
    (( 0x$mask >> (number - 1) & 1 ))
}

@test "a program inherits descriptors, ignored and blocked signals" {
    says "keeps descriptors, unless they are marked to be closed then; it keeps which signals are ignored and which are blocked; and it keeps children"
    a_report
    run_shell 'env --ignore-signal=USR1 --block-signal=USR2 ./report <&-'
    assert_success
    run cat told
    assert_line '0 closed '
    assert_line --partial '1 open'
    bit USR1 ignored || fail 'SIGUSR1 is not ignored'
    bit USR2 blocked || fail 'SIGUSR2 is not blocked'
    if bit HUP ignored || bit HUP blocked; then fail 'SIGHUP, too'; fi
}

@test "with descriptor 1 closed, what is printed goes into the next file or pipe" {
    says "With descriptor 1 closed, the next pipe or file that a program opens gets the number 1, and what the program prints goes there, if it is open for writing"
    makes writer <<'C'
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    int p[2];
    (void)argv;
    int fd = argc > 1 ? open("kept", O_WRONLY | O_CREAT, 0600) : pipe(p) == 0 ? p[1] : -1;
    printf("a line");
    if (fflush(stdout) != 0)
        return 7;
    return fd;
}
C
    run_shell './writer file >&-'
    assert_failure 1
    assert_equal "$(cat kept)" 'a line'
    run_shell './writer >&- <&-'
    assert_failure 1
    : > nothing
    makes reader <<'C'
#include <fcntl.h>
#include <stdio.h>
int main(void)
{
    int fd = open("nothing", O_RDONLY);
    printf("a line");
    return fflush(stdout) != 0 ? 7 : fd;
}
C
    run_shell './reader >&-'
    assert_failure 7
}

@test "with SIGCHLD ignored a child's status is thrown away" {
    says "With SIGCHLD ignored, the kernel throws away the status of a child that ends"
    makes parent <<'C'
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(5);
    int status = 0;
    pid_t got = waitpid(child, &status, 0);
    printf("%s %d\n", got == child ? "collected" : strerrorname_np(errno), WEXITSTATUS(status));
}
C
    run_program ./parent
    assert_output 'collected 5'
    run_program env --ignore-signal=CHLD ./parent
    assert_output 'ECHILD 0'
}

@test "with SIGPIPE ignored a program goes on when nobody reads" {
    says "With SIGPIPE ignored, a program goes on printing when nobody reads"
    makes printer <<'C'
#include <stdio.h>
#include <unistd.h>
int main(void)
{
    int p[2];
    if (pipe(p) == -1 || dup2(p[1], 1) == -1)
        return 1;
    close(p[0]);
    for (int line = 0; line < 100; line++) {
        printf("%d\n", line);
        fflush(stdout);
    }
    return 42;
}
C
    run_program ./printer
    assert_killed SIGPIPE
    run_program env --ignore-signal=PIPE ./printer
    assert_failure 42
}

@test "a handler for a blocked signal is not called" {
    says "a handler for it is not called"
    makes handler <<'C'
#include <signal.h>
#include <stdio.h>
static volatile sig_atomic_t called;
static void handle(int s) { called = s; }
int main(void)
{
    struct sigaction act = { .sa_handler = handle };
    sigaction(SIGUSR1, &act, NULL);
    raise(SIGUSR1);
    printf("%s\n", called ? "called" : "not called");
}
C
    run_program ./handler
    assert_output 'called'
    run_program env --block-signal=USR1 ./handler
    assert_output 'not called'
}

@test "a program reads from 0, prints to 1 and complains to 2" {
    says --in book "0 is where it reads, 1 where it writes, 2 where it complains"
    makes three <<'C'
#include <err.h>
#include <stdio.h>
int main(void)
{
    printf("%c\n", getchar());
    warnx("no");
}
C
    run_shell 'echo x > in; ./three 0< in 1> out 2> complaint'
    assert_success
    assert_equal "$(cat out)" x
    assert_equal "$(cat complaint)" 'three: no'
}

@test "our start takes the missing numbers, and using them still fails" {
    says "A missing descriptor is replaced the wrong way round: 0 by /dev/null open for writing, 1 and 2 by /dev/null open for reading"
    says "The number is then taken, and reading from 0 or printing to 1 still fails with EBADF, as it should when there is nothing to read from and nowhere to print"
    with_chunks user <<'C'
<<feature macro and headers>>
int main(void)
{
    <<start from a known state>>
    char c;
    int got = read(0, &c, 1) == -1 ? errno : 0;
    int put = write(1, "", 0) == -1 ? errno : 0;
    int complained = write(2, "", 0) == -1 ? errno : 0;
    int next = open("/dev/null", O_RDWR);
    if ((got == EBADF && write(0, "", 1) != 1) || (put == EBADF && read(1, &c, 1) != 0)
        || (complained == EBADF && read(2, &c, 1) != 0))
        return 101;                 /* not /dev/null the wrong way round */
    return next != 3 ? 100 : (got == EBADF) + 2 * (put == EBADF) + 4 * (complained == EBADF);
}
C
    run_program ./user
    assert_success
    for closed in '1 <&-' '2 >&-' '4 2>&-' '3 <&- >&-' '7 <&- >&- 2>&-' '5 <&- 2>&-'; do
        run_shell "./user ${closed#* }"
        [ "$status" = "${closed%% *}" ] || fail "with ${closed#* } it is $status"
    done
}

@test "what takes their places stays at an exec" {
    says "The replacements stay open at an exec"
    a_report
    run_shell './known ./report <&- >&- 2>&-'
    assert_success
    run cat told
    assert_line '0 open device'
    assert_line '1 open device'
    assert_line '2 open device'
}

@test "our start sets SIGCHLD, SIGPIPE and the mask, and leaves other signals ignored" {
    says "All other signals keep what they had"
    a_report
    run_program env --ignore-signal=HUP,INT,QUIT,CHLD,PIPE,TERM --block-signal=CHLD,TERM,USR1 ./known
    assert_success
    for signal in HUP INT QUIT TERM; do
        bit "$signal" ignored || fail "SIG$signal is no longer ignored"
    done
    for signal in CHLD PIPE; do
        if bit "$signal" ignored; then fail "SIG$signal is still ignored"; fi
    done
    for signal in CHLD TERM USR1; do
        if bit "$signal" blocked; then fail "SIG$signal is still blocked"; fi
    done
}

@test "nohup ignores SIGHUP, a shell ignores SIGINT and SIGQUIT in what it starts with &" {
    says "a shell without job control ignores SIGINT and SIGQUIT in what it starts with &"
    says "nohup(1) ignores SIGHUP so that a program outlives its terminal"
    a_report
    run_program nohup ./report
    assert_success
    bit HUP ignored || fail 'SIGHUP is not ignored'
    if bit INT ignored; then fail 'SIGINT is ignored'; fi
    for shell in sh bash; do
        run_program "$shell" -c './report & wait'
        bit INT ignored && bit QUIT ignored || fail "$shell does not ignore them"
        run_program "$shell" -c './report; true'
        if bit INT ignored || bit QUIT ignored; then fail "$shell ignores them without &"; fi
    done
}

@test "a program that sends an inherited ignored signal has to set it up itself" {
    says "A program that itself sends or awaits one of these signals has to set it up by itself"
    with_chunks sender <<'C'
<<feature macro and headers>>
int main(void)
{
    <<start from a known state>>
    raise(SIGTERM);
    return 3;
}
C
    run_program ./sender
    assert_killed SIGTERM
    run_program env --ignore-signal=TERM ./sender
    assert_failure 3
}

@test "where no descriptor can be had, our start says so" {
    with_chunks starter <<'C'
<<feature macro and headers>>
#include <sys/resource.h>
int main(int argc, char **argv)
{
    if (argc > 1) {
        close(1);
        setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 1, 1 });
    }
    (void)argv;
    <<start from a known state>>
    return 0;
}
C
    run_program ./starter x
    assert_failure 1
    assert_equal "$stderr" 'starter: /dev/null in place of descriptor 1: Too many open files'
}
