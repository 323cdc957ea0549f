package Run::Plan;
# What is to be run: which files, in which order, for how long at most. All of it
# in the working directory, the book's.
use strict;
use warnings;
use Exporter 'import';
use Run::Files qw(files_in slurp table);
our @EXPORT_OK = qw(units programs_in choose group_of longest_first reads_book limit_of);

# seconds a test may take: programs have their own deadlines
use constant { LIMIT_PROGRAMS => 60, LIMIT => 180 };
my (@units, %is_unit, @endings);

# units(ENDING...): the units of the book. ENDINGs, those of the files of
# programs, are remembered for the functions below.
sub units {
    @endings = @_;
    @units = ('book', map { m{([^/]+)\.nw$} } files_in('chapters', qr/\.nw$/));
    %is_unit = map { $_ => 1 } @units;
    return @units;
}

# programs_in(UNIT): NAME => its file below tangled/, of each program.
sub programs_in {
    my ($unit) = @_;
    my $pattern = join '|', map { quotemeta } @endings;
    return map { m{([^/]+)\.(?:$pattern)$} ? ($1 => $_) : () }
        files_in("tangled/$unit", qr/\.(?:$pattern)$/);
}

# choose(NAME...): the .bats files that the names of a call stand for, and, as a
# hash, which units run as a whole. Dies when a name stands for nothing.
sub choose {
    my (@files, %whole, %seen);
    for my $name (@_) {
        if ($name =~ /\.bats$/) {
            -f $name or die "$name: no such file\n";
            $name =~ m{^tests/[^/]+/} or die "$name: not in a folder of tests/\n";
            push @files, $name;
        } elsif ($is_unit{$name} || $name =~ /^(?:tools|site)$/) {
            $whole{$name} = 1;
            push @files, files_in("tests/$name", qr/\.bats$/);
        } else {
            die "'$name' is no unit (@units), not tools, not site, and no file\n";
        }
    }
    return ([ grep { !$seen{$_}++ } @files ], \%whole);
}

# group_of(FILE): programs, tools or book, for a .bats file.
sub group_of {
    my ($file) = @_;
    my ($unit, $name) = $file =~ m{^tests/([^/]+)/(.+)\.bats$};
    return 'book' if ($unit // '') eq 'site';
    return 'tools' if !defined $unit || !$is_unit{$unit};
    return $unit ne 'book' || $name =~ /^rules-/ || (grep { -e "tangled/book/$name.$_" } @endings)
        ? 'programs' : 'book';
}

# reads_book(FILE): does a .bats file look at what the build of the book leaves?
sub reads_book {
    my ($file) = @_;
    return group_of($file) eq 'book' && slurp($file) =~ m{\$root"?/out/};
}

# guess(FILE): the seconds of its line "# takes about N s"; 0 without one.
sub guess {
    my ($file) = @_;
    return slurp($file) =~ /^# takes about (\d+) s$/m ? $1 : 0;
}

# limit_of(FILE, SECONDS): how long a test of it may take: SECONDS, when they were
# asked for; else ten times what the file guesses for all its tests, or a limit.
sub limit_of {
    my ($file, $asked) = @_;
    return $asked if $asked;
    my $most = 10 * guess($file);
    my $least = group_of($file) eq 'programs' ? LIMIT_PROGRAMS : LIMIT;
    return $most > $least ? $most : $least;
}

# longest_first(FILE...): in the order of the time they took last, so that none is
# still running alone at the end; for one never timed its guess.
sub longest_first {
    my (@of) = @_;
    my %last = map { $_->[1] eq '' ? ($_->[0] => $_->[2]) : () }
        grep { @$_ == 4 } table('out/report/timings.tsv');
    $last{$_} //= 1000 * guess($_) for @of;
    return sort { $last{$b} <=> $last{$a} || $a cmp $b } @of;
}

1;
