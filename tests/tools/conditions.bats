# shellcheck disable=SC2154,SC2016 # helpers.bash sets it; other shells expand
bats_require_minimum_version 1.13.0
load ../lib/helpers
# The runner of conditions: it finds what is wrong with bad programs, each of which
# has one fault, and leaves a good one in peace.

# under CONDITION OUTPUT [OPTION...] < C: the runner on ./it, made of the C, whose session
# prints OUTPUT, under CONDITION (all: all of them).
under() {
    local condition=$1 prints=$2 options=()
    shift 2
    [ "$condition" = all ] || options=(--condition "$condition")
    mkdir -p bin
    makes bin/it
    a_session "$prints"
    run "$book_lib/../conditions/run" --unit-bin bin --session it.session --expected none \
        ${options[@]+"${options[@]}"} "$@"
}

a_session() { printf '$ ./it\n%b' "${1:+$1\n}" > it.session; }

# a_good_program: prints two lines, the second after its child has ended.
a_good_program() {
    with_start <<'C'
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("first\n");
    pid_t child = fork();
    if (child == -1)
        err(1, "fork");
    if (child == 0)
        _exit(3);
    int status;
    if (waitpid(child, &status, 0) == -1)
        err(1, "waitpid");
    printf("second %d\n", WEXITSTATUS(status));
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(1, "cannot write to standard output");
    return 0;
C
}

# with_start < STATEMENTS: a program of them after the book's start.
with_start() {
    cat "$root"/book.nw "$root"/chapters/*.nw > all.nw
    sed -n '/^#define _GNU_SOURCE/d; /^<<feature macro and headers>>=$/,/^@/{/^[<@]/!p}' all.nw |
        grep -v '^#define'
    printf 'int main(void)\n{\n'
    sed -n '/^<<start from a known state>>=$/,/^@/{/^[<@]/!p}' all.nw
    cat
    printf '}\n'
}

# careless < STATEMENTS: a program of them without that start.
careless() {
    printf '%s\n' '#include <err.h>' '#include <errno.h>' '#include <fcntl.h>' '#include <signal.h>' \
        '#include <stdio.h>' '#include <stdlib.h>' '#include <string.h>' '#include <sys/wait.h>' '#include <time.h>' '#include <unistd.h>' \
        'static void __attribute__((unused)) nothing(int s) { (void)s; }' 'int main(void)' '{'
    cat
    printf '}\n'
}

@test "a program that starts from a known state and looks at its output passes all conditions" {
    a_good_program > good.c
    under all 'first\nsecond 3' < good.c
    assert_success
    assert_line --regexp '^1 programs under 5[0-9] conditions: [45][0-9] right, [0-9]+ refused with a message, 0 excused, 0 wrong$'
}

@test "the same program without the start is found under an ignored SIGCHLD" {
    printf 'int status; pid_t child = fork(); if (child == 0) _exit(3); if (waitpid(child, &status, 0) == -1) err(1, "waitpid"); printf("%%d\\n", WEXITSTATUS(status)); return 0;' |
        careless > it.c
    under 'ignored CHLD' 3 < it.c
    assert_failure 1
    assert_line --partial 'WRONG elsewhere: ignored CHLD: fails though it lacks nothing: it: waitpid: No child processes'
    assert_line --partial "again: tests/conditions/run --condition 'ignored CHLD' --unit-bin"
}

@test "a hang is found: a blocked signal that should have come" {
    printf 'timer_t t; timer_create(CLOCK_MONOTONIC, NULL, &t); timer_settime(t, 0, &(struct itimerspec){ .it_value.tv_sec = 1 }, NULL); sigset_t all; sigfillset(&all); sigdelset(&all, SIGKILL); signal(SIGALRM, SIG_DFL); pause(); return 0;' |
        careless > hang.c
    under 'blocked ALRM' '[killed by SIGALRM]' --limit 2 < hang.c
    assert_failure 1
    assert_line --partial 'WRONG elsewhere: blocked ALRM: it hangs: $ ./it'
}

@test "a wrong line is found: a handler that is not called" {
    careless > wrong.c <<'C'
    int p[2];
    signal(SIGPIPE, SIG_DFL);
    if (fork() == 0) {
        if (pipe(p) == 0 && close(p[0]) == 0)
            (void)!write(p[1], "", 1);
        _exit(0);
    }
    int status;
    wait(&status);
    printf("%s\n", WIFSIGNALED(status) ? "killed" : "survived");
    return 0;
C
    under 'blocked PIPE' killed < wrong.c
    assert_failure 1
    assert_line --partial 'WRONG elsewhere: blocked PIPE: fails though it lacks nothing'
    under 'ignored PIPE' killed < wrong.c
    assert_success
}

@test "what is lost with status 0 is found: full, and standard output closed" {
    careless > lost.c <<'C'
    printf("a line\n");
    return 0;
C
    for condition in full 'closed 1' 'closed 012'; do
        under "$condition" 'a line' < lost.c
        assert_failure 1
        assert_line --partial "WRONG elsewhere: $condition: output lost, and status 0"
    done
}

@test "a message with status 0, and a status without a message, are found" {
    careless > told.c <<'C'
    printf("a line\n");
    if (fflush(stdout) == EOF)
        warn("standard output");
    return 0;
C
    under full 'a line' < told.c
    assert_line --partial 'WRONG elsewhere: full: a message, but status 0'
    careless > silent.c <<'C'
    printf("a line\n");
    return fflush(stdout) == EOF;
C
    under full 'a line' < silent.c
    assert_line --partial 'WRONG elsewhere: full: no message (exited 1)'
}

@test "bytes that go into a file of the program's own are found" {
    careless > own.c <<'C'
    FILE *own = fopen("own", "w");
    printf("a line\n");
    if (!own || fclose(stdout) == EOF)
        err(1, "own");
    return 0;
C
    a=$(printf 'a line')
    under 'closed 1' "$a" < own.c
    assert_failure 1
    assert_line --partial 'WRONG elsewhere: closed 1: output lost, and status 0'
}

@test "a byte lost to a slow reader is found, and a sleep taken for another" {
    careless > slow.c <<'C'
    fcntl(1, F_SETFL, O_NONBLOCK);
    (void)!write(1, "a line\n", 7);
    return 0;
C
    under late 'a line' < slow.c
    assert_failure 1
    assert_line --partial 'WRONG elsewhere: late: fails though it lacks nothing'
    under bytes 'a line' < slow.c
    assert_success
    # the child tells its parent to give up waiting as soon as that sleeps
    careless > sleep.c <<'C'
    int p[2];
    if (pipe(p) == -1)
        return 1;
    pid_t parent = getpid(), child = fork();
    if (child == 0) {
        char path[40], text[400];
        snprintf(path, sizeof path, "/proc/%d/stat", (int)parent);
        for (int asleep = 0; asleep < 10; usleep(1000)) {
            int fd = open(path, O_RDONLY);
            text[read(fd, text, sizeof text - 1)] = '\0';
            close(fd);
            asleep = strrchr(text, ')')[2] == 'S' ? asleep + 1 : 0;
        }
        kill(parent, SIGTERM);
        close(p[1]);
        alarm(1);
        _exit(read(p[0], text, 1) == 0 ? 0 : 1);
    }
    struct sigaction act = { .sa_handler = nothing };
    sigaction(SIGTERM, &act, NULL);
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("waiting\n");
    int interrupted = wait(NULL) == -1;
    close(p[1]);
    printf("%s\n", interrupted ? "interrupted" : "not interrupted");
    return 0;
C
    under plain 'waiting\ninterrupted' < sleep.c
    assert_success
    under late 'waiting\ninterrupted' < sleep.c
    assert_failure 1
}

@test "a wrong line is found where no message could come, too" {
    careless > deaf.c <<'C'
    puts(fcntl(2, F_GETFD) == -1 ? "a lie" : "a line");
    return 0;
C
    under 'closed 2' 'a line' < deaf.c
    assert_failure 1
    assert_line --partial 'WRONG elsewhere: closed 2: another line: a lie'
}

@test "a program of which a reader of one line gets none is found" {
    careless > none.c <<'C'
    struct stat s;
    if (fstat(1, &s) == 0 && S_ISFIFO(s.st_mode) && fcntl(1, F_GETPIPE_SZ) == 4096)
        return 0;
    puts("first");
    return puts("second") == EOF;
C
    sed -i '1i #include <sys/stat.h>' none.c
    under head 'first\nsecond' < none.c
    assert_failure 1
    assert_line --partial 'WRONG elsewhere: head: not even the first line, and status 0'
}

@test "what another command shows of the program's work is found where output is lost" {
    careless > damage.c <<'C'
    struct stat s;
    FILE *f = fopen("file", "w");
    fputs(fstat(1, &s) == 0 && s.st_rdev == makedev(1, 7) ? "wrong\n" : "right\n", f);
    return fclose(f);
C
    sed -i '1i #include <sys/stat.h>\n#include <sys/sysmacros.h>' damage.c
    mkdir bin
    makes bin/it < damage.c
    printf '$ ./it\n$ cat file\nright\n' > it.session
    run "$book_lib/../conditions/run" --unit-bin bin --session it.session --expected none --condition full
    assert_failure 1
    assert_line --partial 'WRONG elsewhere: full: '
    assert_line --partial '$ cat file'
}

@test "the last byte of a line that is lost is found" {
    careless > byte.c <<'C'
    fcntl(1, F_SETFL, O_NONBLOCK);
    write(1, "a line", 6);
    (void)!write(1, "\n", fcntl(1, F_GETPIPE_SZ) == 4096 ? 0 : 1);
    return 0;
C
    sed -i 's/    write(1, "a/    (void)!write(1, "a/' byte.c
    under bytes 'a line' < byte.c
    assert_failure 1
    assert_line --partial 'WRONG elsewhere: bytes: '
}

@test "a process that is left behind when nobody reads on is found" {
    careless > left.c <<'C'
    if (fork() == 0)
        for (;;)
            pause();
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 0; i < 100000; i++)
        puts("a line");
    kill(0, SIGKILL);
    return 0;
C
    sed -i 's/100000/2/; s/kill(0, SIGKILL)/signal(SIGTERM, SIG_IGN); kill(0, SIGTERM)/' left.c
    # what a slow writer meets
    sed -i 's/puts("a line");/{ puts("a line"); usleep(200000); }/' left.c
    under head 'a line\na line' < left.c
    assert_failure 1
    assert_line --regexp 'WRONG elsewhere: head: it leaves a process \(left [0-9]+ it\)'
}

@test "a reader that leaves after some lines finds what the first line does not" {
    careless > stopped.c <<'C'
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("first");
    usleep(100000);
    puts("second");
    pid_t child = fork();
    if (child == 0)
        raise(SIGSTOP);
    waitpid(child, NULL, WUNTRACED);
    puts("third");
    usleep(100000);
    puts("fourth");
    kill(child, SIGKILL);
    return 0;
C
    under head 'first\nsecond\nthird\nfourth' < stopped.c
    assert_success
    under 'head 3' 'first\nsecond\nthird\nfourth' < stopped.c
    assert_failure 1
    assert_line --partial 'WRONG elsewhere: head 3: it leaves a process'
}

@test "a file that is left behind is found, one of the session's is not" {
    careless > file.c <<'C'
    setvbuf(stdout, NULL, _IOLBF, 0);
    close(open("temporary", O_WRONLY | O_CREAT, 0600));
    puts("first");
    usleep(200000);
    puts("second");
    unlink("temporary");
    return 0;
C
    under head 'first\nsecond' < file.c
    assert_failure 1
    assert_line --partial 'WRONG elsewhere: head: it leaves a file: temporary'
    sed -i '/unlink/d' file.c
    under head 'first\nsecond' < file.c
    assert_success
}

@test "too few descriptors without a message, and a crash with too little memory, are found" {
    careless > few.c <<'C'
    int p[2];
    if (pipe(p) == -1)
        return 1;
    puts("made");
    return 0;
C
    under 'files 4' made < few.c
    assert_line --partial 'WRONG elsewhere: files 4: no message (exited 1)'
    careless > much.c <<'C'
    char *volatile big = malloc(32 << 20);
    memset(big, 1, 32 << 20);
    puts(big[5] ? "made" : "not made");
    return 0;
C
    under "memory $((16 << 20))" made < much.c
    assert_line --partial 'it crashes: SIGSEGV'
}

@test "a file that may not grow: the signal is message enough, silence is not" {
    careless > grow.c <<'C'
    int fd = open("file", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (write(fd, "x", 1) == -1)
        return 1;
    unlink("file");
    puts("written");
    return 0;
C
    under 'filesize 0' written < grow.c
    assert_line --partial 'it leaves a file: file'
    sed -i 's/if (write/unlink("file"); if (write/' grow.c
    under 'filesize 0' written < grow.c
    assert_success
    sed -i 's/int fd/signal(SIGXFSZ, SIG_IGN); int fd/' grow.c
    under 'filesize 0' written < grow.c
    assert_line --partial 'no message (exited 1)'
}

@test "an exception excuses what it names, and an idle one is an error" {
    careless > lost.c <<'C'
    printf("a line\n");
    return 0;
C
    printf 'elsewhere\tfull\tit is so\nelsewhere\tclosed *1*\tthis, too\nelsewhere\thead\tidle\n' > list
    under all 'a line' --expected list --fast < lost.c
    assert_success
    assert_line --partial ' 3 excused, 0 wrong'
    run "$book_lib/../conditions/run" --unit-bin bin --session it.session --expected list -j 2
    assert_failure 1
    assert_line --regexp 'list:3: excuses nothing: elsewhere head$'
    refute_line --regexp '^WRONG .*list:[12]:'
}

@test "a program whose session does not hold, or does not run it, is no case" {
    careless > it.c <<'C'
    puts("this");
    return 0;
C
    under full that < it.c
    assert_failure 1
    assert_line --partial 'its session does not hold to begin with'
    printf '$ echo it\nit\n' > it.session
    run "$book_lib/../conditions/run" --unit-bin bin --session it.session --expected none
    assert_failure 1
    assert_line --partial 'no command of the session runs ./it'
}

@test "the conditions are listed, and make has them" {
    run "$book_lib/../conditions/run" --list
    for condition in 'ignored all' 'blocked all' 'ignored HUP' 'blocked TSTP' 'closed 0' 'closed 1' 'closed 2' \
        'closed 012' full late bytes head 'head 3' 'files 3' 'files 12' 'memory 16777216' 'filesize 0'; do
        assert_line "$condition"
    done
    run "$book_lib/../conditions/run" --list --fast
    [ "${#lines[@]}" -le 12 ]
    run "$book_lib/../conditions/run" --help
    assert_success
    assert_line --partial 'usage: tests/conditions/run'
    run "$book_lib/../conditions/run" no-such-unit
    assert_failure 2
}
