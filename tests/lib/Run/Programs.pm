package Run::Programs;
# The programs that tests/faults/run and tests/sanitize/run look at, and the lists
# of what is meant.
use strict;
use warnings;
use Exporter 'import';
use Kinds qw(read_kinds);
use Run::Files qw(files_in table);
our @EXPORT_OK = qw(programs exceptions excused);

# programs(ROOT, WORD...): the programs with a session that a C compiler made, of
# the units and UNIT/PROGRAMs that the WORDs name, or all; each as { id, unit, name,
# session, bin, source }: its file of source and the folder of the built one. Other
# kinds run in an interpreter, which is no program of ours to look into. Dies when a
# WORD names none.
sub programs {
    my ($root, @words) = @_;
    my @all;
    for my $kind (grep { $_->{build} =~ /\$\{?CC\b/ } read_kinds("$root/kinds.tsv")) {
        for my $file (map { files_in($_, qr/\.session$/) } files_in("$root/tangled", qr/^[^.]/)) {
            my ($unit, $name) = $file =~ m{([^/]+)/([^/]+)\.session$};
            my $source = "$root/tangled/$unit/$name.$kind->{ending}";
            push @all, { id => "$unit/$name", unit => $unit, name => $name, session => $file,
                bin => "$root/out/bin/$unit", source => $source } if -e $source;
        }
    }
    return @all unless @words;
    return map {
        my $word = $_;
        my @these = grep { $_->{id} eq $word || $_->{unit} eq $word } @all;
        @these or die "'$word' has no session", -e "$root/tangled/$word.session" || -d "$root/tangled/$word"
            ? " of a program that a C compiler makes\n" : "\n";
        @these;
    } @words;
}

# exceptions(FILE, COLUMNS): the lines "UNIT/PROGRAM WHAT REASON" of FILE, which
# COLUMNS describes, as { id, what, pattern, line, used }; * in WHAT is anything.
sub exceptions {
    my ($file, $columns) = @_;
    return map {
        my ($id, $what, $reason) = @$_;
        die "$file:$_->[-1]: not '$columns', with tabs between\n" unless @$_ == 4 && $reason ne '';
        my $pattern = join '.*', map { quotemeta } split /\*/, $what, -1;
        { id => $id, what => $what, pattern => qr/^$pattern$/s, line => $_->[-1], used => 0 };
    } table($file);
}

# excused(ID, WHAT, EXCEPTION...): how many of these name it; they are then used.
sub excused {
    my ($id, $what, @exceptions) = @_;
    my @by = grep { $_->{id} eq $id && $what =~ $_->{pattern} } @exceptions;
    $_->{used}++ for @by;
    return scalar @by;
}

1;
