package Lint::Rules::Ends;
# The rule on chunks that nobody ended: without its @ a chunk goes on until the
# next definition, and the prose between is taken for code, or for output.
use strict;
use warnings;
use Lint::Rules::Chunks qw(languages_of);
use Exporter 'import';
our @EXPORT_OK = qw(first_stray);

# What begins a line of prose and hardly ever one of code or of output: a heading
# with an id, a block, a figure, a footnote, a paragraph that refers.
my $MARKDOWN = qr/^(?:\#{1,6}\s+\S.*\{[^{}]*\#[^{}]+\}\s*$|:{3,}(?:\s*[\w{].*|\s*)$|!\[.*\]\(.*\)|\[\^[^\]\s]+\]:\s)/;
# What does after an empty line, in a chunk that no @ ends: a heading, a list, a
# table, a fence, and three words of a sentence. In C a word has no * before it
# and no ( behind it, but in `code`.
my $HEADING  = qr/^\#{2,6}\s+\S/;
my $SENTENCE = qr/^["'(\[*_`]*[A-Z][\w'-]*[*_`.,;:)\]]*(?:\s+["'(\[*_`]*[\w'.()\/-]+[*_`.,;:!?)\]]*){2,}/;
my $IN_C     = qr/^(?:`[^`]+`|[*_(]?[A-Z][\w'-]*[*_)]?)[.,;:]?(?:\s+(?:`[^`]+`|[\w'-]+)[.,;:]?){2,}(?:\s|$)/;
my $MORE     = qr/^(?:[-*+]\s+\w|\d+[.)]\s+\w|\|\s.*\|\s*$|>\s+\w|`{3,}|~{3,})/;
my $REFERS   = qr/\[[^\]]*\]\(\#[^)\s]+\)|\[\^[^\]\s]+\]|\{[^{}]*\.claim\b[^{}]*\}/;

# ends(VIEW): see Lint::Rules::Lines for what a rule takes and gives.
sub ends {
    my ($view) = @_;
    my @found;
    for my $chunk (@{ $view->{source}{chunks} }) {
        my $line = first_stray($view, $chunk) or next;
        push @found, [$line, "<<$chunk->{name}>>, begun on line $chunk->{line}, still goes on here: "
            . 'the @ that ends it is missing, or has to follow its last line'];
    }
    return @found;
}

# first_stray(VIEW, CHUNK) gives the first line of a chunk that no @ ends which
# is rather prose; nothing when all may be code.
sub first_stray {
    my ($view, $chunk) = @_;
    return if $chunk->{closed};
    return $chunk->{stray} if exists $chunk->{stray};
    my ($language) = languages_of($view, $chunk->{name});
    my ($empty, $comment) = (0, 0);
    for (@{ $chunk->{text} }) {
        my ($line, $text) = @$_;
        return $chunk->{stray} = $line if !$comment && is_prose($text, $language, $empty);
        $comment = in_comment($text, $comment) if $language eq 'c';
        $empty = $text !~ /\S/ || $text =~ /^varies: /;
    }
    return $chunk->{stray} = undef;
}

# is_prose TEXT, LANGUAGE, AFTER AN EMPTY LINE: whether a line of a chunk is
# rather prose. In a session, and in languages where anything may stand in a
# here-document, only what follows an empty line can be.
sub is_prose {
    my ($text, $language, $empty) = @_;
    return 0 if $text !~ /\S/ || $text =~ /^\$ |^varies: |^\[(?:exit|killed|terminal) /;
    return 1 if $text =~ $MARKDOWN && ($empty || $language eq 'c');
    return 0 unless $empty && $text =~ /^\S/;
    return 1 if $text =~ $REFERS;
    return $text =~ $HEADING || $text =~ $IN_C && $text !~ /[;{}]\s*$/ if $language eq 'c';
    return $language eq 'session' && $text =~ /$HEADING|$SENTENCE|$MORE/;
}

# in_comment TEXT, COMMENT: whether a C comment is open behind the line, when it
# was, or not, before.
sub in_comment {
    my ($text, $comment) = @_;
    while ($text =~ m{(/\*|\*/|//.*|"(?:\\.|[^"\\])*")}g) {
        $comment = 1 if $1 eq '/*';
        $comment = 0 if $1 eq '*/';
    }
    return $comment;
}

1;
