package Kinds;
# The kinds of file that a root chunk can make: kinds.tsv, beside book.nw, read
# in one place. Its first lines tell what each column is.
use strict;
use warnings;
use Exporter 'import';
our @EXPORT_OK = qw(read_kinds kind_of program_of);

my @COLUMNS = qw(ending language lines build reader check);

# read_kinds(FILE) gives the kinds in their order, each as a hash with the
# columns as keys. Dies with FILE:LINE: message when FILE cannot be read or a
# line has not all columns.
sub read_kinds {
    my ($file) = @_;
    my (@kinds, %line);
    open my $in, '<', $file or die "$file:1: cannot be read: $!\n";
    while (my $text = <$in>) {
        chomp $text;
        die "$file:$.: carriage return; end lines with a line feed alone\n" if $text =~ /\r/;
        next if $text =~ /^#|^\s*$/;
        my %kind;
        @kind{@COLUMNS} = split /\t/, $text, -1;
        die "$file:$.: a kind has the columns @COLUMNS, separated by tabs\n"
            if $text =~ tr/\t// != $#COLUMNS || grep { $_ eq '' } values %kind;
        die "$file:$.: the ending $kind{ending} stands twice, first on line $line{$kind{ending}}\n"
            if $line{ $kind{ending} };
        die "$file:$.: \"$kind{ending}\" cannot be an ending; use letters and digits, but not session\n"
            if $kind{ending} !~ /^[A-Za-z0-9]+$/ || $kind{ending} eq 'session';
        die "$file:$.: lines is -, or a format with %L and %F that ends in %N\n"
            if $kind{lines} ne '-' && $kind{lines} !~ /^(?=.*%L)(?=.*%F)(?:[^%]|%[LF%])*%N$/;
        die "$file:$.: the build command has no $_\n" for grep { $kind{build} !~ /\b$_\b/ } qw(IN OUT);
        $line{ $kind{ending} } = $.;
        push @kinds, \%kind;
    }
    @kinds or die "$file:1: names no kind of file\n";
    return @kinds;
}

# kind_of(NAME, KINDS) gives the kind of the file that a chunk with this NAME
# makes; nothing when it makes no program.
sub kind_of {
    my ($name, @kinds) = @_;
    my ($ending) = $name =~ /\.([A-Za-z0-9]+)$/ or return;
    my ($kind) = grep { $_->{ending} eq $ending } @kinds;
    return $kind;
}

# program_of(NAME) gives the program that a file belongs to: its name without
# the ending (pipe_hello for pipe_hello.c and pipe_hello.session).
sub program_of { return $_[0] =~ s/\.[A-Za-z0-9]+$//r }

1;
