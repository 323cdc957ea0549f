package Lint::Rules::Weave;
# What only pandoc can tell, which reads the sources as the book is made of them:
# the book's own weave/check SOURCE..., run in the book's folder, once a book. It
# prints FILE:LINE: message [rule]; status 0 or 1, and 2 when it cannot be run.
use strict;
use warnings;
use Cwd ();
use File::Temp ();
use Lint::Book qw(folder_of named sources_of);
use Exporter 'import';
our @EXPORT_OK = qw(woven complaint);

# Its rules, but "undefined", which lint tells by itself; "pandoc" is what pandoc
# warns of.
my %RULES = map { $_ => 1 } qw(title reference id figure block loose manual claim heading math collected listing
    raw pandoc);
my %run;                     # home => { found => { file => rule => findings }, complaint }

# woven(VIEW, RULE) gives what weave/check found in the file under a rule's name,
# each as [LINE, MESSAGE].
sub woven {
    my ($view, $rule) = @_;
    my $home = $view->{home};
    return unless $RULES{$rule} && defined $home && -x "$home/weave/check";
    $run{$home} //= check($view);
    return @{ $run{$home}{found}{ named($view->{path}) }{$rule} // [] };
}

# complaint(): why weave/check could not look at a book, or nothing.
sub complaint { return join '', map { $_->{complaint} } values %run }

# check VIEW: runs weave/check on the book.
sub check {
    my ($view) = @_;
    my ($folder, $program) = (folder_of($view), Cwd::abs_path($view->{home}) . '/weave/check');
    my @names = map { named($_->{path}) } sources_of($view);
    push @names, named($view->{path}) unless grep { $_ eq named($view->{path}) } @names;
    my $errors = File::Temp->new;
    my $pid = open(my $out, '-|') // die "lint: fork: $!\n";
    if (!$pid) {
        chdir $folder and open STDERR, '>', $errors->filename and exec $program, @names;
        require POSIX;
        POSIX::_exit(127);
    }
    my (%found, @odd);
    while (my $text = <$out>) {
        my ($file, $line, $message, $rule) = $text =~ /^(.*?):(\d+): (.*) \[([a-z-]+)\]$/;
        if ($RULES{ $rule // '' })           { push @{ $found{$file}{$rule} }, [$line, $message] }
        elsif (($rule // '') ne 'undefined') { push @odd, $text }
    }
    close $out;
    my $failed = $? & 127 || $? >> 8 > 1;
    open my $said, '<', $errors->filename or die "lint: $!\n";
    return { found => \%found, complaint => join '',
        $failed ? ("lint: weave/check could not look at the book\n", <$said>) : (),
        @odd ? ("lint: weave/check says what lint does not understand\n", @odd) : () };
}

1;
