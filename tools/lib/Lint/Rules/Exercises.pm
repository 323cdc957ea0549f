package Lint::Rules::Exercises;
# The rule on exercises: each is whole, its session tries all of it, and nothing of the
# answer stands where it is read too early. See Lint::Rules::Lines for what a rule takes
# and gives.
use strict;
use warnings;
use Exercises qw(exercises_in exercise_at heading_of part_of prose_lines);
use Kinds qw(kind_of program_of);
use Lint::Book qw(kinds_of others_of unit_of);
use Lint::Rules::Chunks qw(exercises_of roots_of);
use Title qw(read_title);

my @LEVELS = qw(predict mend make);
my $BEGIN  = 'begin a check';

# exercise(VIEW)
sub exercise {
    my ($view) = @_;
    my %chunk;                # name => its first line, its text
    for (@{ $view->{source}{chunks} }) {
        $chunk{ $_->{name} }{line} //= $_->{line};
        push @{ $chunk{ $_->{name} }{text} }, @{ $_->{text} };
        push @{ $chunk{ $_->{name} }{at} }, $_->{line};
    }
    my @found = (strays($view, \%chunk), too_few($view));
    for my $e (exercises_of($view)) {
        my %own = map { exercise_at($chunk{$_}{line}, $e) ? ($_ => $chunk{$_}) : () } keys %chunk;
        push @found, map { ref ? $_ : [$e->{line}, "the exercise $e->{name} $_"] }
            heading($view, $e), parts($e, \%own), hidden($view, $e, \%own), tried($e, \%own);
    }
    return @found;
}

# strays VIEW, CHUNK: what has the name of a part and stands elsewhere; what stands in an
# exercise and is neither a part nor a chunk of its own.
sub strays {
    my ($view, $chunk) = @_;
    my @found;
    for my $name (sort keys %$chunk) {
        my ($exercise) = part_of($name);
        for my $line (@{ $chunk->{$name}{at} }) {
            my $in = exercise_at($line, exercises_of($view));
            my $own = $in && $in->{name};
            if (defined $exercise && (!defined $own || $own ne $exercise)) {
                push @found, [$line, "<<$name>> stands in the section of the exercise $exercise, below a heading"
                    . " {#$exercise .exercise .LEVEL minutes=N}, and nowhere else"];
            } elsif (defined $own && !defined $exercise && $name !~ /^\Q$own\E(?:\.c|\.session|: .*)$/) {
                push @found, [$line, "<<$name>> is neither a part of the exercise $own nor called <<$own: ...>>"];
            }
        }
    }
    return @found;
}

# heading VIEW, EXERCISE: its name, its level, its minutes, its hints.
sub heading {
    my ($view, $e) = @_;
    my @levels = grep { my $class = $_; grep { $_ eq $class } @LEVELS } @{ $e->{classes} };
    my ($hints, $answers) = (scalar @{ $e->{hints} }, scalar @{ $e->{answers} });
    my $other = same_name($view, $e);
    return (
        $e->{name} =~ /^[A-Za-z0-9_]+$/ ? () : 'needs a name of letters, digits and _ as its id',
        defined $other ? "has the name of $other" : (),
        $e->{name} =~ /^(?:out|err|how|runner|open_files)$/ ? 'has the name of a file that its check writes' : (),
        @levels == 1 && @{ $e->{classes} } == 1 ? () : 'needs one of the levels .predict, .mend and .make, and no other class',
        ($e->{minutes} // '') =~ /^[1-9]\d*$/ && $e->{minutes} <= 120 ? () : 'says how long it takes: minutes=N, 1 to 120',
        $hints >= 1 && $hints <= 3 ? () : "has one to three hints (::: hint), not $hints",
        $answers == 1 ? () : "has one answer (::: answer), not $answers",
        map { $answers && $_->[0] > $e->{answers}[0][0] ? [$_->[0], 'a hint stands before the answer'] : () } @{ $e->{hints} });
}

# same_name VIEW, EXERCISE: the program, or the other exercise, of this name; with its
# place.
sub same_name {
    my ($view, $e) = @_;
    for my $source ($view->{source}, others_of($view)) {
        my @exercises = exercises_in($source->{bytes});
        for my $chunk (@{ $source->{chunks} }) {
            my ($name, $line) = @$chunk{qw(name line)};
            next if !kind_of($name, kinds_of($view)) || program_of($name) ne $e->{name} || exercise_at($line, @exercises);
            return "the program <<$name>> ($source->{path}:$line)";
        }
        for (grep { $_->{name} eq $e->{name} } @exercises) {
            return "another ($source->{path}:$_->{line})" if $source != $view->{source} || $_->{line} < $e->{line};
        }
    }
    return;
}

# parts EXERCISE, CHUNK: those that are missing or too many, and how the check begins.
sub parts {
    my ($e, $chunk) = @_;
    my ($name, @found) = ($e->{name});
    my $predict = grep { $_ eq 'predict' } @{ $e->{classes} };
    my ($ending, $other) = $predict ? qw(txt c) : qw(c txt);
    my %of = map { my $role = $_; $role => [grep { /^\Q$name\E\.$role-[\w-]+\.$ending$/ } keys %$chunk] } qw(wrong also);
    push @found, map { "lacks $_" } grep { !$chunk->{$_} } map { "$name.$_" } "start.$ending", "answer.$ending", 'check', 'session';
    push @found, "lacks two wrong answers, $name.wrong-WORD.$ending" if @{ $of{wrong} } < 2;
    push @found, "lacks another right answer, $name.also-WORD.$ending" if @{ $of{also} } < 1;
    push @found, "lacks the program that is to be predicted, $name.c" if $predict && !$chunk->{"$name.c"};
    push @found, map { [$chunk->{$_}{line}, "<<$_>> does not belong to an exercise of the level " . ($predict ? 'predict' : 'mend or make')] }
        grep { /^\Q$name\E\.(?:start|answer|also-[\w-]+|wrong-[\w-]+)\.$other$/ || !$predict && $_ eq "$name.c" } sort keys %$chunk;
    my $check = $chunk->{"$name.check"};
    push @found, [$check->{line}, "a check begins with \@<<$BEGIN>>"]
        if $check && ($check->{text}[0] // [0, ''])->[1] ne "<<$BEGIN>>";
    return @found;
}

# hidden VIEW, EXERCISE, CHUNK: what belongs to the answer stands in it, and what the
# reader begins with does not. A chunk belongs to what is shown when that uses it.
sub hidden {
    my ($view, $e, $chunk) = @_;
    my ($name, $answer) = ($e->{name}, $e->{answers}[0] // return);
    my %uses;
    push @{ $uses{ $_->[2] } }, $_->[1] for @{ $view->{source}{uses} };
    my @todo = grep { $chunk->{$_} } "$name.start.c", "$name.start.txt", "$name.c";
    my %shown;
    while (defined(my $next = shift @todo)) {
        push @todo, @{ $uses{$next} // [] } unless $shown{$next}++;
    }
    my @found;
    for my $its (sort grep { /^\Q$name\E(?:\.|: )/ } keys %$chunk) {
        for my $line (@{ $chunk->{$its}{at} }) {
            my $inside = $line > $answer->[0] && $line < $answer->[1];
            push @found, [$line, "<<$its>> is part of the answer and stands outside of it (::: answer)"] if !$shown{$its} && !$inside;
            push @found, [$line, "<<$its>> is what the reader begins with and stands in the answer"] if $shown{$its} && $inside;
        }
    }
    return @found;
}

# tried EXERCISE, CHUNK: the session tries each text once, in order, only right answers
# pass, and no two are refused in the same words.
sub tried {
    my ($e, $chunk) = @_;
    my ($name, @found) = ($e->{name});
    my $session = $chunk->{"$name.session"} or return;
    my (@tries, %first);
    for (@{ $session->{text} }) {
        my ($line, $text) = @$_;
        if ($text =~ /^\$ (.*)/) { push @tries, { line => $line, command => $1, text => '', no => '' } }
        elsif (!@tries)          { return [$line, "the session of $name begins with \$ ./$name.check ./$name.start"] }
        elsif ($text =~ /^\[exit (\d+)\]$/) { $tries[-1]{exit} = $1 }
        else { $tries[-1]{no} .= "$text\n" if $tries[-1]{no} ne '' || $text =~ /^NO / }
    }
    my @want = sort { rank($a) <=> rank($b) || place($session, $name, $a) <=> place($session, $name, $b) || $a cmp $b }
        map { s/\.c$//r } grep { /^\Q$name\E\.(?:start|answer|also-|wrong-)/ } keys %$chunk;
    my @got = map { $_->{command} =~ m{^\./\Q$name\E\.check \./(\S+)$} ? $1 : "\$ $_->{command}" } @tries;
    for my $i (0 .. ($#want > $#got ? $#want : $#got)) {
        next if ($want[$i] // '') eq ($got[$i] // '');
        push @found, [$tries[$i] ? $tries[$i]{line} : $session->{line}, "the session tries each text once, the start, the wrong answers,"
            . ' the other right ones, the answer; here stands ' . (defined $want[$i] ? "\$ ./$name.check ./$want[$i]" : 'nothing more')];
        last;
    }
    for (@tries) {
        my $right = $_->{command} =~ /\.(?:answer|also-[\w-]+)(?:\.txt)?$/;
        push @found, [$_->{line}, $right ? 'the check refuses a right answer' : 'the check takes what is not right'] if $right != !$_->{exit};
        next if $_->{no} eq '';
        my $same = $first{ $_->{no} } //= $_;
        push @found, [$_->{line}, "what the check says here it says on line $same->{line}, too; each wrong answer has a fault of its own"]
            if $same != $_;
    }
    return @found;
}

# rank TEXT: its place in a session by its role.
sub rank { return $_[0] =~ /\.start\b/ ? 0 : $_[0] =~ /\.wrong-/ ? 1 : $_[0] =~ /\.also-/ ? 2 : 3 }

# place SESSION, NAME, TEXT: the line on which the session tries it first.
sub place {
    my ($session, $name, $text) = @_;
    my ($line) = map { $_->[1] eq "\$ ./$name.check ./$text" ? $_->[0] : () } @{ $session->{text} };
    return $line // 9e9;
}

# too_few VIEW: a chapter (no appendix) with fewer exercises than the title block asks
# for: "exercises: N" means one for every N sections of level 2 that show a program.
sub too_few {
    my ($view) = @_;
    return unless defined $view->{home} && unit_of($view) =~ /^\d/;
    my $every = eval { read_title("$view->{home}/book.nw")->{exercises} } or return;
    my @programs = map { $_->[1] } grep { $_->[2] } roots_of($view);
    my ($sections, $last) = (0);
    my @heads = map { my ($level) = heading_of($_->[1]); defined $level && $level <= 2 ? [$_->[0], $level] : () }
        prose_lines($view->{source}{bytes});
    for my $i (0 .. $#heads) {
        my ($from, $level) = @{ $heads[$i] };
        my $to = $i < $#heads ? $heads[$i + 1][0] : 9e9;
        $sections++ if $level == 2 && grep { $_ > $from && $_ < $to } @programs;
    }
    my ($want, $have) = (int($sections / $every), scalar(() = exercises_of($view)));
    return if $have >= $want;
    return [1, "$have exercises for $sections sections that show a program; book.nw asks for one to every $every, which is $want"];
}

1;
