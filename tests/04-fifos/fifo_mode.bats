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
