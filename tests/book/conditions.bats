# shellcheck disable=SC2154,SC2016 # helpers.bash sets it; other shells expand
# takes about 60 s
bats_require_minimum_version 1.13.0
load ../lib/helpers
# Each program is started as somebody else might start it: the fast part of
# `make conditions`. What fails is told by program and condition.

@test "each program does its work or says what it lacks, whoever starts it" {
    says "Either it does its work or it says what it lacks; it does not hang, and it leaves no process and no file behind"
    says "What is excused from this is listed by name, with the reason"
    says --in B-toolbox "A child of ours is one of these three"
    run "$root/tests/conditions/run" --fast
    [ "$status" = 0 ] || fail "$(printf '%s\n' "${lines[@]}" | grep -v '^ *[0-9]* of ')"
}
