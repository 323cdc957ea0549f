package Lint::Rules::Tests;
# The rule on the tests of a book: each program has a file of them, each claim has
# a test that carries its id, and the other way round (tests/run holds both to it).
# See Lint::Rules::Lines for what a rule takes and gives.
use strict;
use warnings;
use Kinds qw(program_of);
use Lint::Book qw(in_folder order_of read_bytes sources_of unit_of);
use Lint::Near qw(did_you_mean);
use Lint::Prose qw(attributes_of is_claim);
use Lint::Rules::Chunks qw(parts_of roots_of);

my $ID = qr/\[([A-Z]+\d+[a-z]?)\]/;    # a claim in the name of a test

# tests(VIEW): nothing for a text of --as, whose tests are no part of it.
sub tests {
    my ($view) = @_;
    my $unit = unit_of($view);
    return if !defined $view->{home} || defined $Lint::Book::CALL{as};
    return unless $view->{is_book} || grep { $_->[0] eq $unit } order_of($view->{home});
    return programs($view, in_folder($view->{home}, "tests/$unit")), untested($view),
        map { unknown($view, $_) } $view->{is_book} ? qw(book site) : $unit;
}

# programs VIEW, FOLDER: programs without a file of tests, and such files without
# a program. Those of the unit "book" hold the book as a whole too; rules-NAME.bats
# tries sentences of the chapter, exercises.bats the checks of its exercises.
sub programs {
    my ($view, $folder) = @_;
    my (%program, @found);
    for (grep { $_->[2] } roots_of($view)) {
        my $name = program_of($_->[0]);
        $program{$name} = 1;
        push @found, [$_->[1], "the program $name has no tests; write $folder/$name.bats"] unless -e "$folder/$name.bats";
    }
    my ($part) = parts_of($view);
    $program{exercises} = 1 if $part;
    push @found, [$part->[1], "the exercises have no tests; write $folder/exercises.bats"]
        if $part && !-e "$folder/exercises.bats";
    return @found if $view->{is_book};
    return @found, map { [1, "$_ is no program of $view->{path}, so these are nobody's tests", "$folder/$_.bats"] }
        grep { !$program{$_} && !/^rules-/ } map { m{([^/]+)\.bats$} } bats($folder);
}

# bats FOLDER: the paths of its files of tests.
sub bats {
    my ($folder) = @_;
    opendir my $dir, $folder or return;
    return map { "$folder/$_" } sort grep { /^[^.].*\.bats$/ } readdir $dir;
}

# named HOME: the ids that the tests of the book have in their files.
sub named {
    my ($home) = @_;
    our %named;
    return $named{$home} //= { map { $_ => 1 } map { read_bytes($_) =~ /$ID/g }
        map { bats(in_folder($home, "tests/$_")) } qw(book site), map { $_->[0] } order_of($home) };
}

# untested VIEW: the claims that no test carries.
sub untested {
    my ($view) = @_;
    my @found;
    for my $claim (grep { is_claim($_) } @{ attributes_of($view->{source}) }) {
        push @found, map { [$claim->[1], "no test tries the claim $_; write \@test \"... [$_]\""] }
            grep { !named($view->{home})->{$_} } @{ $claim->[3] };
    }
    return @found;
}

# unknown VIEW, UNIT: tests of the unit whose name has the id of a claim that
# nobody makes.
sub unknown {
    my ($view, $unit) = @_;
    my %known = map { $_ => 1 } map { @{ $_->[3] } } grep { is_claim($_) }
        map { @{ attributes_of($_) } } sources_of($view);
    my @found;
    for my $file (bats(in_folder($view->{home}, "tests/$unit"))) {
        my $line = 0;
        for my $text (split /\n/, read_bytes($file)) {
            $line++;
            next unless $text =~ /^\s*\@test\b/;
            push @found, map { [$line, "no chapter has the claim $_" . did_you_mean($_, '%s', keys %known), $file] }
                grep { !$known{$_} } $text =~ /$ID/g;
        }
    }
    return @found;
}

1;
