package Lint::Rules::Weave;
# What only pandoc can tell, which reads the sources as the book is made of them:
# the book's own weave/check SOURCE..., run in the book's folder, once a book. It
# prints FILE:LINE: message [rule]; status 0 or 1, and 2 when it cannot be run.
use strict;
use warnings;
use Lint::Book qw(folder_of in_folder named sources_of);
use Exporter 'import';
our @EXPORT_OK = qw(woven has_check complaint);

# Its rules, but "undefined", which lint tells by itself; "pandoc" is what pandoc
# warns of.
my %RULES = map { $_ => 1 } qw(title reference id figure block loose manual claim index heading math collected listing
    raw pandoc session exercise);
my %run;                     # home => { found => { file => rule => findings }, complaint }

# woven(VIEW, RULE, FINDINGS...) gives what weave/check found in the file under a
# rule's name (in book.nw: and in what is no source), as rules do, but for what the FINDINGS of lint's own
# rules, as [FILE, LINE, RULE, MESSAGE], say in other words.
sub woven {
    my ($view, $rule, @known) = @_;
    my $home = $view->{home};
    return unless $RULES{$rule} && has_check($view);
    $run{$home} //= check($view);
    @known = grep { $_->[0] eq $view->{path} } @known;
    return grep { my $found = $_; !grep { is_same($rule, $found, @$_[1 .. 3]) } @known }
        @{ $run{$home}{found}{ named($view->{path}) }{$rule} // [] };
}

# has_check(VIEW): whether its book has a weave/check.
sub has_check {
    my ($view) = @_;
    return !$Lint::Book::CALL{unwoven} && defined $view->{home} && -x "$view->{home}/weave/check";
}

# is_same RULE, FOUND, LINE, KNOWN RULE, KNOWN MESSAGE: whether a finding [LINE,
# MESSAGE] of weave/check's is this one of lint's. Of a fence, pandoc knows the
# first line inside; of a note, no line.
sub is_same {
    my ($rule, $found, $line, $known, $message) = @_;
    return 1 if $rule eq 'pandoc' && $known eq 'footnote' && $found->[1] =~ /note/i;
    return 0 if $found->[2];
    return $line == $found->[0] - 1 if $rule eq 'loose' && $known eq 'loose' && $line != $found->[0];
    return $line == $found->[0]
        && ($rule eq $known || $rule eq 'pandoc' || $rule eq 'id' && $known eq 'claim' && $message =~ /stands twice/);
}

# complaint(): why weave/check could not look at a book, or nothing.
sub complaint { return join '', map { $_->{complaint} } values %run }

# check VIEW: runs weave/check on the book.
sub check {
    my ($view) = @_;
    my $folder = folder_of($view);
    my @names = map { named($_->{path}) } sources_of($view);
    push @names, named($view->{path}) unless grep { $_ eq named($view->{path}) } @names;
    open my $errors, '+>', undef or die "lint: no room for a temporary file: $!\n";
    my $pid = open(my $out, '-|') // die "lint: fork: $!\n";
    if (!$pid) {
        # by a path without capital letters, which pandoc 2.17 would read as small ones
        chdir $folder and open STDERR, '>&', $errors and exec 'weave/check', @names;
        require POSIX;
        POSIX::_exit(127);
    }
    my (%found, @odd, %source);
    @source{@names} = ();
    while (my $text = <$out>) {
        my ($file, $line, $message, $rule) = $text =~ /^(.*?):(\d+): (.*) \[([a-z-]+)\]$/;
        if (!$RULES{ $rule // '' })    { push @odd, $text if ($rule // '') ne 'undefined' }
        elsif (exists $source{$file}) { push @{ $found{$file}{$rule} }, [$line, $message] }
        else { push @{ $found{'book.nw'}{$rule} }, [$line, $message, in_folder($view->{home}, $file)] }
    }
    close $out;
    my $failed = $? & 127 || $? >> 8 > 1;
    seek $errors, 0, 0;
    return { found => \%found, complaint => join '',
        $failed ? ("lint: weave/check could not look at the book\n", <$errors>) : (),
        @odd ? ("lint: weave/check says what lint does not understand\n", @odd) : () };
}

1;
