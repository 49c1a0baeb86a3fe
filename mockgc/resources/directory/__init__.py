"""People and where they belong: divisions, users, groups, teams."""

from mockgc.resources.directory import external_ids, groups, teams, users
from mockgc.resources.directory.divisions import DIVISION

RESOURCES = (DIVISION, users.RESOURCE, external_ids.RESOURCE, groups.RESOURCE, teams.RESOURCE)
