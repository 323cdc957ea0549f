package Run::Checks;
# What may be wrong beside a test that fails. Each function returns sentences,
# with file and line where there is one.
use strict;
use warnings;
use Exporter 'import';
use File::Find ();
use Run::Files qw(files_in slurp table);
use Run::Plan qw(group_of programs_in);
our @EXPORT_OK = qw(check_programs check_strays check_skips check_claims);

# check_programs(UNIT...): a program without session, test or built file, and one
# of these without a program. rules-NAME.bats tries sentences, not a program, and
# exercises.bats the checks of exercises, which must be there as they are.
sub check_programs {
    my @wrong;
    for my $unit (@_) {
        my %program = programs_in($unit);
        my %session = map { m{([^/]+)\.session$} ? ($1 => $_) : () }
            files_in("tangled/$unit", qr/\.session$/);
        my %bats = map { m{([^/]+)\.bats$} ? ($1 => $_) : () }
            files_in("tests/$unit", qr/\.bats$/);
        for my $p (sort keys %program) {
            push @wrong, "$program{$p} has no session" unless $session{$p};
            push @wrong, "$program{$p} has no tests/$unit/$p.bats" unless $bats{$p};
            push @wrong, "out/bin/$unit/$p is missing: run make build first"
                unless -x "out/bin/$unit/$p";
        }
        push @wrong, map { "$session{$_} has no program" }
            grep { !$program{$_} } sort keys %session;
        my $exercises = () = files_in("tangled/$unit/exercises", qr/\.session$/);
        push @wrong, "tangled/$unit/exercises has no tests/$unit/exercises.bats" if $exercises && !$bats{exercises};
        push @wrong, map { "$bats{$_} has no program" }
            grep { !$program{$_} && !/^rules-/ && !($exercises && $_ eq 'exercises') }
            $unit eq 'book' ? () : sort keys %bats;
    }
    return @wrong;
}

# check_strays(FILE...): a .bats file below tests/ that no run of all tests finds,
# FILEs being what one finds.
sub check_strays {
    my %known = map { $_ => 1 } @_;
    my @strays;
    File::Find::find({ no_chdir => 1, wanted => sub {
        push @strays, "$_ is not run: it lies in no unit's folder of tests/"
            if /\.bats$/ && !$known{$_} && !m{/fixtures/} && -f;
    } }, 'tests');
    return sort @strays;
}

# allowed(): what tests/lib/skips.tsv allows: REASON => the command that succeeds
# on a machine which has the thing all the same.
sub allowed {
    my %allowed;
    for (table('tests/lib/skips.tsv')) {
        my ($reason, $why, $command) = @$_;
        die "tests/lib/skips.tsv:$_->[-1]: not 'REASON WHY COMMAND', with tabs between\n"
            unless @$_ == 4 && $why ne '' && $command ne '';
        $allowed{$reason} = $command;
    }
    return \%allowed;
}

# is_there(REASON, ALLOWED): does this machine have what the reason of a skip says
# that it lacks? It is tried, once.
my %tried;
sub is_there {
    my ($reason, $allowed) = @_;
    my $command = $allowed->{$reason};
    return 0 if defined $command && $command eq '-';
    return $tried{$reason} //= run($command) if defined $command;
    return $reason =~ /^needs (?:an? )?(\S+)$/ && ($tried{$reason} //= run('tests/lib/has "$0"', $1));
}

# run COMMAND, WORD: whether it succeeds; it reads and prints nothing.
sub run {
    my ($command, @word) = @_;
    return system('sh', '-c', "{ $command\n} < /dev/null > /dev/null 2>&1", @word) == 0;
}

# check_skips(TEST...): skips without a reason, for want of what this machine has
# and, when CI=true, those that are not on the list.
sub check_skips {
    my $allowed = allowed();
    my @wrong;
    for my $t (grep { $_->{outcome} eq 'skipped' } @_) {
        my ($reason, $where) = ($t->{reason}, at($t->{file}, $t->{name}));
        $where .= ": $t->{name}: skipped ($reason)";
        if ($reason eq '') { push @wrong, "$where: without a reason" }
        elsif (is_there($reason, $allowed)) { push @wrong, "$where, but there is one" }
        push @wrong, "$where: not allowed in CI"
            if ($ENV{CI} // '') eq 'true' && !exists $allowed->{$reason};
    }
    return @wrong;
}

# at FILE, NAME: FILE:LINE of the test with this name; FILE where it is not read
# so plainly.
sub at {
    my ($file, $name) = @_;
    my $n = 0;
    for (split /\n/, slurp($file)) {
        $n++;
        return "$file:$n" if /^\s*\@test\b/ && index(s/\\(.)/$1/gr, $name) >= 0;
    }
    return $file;
}

# claims_of(UNIT...): ID => { unit, at } of each claim of the chapters.
sub claims_of {
    my %claim;
    for my $unit (@_) {
        my $file = $unit eq 'book' ? 'book.nw' : "chapters/$unit.nw";
        my $text = slurp($file);
        while ($text =~ /\{([^{}]*\.claim\b[^{}]*)\}/g) {
            my $start = $-[0];
            next unless $1 =~ /#([A-Za-z]\w*)/;
            $claim{$1} //= { unit => $unit, at => "$file:" . (1 + substr($text, 0, $start) =~ tr/\n//) };
        }
    }
    return %claim;
}

# check_claims(KNOWN, UNITS, WHOLE): compares the claims of all UNITS with those
# that tests name. KNOWN are the results as [FILE, TEST, OUTCOME, REASON]; a claim
# without a test that passed is wrong only in a unit of WHOLE. Returns { all,
# covered, not_tried, wrong }: counts and sentences. Not tried is a claim whose
# tests were all skipped for reasons that skips.tsv allows and that are true.
sub check_claims {
    my ($known, $units, $whole) = @_;
    my %claim = claims_of(@$units);
    my $allowed = allowed();
    my (%outcomes, @wrong, %n);
    for (@$known) {
        my ($file, $name, $outcome, $reason) = @$_;
        next if group_of($file) eq 'tools';
        my $may = $outcome eq 'skipped' && exists $allowed->{$reason}
            && !is_there($reason, $allowed) ? 'may skip' : $outcome;
        for my $id ($name =~ /\[([A-Z]+\d+[a-z]?)\]/g) {
            push @wrong, at($file, $name) . ": no chapter has the claim $id" unless $claim{$id};
            $outcomes{$id}{$may}++;
        }
    }
    for my $id (sort keys %claim) {
        my %of = %{ $outcomes{$id} // {} };
        my $how = $of{passed} ? 'covered' : keys %of == 1 && $of{'may skip'} ? 'not_tried' : 'open';
        $n{$how}++;
        push @wrong, "$claim{$id}{at}: the claim $id has no test that passed; a test names it as [$id]"
            if $how eq 'open' && $whole->{ $claim{$id}{unit} };
    }
    return { all => scalar keys %claim, covered => $n{covered} // 0,
        not_tried => $n{not_tried} // 0, wrong => \@wrong };
}

1;
