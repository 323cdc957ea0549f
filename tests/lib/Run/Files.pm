package Run::Files;
# Reading and writing the small files of a test run. All functions die with
# FILE: what is wrong.
use strict;
use warnings;
use Exporter 'import';
use File::Basename qw(dirname);
use File::Path qw(make_path);
our @EXPORT_OK = qw(files_in slurp table write_if_changed);

# files_in(DIR, PATTERN): the paths of the files of DIR whose name matches, in
# order; none when there is no DIR. Unlike glob it takes every byte in a name.
sub files_in {
    my ($dir, $pattern) = @_;
    opendir my $in, $dir or return;
    return map { "$dir/$_" } sort grep { $_ =~ $pattern } readdir $in;
}

# slurp(FILE): its bytes; '' when it is not there.
sub slurp {
    my ($file) = @_;
    return '' unless -e $file;
    open my $in, '<:raw', $file or die "$file: $!\n";
    local $/;
    return <$in> // '';
}

# table(FILE): its lines, split at tabs; empty lines and # left out. Each row
# ends with the number of its line.
sub table {
    my ($file) = @_;
    my $n = 0;
    return map { $n++; /^(?:#.*)?$/ ? () : [ split(/\t/, $_, -1), $n ] }
        split /\n/, slurp($file);
}

# write_if_changed(FILE, TEXT): as a whole, and only when it is another text.
sub write_if_changed {
    my ($file, $text) = @_;
    make_path(dirname($file));
    return if -e $file && slurp($file) eq $text;
    my $new = "$file.$$";
    open my $out, '>:raw', $new or die "$new: $!\n";
    (print {$out} $text) && close $out or die "$new: $!\n";
    rename $new, $file or die "$file: $!\n";
}

1;
