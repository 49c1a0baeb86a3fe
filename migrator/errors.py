"""
The error tree, sorted by what the caller may do next.

    MigratorError
    ├── InputError          correct the input and start again (source, mapping, plan file, journal, settings)
    │   ├── SourceUnreadable    a file of the export, named with its line
    │   ├── MappingUnreadable   the mapping file, named with its line
    │   ├── PlanUnreadable      a plan file that is no plan, or one of another target
    │   └── JournalDamaged      a journal line that cannot be read; without the journal a run reads more, no worse
    ├── PreflightFailed     nothing was written: credentials, address or permissions of the target are wrong
    ├── TargetUnavailable   no meaningful answer within the bounded number of attempts; try again later
    ├── CredentialsRefused  the target takes neither our token nor our credentials
    ├── JournalUnwritable   no intent can be kept, so nothing more is sent; free the disk and run again
    └── JournalLocked       another run is at work on the same journal; wait for it

What happens to one row of a plan is never an error: it is an outcome in the report.
"""

from __future__ import annotations


class MigratorError(Exception):
    """Anything the command line reports in one sentence, without a traceback."""


class InputError(MigratorError):
    """Something given to the program is wrong; the message names it, its value and what would be right."""


class SourceUnreadable(InputError):
    """A file of the export that cannot be read; names file, line and what would be right."""


class MappingUnreadable(InputError):
    """A mapping file that does not say what it has to; names file, line and what would be right."""


class PlanUnreadable(InputError):
    """A plan file that cannot be applied as it is."""


class JournalDamaged(InputError):
    """A journal with a line, not its last, that is no entry."""


class PreflightFailed(MigratorError):
    """The target cannot be worked with; found before any write."""


class TargetUnavailable(MigratorError):
    """The target has not answered in a bounded number of attempts."""


class CredentialsRefused(MigratorError):
    """The target does not accept the client credentials; the message never holds the secret."""


class JournalUnwritable(MigratorError):
    """The journal's file takes no more entries."""


class JournalLocked(MigratorError):
    """Another live run holds the journal."""
