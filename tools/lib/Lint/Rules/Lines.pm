package Lint::Rules::Lines;
# The rules that look at one line after the other, whatever stands there. A rule
# is a function that is given a view (Lint::Book) and gives its findings, each as
# [LINE, MESSAGE], or [LINE, MESSAGE, FILE] when it is in another file.
use strict;
use warnings;
use Lint::Prose qw(fences_of written_of);
use Lint::Rules::Chunks qw(languages_of);
use Lint::Rules::Ends qw(first_stray);
use Lint::Source qw(text_of width);

my $WIDE_CODE  = 72;
my $WIDE_PROSE = 80;

# matching VIEW, PATTERN, MESSAGE: a finding for each line that matches.
sub matching {
    my ($view, $pattern, $message) = @_;
    my $lines = $view->{source}{lines};
    return map { [$_ + 1, $message] } grep { $lines->[$_] =~ $pattern } 0 .. $#$lines;
}

sub tab      { return matching($_[0], qr/\t/, 'tab; use blanks') }
sub nul      { return matching($_[0], qr/\0/, 'NUL byte; noweb cuts the line there') }
sub trailing { return matching($_[0], qr/[ \t]\r?$/, 'blanks at the end of the line') }

# at: where only @@ can stand for the @ that a program prints, or a script has at
# the start of a line, it is meant.
sub at {
    my ($view) = @_;
    my %meant;
    for my $chunk (@{ $view->{source}{chunks} }) {
        next if grep { $_ eq 'c' } languages_of($view, $chunk->{name});
        $meant{ $_->[0] } = 1 for grep { $_->[1] =~ /^\@(?=\@|\s|<<|>>|$)/ } @{ $chunk->{text} };
    }
    return grep { !$meant{ $_->[0] } }
        matching($view, qr/^\@\@/, '@@ at the start of a line; noweb makes it one @');
}

# cr: a file of a Windows editor is one finding, not one for each of its lines.
sub cr {
    my ($view) = @_;
    my @found = matching($view, qr/\r/, 'carriage return; end lines with a line feed alone');
    my $lines = @{ $view->{source}{lines} };
    return @found if $lines < 3 || @found < $lines;
    return [1, "a carriage return in each of the $lines lines; end lines with a line feed alone"];
}

sub bom {
    my ($view) = @_;
    return $view->{source}{bytes} =~ /^\xEF\xBB\xBF/ ? [1, 'byte-order mark; save the file without one'] : ();
}

sub utf8 {
    my ($view) = @_;
    my $lines = $view->{source}{lines};
    return map { [$_ + 1, 'not UTF-8'] }
        grep { $lines->[$_] =~ /[\x80-\xff]/ && !utf8::decode(my $copy = $lines->[$_]) } 0 .. $#$lines;
}

# wide_code: lines of chunks and of fences. Where an @ is missing, what follows
# is prose, and that is told by another rule.
sub wide_code {
    my ($view) = @_;
    my $s = $view->{source};
    my @lines = map { $_->[0] } map { @{ $_->{text} } } @{ fences_of($s) };
    for my $chunk (@{ $s->{chunks} }) {
        my $stray = first_stray($view, $chunk);
        push @lines, grep { !$stray || $_ < $stray } $chunk->{line}, map { $_->[0] } @{ $chunk->{text} };
    }
    return map { [$_, 'code of ' . width($s->{lines}[$_ - 1]) . " columns, $WIDE_CODE fit the page"] }
        grep { width($s->{lines}[$_ - 1]) > $WIDE_CODE } @lines;
}

# wide_prose: all but what cannot be broken (tools/lint --help).
sub wide_prose {
    my ($view) = @_;
    my $s = $view->{source};
    my ($line, @found) = (0);
    for my $text (@{ written_of($s) }) {
        $line++;
        next if length $text <= $WIDE_PROSE - 2 || $text =~ /^(?:\s*[|+]|\s*!\[|#|:::)/
            || $text =~ /^\s*\[[^\]^][^\]]*\]:\s/ || $text =~ /^\s*(?:(?:[-*+>]|\d+[.)])\s+)*\S+$/;
        my $width = width($s->{lines}[$line - 1]);
        push @found, [$line, "prose of $width columns, break it before $WIDE_PROSE"] if $width > $WIDE_PROSE;
    }
    return @found;
}

1;
