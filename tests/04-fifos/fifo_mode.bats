# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fifo_mode: what becomes of the mode that mkfifo is given.

@test "the session holds: mode & ~umask [F13]" {
    holds_session
}

@test "the umask is taken from the mode, and decimal 664 is not octal 664 [F13]" {
    run_program ./fifo_mode
    assert_success
    assert_line --index 0 'mode 0666 = 0666, umask 0000: 0666'
    assert_line --index 1 'mode 0666 = 0666, umask 0022: 0644'
    assert_line --index 2 'mode 0666 = 0666, umask 0077: 0600'
    assert_line --index 4 'mode  664 = 01230, umask 0022: 01210'
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

@test "permissions bind an ordinary user, not the capability CAP_DAC_OVERRIDE [F13]" {
    needs root
    run_program ./fifo_mode
    assert_line --index 2 'mode 0666 = 0666, umask 0077: 0600'
    mkdir -m 755 ../hall
    mkfifo -m 600 ../hall/door
    mkfifo -m 0 ../hall/gate
    run_shell ': <> ../hall/gate && : <> ../hall/door'
    assert_success
    as_nobody run_shell ': <> ../hall/door'
    assert_failure 1
    assert_stderr_line --partial 'Permission denied'
}

@test "the call needs sys/stat.h and no other header [F11]" {
    printf '%s\n' '#define _POSIX_C_SOURCE 200809L' '#include <sys/stat.h>' \
        'int main(void) { int (*f)(const char *, mode_t) = mkfifo; return f("x", 0600); }' > a.c
    compiles a.c
    sed -i 2d a.c
    compile_fails a.c 'mkfifo'
}

@test "it leaves nothing behind" {
    leaves_nothing ./fifo_mode
}
