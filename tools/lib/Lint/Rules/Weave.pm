package Lint::Rules::Weave;
# What only pandoc can tell, which reads the sources as the book is made of them:
# the book's own weave/check SOURCE..., run in the book's folder, once a book. It
# prints FILE:LINE: message [rule]; status 0 or 1, and 2 when it cannot be run.
# With --as FILE TRYFILE before the sources it reads TRYFILE for FILE. Its rules
# are those below.
use strict;
use warnings;
use Cwd ();
use File::Basename qw(basename);
use File::Temp ();
use Lint::Book qw(sources_of);
use Exporter 'import';
our @EXPORT_OK = qw(woven complaint);

my %RULES = map { $_ => 1 } qw(title reference id figure block loose manual claim heading math collected raw);
my %run;                     # home => { found => { file => rule => findings }, complaint }

# named PATH: a source as it is called in the folder of its book.
sub named { my $name = basename($_[0]); return $name eq 'book.nw' ? $name : "chapters/$name" }

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
    my $home = $view->{home};
    my @names = map { named($_->{path}) } sources_of($view);
    my ($as, $tried) = @Lint::Book::CALL{qw(as tried)};
    my @as = defined $as ? ('--as', named($as), Cwd::abs_path($tried)) : ();
    my $errors = File::Temp->new;
    my $pid = open(my $out, '-|') // die "lint: fork: $!\n";
    if (!$pid) {
        chdir $home and open STDERR, '>', $errors->filename and exec './weave/check', @as, @names;
        require POSIX;
        POSIX::_exit(127);
    }
    my (%found, @odd);
    while (my $text = <$out>) {
        my ($file, $line, $message, $rule) = $text =~ /^(.*?):(\d+): (.*) \[([a-z-]+)\]$/;
        if ($RULES{ $rule // '' }) { push @{ $found{$file}{$rule} }, [$line, $message] }
        else                       { push @odd, $text }
    }
    close $out;
    my $failed = $? & 127 || $? >> 8 > 1;
    open my $said, '<', $errors->filename or die "lint: $!\n";
    return { found => \%found, complaint => join '',
        $failed ? ("lint: weave/check could not look at the book\n", <$said>) : (),
        @odd ? ("lint: weave/check says what lint does not understand\n", @odd) : () };
}

1;
