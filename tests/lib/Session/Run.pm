package Session::Run;
# Runs the commands of a session and tells what really came out.
use strict;
use warnings;
use Cwd qw(abs_path);
use Exporter qw(import);
use Fcntl qw(LOCK_EX);
use IO::Select;

our @EXPORT_OK = qw(record trouble alone);

my $output_max = 1 << 20;

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

# record: runs the commands of session S, each by bash under the runner, all in
# one new directory with links ./NAME to the programs. Commands run one after
# the other; those of several terminals at once, in order within a terminal,
# after the ones that no terminal is named for. HOW: bin (their folder),
# runner, limit (seconds a command: 10, and 60 for a check of an exercise, which runs
# its program again and again), terminal, nobody, first_pid (in a pid
# namespace of our own), environment (hash), before (called with the number of
# each command and the directory just before it runs; gives a hash of more
# environment), after (called with the directory when all have run), until (the
# number of a command: when it has ended, those of other terminals that still run
# are stopped, and no other starts), hasty (the same two seconds after one ended
# in another way than printed). Returns a list
# of { text, terminal, out => [lines], unfinished, status, says, left, remains, limit,
# pids => [FIRST, LAST] that the machine gave meanwhile } per command; dies when
# a command cannot be run.
sub record {
    my ($s, %how) = @_;
    $how{limit} //= ($ENV{BOOK_LIMIT} // 10) * ($how{bin} =~ m{/exercises/?$} ? 6 : 1);
    my ($dir, $notes) = (new_folder(), new_folder());
    my $run = { s => $s, how => \%how, dir => $dir, notes => $notes, records => [] };
    my $done = eval { run_commands($run); 1 };
    my $trouble = $@;
    $how{after}->($dir) if $how{after};
    system('rm', '-rf', '--', $dir, $notes) == 0 or warn "session: $dir $notes stay\n";
    die $trouble unless $done;
    return $run->{records};
}

# new_folder: the path of one, in TMPDIR. File::Temp would give it, too, but takes
# longer to load than a session takes to run.
sub new_folder {
    chomp(my $dir = qx(mktemp -d -t session.XXXXXX));
    die "no folder for temporary files\n" if $?;
    return $dir;
}

# run_commands: does all commands of RUN, { s, how, dir (where they run), notes
# (the folder for what the runner tells), records }.
sub run_commands {
    my ($run) = @_;
    my ($dir, $how, $commands) = ($run->{dir}, $run->{how}, $run->{s}{commands});
    bring_programs($dir, $how);
    if ($how->{nobody}) {
        chown 65534, 65534, $dir or die "$dir: $!\n";
        $run->{before} = [qw(setpriv --reuid=65534 --regid=65534 --clear-groups)];
    }
    $run->{env} = {
        PATH => $ENV{PATH} // '/usr/bin:/bin', HOME => $dir, TMPDIR => $dir,
        LC_ALL => 'C', TZ => 'UTC', TERM => 'dumb', SHELL => '/bin/bash',
        USER => $ENV{USER} // 'reader', LOGNAME => $ENV{LOGNAME} // 'reader',
        exists $ENV{BOOK_LIMIT} ? (BOOK_LIMIT => $ENV{BOOK_LIMIT}) : (),
        %{ $how->{environment} // {} },
    };
    set_next_pid($how->{first_pid} - 1) if $how->{first_pid};
    push @{ $run->{queue}{ $commands->[$_]{terminal} } }, $_ for 0 .. $#$commands;
    run_terminals($run, 0);
    run_terminals($run, grep { $_ } sort keys %{ $run->{queue} });
    my $last = (grep { $_ } @{ $run->{records} })[-1];
    $last->{remains} = [ names_left($run) ] if $last;
    return;
}

# names_left: those that commands of RUN made in /dev/shm, of queues and of objects of
# System V, and that no command after them removed.
sub names_left {
    my ($run) = @_;
    return unless -s "$run->{notes}/kept";
    open my $in, '-|', $run->{how}{runner}, '-K', "$run->{notes}/kept" or die "runner: $!\n";
    chomp(my @names = <$in>);
    close $in;
    return @names;
}

# bring_programs: links (or for an ordinary user, who may not get at them,
# copies) of the programs in the folder that HOW names, in DIR, and of the texts that
# the check of an exercise is given.
sub bring_programs {
    my ($dir, $how) = @_;
    my $bin = abs_path($how->{bin});
    die "$how->{bin}: no such folder\n" unless defined $bin && -d $bin;
    opendir my $d, $bin or die "$how->{bin}: $!\n";
    for my $p (grep { -f "$bin/$_" && (-x _ || /\.txt$/) } readdir $d) {
        if ($how->{nobody}) {
            system('cp', "$bin/$p", "$dir/$p") == 0 or die "cp: $p\n";
        } else {
            symlink "$bin/$p", "$dir/$p" or die "$dir/$p: $!\n";
        }
    }
    return;
}

# run_terminals: runs what RUN has queued for TERMINALS, at once.
sub run_terminals {
    my ($run, @terminals) = @_;
    my ($how, $queue, $deadline) = ($run->{how}, $run->{queue});
    my @jobs = map { start_command($run, shift @$_) } grep { $_ && @$_ } @$queue{@terminals};
    while (@jobs) {
        my $job = listen_to($deadline, @jobs);
        if (!$job) {
            next if !defined $deadline || time < $deadline;
            stop_commands(@jobs);
            undef $deadline;
            %$queue = ();
            next;
        }
        @jobs = grep { $_ != $job } @jobs;
        my $r = $run->{records}[ $job->{number} ] = ended_command($job, $run);
        my $c = $job->{command};
        if ($job->{number} == ($how->{until} // -1)) {
            stop_commands(@jobs);
            %$queue = ();
        } elsif ($how->{hasty}
            && ($r->{status} ne $c->{status} || @{ $r->{out} } != @{ $c->{out} })) {
            # the others may wait for what will never come
            $deadline = time + 2;
        }
        my $next = shift @{ $queue->{ $c->{terminal} } };
        push @jobs, start_command($run, $next) if defined $next;
    }
    return;
}

# start_command: starts the command with NUMBER of RUN by bash under the runner.
# Returns a job for listen_to.
sub start_command {
    my ($run, $number) = @_;
    my ($how, $c) = ($run->{how}, $run->{s}{commands}[$number]);
    my $more = $how->{before} ? $how->{before}->($number, $run->{dir}) : {};
    my $facts = "$run->{notes}/how-$number";
    pipe(my $read, my $write) or die "pipe: $!\n";
    pipe(my $read_says, my $write_says) or die "pipe: $!\n";
    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        open STDOUT, '>&', $write;
        open STDERR, '>&', $write_says;
        %ENV = (%{ $run->{env} }, %$more);
        # what is in no terminal runs alone, and nobody sends it anything
        exec $how->{runner}, '-t', $how->{limit}, '-C', $run->{dir}, '-s', $facts,
            '-k', "$run->{notes}/kept", $how->{terminal} ? '-p' : '-m', $c->{terminal} ? () : '-n', '--', @{ $run->{before} // [] },
            'bash', '-c', $c->{text}, 'bash'
            or print STDERR "$how->{runner}: $!\n";
        require POSIX;
        POSIX::_exit(2);
    }
    return { command => $c, number => $number, pid => $pid, facts => $facts, out => '',
        says => '', flood => 0, read => $read, read_says => $read_says, open => 2 };
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

# ended_command: what is known of the command of a JOB of RUN in the end.
sub ended_command {
    my ($job, $run) = @_;
    my ($c, $out, $how) = (@$job{qw(command out)}, $run->{how});
    waitpid $job->{pid}, 0;
    my @facts;
    if (open my $in, '<', $job->{facts}) {
        @facts = <$in>;
        unlink $job->{facts};
    } elsif (!$job->{stopped}) {
        die "$how->{runner} did not run: $job->{says}\n";
    }
    chomp @facts;
    my $status = $facts[0] // 'stopped';
    $status = 'flood' if $job->{flood};
    die "$c->{at}: " . ($run->{before} // ['bash'])->[0] . " cannot be run\n"
        if $status =~ /^no-exec/;
    my $unfinished = $out ne '' && $out !~ /\n\z/;
    my @lines = split /\n/, $out, -1;
    pop @lines if @lines && !$unfinished;
    return { text => $c->{text}, terminal => $c->{terminal}, out => \@lines,
        status => $status, unfinished => $unfinished, says => $job->{says},
        left => [ grep { /^left / } @facts ], limit => $how->{limit},
        pids => [ $job->{pid}, last_pid() ] };
}

# trouble: what went wrong with a recorded command that no session may print.
sub trouble {
    my ($r) = @_;
    return "did not end within $r->{limit} s" if $r->{status} eq 'timeout';
    return 'hangs for good' if $r->{status} eq 'stuck';
    return 'prints more than a megabyte' if $r->{status} eq 'flood';
    return 'was stopped' if $r->{status} eq 'stopped';
    return 'leaves a process behind (' . join(', ', map { s/^left //r }
        @{ $r->{left} }) . ')' if @{ $r->{left} };
    return 'is the last, and what has a name is left behind ('
        . join(', ', @{ $r->{remains} }) . ')' if @{ $r->{remains} // [] };
    return;
}

# set_next_pid: in a pid namespace of our own, what the next process is called.
sub set_next_pid {
    my ($pid) = @_;
    open my $f, '>', '/proc/sys/kernel/ns_last_pid' or return 0;
    print $f $pid - 1;
    return close $f;
}

# last_pid: the process id that was given last.
sub last_pid {
    open my $f, '<', '/proc/loadavg' or return 0;
    return +(split ' ', <$f>)[-1];
}

1;
