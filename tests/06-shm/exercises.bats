# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# The checks of the exercises: each refuses its start and every wrong answer, and takes every right
# one.

hold_exercises

@test "the answers of first_one set it up once, for all who start at the same moment" {
    says "the first one sets it up, the others take the next tickets, also when several start at the same moment; and when the first one is killed on the way, the next start does what is left to do"
    local answer
    for answer in answer also-lock; do
        run_shell 'for i in {1..20}; do ./first_one.$2 $1 & done; wait; rm /dev/shm$1' "/book-test.$$" $answer
        assert_success
        assert_equal "$(sort -u stdout | wc -l) $(sort stdout | tail -n 1)" '20 ticket 1019'
    done
}

# refused EXERCISE SCRIPT: what perl's SCRIPT makes of its answer is refused by the check; $output says why.
refused() {
    perl -0777 -pe "$2" "$root/tangled/06-shm/exercises/$1.answer.c" > "$1.tried.c"
    ! cmp -s "$1.tried.c" "$root/tangled/06-shm/exercises/$1.answer.c" || fail 'nothing was changed'
    gcc -o "$1.tried" "$1.tried.c"
    run_shell -t 120 '"./$1.check" "./$1.tried"' "$1"
    assert_failure 1
}

@test "a jar that is mended when the lock is free again, or gets a new lock while somebody waits, is refused" {
    refused dead_owner 's/(jars->left = BEANS - jars->right;)\n(.*?consistent.*?;)/$2 pthread_mutex_unlock(&jars->lock); $1 error = pthread_mutex_lock(&jars->lock);/s'
    assert_line 'NO   and after a death at any other moment'
    refused dead_owner 's/error = pthread_mutex_consistent.*?;/pthread_mutex_destroy(&jars->lock); make_mutex(&jars->lock, PTHREAD_PROCESS_SHARED, PTHREAD_MUTEX_ROBUST); error = pthread_mutex_lock(&jars->lock);/s'
    assert_line 'NO   and after a death at any other moment'
    refused dead_owner 's/error = pthread_mutex_consistent.*?;/make_mutex(&jars->lock, PTHREAD_PROCESS_SHARED, PTHREAD_MUTEX_ROBUST); error = pthread_mutex_lock(&jars->lock);/s'
    assert_line 'NO   of two that wait when the owner dies, both go on'
}

@test "a number that is there before it is stored, or stored with no lock, is refused; so is a place filled too late" {
    refused beside 's/    box->number = number;\n(.*?)(    pthread_mutex_unlock)/$1    futex_wake(&box->changed, INT_MAX);\n    box->number = number;\n$2/s'
    assert_line --partial 'Was it stored?'
    refused beside 's/    box->number = number;\n(.*?pthread_mutex_unlock.*?;)/$1\n    box->number = number;/s'
    assert_line --partial 'stored'
    refused bounded_buffer 's/buffer->number\[(buffer->put\+\+) % PLACES\] = number;\n(.*?;)/unsigned at = $1; $2 buffer->number[at % PLACES] = number;/s'
    assert_line 'NO   a place is filled before the lock is free'
}

@test "a reader that looks again and again is told so" {
    refused beside 's/futex_wait\(&box->changed, seen\);/(void)seen;/'
    assert_line '     The reader does not fall asleep.'
}
