# shellcheck disable=SC2154 # helpers.bash sets it
bats_require_minimum_version 1.13.0
load ../lib/helpers

# An exec keeps the process, its open descriptors and ignored signals; it drops
# memory, handlers, and descriptors marked close-on-exec.

@test "a plain descriptor stays, one with O_CLOEXEC and the mapping go [O13] [O14]" {
    holds_session
}

@test "an ordinary user sees the same" {
    as_nobody holds_session
}

@test "the two descriptors are opened alike, but for O_CLOEXEC" {
    says "The descriptors differ in O_CLOEXEC, which we leave out here on purpose"
    traced openat,open ./exec_keeps
    assert_success
    assert_equal "$(grep -o '"/dev/null", .* = ' strace)" '"/dev/null", O_RDONLY) = 
"/dev/null", O_RDONLY|O_CLOEXEC) = '
}

@test "it is one process that executes once, with its two descriptors [O13]" {
    traced execve,clone,clone3,fork,vfork ./exec_keeps
    assert_success
    refute_call '(clone3?|v?fork)\('
    [ "$(grep -c 'execve(.*= 0' strace)" = 1 ]
}

@test "exactly one descriptor is handed to the new program" {
    book_preload open_files.so
    run_program env LD_PRELOAD="$book_preloaded" \
        BOOK_OPEN_FILES="$PWD/log" BOOK_TARGET=exec_keeps ./exec_keeps
    assert_success
    [ "$(grep -cE '^[0-9]+ exec ' log)" = 1 ]
    grep -qE '^[0-9]+ exec 3 /dev/null' log
}

@test "an exec that fails is reported" {
    inject execve:error=ENOMEM ./exec_keeps
    assert_failure 1
    assert_stderr_line --partial 'Cannot allocate memory'
}

@test "a wrong call is refused with a usage line" {
    run_program ./exec_keeps 3
    assert_failure 2
    assert_stderr_line 'usage: exec_keeps'
    run_program ./exec_keeps x y
    assert_failure 2
    assert_stderr_line 'usage: exec_keeps'
}

@test "it finds itself whatever it was called" {
    says "leads to the running program, whatever it was called"
    run_shell 'exec -a nosuch ./exec_keeps'
    assert_success
    assert_line --regexp '^after  exec, .* closed, mappings 0$'
}

@test "output that cannot be written is an error" {
    run_shell './exec_keeps > /dev/full'
    assert_failure
    assert_stderr_line --partial 'cannot write to standard output'
}
