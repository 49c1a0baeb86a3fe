"""
What can go wrong with a rehearsal itself, as opposed to what it finds.

::

    ConformanceError        ends the command with exit code 2 and its message
    ├── EmulatorNotStarted  the emulator did not answer; the message ends with what it printed
    ├── ProgramNotFound     the command under test cannot be started
    ├── SourceUnreadable    the source has no users file, or a file that is not what it says
    ├── SampleFailed        the sample source could not be made
    └── TargetFailed        an answer that no target may give to us (control API, listings)

A program under test that fails is no error: it is a verdict.
"""

from __future__ import annotations


class ConformanceError(Exception):
    """The rehearsal cannot go on; the message says which value is wrong and what would be right."""


class EmulatorNotStarted(ConformanceError):
    """The emulator ended or stayed silent before it accepted connections."""


class ProgramNotFound(ConformanceError):
    """The command under test is not a program here."""


class SourceUnreadable(ConformanceError):
    """The source folder or its users file cannot be read."""


class SampleFailed(ConformanceError):
    """`migrator sample` ended with an error."""


class TargetFailed(ConformanceError):
    """The target refused what the rehearsal itself asked."""
