package Press;
# What of a project is the press, which makes and tests any book, and what is the book:
# the tools that start another project copy the press in one way.
use strict;
use warnings;
use Exporter 'import';
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path);
our @EXPORT_OK = qw(copy_press copy_tests link_modules);

# The press, as patterns of paths in the project. A pattern that fits nothing is passed
# over, but for the first, without which nothing works.
my @PRESS = qw(Makefile bootstrap kinds.tsv package.json package-lock.json LICENSE-CODE weave tools
    assets/css assets/js assets/site assets/editor assets/figures/lib
    tests/lib tests/run tests/endure tests/faults/run tests/faults/*.c tests/sanitize/run
    .npmrc .gitignore .gitattributes .editorconfig .ci .github .gitlab-ci.yml Containerfile CONTRIBUTING.md);
my $NEEDED = 8;

# The tests that hold any book, whatever it tells: its sources, its pages and files, and
# whether its own tests are worth anything. The others try the press itself with made-up
# books, and stay with the project in which the press is changed.
my @TESTS = qw(tests/book/sources.bats tests/book/epub.bats tests/book/epubcheck.bash tests/book/pdf.bats tests/book/lines
    tests/site/pages.bats tests/site/browse.bats tests/site/browse.mjs tests/site/browser.mjs tests/site/links
    tests/site/reading.bats tests/site/reading.test.mjs
    tests/tools/stubs.bats tests/tools/contributing.bats);

# copy_press(FROM, TO) copies the press of the project FROM into the folder TO. Dies when
# something is missing or cannot be copied.
sub copy_press {
    my ($from, $to) = @_;
    for my $needed (@PRESS[ 0 .. $NEEDED - 1 ]) {
        -e "$from/$needed" or die "$from/$needed: is missing, so the press cannot be copied\n";
    }
    copy($from, $to, @PRESS);
}

# copy_tests(FROM, TO) copies the tests that hold any book. What they quote of this one
# (says, see tests/lib/helpers.bash) is left out.
sub copy_tests {
    my ($from, $to) = @_;
    copy($from, $to, @TESTS);
    for my $file (grep { /\.bats$/ } map { matching($to, $_) } @TESTS) {
        local ($^I, @ARGV) = ('', "$to/$file");
        while (<>) { print unless /^\s*says / }
    }
}

# copy(FROM, TO, PATTERNS): the files and folders of FROM that fit, into TO.
sub copy {
    my ($from, $to, @patterns) = @_;
    for my $pattern (@patterns) {
        for my $path (matching($from, $pattern)) {
            make_path(dirname("$to/$path"));
            system('cp', '-R', "$from/$path", "$to/$path") == 0
                or die "$to/$path: cannot be copied from $from\n";
        }
    }
}

# matching(FROM, PATTERN): the paths below FROM; in PATTERN only the name of a file may
# have a *. (glob would take blanks in FROM for the ends of words.)
sub matching {
    my ($from, $pattern) = @_;
    return grep { -e "$from/$_" } $pattern if $pattern !~ /\*/;
    my ($folder, $name) = $pattern =~ m{^(.*)/(.*)$};
    my $fits = join '.*', map { quotemeta } split /\*/, $name, -1;
    opendir my $dir, "$from/$folder" or return;
    return map { "$folder/$_" } sort grep { /^$fits$/ } readdir $dir;
}

# link_modules(FROM, TO): what npm installed for FROM serves TO as well.
sub link_modules {
    my ($from, $to) = @_;
    my $modules = abs_path($from) . '/node_modules';
    symlink $modules, "$to/node_modules" or die "$to/node_modules: $!\n";
}

1;
