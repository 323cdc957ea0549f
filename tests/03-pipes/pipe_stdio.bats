bats_require_minimum_version 1.13.0
load ../lib/helpers
# A line printed once appears twice, when a pipe looks on.

@test "through a pipe the line comes twice, with either cure once" {
    holds_session
}

@test "text not yet written is in both processes after a fork [P50]" {
    run_program ./pipe_stdio
    assert_success
    assert_equal "$(grep -cx 'printed once' stdout)" 2
    traced write ./pipe_stdio
    assert_equal "$(cut -d ' ' -f 1 strace | sort -u | wc -l)" 2
}

@test "on a terminal it comes once" {
    run_on_terminal ./pipe_stdio
    assert_success
    assert_equal "$(grep -c 'printed once' stdout)" 1
}

@test "emptying the buffer before the fork, or leaving by _exit, cures it [P50]" {
    for cure in flush _exit; do
        run_program ./pipe_stdio "$cure"
        assert_success
        assert_output "printed once"
    done
}

@test "an interrupted wait is tried again" {
    inject 'wait4:error=EINTR:when=1' ./pipe_stdio flush
    assert_success
    assert_output "printed once"
}

@test "the child is waited for" {
    leaves_no_zombie ./pipe_stdio _exit
    assert_output "printed once"
}

@test "a full standard output is noticed" {
    run_shell './pipe_stdio flush > /dev/full'
    assert_failure 1
    assert_stderr_line --partial "cannot write to standard output"
}

@test "what a program has printed stays in its memory until its buffer is written" {
    says "nothing comes back until tr meets the end of its input and leaves"
    needs strace
    run_program ./pipe_stdio flush
    assert_success
    run_shell 'printf "a\nb\n" | strace -e trace=write -o calls tr a-z A-Z | cat; grep -c "^write(1" calls
        printf "a\nb\n" | strace -e trace=write -o calls stdbuf -oL tr a-z A-Z | cat; grep -c "^write(1" calls
        printf "a\nb\n" | strace -e trace=write -o calls grep --line-buffered . | cat; grep -c "^write(1" calls
        printf "a\nb\n" | strace -e trace=write -o calls sed -u p | cat; grep -c "^write(1" calls'
    assert_output "A
B
1
A
B
2
a
b
2
a
a
b
b
4"
}

@test "stdbuf changes nothing in a program that is static, sets its buffer, or has its own" {
    says "it changes nothing in a program that is linked statically, that calls setvbuf itself, or that does not print by stdio"
    needs strace
    run_program ./pipe_stdio flush
    assert_success
    makes plain <<'C'
#include <stdio.h>
int main(void) { puts("a"); puts("b"); return 0; }
C
    makes sets <<'C'
#include <stdio.h>
int main(void) { setvbuf(stdout, NULL, _IOFBF, BUFSIZ); puts("a"); puts("b"); return 0; }
C
    makes own <<'C'
#include <unistd.h>
int main(void) { return write(1, "a\nb\n", 4) != 4; }
C
    printf '#include <stdio.h>\nint main(void) { puts("a"); puts("b"); return 0; }\n' > static.c
    "${CC:-gcc}" -static -o static static.c
    for program in plain:2 sets:1 own:1 static:1; do
        run_shell 'strace -f -e trace=write -o calls stdbuf -oL ./$1 | cat; grep -c "write(1" calls' "${program%:*}"
        assert_output "a
b
${program#*:}"
    done
}

@test "a program that prints to a pseudoterminal writes line by line" {
    run_on_terminal ./pipe_stdio flush
    assert_success
    makes two <<'C'
#include <stdio.h>
int main(void) { puts("a"); puts("b"); return 0; }
C
    needs strace
    run_on_terminal strace -e trace=write -o calls ./two
    assert_success
    assert_equal "$(grep -c '^write(1' calls)" 2
}
