# Session - reads printed sessions, runs them, and compares.
#
#   parse($text, $name, ...)       the session a text is, or dies "NAME:LINE: .."
#   record($session, %how)         runs its commands; what really came out
#   difference($session, $record)  undef when what came out is what is printed
#                                  under the session's licences, else a hash
#   alike($session, $record)      what the values became, as far as lines fit
#   printed($record, $session)     a recording in the session's notation
#   source_of($file)               the chapter file and its line for each line
#   alone($session)                keeps others from settings of the machine
#
# tests/lib/session --help tells the notation.
package Session;
use strict;
use warnings;
no warnings 'recursion';
use Cwd qw(abs_path);
use Exporter qw(import);
use Fcntl qw(LOCK_EX);
use IO::Select;

use Session::Chapter qw(source_of);
use Session::Notation qw(parse licensed_spans speaker status_text %TYPES);

our @EXPORT_OK = qw(parse record difference alike fits printed source_of licensed_spans
    speaker alone %TYPES);

# alone: for runners that run several sessions at a time. Waits until no other
# uses the settings of the machine (/proc/sys/...) that S names, and gives the
# locks, which hold as long as they are kept. The tests take the same locks.
sub alone {
    my ($s) = @_;
    my %settings = map { $_ => 1 } map { $_->{text} =~ m{/proc/sys/[\w/]+}g } @{ $s->{commands} };
    return map {
        open my $lock, '<', $_ or ();
        $lock && flock($lock, LOCK_EX) ? $lock : ();
    } sort keys %settings;
}

# --- Running -----------------------------------------------------------------

my $output_max = 1 << 20;

# record: runs the commands of session S, each by bash under the runner, all in
# one new directory with links ./NAME to the programs. Commands run one after
# the other; those of several terminals at once, in order within a terminal,
# after the ones that no terminal is named for. HOW: bin (their folder),
# runner, limit (seconds a command), terminal, nobody, first_pid (in a pid
# namespace of our own), environment (hash), before (called with the number of
# each command and the directory just before it runs; gives a hash of more
# environment), until (the number of a command: when it has ended, those of
# other terminals that still run are stopped, and no other starts), hasty (the
# same two seconds after one ended in another way than printed). Returns a list
# of { text, terminal, out => [lines], unfinished, status, says } per command;
# dies when a command cannot be run.
sub record {
    my ($s, %how) = @_;
    my @folders = (new_folder(), new_folder());
    my $records = eval { record_in(@folders, $s, %how) };
    my $trouble = $@;
    system('rm', '-rf', '--', @folders) == 0 or warn "session: @folders stay\n";
    die $trouble unless $records;
    return $records;
}

# new_folder: the path of one, in TMPDIR. File::Temp would give it, too, but takes
# longer to load than a session takes to run.
sub new_folder {
    chomp(my $dir = qx(mktemp -d -t session.XXXXXX));
    die "no folder for temporary files\n" if $?;
    return $dir;
}

# record_in: does it in the folder DIR, with NOTES for what the runner tells.
sub record_in {
    my ($dir, $notes, $s, %how) = @_;
    my $bin = abs_path($how{bin});
    die "$how{bin}: no such folder\n" unless defined $bin && -d $bin;
    opendir my $d, $bin or die "$how{bin}: $!\n";
    for my $p (grep { -f "$bin/$_" && -x _ } readdir $d) {
        if ($how{nobody}) {
            system('cp', "$bin/$p", "$dir/$p") == 0 or die "cp: $p\n";
        } else {
            symlink "$bin/$p", "$dir/$p" or die "$dir/$p: $!\n";
        }
    }
    my @before;
    if ($how{nobody}) {
        chown 65534, 65534, $dir or die "$dir: $!\n";
        @before = qw(setpriv --reuid=65534 --regid=65534 --clear-groups);
    }
    my %env = (
        PATH => $ENV{PATH} // '/usr/bin:/bin', HOME => $dir, TMPDIR => $dir,
        LC_ALL => 'C', TZ => 'UTC', TERM => 'dumb', SHELL => '/bin/bash',
        USER => $ENV{USER} // 'reader', LOGNAME => $ENV{LOGNAME} // 'reader',
        %{ $how{environment} // {} },
    );
    set_next_pid($how{first_pid} - 1) if $how{first_pid};
    my (@records, %queue);
    my $commands = $s->{commands};
    push @{ $queue{ $commands->[$_]{terminal} } }, $_ for 0 .. $#$commands;
    my $start = sub {
        my ($i) = @_;
        my $more = $how{before} ? $how{before}->($i, $dir) : {};
        return { %{ start_command($commands->[$i], "$notes/how-$i", $dir, \@before,
            { %env, %$more }, \%how) }, number => $i };
    };
    for my $terminals ([0], [ grep { $_ } sort keys %queue ]) {
        my $deadline;
        my @jobs = map { $start->(shift @$_) } grep { $_ } @queue{@$terminals};
        while (@jobs) {
            my $job = listen_to($deadline, @jobs);
            if (!$job) {
                next if !defined $deadline || time < $deadline;
                stop_commands(@jobs);
                ($deadline, %queue) = ();
                next;
            }
            @jobs = grep { $_ != $job } @jobs;
            my $r = $records[ $job->{number} ] = ended_command($job, $how{runner});
            if ($job->{number} == ($how{until} // -1)) {
                stop_commands(@jobs);
                %queue = ();
            } elsif ($how{hasty} && $r->{status} ne $job->{command}{status}
                || $how{hasty} && @{ $r->{out} } != @{ $job->{command}{out} }) {
                # the others may wait for what will never come
                $deadline = time + 2;
            }
            my $next = shift @{ $queue{ $job->{command}{terminal} } };
            push @jobs, $start->($next) if defined $next;
        }
    }
    return \@records;
}

# start_command: starts command C in DIR by bash under the runner, which writes
# the file FACTS; BEFORE stands before bash, ENV is its environment. Returns a
# job for listen_to.
sub start_command {
    my ($c, $facts, $dir, $before, $env, $how) = @_;
    pipe(my $read, my $write) or die "pipe: $!\n";
    pipe(my $read_says, my $write_says) or die "pipe: $!\n";
    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        open STDOUT, '>&', $write;
        open STDERR, '>&', $write_says;
        %ENV = %$env;
        exec $how->{runner}, '-t', $how->{limit} // 10, '-C', $dir, '-s', $facts,
            $how->{terminal} ? '-p' : '-m', '--', @$before,
            'bash', '-c', $c->{text}, 'bash'
            or print STDERR "$how->{runner}: $!\n";
        require POSIX;
        POSIX::_exit(2);
    }
    return { command => $c, pid => $pid, facts => $facts, out => '', says => '',
        flood => 0, read => $read, read_says => $read_says, open => 2 };
}

# stop_commands: ends what still runs of JOBS.
sub stop_commands {
    for my $job (@_) {
        $job->{stopped} = 1;
        kill 'TERM', $job->{pid};
    }
    return;
}

# listen_to: takes in what one of the JOBS prints, until the second UNTIL if it
# is given; returns a job once all of its output is there, else nothing.
sub listen_to {
    my ($until, @jobs) = @_;
    my %job_of;
    for my $job (@jobs) {
        $job_of{$_} = $job for grep { $_ } @$job{qw(read read_says)};
    }
    my $select = IO::Select->new(map { grep { $_ } @$_{qw(read read_says)} } @jobs);
    my $left = defined $until && $until > time ? $until - time : $until && 0;
    for my $h ($select->can_read($left)) {
        my $job = $job_of{$h};
        my $of_runner = $job->{read_says} && $h == $job->{read_says};
        my $n = sysread $h, my $piece, 65536;
        if (!$n) {
            delete $job->{ $of_runner ? 'read_says' : 'read' };
            return $job if --$job->{open} == 0;
        } elsif ($of_runner) {
            $job->{says} .= $piece;
        } else {
            $job->{out} .= $piece unless $job->{flood};
            kill 'TERM', $job->{pid}
                if length $job->{out} > $output_max && !$job->{flood}++;
        }
    }
    return;
}

# ended_command: what is known of a JOB's command in the end.
sub ended_command {
    my ($job, $runner) = @_;
    my ($c, $out) = @$job{qw(command out)};
    waitpid $job->{pid}, 0;
    my @facts;
    if (open my $in, '<', $job->{facts}) {
        @facts = <$in>;
        unlink $job->{facts};
    } elsif (!$job->{stopped}) {
        die "$runner did not run: $job->{says}\n";
    }
    chomp @facts;
    my $status = $facts[0] // 'stopped';
    $status = 'flood' if $job->{flood};
    die "$c->{at}: bash cannot be run\n" if $status =~ /^no-exec/;
    my $unfinished = $out ne '' && $out !~ /\n\z/;
    my @lines = split /\n/, $out, -1;
    pop @lines if @lines && !$unfinished;
    return { text => $c->{text}, terminal => $c->{terminal}, out => \@lines,
        status => $status, unfinished => $unfinished, says => $job->{says},
        left => [ grep { /^left / } @facts ] };
}

# set_next_pid: in a pid namespace of our own, what the next process is called.
sub set_next_pid {
    my ($pid) = @_;
    open my $f, '>', '/proc/sys/kernel/ns_last_pid' or return 0;
    print $f $pid - 1;
    return close $f;
}

# printed: recording R of session S as text in its notation, licences aside.
# A line stands in the terminal's block where the printed line with its number
# stood; lines that are new in the last one of their command. Dies when the
# notation cannot say it.
sub printed {
    my ($records, $s) = @_;
    my @text = map { [ printed_command($_) ] } @$records;
    my %last;                         # command => its last piece
    for my $block (@{ $s->{blocks} }) {
        $last{ $_->{command} } = $_ for @{ $block->{pieces} };
    }
    my $text = '';
    for my $block (@{ $s->{blocks} }) {
        my $part = '';
        for my $piece (@{ $block->{pieces} }) {
            my $lines = $text[ $piece->{command} ];
            my $n = $last{ $piece->{command} } == $piece ? @$lines
                : $piece->{lines} + ($piece->{begins} // 0);
            $part .= join '', splice @$lines, 0, $n;
        }
        $text .= "[terminal $block->{terminal}]\n" if $block->{terminal} && $part ne '';
        $text .= $part;
    }
    return $text;
}

# printed_command: record R as a list: the command, then each line of output.
sub printed_command {
    my ($r) = @_;
    my $command = $r->{text};
    my $trouble = trouble($r);
    die "\$ $command: $trouble\n" if $trouble;
    $command =~ s/\n/\n> /g;
    my @text = ("\$ $command\n");
    for my $line (@{ $r->{out} }) {
        die "\$ $command: prints a line that a session cannot: $line\n"
            if $line =~ /[^\t\x20-\x7e\x80-\xff]/ || $line =~ /^\$ .*\S/
            || $line =~ /^varies:/ || @text == 1 && $line =~ /^> /
            || $line =~ /^\[(?:exit \d+|killed by SIG\w+|no newline at end)\]$/
            || $line =~ /^\[terminal\b/;
        push @text, "$line\n";
    }
    push @text, "[no newline at end]\n" if $r->{unfinished};
    push @text, status_text($r->{status}) . "\n" if $r->{status} ne 'exited 0';
    return @text;
}

# trouble: what went wrong with a recorded command that no session may print.
sub trouble {
    my ($r) = @_;
    return 'did not end in time' if $r->{status} eq 'timeout';
    return 'prints more than a megabyte' if $r->{status} eq 'flood';
    return 'was stopped' if $r->{status} eq 'stopped';
    return 'leaves a process behind (' . join(', ', map { s/^left //r }
        @{ $r->{left} }) . ')' if @{ $r->{left} };
    return;
}

# --- Comparing ---------------------------------------------------------------

# difference: compares recording R with session S. Returns undef, or
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

# alike: bindings (as difference gives them) from the lines of recording R that
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

# fail_at: keeps the difference that is furthest on.
sub fail_at {
    my ($search, $i, $j, $state, %difference) = @_;
    my ($fi, $fj) = @{ $search->{far} };
    if ($i > $fi || $i == $fi && $j > $fj) {
        $search->{far} = [ $i, $j ];
        $search->{far_state} = $state;
        $search->{difference} = { %difference };
    }
    return;
}

# match_command: matches commands I and on, given the bindings in STATE; the
# final bindings, or nothing.
sub match_command {
    my ($search, $i, $state) = @_;
    my ($commands, $records) = ($search->{s}{commands}, $search->{records});
    if ($i == @$commands) {
        return $state if @$records == @$commands;
        return fail_at($search, $i, 0, $state, at => $search->{s}{name},
            why => 'another number of commands ran');
    }
    my ($c, $r) = ($commands->[$i], $records->[$i]);
    my %base = (at => $c->{at}, command => $c->{text});
    return fail_at($search, $i, 0, $state, %base,
        why => 'the command was not run') unless $r;
    return fail_at($search, $i, 0, $state, %base,
        why => 'another command ran', actual => $r->{text})
        if $r->{text} ne $c->{text};
    return fail_at($search, $i, 0, $state, %base,
        why => "the command ran in terminal $r->{terminal}")
        if $r->{terminal} != $c->{terminal};
    my %queues;
    my @order;
    for my $line (@{ $c->{out} }) {
        my $who = $search->{s}{interleave} ? speaker($search->{s}, $line->{text})
            : '';
        push @order, $who unless $queues{$who};
        push @{ $queues{$who} }, $line;
    }
    return match_line($search, $i, 0, $state, \%queues, { map { $_ => 0 } @order },
        \@order);
}

# match_line: matches line J and on of what command I wrote; NEXT says how many
# lines of each queue are used up.
sub match_line {
    my ($search, $i, $j, $state, $queues, $next, $order) = @_;
    my ($c, $r) = ($search->{s}{commands}[$i], $search->{records}[$i]);
    if (@$order == 1) {               # one line alone may come next: no search
        my ($queue, $n) = ($queues->{ $order->[0] }, $next->{ $order->[0] });
        while ($j < @{ $r->{out} } && $n < @$queue) {
            my ($new) = bind_line($search->{s}, $queue->[$n]{text}, $r->{out}[$j], $state);
            last unless $new;
            ($state, $j, $n) = ($new, $j + 1, $n + 1);
        }
        $next = { $order->[0] => $n };
    }
    my %base = (command => $c->{text});
    die "$c->{at}: too many ways to interleave\n"
        if ++$search->{steps} > 200_000;
    my @heads = sort { $a->[1]{index} <=> $b->[1]{index} }
        map { [ $_, $queues->{$_}[ $next->{$_} ] ] }
        grep { $next->{$_} < @{ $queues->{$_} } } @$order;
    if ($j == @{ $r->{out} }) {
        my $trouble = trouble($r);
        if (@heads) {
            my $line = $heads[0][1];
            return fail_at($search, $i, $j, $state, %base, at => $line->{at},
                expected => $line->{text}, why => 'a printed line did not come'
                . ($trouble ? ": the command $trouble" : ''));
        }
        return fail_at($search, $i, $j + 1, $state, %base, at => $c->{at},
            why => "the command $trouble") if $trouble;
        if ($r->{status} ne $c->{status}) {
            my $line = $c->{status_line};
            return fail_at($search, $i, $j + 1, $state, %base,
                at => $line ? $line->{at} : $c->{at},
                expected => status_text($c->{status}),
                actual => status_text($r->{status}),
                why => 'the command ended in another way');
        }
        if (!!$r->{unfinished} != !!$c->{unfinished}) {
            return fail_at($search, $i, $j + 1, $state, %base,
                at => $c->{unfinished} ? $c->{unfinished}{at} : $c->{at},
                why => $c->{unfinished} ? 'the last line does end in a newline'
                : 'the last line has no newline, which is printed as'
                    . " '[no newline at end]'");
        }
        return match_command($search, $i + 1, $state);
    }
    my $actual = $r->{out}[$j];
    if (!@heads) {
        my $at = @{ $c->{out} } ? $c->{out}[-1]{at} : $c->{at};
        return fail_at($search, $i, $j, $state, %base, at => $at,
            actual => $actual, why => 'a line came that is not printed');
    }
    my $why;
    for my $head (@heads) {
        my ($who, $line) = @$head;
        my ($new, $reason) = bind_line($search->{s}, $line->{text}, $actual, $state);
        if ($new) {
            my $end = match_line($search, $i, $j + 1, $new, $queues,
                { %$next, $who => $next->{$who} + 1 }, $order);
            return $end if $end;
        }
        $why //= $reason;
    }
    return fail_at($search, $i, $j, $state, %base, at => $heads[0][1]{at},
        expected => join("\n", map { $_->[1]{text} } @heads),
        actual => $actual, why => $why // 'another line came');
}

# bind_line: matches one ACTUAL line with the PRINTED one. Returns the bindings
# with those of this line added; or undef and the reason.
sub bind_line {
    my ($s, $printed, $actual, $state) = @_;
    my @values = licensed_spans($s, $printed);
    if (!@values) {
        return $state if $printed eq $actual;
        return (undef, 'another line came');
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
    if (!@got) {
        $tail = blanks($tail);
        return (undef, $actual =~ /^$loose$tail$/
            ? 'only blanks differ: a licensed value must not be padded, for it'
                . ' may be longer or shorter next time'
            : 'another line came');
    }
    my $new = { to => { %{ $state->{to} } }, from => { %{ $state->{from} } } };
    for my $v (@values) {
        my $value = shift @got;
        if (!$TYPES{ $v->{type} }{identity}) {
            my $all = $new->{to}{ $v->{value} } // "";  # a list, for a measure
            $new->{to}{ $v->{value} } = join " ", split(" ", $all), $value;
            next;
        }
        my $was = $new->{to}{ $v->{value} };
        if (defined $was && $was ne $value) {
            return (undef, "the printed $v->{type} $v->{value} was $was before"
                . " and is $value now");
        }
        my $other = $new->{from}{"$v->{type} $value"};
        if (defined $other && $other ne $v->{value}) {
            return (undef, "the printed $v->{type}s $other and $v->{value} are"
                . " one and the same, $value");
        }
        $new->{to}{ $v->{value} } = $value;
        $new->{from}{"$v->{type} $value"} = $v->{value};
    }
    return $new;
}

# fits: ACTUAL is what the PRINTED line of session S says, whatever its licensed
# values are elsewhere.
sub fits {
    my ($s, $printed, $actual) = @_;
    my ($bound) = bind_line($s, $printed, $actual, { to => {}, from => {} });
    return !!$bound;
}

# blanks: a pattern for the literal TEXT in which blanks may come and go.
sub blanks {
    my ($text) = @_;
    return join '\s*', map { quotemeta } split /\s+/, $text, -1;
}

1;
