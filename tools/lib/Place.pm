package Place;
# A temporary place for one process, and programs of others that run in it. What
# is there goes away however the process ends; a signal stops it only where
# nothing is half done.
use strict;
use warnings;
use Exporter 'import';
use File::Path ();
use POSIX ();
use Source qw(put);
our @EXPORT_OK = qw(open_place close_place place put slurp run stop_if_told listen_to_signals);

my ($tmp, $owner);      # where this process makes its files
my $child;              # the program that runs now
my $told;               # the signal that came

# listen_to_signals makes INT, TERM and HUP leave only a note, for stop_if_told.
sub listen_to_signals {
    for my $signal (qw(INT TERM HUP)) {
        $SIG{$signal} = sub { $told //= $signal; kill 'KILL', $child if $child };
    }
}

# open_place(HOME) makes an empty folder below HOME, on the file system that its
# files are moved to, so that a move is a rename. What a killed process left there
# is removed. Dies when it cannot be made.
sub open_place {
    my ($home) = @_;
    close_place();
    File::Path::make_path($home);
    opendir my $dir, $home or die "$home: $!\n";
    for my $old (map { "$home/$_" } grep { /^\.tangle\.\d+$/ } readdir $dir) {
        my ($pid) = $old =~ /\.(\d+)$/;
        next if $pid == $$ || kill(0, $pid) || $!{EPERM};
        # a program that it started may still write for a moment
        for (1 .. 100) {
            File::Path::remove_tree($old, { error => \my $errors });
            last unless -e $old;
            select undef, undef, undef, 0.05;
        }
    }
    ($tmp, $owner) = ("$home/.tangle.$$", $$);
    File::Path::remove_tree($tmp);
    mkdir $tmp or die "$tmp: $!\n";
    return $tmp;
}

# place gives the folder that open_place made.
sub place { return $tmp }

# close_place removes it.
sub close_place {
    File::Path::remove_tree($tmp) if defined $tmp && $owner == $$;
    undef $tmp;
}
END { my $status = $?; close_place(); $? = $status }

# stop_if_told ends this process, with the status that shells give, when a
# signal came.
sub stop_if_told {
    return unless $told;
    close_place();
    exit 128 + POSIX->can("SIG$told")->();
}

# slurp(FILE) gives the bytes of FILE, or nothing when it cannot be read.
sub slurp {
    my ($file) = @_;
    open my $in, '<:raw', $file or return;
    local $/;
    return scalar <$in> // '';
}

# run(INPUT, COMMAND...) gives (STATUS, OUTPUT, ERRORS) of a command whose standard
# input is the file INPUT. Its output comes through a pipe, which no full disk cuts.
sub run {
    my ($stdin, @command) = @_;
    my $errors = "$tmp/errors";
    $child = open(my $from, '-|') // die "fork: $!\n";
    if (!$child) {
        $SIG{__DIE__} = 'DEFAULT';
        # "open STDIN" would set the place in the new file to that in the old one, when
        # perl has read ahead there
        close STDIN;
        open STDIN, '<', $stdin and open STDERR, '>', $errors and exec { $command[0] } @command;
        POSIX::_exit(127);
    }
    my $output = do { local $/; <$from> } // '';
    close $from;
    my $status = $?;
    undef $child;
    stop_if_told();
    return ($status, $output, slurp($errors) // '');
}

1;
