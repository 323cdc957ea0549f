package Session::Write;
# Puts what really came out (a recording, see Session::Run) into the notation.
use strict;
use warnings;
use Exporter qw(import);
use Session::Compare qw(difference);
use Session::Notation qw(parse licensed_spans speaker status_text);
use Session::Run qw(trouble);
use Session::Text qw(unprintable visible);

our @EXPORT_OK = qw(printed renewed_licences missing_licences);

# printed(RECORDS, S): the recording of session S in its notation, licences
# aside. A line stands in the terminal's block where the printed line with its
# number stood; lines that are new in the last one of their command. Dies with
# the place of the command when the notation cannot hold what it did.
sub printed {
    my ($records, $s) = @_;
    for my $i (0 .. $#$records) { refuse($s->{commands}[$i], $records->[$i]) }
    my @text = map { [ printed_command($records->[$_], $_) ] } 0 .. $#$records;
    my %last;                         # command => its last piece
    for my $block (@{ $s->{blocks} }) {
        $last{ $_->{command} } = $_ for @{ $block->{pieces} };
    }
    my @all;
    for my $block (@{ $s->{blocks} }) {
        my @part;
        for my $piece (@{ $block->{pieces} }) {
            my $lines = $text[ $piece->{command} ];
            my $n = $last{ $piece->{command} } == $piece ? @$lines
                : $piece->{lines} + ($piece->{begins} // 0);
            push @part, splice @$lines, 0, $n;
        }
        push @all, { text => "[terminal $block->{terminal}]\n" } if $block->{terminal} && @part;
        push @all, @part;
    }
    read_back($s, $records, @all);
    return join '', map { $_->{text} } @all;
}

# refuse: dies when record R of command C is nothing that can be printed.
sub refuse {
    my ($c, $r) = @_;
    my $trouble = trouble($r);
    die "$c->{at}: the command $trouble: " . (split /\n/, $c->{text})[0] . "\n" if $trouble;
    for my $line (@{ $r->{out} }) {
        my ($what, $instead) = unprintable($line) or next;
        die "$c->{at}: the command prints what a session cannot hold, $what; $instead: "
            . beginning($line) . "\n";
    }
    return;
}

# beginning: LINE as far as a message wants it.
sub beginning {
    my ($line) = @_;
    return visible($line) =~ s/^((?:[\x20-\x7e]|[\xc2-\xf4][\x80-\xbf]+){60}).+/$1.../r;
}

# printed_command: record R of command number K as a list of { text, command,
# line }: the command (which may be several lines), then each line of output.
sub printed_command {
    my ($r, $k) = @_;
    my $command = $r->{text} =~ s/\n(?=[^\n])/\n> /gr =~ s/\n(?=\n|\z)/\n>/gr;
    my @out = @{ $r->{out} };
    my @end = ($r->{unfinished} ? '[no newline at end]' : (),
        $r->{status} ne 'exited 0' ? status_text($r->{status}) : ());
    return { text => "\$ $command\n" },
        (map { { text => "$out[$_]\n", command => $k, line => $_ } } 0 .. $#out),
        map { { text => "$_\n" } } @end;
}

# read_back: dies unless the lines ALL say, when they are read as a session, what
# is in RECORDS: no line of output may be taken for something else.
sub read_back {
    my ($s, $records, @all) = @_;
    my $read = eval { parse(join('', map { $_->{text} } @all), 'it', undef, 1) };
    my ($n) = $@ =~ /^it:(\d+): /;
    my %at;                           # number of a line => the one in ALL
    my $number = 0;
    for my $line (@all) { $at{ ++$number } = $line for 1 .. $line->{text} =~ tr/\n// }
    my $refused = $n && $at{$n} && defined $at{$n}{command} ? $at{$n} : undef;
    for my $line ($refused ? () : grep { defined $_->{command} } @all) {
        my $is = $read && $read->{commands}[ $line->{command} ];
        my $out = $is && $is->{text} eq $records->[ $line->{command} ]{text}
            && $is->{out}[ $line->{line} ];
        next if $out && "$out->{text}\n" eq $line->{text};
        $refused = $line;
        last;
    }
    if ($refused) {
        my $text = beginning($refused->{text} =~ s/\n//r);
        die "$s->{commands}[ $refused->{command} ]{at}: the command prints a line that a"
            . " session cannot hold, for there it would be notation; indent it, as with"
            . " | sed 's/^/    /': $text\n";
    }
    die $@ unless $read;
    return;
}

# renewed_licences(S, BOUND, OUT, OWN): the varies lines of session S for the
# text OUT, in which the value of BOUND took the place of each old one. Values
# that OUT lacks are left out; those that OWN takes for process ids, given a value
# and how many others there are, are added where the session has a licence for some.
sub renewed_licences {
    my ($s, $bound, $out, $own) = @_;
    my $now = parse($out, $s->{name}, undef, 1);
    my @lines = map { $_->{text} } map { @{ $_->{out} } } @{ $now->{commands} };
    my $text = '';
    for my $l (@{ $s->{licences} }) {
        my (@values, %seen);
        for my $new (map { split ' ', $bound->{$_} // $_ } @{ $l->{values} }) {
            my $is = { type => { $new => $l->{type} } };
            next if $seen{$new}++ || !grep { licensed_spans($is, $_) } @lines;
            push @values, $new;
        }
        push @values, grep { !$seen{$_}++ && $own->($_, scalar @values) }
            map { /\b([1-9]\d*)\b/g } @lines if $l->{type} eq 'pid';
        next unless @values || $l->{type} eq 'interleave';
        $text .= join(' ', "varies: $l->{type}", @values)
            . (defined $l->{reason} ? " ($l->{reason})" : '') . "\n";
    }
    return $text if !$s->{interleave} || eval { parse("$out$text", 'it') };
    return $text =~ s/^varies: interleave.*\n//mr;
}

# missing_licences(S, RECORDS, TEXT): the licences, as a list of lines, with
# which session S, whose text is TEXT, would hold for RECORDS; none when no
# licence can help.
sub missing_licences {
    my ($s, $records, $text) = @_;
    for my $try (['varies: interleave'], [ licences_for_values($s, $records) ]) {
        my $with = @$try && eval { parse(join('', $text, map { "$_\n" } @$try), $s->{name}) };
        return @$try if $with && !eval { difference($with, $records) // '' } && !$@;
    }
    return;
}

# licences_for_values: licences for the words in which RECORDS differ from the
# lines that session S prints.
sub licences_for_values {
    my ($s, $records) = @_;
    my (%values, %type);
    for my $i (0 .. $#$records) {
        my ($out, $r) = ($s->{commands}[$i]{out}, $records->[$i]);
        return if @$out != @{ $r->{out} };
        for my $j (0 .. $#$out) {
            my @printed = words($out->[$j]{text});
            my @actual = words($r->{out}[$j]);
            return if @printed != @actual;
            for my $k (grep { $printed[$_] ne $actual[$_] } 0 .. $#printed) {
                my $v = $printed[$k];
                next if $s->{type}{$v} || $type{$v};
                $type{$v} = guess($v, $actual[$k], join('', @printed[ 0 .. $k - 1 ]),
                    join('', @printed[ $k + 1 .. $#printed ]), $r->{pids});
                push @{ $values{ $type{$v} } }, $v;
            }
        }
    }
    return map { "varies: $_ @{ $values{$_} }" } sort keys %values;
}

# words: TEXT in pieces, values and what stands between them.
sub words {
    my ($text) = @_;
    return split /((?<![A-Za-z0-9_])(?:\d+(?:[.,:]\d+)*|0x[0-9a-f]+)(?![A-Za-z0-9_])|\w+)/, $text, -1;
}

# guess: the type of a printed value V that is now ACTUAL, between the texts BEFORE
# and AFTER; PIDS are the first and the last process id that were given.
sub guess {
    my ($v, $actual, $before, $after, $pids) = @_;
    return 'addr' if "$v $actual" =~ /^0x[0-9a-f]+ 0x[0-9a-f]+$/;
    return 'time' if $v =~ /^\d\d:\d\d/;
    return 'word' if "$v$actual" =~ /[^\d.,]/;
    return 'ms' if $after =~ /^\s*ms\b/ || $before =~ /\bms\W*$/;
    my ($named) = $before =~ /\b(fd|port|inode|uid|size)\W*$/;
    return $named if $named;
    return 'time' if "$v$actual" =~ /\./;
    return 'pid' if $actual =~ /^\d+$/ && $actual >= $pids->[0] && $actual <= $pids->[1];
    return 'count';
}

1;
