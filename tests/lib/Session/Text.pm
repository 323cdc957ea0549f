package Session::Text;
# What of a line of text can be seen.
use strict;
use warnings;
use Exporter qw(import);
our @EXPORT_OK = qw(unprintable visible);

# unprintable(TEXT): what in a line no page can show or no chapter can hold, and
# what to do; nothing when there is none.
sub unprintable {
    my ($text) = @_;
    return ('a tab', 'pipe it through expand, or cat -T') if $text =~ /\t/;
    return ('blanks at the end of a line', "pipe it through sed 's/ *\$//', or cat -E")
        if $text =~ / \z/;
    return if $text =~ /^[\x20-\x7e]*\z/;
    my $instead = 'pipe it through cat -v';
    return (sprintf('the control character \\x%02x', ord $1), $instead)
        if $text =~ /([\x00-\x1f\x7f])/;
    my $decoded = $text;
    return ('a byte that is not UTF-8', $instead) unless utf8::decode($decoded);
    return (sprintf('the character U+%04X, which cannot be seen', ord $1), $instead)
        if $decoded =~ /([\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{DI}\p{NChar}\P{Any}]|(?! )\p{Zs})/;
    return;
}

# visible(TEXT): TEXT fit to stand in a message: with \xNN for each byte that
# would not be seen, or that would do something to the terminal.
sub visible {
    my ($text) = @_;
    $text =~ s{([\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})
               |([^\x20-\x7e])|([ ]+)\z}{
        defined $1 && !unprintable($1) ? $1
            : join '', map { sprintf '\\x%02x', ord } split //, $1 // $2 // $3
    }gex;
    return $text;
}

1;
