package Tangle;
# What the root chunks of a unit make, and which line of a chapter each line of it
# comes from. Nothing here writes anywhere but into the temporary place.
# A unit is a chapter's file without folder and ending, or "book" for book.nw.
# noweb does the work: markup reads the sources into a stream of records, nt
# expands a root in it (facts about both: "noweb Hacker's Guide").
use strict;
use warnings;
use Exporter 'import';
use File::Basename qw(basename);
use POSIX ();
use Exercises qw(exercises_in exercise_at part_of);
use Kinds qw(kind_of program_of);
use Noweb qw(noweb_tool read_order);
use Place qw(open_place close_place place put slurp run);
use Title qw(shared_unit);
our @EXPORT_OK = qw(source_of shared_source unit_files origins without_directives numberless is_directive);

my $MARK = "\x01next file\x01";
my $BAD_BYTE = qr/[\x00-\x09\x0b-\x1f\x7f]/;

# source_of(UNIT) gives the path of its source.
sub source_of { return $_[0] eq 'book' ? 'book.nw' : "chapters/$_[0].nw" }

# shared_source() gives the path of the source whose chunks all units may use.
sub shared_source { return source_of(shared_unit('book.nw')) }

# unit_files(HOME, UNIT, KINDS, INSTEAD) gives what the unit makes, as a hash from
# a file's name, exercises/NAME for a part of an exercise, to
#   name   that of its root chunk, and
#   line   where this stands first
#   kind   its row of KINDS (see Kinds.pm); nothing for a session, a check, a text
#   text   what becomes the file in tangled/
#   built  what becomes the file in out/build/: the text, with directives that
#          tell the line of the chapter if the kind has them; nothing without a kind
# HOME is where the temporary place may be made. INSTEAD, which may be left out,
# is a hash from a source's path to a text that is read in its place. Dies with
# messages FILE:LINE: what is wrong.
sub unit_files {
    my ($home, $unit, $kinds, $instead) = @_;
    my ($own, $stream, $chapter) = read_unit($home, $unit, $instead // {});
    my @roots = roots($own, $stream, [exercises_in($chapter)], @$kinds);
    my @names = map { $_->{name} } @roots;
    my $sources = [sources($unit)];
    my %text;
    @text{@names} = expand($sources, $stream, undef, @names);
    my %built;
    for my $format (keys %{ { map { $_->{kind} ? ($_->{kind}{lines} => 1) : () } @roots } }) {
        my @of = map { $_->{name} } grep { $_->{kind} && $_->{kind}{lines} eq $format } @roots;
        @built{@of} = $format eq '-' ? @text{@of} : expand($sources, $stream, $format, @of);
    }
    close_place();
    my %files;
    for my $root (@roots) {
        my $name = $root->{name};
        $text{$name} =~ /\S/ or die "$own:$root->{line}: <<$name>> makes an empty file\n";
        $files{ $root->{file} } = { %$root, text => $text{$name}, built => $built{$name} };
    }
    return \%files;
}

# origins(HOME, UNIT, FILE, INSTEAD) tells where the lines of a FILE of unit_files
# come from. Gives a hash with "text" and, if it is built, "built": an array for
# each, with for every line nothing, when it is no line of a chunk as it stands
# there, or
#   file, line  its place in the sources
#   indent      how many blanks a use has put before it
sub origins {
    my ($home, $unit, $file, $instead) = @_;
    my ($own, $stream) = read_unit($home, $unit, $instead // {});
    my ($marked, $source) = mark_lines($stream);
    my ($text) = expand([sources($unit)], $marked, undef, $file->{name});
    close_place();
    my @text;
    for my $line (lines($text)) {
        my ($from, $at) = $line =~ /\x01([^\x01\x02]+):(\d+)\x02/ or do { push @text, undef; next };
        my $words = $source->{$from}[$at];
        push @text, defined $words && $line =~ /^( *)\Q$words\E\x01[^\x01\x02]+\x02(?:\x01[^\x01\x02]+\x02)*$/
            ? { file => $from, line => $at, indent => length $1 } : undef;
    }
    return { text => \@text } unless $file->{kind};
    return { text => \@text, built => \@text } if $file->{kind}{lines} eq '-';
    return { text => \@text, built => directed($file, $source) };
}

# lines TEXT: without their ends.
sub lines { return map { s{\n}{}r } split /^/, $_[0] }

# directed FILE, SOURCE: the same for the text with directives, by the directives.
sub directed {
    my ($file, $source) = @_;
    my $directive = directive($file->{kind}{lines});
    my (@built, $from, $at);
    for my $line (lines($file->{built})) {
        if ($line =~ $directive) {
            ($from, $at) = ($+{file}, $+{line});
            push @built, undef;
            next;
        }
        my $words = defined $from ? $source->{$from}[$at] : undef;
        push @built, defined $words && $words eq $line
            ? { file => $from, line => $at, indent => 0 } : undef;
        $at++ if defined $from;
    }
    return \@built;
}

# directive FORMAT: a pattern that fits what nt -L writes in this FORMAT.
sub directive {
    my ($format) = @_;
    my %part = ('%L' => '(?<line>\d+)', '%F' => '(?<file>.+)', '%N' => '', '%%' => '%');
    my $pattern = join '', map { $part{$_} // quotemeta } split /(%[LFN%])/, $format;
    return qr/^$pattern$/;
}

# is_directive(LINE, KIND): does LINE only tell where the next ones come from?
sub is_directive {
    my ($line, $kind) = @_;
    return $kind->{lines} ne '-' && $line =~ s/\n//r =~ directive($kind->{lines});
}

# without_directives(TEXT, KIND) gives TEXT without such lines.
sub without_directives {
    my ($text, $kind) = @_;
    return $text if $kind->{lines} eq '-';
    my $directive = directive($kind->{lines});
    return join '', grep { s/\n//r !~ $directive } split /^/, $text;
}

# numberless(TEXT, KIND) gives TEXT with the file's name alone in place of each.
sub numberless {
    my ($text, $kind) = @_;
    return $text if $kind->{lines} eq '-';
    my $directive = directive($kind->{lines});
    return join '', map { s/\n//r =~ $directive ? "\x01$+{file}\n" : $_ } split /^/, $text;
}

# --- Reading -------------------------------------------------------------------

# sources UNIT: the paths that its chunks stand in, its own last.
sub sources {
    my ($own, $shared) = (source_of($_[0]), shared_source());
    return $own eq $shared ? $own : ($shared, $own);
}

# read_unit HOME, UNIT, INSTEAD: opens the temporary place and gives the unit's own
# source, the stream of records and the source's text. The file "stream" in the place
# holds the stream.
sub read_unit {
    my ($home, $unit, $instead) = @_;
    my $own = source_of($unit);
    my %listed = map { $_->[0] => $_->[1] } read_order('book.nw');
    if ($unit ne 'book' && !-e $own) {
        die $listed{$unit} ? "book.nw:$listed{$unit}: lists $unit, but $own is missing\n"
                           : "tangle: there is no chapter $unit ($own)\n";
    }
    my @sources = sources($unit);
    my %bytes;
    for (@sources) {
        -d and die "$_:1: is a folder\n";
        open my $try, '<', $_ or die "$_:1: cannot be read: $!\n";
        $bytes{$_} = $instead->{$_} // slurp($_) // die "$_:1: cannot be read: $!\n";
    }
    die "$own:1: book.nw does not list this chapter (chapters: in its title block)\n"
        unless $unit eq 'book' || $listed{$unit};
    bytes_hold($_, $bytes{$_}) for @sources;
    my $place = open_place($home);
    my %path = map { $_ => exists $instead->{$_} ? "$place/" . basename($_) : $_ } @sources;
    put($path{$_}, $instead->{$_}) for grep { exists $instead->{$_} } @sources;
    my ($status, $stream, $errors) = run('/dev/null', noweb_tool('markup'), @path{@sources});
    fault(\@sources, $errors) if $status || $errors ne '' || $stream =~ /^\@fatal/m;
    for (@sources) { $stream =~ s/^\@file \Q$path{$_}\E$/\@file $_/m }
    return ($own, $stream, $bytes{$own});
}

# bytes_hold SOURCE, BYTES: dies when there is a byte that noweb would change or
# drop, or that no page could hold; in lint's words if it has some.
sub bytes_hold {
    my ($source, $bytes) = @_;
    my $is_text = $bytes !~ /[\x80-\xff]/ || utf8::decode(my $copy = $bytes);
    return if $is_text && $bytes !~ $BAD_BYTE && $bytes !~ /^\xEF\xBB\xBF/;
    my ($first, @more) = lint('tab,cr,bom,nul,utf8', $source);
    if (!defined $first) {
        my $before = $bytes =~ $BAD_BYTE ? $` : '';
        $first = sprintf "%s:%d: the control character 0x%02X; remove it\n",
            $source, 1 + ($before =~ tr/\n//), ord($& // '');
    }
    die $first, @more ? sprintf("%s: and %d more of this kind (make lint names all)\n", $source, scalar @more) : ();
}

# lint RULES, SOURCE...: what lint says, line by line.
sub lint {
    my ($rules, @sources) = @_;
    return unless -x 'tools/lint';
    open my $from, '-|', 'tools/lint', '--only', $rules, @sources or return;
    my @said = <$from>;
    close $from;
    return POSIX::WIFEXITED($?) && POSIX::WEXITSTATUS($?) == 1 ? @said : ();
}

# fault SOURCES, ERRORS: dies with what is wrong with the sources. noweb names
# no line for most of it, lint does.
sub fault {
    my ($sources, $errors) = @_;
    my $found = join '', lint('undefined,cycle,mark,shift,definition,name', @$sources);
    my %said;
    $errors = join '', map { "$sources->[-1]:1: noweb says: $_\n" } grep { !$said{$_}++ } split /\n/, $errors;
    $errors = "$sources->[-1]:1: noweb failed and did not say why\n" if $errors eq '';
    close_place();
    die $found ne '' ? $found : $errors;
}

# --- Roots ---------------------------------------------------------------------

# roots OWN, STREAM, EXERCISES, KINDS: the root chunks of the source OWN that make files,
# in their order, each with name, line, kind, and the file in the folder of the unit. Dies
# when one could not be a file, is of no kind, or makes the program that another makes.
sub roots {
    my ($own, $stream, $exercises, @kinds) = @_;
    my ($file, $line, %used, @defined) = ('', 1);
    for (split /\n/, $stream) {
        if    (/^\@file (.*)/)         { ($file, $line) = ($1, 1) }
        elsif (/^\@(nl|index nl)$/)    { $line++ }
        elsif (/^\@use (.*)/)          { $used{$1} = 1 }
        elsif ($file eq $own && /^\@defn (.*)/) { push @defined, { name => $1, line => $line } }
    }
    my (@roots, %seen, %program);
    for my $root (grep { !$seen{ $_->{name} }++ } @defined) {
        my ($name, $at) = @$root{qw(name line)};
        $root->{kind} = kind_of($name, @kinds);
        my $part = is_part($own, $root, $exercises, $used{$name});
        if (!$root->{kind} && $name !~ /\.session$/ && !$part) {
            no_kind($own, $root) if $name =~ /^\S+\.[A-Za-z0-9]+$/ && !$used{$name};
            next;
        }
        $part || $name =~ /^[A-Za-z0-9][A-Za-z0-9_-]*\.[A-Za-z0-9]+$/
            or die "$own:$at: <<$name>> cannot be a file's name; use letters, digits, _ and -\n";
        $root->{file} = $part ? "exercises/$name" : $name;
        push @roots, $root;
        next unless $root->{kind};
        my $first = $program{ program_of($name) } //= $root;
        $first == $root or die "$own:$at: <<$name>> makes the program " . program_of($name)
            . ", which <<$first->{name}>> on line $first->{line} makes; rename one of them\n";
    }
    return @roots;
}

# is_part OWN, ROOT, EXERCISES, USED: is the root part of an exercise? Dies when it has
# the name of a part and stands elsewhere, or stands in an exercise and is no part.
sub is_part {
    my ($own, $root, $exercises, $used) = @_;
    my ($name, $at) = @$root{qw(name line)};
    my $in = exercise_at($at, @$exercises);
    my ($exercise) = part_of($name);
    if (defined $exercise) {
        return 1 if $in && $in->{name} eq $exercise;
        die "$own:$at: <<$name>> belongs to an exercise; it stands in the section of the exercise, below a heading"
            . " ### TITLE {#$exercise .exercise .LEVEL minutes=N}\n";
    }
    return 0 if !$in || $used || $name !~ /^\S+\.[A-Za-z0-9]+$/;
    return 1 if $name eq "$in->{name}.session" || $name eq "$in->{name}.c";
    die "$own:$at: <<$name>> is no part of the exercise $in->{name}; its parts are $in->{name}.start, .answer,"
        . " .also-WORD and .wrong-WORD, each .c or .txt, $in->{name}.check, $in->{name}.session, and $in->{name}.c"
        . " for what is to be predicted\n";
}

# no_kind OWN, ROOT: dies because ROOT is of no kind, unless it is a shared chunk that
# another unit uses.
sub no_kind {
    my ($own, $root) = @_;
    my ($name) = $root->{name};
    if ($own eq shared_source()) {
        for (map { source_of($_) } 'book', map { $_->[0] } read_order('book.nw')) {
            my $text = slurp($_) // next;
            return if $text =~ /(?<!\@)<<\Q$name\E>>(?!=)/;
        }
    }
    my ($ending) = $name =~ /\.([^.]+)$/;
    die "$own:$root->{line}: <<$name>> would make a file, but no row of kinds.tsv has the ending $ending;"
        . " add one, or use words for the chunk's name\n";
}

# --- Expanding -----------------------------------------------------------------

# expand SOURCES, STREAM, FORMAT, NAMES: the text of each root, with the directives
# of FORMAT if there is one. A chunk more, the mark, lets one run of nt print all,
# and tells that nothing was cut off.
sub expand {
    my ($sources, $stream, $format, @names) = @_;
    return unless @names;
    put(place() . '/stream', "$stream\@file mark\n\@begin docs 0\n\@end docs 0\n"
        . "\@begin code 1\n\@defn $MARK\n\@nl\n\@text $MARK\n\@nl\n\@end code 1\n");
    my ($status, $output, $errors) = run(place() . '/stream', noweb_tool('nt'),
        defined $format ? "-L$format" : (), map { ("-R$_", "-R$MARK") } @names);
    fault($sources, $errors) if $status || $errors ne '';
    my @texts;
    my $text = '';
    my $directive = defined $format ? directive($format) : undef;
    for my $line (split /^/, $output) {
        if ($line ne "$MARK\n") { $text .= $line; next }
        # the mark, too, has a line that it comes from
        $text =~ s/([^\n]*)\n\z/ $1 =~ $directive && $+{file} eq 'mark' ? '' : "$1\n" /e if $directive;
        push @texts, $text;
        $text = '';
    }
    @texts == @names && $text eq '' or die "$sources->[-1]:1: noweb did not print all files; is the disk full?\n";
    return @texts;
}

# mark_lines STREAM: gives STREAM with a mark at the end of each line of code that
# tells its place, and a hash from a source to the text of its lines of code; those
# that use a chunk have none.
sub mark_lines {
    my ($stream) = @_;
    my ($file, $line, $in, %source, @out, $words) = ('', 1, '');
    for (split /^/, $stream) {
        if    (/^\@file (.*)/)      { ($file, $line) = ($1, 1) }
        elsif (/^\@begin code/)     { $in = 'head' }
        elsif (/^\@end code/)       { $in = '' }
        elsif (/^\@text (.*)/)      { $words .= $1 if $in eq 'code' && defined $words }
        elsif (/^\@use /)           { undef $words }
        elsif (/^\@index nl/)       { $line++ }
        elsif (/^\@nl/) {
            if ($in eq 'code') {
                $source{$file}[$line] = $words;
                push @out, "\@text \x01$file:$line\x02\n";
            }
            $in &&= 'code';
            $words = '';
            $line++;
        }
        push @out, $_;
    }
    return (join('', @out), \%source);
}

1;
