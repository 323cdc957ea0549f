bats_require_minimum_version 1.13.0
load ../lib/assertions
# What GitHub, GitLab and a container engine are told: the files can be read, and they
# name what is there.

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    cd "$root" || return
    forges=(.github/workflows/check.yml .gitlab-ci.yml)
}

# yaml FILE: reads it as YAML; prints it as JSON, as pandoc does it.
yaml() {
    command -v pandoc > /dev/null || skip 'needs pandoc'
    pandoc -f commonmark -t json --metadata-file "$1" < /dev/null
}

@test "the files of the forges are YAML, and a mistake in one would be noticed" {
    for file in "${forges[@]}"; do
        run -0 yaml "$file"
        sed '0,/^ *check:$/s//check: [/' "$file" > "$BATS_TEST_TMPDIR/broken.yml"
        run ! yaml "$BATS_TEST_TMPDIR/broken.yml"
    done
}

@test "both forges run .ci/run on each Debian that make fresh tries, and keep the report and the book" {
    assert [ -x .ci/run ]
    for file in "${forges[@]}"; do
        for release in 12 13; do
            run -0 grep -E "debian:.*'$release'|DEBIAN:.*'$release'" "$file"
        done
        for what in .ci/run out/report out/html 'out/\*.pdf' 'out/\*.epub' package-lock.json; do
            run -0 grep -E -e "(^|[^a-z/])$what" "$file"
        done
    done
    run -0 grep -x 'suites=(trixie bookworm)' <(grep -o 'suites=(trixie bookworm)' tools/fresh)
}

@test "a tag publishes the site" {
    run -0 yaml .github/workflows/check.yml
    assert_output --partial 'refs/tags/'
    assert_output --partial 'deploy-pages'
    run -0 yaml .gitlab-ci.yml
    assert_output --partial '"pages"'
    # shellcheck disable=SC2016  # GitLab's
    run -0 grep -F 'if: $CI_COMMIT_TAG' .gitlab-ci.yml
}

@test "what the Containerfile copies is there and is sent to the builder" {
    local count=0
    while read -r _ source _; do
        [ -e "$source" ] || fail "Containerfile: $source is not there"
        grep -qxF "!$source" .dockerignore || fail ".dockerignore keeps back $source"
        count=$((count + 1))
    done < <(grep '^COPY ' Containerfile)
    assert [ "$count" -gt 0 ]
}

@test "the Containerfile's files are enough for bootstrap to know what to install" {
    mkdir "$BATS_TEST_TMPDIR/setup"
    while read -r _ source target; do
        mkdir -p "$BATS_TEST_TMPDIR$target"
        cp "$source" "$BATS_TEST_TMPDIR$target"
    done < <(grep '^COPY ' Containerfile)
    cd "$BATS_TEST_TMPDIR"
    # with a PATH of its own in which nothing of the table is, nor apt-get
    mkdir bin
    for tool in sh dirname sed cut sort tr grep uname mktemp rm; do
        ln -s "$(command -v "$tool")" bin/
    done
    PATH=$PWD/bin run -1 setup/bootstrap --packages check
    assert_line --regexp '^  apt-get install .* pandoc .* strace'
}
