package Run::Jobs;
# Runs jobs, some at a time, each under tests/lib/watch, which leaves no process
# of theirs behind. A job is { name, command, limit }: command as a list, limit
# the seconds a test of it may take, or 0.
use strict;
use warnings;
use Exporter 'import';
use File::Temp ();
use Run::Files qw(slurp);
use Time::HiRes qw(time);
our @EXPORT_OK = qw(run_jobs);

my $stopped;                    # the signal that ends the run

# run_jobs(JOBS, PLACES, MAY, DONE): all of JOBS, PLACES at a time, in their
# order, but only those that MAY(JOB) lets begin. DONE(JOB) is called at the end
# of each, which then has status, ms, output (the text) and findings (the lines
# of watch). A signal to this process ends all of them and then it.
sub run_jobs {
    my ($jobs, $places, $may, $done) = @_;
    my @waiting = @$jobs;
    my %running;
    # waitpid goes on after a signal, until the jobs have ended of it
    my $end = sub { $stopped //= $_[0]; kill TERM => keys %running };
    local @SIG{qw(TERM INT HUP)} = ($end) x 3;
    while (@waiting || %running) {
        while (keys %running < $places && !$stopped) {
            my ($next) = grep { $may->($waiting[$_]) } 0 .. $#waiting;
            last unless defined $next;
            my $job = splice @waiting, $next, 1;
            $running{ start($job) } = $job;
            $end->() if $stopped;
        }
        my $pid = waitpid -1, 0;
        stop(%running) if $stopped;
        my $job = delete $running{$pid} or next;
        finish($job, $?);
        $done->($job);
    }
}

# start JOB: its pid, running.
sub start {
    my ($job) = @_;
    $job->{began} = time;
    $job->{$_} = File::Temp->new(TEMPLATE => 'run.XXXXXX', TMPDIR => 1)
        for qw(output findings);
    my $pid = fork // die "tests/run: fork: $!\n";
    return $pid if $pid;
    $SIG{$_} = 'DEFAULT' for qw(TERM INT HUP);
    open STDOUT, '>&', $job->{output} or die "tests/run: $!\n";
    my @command = (qw(out/lib/runner -a -- tests/lib/watch), '-l', $job->{limit},
        $job->{findings}->filename, @{ $job->{command} });
    exec { $command[0] } @command or die "tests/run: $command[0]: $!\n";
}

# finish JOB, STATUS: what it left, in place of the files it left it in.
sub finish {
    my ($job, $status) = @_;
    $job->{status} = $status;
    $job->{ms} = int(1000 * (time - $job->{began}));
    $job->{output} = slurp($job->{output}->filename);
    $job->{findings} = [ split /\n/, slurp($job->{findings}->filename) ];
}

# stop PID => JOB...: ends the jobs and this process by the signal that came.
sub stop {
    my %running = @_;
    waitpid $_, 0 for keys %running;
    %$_ = () for values %running;       # with their temporary files
    File::Temp::cleanup();
    print STDERR "tests/run: stopped by SIG$stopped\n";
    $SIG{$stopped} = 'DEFAULT';
    kill $stopped, $$;
}

1;
