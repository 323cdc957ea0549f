package Noweb;
# What tools/tangle and tools/lint both know about the sources: the order of
# the chapters, and noweb's own programs.
use strict;
use warnings;
use Exporter 'import';
our @EXPORT_OK = qw(read_order order_faults noweb_tool);

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
sub read_order {
    my ($book) = @_;
    open my $in, '<', $book or die "$book:1: cannot be read: $!\n";
    my (@order, $in_list, $found);
    while (my $line = <$in>) {
        $line =~ s/\r?\n//;
        if ($. == 1) {
            $line =~ /^---\s*$/ or die "$book:1: the title block is missing\n";
        } elsif ($line =~ /^(---|\.\.\.)\s*$/) {
            last;
        } elsif ($line =~ /^chapters:\s*$/) {
            $in_list = $found = 1;
        } elsif ($in_list && $line =~ /^\s*-\s+(.*?)\s*$/) {
            push @order, [$1, $.];
        } elsif ($line =~ /^\S/) {
            $in_list = 0;
        }
    }
    $found or die "$book:1: the title block has no list \"chapters:\"\n";
    return @order;
}

# order_faults(ROOT) compares the list of ROOT/book.nw with ROOT/chapters/ and
# gives one "FILE:LINE: message" for each difference; paths without ROOT.
sub order_faults {
    my ($root) = @_;
    my (@faults, %line);
    for (read_order("$root/book.nw")) {
        my ($name, $line) = @$_;
        if ($name !~ /^[A-Za-z0-9][A-Za-z0-9_-]*$/ || $name eq 'book') {
            push @faults, "book.nw:$line: \"$name\" is not a chapter's name (letters, digits, - and _)";
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
