package Lint::Rules::Claims;
# The rule on claims: what they are, what they are called, and how they were
# decided. See Lint::Rules::Lines for what a rule takes and gives.
use strict;
use warnings;
use Lint::Book qw(claims_of ledger_of verdicts_of);
use Lint::Near qw(did_you_mean);
use Lint::Prose qw(prose_of attributes_of is_claim);
use Lint::Rules::Prose qw(prose_lines twice);
use Lint::Source qw(line_of);

sub claim {
    my ($view) = @_;
    my $attributes = attributes_of($view->{source});
    my @found = map { [$_->[1], "the claim $_->[0] stands twice, first at $_->[3]"] }
        grep { is_claim($_->[2]) } twice($view);
    for my $attribute (@$attributes) {
        my (undef, $line, undef, $ids) = @$attribute;
        if (is_claim($attribute)) {
            push @found, map { [$line, $_] } ids($view, $attribute), verdict($view, $attribute), place($view, $attribute);
        } elsif (my ($id) = grep { claims_of($view)->{$_} } @$ids) {
            push @found, [$line, "$id is a claim's id, but the class .claim is missing"];
        }
    }
    return @found, malformed($view, grep { is_claim($_) } @$attributes);
}

# malformed VIEW, CLAIMS...: what was meant as a claim and is none.
sub malformed {
    my ($view, @claims) = @_;
    my $text = prose_of($view->{source});
    my (@found, %inside);
    for (@claims) { $inside{$_} = 1 for $_->[0] .. $_->[0] + length($_->[2]) + 1 }
    while ($text =~ /\.claim\b/g) {
        push @found, [line_of($text, $-[0]), 'a malformed claim; write {.claim #ID .VERDICT}'] unless $inside{ $-[0] };
    }
    while ($text =~ /^:{3,}\s*claim\b/mg) {
        push @found, [line_of($text, $-[0]), 'a malformed claim; write ::: {.claim #ID .VERDICT}'];
    }
    return @found;
}

# called ATTRIBUTES: the words for a claim.
sub called { my $ids = $_[0][3]; return @$ids == 1 ? "the claim $ids->[0]" : 'this claim' }

# ids VIEW, ATTRIBUTES: messages on the claim's id.
sub ids {
    my ($view, $attribute) = @_;
    my $ids = $attribute->[3];
    my ($known, $there) = (claims_of($view), -e ledger_of($view));
    return @$ids == 1 ? () : 'a claim needs one id, ' . (@$ids ? "not @$ids" : '{.claim #ID .VERDICT}'),
        map { "unknown claim $_; " . ledger_of($view) . ($there ? ' lists the known ones' : ', the list of the known ones, is not there') . did_you_mean($_, '%s', keys %$known) }
        grep { !$known->{$_} } @$ids;
}

# verdict VIEW, ATTRIBUTES: messages on the claim's verdict.
sub verdict {
    my ($view, $attribute) = @_;
    my $name = called($attribute);
    my @known = verdicts_of($view);
    my %known = map { $_ => 1 } @known;
    my @given = grep { $_ ne 'claim' } @{ $attribute->[4] };
    my @good = grep { $known{$_} } @given;
    return "$name has no verdict (@known)" unless @given;
    return @good > 1 ? "$name has " . @good . ' verdicts: ' . join ' ', map { ".$_" } @good : (),
        map { "$name has the unknown verdict .$_ (@known)" . did_you_mean($_, '.%s', @known) } grep { !$known{$_} } @given;
}

# place VIEW, ATTRIBUTES: messages on where the claim stands and what it holds.
sub place {
    my ($view, $attribute) = @_;
    my ($start, $line) = @$attribute;
    my $name = called($attribute);
    my $text = prose_of($view->{source});
    my $from = rindex($text, "\n", $start) + 1;
    my $before = substr $text, $from, $start - $from;
    if ($before =~ /^:{3,}\s*$/) {
        my $paragraphs = paragraphs($view->{source}, $line);
        # a chunk or a fence in the block counts too: it is masked, not text
        return defined $paragraphs && $paragraphs < 2 ? "$name needs the claim, an empty line, and the truth" : ();
    }
    return "$name belongs to nothing; write ::: {...} or [words]{...}" if $before !~ /\]$/;
    my ($depth, $at) = (0, $start - 1);
    for (; $at >= 0; $at--) {
        my $char = substr $text, $at, 1;
        next if $at && substr($text, $at - 1, 1) eq '\\';
        $depth++ if $char eq ']';
        last if $char eq '[' && --$depth == 0;
    }
    my $words = $at < 0 ? '' : substr $text, $at + 1, $start - $at - 2;
    return "$name has no [ before its words" if $at < 0 || $words =~ /\n[ \t]*\n/;
    return $words =~ /\S/ ? () : "$name has no words";
}

# paragraphs SOURCE, LINE: how many the block has that is opened on the LINE;
# nothing when it is not closed.
sub paragraphs {
    my ($s, $line) = @_;
    my @lines = prose_lines($s);
    my ($depth, $end) = (1);
    for my $i ($line .. $#lines) {
        next unless $lines[$i] =~ /^:{3,}\s*(.*?)[\s:]*$/;
        $depth += $1 eq '' ? -1 : 1;
        if (!$depth) { $end = $i; last }
    }
    return unless defined $end;
    return scalar(() = join("\n", @lines[$line .. $end - 1]) =~ /(?:^|\n[ \t]*\n)\s*\S/g);
}

1;
