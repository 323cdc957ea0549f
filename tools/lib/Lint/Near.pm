package Lint::Near;
# What somebody may have meant: the known words that are nearest to a wrong one.
use strict;
use warnings;
use Exporter 'import';
our @EXPORT_OK = qw(did_you_mean);

my $MOST = 3;                # so many that are equally near are named, not more
my $PATIENCE = 20_000;       # so many words are compared in one run, a second's worth

# did_you_mean(WORD, FORM, KNOWN...) gives "; did you mean A or B?", with those of
# the KNOWN words that fewest strokes make of WORD, each written in FORM, as in
# '<<%s>>'; '' when none is near, or too many are equally so.
sub did_you_mean {
    my ($word, $form, @known) = @_;
    my $limit = 1 + int(length($word) / 6);
    $limit = 5 if $limit > 5;
    my (%seen, @near);
    for my $other (grep { !$seen{$_}++ } @known) {
        next if abs(length($other) - length $word) > $limit || $PATIENCE-- <= 0;
        my $strokes = strokes(lc $word, lc $other);
        push @{ $near[$strokes] }, $other if $strokes <= $limit;
    }
    my ($best) = grep { $_ } @near;
    return '' if !$best || @$best > $MOST;
    my @words = map { sprintf $form, $_ } sort @$best;
    my $last = pop @words;
    return '; did you mean ' . (@words ? join(', ', @words) . " or $last?" : "$last?");
}

# strokes(A, B): how many letters have to be put in, taken out, changed, or
# exchanged with the next, to make B of A.
sub strokes {
    my @a = split //, $_[0];
    my @b = split //, $_[1];
    my @rows = ([0 .. @b]);
    for my $i (1 .. @a) {
        my @row = ($i);
        for my $j (1 .. @b) {
            my $same = $a[$i - 1] eq $b[$j - 1] ? 0 : 1;
            my $least = $rows[-1][$j - 1] + $same;
            for ($rows[-1][$j] + 1, $row[$j - 1] + 1) { $least = $_ if $_ < $least }
            if ($i > 1 && $j > 1 && $a[$i - 1] eq $b[$j - 2] && $a[$i - 2] eq $b[$j - 1]) {
                my $exchanged = $rows[-2][$j - 2] + 1;
                $least = $exchanged if $exchanged < $least;
            }
            push @row, $least;
        }
        push @rows, \@row;
    }
    return $rows[-1][-1];
}

1;
