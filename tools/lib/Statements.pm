package Statements;
# What the book says itself: which of its sentences state a rule, and what holds them.
# Works in the working directory, the book's.
#
# read_statements() gives the sentences of the book in order, each as
#   { unit, line, section, kind, text, rule, bare, state, tests }
# unit to text are those of weave/read/sentences.lua; rule lists the words that make it a
# rule (none: it states none), bare those of them that nothing holds; tests are the quotes of
# it, { file, line, test } each; state is tried (tests quote it), claim, sourced, shown (by a
# session of its section), open (a word of the rule is bare), quoted (no rule, and quoted all
# the same) or plain.
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
my $WORD   = qr/\b(?:never|always|only|nothing|at once|for good|for ever|forever|any|every|must|mustn't|cannot|can't|can not|whenever)\b/i;
my $NUMBER = qr/(?<![\w.#-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w-])/;
my $WAIT   = qr/W(?:NOHANG|NOWAIT|UNTRACED|CONTINUED|EXITED|STOPPED)/;
my $NAME   = qr/\b(?:E[A-Z0-9]{2,}|SIG[A-Z0-9]{2,}|$WAIT|_*[A-Z]+_[A-Z0-9_]+)\b/;

# What names a source: a standard or a manual page that says it, a file of the kernel. A call
# tells and requires things itself; of pages only those of sections 5 and 7 do.
my $PAGE     = qr/[\w.]+\(\d\w*\)/;
my $SAYS     = qr/says|say(?!\sso)|lists?|warns?|promises?|documents?|describes?|specif(?:y|ies)|explains?/;
my $TELLS    = qr/tells?|requires?|calls\ it|has\ the\ rules?/;
my $STANDARD = qr/POSIX(?:\.1(?:-\d+)?)?|C1[17]|C23|[Tt]he\ C\ standard|[Tt]he\ standard(?!\s(?:input|output|error|library|stream|action))|RFC\ \d+/;
my $RULES    = qr/$SAYS|$TELLS|defines?|asks|allows?|permits?|forbids|demands|wants|leaves|knows|has|holds|gives/;
my $SOURCE   = qr{\b$STANDARD(?:,?\s\w+){0,2}\s(?:$RULES)\b | \b(?:$SAYS|in|by|to|for|is|since)\s$STANDARD(?!\ssystem)
    | \b${STANDARD}'s\b
    | $PAGE (?:,?\s\w+){0,2}\s(?:$SAYS)\b | \(\d\w*\)(?<=[57]\)) (?:,?\s\w+){0,2}\s(?:$TELLS)\b
    | \b(?:see|according\ to|[Rr]ead\ on:|$SAYS)\s$PAGE
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
        $s->{rule} = [ uniq(rule_of($s->{text})) ];
        $s->{bare} = [ uniq bare_of($s, $session{"$s->{unit} $s->{section}"} // '') ];
        $s->{state} = state_of($s);
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
        @s{qw(unit line section kind note claimed text)} = split /\t/, $_, 7;
        $s{plain} = level($s{text});
        \%s;
    } split /\n/, slurp($TABLE);
}

# level(WORDS): what is compared: words without quotes and line breaks, with the signs that
# a keyboard has.
sub level {
    my ($words) = @_;
    $words =~ s/\x{2013}/--/g;
    $words =~ s/\x{2014}/---/g;
    $words =~ s/\x{2026}/.../g;
    $words =~ tr/\x{2018}\x{2019}/'/;
    $words =~ tr/"`\\\x{201c}\x{201d}//d;
    $words =~ s/(?<!\w)'|'(?!\w)//g;
    $words =~ s/[\s\x{a0}]+/ /g;
    $words =~ s/ (?=[.,;:?!](?: |$))//g;
    return $words =~ s/^ | $//gr;
}

# readings(WORDS): what the words of a quote may be: as they are, or without markup. A link
# and a marked word are their words; a reference without words is []. Code keeps its signs.
sub readings {
    my ($words) = @_;
    my $bare = $words =~ s/\[\]\{[^{}]*\}//gr =~ s/\[\^[^]]*\]//gr =~ s/\[\[(.*?)\]\]/`$1`/gr =~ s/\@(<<|>>)/$1/gr;
    1 while $bare =~ s/\[([^][]*)\](?:\([^()]*\)|\{[^{}]*\})/$1 eq '' ? '[\\0]' : $1/e;
    $bare =~ s/\\0//g;
    my @parts = split /(`[^`]*`)/, $bare;
    my $stars = join '', map { /^`/ ? $_ : s/(?<!\\)\*//gr } @parts;
    my $both = join '', map { /^`/ ? $_ : s/(?<!\\)\*|(?<!\w)_|_(?!\w)//gr } @parts;
    return uniq map { level($_) } $words, $bare, $stars, $both;
}

# place(TEXT, WORDS): where the words stand in the text, not as parts of words; else undef.
sub place {
    my ($text, $words) = @_;
    my $before = $words =~ /^\w/ ? qr/(?<!\w)/ : qr/(?:)/;
    my $after = $words =~ /\w$/ ? qr/(?!\w)/ : qr/(?:)/;
    return $text =~ /$before\Q$words\E$after/ ? $-[0] : undef;
}
sub has { return defined place(@_) }

# quotes_in(FILE): the quotes of a file of tests, each with the test that it stands in.
sub quotes_in {
    my ($file) = @_;
    my ($folder) = $file =~ m{^tests/([^/]+)/};
    my ($test, @quotes) = ('');
    my $n = 0;
    for (split /\n/, slurp($file)) {
        $n++;
        if (/^\@test (?:"((?:[^"\\]|\\.)*)"|'([^']*)') \{/) { $test = $2 // $1 =~ s/\\([\\"`\$])/$1/gr }
        elsif (/^\}/) { $test = '' }
        next unless /^\s*says\s(.*)$/;
        my ($unit, $quoted) = $1 =~ /^\s*(?:--in\s+(\S+)\s+)?("(?:[^"\\]|\\.)*"|'[^']*')\s*$/;
        my %quote = (file => $file, line => $n, test => $test, unit => $unit // $folder, words => '');
        if ($test eq '') {
            $quote{wrong} = 'says stands outside of a test, where nobody knows what tries the sentence';
        } elsif (defined $quoted && $quoted !~ /^".*(?<!\\)[`\$]/) {
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
    my @words = readings($quote->{words});
    my $file = $quote->{unit} eq 'book' ? 'book.nw' : "chapters/$quote->{unit}.nw";
    return $quote->{wrong} = "there is no chapter $quote->{unit}" unless $sentences;
    return $quote->{wrong} = "\"$quote->{words}\" is too short to be known by; quote three words"
        if 3 > grep { /\w/ } split / /, $words[-1];
    my @found = grep { my $s = $_; $s->{kind} ne 'session' && first { has($s->{plain}, $_) } @words } @$sentences;
    if (@found == 1) {
        $quote->{found} = first { has($found[0]{plain}, $_) } @words;
        push @{ $found[0]{tests} }, $quote;
    } elsif (@found) {
        $quote->{wrong} = "\"$quote->{words}\" stands in " . @found . " sentences of $file, lines "
            . join(', ', map { $_->{line} } @found) . '; quote more of the one that is meant';
    } else {
        my $near = nearest($words[-1], $sentences);
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

# sessions(SENTENCE...): "UNIT SECTION" => what its sessions print; a number in a command was
# asked for, not shown.
sub sessions {
    my %text;
    for (grep { $_->{kind} eq 'session' } @_) {
        my $file = "tangled/$_->{unit}/$_->{text}";
        $text{"$_->{unit} $_->{section}"} .= slurp($file) =~ s/^[\$>] .*//gmr if -e $file;
    }
    return %text;
}

# rule_of(TEXT): the words, numbers and names that make it state a rule, in order.
sub rule_of {
    my $text = $_[0] =~ s/$PAGE//gr =~ s/\bPOSIX\.1-\d+//gr =~ s/\bquestion \d+//gir =~ s/\[\]//gr;
    return grep { !/^E[A-Z0-9]+$/ || exists $!{$_} } $text =~ /($WORD|$NUMBER|$NAME)/g;
}

# bare_of(SENTENCE, SESSION): the words of its rule that nothing holds. A quote and a claim
# hold the words in them, so that none of these can be changed without a test; a session holds
# the numbers and names that it shows, a source all.
sub bare_of {
    my ($s, $session) = @_;
    return if "$s->{text} $s->{note}" =~ $SOURCE;
    my $text = $s->{plain};
    for my $words (map({ $_->{found} } @{ $s->{tests} }), $s->{kind} eq 'claim' ? map { level($_) } split / \|\| /, $s->{claimed} : ()) {
        my $at = $words =~ /\w/ ? place($s->{plain}, $words) : undef;
        substr $text, $at, length $words, '~' x length $words if defined $at;
    }
    return grep { /^$WORD$/ || $session !~ /(?<!\w)\Q$_\E(?!\w)/ } rule_of($text);
}

sub state_of {
    my ($s) = @_;
    return @{ $s->{tests} } ? 'quoted' : 'plain' unless @{ $s->{rule} };
    return 'open' if @{ $s->{bare} };
    return 'tried' if @{ $s->{tests} };
    return 'claim' if $s->{kind} eq 'claim' && rule_of($s->{claimed});
    return "$s->{text} $s->{note}" =~ $SOURCE ? 'sourced' : 'shown';
}

1;
