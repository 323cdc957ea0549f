bats_require_minimum_version 1.13.0
load ../lib/helpers
# A private mapping follows the file until our own first store to the page.

@test "what we store stays ours, what the file becomes is seen until then [M13]" {
    holds_session
}

@test "the mapping is private, of a descriptor open for both [M13]" {
    traced mmap,pwrite64 ./map_private
    assert_success
    assert_call 'mmap\(NULL, 1, PROT_READ\|PROT_WRITE, MAP_PRIVATE, 3, 0\)'
    refute_call 'pwrite64\(3, "c"'
}

@test "no file is left behind" {
    says "From then on the file goes when the program ends, however it ends"
    traced openat,unlink,pwrite64 ./map_private
    assert_success
    grep -oE 'openat|unlink|pwrite64' strace > order
    assert_equal "$(grep -A1 openat order | tail -n 1)" unlink
    inject 'pwrite64:signal=SIGTERM:when=2' ./map_private
    assert_killed SIGTERM
    assert_equal "$(find . -name 'map_??????' -type f -links 1 -size -2 | wc -l)" 0
    run_program ./map_private
    assert_success
    assert_equal "$(find . -name 'map_??????' -type f -newer ../work | wc -l)" 0
    assert_output --partial 'file d, memory c'
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_private
    assert_success
    assert_line --partial 'memory c'
}
