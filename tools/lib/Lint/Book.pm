package Lint::Book;
# The book that a file belongs to, as far as lint's rules ask for it: book.nw, the
# other chapters, the known claims, the verdicts, the kinds of file.
#
# A rule is given a VIEW of one file, made by view(): a hash with
#   path     the file, as messages name it
#   source   what Lint::Source knows of it
#   is_book  whether it is a book.nw
#   home     the folder of its book, or undef when it belongs to none
#   shared   the source whose chunks it may use: the toolbox that its book.nw names, or
#            else the book.nw; undef for that source itself
# and hands it to the functions below, which read no file twice.
use strict;
use warnings;
use Cwd ();
use File::Basename qw(basename);
use File::Temp ();
use Kinds qw(read_kinds);
use Lint::Source qw(parse_source);
use Noweb qw(read_order);
use Title qw(shared_unit);
use Exporter 'import';
our @EXPORT_OK = qw(view sources_of others_of users_of claims_of ledger_of verdicts_of kinds_of
    unit_of in_folder order_of read_bytes named folder_of);

# What lint was called with: project (its own folder), book, ledger (options),
# as (the file that another stands for) and tried (that other).
our %CALL = (project => '.');

# real PATH: one name for a file, however it is written; it need not exist.
sub real { return Cwd::abs_path($_[0]) // $_[0] }

# stand_in(PATH) gives the file to read for PATH: itself, but for --as.
sub stand_in {
    my ($path) = @_;
    return defined $CALL{as} && real($path) eq real($CALL{as}) ? $CALL{tried} : $path;
}

# read_bytes(PATH) gives the bytes of a file; dies with PATH:1: message.
sub read_bytes {
    my ($path) = @_;
    -d $path and die "$path:1: is a folder\n";
    open my $in, '<:raw', $path or die "$path:1: cannot be read: $!\n";
    local $/;
    return <$in> // '';
}

# source PATH: what is known of a source file, read once.
sub source {
    my ($path) = @_;
    our %source;
    return $source{$path} //= do {
        my $s = parse_source($path, read_bytes(stand_in($path)));
        $s->{abs} = real($path);
        $s;
    };
}

# in_folder(FOLDER, NAME) gives a path as a person would write it.
sub in_folder { my ($folder, $name) = @_; return $folder eq '.' ? $name : "$folder/$name" }

# view(FILE) gives the view of a file. Dies with FILE:LINE: message when it, or
# the book.nw that it needs, cannot be read.
sub view {
    my ($file) = @_;
    my $home = home_of($file);
    my $is_book = $file =~ m{(?:^|/)book\.nw$};
    my $book = $CALL{book} // in_folder($home // (Cwd::getcwd() eq $CALL{project} ? '.' : $CALL{project}), 'book.nw');
    my $own = source($file);
    my $shared = source(shared_path($book));
    return { path => $file, source => $own, is_book => $is_book, home => $home,
        shared => $shared->{abs} eq $own->{abs} ? undef : $shared };
}

# shared_path BOOK: the path of the source whose chunks are everybody's, BOOK being that
# of the book.nw; when the chapter is missing, which the rule order tells, BOOK.
sub shared_path {
    my ($book) = @_;
    my $unit = shared_unit(stand_in($book));
    my $path = $book =~ s{[^/]*$}{chapters/$unit.nw}r;
    return $unit ne 'book' && -e $path ? $path : $book;
}

# home_of FILE: the folder of the book that FILE belongs to, or nothing.
sub home_of {
    my ($file) = @_;
    my $folder = $file =~ m{^(.*)/[^/]*$} ? $1 : '.';
    return $folder if $file =~ m{(?:^|/)book\.nw$};
    my $name = $folder eq '.' ? (Cwd::getcwd() =~ m{([^/]*)$})[0] : ($folder =~ m{([^/]*)$})[0];
    return unless $name eq 'chapters';
    my $up = $folder eq 'chapters' ? '.' : $folder eq '.' ? '..' : $folder =~ s{/chapters$}{}r;
    return -e "$up/book.nw" ? $up : undef;
}

# unit_of(VIEW) gives the name of its unit, 03-pipes or book.
sub unit_of { return $_[0]{path} =~ m{([^/]+)\.nw$} ? $1 : $_[0]{path} }

# named(PATH) gives what a source is called in the folder of its book.
sub named { my $name = basename($_[0]); return $name eq 'book.nw' ? $name : "chapters/$name" }

# folder_of(VIEW) gives the folder of its book, for those who read it by
# themselves. With --as it is one made up for the purpose, of links to all that the
# real one has, in which the one text stands in place of the other.
sub folder_of {
    my ($view) = @_;
    return $view->{home} unless defined $CALL{as};
    our $folder;
    return "$folder" if $folder;
    $folder = File::Temp->newdir;
    my $home = Cwd::abs_path($view->{home});
    my $replaced = named($CALL{as});
    mkdir "$folder/chapters" or die "lint: $folder: $!\n";
    for (entries($home), map { "chapters/$_" } entries("$home/chapters")) {
        next if /^(?:chapters|out)$/ || $_ eq $replaced;
        symlink "$home/$_", "$folder/$_" or die "lint: $folder/$_: $!\n";
    }
    symlink Cwd::abs_path($CALL{tried}), "$folder/$replaced" or die "lint: $folder/$replaced: $!\n";
    return "$folder";
}

# entries FOLDER: the names in it, hidden ones apart.
sub entries { my ($folder) = @_; opendir my $dir, $folder or return; return grep { !/^\./ } readdir $dir }

# order_of(HOME) gives the chapters that the book in HOME lists, [NAME, LINE];
# none when the list cannot be read, which the rule order tells.
sub order_of {
    my ($home) = @_;
    return eval { read_order(stand_in(in_folder($home, 'book.nw'))) };
}

# sources_of(VIEW) gives the sources of its book that can be read, book.nw first;
# without a book, what is shared alone.
sub sources_of {
    my ($view) = @_;
    return $view->{shared} // () unless defined $view->{home};
    our %sources;
    return @{ $sources{ $view->{home} } //= do {
        my @paths = map { in_folder($view->{home}, $_) } 'book.nw',
            map { "chapters/$_->[0].nw" } order_of($view->{home});
        [map { eval { source($_) } // () } grep { -e stand_in($_) } @paths];
    } };
}

# others_of(VIEW) gives the sources of its book but itself.
sub others_of {
    my ($view) = @_;
    return grep { $_->{abs} ne $view->{source}{abs} } sources_of($view);
}

# users_of(VIEW) gives the other sources that may use its chunks.
sub users_of { my ($view) = @_; return $view->{shared} // others_of($view) }

# ledger_of(VIEW) gives the path of the list of known claims.
sub ledger_of {
    my ($view) = @_;
    return $CALL{ledger} // in_folder($view->{home} // $CALL{project}, 'chapters/ledger.tsv');
}

# claims_of(VIEW) gives the set of the known claims' ids. Dies when the list
# cannot be read; a book need not have one.
sub claims_of {
    my ($view) = @_;
    our %claims;
    my $path = ledger_of($view);
    return {} unless -e $path || defined $CALL{ledger};
    return $claims{$path} //= { map { $_ => 1 } read_bytes($path) =~ /^([A-Z]\w*)/mg };
}

# verdicts_of(VIEW) gives the classes of the verdicts, in order: the first column of
# verdicts.tsv, beside the list of claims or else the project's. Dies with
# FILE:LINE: message when it cannot be read.
sub verdicts_of {
    my ($view) = @_;
    our %verdicts;
    my ($path) = grep { -e } ledger_of($view) =~ s/[^\/]*$/verdicts.tsv/r, "$CALL{project}/chapters/verdicts.tsv";
    $path //= "$CALL{project}/chapters/verdicts.tsv";
    return @{ $verdicts{$path} //= read_verdicts($path) };
}

# read_verdicts PATH
sub read_verdicts {
    my ($path) = @_;
    my ($line, @verdicts, %seen) = (0);
    for my $row (split /\n/, read_bytes($path)) {
        $line++;
        next if $row =~ /^#|^\s*$/;
        my ($class, @rest) = split /\t/, $row, -1;
        die "$path:$line: a verdict has four columns, separated by tabs: class, words, short words, who says it; or a fifth, who says it where the ledger has *many*\n"
            if $class !~ /^[a-z][a-z0-9-]*$/ || (@rest != 3 && @rest != 4) || grep { $_ eq '' } @rest;
        die "$path:$line: the verdict $class stands twice, first on line $seen{$class}\n" if $seen{$class};
        $seen{$class} = $line;
        push @verdicts, $class;
    }
    return \@verdicts;
}

# kinds_of(VIEW) gives the kinds of file that a root can make: kinds.tsv, beside
# its book.nw or else the project's.
sub kinds_of {
    my ($view) = @_;
    our %kinds;
    my $own = defined $view->{home} && in_folder($view->{home}, 'kinds.tsv');
    my $path = $own && -e $own ? $own : "$CALL{project}/kinds.tsv";
    return @{ $kinds{$path} //= [read_kinds($path)] };
}

1;
