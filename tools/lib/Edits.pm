package Edits;
# Which files of tangled/ and out/build/ somebody edited since tangle wrote them.
#
# Beside the files of out/build/UNIT/ stands out/build/UNIT.sums, with a line
# "SHA1 PLACE/NAME" for the text that tangle wrote there last ("make clean" keeps it;
# while files are put in place, the texts before are there too); PLACE is tangled or
# build, the sum there that of the text without line directives. A file is edited when
# its text is not this one, and not what the unit makes now either. Two that look so
# are not:
#   a file of tangled/ that git has at HEAD: so looks a clone, or a checkout of
#   another branch, and nothing in it can be lost;
#   a file of out/build/ without any notes, which an older tangle left.
# A file of tangled/ of which neither notes nor git tell anything (out/ was removed by
# hand in a folder without git, say) counts as edited: better a question too many.
use strict;
use warnings;
use Exporter 'import';
use Digest::SHA qw(sha1_hex);
use File::Path ();
use Kinds qw(kind_of);
use Place qw(put slurp);
use Tangle qw(source_of origins without_directives);
our @EXPORT_OK = qw(files_of unknown_files edits is_base note note_only edit_message);

# unknown_files(WHERE, UNIT, KINDS): the files of the unit whose text tangle did not
# write, as far as that is known without making it afresh; each with place, name,
# path and text. WHERE has the folders "tangled" and "build", and "own" if they are
# the project's.
sub unknown_files {
    my ($where, $unit, $kinds) = @_;
    my $notes = notes("$where->{build}/$unit.sums");
    my @unknown;
    for my $place (qw(tangled build)) {
        next if $place eq 'build' && !%$notes;
        my $folder = "$where->{$place}/$unit";
        for my $name (files_of($folder)) {
            my $kind = kind_of($name, @$kinds);
            next unless $kind || $place eq 'tangled' && $name =~ m{\.session$|^exercises/.*\.(?:txt|check)$};
            next if -l "$folder/$name" || !-f _;
            my $text = slurp("$folder/$name") // next;
            next if $notes->{ entry($place, $name, $kind, $text) };
            next if $place eq 'tangled' && $where->{own} && at_head("tangled/$unit/$name", $text);
            push @unknown, { place => $place, name => $name, path => "$folder/$name", text => $text };
        }
    }
    return @unknown;
}

# files_of(FOLDER): what stands in the folder of a unit, and in that of its exercises,
# by their names in it; nothing when it is not there.
sub files_of {
    my ($folder) = @_;
    opendir my $dir, $folder or return;
    return map { $_ eq 'exercises' ? map { "exercises/$_" } files_of("$folder/exercises") : $_ }
        sort grep { !/^\.\.?$/ } readdir $dir;
}

# edits(WHERE, UNIT, KINDS, FILES): those that FILES, what the unit makes now (see
# Tangle.pm), does not make.
sub edits {
    my ($where, $unit, $kinds, $files) = @_;
    return grep {
        my $file = $files->{ $_->{name} };
        !$file || ($_->{place} eq 'tangled' ? $_->{text} ne $file->{text}
            : !$file->{kind} || without_directives($_->{text}, $file->{kind})
                ne without_directives($file->{built}, $file->{kind}));
    } unknown_files($where, $unit, $kinds);
}

# is_base(WHERE, UNIT, EDIT, FILE): is what the unit makes now of FILE the text that
# was edited, as far as is known? Else the chapter changed it as well.
sub is_base {
    my ($where, $unit, $edit, $file) = @_;
    my ($place, $name) = @$edit{qw(place name)};
    my $notes = notes("$where->{build}/$unit.sums");
    return 1 if $notes->{ entry($place, $name, $file->{kind}, $file->{ $place eq 'tangled' ? 'text' : 'built' }) };
    return 0 if grep { / \Q$place\/$name\E$/ } keys %$notes;
    return !in_head("tangled/$unit/$name") || at_head("tangled/$unit/$name", $file->{text});
}

# note(WHERE, UNIT, FILES, TMP) adds to the notes what tangle is about to write, FILES
# of Tangle.pm. TMP is a file to write the notes to first.
sub note {
    my ($where, $unit, $files, $tmp) = @_;
    my $notes = notes("$where->{build}/$unit.sums");
    my @new = grep { !$notes->{$_} } entries($files);
    write_notes($where, $unit, $tmp, sort(keys %$notes), @new) if @new;
}

# note_only(WHERE, UNIT, FILES, TMP): all of it is written; a text of before is an edit
# now, as when somebody undoes by hand what is in the chapter.
sub note_only {
    my ($where, $unit, $files, $tmp) = @_;
    write_notes($where, $unit, $tmp, entries($files));
}

# entries FILES: the lines of the notes about what tangle makes.
sub entries {
    my ($files) = @_;
    return map {
        my ($name, $kind, $text, $built) = ($_, @{ $files->{$_} }{qw(kind text built)});
        (entry('tangled', $name, $kind, $text), $kind ? entry('build', $name, $kind, $built) : ());
    } sort keys %$files;
}

# write_notes WHERE, UNIT, TMP, LINES: makes these the notes, unless they are.
sub write_notes {
    my ($where, $unit, $tmp, @lines) = @_;
    my $file = "$where->{build}/$unit.sums";
    my $text = join '', map { "$_\n" } @lines;
    return if (slurp($file) // '') eq $text;
    put($tmp, $text);
    File::Path::make_path($where->{build});
    rename $tmp, $file or die "$file: $!\n";
}

# edit_message(HOME, UNIT, EDIT, FILES): FILE:LINE: what was edited and what to do.
sub edit_message {
    my ($home, $unit, $edit, $files) = @_;
    my $what = 'make absorb takes the edit into the chapter, make discard throws it away';
    my $file = $files && $files->{ $edit->{name} };
    my $source = source_of($unit);
    return "$edit->{path}:1: was edited, and $source does not make it; keep it elsewhere, or make discard removes it"
        if $files && (!$file || $edit->{place} eq 'build' && !defined $file->{built});
    return "$edit->{path}:1: was edited; $what" unless $file;
    my $was = $edit->{place} eq 'tangled' ? $file->{text} : $file->{built};
    my ($line, $at) = first_difference($edit->{text}, $was);
    my $origins = (origins($home, $unit, $file)->{ $edit->{place} eq 'tangled' ? 'text' : 'built' });
    my ($from) = grep { defined } @$origins[reverse 0 .. $at];
    return "$edit->{path}:$line: was edited here"
        . ($from ? ", where $from->{file}:$from->{line} makes it" : '') . "; $what";
}

# first_difference NEW, OLD: the line of NEW, from 1, and of OLD, from 0, at which
# they differ first; in OLD no later than the last.
sub first_difference {
    my ($new, $old) = map { [split /^/, $_] } @_;
    my $line = 0;
    $line++ while $line < @$new && $line < @$old && $new->[$line] eq $old->[$line];
    return ($line < @$new ? $line + 1 : scalar @$new || 1, $line < @$old ? $line : $#$old);
}

# entry PLACE, NAME, KIND, TEXT: the line of the notes about a text.
sub entry {
    my ($place, $name, $kind, $text) = @_;
    return sha1_hex($place eq 'build' ? without_directives($text, $kind) : $text) . " $place/$name";
}

# notes FILE: its lines, as keys.
sub notes { return { map { $_ => 1 } split /\n/, slurp($_[0]) // '' } }

# in_head PATH: the sum by which git knows the file at HEAD; nothing without git.
my $head;
sub in_head {
    $head //= do {
        my %head;
        if (open my $git, '-|', 'git ls-tree -r -z HEAD -- tangled 2>/dev/null') {
            local $/ = "\0";
            while (my $entry = <$git>) { $head{$2} = $1 if $entry =~ /^\d+ blob ([0-9a-f]+)\t(.*)\0$/s }
        }
        \%head;
    };
    return $head->{ $_[0] };
}

# at_head PATH, TEXT: does git have this text there?
sub at_head {
    my ($path, $text) = @_;
    my $blob = in_head($path) // return 0;
    my $sum = Digest::SHA->new(length $blob == 40 ? 1 : 256);
    return $sum->add('blob ' . length($text) . "\0$text")->hexdigest eq $blob;
}

1;
