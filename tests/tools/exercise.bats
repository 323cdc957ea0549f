# shellcheck disable=SC2016,SC2030,SC2031  # other shells expand; what run sets
# takes about 60 s
bats_require_minimum_version 1.13.0
load ../lib/assertions
load small_book
# Exercises: where their parts land, how their sessions hold their checks, and what a
# reader does with them. A small book with two of them is built once, and each test works
# in a copy.

setup_file() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    small_book "$BATS_FILE_TMPDIR/book" && small_exercises
    ln -s "$root/node_modules" node_modules
    cp "$root/tests/run" tests/
    : > chapters/verdicts.tsv
    make -s build > /dev/null
}

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    cp -a "$BATS_FILE_TMPDIR/book" "$BATS_TEST_TMPDIR/book"
    cd "$BATS_TEST_TMPDIR/book" || return
    unset MAKEFLAGS MFLAGS MAKELEVEL
}

# in_chapter SED...: edits the chapter with the exercises.
in_chapter() { sed -i "$@" chapters/01-one.nw; }

# --- What is made -----------------------------------------------------------------

@test "the parts of an exercise land in a folder of their own, and its programs are compiled there" {
    run -0 ls tangled/01-one tangled/01-one/exercises
    assert_output 'tangled/01-one:
a.c
a.session
b.c
b.session
exercises

tangled/01-one/exercises:
copies.also-stdio.c
copies.answer.c
copies.check
copies.session
copies.start.c
copies.wrong-once.c
copies.wrong-signal.c
twice.also-empty.txt
twice.answer.txt
twice.c
twice.check
twice.session
twice.start.txt
twice.wrong-order.txt
twice.wrong-terminal.txt'
    local file
    for file in twice twice.check copies.{start,answer,also-stdio,wrong-once,wrong-signal,check} runner; do
        [ -x "out/bin/01-one/exercises/$file" ] || fail "$file is no program"
    done
    cmp tangled/01-one/exercises/twice.start.txt out/bin/01-one/exercises/twice.start.txt
}

@test "what is left of an exercise that goes is removed" {
    in_chapter '/^## Two exercises/,$d'
    rm tests/01-one/exercises.bats
    make -s build
    run find tangled/01-one out/build/01-one out/bin/01-one -path '*exercises*'
    assert_output ''
}

@test "a part that goes, and an exercise with another name, leave nothing" {
    in_chapter -e '/^<<copies.wrong-once.c>>=/,/^@/d' -e 's/twice/again/g'
    make -s build
    run bash -c 'ls tangled/01-one/exercises out/bin/01-one/exercises out/build/01-one/exercises | grep -E "once|twice"'
    assert_output ''
    [ -x out/bin/01-one/exercises/again.check ]
}

# refused MESSAGE: tangle says it of the chapter, and makes nothing of it.
refused() {
    run tools/tangle 01-one
    assert_failure 1
    assert_output "$1"
}

@test "a part that stands elsewhere, has a wrong name or is none is told with its line" {
    printf '\n## More {#more}\n\n<<twice.also-late.txt>>=\n$ ./twice\n@\n' >> chapters/01-one.nw
    local line
    line=$(grep -n 'also-late' chapters/01-one.nw | cut -d : -f 1)
    refused "chapters/01-one.nw:$line: <<twice.also-late.txt>> belongs to an exercise; it stands in the section of the exercise, below a heading ### TITLE {#twice .exercise .LEVEL minutes=N}"
    in_chapter '/^## More/,$d'
    in_chapter 's/<<copies.start.c>>=/<<copies.begin.c>>=/'
    line=$(grep -n 'copies.begin' chapters/01-one.nw | cut -d : -f 1)
    refused "chapters/01-one.nw:$line: <<copies.begin.c>> is no part of the exercise copies; its parts are copies.start, .answer, .also-WORD and .wrong-WORD, each .c or .txt, copies.check, copies.session, and copies.c for what is to be predicted"
    in_chapter 's/<<copies.begin.c>>=/<<other.c>>=/'
    refused "chapters/01-one.nw:$line: <<other.c>> is no part of the exercise copies; its parts are copies.start, .answer, .also-WORD and .wrong-WORD, each .c or .txt, copies.check, copies.session, and copies.c for what is to be predicted"
}

@test "a variant that the compiler warns of stops the build, with the line of the chapter" {
    in_chapter 's/^    char text\[4096\];$/&\n    int unused;/'
    run make -s build
    assert_failure
    assert_output --regexp 'chapters/01-one\.nw:[0-9]+:[0-9]+: .*unused'
}

@test "an edit in tangled/ is absorbed, and one of a check and of a text too" {
    sed -i 's/seq 5000/seq 6000/' tangled/01-one/exercises/copies.check
    sed -i 's/^3$/5/' tangled/01-one/exercises/twice.wrong-terminal.txt
    sed -i 's/int c;/int c = 0;/' out/build/01-one/exercises/copies.also-stdio.c
    run -0 tools/absorb --yes
    grep -q '^seq 6000 > in$' chapters/01-one.nw
    grep -q '^    int c = 0;$' chapters/01-one.nw
    grep -q 'int c = 0;' tangled/01-one/exercises/copies.also-stdio.c
    run -0 tools/tangle --check 01-one
}

# --- Who holds them ------------------------------------------------------------------

@test "exercises.bats holds the session of each, and a session that is altered turns it red" {
    touch tests/01-one/{a,b}.bats
    run -0 tests/run tests/01-one/exercises.bats
    assert_line --regexp '01-one/exercises.bats +2 passed'
    sed -i 's/got 4096 of/got 4097 of/' tangled/01-one/exercises/copies.session
    run -1 tests/run tests/01-one/exercises.bats
    assert_line --partial 'the check of copies tells right answers from wrong ones'
    assert_line --regexp '01-one/exercises.bats +1 passed, 1 failed'
}

@test "a wrong answer that passes, and a right one that does not, turn it red" {
    cp out/bin/01-one/exercises/copies.{answer,wrong-once}
    run -1 tests/run tests/01-one/exercises.bats
    assert_line --regexp '1 passed, 1 failed'
    cp out/bin/01-one/exercises/copies.{wrong-signal,wrong-once}
    cp out/bin/01-one/exercises/copies.{start,also-stdio}
    run -1 tests/run tests/01-one/exercises.bats
    assert_line --regexp '1 passed, 1 failed'
}

@test "the rules for programs do not see exercises, and exercises without exercises.bats are told" {
    local name
    for name in a b; do
        printf '%s\n' 'bats_require_minimum_version 1.13.0' 'load ../lib/helpers' '@test "it" { holds_session; }' > "tests/01-one/$name.bats"
    done
    run -0 tests/run 01-one
    assert_line --regexp '^3 programs, 3 sessions, 4 tests in 3 files'
    rm tests/01-one/exercises.bats
    run -1 tests/run 01-one
    assert_line 'WRONG tangled/01-one/exercises has no tests/01-one/exercises.bats'
}

@test "promote writes the session of an exercise, and of one that is named" {
    in_chapter "s/'What does write return?'/'What does it return?'/"
    make -s build
    run -0 tools/promote --yes 01-one/copies
    assert_line '+     What does it return?'
    make -s build
    run -0 tools/promote 01-one
    cmp "$BATS_FILE_TMPDIR/book/tangled/01-one/exercises/twice.session" tangled/01-one/exercises/twice.session
}

@test "on another kernel a program is asked three times, an exercise once, as an ordinary user" {
    [ "$(id -u)" = 0 ] || skip 'needs root'
    run -0 tools/lib/elsewhere/sessions 01-one/exercises/copies 01-one/a
    run -0 cut -f 1-4 out/report/sessions.tsv
    assert_output $'01-one/exercises/copies\tuser\text4\tpassed
01-one/a\troot\text4\tpassed
01-one/a\tuser\text4\tpassed
01-one/a\troot\ttmpfs\tpassed'
}

# judged WORDS < C: what a check that is made of these WORDS says of the program.
judged() {
    local check=out/bin/01-one/exercises/try.check
    { sed '/^seq 5000/,$d' tangled/01-one/exercises/copies.check; printf '%s\n' "fact 'it is so'" "$@" finish; } > $check
    "${CC:-gcc}" -D_GNU_SOURCE -o try -x c -
    run sh $check ./try
}

# not_so LINE...: the last one said this, and that it is not so.
not_so() {
    assert_failure 1
    assert_output "NO   it is so$(printf '\n     %s' "$@")"
}

@test "how a program ended, what it said and what is missing is told in words" {
    judged 'run ./try' "ended 0 'Why?'" <<< 'int main(void) { return 3; }'
    not_so 'It left with 3, not 0.' 'Why?'
    judged 'run ./try' 'ended 0' <<< 'int main(void) { __builtin_trap(); }'
    not_so 'SIGILL ended it.'
    judged 'run ./try' 'killed SIGPIPE' <<< 'int main(void) { return 3; }'
    not_so 'It left with 3; SIGPIPE did not end it.'
    judged 'run ./try' 'killed SIGPIPE' <<< 'int main(void) { __builtin_trap(); }'
    not_so 'SIGILL ended it.'
    judged 'run ./try' 'killed SIGILL' <<< 'int main(void) { __builtin_trap(); }'
    assert_output $'yes  it is so\ntry is right'
    judged 'run ./try' "said one 'Why?'" <<< '#include <stdio.h>
int main(void) { puts("\x01two\nthree"); }'
    not_so 'It should say "one", and says "?two".' 'Why?'
    judged 'run ./try' "complained 'No such'" <<< '#include <stdio.h>
int main(void) { fputs("no", stderr); }'
    not_so 'Standard error does not say "No such".'
    judged 'run -i /dev/null ./try' "same /dev/null copy 'The copy'" <<< 'int main(void) { return 0; }'
    not_so 'The copy is not there.'
    judged 'echo more > in' 'run ./try' "same in out 'The copy'" <<< '#include <stdio.h>
int main(void) { puts("mo"); }'
    not_so 'The copy got other bytes than were there.'
    judged "no 'I saw a long line of words that does not fit into the width of a page of the book.' 'Why?'" <<< 'int main(void) { return 0; }'
    not_so 'I saw a long line of words that does not fit into the width of a' 'page of the book.' 'Why?'
}

@test "a child that nobody waited for, and one that still runs, are told" {
    judged 'run ./try' "waited 'Who asks for it?'" <<< '#include <unistd.h>
#include <sys/wait.h>
int main(void) { siginfo_t i; if (fork() == 0) _exit(0); waitid(P_ALL, 0, &i, WEXITED | WNOWAIT); }'
    not_so 'It left a child behind that nobody had waited for.' 'Who asks for it?'
    judged 'run ./try' waited <<< '#include <unistd.h>
int main(void) { if (fork() == 0) for (;;) pause(); }'
    not_so 'It left a process behind that still ran.'
}

@test "a name that is left behind is told" {
    judged 'run ./try' 'rm /dev/shm/exercise.*' "leaves_no_name 'Who removes it?'" <<< '#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void) { char n[40]; sprintf(n, "/dev/shm/exercise.%d", getpid()); return open(n, O_CREAT, 0600) == -1; }'
    assert_output --regexp 'It left behind: /dev/shm/exercise\.[0-9]+\.'
    assert_output --partial 'Who removes it?'
    judged 'run ./try' leaves_no_name <<< 'int main(void) { return 0; }'
    assert_output $'yes  it is so\ntry is right'
}

@test "descriptors that are left open are told, at the end and for another program" {
    judged 'run ./try' "closes 'Who closes it?'" <<< '#include <unistd.h>
int main(void) { int p[2]; return pipe(p); }'
    not_so 'A process ended with descriptor 3 (pipe), 4 (pipe) open.' 'Who closes it?'
    judged 'run ./try' closes <<< '#include <fcntl.h>
#include <unistd.h>
int main(void) { open("/dev/null", O_RDONLY); execlp("true", "true", (char *)0); }'
    not_so 'A program was started with descriptor 3 open.'
    judged 'run ./try' "hands_on_none 'Who gets it?'" <<< '#include <fcntl.h>
#include <unistd.h>
int main(void) { open("/dev/null", O_RDONLY); execlp("true", "true", (char *)0); }'
    not_so 'A program was started with descriptor 3 open.' 'Who gets it?'
    judged 'run ./try' hands_on_none <<< '#include <unistd.h>
int main(void) { int p[2]; return pipe(p); }'
    assert_success
    judged 'run ./try' closes 'halved ./try' closes <<< '#include <fcntl.h>
#include <unistd.h>
int main(void) { open("/dev/null", O_RDONLY | O_CLOEXEC); execlp("true", "true", (char *)0); }'
    assert_success
}

@test "a signal comes in each call that could sleep, and in no other" {
    local program='#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#define TRY(call) do { int n = 0; while ((call) == -1 && errno == EINTR) n++; printf("%d", n); } while (0)
int main(void)
{
    int p[2], file = open("file", O_RDWR | O_CREAT, 0600);
    char c = 0;
    setvbuf(stdout, NULL, _IOFBF, 1000);
    if (pipe(p) == -1) return 9;
    TRY(write(p[1], &c, 1));
    TRY(read(p[0], &c, 1));
    TRY(poll(NULL, 0, 1));
    if (fork() == 0) _exit(0);
    TRY(waitpid(-1, NULL, 0));
    if (fork() == 0) _exit(0);
    TRY(wait(NULL));
    TRY(nanosleep(&(struct timespec){ .tv_nsec = 1 }, NULL));
    mkfifo("fifo", 0600);
    if (fork() == 0) { int f; while ((f = open("fifo", O_RDONLY)) == -1 && errno == EINTR) ; _exit(0); }
    TRY(open("fifo", O_WRONLY));
    printf(" ");
    TRY(write(file, &c, 1));
    TRY(read(file, &c, 1));
    TRY(open("file", O_RDONLY));
    TRY(poll(NULL, 0, 0));
    TRY(waitpid(-1, NULL, WNOHANG));
    fcntl(p[0], F_SETFL, O_NONBLOCK);
    TRY(read(p[0], &c, 1));
    sigset_t urgent;
    sigemptyset(&urgent);
    sigaddset(&urgent, SIGURG);
    sigprocmask(SIG_BLOCK, &urgent, NULL);
    TRY(write(p[1], &c, 1));
    return fflush(stdout);
}'
    judged 'interrupted ./try' 'ended 0' "said '1111111 0000000'" <<< "$program"
    assert_success
    judged 'run ./try' 'ended 0' "said '0000000 0000000'" <<< "$program"
    assert_success
}

@test "after a fork the child or the parent can be made to come late" {
    local program='#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
static volatile sig_atomic_t came;
static void note(int n) { came = n; }
int main(int argc, char **argv)
{
    int status;
    (void)argv;
    signal(SIGTERM, note);
    pid_t child = fork();
    if (child == 0) {
        if (argc == 1) kill(getppid(), SIGTERM);
        _exit(3);
    }
    int seen = came;
    kill(child, SIGKILL);
    while (waitpid(child, &status, 0) == -1)
        ;
    return argc == 1 ? seen != SIGTERM : !WIFSIGNALED(status);
}'
    judged 'interrupted env BOOK_LATE=parent ./try' 'ended 0' <<< "$program"
    assert_success
    judged 'interrupted env BOOK_LATE=child ./try x' 'ended 0' <<< "$program"
    assert_success
}

# --- What a reader does ------------------------------------------------------------

@test "the list tells of each its chapter, level, minutes and title, and how many are done" {
    run -0 tools/exercise
    assert_output '01-one
  -     twice            predict    5 min  Twice
  -     copies           mend      10 min  Every byte
0 of 2'
}

@test "a first try brings what one begins with; a right one is done until it or its check changes" {
    run -1 tools/exercise copies
    assert_output 'work/copies.c is yours to edit.
NO   it copies every byte
     Standard output got 4096 of 23893 bytes.
     How much does one read give?
A hint: tools/exercise hint copies'
    cmp work/copies.c tangled/01-one/exercises/copies.start.c
    run -0 tools/exercise
    assert_line '  open  copies           mend      10 min  Every byte'
    cp tangled/01-one/exercises/copies.also-stdio.c work/copies.c
    run -0 tools/exercise copies
    assert_output 'yes  it copies every byte
yes  it does when reads and writes take less than they could
yes  it does when signals come
copies is right'
    run -0 tools/exercise
    assert_line '  done  copies           mend      10 min  Every byte'
    assert_line '1 of 2'
    echo '/* more */' >> work/copies.c
    run -0 tools/exercise
    assert_line '  open  copies           mend      10 min  Every byte'
    sed -i '$d' work/copies.c
    run -0 tools/exercise
    assert_line '1 of 2'
    echo '# changed' >> tangled/01-one/exercises/copies.check
    run -0 tools/exercise
    assert_line '0 of 2'
}

@test "a prediction is a text, and is not told what it is instead" {
    run -1 tools/exercise twice
    assert_output 'work/twice.txt is yours to edit.
NO   ./twice | wc -l
     Your line 1 is not so: ?
     When does stdout write, and what does fork copy?
A hint: tools/exercise hint twice'
    sed -i '2s/.*/4/' work/twice.txt
    run -1 tools/exercise twice
    assert_line '     Your line 1 is not so: ?'
    printf '$ ./twice | wc -l\n4  \n$ ./twice | cat\n\nbefore\nafter\nbefore\n' > work/twice.txt
    run -1 tools/exercise twice
    assert_line '     A line is missing after your line 3.'
    echo after >> work/twice.txt
    run -0 tools/exercise twice
    echo '4.0' >> work/twice.txt
    run -1 tools/exercise twice
    assert_line '     Your line 5 is not so: 4.0'
    printf '$ ./twice | cat\nbefore\nafter\nbefore\nafter\n' > work/twice.txt
    run -1 tools/exercise twice
    assert_line '     Your text has lost or changed this command.'
}

@test "a prediction is a text under any name" {
    cp tangled/01-one/exercises/twice.answer.txt mine
    run -0 out/bin/01-one/exercises/twice.check mine
    assert_line 'twice is right'
    sed -i '2s/.*/5/' mine
    run -1 out/bin/01-one/exercises/twice.check mine
    assert_line '     Your line 1 is not so: 5'
}

@test "a check leaves the programs alone, whatever the exercise is called" {
    in_chapter 's/twice/guess/g'
    make -s build
    run -0 tests/lib/session check --bin out/bin/01-one/exercises tangled/01-one/exercises/guess.session
}

@test "when it does not compile the compiler speaks" {
    tools/exercise copies || :
    echo 'int x = ;' >> work/copies.c
    run -1 tools/exercise copies
    assert_line --regexp '^work/copies\.c:[0-9]+:9: error: '
    assert_line 'work/copies.c does not compile.'
    refute_line --partial 'hint'
}

@test "hints come one by one, in plain words, and then the place of the answer" {
    run -0 tools/exercise hint twice
    assert_output 'Hint 1 of 1

Where are the letters of "before" when fork copies the process? See
"Two exercises" and a.'
    run -0 tools/exercise hint twice
    assert_output 'That was the last hint. The answer is in appendix C, and tangled/01-one/exercises/twice.answer.txt'
    run -0 tools/exercise hint copies
    assert_line 'Hint 1 of 2'
    run -0 tools/exercise hint copies
    assert_line 'Hint 2 of 2'
    refute_line 'Hint 1 of 2'
}

@test "again keeps what was written, under a name that nothing has" {
    mkdir work
    echo one > work/copies.c
    run -1 tools/exercise again copies
    assert_line 'Yours is work/copies.c.old now.'
    echo two > work/copies.c
    run -1 tools/exercise again copies
    assert_line 'Yours is work/copies.c.old.old now.'
    assert_equal "$(cat work/copies.c.old work/copies.c.old.old)" $'one\ntwo'
    cmp work/copies.c tangled/01-one/exercises/copies.start.c
}

@test "watch tries it at each save, and ends when it is right" {
    mkdir work
    cp tangled/01-one/exercises/copies.start.c work/copies.c
    mkfifo said
    tools/exercise watch copies > said 3>&- &
    exec 4< said
    local line
    while read -r line <&4; do
        case $line in
        *'one read give?') cp tangled/01-one/exercises/copies.wrong-once.c work/copies.c ;;
        *'write return?') cp tangled/01-one/exercises/copies.answer.c work/new && mv work/new work/copies.c ;;
        'copies is right') break ;;
        esac
    done
    assert_equal "$line" 'copies is right'
    wait $!
}

@test "make exercise is the same, with NAME as a word or a variable" {
    run make -s exercise
    assert_success
    assert_line '0 of 2'
    run make -s exercise copies
    assert_failure
    assert_line '     Standard output got 4096 of 23893 bytes.'
    run make -s exercise NAME=twice
    assert_failure
    assert_line '     Your line 1 is not so: ?'
    run make -s exercise hint copies
    assert_success
    assert_line 'Hint 1 of 2'
}

@test "nothing that make does, and no test, touches work/" {
    tools/exercise copies || :
    tools/exercise hint copies > /dev/null
    echo 'mine' > work/other
    touch -d 2001-01-01 work/* work/.tools/*
    local before
    before=$(find work -printf '%p %T@ %s %i\n' | sort)
    make -s build
    make -s exercise > /dev/null
    tests/run tests/01-one/exercises.bats
    tools/promote --yes > /dev/null
    echo '/* edit */' >> tangled/01-one/exercises/copies.start.c
    make -s discard > /dev/null
    make -s clean
    make -s build > /dev/null
    # the list and the hints in .tools are the reader's tool's own
    assert_equal "$(find work -printf '%p %T@ %s %i\n' | sort)" "$before"
}

# The tools that are in every system, beside make and a compiler.
TOOLS='make cc as ld awk basename cat chmod cmp cp cut dirname env fold grep head ln ls mkdir mktemp mv
    readlink rm sed seq sh sleep sort tail tr uname wc'

@test "in the unpacked archive it works with sh, make, cc and small tools alone" {
    cp -r "$root/weave" "$root/assets" "$root/LICENSE-CODE" .
    mkdir packed bin
    weave/site/archive packed
    local tool
    for tool in $TOOLS; do ln -s "$(command -v "$tool")" bin/; done
    tar -xzf packed/*.tar.gz
    cd small-programs-2026-11-23
    run -0 find . -path '*exercises*' -o -path './answers/*/*' -o -name exercise
    assert_equal "$(sort <<< "$output")" './01-one/exercises
./01-one/exercises/copies.check
./01-one/exercises/copies.hints
./01-one/exercises/copies.start.c
./01-one/exercises/twice.c
./01-one/exercises/twice.check
./01-one/exercises/twice.hints
./01-one/exercises/twice.start.txt
./answers/01-one/copies.c
./answers/01-one/twice.txt
./exercise
./exercises.tsv'
    alone() { run env -i PATH="${PWD%/*}/bin" "$@"; }
    alone make -s exercise
    assert_success
    assert_line '  -     copies           mend      10 min  Every byte'
    alone make -s exercise copies
    assert_failure
    assert_line '     Standard output got 4096 of 23893 bytes.'
    assert_line 'A hint: ./exercise hint copies'
    alone sh -c 'cd /; exec "$0" hint twice' "$PWD/exercise"
    assert_success
    assert_line '"Two exercises" and a.'
    alone ./exercise hint twice
    assert_output 'That was the last hint. The answer is in answers/01-one/twice.txt'
    cp answers/01-one/* work/
    alone make -s exercise NAME=copies
    assert_success
    alone ./exercise twice
    assert_success
    alone ./exercise
    assert_line '2 of 2'
    alone make -s all
    assert_success
}

@test "it works in a folder whose path has blanks, too" {
    mv ../book "../a book of mine"
    cd "../a book of mine"
    mkdir work
    cp tangled/01-one/exercises/copies.answer.c work/copies.c
    run -0 tools/exercise copies
    assert_line 'copies is right'
}

@test "wrong calls: status 2, and nothing is made" {
    local call
    for call in 'nothing' 'hint' 'hint nothing' 'watch nothing' '--option' 'copies twice' 'hint copies twice'; do
        # shellcheck disable=SC2086 # words
        run -2 tools/exercise $call
        assert_output --regexp '^exercise: '
    done
    run find work -name '*.c' -o -name '*.txt'
    assert_output ''
    run -0 tools/exercise --help
    assert_line 'exercise - the exercises of the book, with nothing but sh, make, cc and small tools.'
    in_chapter '/^## Two exercises/,$d'
    run -2 tools/exercise
    assert_output 'exercise: this book has no exercises'
}
