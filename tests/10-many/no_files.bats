# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# no_files: a door that is ready and cannot be opened.

@test "the session holds: a hundred rounds in vain, and the spare descriptor [E33]" {
    says "the client stays in the queue, the door stays ready, and each round fails like the one before"
    says "the client hears an end in place of silence"
    holds_session
}

@test "over TCP it is the same, and a client that leaves frees a number [E33]" {
    needs loopback
    says "The other takes the door out of the list until a client has left"
    makes a <<C
$try
int main(void) { struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } }; socklen_t n = sizeof a; int d = socket(AF_INET, SOCK_STREAM, 0); if (bind(d, (void *)&a, n) || getsockname(d, (void *)&a, &n) || listen(d, 5)) return 9;
    int one = socket(AF_INET, SOCK_STREAM, 0), two = socket(AF_INET, SOCK_STREAM, 0); connect(one, (void *)&a, n); connect(two, (void *)&a, n); int s = accept(d, 0, 0), last = s; while (fcntl(last + 1, F_GETFD) != -1) last++;
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){ (rlim_t)last + 1, (rlim_t)last + 1 }); soon(d, POLLIN); as("accept", accept(d, 0, 0)); says("door", look(d, POLLIN)); close(s); as("one has left", accept(d, 0, 0) != -1); return 0; }
C
    run_program ./a
    assert_output 'accept EMFILE
door IN
one has left 1'
}

@test "it leaves nothing behind" {
    leaves_nothing ./no_files
}
