package Lint::Prose;
# The prose of a source: what is left of it without chunks, fences, inline code
# and comments, and what is written there in braces.
use strict;
use warnings;
use Lint::Source qw(line_of);
use Exporter 'import';
our @EXPORT_OK = qw(prose_of fences_of attributes_of written_of mask_math formulas_of is_claim);

# prose_of(SOURCE) gives its prose as one text: with an empty line for each line
# that is not prose, and x for what stands in inline code and in comments, so
# that nothing in there is taken for notation.
sub prose_of { my ($s) = @_; return $s->{prose} //= mask(join "\n", @{ written_of($s) }) }

# written_of(SOURCE) gives the lines of the prose, inline code included, '' for
# the others.
sub written_of { my ($s) = @_; split_prose($s) unless $s->{written}; return $s->{written} }

# fences_of(SOURCE) gives the fences of the prose, each as { line, class, text
# ([LINE, TEXT] of what is in it), end (the line that closes it; undef when none
# does), before (the line of the chunk that comes instead) }.
sub fences_of { my ($s) = @_; split_prose($s) unless $s->{fences}; return $s->{fences} }

# split_prose SOURCE: tells fences from prose, line by line.
sub split_prose {
    my ($s) = @_;
    my ($fence, $comment, @written, @fences);
    my $title = ($s->{lines}[0] // '') =~ /^---\s*$/;
    for my $line (1 .. @{ $s->{lines} }) {
        my $is = $s->{kind}[$line] // 'docs';
        my $text = $s->{lines}[$line - 1] =~ s/\r$//r;
        $text =~ s/^\@\s?// if $is eq 'first';
        my $prose = '';
        if ($is eq 'code' || $is eq 'defn') {
            $fence->{before} = $line if $fence;
            undef $fence;
        } elsif ($is eq 'index') {
            # "@ %def" is not printed
        } elsif ($title) {
            $title = 0 if $line > 1 && $text =~ /^(?:---|\.\.\.)\s*$/;
        } elsif ($fence && $text =~ /^[\s>]*\Q$fence->{marks}\E\Q$fence->{char}\E*\s*$/) {
            $fence->{end} = $line;
            undef $fence;
        } elsif ($fence) {
            push @{ $fence->{text} }, [$line, $text];
        } elsif (!$comment && $text =~ /^[\s>]*(`{3,}|~{3,})\s*([^`]*)$/) {
            push @fences, $fence = { line => $line, marks => $1, char => substr($1, 0, 1), class => $2, text => [] };
        } else {
            $prose = $text;
            # no fence begins in a comment
            $comment = $_ eq '<!--' for grep { defined } $text =~ /`+[^`]*`+|(<!--|-->)/g;
        }
        push @written, $prose;
    }
    @$s{qw(written fences)} = (\@written, \@fences);
}

my $COMMENT = qr/<!--.*?-->/s;
my $CODE    = qr/(?<![`\\])(?<mark>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)\g{mark}(?!`)/s;
# a formula begins and ends as pandoc's tex_math_dollars says: no blank inside the
# dollars, no digit behind them
my $INSIDE  = qr/(?:\\text\{[^{}]*\}|\\.|(?!\n[ \t]*\n)[^\\\$])/s;
my $FORMULA = qr/\$\$$INSIDE+?\$\$|\$(?=[^\s\$])$INSIDE*?(?<=\S)\$(?!\d)/s;

# mask TEXT: with x for inline code and comments.
sub mask {
    my ($text) = @_;
    $text =~ s{($COMMENT)}{ $1 =~ tr/\n/x/cr }ge;
    return $text =~ s{($CODE)}{ $1 =~ tr/\n/x/cr }ger;
}

# mask_math(TEXT) gives it with x for $formulas$.
sub mask_math { return $_[0] =~ s{(\\.)|($FORMULA)}{ $1 // $2 =~ tr/\n/x/cr }gesr }

# formulas_of(SOURCE) gives what pandoc takes for formulas, each as [LINE, TEXT]. It
# reads from left to right: a dollar before `code` may find its twin in there.
sub formulas_of {
    my ($s) = @_;
    my $text = join("\n", @{ written_of($s) }) =~ s{($COMMENT)}{ $1 =~ tr/\n/x/cr }ger;
    my @found;
    while ($text =~ /\\.|(?<formula>$FORMULA)|$CODE/gs) {
        push @found, [line_of($text, $-[0]), $+{formula}] if defined $+{formula};
    }
    return @found;
}

# attributes_of(SOURCE) gives the {...} of the prose, each as [POSITION, LINE,
# TEXT, IDS, CLASSES].
sub attributes_of {
    my ($s) = @_;
    return $s->{attributes} if $s->{attributes};
    my $text = prose_of($s);
    my ($line, $at, @found) = (1, 0);
    while ($text =~ /\{((?:[^{}"]|"[^"]*")*)\}/g) {
        my ($start, $inner) = ($-[0], $1);
        next if $inner =~ /\n[ \t]*\n/;
        (my $bare = $inner) =~ s/"[^"]*"/x/g;
        next if grep { !/^(?:[#.][^\s#.]+[^\s]*|[\w-]+=\S*|-|=\w+)$/ } split ' ', $bare;
        $line += substr($text, $at, $start - $at) =~ tr/\n//;
        $at = $start;
        push @found, [$start, $line, $inner, [$bare =~ /(?:^|\s)#(\S+)/g], [$bare =~ /(?:^|\s)\.(\S+)/g]];
    }
    return $s->{attributes} = \@found;
}

# is_claim(ATTRIBUTES): whether these {...} make a claim.
sub is_claim { return scalar grep { $_ eq 'claim' } @{ $_[0][4] } }

1;
