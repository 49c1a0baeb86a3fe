"""People and where they belong: divisions, users, groups, teams."""

from mockgc.resources.directory import division_objects, external_ids, groups, teams, users
from mockgc.resources.directory.divisions import DELETED_DIVISION, DIVISION

RESOURCES = (
    DIVISION,
    DELETED_DIVISION,
    users.RESOURCE,
    external_ids.RESOURCE,
    groups.RESOURCE,
    teams.RESOURCE,
    division_objects.RESOURCE,
)
