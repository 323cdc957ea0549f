package Lint::Rules::Prose;
# The rules on what pandoc reads: fences, footnotes, headings, ids, blocks. See
# Lint::Rules::Lines for what a rule takes and gives.
use strict;
use warnings;
use Lint::Book qw(kinds_of others_of);
use Lint::Near qw(did_you_mean);
use Lint::Prose qw(prose_of fences_of attributes_of is_claim mask_math formulas_of);
use Lint::Source qw(line_of);
use Exporter 'import';
our @EXPORT_OK = qw(prose_lines twice);

# a line of C where the fence does not say so: an #include, main, a prototype
my $C_LINE = qr/^\s*#\s*include\b|\bint main\s*\(|^\s*(?:[a-z_]\w*[\s*]+)+\w+\([^()]*\);\s*$/;

# prose_lines(SOURCE) gives the lines of the prose.
sub prose_lines { my ($s) = @_; return @{ $s->{prose_lines} //= [split /\n/, prose_of($s), -1] } }

sub fence {
    my ($view) = @_;
    my @found;
    for my $fence (@{ fences_of($view->{source}) }) {
        push @found, [$fence->{line}, 'a fence needs a class, ```text for instance']
            if $fence->{class} !~ /^\w|^\{\s*=?\w|^\{[^}]*\.\w/;
        push @found, [$fence->{line}, "this fence is not closed"
            . ($fence->{before} ? " before the chunk on line $fence->{before}" : '')] unless $fence->{end};
    }
    return @found;
}

# loose: code of a language that the book's programs are written in, in a fence, or
# in the prose where a definition may be missing, or an @ be one too many.
sub loose {
    my ($view) = @_;
    my %language = map { lc $_->{language} => 1 } kinds_of($view);
    my @found = $language{c} ? c_in_prose($view) : ();
    for my $fence (@{ fences_of($view->{source}) }) {
        my @classes = $fence->{class} =~ /^\{/ ? $fence->{class} =~ /\.([\w+-]+)/g : $fence->{class} =~ /^([\w+-]+)/;
        my ($language) = grep { $language{$_} } map { lc } @classes;
        $language //= 'c' if $language{c} && grep { $_->[1] =~ $C_LINE } @{ $fence->{text} };
        push @found, [$fence->{line}, ($language eq 'c' ? 'C' : "code ($language)")
            . ' in a fence is compiled by nobody; make it a chunk or say it in words'] if $language;
    }
    return @found;
}

# c_in_prose VIEW: the first line of C in each paragraph that has some.
sub c_in_prose {
    my ($view) = @_;
    my ($line, $told, @found) = (0, 0);
    for my $text (prose_lines($view->{source})) {
        $line++;
        $told = 0 if $text !~ /\S/;
        next if $told || $text !~ /^\s*(?:#\s*include\s*[<"]|int main\s*\(|return [-!\w()]+;\s*$)/;
        $told = push @found, [$line, 'C outside of a chunk; is its <<name>>= missing, or is an @ above one too many?'];
    }
    return @found;
}

# footnote: pandoc prints a reference without a definition as it stands, and
# drops a definition without a reference.
sub footnote {
    my ($view) = @_;
    my $text = prose_of($view->{source});
    my (%defined, %used, @found);
    while ($text =~ /(?<!\\)\[\^([^\s\]]+)\](:)?/g) {
        my ($name, $colon, $start) = ($1, $2, $-[0]);
        my $opens = substr($text, 0, $start) =~ /(?:^|\n) {0,3}\z/;
        push @{ ($colon && $opens ? \%defined : \%used)->{$name} }, line_of($text, $start);
    }
    for my $name (grep { !$defined{$_} } keys %used) {
        my $meant = did_you_mean($name, '[^%s]', keys %defined);
        push @found, map { [$_, "the footnote [^$name] is not defined$meant"] } @{ $used{$name} };
    }
    for my $name (keys %defined) {
        my ($first, @again) = @{ $defined{$name} };
        push @found, [$first, "nothing refers to the footnote [^$name]"] unless $used{$name};
        push @found, map { [$_, "the footnote [^$name] is defined twice, first on line $first"] } @again;
    }
    return @found;
}

# raw: what pandoc would hand to one format and drop in all others. Formulas are
# shown by all.
sub raw {
    my ($view) = @_;
    my $text = mask_math(prose_of($view->{source}));
    my @found;
    while ($text =~ m{(?<![\\<])</?[A-Za-z][A-Za-z0-9-]*(?=[\s>/])[^<>]*>|<[!?][^<>]*>}g) {
        push @found, [line_of($text, $-[0]), 'raw HTML, which only one format shows'];
    }
    while ($text =~ /(?<!\\)\\(?:\\\\)*[A-Za-z]+/g) {
        push @found, [line_of($text, $-[0]), 'raw TeX, which only one format shows'];
    }
    while ($text =~ /\{=\w+\}/g) {
        push @found, [line_of($text, $-[0]), 'a raw attribute, which only one format shows'];
    }
    return @found, map { [$_->{line}, 'a raw block, which only one format shows'] }
        grep { $_->{class} =~ /^\{\s*=/ } @{ fences_of($view->{source}) };
}

# math: two dollars that were not meant as one formula.
sub math {
    my ($view) = @_;
    return map { [$_->[0], 'from this dollar to the next pandoc reads a formula; write \\$ for a dollar'] }
        grep { $_->[1] =~ /`/ } formulas_of($view->{source});
}

# index: what was meant as an entry of the index and pandoc takes for text.
sub index_ {
    my ($view) = @_;
    my $text = prose_of($view->{source});
    my (@found, %inside);
    for my $attribute (@{ attributes_of($view->{source}) }) {
        my ($start, $line, $inner) = @$attribute;
        $inside{$_} = 1 for $start .. $start + length($inner) + 1;
        push @found, [$line, 'an index entry belongs to nothing; write [words]{.index}, or []{.index entry="..."} without words']
            if $inner =~ /\.index\b/ && substr($text, 0, $start) !~ /\]\z/;
    }
    while ($text =~ /\.index\b|\{index\b/g) {
        push @found, [line_of($text, $-[0]), 'a malformed index entry; write [words]{.index} or [words]{.index entry="HEAD: SUB"}']
            unless $inside{ $-[0] };
    }
    return @found;
}

sub heading {
    my ($view) = @_;
    my @lines = prose_lines($view->{source});
    my ($chapter) = $view->{path} =~ m{(?:^|/)chapters/[0-9A-Z]+-([^/]+)\.nw$};
    my ($first, @found) = (1);
    for my $i (0 .. $#lines) {
        my ($marks) = $lines[$i] =~ /^(#{1,6})\s+\S/ or next;
        push @found, [$i + 1, 'a heading needs an empty line before it'] if $i && $lines[$i - 1] =~ /\S/;
        my ($id) = $lines[$i] =~ /\{[^{}]*#([^\s{}]+)[^{}]*\}\s*$/;
        if (!defined $id) {
            push @found, [$i + 1, 'a heading without an id, {#id} at its end'];
        } elsif ($marks eq '#' && $first && defined $chapter && $id ne $chapter) {
            push @found, [$i + 1, "the chapter's id is {#$chapter}, like its file, not {#$id}"];
        }
        $first = 0 if $marks eq '#';
    }
    return @found;
}

# id: ids of the prose that stand twice; twice() tells those of claims as well.
sub id {
    my ($view) = @_;
    return map { [$_->[1], "the id $_->[0] stands twice, first at $_->[3]"] } grep { !is_claim($_->[2]) } twice($view);
}

# twice(VIEW) gives the ids that stand elsewhere too, as [ID, LINE, ATTRIBUTES,
# PLACE], the place being another file of the book or an earlier line.
sub twice {
    my ($view) = @_;
    my (%seen, @twice);
    for my $other (others_of($view)) {
        for my $attribute (@{ attributes_of($other) }) {
            $seen{$_} //= "$other->{path}:$attribute->[1]" for @{ $attribute->[3] };
        }
    }
    for my $attribute (@{ attributes_of($view->{source}) }) {
        for my $id (@{ $attribute->[3] }) {
            push @twice, [$id, $attribute->[1], $attribute, $seen{$id}] if $seen{$id};
            $seen{$id} //= "line $attribute->[1]";
        }
    }
    return @twice;
}

sub block {
    my ($view) = @_;
    my @lines = prose_lines($view->{source});
    my (@open, @found);
    for my $i (0 .. $#lines) {
        my ($name) = $lines[$i] =~ /^:{3,}\s*(.*?)[\s:]*$/ or next;
        if ($name ne '') {
            push @found, [$i + 1, 'a ::: block needs an empty line before it']
                if $i && $lines[$i - 1] =~ /\S/ && $lines[$i - 1] !~ /^(?::{3,}|#)/;
            push @open, $i + 1;
        } elsif (@open) {
            pop @open;
        } else {
            push @found, [$i + 1, 'this ::: closes nothing'];
        }
    }
    return @found, map { [$_, 'this ::: block is not closed'] } @open;
}

1;
