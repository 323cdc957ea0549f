bats_require_minimum_version 1.13.0
load ../lib/helpers
# What the chapter says of %NAME%, tried.

@test "%NAME% prints what the chapter shows" {
    holds_session
}
