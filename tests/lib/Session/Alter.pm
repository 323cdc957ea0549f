package Session::Alter;
# Alters a session in every way that would make it say something else, for the
# self-test of the checker.
use strict;
use warnings;
use Exporter qw(import);
use Session::Notation qw(licensed_spans speaker %TYPES);

our @EXPORT_OK = qw(alterations renamed);

# alterations: every altered text of session S, whose text is TEXT, as
# { text, what, licensed }. Commands stay: another command is another session.
sub alterations {
    my ($s, $text) = @_;
    my @lines = split /\n/, $text;
    my @made;
    my $add = sub {
        my ($what, $new, $licensed) = @_;
        my $t = join '', map { "$_\n" } @$new;
        push @made, { what => $what, text => $t, licensed => $licensed }
            if $t ne $text;
    };
    for my $line (grep { $_->{kind} =~ /^(?:output|status)$/ } @{ $s->{lines} }) {
        line_alterations($s, \@lines, $line, $add);
        character_alterations($s, \@lines, $line, $add);
    }
    command_alterations(\@lines, $_, $add) for @{ $s->{commands} };
    terminal_alterations($s, \@lines, $add);
    value_alterations($s, \@lines, $add);
    my $fresh = fresh($text, 'word');
    $add->('a licence without use', [ @lines, "varies: word $fresh" ]);
    $add->('a licence nobody knows', [ @lines, "varies: mood $fresh" ]);
    $add->('interleave without two speakers', [ @lines, 'varies: interleave' ])
        unless $s->{interleave} || grep { two_speakers($s, $_) } @{ $s->{commands} };
    return @made;
}

# line_alterations: LINE of session S dropped, doubled, after another, swapped.
sub line_alterations {
    my ($s, $lines, $line, $add) = @_;
    my @lines = @$lines;
    my $i = $line->{index};
    my $name = 'line ' . ($i + 1);
    $add->("$name dropped", [ @lines[ 0 .. $i - 1 ], @lines[ $i + 1 .. $#lines ] ]);
    $add->("$name doubled", [ @lines[ 0 .. $i ], @lines[ $i .. $#lines ] ]);
    $add->("a line before $name", [ @lines[ 0 .. $i - 1 ], '', @lines[ $i .. $#lines ] ]);
    my $next = $s->{lines}[ $i + 1 ];
    return unless $next && $next->{kind} =~ /^(?:output|status)$/;
    my $mixed = $s->{interleave} && $line->{kind} eq 'output' && $next->{kind} eq 'output'
        && speaker($s, $line->{text}) ne speaker($s, $next->{text});
    $add->("$name swapped with the next",
        [ @lines[ 0 .. $i - 1 ], @lines[ $i + 1, $i ], @lines[ $i + 2 .. $#lines ] ], $mixed);
    return;
}

# character_alterations: each character of LINE changed, dropped, doubled.
sub character_alterations {
    my ($s, $lines, $line, $add) = @_;
    my ($i, $text) = @$line{qw(index text)};
    my @spans = licensed_spans($s, $text);
    for my $k (0 .. length($text) - 1) {
        my $char = substr $text, $k, 1;
        my $in = grep { $k >= $_->{start} && $k < $_->{end} } @spans;
        my $other = $char =~ /\d/ ? ($char + 1) % 10 : $char eq 'x' ? 'y' : 'x';
        for my $by ([ 'changed', $other ], [ 'dropped', '' ], [ 'doubled', $char x 2 ]) {
            my @new = @$lines;
            substr $new[$i], $k, 1, $by->[1];
            $add->('line ' . ($i + 1) . ', character ' . ($k + 1) . " $by->[0]", \@new, $in);
        }
    }
    my @new = @$lines;
    $new[$i] .= ' ';
    $add->('line ' . ($i + 1) . ' with a blank at its end', \@new);
    return;
}

# command_alterations: another end of command C.
sub command_alterations {
    my ($lines, $c, $add) = @_;
    my @lines = @$lines;
    my $last = @{ $c->{out} } ? $c->{out}[-1]{index}
        : $c->{index} + ($c->{text} =~ tr/\n//);
    my $end = $last + grep { $c->{$_} } qw(status_line unfinished);
    my $name = "command at line " . ($c->{index} + 1);
    my $line = $c->{status_line};
    my @before = @lines[ 0 .. ($line ? $line->{index} - 1 : $end) ];
    my @after = @lines[ @before + ($line ? 1 : 0) .. $#lines ];
    for my $status ('[exit 1]', '[exit 2]', '[exit 139]', '[killed by SIGKILL]',
        '[killed by SIGPIPE]') {
        next if $line && $line->{text} eq $status;
        $add->("$name: $status", [ @before, $status, @after ]);
    }
    $add->("$name: $_", [ @before[ 0 .. $last ], $_, @lines[ $last + 1 .. $#lines ] ])
        for $c->{unfinished} ? () : '[no newline at end]';
    return;
}

sub two_speakers {
    my ($s, $c) = @_;
    my %who = map { speaker($s, $_->{text}) => 1 } @{ $c->{out} };
    return keys %who > 1;
}

# terminal_alterations: a line [terminal N] dropped, or naming another terminal;
# but not where the lines below it are the same terminal's anyway.
sub terminal_alterations {
    my ($s, $lines, $add) = @_;
    my $before = 0;
    for my $block (@{ $s->{blocks} }) {
        my ($t, $i) = @$block{qw(terminal index)};
        my $was = $before;
        $before = $t;
        next unless $t;
        my @new = @$lines;
        splice @new, $i, 1;
        $add->("line " . ($i + 1) . " dropped", \@new) unless $t == $was;
        for my $other (grep { $_ != $t } 0 .. $s->{terminals} + 1) {
            @new = @$lines;
            $new[$i] = "[terminal $other]";
            $add->("line " . ($i + 1) . ": terminal $other", \@new);
        }
    }
    return;
}

# value_alterations: two values made one, one made two, two exchanged once.
sub value_alterations {
    my ($s, $lines, $add) = @_;
    my $text = join "\n", @$lines;
    my %places;                       # value => [ [line, start, end]... ]
    for my $line (grep { $_->{kind} =~ /^(?:output|status)$/ } @{ $s->{lines} }) {
        push @{ $places{ $_->{value} } }, [ $line->{index}, $_->{start}, $_->{end} ]
            for licensed_spans($s, $line->{text});
    }
    for my $v (sort keys %places) {
        my $type = $s->{type}{$v};
        my $measure = !$TYPES{$type}{identity};
        my @at = @{ $places{$v} };
        my $fresh = fresh($text, $type);
        for my $p (@at > 1 ? @at : ()) {
            $add->("$v in line " . ($p->[0] + 1) . " made another value",
                [ relicense($s, $type, undef, $fresh, put($lines, $fresh, $p)) ], $measure);
        }
        for my $w (grep { $_ gt $v && $s->{type}{$_} eq $type } sort keys %places) {
            my @there = @{ $places{$w} };
            $add->("$v and $w made one",
                [ relicense($s, $type, $w, undef, put($lines, $v, @there)) ], $measure);
            next if @at == 1 && @there == 1;
            for my $p (@at) {
                for my $q (@there) {
                    $add->("$v in line " . ($p->[0] + 1) . " and $w in line "
                        . ($q->[0] + 1) . ' exchanged',
                        [ put($lines, '', [ @$p, $w ], [ @$q, $v ]) ], $measure);
                }
            }
        }
    }
    return;
}

# put: LINES with NEW at the places AT, [line, start, end], or what a place names.
sub put {
    my ($lines, $new, @at) = @_;
    my @out = @$lines;
    for my $p (sort { $b->[0] <=> $a->[0] || $b->[1] <=> $a->[1] } @at) {
        substr $out[ $p->[0] ], $p->[1], $p->[2] - $p->[1], $p->[3] // $new;
    }
    return @out;
}

# relicense: lines OUT of an altered session S, with the value DROP taken from the
# licences of TYPE, or MORE added.
sub relicense {
    my ($s, $type, $drop, $more, @out) = @_;
    for my $l (grep { $_->{type} eq $type } @{ $s->{licences} }) {
        my @v = grep { !defined $drop || $_ ne $drop } @{ $l->{values} };
        push @v, $more if defined $more;
        undef $more;
        $out[ $l->{index} ] = @v ? "varies: $type @v" : undef;
    }
    return grep { defined } @out;
}

# fresh: a value of TYPE that TEXT does not have.
sub fresh {
    my ($text, $type) = @_;
    my $n = 7001;
    $n++ while $text =~ /$n/;
    return $type eq 'addr' ? "0x$n" : $type eq 'word' ? "word$n" : $n;
}

# renamed: session OTHER is session ONE with other values in the licensed places, the
# same for the same. No check can tell these apart, and none is meant to.
sub renamed {
    my ($one, $other) = @_;
    return form($one) eq form($other);
}

# form: session S with a number in place of each licensed value.
sub form {
    my ($s) = @_;
    my (%number, $form);
    for my $c (@{ $s->{commands} }) {
        $form .= join "\0", $c->{text}, $c->{status}, !!$c->{unfinished}, "";
        for my $line (@{ $c->{out} }) {
            my $text = $line->{text};
            my @spans = sort { $a->{start} <=> $b->{start} } licensed_spans($s, $text);
            $number{ $_->{value} } //= keys %number for @spans;
            for my $span (reverse @spans) {
                my $id = $TYPES{ $span->{type} }{identity} ? $number{ $span->{value} } : "";
                substr $text, $span->{start}, length $span->{value},
                    "\1$span->{type} $id\2";
            }
            $form .= "$text\n";
        }
    }
    return $form;
}

1;
