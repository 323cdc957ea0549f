# exercises.bash - a made-up book with exercises and symptoms, for the tests of what they look like.
# shellcheck shell=bash disable=SC2154

# book_with_exercises DIR: makes it there. Its second chapter, 02-try, has a *predict* and a
# *mend*, and two symptoms; appendix C the answers, its index the symptoms; 3 and 4 are to
# come before chapter 12. $root is the project.
book_with_exercises() {
    "$root/tools/made-up-book" --small 1 "$1"
    (
        cd "$1" || exit
        unset MAKEFLAGS MFLAGS MAKELEVEL # this may itself run under make
        sed -i 's/^- 01-made-01/&\n- 02-try\n- 12-last/; s/^- B-indexes/&\n- C-answers/; s/^chapters:/coming:\n- 3 Shared `memory`\n- 4 Queues\n&/' book.nw
        cat >> book.nw <<'END'
<<begin a check>>=
#!/bin/sh
echo "$1 was looked at"
@

<<wait for a child>>=
static int wait_for(pid_t child)
{
    int status;
    return waitpid(child, &status, 0) == child ? status : -1;
}
@
END
        printf '\n## Symptoms {#symptoms .unnumbered}\n\n::: {.collected of=symptoms}\n:::\n' >> chapters/B-indexes.nw
        printf '# Answers {#answers}\n\n::: {.collected of=answers}\n:::\n' > chapters/C-answers.nw
        printf '# The last {#last}\n\n## A section of it {#last-section}\n\nIt ends.[]{.symptom entry="it `hangs`: for ever"}\n' > chapters/12-last.nw
        cat > chapters/02-try.nw
        make -s out/build/sessions.tsv > /dev/null
        mkdir -p out/build/figures
        touch out/build/figures/ring1.svg
    ) <<'END'
# Try {#try}

What comes first explains it.

## What a copy has {#copy}

A copy has what the buffer had.[]{.symptom entry="printed twice" program="relay_01_01"}

### Twice {#twice .exercise .predict minutes=5}

Say what [](#twice.c) prints before you run it.

<<twice.c>>=
<<feature macro and headers>>

<<wait for a child>>

int main(void)
{
    printf("it was  before\n");
    <<twice: make a child and wait for it>>
}
@

<<twice: make a child and wait for it>>=
pid_t child = fork();
printf("after\n");
return child != 0 && wait_for(child) != 0;
@

<<twice.start.txt>>=
$ ./twice | wc -l
?
$ ./twice | cat
?
@

::: hint
Where are the letters of the secret hint when `fork(2)` copies?
:::

::: answer
The secret reason is that `stdout` collects, says `setvbuf(3)`.

<<twice.answer.txt>>=
$ ./twice | wc -l
4
$ ./twice | cat
it was  before
after
it was  before
after
@

<<twice.also-gap.txt>>=
$ ./twice | wc -l
5
$ ./twice | cat
it was  before
after

it was  before
after
@

<<twice.wrong-order.txt>>=
$ ./twice | wc -l
4
$ ./twice | cat
it was  before
it was  before
after
after
@

<<twice.check>>=
<<begin a check>>
predicted 'When does stdout write, and what does fork copy?'
finish
@

<<twice.session>>=
$ ./twice.check ./twice.wrong-order.txt
NO   ./twice | cat
     Your line 2 is not so: it was before
[exit 1]
@
:::

## Who writes {#writes}

Somebody writes, see [](#two_children).

### Who is still writing? {#two_children .exercise .mend minutes=15}

It never ends. Mend it.

<<two_children.start.c>>=
<<feature macro and headers>>

<<wait for a child>>

int main(void)
{
    <<two_children: make the children>>
}
@

<<two_children: make the children>>=
return wait_for(0);
@

::: hint
Who has it?
:::

::: hint
Who else?
:::

::: answer
The reason is secret, too: nobody uses `splice(2)`.

<<two_children.answer.c>>=
<<feature macro and headers>>

<<wait for a child>>

int main(void)
{
    <<two_children: make them secretly>>
}
@

<<two_children: make them secretly>>=
return wait_for(getpid()) + tee(0, 1, 1, 0) == 0;
@

<<two_children.wrong-no-wait.c>>=
int main(void)
{
    return 0;
}
@

<<two_children.check>>=
<<begin a check>>
<<two_children: look at it>>
@

<<two_children: look at it>>=
look() { test -e "$1"; }
look two_children
@

<<two_children.session>>=
$ ./two_children.check ./two_children.wrong-no-wait
NO   it waits
[exit 1]
@
:::
END
}
