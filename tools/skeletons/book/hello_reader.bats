bats_require_minimum_version 1.13.0
load ../lib/helpers
# What the chapter says of hello_reader, tried.

@test "hello_reader prints what the chapter shows, and tells when there is no room for it" {
    holds_session
}
