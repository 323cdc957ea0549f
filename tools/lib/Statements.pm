package Statements;
# What the book says itself: which of its sentences state a rule, and what holds them.
# Works in the working directory, the book's.
#
# read_statements() gives the sentences of the book in order, each as
#   { unit, line, section, kind, text, rule, state, tests }
# unit to text are those of weave/read/sentences.lua; rule lists the words that make it a
# rule (none: it states none); tests are the quotes of it, { file, line, test } each; state
# is tried (a test quotes it), claim, sourced, shown (by a session of its section), open (a
# rule that nothing holds), quoted (no rule, and quoted all the same) or plain.
#
# It also gives, second, all quotes, { file, line, test, unit, words, wrong } each: WORDS
# as they stand in the file, and what is WRONG with it, if anything.
use strict;
use warnings;
use Errno ();
use Exporter 'import';
use List::Util qw(first uniq);
our @EXPORT_OK = qw(read_statements);

my $TABLE = 'out/build/sentences.tsv';

# What makes a sentence a rule: a word that knows no exception, a number, the name of an
# error, a signal, a flag or a limit. A manual page's section is none of these, nor is a
# standard's year.
my $WORD   = qr/\b(?:never|always|only|nothing|at once|for good|for ever|forever|any|every|must|cannot|whenever)\b/i;
my $NUMBER = qr/(?<![\w.(#-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w)-])/;
my $NAME   = qr/\b(?:E[A-Z0-9]{2,}|SIG[A-Z0-9]{2,}|[A-Z]+_[A-Z0-9_]+)\b/;

# What names a source: a standard, a manual page that says it, a file of the kernel.
my $PAGE   = qr/[\w.]+\(\d\w*\)/;
my $SAYS   = qr/says?|tells?|lists?|warns?|promises?|requires?|documents?|describes?|calls? it|explains?/;
my $SOURCE = qr{\bPOSIX\b|\bC1[17]\b|\bC23\b|\bthe\ C\ standard\b|\bthe\ standard\b|\bRFC\ \d
    | $PAGE (?:,?\s\w+){0,2}\s(?:$SAYS)\b | \b(?:see|according\ to)\s$PAGE | \($PAGE(?:,[^)]*)?\)
    | \b(?:fs|kernel|mm|ipc|net|lib|include|Documentation)/[\w/.-]+\.(?:[ch]|rst|txt)\b}x;

sub read_statements {
    my @sentences = sentences();
    my %of;
    push @{ $of{ $_->{unit} } }, $_ for @sentences;
    my @quotes = map { quotes_in($_) } grep { m{^tests/([^/]+)/} && $of{$1} } glob 'tests/*/*.bats';
    find_quoted($_, $of{ $_->{unit} }) for @quotes;
    my %session = sessions(@sentences);
    @sentences = grep { $_->{kind} ne 'session' } @sentences;
    for my $s (@sentences) {
        $s->{rule} = rule_of($s);
        $s->{state} = state_of($s, $session{"$s->{unit} $s->{section}"} // '');
    }
    return \@sentences, \@quotes;
}

sub slurp {
    my ($file) = @_;
    open my $in, '<:encoding(UTF-8)', $file or die "$file: $!\n";
    local $/;
    return <$in> // '';
}

# sentences(): the lines of the table that weave/read/sentences.lua made.
sub sentences {
    return map {
        my %s = (tests => []);
        @s{qw(unit line section kind note text)} = split /\t/, $_, 6;
        $s{plain} = plain($s{text});
        \%s;
    } split /\n/, slurp($TABLE);
}

# plain(WORDS): what is compared: without signs of markup, quotes and line breaks. A link
# and a marked word are their words; a reference without words is [].
sub plain {
    my ($words) = @_;
    $words =~ s/\[([^][]*)\](?:\([^()]*\)|\{[^{}]*\})/$1 eq '' ? '[]' : $1/ge;
    $words =~ tr/*_`"'\\//d;
    $words =~ s/\s+/ /g;
    return $words =~ s/^ | $//gr;
}

# quotes_in(FILE): the quotes of a file of tests, each with the test that it stands in.
sub quotes_in {
    my ($file) = @_;
    my ($folder) = $file =~ m{^tests/([^/]+)/};
    my ($test, @quotes) = ('');
    my $n = 0;
    for (split /\n/, slurp($file)) {
        $n++;
        $test = $1 =~ s/\\(.)/$1/gr if /^\@test "((?:[^"\\]|\\.)*)" \{/;
        next unless /^\s*says\s(.*)$/;
        my ($unit, $quoted) = $1 =~ /^\s*(?:--in\s+(\S+)\s+)?("(?:[^"\\]|\\.)*"|'[^']*')\s*$/;
        my %quote = (file => $file, line => $n, test => $test, unit => $unit // $folder, words => '');
        if (defined $quoted && $quoted !~ /^".*(?<!\\)[`\$]/) {
            $quote{words} = $quoted =~ /^'/ ? substr $quoted, 1, -1 : substr($quoted, 1, -1) =~ s/\\([\\"`\$])/$1/gr;
        } else {
            $quote{wrong} = "what says quotes has to be one word of the shell, in quotes, alone on its line, and "
                . "with nothing in it for the shell to put in";
        }
        push @quotes, \%quote;
    }
    return @quotes;
}

# find_quoted(QUOTE, SENTENCES): joins a quote with the one sentence that has its words.
sub find_quoted {
    my ($quote, $sentences) = @_;
    return if $quote->{wrong};
    my $words = plain($quote->{words});
    my $file = $quote->{unit} eq 'book' ? 'book.nw' : "chapters/$quote->{unit}.nw";
    return $quote->{wrong} = "there is no chapter $quote->{unit}" unless $sentences;
    return $quote->{wrong} = "\"$quote->{words}\" is too short to be known by; quote three words" if 2 > ($words =~ tr/ //);
    my @found = grep { index($_->{plain}, $words) >= 0 && $_->{kind} ne 'session' } @$sentences;
    if (@found == 1) {
        push @{ $found[0]{tests} }, $quote;
    } elsif (@found) {
        $quote->{wrong} = "\"$quote->{words}\" stands in " . @found . " sentences of $file, lines "
            . join(', ', map { $_->{line} } @found) . '; quote more of the one that is meant';
    } else {
        my $near = nearest($words, $sentences);
        $quote->{wrong} = "$file no longer says \"$quote->{words}\""
            . ($near ? "; the nearest is $file:$near->{line}: \"$near->{text}\"" : '');
    }
}

# nearest(WORDS, SENTENCES): the sentence that shares most pairs of neighboring words.
sub nearest {
    my ($words, $sentences) = @_;
    my %pair = map { $_ => 1 } pairs($words);
    my ($best, $most) = (undef, 0);
    for my $s (@$sentences) {
        next if $s->{kind} eq 'session';
        my $shared = grep { $pair{$_} } pairs($s->{plain});
        ($best, $most) = ($s, $shared) if $shared > $most;
    }
    return $best;
}
sub pairs {
    my @w = split /\W+/, lc $_[0];
    return uniq map { $_ == 0 ? $w[0] : "$w[$_ - 1] $w[$_]" } 0 .. $#w;
}

# sessions(SENTENCE...): "UNIT SECTION" => the text of its sessions.
sub sessions {
    my %text;
    for (grep { $_->{kind} eq 'session' } @_) {
        my $file = "tangled/$_->{unit}/$_->{text}";
        $text{"$_->{unit} $_->{section}"} .= slurp($file) if -e $file;
    }
    return %text;
}

# rule_of(SENTENCE): the words, numbers and names that make it state a rule.
sub rule_of {
    my ($s) = @_;
    my $text = $s->{text} =~ s/$PAGE//gr =~ s/\bPOSIX\.1-\d+//gr =~ s/\[\]//gr;
    return [ uniq grep { !/^E[A-Z0-9]+$/ || exists $!{$_} } $text =~ /($WORD|$NUMBER|$NAME)/g ];
}

sub state_of {
    my ($s, $session) = @_;
    return @{ $s->{tests} } ? 'quoted' : 'plain' unless @{ $s->{rule} };
    return 'tried' if @{ $s->{tests} };
    return 'claim' if $s->{kind} eq 'claim';
    return 'sourced' if "$s->{text} $s->{note}" =~ $SOURCE;
    return 'open' if first { /^$WORD$/ || $session !~ /(?<!\w)\Q$_\E(?!\w)/ } @{ $s->{rule} };
    return 'shown';
}

1;
