# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# mq_timeout: until when, not how long.

@test "the session holds: an hour after the beginning of 1970 is over [G09]" {
    says "It is told until when, as a time of day: seconds since the beginning of 1970, on the clock CLOCK_REALTIME"
    says "A message that is there is taken even when the time is over"
    holds_session
}

@test "a signal does not end the wait, nor make it longer" {
    says "After a signal the call can be made again as it was, and the end is still where it was"
    inject 'mq_timedreceive:error=EINTR:when=1..5' ./mq_timeout
    assert_success
    assert_output "$(sed -n '2,$p' "$book_tangled/mq_timeout.session")"
}

@test "it waits 20 milliseconds, and not at all before" {
    run_shell 'read -r a _ < /proc/uptime; ./mq_timeout > out; read -r b _ < /proc/uptime
        a=${a/./} b=${b/./}; echo $((10#$b - 10#$a >= 1))'
    assert_output 1
    traced mq_timedreceive ./mq_timeout
    assert_call 'mq_timedreceive\(3, .*\{tv_sec=3600, tv_nsec=0\}\) = -1 ETIMEDOUT'
}

@test "it leaves nothing behind" {
    leaves_nothing ./mq_timeout
    killed_leaves_nothing mq_timedreceive ./mq_timeout
}
