package Session::Notation;
# The notation of printed sessions (tests/lib/session --help tells it): the one
# place that says what each line of a session is. The checker, promote and the
# pages ask here, so that none of them takes for output what another takes for
# notation.
use strict;
use warnings;
use Exporter qw(import);
use Session::Text qw(unprintable);

our @EXPORT_OK = qw(parse licensed_spans speaker status_text %TYPES);

# What a licensed value of each type looks like. An identity is one thing with
# a name: the same printed value must be the same actual value, and different
# ones different. Times are measures: that two of them agree means nothing.
my $number = qr/(?:0|[1-9]\d*)/;
our %TYPES = (
    pid   => { pattern => qr/[1-9]\d*/,        identity => 1 },
    addr  => { pattern => qr/0x[0-9a-f]+/,     identity => 1 },
    fd    => { pattern => $number,             identity => 1 },
    port  => { pattern => qr/[1-9]\d{0,4}/,    identity => 1 },
    inode => { pattern => qr/[1-9]\d*/,        identity => 1 },
    uid   => { pattern => $number,             identity => 1 },
    size  => { pattern => qr/\d+(?:,\d{3})*(?:\.\d+)?(?:[kKMGT](?:i?B)?)?/,
               identity => 1 },
    count => { pattern => qr/\d+(?:,\d{3})*/,  identity => 1 },
    word  => { pattern => qr/\S+/,             identity => 1 },
    time  => { pattern => qr/\d\d:\d\d(?::\d\d)?(?:\.\d+)?|\d+(?:\.\d+)?/,
               identity => 0 },
    ms    => { pattern => qr/\d+(?:\.\d+)?/,   identity => 0 },
);

# A value is a whole word: no letter, digit or decimal point goes on with it.
my $before = qr/(?<![A-Za-z0-9_])(?<!\d\.)/;
my $after  = qr/(?![A-Za-z0-9_])(?!\.\d)/;

# The signals that have a name in Linux, as the runner gives them.
my %SIGNALS = map { ("SIG$_" => 1) } qw(HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV
    USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM
    PROF WINCH POLL PWR SYS RTMIN), map { "RTMIN+$_" } 1 .. 30;

# parse(TEXT, NAME, WHERE, LENIENT) gives the session that TEXT is, or dies with
# "NAME:LINE: message". WHERE has the place of each line as [FILE, LINE] when
# the text stands elsewhere, in a chapter. LENIENT lets licences be that nothing
# uses (yet). A session is
#   name       NAME
#   lines      every line in order: { kind, text, at, index }; kind is command
#              or more (text without "$ " and "> "), output, status ([exit 3],
#              [killed by ...], [no newline at end]), terminal (its number) or
#              licence (type, values, reason)
#   commands   { text, at, index, terminal, out => [lines], status (as the
#              runner says it: exited 0), status_line, unfinished }
#   blocks     the runs of lines of one terminal (0: before any is named):
#              { terminal, pieces, at, index }; a piece is a command's lines
#              there, { command (its number), begins, lines (of output) }
#   terminals  how many
#   licences   of lines, those; type has the type of each licensed value
sub parse {
    my ($text, $name, $where, $lenient) = @_;
    my @lines = split /\n/, $text, -1;
    my $at = sub {
        my $w = $where && $where->[ $_[0] ];
        return $w ? "$w->[0]:$w->[1]" : "$name:" . ($_[0] + 1);
    };
    die $at->(0) . ": an empty session\n" unless @lines;
    die $at->($#lines) . ": the last line has no end\n" if $lines[-1] ne '';
    pop @lines;
    my $s = { name => $name, commands => [], licences => [], type => {}, lines => [],
        blocks => [ { terminal => 0, pieces => [] } ], terminals => 0 };
    my $end = @lines;
    $end-- while $end > 0 && $lines[ $end - 1 ] =~ /^varies:/;
    my %last;                         # terminal => its last command
    for my $i (0 .. $#lines) {
        my ($what, $instead) = unprintable($lines[$i]);
        $instead = 'write it in another way' if $lines[$i] =~ /^[\$>](?: |\z)/;
        die $at->($i) . ": a session cannot hold $what; $instead\n" if $what;
        my $line = { text => $lines[$i], at => $at->($i), index => $i };
        push @{ $s->{lines} }, $line;
        if ($i < $end) { body_line($s, $line, \%last) } else { licence($s, $line) }
    }
    check_terminals($s);
    die $at->(0) . ": a session begins with '\$ ' and a command\n"
        unless @{ $s->{commands} };
    command_end($_) for @{ $s->{commands} };
    check_use($s) unless $lenient;
    return $s;
}

# body_line: takes LINE, which is no licence, into session S; LAST has the last
# command of each terminal.
sub body_line {
    my ($s, $line, $last) = @_;
    my $block = $s->{blocks}[-1];
    my $t = $block->{terminal};
    my $c = $last->{$t};
    if ($line->{text} =~ /^\[terminal\b/) {
        terminal_line($s, $line);
    } elsif ($line->{text} =~ /^\$ (.*\S.*)$/) {
        @$line{qw(kind text)} = ('command', $1);
        $last->{$t} = { %$line{qw(text at index)}, out => [], terminal => $t };
        push @{ $s->{commands} }, $last->{$t};
        push @{ $block->{pieces} },
            { command => $#{ $s->{commands} }, begins => 1, lines => 0 };
    } elsif (!$c) {
        die "$line->{at}: a " . ($t ? 'terminal' : 'session')
            . " begins with '\$ ' and a command\n";
    } elsif ($line->{text} =~ /^>(?: (.*))?$/ && !@{ $c->{out} } && @{ $block->{pieces} }) {
        @$line{qw(kind text)} = ('more', $1 // '');
        $c->{text} .= "\n$line->{text}";
    } else {
        $line->{kind} = 'output';
        if (!@{ $block->{pieces} }) {
            my ($k) = grep { $s->{commands}[$_] == $c } 0 .. $#{ $s->{commands} };
            push @{ $block->{pieces} }, { command => $k, lines => 0 };
        }
        $block->{pieces}[-1]{lines}++;
        push @{ $c->{out} }, $line;
    }
    return;
}

# terminal_line: LINE "[terminal N]" begins another block of session S.
sub terminal_line {
    my ($s, $line) = @_;
    my ($n) = $line->{text} =~ /^\[terminal ([1-9])\]$/
        or die "$line->{at}: not '[terminal N]' with N from 1 to 9\n";
    my $next = $s->{terminals} + 1;
    die "$line->{at}: terminal $next has to come first\n" if $n > $next;
    check_block($s->{blocks}[-1]);
    @$line{qw(kind text)} = ('terminal', $n);
    $s->{terminals} = $n if $n == $next;
    push @{ $s->{blocks} },
        { terminal => $n, at => $line->{at}, index => $line->{index}, pieces => [] };
    return;
}

sub check_block {
    my ($block) = @_;
    die "$block->{at}: nothing happens in this terminal\n"
        if $block->{terminal} && !@{ $block->{pieces} };
    return;
}

sub check_terminals {
    my ($s) = @_;
    check_block($s->{blocks}[-1]);
    die "$s->{blocks}[-1]{at}: one terminal alone needs no name\n"
        if $s->{terminals} == 1;
    return;
}

# command_end: takes the lines that tell how command C ended from its output.
sub command_end {
    my ($c) = @_;
    my $out = $c->{out};
    $c->{status} = 'exited 0';
    if (@$out && $out->[-1]{text} =~ /^\[exit (\d+)\]$/) {
        die "$out->[-1]{at}: '[exit 0]' is not printed\n" if $1 eq '0';
        die "$out->[-1]{at}: no exit status is $1\n" if $1 > 255 || $1 =~ /^0/;
        $c->{status} = "exited $1";
        $c->{status_line} = pop @$out;
    } elsif (@$out && $out->[-1]{text} =~ /^\[killed by (SIG[A-Z0-9+-]+)\]$/) {
        die "$out->[-1]{at}: no signal is called $1\n" unless $SIGNALS{$1};
        $c->{status} = "killed $1";
        $c->{status_line} = pop @$out;
    }
    if (@$out && $out->[-1]{text} eq '[no newline at end]') {
        $c->{unfinished} = pop @$out;
        die "$c->{unfinished}{at}: the line before is missing\n" if !@$out;
    }
    $_->{kind} = 'status' for grep { $_ } @$c{qw(status_line unfinished)};
    return;
}

# status_text: STATUS, as the runner says it, as the notation does.
sub status_text {
    my ($status) = @_;
    return "[exit $1]" if $status =~ /^exited (\d+)$/;
    return "[killed by $1]" if $status =~ /^killed (\S+)$/;
    return $status;
}

# licence: LINE "varies: TYPE VALUE... (REASON)" of session S.
sub licence {
    my ($s, $line) = @_;
    my $at = $line->{at};
    $line->{text} =~ /^varies: (\S+)((?: [^\s(]\S*)*)(?: \((.+)\))?$/
        or die "$at: not 'varies: TYPE VALUE...'\n";
    my ($type, $values, $reason) = ($1, $2, $3);
    my @values = split ' ', $values;
    if ($type eq 'interleave') {
        die "$at: 'varies: interleave' takes no values\n" if @values;
        die "$at: 'varies: interleave' twice\n" if $s->{interleave};
        $s->{interleave} = $at;
    } else {
        my $t = $TYPES{$type}
            or die "$at: no licence is called '$type'; there are "
            . join(', ', sort(keys %TYPES), 'interleave') . "\n";
        die "$at: 'varies: $type' names no value\n" unless @values;
        for my $v (@values) {
            die "$at: '$v' is no $type\n" unless $v =~ /^$t->{pattern}$/;
            die "$at: '$v' is licensed twice\n" if $s->{type}{$v};
            $s->{type}{$v} = $type;
        }
    }
    @$line{qw(kind type values reason)} = ('licence', $type, \@values, $reason);
    push @{ $s->{licences} }, $line;
    return;
}

# check_use: dies when a licence of session S is not used by what is printed.
sub check_use {
    my ($s) = @_;
    my (%seen, $mixed);
    for my $c (@{ $s->{commands} }) {
        my %speaker;
        for my $line (@{ $c->{out} }) {
            $seen{ $_->{value} } = 1 for licensed_spans($s, $line->{text});
            $speaker{ speaker($s, $line->{text}) } = 1 if $s->{interleave};
        }
        $mixed = 1 if keys %speaker > 1;
    }
    for my $l (@{ $s->{licences} }) {
        for my $v (@{ $l->{values} }) {
            die "$l->{at}: the licence for '$v' is not used\n" unless $seen{$v};
        }
        die "$l->{at}: the licence to interleave is not used: no command has"
            . " lines of two speakers\n"
            if $l->{type} eq 'interleave' && !$mixed;
    }
    return;
}

# licensed_spans: where licensed values of session S stand in TEXT, from left
# to right: { start, end, value, type }.
sub licensed_spans {
    my ($s, $text) = @_;
    return unless %{ $s->{type} };
    my $any = $s->{any} //= do {
        my $alternatives = join '|', map { quotemeta }
            sort { length $b <=> length $a || $a cmp $b } keys %{ $s->{type} };
        qr/$before($alternatives)$after/;
    };
    my @spans;
    while ($text =~ /$any/g) {
        push @spans, { start => $-[1], end => $+[1], value => $1,
                       type => $s->{type}{$1} };
    }
    return @spans;
}

# speaker: who wrote the line TEXT, for 'varies: interleave': the first licensed
# pid among its first two words, or else its first word.
sub speaker {
    my ($s, $text) = @_;
    my ($start) = $text =~ /^(\s*\S*(?:\s+\S+)?)/;
    for my $span (licensed_spans($s, $start)) {
        return "pid $span->{value}" if $span->{type} eq 'pid';
    }
    return $text =~ /^\s*(\S+)/ ? "word $1" : '';
}

1;
