package Run::Bats;
# Makes results of what Bats (-T -F cat) says about one file of tests.
use strict;
use warnings;
use Exporter 'import';
our @EXPORT_OK = qw(results_of);

# results_of(JOB): { tests, wrong, other } of the job that ran a file. tests is a
# list of { file, name, number, outcome, reason, ms, message }, in their order;
# wrong what makes the file red beside them; other the lines that belong to no
# test. A test that left a process behind, or was ended because its time was
# over, has failed.
sub results_of {
    my ($job) = @_;
    my $r = read_lines($job);
    my %by_number = map { $_->{number} => $_ } @{ $r->{tests} };
    for my $finding (@{ $job->{findings} }) {
        my ($text, $number) = in_words($finding);
        if (my $test = $by_number{$number}) {
            $test->{outcome} = 'failed';
            $test->{message} = $text . ($test->{message} =~ s/^ended without a result\n//r);
        } else {
            push @{ $r->{wrong} }, "$job->{name}: in setup_file, teardown_file or outside"
                . " every test: " . $text =~ s/\n$//r;
        }
    }
    push @{ $r->{wrong} }, wrong_with($job, $r);
    return $r;
}

# in_words FINDING: a line of watch as a sentence, and the number of the test.
sub in_words {
    my ($finding) = @_;
    my ($what, $number, $rest) = split / /, $finding, 3;
    return ("left behind: process $1 ($2), killed\n", $number)
        if $what eq 'left' && $rest =~ /^(\d+) (.*)/;
    my ($seconds, $killed) = split / /, $rest, 2;
    return ("still running after $seconds s, the limit of a test (see tests/run --help);"
        . " killed: $killed\n", $number);
}

# read_lines JOB: { tests, expected, wrong, other } of Bats' lines.
sub read_lines {
    my ($job) = @_;
    my %r = (tests => [], wrong => [], other => [], expected => 0);
    my ($open, $last);              # the test that runs; what "# " lines belong to
    for (split /\n/, $job->{output}) {
        if (/^1\.\.(\d+)$/) {
            $r{expected} = $1;
        } elsif (/^begin (\d+) (.*)$/) {
            unended(\%r, $open) unless $open && $open->{number} == $1;     # a retry
            $open = { file => $job->{name}, number => $1, name => $2, ms => 0, message => '' };
        } elsif ($open && /^(not )?ok \d+ \Q$open->{name}\E in (\d+)ms(?: # skip ?(.*))?/) {
            push @{ $r{tests} }, $last = { %$open, ms => $2, reason => $3 // '',
                outcome => $1 ? 'failed' : defined $3 ? 'skipped' : 'passed' };
            undef $open;
        } elsif (/^not ok \d+ (.*)/) {
            # not a test: setup_file, or that Bats cannot read the file
            undef $last;
            push @{ $r{wrong} }, "$job->{name}: $1";
        } elsif ($last && /^# ?(.*)$/) {
            $last->{message} .= "$1\n";
        } elsif (!/^suite /) {
            push @{ $r{other} }, s/^# ?//r;
        }
    }
    unended(\%r, $open);
    return \%r;
}

# unended R, TEST: a test that began and of which Bats tells no end, if any.
sub unended {
    my ($r, $test) = @_;
    push @{ $r->{tests} }, { %$test, outcome => 'failed', reason => '',
        message => "ended without a result\n" } if $test;
}

# wrong_with JOB, R: what is wrong with the file as a whole.
sub wrong_with {
    my ($job, $r) = @_;
    my @tests = @{ $r->{tests} };
    my ($file, %times, @wrong) = $job->{name};
    push @wrong, "$file: $r->{expected} tests counted, " . @tests . ' ran'
        if $r->{expected} != @tests;
    push @wrong, "$file: Bats ended with " . ($job->{status} & 127
        ? 'signal ' . ($job->{status} & 127) : 'status ' . ($job->{status} >> 8))
        if $job->{status} && !@{ $r->{wrong} } && !grep { $_->{outcome} eq 'failed' } @tests;
    push @wrong, "$file: no test in it" unless @tests;
    $times{ $_->{name} }++ for @tests;
    push @wrong, map { "$file: two tests are called '$_'" }
        grep { $times{$_} > 1 } sort keys %times;
    return @wrong;
}

1;
