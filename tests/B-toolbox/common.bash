# common.bash - what the tests of the toolbox share.
# shellcheck shell=bash disable=SC2154

# with_chunks NAME < C: makes ./NAME of a C program in which a line <<CHUNK>> stands
# for the chunk of the toolbox, as in the book.
with_chunks() {
    perl -e '
        open my $book, "<", shift or die; my ($chunk, %code);
        while (<$book>) {
            if (/^<<(.+)>>=$/) { $chunk = $1 }
            elsif (/^@/) { undef $chunk }
            elsif (defined $chunk) { $code{$chunk} .= $_ }
        }
        sub expand { my ($text) = @_;
            $text =~ s{^ *<<(.+)>>\n}{expand($code{$1} // die "no chunk $1\n")}gem;
            return $text }
        print expand(do { local $/; <STDIN> }) =~ s{^#define _GNU_SOURCE\n}{}mr' "$root/chapters/B-toolbox.nw" > expanded.c || fail 'a chunk is not there'
    makes "$1" < expanded.c
}
