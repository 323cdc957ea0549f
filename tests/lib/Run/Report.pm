package Run::Report;
# The files of out/report, as tests/run --help describes them. A file of tests
# that did not run now keeps its lines of before, as long as it is there.
use strict;
use warnings;
use Digest::SHA ();
use Exporter 'import';
use POSIX qw(strftime);
use Run::Files qw(files_in slurp table write_if_changed);
use Run::JUnit qw(junit junit_of_wrong);
use Run::Plan qw(group_of);
our @EXPORT_OK = qw(write_tests write_statements write_runs write_machine write_junit known_results sum_of);

use constant DIR => 'out/report';

# known_results(RAN, TEST...): the results of programs as [FILE, TEST, OUTCOME,
# REASON]: those of TEST..., and of the files that are not in RAN the last ones.
sub known_results {
    my ($ran, @tests) = @_;
    return map { [ split /\t/, $_, -1 ] } test_lines($ran, @tests);
}

# test_lines RAN, TEST...: the lines of tests.tsv. The book is stamped from it, so
# its own tests have no place there.
sub test_lines {
    my ($ran, @tests) = @_;
    my @lines = map { join "\t", $_->{file}, plain($_->{name}), $_->{outcome}, plain($_->{reason}) }
        @tests;
    return sort grep { group_of((split /\t/)[0]) eq 'programs' } @lines, kept('tests.tsv', $ran);
}

# write_tests(RAN, TOOK, TEST...): tests.tsv, and timings.tsv with TOOK, the
# milliseconds of each file.
sub write_tests {
    my ($ran, $took, @tests) = @_;
    write_lines('tests.tsv', test_lines($ran, @tests));
    my @times = (kept('timings.tsv', $ran),
        map({ join "\t", $_->{file}, plain($_->{name}), $_->{ms} } @tests),
        map { "$_\t\t$took->{$_}" } keys %$took);
    write_lines('timings.tsv', sort @times);
}

# write_statements(TABLE, RESULT...): statements.tsv, from what tools/statements made of
# the chapters and the tests, with the outcome of each test that quotes a sentence. Gives
# for each unit { open, rules }.
sub write_statements {
    my ($table, @results) = @_;
    my %outcome = map { ("$_->[0]\t$_->[1]" => $_->[2]) } @results;
    my (@lines, %count, %seen);
    for (split /\n/, slurp($table)) {
        my ($unit, $state, $text, $file, $test) = split /\t/, $_, -1;
        push @lines, "$_\t" . ($outcome{ "$file\t" . plain($test) } // '');
        next if $state eq 'quoted' || $seen{"$unit\t$text"}++;
        $count{$unit}{rules}++;
        $count{$unit}{open} += $state eq 'open';
    }
    write_lines('statements.tsv', @lines);
    return \%count;
}

# kept NAME, RAN: the lines of a file of the report whose tests did not run.
sub kept {
    my ($name, $ran) = @_;
    return grep { my ($file) = split /\t/; !$ran->{$file} && -e $file }
        split /\n/, slurp(DIR . "/$name");
}

sub write_lines {
    my ($name, @lines) = @_;
    write_if_changed(DIR . "/$name", join '', map { "$_\n" } @lines);
}

# write_runs(RAN, UNITS, ENDINGS): runs.tsv. UNITS ran as a whole.
sub write_runs {
    my ($ran, $units, $endings) = @_;
    my %line = map { /^([^\t]+)/ ? ($1 => $_) : () } split /\n/, slurp(DIR . '/runs.tsv');
    my %sum = map { $_ => sum_of($_, @$endings) } @$units;
    for my $file (grep { group_of($_) eq 'programs' } keys %$ran) {
        my ($name) = $file =~ m{^tests/(.+)\.bats$};
        $sum{$name} = sum_of($name, @$endings);
    }
    my $today = strftime('%Y-%m-%d', gmtime);
    $line{$_} = "$_\t$today\t$sum{$_}" for keys %sum;
    delete $line{$_} for grep { m{/} && !-e "tests/$_.bats" } keys %line;
    write_lines('runs.tsv', map { $line{$_} } sort keys %line);
}

# sum_of(NAME, ENDING...): the sum of a unit's source, or of the files of
# "UNIT/PROGRAM", those with an ENDING, the session and the tests; for "UNIT/exercises"
# of the tests and all that is tangled of them.
sub sum_of {
    my ($name, @endings) = @_;
    return sum($name eq 'book' ? 'book.nw' : "chapters/$name.nw") unless $name =~ m{/};
    return sum(map({ "tangled/$name.$_" } @endings, 'session'), "tests/$name.bats", files_in("tangled/$name", qr/^[^.]/));
}

# sum FILE...: the SHA-1 of the files, one after the other; what is not there
# counts as empty.
sub sum {
    my $sha = Digest::SHA->new(1);
    $sha->addfile($_) for grep { -e } @_;
    return $sha->hexdigest;
}

# write_machine(): machine.tsv, as tests/lib/machine.tsv has it; what cannot be
# found out is left out.
sub write_machine {
    local $ENV{LC_ALL} = 'C';
    local $ENV{CC} = $ENV{CC} || 'gcc';
    my $text = '';
    for (table('tests/lib/machine.tsv')) {
        my ($key, $command) = @$_;
        die "tests/lib/machine.tsv:$_->[-1]: not 'KEY COMMAND WORDS yes|no', with tabs between\n"
            unless @$_ == 5 && $_->[3] =~ /^(?:yes|no)$/;
        open my $said, '-|', 'sh', '-c', "{ $command\n} 2> /dev/null" or die "sh: $!\n";
        my ($line) = <$said>;
        close $said;
        $text .= "$key\t" . plain($line =~ s/\n//r) . "\n" if defined $line && $line =~ /\S/;
    }
    write_if_changed(DIR . '/machine.tsv', $text);
}

# write_junit(WRONG, TEST...): the file of each group of which a test ran, and
# run.xml of the sentences WRONG.
sub write_junit {
    my ($wrong, @tests) = @_;
    for my $group (qw(programs tools book)) {
        my @mine = sort { $a->{file} cmp $b->{file} } grep { group_of($_->{file}) eq $group } @tests;
        write_if_changed(DIR . "/$group.xml", junit($group, @mine)) if @mine;
    }
    write_if_changed(DIR . '/run.xml', junit_of_wrong(@$wrong));
}

sub plain { return $_[0] =~ s/[\t\n]+/ /gr }

1;
