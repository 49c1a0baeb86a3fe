"""People and where they belong: divisions, users, groups, teams."""

from mockgc.resources.directory.divisions import DIVISION

RESOURCES = (DIVISION,)
