# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# hub: one loop for a command, a FIFO, a clock, signals, a door and many clients.

setup_file() { needs loopback; }

setup() {
    book_setup
    mkfifo notes go
}

# with_hub [-n FILES] [-s] ARGUMENT... -- SCRIPT: runs SCRIPT in perl beside a hub that listens,
# $pid, $port. come: a client, let in; line(CLIENT): its next line; lines(CLIENT, N); put(CLIENT,
# WORDS); sends(NAME): writes into the FIFO; stop: SIGTERM, and the status. -n: the limit
# of descriptors; -s: with strace, of epoll_wait, into the file calls.
with_hub() {
    local files=1024 calls=
    while :; do case $1 in -n) files=$2; shift 2 ;; -s) calls=1; shift ;; *) break ;; esac; done
    local arguments=()
    while [ "$1" != -- ]; do arguments+=("$1"); shift; done
    shift
    cat > prelude.pl <<'P'
use strict; use warnings; use IO::Socket::INET; use Socket; use POSIX ();
$| = 1; $SIG{PIPE} = 'IGNORE'; our ($files, $calls, $script, @hub) = @ARGV;
sub slurp { open(my $f, '<', $_[0]) or return ''; local $/; <$f> }
my $how = $calls ? 'exec strace -o calls -e trace=epoll_wait,accept4 "$@"' : 'exec "$@"';
my $started = open(my $out, '-|', 'bash', '-c', "ulimit -Sn $files; $how", 'bash', './hub', @hub) // die;
my ($pid, $port) = (<$out> // '') =~ /^(\d+) listens at port (\d+)$/ or die "no hub";
sub come { my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or die "come: $!"; push our @all, $s; $s }
sub line { my $s = shift; my $l = <$s>; $l // "END\n" }
sub lines { my ($s, $n) = @_; join '', map { line($s) } 1 .. $n }
sub put { my ($s, $w) = @_; while (length $w) { my $n = syswrite($s, $w) // die "put: $!"; substr($w, 0, $n) = '' } }
sub sends { my ($name, $w) = @_; open(my $f, '>', $name) or die; syswrite($f, $w); close $f }
sub asleep { for (;;) { my @s = split ' ', (slurp("/proc/$pid/stat") =~ /\) (.*)/)[0]; return if $s[0] eq 'S' } }
sub stop { kill 'TERM', $pid; defined fileno($_) && shutdown($_, 1) for our @all; close $out; print 'status ', $? >> 8, "\n"; $started = 0 }
END { if ($started) { my $s = $?; kill 'KILL', $pid // $started; waitpid $started, 0; $? = $s } }
eval "$script; 1" or die $@;
P
    run_program -t 50 perl prelude.pl "$files" "$calls" "$1" "${arguments[@]}"
}

@test "the session holds: a client, a note, the command and its end, the stop" {
    says "what a client says goes to all clients, line by line, with a word in front that tells from whom"
    holds_session
}

@test "each source alone is told to all: a client, the FIFO, the command, its end by a signal" {
    says "each client gets each line from the moment it was let in, in the same order"
    says "When both have come, the clients are told"
    with_hub notes bash -c 'read -r line < go; echo "$line"; kill -9 $$' -- '
        my $a = come; put($a, "here\n"); print line($a); my $b = come; put($b, "too\n"); print line($a), line($b);
        sends("notes", "one\ntwo\n"); print lines($a, 2), lines($b, 2); sends("go", "words\n"); print lines($a, 2), lines($b, 2); stop; print line($a)'
    assert_output '1: here
2: too
2: too
note: one
note: two
note: one
note: two
command: words
hub: the command was ended by signal 9
command: words
hub: the command was ended by signal 9
status 0
END'
}

@test "a FIFO has no end when its writer leaves, a client that shuts down gets its last words" {
    says "The FIFO is opened for writing, too: then it has no end when a writer leaves"
    says "A client that has said its last word gets what is there for it, its own last words included, and then its end"
    with_hub notes sleep 1000 -- '
        my $a = come; put($a, "a\n"); line($a); sends("notes", "one\n"); print line($a); sends("notes", "two\n"); print line($a);
        my $b = come; put($b, "first\nno newline"); shutdown($b, 1); print lines($b, 3), lines($a, 2); stop'
    assert_output 'note: one
note: two
2: first
2: no newline
END
2: first
2: no newline
status 0'
}

@test "all at once with 200 clients: each gets each line, whole, in one order" {
    says "at the end of this chapter is a place where all comes together"
    with_hub notes bash -c 'read -r line < go; seq 1000; exec sleep 1000' -- '
        my @c = map { come } 1 .. 200; for (@c) { put($_, "in\n"); line($_) }           # each is let in
        
        for my $c (@c) { while ((my $l = line($c)) ne "200: in\n") { } }
        sends("go", "x\n"); sends("notes", join "", map { "n$_\n" } 1 .. 500); my @k;
        for my $i (0 .. 199) { my $p = fork // die; if (!$p) { $started = 0; put($c[$i], join "", map { "c$_\n" } 1 .. 5); POSIX::_exit(0) } push @k, $p }
        my @r; for my $i (0 .. 9) { pipe(my $r, my $w); my $p = fork // die; push @r, $r; push @k, $p; next if $p; close $r; $started = 0; my @sum;
            my @mine = @c[$i * 20 .. $i * 20 + 19]; my $v = ""; vec($v, fileno($_), 1) = 1 for @mine; my %b = map { $_ => "" } @mine; my $left = 20; my %n;
            while ($left) { select(my $o = $v, undef, undef, undef); for my $m (@mine) { next unless vec($o, fileno($m), 1); sysread($m, $b{$m}, 65536, length $b{$m}) or die "end"; if (($b{$m} =~ tr/\n//) >= 2500 && !$n{$m}++) { $left--; vec($v, fileno($m), 1) = 0 } } }
            syswrite($w, (join " ", map { unpack "%32C*", $b{$_} } @mine) . " " . (keys %{{ map { $_ => 1 } values %b }}) . " " . length($b{$mine[0]}) . "\n"); $b{x} = 0; open(my $f, ">", "got$i"); print $f $b{$mine[0]}; close $f; POSIX::_exit(0) }
        my %one; for my $r (@r) { my @s = split " ", scalar <$r>; $one{"@s[-2,-1]"}++; } print join(",", map { "$_ x $one{$_}" } keys %one), "\n"; waitpid $_, 0 for @k;
        my $t = slurp("got0"); print "same order ", (scalar grep { slurp("got$_") eq $t } 1 .. 9), "\n";
        print "command ", join(",", $t =~ /^command: (\d+)$/mg) eq join(",", 1 .. 1000) ? "whole" : "torn", "\n", "notes ", join(",", $t =~ /^note: n(\d+)$/mg) eq join(",", 1 .. 500) ? "whole" : "torn", "\n";
        my %w; while ($t =~ /^(\d+): c(\d)$/mg) { $w{$1} .= $2 } print "clients ", (scalar grep { $_ eq "12345" } values %w), "\n"; stop'
    assert_success
    assert_line --index 0 --regexp '^1 [0-9]+ x 10$'
    assert_line --index 1 'same order 9'
    assert_line --index 2 'command whole'
    assert_line --index 3 'notes whole'
    assert_line --index 4 'clients 200'
    assert_line --index 5 'status 0'
}

@test "a slow reader loses no byte, and the command is put to sleep meanwhile" {
    says "The flag O_NONBLOCK is set for our end of the pipe alone"
    says "when it is full somewhere, nobody is read from until there is room again"
    says "the command writes into the other one, which is a description of its own, and is put to sleep when nobody reads"
    with_hub -t 100000 notes bash -c 'read -r line < go; exec seq 2000000' -- '
        my $a = come; put($a, "a\n"); line($a); my ($kid) = split " ", slurp("/proc/$pid/task/$pid/children"); sends("go", "x\n");
        for (;;) { my @s = split " ", (slurp("/proc/$kid/stat") =~ /\) (.*)/)[0]; my @h = split " ", (slurp("/proc/$pid/stat") =~ /\) (.*)/)[0]; last if $s[0] eq "S" && $h[0] eq "S" && slurp("/proc/$kid/comm") eq "seq\n" && slurp("/proc/$kid/wchan") !~ /open/ && ++$main::seen > 5 }
        my $size = (split " ", slurp("/proc/$pid/statm"))[1] * 4; print "small ", $size < 8192 ? "yes" : $size, "\n";
        my $sum = 0; my $ok = 1; for my $n (1 .. 2000000) { my $l = <$a>; $ok &&= $l eq "command: $n\n"; } print "all $ok\n", line($a); stop'
    assert_output 'small yes
all 1
hub: the command left with 0
status 0'
}

@test "a client that never reads is put out after ten ticks, the others get everything" {
    says "one that takes nothing at all for ten ticks of the clock is put out"
    with_hub -t 20 notes bash -c 'read -r line < go; exec seq 1000000' -- '
        my $a = come; put($a, "a\n"); line($a); my $never = come; put($never, "b\n"); line($a); sends("go", "x\n");
        my $ok = 1; for my $n (1 .. 1000000) { my $l = <$a>; $ok &&= $l eq "command: $n\n" } print "all $ok\n"; stop;
        my $got = do { local $/; <$never> }; print "cut ", length($got) < 10000000 ? "yes" : "no", "\n"'
    assert_output 'all 1
status 0
cut yes'
}

@test "with no number left the next one is shown out, and those who are there go on" {
    says "the spare one serves to show the client out"
    with_hub -s -n 24 notes sleep 1000 -- '
        my @c = map { come } 1 .. 40; put($c[0], "x\n"); print line($c[0]); my @in = grep { put($_, ""); 1 } @c; my $last = $c[39]; print line($last);
        put($c[0], "y\n"); print line($c[0]); close $c[1]; close $c[2]; put($c[0], "z\n"); print line($c[0]); asleep; my $n = come; put($n, "new\n"); my $l = line($n); print $l =~ /^\d+: new$/ ? "let in\n" : $l; stop'
    assert_output '1: x
END
1: y
1: z
let in
status 0'
    # no spin: each accept that failed was answered, and the loop turned for a reason each time
    [ "$(grep -c EMFILE calls)" -le 41 ]
    [ "$(grep -c epoll_wait calls)" -lt 400 ]
}

@test "a thousand short connections: each gets its line, and nothing grows" {
    with_hub notes sleep 1000 -- '
        my $a = come; put($a, "a\n"); line($a); my $before; my $ok = 0;
        for my $i (1 .. 1000) { my $s = come; put($s, "hi\n"); shutdown($s, 1); $ok++ if lines($s, 2) =~ /: hi\nEND\n$/; close $s; $ok-- if line($a) !~ /: hi/; $before = (split " ", slurp("/proc/$pid/statm"))[1] if $i == 100 }
        print "answered $ok\n"; my $after = (split " ", slurp("/proc/$pid/statm"))[1]; print "grown ", $after - $before < 64 ? "no" : $after - $before, "\n"; opendir(my $d, "/proc/$pid/fd"); my @fd = grep { /\d/ } readdir $d; print "open ", @fd < 20 ? "few" : scalar @fd, "\n"; stop'
    assert_output 'answered 1000
grown no
open few
status 0'
}

@test "stopped and continued: the clients lose no byte, and nobody is put out for it" {
    says "Patience is counted in ticks that we were there to see"
    with_hub -t 5 notes sleep 1000 -- '
        my $a = come; put($a, "a\n"); line($a); kill "STOP", $pid; for (;;) { my @s = split " ", (slurp("/proc/$pid/stat") =~ /\) (.*)/)[0]; last if $s[0] eq "T" }
        put($a, "b\n"); my $b = come; put($b, "c\n"); select undef, undef, undef, 0.2; kill "CONT", $pid; print line($a), line($a) =~ /^2: c/ ? "2: c\n" : "?", line($b) =~ /: c/ ? "" : line($b); stop'
    assert_line --index 0 '1: b'
    assert_line --index 1 '2: c'
    assert_line --index 2 'status 0'
}

@test "it sleeps when there is nothing to do, also with clients and a door" {
    with_hub -s -t 100000 notes sleep 1000 -- 'my @c = map { come } 1 .. 5; for (@c) { put($_, "x\n"); line($_) } asleep; select undef, undef, undef, 0.3; asleep; stop'
    assert_success
    # 5 clients, 15 lines to send, each turn with two lists: some dozens, not thousands
    [ "$(grep -c epoll_wait calls)" -lt 150 ]
}

@test "it leaves when the last answer is out, and a client with something unread by us gets it all" {
    says "SIGTERM ends it, when the last answer is out"
    says "to close with something unread would break off the connection, and what we sent last could be lost with it"
    with_hub notes bash -c 'read -r line < go; exec seq 500' -- '
        my $a = come; put($a, "a\n"); line($a); sends("go", "x\n"); my $ok = 1; for my $n (1 .. 400) { $ok &&= line($a) eq "command: $n\n" } kill "STOP", $pid; put($a, "never read\n" x 1000); kill "TERM", $pid; kill "CONT", $pid;
        my $rest = do { local $/; <$a> }; my @n = $rest =~ /^command: (\d+)$/mg; print "in order ", join(",", @n) eq join(",", 401 .. 400 + @n) ? "yes" : "no", "\n"; stop'
    assert_output 'in order yes
status 0'
}

@test "a command that does not hear SIGTERM is killed after ten ticks" {
    with_hub -t 5 notes bash -c 'trap "" TERM; echo ready; while :; do read -r line < go; done' -- 'my $a = come; stop'
    assert_output 'status 0'
}

@test "the command gets an empty mask, and dies with the hub" {
    says "It is started with an empty mask"
    with_hub notes bash -c 'read -r line < go; grep SigBlk /proc/self/status; exec sleep 1000' -- '
        my $a = come; put($a, "a\n"); line($a); my ($kid) = split " ", slurp("/proc/$pid/task/$pid/children"); sends("go", "x\n"); print line($a); kill "KILL", $pid; waitpid $started, 0; $started = 0; 1 while -e "/proc/$kid" && slurp("/proc/$kid/stat") !~ /\) Z/; print "gone\n"'
    assert_output --regexp '^command: SigBlk:	0+
gone$'
}

@test "long lines are passed on in parts, and no byte of them is lost" {
    says "A read brings 512 bytes at most, and if each of them is an empty line, they are 512 lines with a name in front: less than the 8,192 bytes that each client's room has left when full is 0"
    says "So the room cannot run over"
    says "A line that is longer than the room is passed on in parts"
    with_hub notes sleep 1000 -- '
        my $a = come; my $long = join "", map { chr(97 + $_ % 26) } 0 .. 5000; put($a, "$long\n"); my $got = ""; while ($got ne $long) { my $l = line($a); last if $l eq "END\n"; $l =~ /^1: (.*)$/ or die $l; $got .= $1 } print "whole\n"; put($a, "\n" x 2000 . "end\n"); my $n = 0; while ((my $l = line($a)) ne "1: end\n") { $n++ if $l eq "1: \n" } print "$n empty\n"; stop'
    assert_output 'whole
2000 empty
status 0'
}

@test "it says what is wrong with its arguments, and starts no command then" {
    run_program ./hub notes
    assert_failure 2
    run_program ./hub -t 0 notes true
    assert_failure 2
    run_program ./hub nothing true
    assert_failure 1
    assert_stderr 'hub: nothing: No such file or directory'
    run_program ./hub /dev/null true
    assert_failure 1
    assert_stderr 'hub: /dev/null: not a FIFO'
    run_shell './hub notes touch started > /dev/full'
    assert_failure 1
    [ ! -e started ]
}

@test "a command that is not there is told to the clients" {
    with_hub notes ./nobody -- 'my $a = come; put($a, "x\n"); my $l = lines($a, 2); print $l =~ /the command left with 1/ || $l; stop'
    assert_success
}
