package Source;
# How tools write into the sources of the book: whole or not at all, never over
# an edit that somebody made meanwhile, and nothing that lint would refuse.
use strict;
use warnings;
use Cwd ();
use Exporter 'import';
use File::Basename qw(basename dirname);
use File::Temp ();
our @EXPORT_OK = qw(read_source new_findings refuse_new_findings rewrite_source create_source put);

# read_source(FILE) gives the bytes of FILE. Dies with FILE:1: message.
sub read_source {
    my ($file) = @_;
    -d $file and die "$file:1: is a folder\n";
    open my $in, '<:raw', $file or die "$file:1: cannot be read: $!\n";
    local $/;
    return <$in> // '';
}

# rewrite_source(FILE, OLD, NEW) puts the bytes NEW into FILE, a source of the
# book in the working directory, keeps its mode and owner, and tangles its unit. OLD is
# what the caller read. Dies, with FILE as it was, when FILE is no longer OLD or
# when lint finds in NEW what it does not find in OLD; the message then holds
# its findings.
sub rewrite_source {
    my ($file, $old, $new) = @_;
    refuse_new_findings($file, $old, $new);
    my $place = -l $file ? Cwd::abs_path($file) : $file;
    my $beside = dirname($place) . '/.' . basename($place) . ".$$";
    my ($mode, $owner, $group) = -e $place ? (stat _)[2, 4, 5] : (0666 & ~umask, $>, $) + 0);
    eval {
        put($beside, $new);
        chown $owner, $group, $beside if $> == 0;
        chmod $mode & 07777, $beside or die "$beside: $!\n";
        die "$file:1: changed while this ran; nothing was written, so run it again\n"
            if (-e $place ? read_source($file) : '') ne $old;
        rename $beside, $place or die "$file: $!\n";
    } or do { my $why = $@; unlink $beside; die $why };
    my $unit = basename($file, '.nw');
    system('tools/tangle', $unit) == 0 or die "$file:1: is written, but tangled/$unit is not up to date\n";
}

# create_source(FILE, TEXT) makes FILE, a source of the book in the working directory
# that book.nw does not list yet, with the bytes TEXT. It tangles nothing: that is done
# when the book lists it. Dies when FILE exists or when lint would refuse TEXT.
sub create_source {
    my ($file, $text) = @_;
    -e $file and die "$file:1: is there already\n";
    refuse_new_findings($file, '', $text);
    put($file, $text);
}

# refuse_new_findings(FILE, OLD, NEW) dies with what lint says of NEW and does not say of
# OLD.
sub refuse_new_findings {
    my ($file, $old, $new) = @_;
    my @findings = new_findings($file, $old, $new);
    die @findings, "$file:1: not written, for lint would refuse it\n" if @findings;
}

# put(FILE, TEXT) writes TEXT to FILE or dies; a full disk is noticed.
sub put {
    my ($file, $text) = @_;
    open my $out, '>:raw', $file or die "$file: $!\n";
    (print {$out} $text) && close $out or die "$file: $!\n";
    return 1;
}

# new_findings(FILE, OLD, NEW): what lint says of NEW and does not say of OLD, or
# not as often, whatever the lines, as lines FILE:LINE: message.
sub new_findings {
    my ($file, $old, $new) = @_;
    my %before;
    $before{$_}++ for map { without_lines($_) } findings($file, $old);
    return grep {
        my $what = without_lines($_);
        !$before{$what} || !$before{$what}--;
    } findings($file, $new);
}

# without_lines(FINDING): without the numbers of lines, which an edit may move.
sub without_lines { return $_[0] =~ s/:\d+:|\blines? \d+/:/gr }

# findings(FILE, TEXT): lint's findings in TEXT, if it stood in FILE. Dies when
# lint cannot be run.
sub findings {
    my ($file, $text) = @_;
    return if $text eq '';
    my $try = File::Temp->new(SUFFIX => '.nw');
    put($try->filename, $text);
    open my $lint, '-|', 'tools/lint', '--as', $file, $try->filename or die "tools/lint: $!\n";
    my @found = <$lint>;
    close $lint;
    die "$file:1: tools/lint could not look at it\n" if $? && $? != 1 << 8;
    return @found;
}

1;
