# common - what several test files of this chapter need.
# shellcheck shell=bash disable=SC2034,SC2154

# leaves_nothing PROGRAM [ARGUMENT...]: it succeeds, leaves no name in its
# temporary directory, no descriptor of a child's and no child unwaited for; and when
# it cannot print it says so and fails.
leaves_nothing() {
    mkdir -p room
    export TMPDIR=$PWD/room
    leaves_no_name "$@"
    assert_success
    [ -n "$output" ] || fail "it says nothing"
    leaves_no_zombie "$@"
    assert_success
    # shellcheck disable=SC2016 # for another shell
    run_shell '"$@" > /dev/full' "$@"
    assert_failure 1
    assert_stderr "${1#./}: cannot write to standard output"
    assert_equal "$(ls room)" ""
}

# measures CONDITION [-t SECONDS] PROGRAM [ARGUMENT...]: perl's CONDITION, which reads what the
# program prints, ends well for one of five runs: whoever else has the processor may spoil a
# measurement.
measures() {
    local condition=$1
    shift
    for _ in 1 2 3 4 5; do
        run_program "$@"
        assert_success
        if perl -ne "$condition" stdout; then return; fi
    done
    fail "in none of five runs, the last of which said: $output"
}

# A machine whose clock the vDSO cannot read counts otherwise.
needs_vdso() {
    case $(cat /sys/devices/system/clocksource/clocksource0/current_clocksource) in
    tsc | kvm-clock | hyperv_clocksource_tsc_page | arch_sys_counter) ;;
    *) skip "needs a clock that the vDSO reads" ;;
    esac
}
