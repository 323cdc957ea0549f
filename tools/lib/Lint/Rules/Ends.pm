package Lint::Rules::Ends;
# The rule on chunks that nobody ended: without its @ a chunk goes on until the
# next definition, and the prose between is taken for code, or for output.
use strict;
use warnings;
use Lint::Rules::Chunks qw(languages_of);
use Exporter 'import';
our @EXPORT_OK = qw(first_stray);

# What begins a line of prose and hardly ever one of code or of output: a heading
# with an id, a block, a figure, a footnote.
my $MARKDOWN = qr/^(?:\#{1,6}\s+\S.*\{[^{}]*\#[^{}]+\}\s*$|:{3,}(?:\s*[\w{].*|\s*)$|!\[.*\]\(.*\)|\[\^[^\]\s]+\]:\s)/;
# What does after an empty line: a heading, a list, a table, a quotation, a fence;
# or three words of which the first has a capital; or a reference.
my $BEGINS   = qr/^(?:\#{2,6}\s+\S|[-*+]\s+\w|\d+[.)]\s+\w|\|\s.*\|\s*$|>\s+\w|`{3,}|~{3,}
    |!\[|\[["'*_]*[A-Z`])/x;
my $SENTENCE = qr/^["'(\[*_`]*[A-Z\x80-\xff][\w\x80-\xff'-]*[*_`.,;:)\]]*(?:\s+["'(\[*_`]*[\w\x80-\xff'.()\/-]+[*_`.,;:!?)\]]*){2,}/;
my $REFERS   = qr/\[[^\]]*\]\(\#[^)\s]+\)|\[\^[^\]\s]+\]|\]\{[#.]|\{[^{}]*\.claim\b[^{}]*\}/;
# What a line of C has not, comments and strings apart: `code`, letters of other
# alphabets, four names in a row.
my $C_WORD   = qr/\b(?:auto|break|case|char|const|continue|default|do|double|else|enum|extern|float|for|goto|if|inline|int
    |long|register|restrict|return|short|signed|sizeof|static|struct|switch|typedef|union|unsigned|void|volatile|while)\b/x;
my $NOT_C    = qr/^[A-Za-z(*_"'`\[\x80-\xff](?:.*`[^`]+`|.*[\x80-\xff]|(?:.*?\s)??[A-Za-z][\w']*(?:[ ]+[A-Za-z][\w']*){3,}(?:[\s,.:;?!)]|$))/;

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
    my ($empty, $comment, $goes_on) = (0, 0, 0);
    for (@{ $chunk->{text} }) {
        my ($line, $text) = @$_;
        return $chunk->{stray} = $line if $language eq 'c'
            ? !$comment && !$goes_on && is_prose_in_c($text, $empty) : is_prose($text, $language, $empty);
        $comment = in_comment($text, $comment) if $language eq 'c';
        $goes_on = $text =~ /\\$/;
        $empty = $text !~ /\S/ || $text =~ /^varies: /;
    }
    return $chunk->{stray} = undef;
}

# is_prose_in_c TEXT, AFTER AN EMPTY LINE: whether a line of a chunk of C is rather
# prose.
sub is_prose_in_c {
    my ($text, $empty) = @_;
    return 1 if $text =~ $MARKDOWN || $empty && $text =~ /$BEGINS|$REFERS/;
    $text =~ s{"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])'|/\*.*?(?:\*/|$)|//.*|$C_WORD}{}g;
    return $text =~ $NOT_C;
}

# is_prose TEXT, LANGUAGE, AFTER AN EMPTY LINE: the same for a session, and for
# languages where anything may stand in a here-document.
sub is_prose {
    my ($text, $language, $empty) = @_;
    return 0 if !$empty || $text !~ /^\S/ || $text =~ /^\$ |^varies: |^\[(?:exit|killed|terminal) /;
    return 1 if $text =~ /$MARKDOWN|$REFERS/;
    return $language eq 'session' && $text =~ /$BEGINS|$SENTENCE/;
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
