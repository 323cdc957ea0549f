package Exercises;
# The exercises of a chapter, as its text has them: a section of level 3 with the class
# .exercise, until the next heading of level 3 or less, and the root chunks in it.
use strict;
use warnings;
use Exporter 'import';
our @EXPORT_OK = qw(exercises_in part_of exercise_at prose_lines heading_of);

my $NAME = qr/[A-Za-z0-9_]+/;
my $ROLE = qr/start|answer|also-[A-Za-z0-9_-]+|wrong-[A-Za-z0-9_-]+/;

# exercises_in(TEXT) gives the exercises of a chapter's TEXT in their order, each a hash
# with
#   name, title      its id and the words of its heading
#   classes          those beside .exercise, as a list
#   minutes          as it stands there, or undef
#   line, last       its first line and its last
#   hints            [LINE, TEXT] of each ::: hint
#   answers          [FIRST LINE, LAST LINE] of each ::: answer
sub exercises_in {
    my ($text) = @_;
    my (@all, $open, $block, $depth);
    my $last = 0;
    for (prose_lines($text)) {
        my ($line, $words) = @$_;
        if (my ($level, $title, $attributes) = heading_of($words)) {
            undef $open if $level <= 3;
            if ($level == 3 && $attributes =~ /(?:^|\s)\.exercise(?:\s|$)/) {
                push @all, $open = begun($line, $title, $attributes);
                undef $block;
            }
        }
        next unless $open;
        if (!$block && $words =~ /^:{3,}\s*\{?\.?(hint|answer)\}?\s*$/) {
            $block = { kind => $1, line => $line, text => '' };
            $depth = 1;
        } elsif ($block) {
            $depth += $words =~ /^:{3,}\s*$/ ? -1 : $words =~ /^:{3,}/ ? 1 : 0;
            if ($depth) { $block->{text} .= "$words\n"; next }
            push @{ $open->{hints} }, [$block->{line}, $block->{text} =~ s/\A\n+|\n+\z//gr . "\n"] if $block->{kind} eq 'hint';
            push @{ $open->{answers} }, [$block->{line}, $line] if $block->{kind} eq 'answer';
            undef $block;
        }
    }
    return with_ends($text, @all);
}

# begun LINE, TITLE, ATTRIBUTES: what a heading tells.
sub begun {
    my ($line, $title, $attributes) = @_;
    my ($name) = $attributes =~ /(?:^|\s)#(\S+)/;
    my ($minutes) = $attributes =~ /(?:^|\s)minutes="?([^"\s]*)/;
    return { line => $line, title => $title, name => $name // '', minutes => $minutes, hints => [], answers => [],
        classes => [grep { $_ ne 'exercise' } $attributes =~ /(?:^|\s)\.([\w-]+)/g] };
}

# with_ends TEXT, EXERCISES: with the last line of each.
sub with_ends {
    my ($text, @all) = @_;
    my @ends = map { $_->[0] - 1 } grep { my ($level) = heading_of($_->[1]); defined $level && $level <= 3 } prose_lines($text);
    push @ends, scalar(() = $text =~ /\n/g);
    for my $e (@all) { ($e->{last}) = grep { $_ >= $e->{line} } @ends }
    return @all;
}

# heading_of(LINE): level, words and attributes of a heading; nothing for another line.
sub heading_of {
    my ($marks, $title, $attributes) = $_[0] =~ /^(#{1,6}) +(.*?)(?: *\{([^{}]*)\})? *#* *$/ or return;
    return (length $marks, $title, $attributes // '');
}

# prose_lines(TEXT) gives the lines that stand neither in a chunk nor in a fence, as
# [NUMBER, LINE].
sub prose_lines {
    my ($text) = @_;
    my ($in, $fence, $number, @lines) = (0, undef, 0);
    for (split /\n/, $text, -1) {
        $number++;
        if    (!$fence && /^<<.*>>=\s*$/) { $in = 1 }
        elsif ($in)                       { $in = 0 if /^@(?:\s|$)/ }
        elsif ($fence)                    { undef $fence if /^\s*\Q$fence\E/ }
        elsif (/^\s*(`{3,}|~{3,})/)       { $fence = $1 }
        else                              { push @lines, [$number, $_] }
    }
    return @lines;
}

# exercise_at(LINE, EXERCISES) gives the one in whose section the line stands.
sub exercise_at {
    my ($line, @exercises) = @_;
    my ($e) = grep { $line >= $_->{line} && $line <= $_->{last} } @exercises;
    return $e;
}

# part_of(CHUNK) gives, for a root chunk whose name alone says that it is part of an
# exercise, the exercise's name, the role (start, answer, also-WORD, wrong-WORD or
# check) and the ending (c, txt or nothing); else nothing.
sub part_of {
    return ($1, $2, $3) if $_[0] =~ /^($NAME)\.($ROLE)\.(c|txt)$/;
    return ($1, 'check') if $_[0] =~ /^($NAME)\.check$/;
    return;
}

1;
