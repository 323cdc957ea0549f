package Run::JUnit;
# Results as JUnit XML, which forges show. Bats' own reporter mistakes a '#' in a
# name, and passes on bytes that no XML may have.
use strict;
use warnings;
use Encode ();
use Exporter 'import';
our @EXPORT_OK = qw(junit junit_of_wrong);

# junit(GROUP, TEST...): the text for tests as Run::Bats makes them, a suite a
# file.
sub junit {
    my ($group, @tests) = @_;
    my (%of, @files);
    for my $t (@tests) {
        push @files, $t->{file} unless $of{ $t->{file} };
        push @{ $of{ $t->{file} } }, $t;
    }
    return document($group, map { suite($_, @{ $of{$_} }) } @files);
}

# junit_of_wrong(SENTENCE...): the same for what is wrong beside the tests: one
# failed test for each, or one that passed when there is none.
sub junit_of_wrong {
    my @tests = map { { file => 'tests/run', name => $_, ms => 0, outcome => 'failed',
        message => $_, reason => '' } } @_;
    @tests = { file => 'tests/run', name => 'nothing else is wrong', ms => 0,
        outcome => 'passed' } unless @tests;
    return document('run', suite('tests/run', @tests));
}

sub document {
    my ($name, @suites) = @_;
    return qq(<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name=") . xml($name)
        . qq(">\n) . join('', @suites) . "</testsuites>\n";
}

# suite FILE, TEST...
sub suite {
    my ($file, @tests) = @_;
    my (%n, $ms);
    $n{ $_->{outcome} }++, $ms += $_->{ms} for @tests;
    return sprintf(qq(  <testsuite name="%s" tests="%d" failures="%d" errors="0")
        . qq( skipped="%d" time="%.3f">\n), xml($file), scalar @tests, $n{failed} // 0,
        $n{skipped} // 0, $ms / 1000) . join('', map { testcase($_) } @tests) . "  </testsuite>\n";
}

sub testcase {
    my ($t) = @_;
    my $inside = $t->{outcome} eq 'failed'
        ? '<failure message="failed">' . xml($t->{message}) =~ s{&#10;}{\n}gr . '</failure>'
        : $t->{outcome} eq 'skipped' ? '<skipped message="' . xml($t->{reason}) . '"/>' : '';
    return sprintf qq(    <testcase classname="%s" name="%s" time="%.3f">%s</testcase>\n),
        xml($t->{file}), xml($t->{name}), $t->{ms} / 1000, $inside;
}

# xml BYTES: as text of XML 1.0, in UTF-8, for an element or an attribute. What is
# no UTF-8, and characters that XML has no place for, become \xNN or \x{NNNN}.
sub xml {
    my ($bytes) = @_;
    my $text = Encode::decode('UTF-8', $bytes, sub { join '', map { sprintf '\x%02X', $_ } @_ });
    $text =~ s/([^\t\n\r\x20-\x{D7FF}\x{E000}-\x{FFFD}\x{10000}-\x{10FFFF}])/escape($1)/ge;
    $text =~ s/([&<>"\r\n\t])/'&#' . ord($1) . ';'/ge;
    return Encode::encode('UTF-8', $text);
}

sub escape {
    my $n = ord $_[0];
    return sprintf $n < 256 ? '\x%02X' : '\x{%X}', $n;
}

1;
