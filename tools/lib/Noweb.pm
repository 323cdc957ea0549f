package Noweb;
# What tools/tangle and tools/lint both know about the sources: the order of
# the chapters, and noweb's own programs.
use strict;
use warnings;
use Exporter 'import';
use Title qw(title_list);
our @EXPORT_OK = qw(read_order order_faults noweb_tool);

# What the press itself calls folders of tests/ and out/build/; a chapter cannot.
my %TAKEN = map { $_ => 1 } qw(book site tools lib faults sanitize figures pdf beside exercises);

# noweb_tool(NAME) gives the path of one of noweb's programs (markup, mnt, nt);
# dies when noweb is not installed.
sub noweb_tool {
    my ($name) = @_;
    my $path = ($ENV{NOWEB_LIB} // '/usr/lib/noweb') . "/$name";
    -x $path or die "$path: not there; install noweb, or name its folder in NOWEB_LIB\n";
    return $path;
}

# read_order(BOOK) takes the path of book.nw and gives the list "chapters:" of
# its title block as pairs [NAME, LINE], in order. Dies when BOOK cannot be
# read or has no such list.
sub read_order { return title_list($_[0], 'chapters') }

# order_faults(ROOT) compares the list of ROOT/book.nw with ROOT/chapters/ and
# gives one "FILE:LINE: message" for each difference; paths without ROOT.
sub order_faults {
    my ($root) = @_;
    my (@faults, %line);
    for (read_order("$root/book.nw")) {
        my ($name, $line) = @$_;
        if ($name !~ /^[A-Za-z0-9][A-Za-z0-9_-]*$/) {
            push @faults, "book.nw:$line: \"$name\" is not a chapter's name (letters, digits, - and _)";
        } elsif ($TAKEN{$name}) {
            push @faults, "book.nw:$line: a chapter cannot be called $name, like what the press makes; add a number, as in 01-$name";
        } elsif (exists $line{$name}) {
            push @faults, "book.nw:$line: $name is listed a second time (first on line $line{$name})";
        } elsif (!-e "$root/chapters/$name.nw") {
            push @faults, "book.nw:$line: lists $name, but chapters/$name.nw is missing";
        }
        $line{$name} //= $line;
    }
    opendir my $dir, "$root/chapters" or return (@faults, "book.nw:1: the folder chapters is missing");
    for my $file (sort grep { /^[^.].*\.nw$/ } readdir $dir) {
        (my $name = $file) =~ s/\.nw$//;
        push @faults, "chapters/$file:1: book.nw does not list this chapter (chapters: in its title block)"
            unless exists $line{$name};
    }
    return @faults;
}

1;
