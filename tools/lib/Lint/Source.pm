package Lint::Source;
# A source file as lint knows it: its bytes, its lines, and what noweb's markup
# sees in it.
use strict;
use warnings;
use Noweb qw(noweb_tool);
use Exporter 'import';
our @EXPORT_OK = qw(parse_source text_of width line_of);

# parse_source(PATH, BYTES) gives the record of a source:
#   path, bytes
#   lines   its lines, without their ends; those of an empty last line are none
#   kind    for each line, from 1: docs, first (of a docs chunk that "@" began),
#           defn, code, index ("@ %def")
#   chunks  in order: { name, line (of the definition), text ([LINE, TEXT] of each
#           line as noweb tangles it, <<NAME>> for a use), closed (by an @) }
#   uses    [LINE, NAME, NAME OF THE CHUNK IT STANDS IN, TEXT BEFORE, TEXT AFTER]
#   marks   [LINE, MESSAGE]: << and [[ in the prose, in markup's eyes
# Dies when markup cannot be run.
sub parse_source {
    my ($path, $bytes) = @_;
    my %s = (path => $path, bytes => $bytes, kind => [], chunks => [], uses => [], marks => []);
    $s{lines} = [split /\n/, $bytes, -1];
    pop @{ $s{lines} } if @{ $s{lines} } && $s{lines}[-1] eq '';

    # noweb must see as many lines as we do, whatever bytes stand in them.
    (my $clean = $bytes) =~ tr/\0\r/ /;
    $clean =~ s/^\xEF\xBB\xBF//;
    my ($stream, $said) = markup($clean);
    read_stream(\%s, $stream);
    read_complaints(\%s, $said);
    for my $chunk (@{ $s{chunks} }) {
        my $next = $chunk->{line} + @{ $chunk->{text} };
        $chunk->{closed} = ($s{lines}[$next] // '') =~ /^\@/;
    }
    return \%s;
}

# text_of(SOURCE, LINE) gives the line without the carriage return at its end.
sub text_of { return ($_[0]{lines}[$_[1] - 1] // '') =~ s/\r$//r }

# width(TEXT) gives the columns of a line, one for each character.
sub width {
    my ($text) = @_;
    $text =~ s/\r$//;
    utf8::decode($text) if $text =~ /[\x80-\xff]/;
    return length $text;
}

# line_of(TEXT, POSITION) gives the line of a position in a text.
sub line_of { return 1 + (substr($_[0], 0, $_[1]) =~ tr/\n//) }

# markup TEXT: gives the stream that noweb's markup makes of it, and what it
# says on standard error.
sub markup {
    my ($text) = @_;
    # files without a name, which nothing can leave behind
    my ($in, $err);
    open $in, '+>:raw', undef and open $err, '+>', undef
        and (print {$in} $text) && seek $in, 0, 0 or die "lint: no room for a temporary file: $!\n";
    my $pid = open(my $stream, '-|') // die "lint: fork: $!\n";
    if (!$pid) {
        open STDIN, '<&', $in and open STDERR, '>&', $err and exec { noweb_tool('markup') } 'markup', '-t', '-';
        require POSIX;
        POSIX::_exit(127);
    }
    my @records = <$stream>;
    close $stream;
    $? == 127 << 8 and die "lint: noweb's markup cannot be run\n";
    seek $err, 0, 0;
    return (\@records, [<$err>]);
}

# read_stream SOURCE, RECORDS: notes the kind of each line, the chunks, the uses
# and the quotes.
sub read_stream {
    my ($s, $records) = @_;
    my ($line, $kind, $fresh, @parts) = (1, 'docs', 0);
    for my $record (@$records) {
        chomp $record;
        if ($record =~ /^\@text (.*)/s) { push @parts, $1 if length $1 }
        elsif ($record eq '@nl') {
            $s->{kind}[$line] //= $fresh && $line > 1 ? 'first' : $kind;
            end_line($s, $line, @parts) if $kind eq 'code';
            ($fresh, @parts) = (0);
            $line++;
        }
        elsif ($record eq '@index nl')     { $s->{kind}[$line++] = 'index'; @parts = () }
        elsif ($record =~ /^\@use (.*)/s)  { my $name = $1; push @parts, \$name if $kind eq 'code' }
        elsif ($record =~ /^\@defn (.*)/s) {
            $s->{kind}[$line] = 'defn';
            push @{ $s->{chunks} }, { name => $1, line => $line, text => [] };
        }
        elsif ($record =~ /^\@begin (docs|code)/) { ($kind, $fresh, @parts) = ($1, $1 eq 'docs') }
        elsif ($record eq '@quote') {
            push @{ $s->{marks} }, [$line, 'unescaped [[ in prose, write @[[ (noweb takes it for quoted code)']
                if $kind eq 'docs';
        }
    }
}

# end_line SOURCE, LINE, PARTS...: a line of the last chunk is read; a PART is
# text, or a reference to a name that is used.
sub end_line {
    my ($s, $line, @parts) = @_;
    return if $s->{kind}[$line] eq 'defn';
    my $chunk = $s->{chunks}[-1];
    my @texts = map { ref() ? "<<$$_>>" : $_ } @parts;
    push @{ $chunk->{text} }, [$line, join '', @texts];
    for my $i (grep { ref $parts[$_] } 0 .. $#parts) {
        push @{ $s->{uses} }, [$line, ${ $parts[$i] }, $chunk->{name},
            join('', @texts[0 .. $i - 1]), join('', @texts[$i + 1 .. $#texts])];
    }
}

# read_complaints SOURCE, MESSAGES: notes what markup said.
sub read_complaints {
    my ($s, $messages) = @_;
    for my $said (@$messages) {
        chomp $said;
        my $at = $said =~ /:(\d+): / ? $1 : 1;
        my $what = $said =~ /unescaped <</ ? 'unescaped << in prose, write @<<'
                 : $said =~ /never closed/ ? 'unescaped [[ in prose, write @[[ (noweb finds no end of it)'
                 : "noweb says: $said";
        @{ $s->{marks} } = grep { $_->[0] != $at || $_->[1] !~ /\Q[[\E/ } @{ $s->{marks} }
            if $said =~ /never closed/;
        push @{ $s->{marks} }, [$at, $what];
    }
}

1;
