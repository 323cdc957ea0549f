# Parallel - does the same to many things, some at a time.
#
#   in_parallel($jobs, \@things, $act)
#
# ACT with each of THINGS, JOBS at a time, each in a process of its own; what it
# gives (one scalar), in the order of THINGS. Every ten seconds it says how far it
# is. What ACT dies of is printed, and then dies the caller. A signal to the caller
# ends the processes with all of their process groups, and then the caller.
package Parallel;
use strict;
use warnings;
use Exporter qw(import);
use File::Temp qw(tempdir);
use POSIX ();
use Storable qw(store retrieve);

our @EXPORT_OK = qw(in_parallel);

sub in_parallel {
    my ($jobs, $things, $act) = @_;
    my $dir = tempdir('parallel.XXXXXX', TMPDIR => 1, CLEANUP => 1);
    my (%running, @results);
    my ($next, $done, $shown) = (0, 0, time);
    local @SIG{qw(TERM INT HUP)} = (sub {
        kill TERM => map { -$_ } keys %running;
        1 while wait() > 0;
        exit 1;
    }) x 3;
    while ($done < @$things) {
        while ($next < @$things && keys %running < $jobs) {
            my $pid = fork // die "fork: $!\n";
            if ($pid == 0) {
                setpgrp;
                $SIG{$_} = 'DEFAULT' for qw(TERM INT HUP);
                srand;
                my $given = eval { \$act->($things->[$next]) } or print STDERR $@;
                store $given, "$dir/$next" if $given;
                File::Temp::cleanup();      # of this process alone
                POSIX::_exit($given ? 0 : 1);
            }
            setpgrp $pid, $pid;     # as the child does: whoever comes first
            $running{$pid} = $next++;
        }
        my $i = delete $running{ wait() } // next;
        die "process ", $i + 1, " of ", scalar @$things, " ended without a result\n" if $?;
        $results[$i] = ${ retrieve "$dir/$i" };
        unlink "$dir/$i";
        $done++;
        next if time - $shown < 10;
        print "  $done of ", scalar @$things, "\n";
        $shown = time;
    }
    return @results;
}

1;
