# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fifo_identity: the inode is the channel, its size is 0, and what was read is
# gone.

@test "the session holds: one inode is one pipe, of size 0 while it is full [F02] [F03] [F04] [F05]" {
    holds_session
}

@test "two names of one inode reach the same bytes, another inode none [F02]" {
    run_program ./fifo_identity
    assert_success
    [[ $output =~ door\ *:\ inode\ ([0-9]+), ]]
    inode=${BASH_REMATCH[1]}
    assert_line --regexp "^window: inode $inode, FIFO, .*, [1-9][0-9]* unread\$"
    assert_line --regexp '^gate  : inode [0-9]+, FIFO, .*, 0 unread$'
    refute_line --regexp "^gate .*inode $inode,"
}

@test "full to the brim it has no size and no blocks, and takes what a pipe takes [F03] [F04]" {
    says "the capacity agrees, unless the user has very many pipes, the unit of atomic writing agrees"
    says "in pieces of PIPE_BUF letters, until EAGAIN says that there is no room for one more"
    traced write ./fifo_identity
    assert_call 'write\([0-9]+, "abc.*, 4096\) = 4096'
    assert_call 'write\([0-9]+, "abc.*, 4096\) = -1 EAGAIN'
    refute_call 'write\([0-9]+, "abc.*, (.?.?.?|409[0-57-9]|40[0-8].|4[1-9]..)\) = '
    run_program ./fifo_identity
    assert_success
    [[ $output =~ letters\ written\ *=\ ([0-9]+) ]]
    size=${BASH_REMATCH[1]}
    assert_line --regexp "^F_GETPIPE_SZ of the FIFO *= $size\$"
    assert_line --regexp "^F_GETPIPE_SZ of a pipe *= $size\$"
    assert_line --regexp "^door  : inode [0-9]+, FIFO, 0 bytes, 0 blocks, $size unread\$"
    assert_line --regexp '^_PC_PIPE_BUF of the FIFO *= 4096$'
}

@test "what was read by one name is not there for the other [F05]" {
    run_program ./fifo_identity
    assert_success
    assert_line 'door gives abcd, then window gives efgh'
    assert_line --regexp '^lseek .* = -1 ESPIPE$'
}

@test "it is a name and an inode of type p on the file system [F01] [F08]" {
    traced newfstatat,lstat,statx,mknod,mknodat ./fifo_identity
    assert_success
    assert_call 'mknod(at)?\(.*"door", S_IFIFO\|0600\) *= 0'
    assert_call '"door", \{.*st_mode=S_IFIFO\|0600, st_size=0'
}

@test "it needs no disk: on tmpfs it is the same [F01]" {
    says "And there need be no disk"
    [ "$(stat -f -c %T /dev/shm)" = tmpfs ] || skip "needs a tmpfs on /dev/shm"
    run_program ./fifo_identity
    on_disk=$(sed 's/inode [0-9]*/inode/' stdout)
    TMPDIR=/dev/shm run_program ./fifo_identity
    assert_success
    assert_equal "$(sed 's/inode [0-9]*/inode/' stdout)" "$on_disk"
    assert_output --partial 'door gives abcd'
}

@test "it leaves nothing behind" {
    leaves_nothing ./fifo_identity
}

@test "interrupted, it prints the same" {
    run_program ./fifo_identity
    plain=$(sed 's/inode [0-9]*/inode/' stdout)
    inject 'read:error=EINTR:when=1 write:error=EINTR:when=3 openat:error=EINTR:when=1' ./fifo_identity
    assert_success
    assert_equal "$(sed 's/inode [0-9]*/inode/' stdout)" "$plain"
}
