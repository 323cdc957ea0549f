# shellcheck disable=SC2154 # helpers.bash sets it
# takes about 5 s
bats_require_minimum_version 1.13.0
load ../lib/helpers
# What the record of the claims prints of a claim that stands within a sentence.

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    "$root/tools/made-up-book" --small 1 made-up
    cd made-up || return
    make -s out/build/sessions.tsv > /dev/null
    mkdir -p out/build/figures
    touch out/build/figures/ring1.svg
    cat >> chapters/01-made-01.nw <<'M'

## Claims {#all-claims}

So [zero is even]{#X1 .claim .holds-if truth="As far as we know."}.

[Both ends wait]{#X2 .claim .holds truth="They do."}, the notes say.

The elder had to stay: [a call takes one of a set]{#X3 .claim .holds}, and so on.

The notes speak of [a buffer of two parts]{#X4 .claim .holds}.

[The first is the second]{#X5 .claim .holds-if} on two conditions.

There are two ways. [Those are not all]{#X6 .claim .holds}.

[It can]{#X7 .claim .missing truth="The name can go first."}.

::: {.claim #X8 .wrong}
One goes after two.

It goes before.
:::

::: {.claim #X9 .wrong}
Two goes after three.

It goes before.
:::
M
    printf 'X8\t01-made-01\tL1\nX9\t01-made-01\tmany\n' >> chapters/ledger.tsv
    printf '%s\t%s\t%s\t%s\tMany say\n' wrong wrong wrong 'The notes say' > wrong
    sed -i -e '/^wrong/{r wrong' -e 'd}' chapters/verdicts.tsv
    export FIGURES=out/build/figures SESSIONS=out/build/sessions.tsv
    TESTS=none weave/site/make site state book.nw chapters/*.nw
}

# said ID: the record of the claim, without tags, to the place where it is decided.
said() {
    perl -0777 -ne 's/<em>|<\/em>/*/g; print $1 =~ s/<[^>]*>//gr =~ s/\s+/ /gr if /id="trial-'"$1"'".*?<\/strong>(.*?)<\/div>/s' \
        "$BATS_FILE_TMPDIR/made-up/site/trial.html" | sed 's/\xc2\xa0/ /g; s/^ *[^.]*\. *//'
}

@test "a claim that is a sentence stands alone; what is none, in its sentence and marked" {
    run said X3
    assert_output --regexp '^A call takes one of a set\. '
    run said X4
    assert_output --regexp '^The notes speak of \*a buffer of two parts\*\. '
    run said X6
    assert_output --regexp '^There are two ways\. \*Those are not all\*\. '
}

@test "the claim is printed before its truth, but for what is missing in the notes" {
    run said X1
    assert_output --regexp '^Zero is even\. .*As far as we know\.'
    run said X2
    assert_output --regexp '^Both ends wait\. .*They do\.'
    run said X7
    assert_output --regexp '^The name can go first\.'
}

@test "a condition that follows outside of the claim stays with it" {
    run said X5
    assert_output --regexp '^\*The first is the second\* on two conditions\. '
}

@test "a claim that many make and no notes has a head that says so" {
    perl -0777 -ne 'print "$1: $2\n" while /id="(X[89])".*?claim-head">(.*?) ·/gs' \
        "$BATS_FILE_TMPDIR"/made-up/site/*.html > heads
    assert_equal "$(cat heads)" 'X8: The notes say
X9: Many say'
}

@test "the claims of the notes and those of many are counted apart" {
    run perl -0777 -ne 's/<[^>]*>/ /g; print "$1, $2" if /wrong\s+(\d+)\s+(\d+)\s+untestable/' \
        "$BATS_FILE_TMPDIR/made-up/site/trial.html"
    assert_output --regexp '^[1-9][0-9]*, 1$'
}
