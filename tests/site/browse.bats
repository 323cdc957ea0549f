#!/usr/bin/env bats
# Every page of the web site, opened in a browser: nothing for axe to find, nothing that
# scrolls sideways, nothing asked of another host.
# takes about 90 s
bats_require_minimum_version 1.13.0
load ../lib/helpers

# shellcheck disable=SC2154 # helpers.bash sets it
site=$root/out/html

@test "axe finds nothing and nothing scrolls sideways, light and dark, wide and narrow" {
    needs browser node
    run node "$root/tests/site/browse.mjs" "$site" "$root/out/report/pages"
    assert_success
}

@test "a page with an axe finding, sideways scrolling and a script error is noticed" {
    needs browser node
    mkdir site
    printf '<!DOCTYPE html><html><body><img src="data:,"><p style="width:3000px">x</p><p style="color:#ddd">pale</p><script>nope()</script></body></html>' > site/x.html
    run node "$root/tests/site/browse.mjs" site
    assert_failure 1
    assert_line --partial 'image-alt'
    assert_line --partial '(dark, 1280 px): color-contrast'
    assert_line --partial 'scrolls sideways'
    assert_line --partial 'nope is not defined'
}
