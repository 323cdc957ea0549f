# shellcheck shell=bash
bats_require_minimum_version 1.13.0
load ../lib/helpers
load rules

# What the chapter says of dup2, of O_APPEND, and of descriptors that leak.

@test "dup and dup2 make a second entry for one description, dup2 under a number of our choice" {
    says "makes a second entry for the same description, like the parent's 6 in the figure; dup2(2) does so under a number of our choice"
    tries <<'C'
int main(void)
{
    int fd[3];
    for (int i = 3; i < 10; i++)
        close(i);
    for (int i = 0; i < 3; i++)
        THAT("3, 4 and 5", (fd[i] = open("/proc/self/exe", O_RDONLY | O_CLOEXEC)) == 3 + i);
    THAT("dup gives 6", dup(fd[0]) == 6);
    THAT("dup2 gives what was asked for, closed or open", dup2(fd[0], 9) == 9 && dup2(fd[0], 5) == 5);
    THAT("a position", lseek(9, 42, SEEK_SET) == 42);
    THAT("is that of all four", lseek(3, 0, SEEK_CUR) == 42 && lseek(5, 0, SEEK_CUR) == 42
         && lseek(6, 0, SEEK_CUR) == 42);
    THAT("and not of another description", lseek(4, 0, SEEK_CUR) == 0);
    THAT("a status flag", fcntl(6, F_SETFL, O_NONBLOCK) == 0);
    THAT("too", (fcntl(3, F_GETFL) & O_NONBLOCK) != 0 && (fcntl(4, F_GETFL) & O_NONBLOCK) == 0);
    THAT("the mark is each entry's own", fcntl(3, F_GETFD) == FD_CLOEXEC && fcntl(6, F_GETFD) == 0
         && fcntl(9, F_GETFD) == 0);
    return 0;
}
C
}

@test "a shell makes descriptor 2 of 1 by dup2" {
    says "That is how a shell makes 2>&1 come true"
    traced dup2,dup3,fcntl sh -c 'ls /no/such/folder 2>&1'
    assert_output --partial /no/such/folder
    assert_stderr ''
    assert_call 'dup2\(1, 2\) += 2'
}

@test "with O_APPEND each write goes to the end, whoever else writes and wherever the position is" {
    says "With O_APPEND the kernel looks for the end and writes in one step, whoever else writes"
    tries <<'C'
int main(void)
{
    char name[] = "log.XXXXXX", line[100];
    struct stat s;
    int fd = mkstemp(name);
    THAT("the file", fd != -1 && write(fd, "first\n", 6) == 6 && close(fd) == 0);
    pid_t child[4];
    for (int i = 0; i < 4; i++)
        if ((child[i] = forked()) == 0) {
            fd = open(name, O_WRONLY | O_APPEND | O_CLOEXEC);
            memset(line, '0' + i, 99), line[99] = '\n';
            for (int n = 0; n < 2000; n++) {
                THAT("to the beginning", lseek(fd, 0, SEEK_SET) == 0);
                THAT("write", write(fd, line, 100) == 100);
            }
            _exit(0);
        }
    for (int i = 0; i < 4; i++)
        collect(child[i]);
    FILE *f = fopen(name, "re");
    THAT("the first line is there", fgets(line, sizeof line, f) && strcmp(line, "first\n") == 0);
    char of[101];
    int count[4] = { 0 };
    while (fread(of, 1, 100, f) == 100) {
        THAT("a whole line", of[99] == '\n' && of[0] >= '0' && of[0] < '4');
        for (int i = 1; i < 99; i++)
            THAT("of one writer", of[i] == of[0]);
        count[of[0] - '0']++;
    }
    for (int i = 0; i < 4; i++)
        THAT("all of them", count[i] == 2000);
    THAT("nothing else", stat(name, &s) == 0 && s.st_size == 6 + 4 * 2000 * 100);
    return 0;
}
C
}

@test "F_SETFD sets the mark later, close_range closes all from a number on" {
    says "fcntl(fd, F_SETFD, FD_CLOEXEC) sets it later, and close_range(2) closes all descriptors from one number to another, as in close_range(3, ~0U, 0), where the other is the greatest there can be, in the child, before the exec"
    tries <<'C'
int main(int argc, char *argv[])
{
    if (argc == 2) {
        int open_ones = 0;
        for (int i = 3; i < 1000; i++)
            open_ones += fcntl(i, F_GETFD) != -1;
        return open_ones;
    }
    THAT("none", close_range(3, ~0U, 0) == 0);
    int a = open("/dev/null", O_RDONLY), b = dup(a), high = fcntl(a, F_DUPFD, 900);
    THAT("three are open", a == 3 && b == 4 && high == 900);
    for (int how = 0; how < 4; how++) {
        int status, left[] = { 3, 2, 1, 0 };
        pid_t child = forked();
        if (child == 0) {
            if (how == 1)
                THAT("mark", fcntl(b, F_SETFD, FD_CLOEXEC) == 0 && fcntl(b, F_GETFD) == FD_CLOEXEC);
            if (how == 2)
                THAT("close_range", close_range(4, ~0U, 0) == 0);
            if (how == 3)
                THAT("close_range", close_range(3, ~0U, 0) == 0);
            execl("/proc/self/exe", argv[0], "count", (char *)NULL);
            _exit(99);
        }
        THAT("waitpid", waitpid(child, &status, 0) == child);
        THAT("as many as are not marked or closed", WEXITSTATUS(status) == left[how]);
    }
    return 0;
}
C
}

@test "what is not closed fills the table, and then open, pipe and dup fail with EMFILE" {
    says "No number from RLIMIT_NOFILE on is given to it"
    says "the next open fails with EMFILE, in words"
    says "and so does a pipe or a dup"
    says "The call that fails need not be the one that was not closed"
    tries <<'C'
int main(void)
{
    int p[2], fd, last = -1;
    struct rlimit limit;
    THAT("limit", getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = 20;
    THAT("limit", setrlimit(RLIMIT_NOFILE, &limit) == 0);
    while ((fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) != -1)
        last = fd;
    THAT("open", errno == EMFILE && last == 19 && strcmp(strerror(errno), "Too many open files") == 0);
    THAT("a pipe, which was not opened before", pipe(p) == -1 && errno == EMFILE);
    THAT("a dup", dup(0) == -1 && errno == EMFILE);
    THAT("a free one below is given", close(7) == 0 && open("/dev/null", O_RDONLY) == 7);
    return 0;
}
C
}

@test "the folder fd of a process shows what is open" {
    says "shows what is open; a file that stands there again and again has been forgotten"
    run_shell 'exec 5< /etc/passwd 6< /etc/passwd; ls -l /proc/$$/fd'
    [ "$(grep -c ' -> /etc/passwd$' stdout)" = 2 ]
}
