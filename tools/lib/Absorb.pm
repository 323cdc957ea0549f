package Absorb;
# How an edit of a file that tangle wrote becomes an edit of the sources that it was
# written from: line by line, through the origins that Tangle.pm knows.
use strict;
use warnings;
use Exporter 'import';
use Place qw(open_place close_place put run);
our @EXPORT_OK = qw(changes rewritten chunk_at);

# changes(EDIT) says what would have to change in the sources. EDIT is a hash with
#   path     the edited file, for messages
#   home     where the temporary place may be made
#   was, is  its text as tangle writes it now, and as it is
#   origins  where the lines of "was" come from (see Tangle.pm)
#   roots    a code reference that says of an origin whether the line stands in the root
#            chunk itself
#   marked   a code reference that says of a line of "was" whether it is a directive
# Gives a list of changes, each [SOURCE, LINE, WHAT, TEXTS, LINE OF THE FILE]: WHAT is
# instead, before or after, TEXTS the lines that come there. Dies with all reasons why
# not, each PATH:LINE: message.
sub changes {
    my ($edit) = @_;
    my @is = map { s/\n//r } split /^/, $edit->{is};
    my (@changes, @refused);
    die "$edit->{path}:1: is empty now; remove the root chunk instead\n" unless @is;
    die "$edit->{path}:" . @is . ": the last line has no end; add it\n" if $edit->{is} !~ /\n\z/;
    for my $hunk (hunks($edit)) {
        my ($from, $to, $what, $first, $last) = @$hunk;
        my @new = $what eq 'd' ? () : @is[$first - 1 .. $last - 1];
        push @changes, eval {
            $what eq 'a' ? inserted($edit, $from, $first, @new) : replaced($edit, $from, $to, $first, @new);
        };
        push @refused, "$edit->{path}:" . ($@ =~ /^\d+: / ? '' : "$first: ") . $@ if $@;
    }
    die @refused if @refused;
    return @changes;
}

# hunks EDIT: how "was" becomes "is", as diff(1) tells it: [FROM, TO, a|c|d, FIRST, LAST].
sub hunks {
    my ($edit) = @_;
    my $place = open_place($edit->{home});
    put("$place/was", $edit->{was});
    put("$place/is", $edit->{is});
    my ($status, $told, $errors) = run('/dev/null', '/usr/bin/env', 'diff', '-a', "$place/was", "$place/is");
    close_place();
    die "$edit->{path}:1: diff cannot compare it: $errors" if $status >> 8 > 1 || $errors ne '';
    return map { /^(\d+)(?:,(\d+))?([acd])(\d+)(?:,(\d+))?$/ ? [$1, $2 // $1, $3, $4, $5 // $4] : () } split /\n/, $told;
}

# inserted EDIT, AFTER, FIRST, NEW: the lines NEW came after the line AFTER of "was".
sub inserted {
    my ($edit, $after, $first, @new) = @_;
    my $origins = $edit->{origins};
    my $count = () = $edit->{was} =~ /\n/g;
    my ($left, $right) = ($after ? $origins->[$after - 1] : undef, $origins->[$after]);
    my ($ends, $begins) = (
        $after == $count || $edit->{marked}->($after + 1), !$after || $edit->{marked}->($after));
    my $at = $left && $right && follows($left, $right) ? [$left, 'after']
        : $left && $ends && ($after < $count || $edit->{roots}->($left)) ? [$left, 'after']
        : $right && $begins && ($after || $edit->{roots}->($right)) ? [$right, 'before'] : undef;
    if (!$at) {
        my @between = map { "$_->{file}:$_->{line}" } grep { defined } $left, $right;
        die @between == 2 ? "it cannot be told to which chunk the new line belongs, that of $between[0] or that of $between[1];"
            . " write it there\n" : "the new line belongs to no chunk" . (@between ? "; the next is at $between[0]\n" : "\n");
    }
    my ($origin, $where) = @$at;
    return [$origin->{file}, $origin->{line}, $where, [as_source($edit, $origin, $first, @new)], $first];
}

# replaced EDIT, FROM, TO, FIRST, NEW: the lines NEW, none perhaps, stand in place of
# the lines FROM to TO of "was".
sub replaced {
    my ($edit, $from, $to, $first, @new) = @_;
    my @old = @{ $edit->{origins} }[$from - 1 .. $to - 1];
    die "a line was edited that no line of a chunk makes alone\n" if grep { !defined } @old;
    if (@new && @new != @old) {
        my ($break) = grep { !follows($old[$_ - 1], $old[$_]) } 1 .. $#old;
        die "it cannot be told which of the new lines belong to the chunk of $old[0]{file}:$old[0]{line}, and which to"
            . " that of $old[$break]{file}:$old[$break]{line}; write them there\n" if defined $break;
        my $head = shift @old;
        return ([$head->{file}, $head->{line}, 'instead', [as_source($edit, $head, $first, @new)], $first],
            map { [$_->{file}, $_->{line}, 'instead', [], $first] } @old);
    }
    return map {
        my $line = $first + (@new ? $_ : 0);
        [$old[$_]{file}, $old[$_]{line}, 'instead', [@new ? as_source($edit, $old[$_], $line, $new[$_]) : ()], $line];
    } 0 .. $#old;
}

# follows LEFT, RIGHT: the second origin is the next line of the same chunk.
sub follows { return $_[0]{file} eq $_[1]{file} && $_[0]{line} + 1 == $_[1]{line} }

# as_source EDIT, ORIGIN, FIRST, NEW: the lines NEW as they have to stand in a chunk:
# without what its use puts before them, and with what noweb takes for notation escaped.
sub as_source {
    my ($edit, $origin, $first, @new) = @_;
    for my $i (0 .. $#new) {
        next if $new[$i] eq '';
        $new[$i] =~ s/^ {$origin->{indent}}//
            or die $first + $i, ": begins with fewer than the $origin->{indent} blanks that the use of the chunk of"
                . " $origin->{file}:$origin->{line} puts before it\n";
        $new[$i] =~ s/(<<|(?<=\@)>>)/\@$1/g;
        $new[$i] =~ s/^\@(?=\@|\s|$)/\@\@/;
    }
    return @new;
}

# rewritten(TEXT, CHANGES) gives the text of one source with its CHANGES in it. Dies
# with "LINE OF THE FILE: message" when two of them want different things.
sub rewritten {
    my ($text, @changes) = @_;
    my %at;
    for (@changes) {
        my ($source, $line, $what, $new, $from) = @$_;
        my $made = join '', map { "$_\n" } @$new;
        my $known = $at{$line}{$what} //= $made;
        die "$from: the line $source:$line is used more than once, and was edited in different ways\n" if $known ne $made;
    }
    my @lines = split /^/, $text;
    return join '', map {
        my $here = $at{ $_ + 1 } // {};
        ($here->{before} // '') . ($here->{instead} // $lines[$_]) . ($here->{after} // '');
    } 0 .. $#lines;
}

# chunk_at(TEXT, LINE) gives the name of the chunk in which this line of a source stands.
sub chunk_at {
    my ($text, $line) = @_;
    my @before = (split /^/, $text)[0 .. $line - 1];
    for (reverse @before) { return $1 if /^<<(.*)>>=\s*$/ }
    return '';
}

1;
