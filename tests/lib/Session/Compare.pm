package Session::Compare;
# Compares what really came out (a recording, see Session::Run) with what a
# session prints, under its licences.
use strict;
use warnings;
no warnings 'recursion';
use Exporter qw(import);
use Session::Notation qw(licensed_spans speaker status_text %TYPES);
use Session::Run qw(trouble);

our @EXPORT_OK = qw(difference alike fits);

# difference: compares RECORDS with session S. Returns undef, or
# { at, command, expected, actual, why }: the place furthest on that no reading
# of the session gets past. BOUND, a hash, receives printed value => actual
# (of a measure: all actual values it stood for, with blanks between).
sub difference {
    my ($s, $records, $bound) = @_;
    my $search = { s => $s, records => $records, far => [ -1, -1 ], steps => 0 };
    my $state = { to => {}, from => {} };
    my $end = match_command($search, 0, $state);
    if ($end) {
        %$bound = %{ $end->{to} } if $bound;
        return;
    }
    %$bound = %{ $search->{far_state}{to} } if $bound;
    return $search->{difference};
}

# alike: bindings (as difference gives them) from the lines of RECORDS that
# fit a printed line of session S, in order; the others are passed over.
sub alike {
    my ($s, $records) = @_;
    my $state = { to => {}, from => {} };
    for my $i (0 .. $#$records) {
        my ($c, $r) = ($s->{commands}[$i], $records->[$i]);
        my $from = 0;
        for my $line (grep { licensed_spans($s, $_->{text}) } @{ $c->{out} }) {
            for my $j ($from .. $#{ $r->{out} }) {
                my ($new) = bind_line($s, $line->{text}, $r->{out}[$j], $state);
                next unless $new;
                ($state, $from) = ($new, $j + 1);
                last;
            }
        }
    }
    return $state->{to};
}

# fits: ACTUAL is what the PRINTED line of session S says, whatever its licensed
# values are elsewhere.
sub fits {
    my ($s, $printed, $actual) = @_;
    my ($bound) = bind_line($s, $printed, $actual, { to => {}, from => {} });
    return !!$bound;
}

# fail_at: keeps the DIFFERENCE at PLACE, [command, line], of SEARCH, with the
# bindings in STATE, if it is furthest on.
sub fail_at {
    my ($search, $place, $state, $difference) = @_;
    my $far = $search->{far};
    if ($place->[0] > $far->[0] || $place->[0] == $far->[0] && $place->[1] > $far->[1]) {
        @$search{qw(far far_state difference)} = ($place, $state, $difference);
    }
    return;
}

# match_command: matches commands I and on, given the bindings in STATE; the
# final bindings, or nothing.
sub match_command {
    my ($search, $i, $state) = @_;
    my ($s, $records) = @$search{qw(s records)};
    my ($c, $r) = ($s->{commands}[$i], $records->[$i]);
    if (!$c) {
        return $state if !$r;
        return fail_at($search, [ $i, 0 ], $state,
            { at => $s->{name}, why => 'another number of commands ran' });
    }
    my %wrong = !$r ? (why => 'the command was not run')
        : $r->{text} ne $c->{text} ? (why => 'another command ran', actual => $r->{text})
        : $r->{terminal} != $c->{terminal} ? (why => "the command ran in terminal $r->{terminal}")
        : ();
    return fail_at($search, [ $i, 0 ], $state,
        { at => $c->{at}, command => $c->{text}, %wrong }) if %wrong;
    my (%queues, @order);
    for my $line (@{ $c->{out} }) {
        my $who = $s->{interleave} ? speaker($s, $line->{text}) : '';
        push @order, $who unless $queues{$who};
        push @{ $queues{$who} }, $line;
    }
    my $lines = { search => $search, i => $i, c => $c, r => $r, queues => \%queues,
        order => \@order };
    return match_line($lines, 0, $state, { map { $_ => 0 } @order });
}

# match_line: matches line J and on of what a command wrote, and the commands
# after it; LINES has the command and the QUEUES of its printed lines by
# speaker, NEXT says how many lines of each queue are used up.
sub match_line {
    my ($lines, $j, $state, $next) = @_;
    my ($search, $queues, $c, $actual) = (@$lines{qw(search queues c)}, $lines->{r}{out});
    if (@{ $lines->{order} } == 1) {  # one line alone may come next: no search
        my $who = $lines->{order}[0];
        my ($queue, $n) = ($queues->{$who}, $next->{$who});
        while ($j < @$actual && $n < @$queue) {
            my ($new) = bind_line($search->{s}, $queue->[$n]{text}, $actual->[$j], $state);
            last unless $new;
            ($state, $j, $n) = ($new, $j + 1, $n + 1);
        }
        $next = { $who => $n };
    }
    die "$c->{at}: too many ways to interleave\n" if ++$search->{steps} > 200_000;
    my @heads = sort { $a->[1]{index} <=> $b->[1]{index} }
        map { [ $_, $queues->{$_}[ $next->{$_} ] ] }
        grep { $next->{$_} < @{ $queues->{$_} } } @{ $lines->{order} };
    return match_end($lines, $j, $state, @heads ? $heads[0][1] : undef) if $j == @$actual;
    my $place = [ $lines->{i}, $j ];
    if (!@heads) {
        my $at = @{ $c->{out} } ? $c->{out}[-1]{at} : $c->{at};
        return fail_at($search, $place, $state, { command => $c->{text}, at => $at,
            actual => $actual->[$j], why => 'a line came that is not printed' });
    }
    my $why;
    for my $head (@heads) {
        my ($who, $line) = @$head;
        my ($new, $reason) = bind_line($search->{s}, $line->{text}, $actual->[$j], $state);
        if ($new) {
            my $end = match_line($lines, $j + 1, $new, { %$next, $who => $next->{$who} + 1 });
            return $end if $end;
        }
        $why //= $reason;
    }
    return fail_at($search, $place, $state, { command => $c->{text},
        at => $heads[0][1]{at}, expected => join("\n", map { $_->[1]{text} } @heads),
        actual => $actual->[$j], why => $why // 'another line came' });
}

# match_end: like match_line, after the last line, number J, that the command of
# LINES wrote; LINE is a printed one that is left over.
sub match_end {
    my ($lines, $j, $state, $line) = @_;
    my ($search, $i, $c, $r) = @$lines{qw(search i c r)};
    my $trouble = trouble($r);
    my ($status, $unfinished) = @$c{qw(status_line unfinished)};
    my %wrong = $line
        ? (at => $line->{at}, expected => $line->{text}, why => 'a printed line did not come'
            . ($trouble ? ": the command $trouble" : ''))
        : $trouble ? (why => "the command $trouble")
        : $r->{status} ne $c->{status}
        ? (at => ($status // $c)->{at}, expected => status_text($c->{status}),
            actual => status_text($r->{status}), why => 'the command ended in another way')
        : $unfinished && !$r->{unfinished}
        ? (at => $unfinished->{at}, why => 'the last line does end in a newline')
        : $r->{unfinished} && !$unfinished
        ? (why => "the last line has no newline, which is printed as '[no newline at end]'")
        : ();
    return match_command($search, $i + 1, $state) unless %wrong;
    return fail_at($search, [ $i, $line ? $j : $j + 1 ], $state,
        { at => $c->{at}, command => $c->{text}, %wrong });
}

# bind_line: matches one ACTUAL line with the PRINTED one. Returns the bindings
# with those of this line added; or undef and the reason.
sub bind_line {
    my ($s, $printed, $actual, $state) = @_;
    my @values = licensed_spans($s, $printed);
    if (!@values) {
        return $state if $printed eq $actual;
        return (undef, 'another line came'
            . ($printed =~ s/\s+//gr eq $actual =~ s/\s+//gr ? ': only blanks differ' : ''));
    }
    my ($exact, $loose, $at) = ('', '', 0);
    my (%group, $n);
    for my $v (@values) {
        my $literal = substr $printed, $at, $v->{start} - $at;
        my $type = $TYPES{ $v->{type} };
        $n++;
        my $value = $v->{type} eq 'word' && $group{ $v->{value} }
            ? "(\\g{$group{$v->{value}}})" : "($type->{pattern})";
        $group{ $v->{value} } //= $n;
        $exact .= quotemeta($literal) . $value;
        $loose .= blanks($literal) . $value;
        $at = $v->{end};
    }
    my $tail = substr $printed, $at;
    my @got = $actual =~ /^$exact\Q$tail\E$/;
    return bind_values($state, \@values, \@got) if @got;
    $tail = blanks($tail);
    return (undef, $actual =~ /^$loose$tail$/
        ? 'only blanks differ: a licensed value must not be padded, for it'
            . ' may be longer or shorter next time'
        : 'another line came');
}

# bind_values: the bindings in STATE, and the actual values GOT for the printed
# VALUES; or undef and why they do not go together.
sub bind_values {
    my ($state, $values, $got) = @_;
    my $new = { to => { %{ $state->{to} } }, from => { %{ $state->{from} } } };
    for my $i (0 .. $#$values) {
        my ($v, $value) = ($values->[$i], $got->[$i]);
        if (!$TYPES{ $v->{type} }{identity}) {
            my $all = $new->{to}{ $v->{value} } // "";  # a list, for a measure
            $new->{to}{ $v->{value} } = join " ", split(" ", $all), $value;
            next;
        }
        my $was = $new->{to}{ $v->{value} };
        return (undef, "the printed $v->{type} $v->{value} was $was before"
            . " and is $value now") if defined $was && $was ne $value;
        my $other = $new->{from}{"$v->{type} $value"};
        return (undef, "the printed $v->{type}s $other and $v->{value} are"
            . " one and the same, $value") if defined $other && $other ne $v->{value};
        $new->{to}{ $v->{value} } = $value;
        $new->{from}{"$v->{type} $value"} = $v->{value};
    }
    return $new;
}

# blanks: a pattern for the literal TEXT in which blanks may come and go.
sub blanks {
    my ($text) = @_;
    return join '\s*', map { quotemeta } split /\s+/, $text, -1;
}

1;
