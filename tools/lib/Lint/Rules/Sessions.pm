package Lint::Rules::Sessions;
# The rule on the notation of sessions, which is tests/lib/Session/Notation.pm's: its
# parser tells what is wrong. See Lint::Rules::Lines for what a rule takes and gives.
use strict;
use warnings;
no warnings 'recursion';
use Lint::Rules::Chunks qw(parts_of roots_of);
use Lint::Rules::Ends qw(first_stray);
use Session::Notation qw(parse);

my $LONGEST = 20_000;        # lines of a session; chunks that use others can make endless ones

# notation(VIEW): one finding a session, for the parser stops at the first.
sub notation {
    my ($view) = @_;
    my @found;
    return if $view->{source}{bytes} =~ /\r/;    # a rule of its own tells these
    for ((grep { !$_->[2] } roots_of($view)), grep { $_->[0] =~ /\.session$/ } parts_of($view)) {
        my ($name, $line) = @$_;
        my $left = $LONGEST;
        my @lines = expanded($view, $name, {}, \$left);
        push @found, [$line, "a session of more than $LONGEST lines; nobody can print that"] if $left < 0;
        next if grep { !defined } @lines;
        my @places = map { [$_->[0], $_->[1]] } @lines;
        my ($last) = grep { $_->[2] ne '' } reverse @lines;
        push @found, [$last->[1], 'licences are the last lines of a session; take out the empty lines below', $last->[0]]
            if $last && $last->[2] =~ /^varies:/ && $lines[-1][2] eq '';
        next if eval { parse(join('', map { "$_->[2]\n" } @lines), $name, \@places); 1 };
        my $why = $@;
        chomp $why;
        my ($file, $at, $message) = $why =~ /^(.*?):(\d+): (.*)/s ? ($1, $2, $3) : ($name, $line, $why);
        ($file, $at) = ($view->{path}, $line) if $file eq $name;
        push @found, [$at, $message =~ s/\n.*//sr, $file];
    }
    return @found;
}

# expanded VIEW, NAME, INSIDE: the lines that the chunk tangles to, each [FILE,
# LINE, TEXT]; an undef among them where only other rules can tell what it is.
# INSIDE are the names whose expansion we are in, LEFT the lines there may still be.
sub expanded {
    my ($view, $name, $inside, $left) = @_;
    return undef if $inside->{$name};
    my (@lines, $found);
    for my $source ($view->{shared} // (), $view->{source}) {
        my %use = map { $_->[0] => $_ } @{ $source->{uses} };
        for my $chunk (grep { $_->{name} eq $name } @{ $source->{chunks} }) {
            $found = 1;
            my $stray = first_stray($view, $chunk);
            for (grep { !$stray || $_->[0] < $stray } @{ $chunk->{text} }) {
                return undef if --$$left < 0;
                my $use = $use{ $_->[0] };
                push @lines, $use ? map { $_ && [@$_[0, 1], $_->[2] eq '' ? '' : "$use->[3]$_->[2]"] }
                    expanded($view, $use->[1], { %$inside, $name => 1 }, $left) : [$source->{path}, @$_];
            }
            pop @lines while $stray && @lines && $lines[-1] && $lines[-1][2] !~ /\S/;
        }
    }
    return $found ? @lines : undef;
}

1;
