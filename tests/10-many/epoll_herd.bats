# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# epoll_herd: how many of four sleepers one client wakes.

@test "the session holds: one in accept, all in poll and epoll, one where that is asked for [E22] [E23]" {
    says "In accept4(2) one wakes"
    says "in poll all four woke, and in epoll with a list each all four"
    says "A local socket wakes its sleepers before the client's connect(2) has returned"
    holds_session
}

@test "over TCP it is the same: one accepts, and three sleep on [E22]" {
    needs loopback
    makes a <<C
$try
int main(void) { struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } }; socklen_t n = sizeof a; int d = socket(AF_INET, SOCK_STREAM, 0), said[2], go[2]; if (pipe(said) || pipe(go)) return 9;
    if (bind(d, (void *)&a, n) || getsockname(d, (void *)&a, &n) || listen(d, 5)) return 9; pid_t c[4]; for (int i = 0; i < 4; i++) if ((c[i] = fork()) == 0) { close(go[1]); accept(d, 0, 0); write(said[1], "x", 1); read(go[0], bytes, 1); _exit(0); }
    char path[64], line[256]; for (int i = 0; i < 4; i++) { sprintf(path, "/proc/%d/stat", c[i]); do { int f = open(path, O_RDONLY); read(f, line, 255); close(f); } while (strrchr(line, ')')[2] != 'S'); }
    connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&a, n); as("accepted", read(said[0], bytes, 9)); says("others", look(said[0], POLLIN)); for (int i = 0; i < 4; i++) kill(c[i], SIGKILL); while (wait(NULL) != -1) ; return 0; }
C
    run_program ./a
    assert_output 'accepted 1
others'
}

@test "it leaves nothing behind" {
    leaves_nothing ./epoll_herd
}
