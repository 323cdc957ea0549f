# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# shm_hello: words under a name, for somebody who comes later.

@test "the session holds: what one leaves, the other finds, in a file of /dev/shm [S09]" {
    says "What the first process stored was there when that process had ended, and the second found it"
    holds_session
}

@test "a new object has no bytes until ftruncate gives it some" {
    says "A new object has no bytes, so ftruncate(2) gives it some; mmap(2) with MAP_SHARED makes them memory"
    traced openat,ftruncate,mmap ./shm_hello "$name" word
    assert_success
    assert_call "openat.*/dev/shm$name.*O_RDWR\|O_CREAT"
    assert_call 'ftruncate\([0-9]+, 4096'
    assert_call 'mmap\(NULL, 4096, .*MAP_SHARED'
    [ "$(stat -c %s "/dev/shm$name")" = 4096 ]
}

@test "without a standard output it prints into the object" {
    says "Started with a closed standard output, it prints into the object, which has got that number"
    run_shell './shm_hello $1 word; ./shm_hello $1 >&-; head -c 6 /dev/shm$1 | od -An -c' "$name"
    assert_output --regexp 'w +o +r +d +.n +.0$'
}

@test "what cannot be opened, mapped or printed is told, and a wrong call" {
    run_program ./shm_hello /a/b
    assert_failure 1
    assert_stderr 'shm_hello: /a/b: Invalid argument'
    run_program ./shm_hello
    assert_failure 2
    assert_stderr 'shm_hello: usage: shm_hello NAME [WORDS]'
    run_shell './shm_hello $1 > /dev/full' "$name"
    assert_failure 1
    assert_stderr 'shm_hello: standard output: No space left on device'
    inject 'ftruncate:error=EFBIG:when=1' ./shm_hello "$name"
    assert_failure 1
    assert_stderr --partial 'File too large'
}
