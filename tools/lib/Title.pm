package Title;
# The title block of book.nw, for all that is not pandoc. pandoc reads it as YAML
# (YAML 1.2) and its texts as Markdown; here the simple forms of YAML are understood
# and all others refused, so that both read the same:
#
#   field: words              no other line, nothing that YAML takes for notation
#   field: "words"            or 'words'
#   field: |                  or >, with the text indented below
#   field:                    a list, with one "- words" a line
#   # words                   a comment
use strict;
use warnings;
use Exporter 'import';
use Time::Local qw(timegm);
our @EXPORT_OK = qw(read_title title_faults title_list shared_unit);

# The fields there are: whether the book can do without, and what is wrong with a
# value (nothing if all is well), given the value and all fields.
my %FIELD = (
    title      => [needed => \&text],
    subtitle   => [free   => \&text],
    name       => [needed => \&name],
    author     => [needed => \&texts],
    date       => [needed => sub { return defined epoch($_[0]) ? () : 'write the day of the edition as YEAR-MONTH-DAY, like 2026-11-25' }],
    lang       => [needed => sub { return $_[0] =~ /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/ ? () : 'write a language tag (BCP 47), like en or pt-BR' }],
    rights     => [free   => \&text],
    needs      => [free   => \&text],
    keywords   => [free   => \&text],
    motto      => [free   => \&text],
    'license-url' => [free => \&address],
    blurb      => [free   => \&text],
    identifier => [needed => \&identifier],
    url        => [free   => sub { return $_[0] =~ m{^https?://[^\s"<>\\]+/$} ? () : 'write the address of the book\'s site, with http:// or https:// before it and a / at its end' }],
    errors     => [free   => sub { return $_[0] =~ m{^(?:https?://|mailto:)[^\s"<>\\]+$} ? () : 'write where an error is told, with https:// or mailto: before it; SECTION and EDITION in it stand for what they are' }],
    sample     => [free   => \&sample],
    toolbox    => [free   => \&toolbox],
    exercises  => [free   => sub { return $_[0] =~ /^[1-9]\d?$/ ? () : 'write how many sections with a program may have one exercise, like 2' }],
    chapters   => [needed => \&chapters],
    coming     => [free   => \&coming],
);

# read_title(BOOK) takes the path of book.nw and gives its title block as a hash from
# a field to its value (words, or a list of words), with "epoch", the date in seconds
# since 1970, besides; toolbox is "book" when none is named. Dies with all its faults,
# each BOOK:LINE: message.
sub read_title {
    my ($book) = @_;
    my ($fields, @faults) = judged($book);
    die map { "$_\n" } @faults if @faults;
    my %title = map { $_ => $fields->{$_}{value} } keys %$fields;
    $title{epoch} = epoch($title{date});
    $title{toolbox} //= 'book';
    return \%title;
}

# title_faults(BOOK) gives the faults alone, each BOOK:LINE: message.
sub title_faults { my (undef, @faults) = judged($_[0]); return @faults }

# title_list(BOOK, FIELD) gives the list FIELD as pairs [WORDS, LINE], whatever may be
# wrong with other fields. Dies with BOOK:LINE: message when there is no such list.
sub title_list {
    my ($book, $name) = @_;
    my ($fields, @faults) = parse($book);
    die map { "$_\n" } @faults if @faults && !$fields->{$name}{value};
    my $field = $fields->{$name};
    ref $field->{value} or die "$book:" . ($field->{line} // 1) . ": the title block has no list \"$name:\"\n";
    return map { [$field->{value}[$_], $field->{lines}[$_]] } 0 .. $#{ $field->{value} };
}

# shared_unit(BOOK) gives the unit whose chunks all others may use: the chapter that the
# title block names as toolbox, or else "book", the preface.
sub shared_unit {
    my ($book) = @_;
    my ($fields) = parse($book);
    my $value = ($fields->{toolbox} // {})->{value};
    return defined $value && !ref $value && $value ne '' ? $value : 'book';
}

# address VALUE: what is wrong with the address of a page.
sub address {
    return $_[0] =~ m{^https?://[^\s"<>\\]+$} ? () : 'write an address, with http:// or https:// before it';
}

# judged BOOK: the fields, each with line and value, and all that is wrong with them.
sub judged {
    my ($book) = @_;
    my ($fields, @faults) = parse($book);
    return ($fields, @faults) unless %$fields;
    for my $name (sort { $fields->{$a}{line} <=> $fields->{$b}{line} } keys %$fields) {
        my $field = $fields->{$name};
        next unless defined $field->{value};
        if (!$FIELD{$name}) {
            push @faults, "$book:$field->{line}: there is no field \"$name\"; there are " . join ' ', sort keys %FIELD;
        } elsif (ref $field->{value} ? !@{ $field->{value} } : $field->{value} !~ /\S/) {
            push @faults, "$book:$field->{line}: $name is empty; give it a value" . ($FIELD{$name}[0] eq 'free' ? ' or leave it out' : '');
        } elsif (ref $field->{value} && $name !~ /^(?:author|chapters|coming)$/) {
            push @faults, "$book:$field->{line}: $name cannot be a list";
        } else {
            push @faults, map { /^\d+: / ? "$book:$_" : "$book:$field->{line}: $name: $_" }
                $FIELD{$name}[1]->($field->{value}, $fields);
        }
    }
    push @faults, map { "$book:1: the title block has no \"$_:\"; write one" }
        grep { $FIELD{$_}[0] eq 'needed' && !$fields->{$_} } sort keys %FIELD;
    return ($fields, sort { ($a =~ /:(\d+): /)[0] <=> ($b =~ /:(\d+): /)[0] } @faults);
}

# --- The forms of YAML ---------------------------------------------------------------

# parse BOOK: the fields of its title block, each with line, value and, for a list,
# lines; and what is not understood.
sub parse {
    my ($book) = @_;
    -d $book and return ({}, "$book:1: is a folder");
    open my $in, '<:raw', $book or return ({}, "$book:1: cannot be read: $!");
    my ($lines, @faults) = lines_of_block($book, $in);
    my (%fields, $at);
    while (($at //= 0) < @$lines) {
        my ($line, $text) = ($at + 2, $lines->[$at++]);
        next if $text =~ /^ *(?:#.*)?$/;
        my ($name, $rest) = $text =~ /^([A-Za-z][\w-]*):(?: +(.*?))? *$/;
        if (!defined $name) {
            push @faults, "$book:$line: this line of the title block is no \"field: value\"; a value of several lines"
                . ' stands indented below "field: |"';
            next;
        }
        my @below;
        # what belongs to the field: indented lines, empty ones, comments, and items of a list
        push @below, $lines->[$at++] while $at < @$lines && $lines->[$at] =~ /^(?: |#|- |-$|$)/;
        push @faults, "$book:$line: $name stands twice, first on line $fields{$name}{line}" and next if $fields{$name};
        $fields{$name} = { line => $line, eval { value($rest // '', $line, @below) } };
        push @faults, $@ =~ s/^(\d+) (.*)\n/$book:$1: $name: $2/r if $@;
    }
    return (\%fields, @faults);
}

# lines_of_block BOOK, IN: the lines between the two marks of the title block, and what
# is wrong with them as lines, in lint's words.
sub lines_of_block {
    my ($book, $in) = @_;
    my (@lines, @faults, $ended);
    while (my $line = <$in>) {
        chomp $line;
        push @faults, "$book:$.: byte-order mark; save the file without one" if $. == 1 && $line =~ s/^\xEF\xBB\xBF//;
        push @faults, "$book:$.: carriage return; end lines with a line feed alone" if $line =~ s/\r.*//;
        push @faults, "$book:$.: tab; use blanks" if $line =~ tr/\t/ /;
        if ($. == 1) { return ([], @faults, "$book:1: the title block is missing") if $line !~ /^--- *$/; next }
        $ended = 1, last if $line =~ /^(?:---|\.\.\.) *$/;
        push @lines, $line;
    }
    return ([], @faults, "$book:1: the title block is missing") if !$.;
    return (\@lines, @faults, $ended ? () : "$book:1: the title block has no end, a line ---");
}

# value REST, LINE, BELOW: what stands after "field:" on its LINE and in the lines
# BELOW it, as value => WORDS or value => LIST, lines => THEIR LINES. Dies with "LINE
# message".
sub value {
    my ($rest, $line, @below) = @_;
    my @filled = grep { $below[$_] !~ /^ *(?:#.*)?$/ } 0 .. $#below;
    if ($rest =~ /^([|>])(?: +#.*)?$/) { return (value => block($1, $line, @below)) }
    if ($rest !~ /^(?:#.*)?$/) {
        die $line + 1 + $filled[0], " a value of several lines stands indented below \"field: |\"\n" if @filled;
        return (value => scalar_of($rest, $line));
    }
    return (value => '') unless @filled;
    my ($indent) = $below[ $filled[0] ] =~ /^( *)/;
    my @items;
    for my $i (@filled) {
        $below[$i] =~ /^$indent- +(.+?) *$/
            or die $line + 1 + $i, " write a list, one \"- words\" a line, or the text below \"field: |\"\n";
        push @items, scalar_of($1, $line + 1 + $i);
    }
    return (value => \@items, lines => [map { $line + 1 + $_ } @filled]);
}

# block STYLE, LINE, BELOW: the text of a block scalar (YAML 1.2, 8.1).
sub block {
    my ($style, $line, @below) = @_;
    # comments may follow it
    pop @below while @below && $below[-1] =~ /^(?:#.*)?$/;
    my ($first) = grep { /\S/ } @below or return '';
    my ($indent) = $first =~ /^( *)/;
    my @lines;
    for my $i (0 .. $#below) {
        die $line + 1 + $i, " is less indented than the text above it\n" if $below[$i] =~ /\S/ && $below[$i] !~ /^$indent/;
        push @lines, $below[$i] =~ s/^$indent//r =~ s/^ +$//r;
    }
    my $text = join("\n", @lines) =~ s/\n*\z/\n/r;
    $text =~ s/(?<=\S)\n(?=\S)/ /g if $style eq '>';
    return $text;
}

# scalar_of WORDS, LINE: what a quoted or plain scalar on one line says.
sub scalar_of {
    my ($words, $line) = @_;
    if ($words =~ /^"((?:[^"\\]|\\["\\\/])*)"(?: +#.*)?$/) { return $1 =~ s/\\(.)/$1/gr }
    if ($words =~ /^'((?:[^']|'')*)'(?: +#.*)?$/) { return $1 =~ s/''/'/gr }
    $words =~ s/ +#.*//;
    die "$line YAML takes this for notation; write it in quotes\n"
        if $words =~ /^[\[\]{},#&*!|>'"%\@`]|^[-?:](?: |$)|:(?: |$)/
        || $words =~ /^(?:~|null|true|false|yes|no|on|off|y|n)$/i
        || $words =~ /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$|^0[xo]|^[-+]?\.(?:inf|nan)$/i && $words !~ /^[1-9]\d*$/;
    return $words;
}

# --- The values ------------------------------------------------------------------------

# each of these gives what is wrong with the value, with a line if it has several
sub text { return $_[0] =~ /[\x00-\x08\x0b-\x1f\x7f]/ ? 'has a control character' : () }
sub texts { return map { text($_) } ref $_[0] ? @{ $_[0] } : $_[0] }
sub name {
    return $_[0] =~ /^[a-z0-9]+(?:-[a-z0-9]+)*$/ ? ()
        : 'the files of the book are called so; write small letters, digits and - between them';
}
sub identifier {
    return 'write it without blanks, like urn:uuid: and the output of uuidgen' if $_[0] =~ /\s/;
    return $_[0] =~ /^urn:uuid:(?!\p{XPosixXDigit}{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$)/i
        ? 'is no UUID; write urn:uuid: and the output of uuidgen' : ();
}
sub chapters {
    my ($value, $fields) = @_;
    return 'write a list, one "- CHAPTER" a line' unless ref $value;
    my $lines = $fields->{chapters}{lines};
    return map { "$lines->[$_]: \"$value->[$_]\" is not a chapter's name (letters, digits, - and _)" }
        grep { $value->[$_] !~ /^[A-Za-z0-9][A-Za-z0-9_-]*$/ } 0 .. $#$value;
}
# coming: the chapters that are not written yet, "NUMBER TITLE" each, in their order
sub coming {
    my ($value, $fields) = @_;
    return 'write a list, one "- NUMBER TITLE" a line' unless ref $value;
    my $lines = $fields->{coming}{lines};
    my $chapters = ($fields->{chapters} // {})->{value};
    my %written = map { /^(\d+)-/ ? ($1 + 0 => $_) : () } ref $chapters ? @$chapters : ();
    my ($before, @faults) = (0);
    for my $i (0 .. $#$value) {
        my ($number) = $value->[$i] =~ /^([1-9]\d*) \S/;
        push @faults, "$lines->[$i]: \"$value->[$i]\" is not NUMBER TITLE" and next unless $number;
        push @faults, "$lines->[$i]: chapter $number is written, $written{$number}" if $written{$number};
        push @faults, "$lines->[$i]: $number comes before $before" if $number <= $before;
        $before = $number;
    }
    return @faults;
}
sub sample {
    my ($value, $fields) = @_;
    my ($unit) = $value =~ m{^([A-Za-z0-9][\w-]*)/[A-Za-z0-9][\w-]* \S}
        or return 'write CHAPTER/PROGRAM and the name of the chunk to show';
    return unlisted($unit, $fields, 'book');
}
sub toolbox { return unlisted(@_) }
sub unlisted {
    my ($unit, $fields, @others) = @_;
    my $chapters = ($fields->{chapters} // {})->{value};
    return ref $chapters && !grep({ $_ eq $unit } @others, @$chapters) ? "$unit is no chapter of the list" : ();
}

# epoch DATE: its first second (UTC) since 1970, or nothing when there is no such day.
# The EPUB is a zip, whose days are those from 1980 to 2107.
sub epoch {
    my ($year, $month, $day) = $_[0] =~ /^(\d{4})-(\d\d)-(\d\d)$/ or return;
    return if $year < 1980 || $year > 2107;
    return eval { timegm(0, 0, 0, $day, $month - 1, $year) };
}

1;
