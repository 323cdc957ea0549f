# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# sysv_size: the size of a message is that of its text.

@test "the session holds: sizeof sends what lies behind, and a right buffer is too small [G13] [G14]" {
    says "The call skips the type and takes as many bytes as it is told: the text, and eight of what comes then"
    says "Who counts the long sends as many bytes of something else along"
    says "A receiver with a buffer of the right size fails with E2BIG, which is printed as"
    says "Where a long has eight bytes the structure has twice as many"
    holds_session
}

@test "E2BIG is printed as Argument list too long [G13]" {
    says "A receiver with a buffer of the right size fails with E2BIG, which is printed as Argument list too long and leads nobody to the sender"
    inject 'msgrcv:error=E2BIG:when=1' ./sysv_size
    assert_failure 1
    assert_stderr_line --partial 'Argument list too long'
}

@test "it leaves nothing behind" {
    leaves_nothing ./sysv_size
    killed_leaves_nothing msgrcv ./sysv_size
}
