# Session - reads printed sessions, runs them, and compares: the door to the
# modules in Session/, whose heads tell the rest.
#
#   parse($text, $name, ...)       the session a text is, or dies "NAME:LINE: .."
#   record($session, %how)         runs its commands; what really came out
#   difference($session, $record)  undef when what came out is what is printed
#                                  under the session's licences, else a hash
#   alike($session, $record)      what the values became, as far as lines fit
#   printed($record, $session)     a recording in the session's notation
#   source_of($file, $root)        the chapter file and its line for each line
#   alone($session)                keeps others from settings of the machine
#   visible($text)                 a text without what would not be seen
#
# tests/lib/session --help tells the notation.
package Session;
use strict;
use warnings;
use Exporter qw(import);
use Session::Chapter qw(source_of);
use Session::Compare qw(difference alike fits);
use Session::Notation qw(parse licensed_spans speaker %TYPES);
use Session::Run qw(record alone);
use Session::Text qw(visible);
use Session::Write qw(printed renewed_licences missing_licences);

our @EXPORT_OK = qw(parse record difference alike fits printed renewed_licences
    missing_licences source_of licensed_spans speaker alone visible %TYPES);

1;
