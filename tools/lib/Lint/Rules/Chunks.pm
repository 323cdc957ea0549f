package Lint::Rules::Chunks;
# The rules on chunks: their names, their definitions, their uses. See
# Lint::Rules::Lines for what a rule takes and gives.
use strict;
use warnings;
use Exercises qw(exercises_in exercise_at part_of);
use Kinds qw(kind_of program_of);
use Lint::Book qw(users_of kinds_of);
use Lint::Near qw(did_you_mean);
use Lint::Source qw(text_of);
use Exporter 'import';
our @EXPORT_OK = qw(languages_of roots_of parts_of exercises_of);

my $LONG_NAME = 250;         # noweb cuts a definition's name at 254 bytes

# names_of(VIEW) gives what the rules ask of its names:
#   first    name => the line of its first definition here
#   defined  name => 1, here or in what is shared
#   used     name => where it is used: "line 3", or FILE:LINE
sub names_of {
    my ($view) = @_;
    return $view->{names} if $view->{names};
    my (%first, %defined, %used);
    for (@{ $view->{source}{chunks} }) { $first{ $_->{name} } //= $_->{line} }
    $defined{$_} = 1 for keys %first, map { $_->{name} } $view->{shared} ? @{ $view->{shared}{chunks} } : ();
    $used{ $_->[1] } //= "line $_->[0]" for @{ $view->{source}{uses} };
    for my $other (users_of($view)) {
        $used{ $_->[1] } //= "$other->{path}:$_->[0]" for @{ $other->{uses} };
    }
    return $view->{names} = { first => \%first, defined => \%defined, used => \%used };
}

# in_order VIEW: the names that are defined here, by their first line.
sub in_order {
    my $first = names_of($_[0])->{first};
    return sort { $first->{$a} <=> $first->{$b} } keys %$first;
}

# exercises_of(VIEW) gives its exercises, as Exercises.pm has them.
sub exercises_of {
    my ($view) = @_;
    return @{ $view->{exercises} //= [exercises_in($view->{source}{bytes})] };
}

# parts_of(VIEW) gives the roots that are parts of an exercise, or want to be by their
# name, in order, each as [NAME, LINE].
sub parts_of {
    my ($view) = @_;
    my $first = names_of($view)->{first};
    return map { [$_, $first->{$_}] } grep {
        my $in = exercise_at($first->{$_}, exercises_of($view));
        part_of($_) || $in && /^\Q$in->{name}\E\.(?:c|session)$/
    } in_order($view);
}

# roots_of(VIEW) gives the other files that its chunks make, in order, each as [NAME,
# LINE, KIND]; KIND is undef for a session.
sub roots_of {
    my ($view) = @_;
    my @kinds = kinds_of($view);
    my %part = map { $_->[0] => 1 } parts_of($view);
    return map {
        my $kind = kind_of($_, @kinds);
        $kind || /\.session$/ ? [$_, names_of($view)->{first}{$_}, $kind] : ()
    } grep { !$part{$_} } in_order($view);
}

# languages_of(VIEW, NAME) gives the languages of the roots that a chunk ends up
# in, "session" for a session, "sh" for the check of an exercise; that of the first kind
# when nothing uses it.
sub languages_of {
    my ($view, $name) = @_;
    my $of = $view->{languages} //= do {
        my @kinds = kinds_of($view);
        my (%uses, %of);
        my @sources = ($view->{source}, users_of($view));
        push @{ $uses{ $_->[2] } }, $_->[1] for map { @{ $_->{uses} } } @sources;
        for my $root (map { $_->{name} } map { @{ $_->{chunks} } } @sources) {
            my $kind = kind_of($root, @kinds);
            my $language = $kind ? $kind->{language} : $root =~ /\.session$/ || (part_of($root))[2] ? 'session'
                : part_of($root) ? 'sh' : next;
            my @todo = ($root);
            while (defined(my $next = shift @todo)) {
                push @todo, @{ $uses{$next} // [] } unless $of{$next}{$language}++;
            }
        }
        \%of;
    };
    return sort keys %{ $of->{$name} // { (kinds_of($view))[0]{language} => 1 } };
}

# undefined: a use that nothing defines, alone on its line (shift tells the rest).
sub undefined {
    my ($view) = @_;
    my $defined = names_of($view)->{defined};
    return map { [$_->[0], "<<$_->[1]>> is nowhere defined" . did_you_mean($_->[1], '<<%s>>', keys %$defined)] }
        grep { !$defined->{ $_->[1] } && !misplaced($_) && !badly_named($_) && "$_->[3]$_->[4]" !~ /\S/ }
        @{ $view->{source}{uses} };
}

sub unused {
    my ($view) = @_;
    my $names = names_of($view);
    my %root = map { $_->[0] => 1 } roots_of($view), parts_of($view);
    return map { [$names->{first}{$_}, "<<$_>> is nowhere used"] }
        grep { !defined $names->{used}{$_} && !$root{$_} && !/^\S+\.\w+$/ } in_order($view);
}

# root: what a root makes must be known, and be made once.
sub root {
    my ($view) = @_;
    my ($names, %root, %program, @found) = (names_of($view));
    my $endings = join ', ', map { "NAME.$_->{ending}" } kinds_of($view);
    for (roots_of($view)) {
        my ($name, $line, $kind) = @$_;
        $root{$name} = 1;
        my $user = $names->{used}{$name};
        push @found, [$line, "<<$name>> is a file, but $user uses it as a chunk"] if defined $user;
        my $other = $kind && $program{ program_of($name) };
        push @found, [$line, "<<$name>> and <<$other->[0]>> (line $other->[1]) would both make the program "
            . program_of($name)] if $other;
        $program{ program_of($name) } //= $_ if $kind;
    }
    for (parts_of($view)) {
        $root{ $_->[0] } = 1;
        my $user = $names->{used}{ $_->[0] };
        push @found, [$_->[1], "<<$_->[0]>> is a file, but $user uses it as a chunk"] if defined $user;
    }
    push @found, map { [$names->{first}{$_}, "<<$_>> would make a file that is neither a program ($endings)"
        . ' nor NAME.session; kinds.tsv has the kinds'] }
        grep { !$root{$_} && !defined $names->{used}{$_} && /^\S+\.\w+$/ } in_order($view);
    return @found;
}

# session: a program has one, and it has a program.
sub session {
    my ($view) = @_;
    my (%program, %session, @found);
    for (roots_of($view)) {
        $_->[2] ? ($program{ program_of($_->[0]) } //= $_->[1]) : ($session{ program_of($_->[0]) } = $_->[1]);
    }
    my $ending = (kinds_of($view))[0]{ending};
    push @found, map { [$program{$_}, "the program $_ has no session; write <<$_.session>>="] }
        grep { !$session{$_} } keys %program;
    push @found, map { [$session{$_}, "the session $_ has no program; write <<$_.$ending>>="] }
        grep { !$program{$_} } keys %session;
    return @found;
}

# normal NAME: what two names have in common that a reader would confuse.
sub normal { return lc($_[0]) =~ s/\s+//gr }

sub similar {
    my ($view) = @_;
    my ($s, $shared, %as, %told, @found) = @$view{qw(source shared)};
    for ($shared ? @{ $shared->{chunks} } : ()) { $as{ normal($_->{name}) } //= [$_->{name}, "$shared->{path}:$_->{line}"] }
    for (sort { $a->[0] <=> $b->[0] } (map { [@$_{qw(line name)}] } @{ $s->{chunks} }), @{ $s->{uses} }) {
        my ($line, $name) = @$_;
        my $known = $as{ normal($name) } //= [$name, "line $line"];
        next if $known->[0] eq $name || $told{$name}++;
        push @found, [$line, "<<$name>> and <<$known->[0]>> ($known->[1]) differ only in case or blanks"];
    }
    return @found;
}

sub name {
    my ($view) = @_;
    my $endings = join '|', 'session', map { $_->{ending} } kinds_of($view);
    my @found;
    for (@{ $view->{source}{chunks} }) {
        my ($line, $name) = @$_{qw(line name)};
        push @found, map { [$line, $_] }
            length $name > $LONG_NAME
                ? "a chunk name of " . length($name) . " bytes; noweb cuts it, $LONG_NAME are enough" : (),
            $name =~ /^\s|\s$/ ? "<<$name>> begins or ends with a blank" : (),
            $name eq '' ? 'a chunk without a name' : (),
            $name =~ /\.\.\.$/ ? "<<$name>> ends in ..., which noweb takes for the beginning of a longer name" : (),
            $name =~ /\.(?:$endings)$/ && $name !~ /^[A-Za-z0-9][A-Za-z0-9_-]*\.\w+$/ && !part_of($name)
                ? "<<$name>> cannot be a file's name; use letters, digits, _ and -" : ();
    }
    push @found, map { [$_->[0], "<<$_->[1]>> ends in ..., which noweb takes for the beginning of a longer name"] }
        grep { $_->[1] =~ /\.\.\.$/ } @{ $view->{source}{uses} };
    push @found, map { [$_->[0], pointed(text_of($view->{source}, $_->[0]))] }
        (grep { badly_named($_) } @{ $view->{source}{uses} }),
        (grep { defined pointed_definition(text_of($view->{source}, $_->[0])) } @{ $view->{source}{marks} });
    return @found;
}

# pointed TEXT: the message for a line with a name that noweb cannot read.
sub pointed {
    my ($text) = @_;
    my ($name) = $text =~ /<<(.*)>>/;
    return "the chunk name \"$name\" ends with >, and noweb reads another; change it";
}

# pointed_definition TEXT: the name in a definition that noweb cannot read.
sub pointed_definition { return $_[0] =~ /^<<(.*>)>>=\s*$/ ? $1 : undef }

# badly_named USE: whether noweb has cut a > from its name.
sub badly_named {
    my (undef, undef, undef, $before, $after) = @{ $_[0] };
    return $before !~ /\S/ && $after =~ /^>+=?\s*$/;
}

# misplaced USE: "indented" or "followed" for a definition that noweb takes for
# a use; nothing for a use.
sub misplaced {
    my (undef, undef, undef, $before, $after) = @{ $_[0] };
    return 'indented' if $before =~ /^\s*$/ && $after =~ /^=\s*$/;
    return 'followed' if $before eq '' && $after =~ /^=/;
    return;
}

my %MISPLACED = (
    indented => sub { "the definition of <<$_[0]>> is indented; it must begin the line" },
    followed => sub { "nothing may follow the >>= of <<$_[0]>>" },
);

# definition: those that noweb does not take for one, in code and in prose.
sub definition {
    my ($view) = @_;
    my $s = $view->{source};
    my @found;
    for my $use (@{ $s->{uses} }) {
        my $how = misplaced($use) or next;
        push @found, [$use->[0], $MISPLACED{$how}->($use->[1])];
    }
    for (@{ $s->{marks} }) {
        my $text = text_of($s, $_->[0]);
        push @found, [$_->[0], $MISPLACED{indented}->($1)] if $text =~ /^\s+<<(.*)>>=\s*$/;
        push @found, [$_->[0], $MISPLACED{followed}->($1)] if $text =~ /^<<(.*)>>=\s*\S/;
    }
    return @found;
}

# mark: what else noweb found in the prose.
sub mark {
    my ($view) = @_;
    return grep { text_of($view->{source}, $_->[0]) !~ /^\s+<<.*>>=\s*$|^<<.*>>=\s*\S|^<<.*>>>=\s*$/ }
        @{ $view->{source}{marks} };
}

# crowded VIEW, DEFINED: the uses that share their line with other code, of
# names that are defined, or are not.
sub crowded {
    my ($view, $is) = @_;
    my $defined = names_of($view)->{defined};
    return grep { !misplaced($_) && !badly_named($_) && "$_->[3]$_->[4]" =~ /\S/ && $is == ($defined->{ $_->[1] } // 0) }
        @{ $view->{source}{uses} };
}

sub alone {
    return map { [$_->[0], "<<$_->[1]>> shares its line with other code"] } crowded($_[0], 1);
}

# shift_ (shift is Perl's)
sub shift_ {
    return map { [$_->[0], "noweb takes <<$_->[1]>> for the use of a chunk; in a shift or a here-document write \@<<"] }
        crowded($_[0], 0);
}

# cycle: follows the uses; a use that leads back to a chunk we are in closes one.
sub cycle {
    my ($view) = @_;
    my ($s, $shared, %uses) = @$view{qw(source shared)};
    for my $source ($s, $shared // ()) {
        push @{ $uses{ $_->[2] } }, [$_->[1], $source, $_->[0]] for @{ $source->{uses} };
    }
    my $walk = { uses => \%uses, own => $s, done => {}, found => [] };
    follow($walk, $_->{name}) for @{ $s->{chunks} };
    return @{ $walk->{found} };
}

# follow WALK, START: goes along all uses that begin at a chunk, deepest first.
# (A long chain of chunks must not be deep recursion.)
sub follow {
    my ($walk, $start) = @_;
    return if $walk->{done}{$start};
    my @path = ([$start, 0]);
    my %on = ($start => 0);
    my @edge;                # edge[i] leads from path[i] to path[i + 1]
    while (@path) {
        my ($name, $next) = @{ $path[-1] };
        my $use = ($walk->{uses}{$name} // [])->[$next];
        if (!$use) {
            $walk->{done}{$name} = 1;
            delete $on{$name};
            pop @path;
            pop @edge;
            next;
        }
        $path[-1][1]++;
        if (defined(my $from = $on{ $use->[0] })) {
            my ($here) = grep { $_->[1] == $walk->{own} } reverse @edge[$from .. $#path - 1], $use;
            push @{ $walk->{found} }, [$here->[2], 'a chunk uses itself: '
                . join(' -> ', map { "<<$_>>" } (map { $_->[0] } @path[$from .. $#path]), $use->[0])] if $here;
        } elsif (!$walk->{done}{ $use->[0] }) {
            $on{ $use->[0] } = @path;
            push @edge, $use;
            push @path, [$use->[0], 0];
        }
    }
}

1;
