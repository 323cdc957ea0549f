#!/usr/bin/env bats
# What a reader does with a page works in a browser; reading.test.mjs does it.
# takes about 45 s
bats_require_minimum_version 1.13.0
load ../lib/helpers

# shellcheck disable=SC2154 # helpers.bash sets it
site=$root/out/html

@test "what a reader does in a browser works: unfolding, copying, search, keys, themes, print" {
    needs browser node
    run env SITE="$site" node --test "$root/tests/site/reading.test.mjs"
    assert_success
    assert_line --regexp '[#ℹ] pass [1-9]'
}
