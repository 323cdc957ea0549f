package Session::Sandbox;
# Namespaces in which a session prints the same values every time.
use strict;
use warnings;
use Exporter qw(import);
our @EXPORT_OK = qw(enter_sandbox prepare_sandbox);

# enter_sandbox(COMMAND...): becomes COMMAND in namespaces of its own, in which
# addresses are fixed, if this machine lets it. Returns, with a word about it,
# only when the machine does not allow namespaces; no word when BOOK_SANDBOX_TOLD is
# set, by one who calls for many sessions.
sub enter_sandbox {
    my (@command) = @_;
    my @unshare = qw(unshare --pid --ipc --net --mount --fork --kill-child
        --mount-proc);
    push @unshare, qw(--map-current-user --keep-caps) if $> != 0;
    my $try = q(echo 99 > /proc/sys/kernel/ns_last_pid);
    if (system("@unshare sh -c '$try' 2> /dev/null") != 0) {
        warn "session: no namespaces here, so process ids are the system's\n"
            unless $ENV{BOOK_SANDBOX_TOLD};
        return;
    }
    my @steady = system('setarch -R true 2> /dev/null') == 0 ? qw(setarch -R) : ();
    # a shell stays process 1: it would ignore signals that are not handled
    exec @unshare, @steady, 'sh', '-c', '"$@"; exit $?', 'sh', @command
        or die "unshare: $!\n";
}

# prepare_sandbox: what a new namespace lacks; each is only tried. Gives the
# process id with which the commands are to begin.
sub prepare_sandbox {
    system 'mount -t tmpfs none /dev/shm 2> /dev/null';
    system 'mount -t mqueue none /dev/mqueue 2> /dev/null';
    system 'ip link set lo up 2> /dev/null';
    return 4711;
}

1;
