bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What chapter 11 says of costs and no program of it shows.

@test "a close takes a descriptor out of the list of epoll [C15]" {
    says "Leaving the list costs none, the close does it"
    makes a <<'C'
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>
int main(void) { int p[2], e = epoll_create1(0); struct epoll_event v = { .events = EPOLLIN };
    if (pipe(p) || epoll_ctl(e, EPOLL_CTL_ADD, p[0], &v) || write(p[1], "x", 1) != 1) return 9;
    printf("%d", epoll_wait(e, &v, 1, 0)); close(p[0]); printf(" %d\n", epoll_wait(e, &v, 1, 0)); return fflush(stdout); }
C
    run_program ./a
    assert_output '1 0'
}

@test "an own count by strace agrees [C01] [C02] [C18]" {
    needs_vdso
    says "The kernel maps a few functions into each process, the vDSO, which read the time from a page that the kernel keeps up to date (vdso(7))"
    says "Here it is none"
    makes a <<'C'
#include <stdio.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
int main(void) { struct timespec t; struct timeval v; static char buffer[4096];
    for (int i = 0; i < 500; i++) { clock_gettime(CLOCK_MONOTONIC, &t); clock_gettime(CLOCK_MONOTONIC_RAW, &t); gettimeofday(&v, NULL); (void)time(NULL); }
    for (int i = 0; i < 70; i++) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    for (int i = 0; i < 50; i++) getpid();
    setvbuf(stdout, buffer, _IOFBF, 4096); for (int i = 0; i < 1000; i++) puts("eleven more"); return fflush(stdout); }
C
    traced clock_gettime,gettimeofday,time,getpid,write ./a
    assert_equal "$(grep -c CLOCK_MONOTONIC strace)" 0
    assert_equal "$(grep -c 'gettimeofday\|time(NULL' strace)" 0
    assert_equal "$(grep -c CLOCK_PROCESS strace)" 70
    assert_equal "$(grep -c 'getpid()' strace)" 50
    assert_equal "$(grep -c 'write(1' strace)" 3
}

@test "on a terminal printf is a call for each line, though nobody told it to [C18]" {
    says "It does so where it was told to, or on a terminal"
    makes a <<'C'
#include <stdio.h>
int main(void) { for (int i = 0; i < 40; i++) puts("a line"); return fflush(stdout); }
C
    needs strace
    run_on_terminal strace -e trace=write -o log ./a
    assert_equal "$(grep -c 'write(1' log)" 40
}

@test "a larger pipe can be asked for [C17]" {
    says "A larger pipe helps then (F_SETPIPE_SZ in fcntl(2))"
    makes a <<'C'
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void) { int p[2]; if (pipe(p)) return 9; printf("%d\n", fcntl(p[0], F_SETPIPE_SZ, 131072)); return fflush(stdout); }
C
    run_program ./a
    assert_output 131072
}

@test "a FIFO writes nothing to the disk and has no size [C24]" {
    says "Its name is on the disk, and not a byte of what is written"
    makes a <<'C'
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void) { struct stat s; struct rusage u; char b[100] = "";
    if (mkfifo("f", 0600)) return 9;
    int r = open("f", O_RDWR); getrusage(RUSAGE_SELF, &u); long before = u.ru_oublock; for (int i = 0; i < 500; i++) if (write(r, b, 100) != 100) return 8;
    fstat(r, &s); getrusage(RUSAGE_SELF, &u); unlink("f");
    printf("%ld %ld %ld\n", (long)s.st_size, (long)s.st_blocks, u.ru_oublock - before); return fflush(stdout); }
C
    run_program ./a
    assert_output '0 0 0'
}

@test "an event counter cannot carry a 0" {
    says "The words begin with 1, because an event counter cannot carry a 0"
    makes a <<'C'
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
int main(void) { int e = eventfd(0, EFD_NONBLOCK); uint64_t n = 0;
    printf("%zd", write(e, &n, 8)); printf(" %zd", read(e, &n, 8)); printf(" %s\n", strerrorname_np(errno)); return fflush(stdout); }
C
    run_program ./a
    assert_output '8 -1 EAGAIN'
}

@test "two small sends are one segment or two, as the option says [C25]" {
    needs loopback
    says "To send both parts by one writev(2) cures it as well, and makes one packet of them"
    says "For a stream of small sends the option makes a packet of each"
    makes a <<'C'
#include <arpa/inet.h>
#include <linux/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
static unsigned sent(int nodelay, int together) { struct sockaddr_in a = { .sin_family = AF_INET }; socklen_t l = sizeof a; struct tcp_info i; int off = 0;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK); int d = socket(AF_INET, SOCK_STREAM, 0), s = socket(AF_INET, SOCK_STREAM, 0);
    bind(d, (void *)&a, l); getsockname(d, (void *)&a, &l); listen(d, 1); connect(s, (void *)&a, l); int c = accept(d, 0, 0);
    setsockopt(c, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off);
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &nodelay, sizeof nodelay); struct iovec v[2] = { { "a", 1 }, { "b", 1 } };
    if (together) { if (writev(s, v, 2) != 2) return 99; } else for (int k = 0; k < 10; k++) if (write(s, "x", 1) != 1) return 99;
    l = sizeof i; getsockopt(s, IPPROTO_TCP, TCP_INFO, &i, &l); close(s); close(d); close(c); return i.tcpi_data_segs_out; }
int main(void) { printf("%u ", sent(1, 0)); printf("%u ", sent(0, 1)); printf("%u\n", sent(0, 0)); return fflush(stdout); }
C
    run_program ./a
    assert_output '10 1 1'
}
