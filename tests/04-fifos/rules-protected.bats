# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
# What the chapter says of fs.protected_fifos: O_CREAT on somebody else's FIFO in a
# directory for all is refused. The setting is the machine's, and takes root.

setting=/proc/sys/fs/protected_fifos

setup() {
    book_setup
    # one at a time, since the setting is the machine's
    if exec 9< $setting; then flock 9; fi
    before=$(cat $setting 2> /dev/null) || before=
}

teardown() {
    if [ -n "$before" ] && [ "$(cat $setting)" != "$before" ]; then
        echo "$before" > $setting
    fi
}

# can_set: skips where the setting cannot be changed.
can_set() {
    needs root
    { echo "$before" > $setting; } 2> /dev/null ||
        skip "needs a setting fs.protected_fifos that can be changed"
}

@test "a shell's redirection is such an open, and dd without it is not [F20]" {
    says "echo hello > /tmp/door can say Permission denied, even to root"
    can_set
    mkdir -m 1777 hall
    mkfifo hall/door
    chmod 666 hall/door
    chown 65534 hall/door
    echo 1 > $setting
    run_shell 'cat hall/door &
        echo hello > hall/door; echo $?
        echo hello | dd of=hall/door conv=nocreat status=none && wait'
    assert_success
    assert_output "1
hello"
    assert_stderr_line --partial 'hall/door: Permission denied'
    echo 0 > $setting
    run_shell 'cat hall/door & echo hello > hall/door && wait'
    assert_success
    assert_output hello
}

@test "what counts is the sticky bit, who may write to the directory, and the owner [F20]" {
    can_set
    says "With fs.protected_fifos at 1, opening with O_CREAT fails with EACCES on a FIFO that belongs neither to the process nor to the owner of the directory, when the directory is sticky and writable for all"
    says "At 2 it also fails where a sticky directory is writable for its group"
    mkdir hall
    mkfifo hall/door
    chmod 666 hall/door
    # owner of the FIFO, mode of the directory: what 0, 1 and 2 say
    for row in '65534 1777 in|no|no' '65534 777 in|in|in' '65534 1775 in|in|no' '65534 775 in|in|in' \
        '65534 1755 in|in|in' '0 1777 in|in|in'; do
        read -r owner mode _ <<< "$row"
        chown "$owner" hall/door
        chmod "$mode" hall
        got=
        for value in 0 1 2; do
            echo $value > $setting
            run_shell 'perl -MFcntl -e "sysopen F, q(hall/door), O_RDWR|O_CREAT and print q(in) or print \$!{EACCES} ? q(no) : \$!"'
            got+=${got:+|}$output
        done
        assert_equal "$owner $mode $got" "$row"
    done
    # a FIFO of the directory's owner is let in, too
    chown 65534 hall hall/door
    chmod 1777 hall
    echo 2 > $setting
    run_shell ': <> hall/door'
    assert_success
}
