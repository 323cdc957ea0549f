bats_require_minimum_version 1.13.0
load ../lib/assertions
# tools/locked and tools/keep: what lets two makes write the same files.

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    cd "$BATS_TEST_TMPDIR" || return
    PATH=$root/tools:$PATH
    mkfifo go-a go-b go-c
}

# held NAME: starts a command under the lock that ends when somebody writes to go-NAME.
# What it says is in NAME.said.
held() {
    locked dir/lock sh -c "echo begun; read -r x < go-$1; echo ended" > "$1.said" 2>&1 &
}

# says NAME WORD: waits until it has said that.
says() {
    local try
    for try in {1..200}; do
        if grep -q "$2" "$1.said"; then return; fi
        sleep 0.05
    done
    fail "after $try looks, $1 has not said '$2': $(cat "$1.said")"
}

@test "a second command waits for the first, and says so" {
    held a
    says a begun
    held b
    says b waiting
    run grep begun b.said
    assert_failure
    echo > go-a
    says b begun
    grep -q ended a.said
    echo > go-b
    wait
}

@test "a lock that was removed while somebody waited for it still keeps two apart" {
    held a
    says a begun
    held b
    says b waiting
    rm -r dir
    echo > go-a
    says b begun
    held c
    says c waiting
    echo > go-b
    says c begun
    echo > go-c
    wait
}

@test "a command that was killed leaves no lock" {
    held a
    says a begun
    pkill -KILL -P $! || true
    kill -KILL $! || true
    run -7 timeout 10 locked dir/lock sh -c 'exit 7'
}

@test "the command's status, and wrong calls" {
    run -7 locked dir/lock sh -c 'exit 7'
    run -127 locked dir/lock no-such-command
    run -2 locked dir/lock
    assert_output --partial 'try --help'
    : > file
    run -1 locked file/lock true
    assert_output --partial 'file/lock: cannot be made'
    run -0 locked --help
    assert_output --partial 'Exit status'
}

@test "keep writes a file only when it changes, and leaves nothing beside it" {
    echo one | keep new/file
    touch -d 2001-01-01 new/file
    echo one | keep new/file
    [ "$(date -r new/file +%Y)" = 2001 ]
    echo two | keep new/file
    [ "$(cat new/file)" = two ]
    keep new/file < /dev/null
    [ ! -s new/file ]
    [ "$(ls -A new)" = file ]
    : > plain
    run ! keep plain/file < /dev/null
}
