# shellcheck disable=SC2016,SC2154,SC2034 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the text says beside its programs.

@test "answers in one FIFO go to whoever reads first" {
    says "The answers cannot go into one FIFO, because each byte goes to whoever reads it first"
    run_shell "$perl"'mkfifo door
        perl "my \$out = o(q(door), O_RDWR|\$N); my \$a = o(q(door), \$R|\$N); my \$b = o(q(door), \$R|\$N);
            w(\$out, q(for a)); print r(\$b, 9), r(\$a), qq(\n)"'
    assert_output 'for aEAGAIN'
}

@test "poll reports POLLERR for a write end of a FIFO without a reader, and of a pipe" {
    says "for a write end it reports POLLERR"
    makes ends <<'C'
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void)
{
    mkfifo("door", 0600);
    int in = open("door", O_RDONLY | O_NONBLOCK), out = open("door", O_WRONLY);
    struct pollfd p = { .fd = out };
    int before = poll(&p, 1, 0);
    close(in);
    int after = poll(&p, 1, 0);
    printf("%d, then %d %s\n", before, after, p.revents == POLLERR ? "POLLERR" : "other");
}
C
    run_program ./ends
    assert_success
    assert_output '0, then 1 POLLERR'
}

@test "a client that waits in open waits on, one that reads too early gets 0" {
    says "one that reads while nobody has come yet gets 0, as at the end of file"
    run_shell "$perl"'mkfifo door; perl "print r(o(q(door), \$R|\$N)), qq(\n)"'
    assert_output end
}

@test "more capacity moves the limit and does not remove it" {
    says "More capacity moves the limit and does not remove it"
    makes wider <<'C'
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void)
{
    static char text[300000];
    mkfifo("door", 0600);
    int door = open("door", O_RDWR | O_NONBLOCK);
    for (int size = 4096; size <= 131072; size *= 2) {
        int is = fcntl(door, F_SETPIPE_SZ, size);
        ssize_t n = write(door, text, sizeof text), more = write(door, text, 1);
        printf("%d %zd %s\n", is, n, more == -1 ? strerrorname_np(errno) : "room");
        while (read(door, text, sizeof text) > 0)
            ;
    }
}
C
    run_program ./wider
    assert_success
    assert_line '4096 4096 EAGAIN'
    assert_line '131072 131072 EAGAIN'
    refute_line --partial room
}

@test "two shells that write first hang, one that reads first frees them" {
    says "If both have more to write than fits, both wait in write(2), and nobody reads"
    says "If one of the two listens while the other speaks, nobody gets stuck"
    mkfifo door gate
    for order in write read; do
        run_shell "$functions"'
            say() { head -c 200000 /dev/zero; }
            exec 7<> door 8<> gate
            { say >&7; head -c 200000 <&8 | wc -c; } & anne=$!
            case $1 in
            write) { say >&8; head -c 200000 <&7 | wc -c; } & ben=$!
                writes() { until grep -qE "^S" <<< "$(ps -o state= --ppid $1)" && [ "$(awk "{ print \$1 }" /proc/$(pgrep -P $1 head)/syscall)" = 1 ]; do kill -0 $1 || exit 9; done; }
                writes $anne; writes $ben; writes $anne
                a=$(pgrep -P $anne head) b=$(pgrep -P $ben head); kill -9 $anne $ben $a $b; wait $anne; echo $? ;;
            read) { head -c 200000 <&7 | wc -c; say >&8; } & ben=$!; wait $anne; wait $ben; echo $? ;;
            esac 2> /dev/null' $order
        assert_success
        case $order in
        write) assert_output 137 ;;
        read) assert_output "200000
200000
0" ;;
        esac
    done
}

@test "a default ACL takes the place of the umask [F13]" {
    says "In one that has it the umask is not used"
    says "a FIFO that is made with 0666 under a umask of 0077 has 0666"
    # as setfacl -m d:u::rw,d:g::rw,d:o::rw . writes it
    makes listed <<'C'
#include <endian.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>
int main(void)
{
    const uint16_t rw = htole16(ACL_READ | ACL_WRITE);
    const uint32_t nobody = htole32((uint32_t)ACL_UNDEFINED_ID);
    const struct {
        struct posix_acl_xattr_header head;
        struct posix_acl_xattr_entry entries[3];
    } list = {
        { htole32(POSIX_ACL_XATTR_VERSION) },
        { { htole16(ACL_USER_OBJ), rw, nobody }, { htole16(ACL_GROUP_OBJ), rw, nobody },
          { htole16(ACL_OTHER), rw, nobody } }
    };
    struct stat is;
    umask(0077);
    if (mkfifo("plain", 0666) == -1 || stat("plain", &is) == -1)
        return 1;
    printf("%04o\n", is.st_mode & 07777);
    if (setxattr(".", "system.posix_acl_default", &list, sizeof list, 0) == -1) {
        perror("setxattr");
        return 2;
    }
    if (mkfifo("door", 0666) == -1 || stat("door", &is) == -1)
        return 1;
    printf("%04o\n", is.st_mode & 07777);
    return 0;
}
C
    run_program ./listed
    if [[ $stderr == *'Operation not supported'* ]]; then skip "needs a file system with ACLs"; fi
    assert_success
    assert_output "0600
0666"
    command -v setfacl > /dev/null || return 0
    run_shell 'mkdir hall; cd hall; setfacl -m d:u::rw,d:g::rw,d:o::rw . && umask 077 && mkfifo door && stat -c %a door'
    assert_success
    assert_output 666
}

@test "jobs of one size that are read in that size stay whole, by four readers, too" {
    says "Jobs of one size up to PIPE_BUF, each written by one call and read in that size, stay whole, as long as no reader asks for another size"
    run_shell "$perl"'
        mkfifo door; exec 7<> door
        for i in 1 2 3 4; do
            perl "my \$in = o(q(door), \$R); o(qq(in.\$\$), \$W|O_CREAT); while ((my \$job = r(\$in, 8)) ne q(end)) { print qq(\$job\n) }" 7<&- & readers+=" $!"
        done
        until [ "$(ls | grep -c "^in[.]")" = 4 ]; do :; done
        perl "my \$out = o(q(door), \$W); w(\$out, sprintf q(job%05d), \$_) for 1 .. 2000"
        exec 7>&-; wait $readers' > /dev/null
    assert_success
    grep -oE 'job[0-9]{5}' stdout > jobs
    assert_equal "$(sort jobs | uniq | wc -l) $(wc -c < stdout)" '2000 18000'
}

@test "a shell's read takes one byte at a time from a FIFO" {
    needs strace
    says "a shell's read takes a pipe's bytes one at a time, so two loops at one FIFO can tear each other's lines"
    mkfifo box
    exec 7<> box
    echo word >&7
    for shell in sh bash; do
        echo word >&7
        run_shell 'strace -o log -e trace=read $1 -c "read line < box"; grep -c "read(0, \"[word]\", 1)" log' $shell
        assert_output 4
        dd if=box iflag=nonblock of=/dev/null status=none || true
        echo word >&7
    done
    exec 7>&-
}

@test "two readers that take bytes tear a line" {
    says "can tear each other's lines"
    run_shell "$perl"'mkfifo door
        perl "my \$both = o(q(door), O_RDWR|\$N); my \$other = o(q(door), \$R|\$N); w(\$both, qq(ab\ncd\n)); my (\$x, \$y) = (q(), q());
            for (1 .. 3) { \$x .= r(\$both); \$y .= r(\$other) } print qq(\$x|\$y\n)"'
    assert_output "a
d|bc"
}

@test "an exec with > keeps a writer inside, one with <> does not wait and sees no end" {
    says "between two of them the reader may see the end"
    says "exec 3> box | for writing, and waits for a reader | exec 3>&-, or the shell's end"
    says "exec 3<> box | for both, and does not wait | the same"
    says "With exec 4<> box a shell has both ends, so its open waits for nobody, and it sees no end as long as it keeps the descriptor"
    for shell in sh bash; do
        run_shell "$functions"'
            mkfifo box
            $1 -c "exec 3> box; : > in; read word" < <(until [ -e go ]; do :; done; echo) & pid=$!
            sleeping $pid; [ ! -e in ] || exit 8
            cat box > out & cat=$!
            there in $pid; sleeping $cat; echo late > box; sleeping $cat
            : > go; wait $pid; wait $cat; cat out
            $1 -c "exec 3<> box; echo one > box; read a <&3; echo two > box; read b <&3; echo \$a \$b"
            rm box in go out' $shell
        assert_success
        assert_output "late
one two"
    done
}

@test "each form of a shell opens as often as the table says" {
    needs strace
    says "echo hello > box | for writing, and waits for a reader | echo is done"
    says "while read -r line; do ...; done < box | for reading, once | the loop is done"
    says "while read -r line < box; do ...; done | for reading, again for each line | the line is read"
    mkfifo box
    for form in 'for i in 1 2; do read -r line; done < box|1' 'for i in 1 2; do read -r line < box; done|2'; do
        run_shell 'exec 7<> box; printf "one\ntwo\n" >&7
            strace -o log -e trace=openat bash -c "$1" 7<&-; grep -c "\"box\", O_RDONLY" log' "${form%|*}"
        assert_output "${form#*|}"
    done
    run_shell "$functions"'bash -c "echo hello > box; : > done; read x" < <(until [ -e go ]; do :; done) & pid=$!
        sleeping $pid; [ ! -e done ] || exit 8; cat box; [ -e done ] || exit 7; : > go; wait $pid'
    assert_output hello
}

@test "a loop that opens for each line loses what it had not read" {
    says "What the closed reader had not read is lost if no other end is open at that moment"
    says "the next read waits in open(2) for a writer who may have gone"
    run_shell "$functions"'mkfifo box
        { until [ -e go ]; do :; done; read -r line; echo $line; } < box & pid=$!
        printf "one\ntwo\n" > box; : > go; wait $pid
        bash -c "read -r line < box" & pid=$!
        sleeping $pid; kill $pid; wait $pid 2> /dev/null; echo $?
        dd if=box iflag=nonblock status=none'
    assert_output "one
143"
}

@test "a name that is missing is no error for >, and an ordinary file comes of it" {
    says "A name that is mistyped, or missing, is not an error for >: the shell makes an ordinary file, the line goes into it, and no reader learns of it"
    for shell in sh bash; do
        run_shell '$1 -c "echo lost > bxo"; echo $?; stat -c "%F %s" bxo; rm bxo' $shell
        assert_output "0
regular file 5"
    done
}

@test "a process substitution is a name below /dev/fd of a pipe without another name" {
    says "bash takes an anonymous pipe with a name below /dev/fd"
    run_shell 'echo <(:); readlink <(:); stat -L -c %F <(date)'
    assert_line --index 0 --regexp '^/dev/fd/[0-9]+$'
    assert_line --index 1 --regexp '^pipe:\[[0-9]+\]$'
    assert_line --index 2 fifo
}
