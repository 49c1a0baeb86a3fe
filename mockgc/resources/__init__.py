"""The registry: every resource the emulator serves, checked when it is collected."""

from __future__ import annotations

from mockgc.domain.resource import Resource
from mockgc.resources.directory import RESOURCES as DIRECTORY
from mockgc.resources.notifications import RESOURCES as NOTIFICATIONS
from mockgc.resources.routing import RESOURCES as ROUTING
from mockgc.resources.wfm_dialect import RESOURCES as WFM_DIALECT
from mockgc.resources.workforcemanagement import RESOURCES as WORKFORCEMANAGEMENT


def registry() -> tuple[Resource, ...]:
    """
    All resources.

    Raises:
        ValueError: two resources share a kind or an operation, or a reference names no kind.
    """
    return checked((*WFM_DIALECT, *DIRECTORY, *ROUTING, *WORKFORCEMANAGEMENT, *NOTIFICATIONS))


def checked(resources: tuple[Resource, ...]) -> tuple[Resource, ...]:
    """The same resources, once they are known to fit together."""
    kinds = [resource.kind for resource in resources]
    if len(set(kinds)) != len(kinds):
        raise ValueError(f"two resources share a kind: {sorted(kinds)}")
    claimed = [name for resource in resources for name in resource.behaviours]
    if len(set(claimed)) != len(claimed):
        raise ValueError(f"two resources claim an operation: {sorted(claimed)}")
    routes = [(operation.method, operation.path) for resource in resources for operation in resource.operations]
    if len(set(routes)) != len(routes):
        raise ValueError(f"two operations share a route: {sorted(routes)}")
    for resource in resources:
        for reference in resource.references:
            if reference.to not in kinds:
                raise ValueError(f"{resource.kind}.{reference.at} refers to the unknown kind {reference.to!r}")
    return resources
