# shellcheck disable=SC2016,SC2154,SC2012 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# A copy tool by two mappings. Whatever goes wrong, it says so, and leaves
# either the whole target or none.

setup() {
    book_setup
    mkdir place
    page=$(getconf PAGESIZE)
}

# nothing_new NAME...: the directory place holds these names and no others.
nothing_new() {
    assert_equal "$(ls -A place | tr '\n' ' ')" "${*:+$* }"
}

# while_copying VARIABLE=VALUE... COMMAND...: like run_program, while the
# source changes between two windows (see cut_short.c).
while_copying() {
    needs cc
    cc -shared -fPIC -o cut_short.so "$BATS_TEST_DIRNAME/cut_short.c" -ldl
    rm -f cut_short.done
    run_program env LD_PRELOAD="$PWD/cut_short.so" "$@"
    [ -e cut_short.done ] || fail "the source was not changed"
}

# on_a_small_disk PAGES SCRIPT: runs SCRIPT with a tmpfs of PAGES pages at place.
on_a_small_disk() {
    [ "$(id -u)" = 0 ] || skip "needs root"
    needs namespaces
    run_shell 'exec unshare --mount bash -c "mount -t tmpfs -o size=\$1 tmpfs place
        $2" bash "$1"' "$(($1 * page))" "$2"
}

@test "copies, refusals, and more than 2 GiB [X2a] [X2b]" {
    says "A mapping with the length of an empty source is refused, as in question 4"
    says "The ls shows that these refusals have left nothing behind"
    holds_session
}

@test "all sizes around a page come out the same [X2a]" {
    local size
    for size in 0 1 $((page - 1)) "$page" $((page + 1)) 1000000; do
        rm -f copy
        head -c "$size" /dev/urandom > source
        run_program ./map_copy source copy
        assert_success
        cmp source copy
        assert_equal "$(stat -c %s copy)" "$size"
    done
}

@test "a file of more than one window is copied whole [X2a]" {
    says "so it goes through windows of at most 16 MiB"
    head -c $((33 << 20)) /dev/urandom > source
    traced mmap ./map_copy source copy
    assert_success
    cmp source copy
    grep -oE 'mmap\(NULL, [0-9]+, PROT_READ, MAP_SHARED, 3' strace | sort | uniq -c | awk '{ print $1, $3 }' > windows
    assert_equal "$(cat windows)" '1 1048576,
2 16777216,'
}

@test "holes stay holes, and data beyond 2 GiB arrives at its place" {
    truncate -s 5G source
    printf here | dd of=source bs=1 seek=$((3 << 30)) conv=notrunc status=none
    printf there | dd of=source bs=1 seek=4999999999 conv=notrunc status=none
    run_program ./map_copy source copy
    assert_success
    assert_equal "$(stat -c %s copy)" $((5 << 30))
    assert_equal "$(dd if=copy bs=1 skip=$((3 << 30)) count=4 status=none)" here
    assert_equal "$(dd if=copy bs=1 skip=4999999999 count=5 status=none)" there
    [ "$(stat -c %b copy)" -lt 10000 ]
}

@test "the source is read-only, the target gets its size before the mapping [X2b] [X2d]" {
    says "the source needs O_RDONLY and the target O_RDWR"
    echo text > source
    traced openat,ftruncate,mmap,linkat ./map_copy source copy
    assert_success
    assert_call 'openat\(AT_FDCWD, "source", O_RDONLY'
    assert_call 'O_RDWR\|O_CLOEXEC\|O_TMPFILE'
    assert_call 'ftruncate\(5, 5\) += 0'
    assert_call 'mmap\(NULL, 5, PROT_READ, MAP_SHARED, 3, 0\)'
    grep -oE 'ftruncate|MAP_SHARED, 5|linkat' strace > order
    assert_equal "$(tr '\n' ' ' < order)" 'ftruncate MAP_SHARED, 5 linkat '
}

@test "without its size the target would be SIGBUS at the first store [X2d]" {
    says "The target has to be made as long as the source before anything is stored to it, or the first store is a SIGBUS"
    echo text > source
    inject 'ftruncate:retval=0 fallocate:retval=0' ./map_copy source place/copy
    assert_killed SIGBUS
    nothing_new
}

@test "void ptr1 does not compile, void *ptr1 does [X2c]" {
    says "A pointer cannot be declared void ptr1"
    echo 'int f(void) { void ptr1 = 0; return 0; }' > wrong.c
    echo 'int f(void) { void *ptr1 = 0; return ptr1 != 0; }' > right.c
    compile_fails wrong.c 'void'
    compiles right.c
    run_program ./map_copy
    assert_failure 2
}

@test "the mode is the source's, less the umask" {
    echo text > source
    chmod 755 source
    run_shell 'umask 027; ./map_copy source copy'
    assert_success
    assert_equal "$(stat -c %a copy)" 750
}

@test "a source cut short between two windows is SIGBUS, caught and told [X2e]" {
    head -c $((17 << 20)) /dev/zero | tr '\0' x > source
    while_copying CUT_FILE=source CUT_SIZE=$((16 << 20)) CUT_CALL=2 \
        ./map_copy source place/copy
    assert_failure 1
    assert_stderr 'map_copy: source: was cut short during the copy'
    nothing_new
}

@test "a source cut to nothing is told [X2e]" {
    seq 10000 > source
    while_copying CUT_FILE=source CUT_SIZE=0 ./map_copy source place/copy
    assert_failure 1
    assert_stderr 'map_copy: source: was cut short during the copy'
    nothing_new
}

@test "a source that its disk does not give is told" {
    says "A page of the source can be missing because the file did not reach it, or because the disk failed to read it"
    says "If the file is still too short, we know"
    seq 10000 > source
    while_copying CUT_FILE=source CUT_SIZE=0 CUT_LIE=48894 ./map_copy source place/copy
    assert_failure 1
    assert_stderr 'map_copy: source: has a page that cannot be loaded'
    nothing_new
}

@test "a cut inside the last page gives no signal, and is told all the same [X2e]" {
    says "If the source is cut within its last page, no page is missing"
    echo 'a hundred bytes are less than a page' > source
    while_copying CUT_FILE=source CUT_SIZE=10 ./map_copy source place/copy
    assert_failure 1
    assert_stderr 'map_copy: source: was cut short during the copy'
    nothing_new
}

@test "a source that grows is told" {
    echo text > source
    while_copying CUT_FILE=source CUT_SIZE=100 ./map_copy source place/copy
    assert_failure 1
    assert_stderr 'map_copy: source: has grown during the copy'
    nothing_new
}

@test "a source that is written over in place is told" {
    says "if it was overwritten in place, our copy may have old bytes in front and new ones behind"
    head -c $((17 << 20)) /dev/zero | tr '\0' x > source
    while_copying CUT_OVER=source CUT_CALL=2 ./map_copy source place/copy
    assert_failure 1
    assert_stderr 'map_copy: source: has changed during the copy'
    nothing_new
}

@test "the bytes go to the disk before the name, and the name after it" {
    says "only when it is complete does linkat(2) give it its name"
    says "It has to come before the name"
    says "has to be brought to the disk as well"
    echo text > source
    traced openat,fsync,linkat ./map_copy source place/copy
    assert_success
    assert_call 'openat\(AT_FDCWD, "place/", O_RDONLY\|.*O_DIRECTORY\) = 4'
    assert_call 'openat\(4, ".", .*O_TMPFILE, [0-7]+\) = 5'
    grep -oE 'fsync\([0-9]+\) += 0|linkat' strace | tr -d ' ' > order
    assert_equal "$(tr '\n' ' ' < order)" 'fsync(5)=0 linkat fsync(4)=0 '
}

@test "bytes that the disk refuses are told, and leave nothing" {
    says "it is the call that tells when a disk has refused them"
    echo text > source
    local error
    for error in EIO ENOSPC EDQUOT; do
        inject "fsync:error=$error:when=1" ./map_copy source place/copy
        assert_failure 1
        assert_stderr --partial 'map_copy: place/copy: cannot be brought to the disk: '
        nothing_new
    done
}

@test "a name that the disk refuses is told, and the target is whole" {
    says "If the directory cannot be brought to the disk, the target is there and whole"
    echo text > source
    inject fsync:error=EIO:when=2 ./map_copy source place/copy
    assert_failure 1
    assert_stderr 'map_copy: place/copy: its name may not be on the disk: Input/output error'
    nothing_new copy
    cmp source place/copy
}

@test "an interrupted wait for the disk goes on" {
    echo text > source
    local when
    for when in 1 2; do
        inject "fsync:error=EINTR:when=$when" ./map_copy source "copy$when"
        assert_success
        cmp source "copy$when"
        assert_equal "$(grep -c 'fsync(' strace)" 3
    done
}

@test "where /proc is missing it says so before it works" {
    says "which is not mounted everywhere"
    [ "$(id -u)" = 0 ] || skip "needs root"
    needs namespaces
    echo text > source
    run_shell 'exec unshare --mount sh -c "mount -t tmpfs tmpfs /proc && ./map_copy source place/copy"'
    assert_failure 1
    assert_stderr 'map_copy: /proc/self/fd/5: No such file or directory'
    nothing_new
}

@test "a file system without O_TMPFILE is told" {
    says "A file system need not offer O_TMPFILE"
    echo text > source
    inject openat:error=EOPNOTSUPP:when=3 ./map_copy source place/copy
    assert_failure 1
    assert_stderr 'map_copy: place/: cannot make a file: Operation not supported'
    nothing_new
    makes try <<'C'
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
int main(void)
{
    int fd = open("/proc", O_TMPFILE | O_RDWR, 0600);
    puts(fd == -1 && errno == EOPNOTSUPP ? "EOPNOTSUPP" :
         fd == -1 && errno == EACCES ? "EACCES" : "something else");
}
C
    run_program ./try
    if [ "$(id -u)" = 0 ]; then assert_output EOPNOTSUPP; else assert_output EACCES; fi
}

@test "a directory that is renamed meanwhile keeps its file" {
    says "the file, its name and what we bring to the disk still belong to one directory"
    echo text > source
    while_copying CUT_RENAME=place ./map_copy source place/copy
    assert_success
    nothing_new
    cmp source place.old/copy
}

@test "a target without a name is refused" {
    echo text > source
    local target
    for target in '' place/; do
        run_program ./map_copy source "$target"
        assert_failure 1
        assert_stderr "map_copy: $target: is no name for a file"
    done
    nothing_new
}

@test "a target that appears during the copy is not replaced" {
    says "If somebody has made the target in the meantime, it fails with EEXIST"
    echo text > source
    while_copying CUT_MAKE=place/copy ./map_copy source place/copy
    assert_failure 1
    assert_stderr 'map_copy: place/copy: File exists'
    nothing_new copy
    [ ! -s place/copy ]
}

@test "a full disk is an error, never a signal, and leaves nothing" {
    head -c $((32 * page)) /dev/zero | tr '\0' x > source
    on_a_small_disk 16 './map_copy source place/copy; s=$?; ls -A place; exit $s'
    assert_failure 1
    assert_stderr 'map_copy: place/copy: No space left on device'
    assert_output ''
}

@test "a target that is there is refused and stays as it was" {
    echo text > source
    echo old > place/copy
    run_program ./map_copy source place/copy
    assert_failure 1
    assert_stderr 'map_copy: place/copy: exists already'
    nothing_new copy
    assert_equal "$(cat place/copy)" old
}

@test "killed between reserving and copying, it leaves nothing" {
    echo text > source
    while_copying CUT_KILL=yes ./map_copy source place/copy
    assert_killed SIGKILL
    nothing_new
}

@test "a limit on the size of files is told, and leaves nothing" {
    echo text > source
    run_shell '(ulimit -f 0; ./map_copy source place/copy 2>&1; echo "status $?") | cat'
    assert_output 'map_copy: place/copy: File too large
status 1'
    nothing_new
}

@test "an interrupted reservation is made again" {
    echo text > source
    inject 'fallocate:error=EINTR:when=1' ./map_copy source copy
    assert_success
    cmp source copy
}

@test "a fault that is not the source's is not swallowed" {
    echo text > source
    inject 'fallocate:signal=SIGBUS' ./map_copy source place/copy
    assert_killed SIGBUS
    nothing_new
}

@test "whichever call fails, up to the name, that is told and nothing is left" {
    says "No code cleans up, so none can be forgotten: up to the linkat(2), err(3) is the right answer to any error"
    head -c 20000 /dev/urandom > source
    local call
    for call in openat:error=EIO:when={1,2} ftruncate:error=EIO lseek:error=EIO:when=1 \
        mmap:error=ENOMEM:when={1,2} munmap:error=EINVAL:when=2 linkat:error=EPERM; do
        : "$call"
        inject "$call" ./map_copy source place/copy
        assert_failure 1
        [[ $stderr = map_copy:\ * ]]
        nothing_new
    done
}

@test "a failure to name the copy leaves nothing" {
    echo text > source
    inject 'linkat:error=EIO' ./map_copy source place/copy
    assert_failure 1
    assert_stderr --partial 'place/copy: Input/output error'
    nothing_new
}

@test "what may not be read is refused" {
    echo text > source
    chmod 0 source
    as_nobody ./map_copy source place/copy
    assert_failure 1
    assert_stderr 'map_copy: source: Permission denied'
    nothing_new
}

@test "where nothing may be written nothing is" {
    echo text > source
    chmod 555 place
    as_nobody ./map_copy source place/copy
    assert_failure 1
    assert_stderr 'map_copy: place/: cannot make a file: Permission denied'
    nothing_new
}

@test "a directory that may be written and not read is told" {
    says "This takes the right to read the directory, beside that to write into it"
    echo text > source
    chmod 333 place
    as_nobody ./map_copy source place/copy
    assert_failure 1
    assert_stderr 'map_copy: place/: Permission denied'
    chmod 755 place
    nothing_new
}

@test "the same file is refused by its own name, a hard link, a symbolic link" {
    echo text > place/a
    ln place/a place/b
    ln -s a place/c
    local name
    for name in a b c; do
        run_program ./map_copy place/a place/$name
        assert_failure 1
        assert_stderr "map_copy: place/$name: exists already"
    done
    nothing_new a b c
    assert_equal "$(cat place/a place/b)" 'text
text'
}

@test "a dangling link as target is not followed" {
    echo text > source
    ln -s nowhere place/copy
    run_program ./map_copy source place/copy
    assert_failure 1
    assert_stderr 'map_copy: place/copy: exists already'
    nothing_new copy
}

@test "a source that another holds a write lease on is waited for" {
    says "With it, open(2) does not wait for the end of another's lease either, and fails with EAGAIN"
    says "Only regular files have leases, and then we do wait"
    echo text > source
    makes holder <<'C'
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
static volatile sig_atomic_t told;
static void on_io(int number) { (void)number; told++; }
int main(int argc, char **argv)
{
    sigset_t io, old;
    sigemptyset(&io);
    sigaddset(&io, SIGIO);
    sigprocmask(SIG_BLOCK, &io, &old);
    signal(SIGIO, on_io);
    int fd = open("source", O_RDWR | O_CLOEXEC), status;
    if (fd == -1 || fcntl(fd, F_SETLEASE, F_WRLCK) == -1)
        err(77, "lease");
    if (argc > 1 && open("source", O_RDONLY | O_NONBLOCK) == -1)
        perror("open");
    pid_t child = fork();
    if (child == 0) {
        sigprocmask(SIG_SETMASK, &old, NULL);
        execv(argv[1], argv + 1);
        _exit(99);
    }
    while (!told)
        sigsuspend(&old);
    fcntl(fd, F_SETLEASE, F_UNLCK);
    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}
C
    run_program ./holder ./map_copy source place/copy
    [ "$status" != 77 ] || skip "needs leases"
    assert_success
    assert_stderr 'open: Resource temporarily unavailable'
    assert_equal "$(cat place/copy)" text
    nothing_new copy
}

@test "directories, FIFOs and devices are no source" {
    says "We copy regular files and nothing else"
    says "O_NONBLOCK is for the case that somebody names a FIFO: without it, open(2) would wait for a writer before we could even look"
    mkfifo fifo
    run_program ./map_copy fifo place/copy
    assert_failure 1
    assert_stderr 'map_copy: fifo: not a regular file'
    run_program ./map_copy place place/copy
    assert_failure 1
    assert_stderr 'map_copy: place: is a directory'
    run_program ./map_copy /proc/self/status place/copy
    assert_failure 1
    assert_stderr --partial 'has bytes but no size'
    nothing_new
}

@test "a wrong call gets a usage line" {
    run_program ./map_copy
    assert_failure 2
    assert_stderr_line --partial usage
    run_program ./map_copy -x a b
    assert_failure 2
    assert_stderr_line --partial usage
    run_program ./map_copy a b c
    assert_failure 2
}

@test "no process leaves a descriptor open" {
    echo text > source
    no_leaked_fd ./map_copy source copy
    assert_success
    cmp source copy
}

@test "data that begins in the middle of a page is copied from the page's start" {
    says "Their offsets must be multiples of the page size, and data may begin anywhere: we round down, and copy a few zeros of the hole before it"
    { head -c 100 /dev/zero; seq 1000; } > source
    while_copying CUT_SEEK=100 ./map_copy source copy
    assert_success
    cmp source copy
}
