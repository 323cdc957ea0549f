package Lint::Rules::Book;
# The rules on a book as a whole: its chapters, its title block, and chunks that go
# on elsewhere. See Lint::Rules::Lines for what a rule takes and
# gives.
use strict;
use warnings;
use Lint::Book qw(folder_of in_folder order_of);
use Lint::Prose qw(prose_of written_of);
use Lint::Rules::Prose qw(prose_lines);
use Noweb qw(order_faults);
use Title qw(title_faults);

# complaints VIEW, CODE: what a function that is given the book's folder finds,
# or dies of, as findings.
sub complaints {
    my ($view, $code) = @_;
    my $folder = folder_of($view);
    my @said = eval { $code->($folder) };
    return map {
        my ($file, $line, $message) = /^(?:\Q$folder\E\/)?(.*?):(\d+): (.*)/ or ();
        [$line, $message, in_folder($view->{home}, $file)];
    } @said, $@ ? $@ : ();
}

# order: the list in book.nw against the folder, and against its own prose. What
# book.nw says of the other chapters is likely to be old where it is silent.
sub order {
    my ($view) = @_;
    return unless $view->{is_book};
    my $text = prose_of($view->{source});
    my @found = complaints($view, \&order_faults);
    for (order_of($view->{home})) {
        my ($name, $line) = @$_;
        next unless $name =~ /^[0-9A-Z]+-(.+)/ && -e in_folder($view->{home}, "chapters/$name.nw");
        push @found, [$line, "nothing here refers to the chapter $name; write [](#$1)"]
            if index($text, "](#$1)") == -1;
    }
    return @found;
}

# title: the title block, as tools/lib/Title.pm reads it. Other rules tell of the
# list of chapters and of bytes that no line may have.
sub title {
    my ($view) = @_;
    return unless $view->{is_book};
    my %told = map { join(':', @$_) => 1 } complaints($view, \&order_faults);
    return grep { $_->[1] !~ /^(?:byte-order mark|carriage return|tab);/ && !$told{ join ':', @$_ } }
        complaints($view, sub { title_faults("$_[0]/book.nw") });
}

# continued: a chunk that goes on in another section, or in a chapter when it
# is a shared one, is meant to when the prose before says so: `@<<name>>`.
sub continued {
    my ($view) = @_;
    my ($s, $shared) = @$view{qw(source shared)};
    my @headings = grep { $_ } map { $_->[1] =~ /^#{1,6}\s+\S/ ? $_->[0] : 0 } numbered(prose_lines($s));
    my (%first, @found);
    for ($shared ? @{ $shared->{chunks} } : ()) { $first{ $_->{name} } //= ["$shared->{path}:$_->{line}", -1] }
    for (@{ $s->{chunks} }) {
        my ($name, $line) = @$_{qw(name line)};
        my $section = (grep { $_ < $line } @headings)[-1] // 0;
        my $first = $first{$name};
        $first{$name} = ["line $line", $section] if !$first || $first->[1] == -1;
        next if !$first || $first->[1] == $section || said($s, $name, $section, $line);
        push @found, [$line, "<<$name>> began " . ($first->[1] == -1 ? "in another file, at $first->[0]"
            : "in another section, on $first->[0]") . ', and noweb joins both; is this another chunk? '
            . "If not, name it in this section's prose before it goes on, as `\@<<$name>>`"];
    }
    return @found;
}

# numbered LINES...: each as [NUMBER, LINE].
sub numbered { my ($n) = 0; return map { [++$n, $_] } @_ }

# said SOURCE, NAME, SECTION, LINE: whether the prose between the two lines has
# the chunk's name, with its brackets.
sub said {
    my ($s, $name, $section, $line) = @_;
    my $prose = join ' ', @{ written_of($s) }[$section .. $line - 2];
    my $plain = sub { $_[0] =~ s/\@(?=<<|>>)//gr =~ s/\s+/ /gr };
    return index($plain->($prose), $plain->("<<$name>>")) >= 0;
}

1;
