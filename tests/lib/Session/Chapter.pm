package Session::Chapter;
# How sessions stand in the chapters: noweb's chunks, read and written line by
# line. What noweb makes of a line was tried; promote has it tangled once more
# before it believes what is written here.
use strict;
use warnings;
use Exporter qw(import);
our @EXPORT_OK = qw(session_chunks source_of in_chunk);

# session_chunks(TEXT) gives the definitions NAME.session in a chapter's TEXT,
# in order: { name, line (of the definition), lines => [{ number, text (as
# noweb tangles it), raw, uses (another chunk) }] }.
sub session_chunks {
    my ($text) = @_;
    my (@chunks, $in, $number);
    for my $raw (split /^/, $text) {
        chomp $raw;
        $number++;
        if ($raw =~ /^<<(.*)>>=\s*$/) {
            my ($name) = $1 =~ /^(.*)\.session$/;
            $in = defined $name ? { name => $name, line => $number, lines => [] } : undef;
            push @chunks, $in if $in;
        } elsif ($raw =~ /^@(?:\s|$)/) {
            undef $in;
        } elsif ($in) {
            my ($line, $uses) = out_of_chunk($raw);
            push @{ $in->{lines} },
                { number => $number, raw => $raw, text => $line, uses => $uses };
        }
    }
    return @chunks;
}

# out_of_chunk(LINE): what noweb tangles of LINE in a chunk, tabs aside, and
# whether it uses another chunk. A << without a >> after it ends the escaping.
sub out_of_chunk {
    my ($line) = @_;
    my $text = $line =~ s/^@@// ? '@' : '';
    while ($line =~ /\G(.*?)(@?)(<<|>>)/gc) {
        $text .= "$1$3";
        next if $2 || $3 eq '>>';
        my $rest = substr $line, pos $line;
        return ("$text$rest", $rest =~ />>/);
    }
    return ($text . substr($line, pos($line) // 0), '');
}

# in_chunk(LINE): how LINE has to stand in a chunk.
sub in_chunk {
    my ($line) = @_;
    my $at = $line =~ s/^@(?=@|\s|<<|>>|\z)// ? '@@' : '';
    $line =~ s/(<<|(?<=@)>>)/\@$1/g;
    return "$at$line";
}

# source_of(FILE, ROOT) gives where in the chapter each line of the tangled session
# FILE (.../UNIT/NAME.session, or UNIT/exercises/NAME.session) stands, as [CHAPTER,
# LINE]; nothing when the chapter does not hold this text. Dies when it stands there with a tab, of
# which noweb makes blanks: such a session can never hold.
sub source_of {
    my ($file, $root) = @_;
    my ($unit, $name) = $file =~ m{([^/]+)/(?:exercises/)?([^/]+)\.session$} or return;
    my $chapter = $unit eq 'book' ? 'book.nw' : "chapters/$unit.nw";
    our %chunks;                      # path => its sessions, read once
    my $chunks = $chunks{"$root/$chapter"}
        //= [ session_chunks(slurp("$root/$chapter") // return) ];
    my @lines = map { @{ $_->{lines} } } grep { $_->{name} eq $name } @$chunks;
    for (@lines) {
        die "$chapter:$_->{number}: a session cannot hold a tab, of which noweb makes"
            . " blanks; write blanks, or pipe it through expand\n" if $_->{raw} =~ /\t/;
    }
    my $have = slurp($file) // return;
    return if $have ne join '', map { "$_->{text}\n" } @lines;
    return [ map { [ $chapter, $_->{number} ] } @lines ];
}

sub slurp {
    my ($file) = @_;
    open my $in, '<:raw', $file or return;
    local $/;
    return scalar <$in> // '';
}

1;
