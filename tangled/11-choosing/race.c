#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* Like read(2), but a signal does not end it. */
static ssize_t read_some(int fd, void *buffer, size_t length)
{
    ssize_t n;
    do
        n = read(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
}

/* Like write(2), but a signal does not end it with EINTR. */
static ssize_t write_some(int fd, const void *buffer, size_t length)
{
    ssize_t n;
    do
        n = write(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
}

/* Returns 0 when all LENGTH bytes are written, or -1 with errno set. */
static int write_all(int fd, const void *buffer, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t n = write(fd, (const char *)buffer + done,
                          length - done);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return -1;
        done += (size_t)n;
    }
    return 0;
}

/* For children: prints what failed, and why, and ends by _exit. */
static _Noreturn void fail(const char *what)
{
    warn("%s", what);
    _exit(EXIT_FAILURE);
}

typedef void work(void);
static pid_t first, partner;

static _Noreturn void give_up(const char *what)
{
    const int error = errno;
    if (first > 0)
        kill(first, SIGKILL);
    if (partner > 0)
        kill(partner, SIGKILL);
    while (wait(NULL) > 0 || errno == EINTR)
        ;
    errno = error;
    err(EXIT_FAILURE, "%s", what);
}

static pid_t begin(work *one)
{
    const pid_t parent = getpid();
    fflush(stdout);
    pid_t child = fork();
    if (child == -1)
        give_up("fork");
    if (child != 0)
        return child;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
        fail("prctl");
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
    one();
    _exit(EXIT_SUCCESS);
}

/* Waits for news of one of the two, and returns the status if it is
   the first one; else 0, and the partner has ended well. */
static int wait_beside(void)
{
    int status;
    pid_t who;
    while ((who = wait(&status)) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "wait");
    errno = ECHILD;
    if (!WIFSTOPPED(status) && status != 0)
        give_up("a child failed");
    if (who == partner)
        partner = 0;
    if (who == first && WIFEXITED(status))
        first = 0;
    return who == first ? status : 0;
}

static void run_both(work *one, work *other)
{
    partner = begin(other);
    first = begin(one);
    while (first != 0 || partner != 0)
        wait_beside();
}

enum { PIPE, FIFO, LOCAL, TCP, UDP, EVENT, QUEUE, SEMAPHORE, FUTEX,
       SPIN, KINDS };
static const char *const kinds[KINDS] = {
    "pipe", "FIFO", "local socket", "TCP", "UDP", "event counter",
    "POSIX queue", "semaphore", "futex", "spinning" };

struct cell {               /* on a cache line of its own */
    _Alignas(64) _Atomic uint32_t full;
    uint64_t word;
    sem_t there;
};

struct way {
    int kind;
    bool made;
    int to[2], from[2];     /* by side; -1 when there is none */
    struct cell *cells;     /* cells[S] is what side S says */
};

/* Makes a socket at some port of the loopback address. */
static int at_loopback(int type, struct sockaddr_in *where)
{
    socklen_t length = sizeof *where;
    *where = (struct sockaddr_in){ .sin_family = AF_INET };
    where->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (fd != -1 && bind(fd, (struct sockaddr *)where, length) == 0
        && getsockname(fd, (struct sockaddr *)where, &length) == 0)
        return fd;
    if (fd != -1)
        close(fd);
    return -1;
}

/* Makes two sockets of TYPE that are connected with each other. */
static int connect_pair(int two[2], int type)
{
    const int on = 1;
    struct sockaddr_in here, there;
    two[0] = at_loopback(type, &here);
    two[1] = at_loopback(type, &there);
    if (two[0] == -1 || two[1] == -1)
        return -1;
    if (type == SOCK_DGRAM)
        return connect(two[0], (struct sockaddr *)&there, sizeof there)
               || connect(two[1], (struct sockaddr *)&here, sizeof here)
               ? -1 : 0;
    if (listen(two[0], 1) == -1
        || connect(two[1], (struct sockaddr *)&here, sizeof here) == -1)
        return -1;
    int door = two[0];
    two[0] = accept4(door, NULL, NULL, SOCK_CLOEXEC);
    close(door);
    for (int i = 0; i < 2; i++)
        if (setsockopt(two[i], IPPROTO_TCP, TCP_NODELAY, &on,
                       sizeof on) == -1)
            return -1;
    return 0;
}

static int make_fifo(int two[2])
{
    const char *place = getenv("TMPDIR");
    char name[PATH_MAX];
    if (snprintf(name, sizeof name - 2, "%s/ways_XXXXXX",
                 place == NULL ? "/tmp" : place) >= PATH_MAX - 2
        || mkdtemp(name) == NULL)
        return -1;
    const size_t length = strlen(name);
    strcpy(name + length, "/f");
    if (mkfifo(name, 0600) == 0) {
        two[0] = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        two[1] = open(name, O_WRONLY | O_CLOEXEC);
        unlink(name);
    }
    name[length] = '\0';
    rmdir(name);
    if (two[0] == -1 || two[1] == -1)
        return -1;
    return fcntl(two[0], F_SETFL, 0);
}

static int make_queue(int two[2])
{
    struct mq_attr one = { .mq_maxmsg = 1,
                           .mq_msgsize = sizeof(uint64_t) };
    char name[64];
    snprintf(name, sizeof name, "/ways-%jd", (intmax_t)getpid());
    two[1] = mq_open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                     0600, &one);
    if (two[1] == -1)
        return -1;
    two[0] = mq_open(name, O_RDONLY | O_CLOEXEC);
    mq_unlink(name);
    return two[0] == -1 ? -1 : 0;
}

static void close_way(struct way *w)
{
    for (int side = 0; side < 2; side++) {
        if (w->to[side] != -1)
            close(w->to[side]);
        if (w->from[side] != -1 && w->from[side] != w->to[side])
            close(w->from[side]);
    }
    munmap(w->cells, 2 * sizeof *w->cells);
}

/* Returns 0, or -1 with errno set when there is none of this kind. */
static int make_way(struct way *w, int kind)
{
    *w = (struct way){ kind, true, { -1, -1 }, { -1, -1 }, NULL };
    w->cells = mmap(NULL, 2 * sizeof *w->cells, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (w->cells == MAP_FAILED)
        return -1;
    int made = 0;
    for (int side = 0; side < 2 && made == 0; side++) {
        int two[2] = { -1, -1 };    /* to read from, to write to */
        switch (kind) {
        case PIPE:
            made = pipe2(two, O_CLOEXEC);
            break;
        case FIFO:
            made = make_fifo(two);
            break;
        case EVENT:
            two[0] = eventfd(0, EFD_CLOEXEC);
            two[1] = fcntl(two[0], F_DUPFD_CLOEXEC, 0);
            made = two[1] == -1 ? -1 : 0;
            break;
        case QUEUE:
            made = make_queue(two);
            break;
        case LOCAL:
        case TCP:
        case UDP:
            if (side == 1) {
                two[0] = w->to[0];
                two[1] = w->from[1];
            } else if (kind == LOCAL) {
                made = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, two);
            } else {
                made = connect_pair(two, kind == TCP ? SOCK_STREAM : SOCK_DGRAM);
            }
            break;
        default:
            made = sem_init(&w->cells[side].there, 1, 0);
        }
        w->to[side] = two[1];
        w->from[!side] = two[0];
    }
    if (made == -1) {
        const int error = errno;
        w->made = false;
        close_way(w);
        errno = error;
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM
            || errno == EINTR)
            err(EXIT_FAILURE, "it could not be made");
    }
    return made;
}

static void say(const struct way *w, int side, uint64_t word)
{
    struct cell *cell = w->cells + side;
    if (w->kind == QUEUE) {
        while (mq_send(w->to[side], (char *)&word, sizeof word, 0)
               == -1)
            if (errno != EINTR)
                fail("mq_send");
    } else if (w->kind < SEMAPHORE) {
        if (write_some(w->to[side], &word, sizeof word) != sizeof word)
            fail(kinds[w->kind]);
    } else {
        cell->word = word;
        if (w->kind == SEMAPHORE && sem_post(&cell->there) == -1)
            fail("sem_post");
        atomic_store(&cell->full, 1);
        if (w->kind == FUTEX)
            syscall(SYS_futex, &cell->full, FUTEX_WAKE, 1, NULL);
    }
}

static uint64_t hear(const struct way *w, int side)
{
    struct cell *cell = w->cells + !side;
    uint64_t word;
    if (w->kind == QUEUE) {
        while (mq_receive(w->from[side], (char *)&word, sizeof word,
                          NULL) == -1)
            if (errno != EINTR)
                fail("mq_receive");
        return word;
    } else if (w->kind < SEMAPHORE) {
        if (read_some(w->from[side], &word, sizeof word) != sizeof word)
            fail(kinds[w->kind]);
        return word;
    }
    if (w->kind == SEMAPHORE)
        while (sem_wait(&cell->there) == -1)
            if (errno != EINTR)
                fail("sem_wait");
    while (w->kind == FUTEX && atomic_load(&cell->full) == 0)
        if (syscall(SYS_futex, &cell->full, FUTEX_WAIT, 0, NULL) == -1
            && errno != EAGAIN && errno != EINTR)
            fail("futex");
    while (w->kind == SPIN && atomic_load(&cell->full) == 0)
        ;
    word = cell->word;
    atomic_store(&cell->full, 0);
    return word;
}

/* Nanoseconds since some moment, by a clock that nobody can set. */
static int64_t now(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC, &t) == -1)
        err(EXIT_FAILURE, "clock_gettime");
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

enum { ROUNDS = 9 };

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof *values, compare);
    return values[ROUNDS / 2];
}

static size_t processors[2];
static int found;

static void find_processors(void)
{
    cpu_set_t mine;
    if (sched_getaffinity(0, sizeof mine, &mine) == -1)
        err(EXIT_FAILURE, "sched_getaffinity");
    for (size_t i = 0; i < CPU_SETSIZE && found < 2; i++)
        if (CPU_ISSET(i, &mine))
            processors[found++] = i;
}

static void stay_on(size_t processor)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    if (sched_setaffinity(0, sizeof one, &one) == -1)
        fail("sched_setaffinity");
}

static int wanted;              /* table, csv, or numbers to count */
static struct { double ran, waited, all; } *shares;

/* Adds how long this process has run, and waited, so far to what side
   SIDE has had; SIGN is -1 at the start of what is measured. */
static void note_share(int side, int sign)
{
    double ran = 0, waited = 0;
    FILE *stat = fopen("/proc/self/schedstat", "re");
    if (stat != NULL) {
        if (fscanf(stat, "%lf %lf", &ran, &waited) != 2)
            ran = waited = 0;
        fclose(stat);
    }
    shares[side].ran += sign * ran;
    shares[side].waited += sign * waited;
}

/* Which part of the time was taken by others? */
static double lost_part(int on_two)
{
    double lost = on_two ? (shares[0].waited > shares[1].waited
                                ? shares[0].waited
                                : shares[1].waited)
                         : shares[0].all - shares[0].ran
                               - shares[1].ran;
    return shares[0].ran <= 0 || lost < 0 ? 0 : lost / shares[0].all;
}

static struct way ways[KINDS], *way;
static int apart, trips;        /* 0: both on one, 1: on two */
static struct result { double ns; } *result;     /* of a trip */

static void ask_often(void)
{
    stay_on(processors[0]);
    const int warm = way->kind == SPIN ? 2 : 10;
    int64_t start = 0;
    for (int i = -warm; i < trips; i++) {
        if (i == 0)
            start = now();
        const uint64_t word = (uint64_t)(i + warm) + 1;
        say(way, 0, word);
        if (hear(way, 0) != word)
            errx(EXIT_FAILURE, "a wrong answer");
    }
    result->ns = (double)(now() - start) / trips;
}

static void answer_often(void)
{
    stay_on(processors[apart]);
    const int warm = way->kind == SPIN ? 2 : 10;
    for (int i = -warm; i < trips; i++)
        say(way, 1, hear(way, 1));
}

enum { SIZES = 3, STREAM = 4 << 20, TRIP_COUNT = 200 };
static const size_t sizes[SIZES] = { 64, 4096, 65536 };
static char bytes[65536];
static size_t part;
static uint64_t *arrived;

static size_t stream_length(void)
{
    return wanted == 'n' || part == 64 ? STREAM / 16 : STREAM;
}

static void send_stream(void)
{
    stay_on(processors[apart]);
    memset(bytes, 1, sizeof bytes);
    for (size_t sent = 0; sent < stream_length(); sent += part)
        if (write_all(way->to[1], bytes, part) == -1)
            fail("a stream");
}

static void add_stream(void)
{
    uint64_t sum = 0;
    stay_on(processors[0]);
    memset(bytes, 0, sizeof bytes);
    note_share(0, -1);
    const int64_t start = now();
    for (size_t got = 0; got < stream_length();) {
        ssize_t n = read_some(way->from[0], bytes, part);
        if (n <= 0)
            fail("a stream");
        for (ssize_t i = 0; i < n; i++)
            sum += (unsigned char)bytes[i];
        got += (size_t)n;
    }
    result->ns = (double)(now() - start);
    note_share(0, 1);
    shares[0].all = result->ns;
    *arrived = sum;
}

static void ask_and_note(void)
{
    stay_on(processors[0]);
    note_share(0, -1);
    const int64_t start = now();
    ask_often();
    shares[0].all = (double)(now() - start);
    note_share(0, 1);
}

static void answer_and_note(void)
{
    stay_on(processors[apart]);
    note_share(1, -1);
    answer_often();
    note_share(1, 1);
}

enum { TRIALS = 3 };
static double trip_ns[2][KINDS][ROUNDS];
static double stream_ns[KINDS][SIZES][ROUNDS];
static double lost_most;
static long right_trips[2][KINDS], right_bytes[KINDS][SIZES];

static double measure_trips(int k, int where)
{
    double lost = 1;
    way = &ways[k];
    apart = where;
    trips = k != SPIN ? TRIP_COUNT : where == 0 ? 3 : 2000;
    for (int trial = 0; trial < TRIALS && lost > 0.1; trial++) {
        memset(shares, 0, 2 * sizeof *shares);
        run_both(ask_and_note, answer_and_note);
        lost = wanted == 'n' ? 0 : lost_part(where);
    }
    if (lost > lost_most)
        lost_most = lost;
    right_trips[where][k] = trips;
    return result->ns;
}

static double measure_stream(int k, size_t size)
{
    double lost = 1;
    way = &ways[k];
    part = size;
    apart = found - 1;
    for (int trial = 0; trial < TRIALS && lost > 0.1; trial++) {
        memset(shares, 0, 2 * sizeof *shares);
        run_both(add_stream, send_stream);
        if (*arrived != stream_length())
            errx(EXIT_FAILURE, "%s: bytes are missing", kinds[k]);
        lost = wanted == 'n' ? 0 : lost_part(1);
    }
    if (lost > lost_most)
        lost_most = lost;
    return result->ns / (double)stream_length();
}

static bool carries_streams(int k)
{
    return ways[k].made
           && (k == PIPE || k == FIFO || k == LOCAL || k == TCP);
}

static void run_rounds(void)
{
    const int rounds = wanted == 'n' ? 1 : ROUNDS;
    for (int i = 0; i < rounds; i++)
        for (int k = 0; k < KINDS; k++) {
            for (int where = 0; where < found && ways[k].made; where++)
                trip_ns[where][k][i] = measure_trips(k, where);
            for (int s = 0; s < SIZES && carries_streams(k); s++) {
                stream_ns[k][s][i] = measure_stream(k, sizes[s]);
                right_bytes[k][s] = (long)stream_length();
            }
        }
}

static void print_counts(void)
{
    for (int k = 0; k < KINDS; k++) {
        if (!ways[k].made)
            continue;
        printf("%-14s %4ld answers", kinds[k],
               right_trips[0][k] + right_trips[1][k]);
        if (carries_streams(k))
            printf(", %ld bytes", right_bytes[k][0] + right_bytes[k][1]
                                      + right_bytes[k][2]);
        putchar('\n');
    }
}

static void print_machine(const char *before)
{
    struct utsname system;
    char line[256], model[128] = "unknown";
    FILE *info = fopen("/proc/cpuinfo", "re");
    while (info != NULL && fgets(line, sizeof line, info) != NULL)
        if (sscanf(line, "model name : %127[^\n]", model) == 1)
            break;
    if (info != NULL)
        fclose(info);
    if (uname(&system) == -1)
        err(EXIT_FAILURE, "uname");
    printf("%s%s, %ld processors, Linux %.4s, pages of %ld bytes\n",
           before, model, sysconf(_SC_NPROCESSORS_ONLN),
           system.release, sysconf(_SC_PAGESIZE));
    if (found == 2 && ways[SPIN].made)
        printf("%sa cache line there and back: %.0f ns\n", before,
               median(trip_ns[1][SPIN]));
}

/* After median(), values are sorted. */
static void print_line(const char *what, double *values, double base)
{
    const double middle = median(values);
    printf("%-16s %10.3f  (%.3f to %.3f)\n", what, middle / base,
           values[ROUNDS / 4] / base, values[ROUNDS * 3 / 4] / base);
}

static void print_table(void)
{
    char what[64];
    print_machine("");
    for (int where = 0; where < found; where++) {
        printf("round trips, %s, to a pipe:\n",
               where == 0 ? "one processor" : "two processors");
        const double base = median(trip_ns[where][PIPE]);
        for (int k = 0; k < KINDS; k++)
            if (ways[k].made)
                print_line(kinds[k], trip_ns[where][k], base);
    }
    for (int s = 0; s < SIZES; s++) {
        printf("time of a byte, parts of %zu, to a pipe:\n", sizes[s]);
        const double base = median(stream_ns[PIPE][s]);
        for (int k = 0; k < KINDS; k++)
            if (carries_streams(k))
                print_line(kinds[k], stream_ns[k][s], base);
    }
    if (lost_most > 0.1) {
        printf("not ranked: others had the processor for %.0f %% of one "
               "measurement\n", 100 * lost_most);
        return;
    }
    int best = PIPE;
    for (int k = 0; k < SPIN; k++)
        if (ways[k].made && median(trip_ns[found - 1][k])
                            < median(trip_ns[found - 1][best]))
            best = k;
    snprintf(what, sizeof what, "%s", kinds[best]);
    printf("the shortest round trip that sleeps: %s\n", what);
}

static void csv_line(const char *what, const char *name, double *values)
{
    const double middle = median(values);
    printf("%s,%s,%.3f,%.3f,%.3f\n", what, name, middle,
           values[ROUNDS / 4], values[ROUNDS * 3 / 4]);
}

static void print_csv(void)
{
    char what[32];
    print_machine("# ");
    printf("# most taken by others: %.2f\n", lost_most);
    for (int k = 0; k < KINDS; k++) {
        for (int where = 0; where < found && ways[k].made; where++) {
            snprintf(what, sizeof what, "trip on %d", where + 1);
            csv_line(what, kinds[k], trip_ns[where][k]);
        }
        for (int s = 0; s < SIZES && carries_streams(k); s++) {
            snprintf(what, sizeof what, "byte by %zu", sizes[s]);
            csv_line(what, kinds[k], stream_ns[k][s]);
        }
    }
}


int main(int argc, char **argv)
{
    /* Descriptors 0 to 2 are taken, and no signal is blocked. */
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) == -1
            && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            err(EXIT_FAILURE, "/dev/null in place of descriptor %d", fd);
    sigset_t no_signals;
    sigemptyset(&no_signals);
    if (signal(SIGCHLD, SIG_DFL) == SIG_ERR
        || signal(SIGPIPE, SIG_DFL) == SIG_ERR
        || sigprocmask(SIG_SETMASK, &no_signals, NULL) == -1)
        err(EXIT_FAILURE, "signals");
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc > 2 || (argc == 2 && strcmp(argv[1], "--csv") != 0
                     && strcmp(argv[1], "--count") != 0))
        errx(2, "usage: race [--csv | --count]");
    wanted = argc == 1 ? 't' : argv[1][3] == 's' ? 'c' : 'n';
    find_processors();
    char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    result = (struct result *)map;
    arrived = (uint64_t *)(map + 1024);
    shares = (void *)(map + 2048);
    for (int k = 0; k < KINDS; k++)
        if (make_way(&ways[k], k) == -1)
            warn("no %s here", kinds[k]);
    run_rounds();
    if (wanted == 'n')
        print_counts();
    else if (wanted == 'c')
        print_csv();
    else
        print_table();
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
