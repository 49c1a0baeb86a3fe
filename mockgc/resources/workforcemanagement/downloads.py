"""
Results that an answer names by `downloadUrl` instead of holding them.

A row of the kind `download` is such a result as it was when asked for; its address needs no token.

Assumed: what is downloaded has the form of the answer's `result`; from how many agents on the vendor does so is not
published, `forceDownloadService` does it for any.
"""

from __future__ import annotations

from mockgc.domain import errors
from mockgc.domain.resource import Reference, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.resources.kit import parameters
from mockgc.resources.workforcemanagement import business_units

KIND = "download"
AGENTS_MAX = 500
"""How many agents an answer holds itself (assumed)."""


def answered(view: View, request: Request, unit_id: str, result: Entity, size: int) -> tuple[Entity, tuple[Write, ...]]:
    """The part of an answer that gives its result, and what to store for that."""
    if size <= AGENTS_MAX and parameters(request).get("forceDownloadService") != "true":
        return {"result": result}, ()
    key = view.new_id()
    row = {"id": key, "businessUnitId": unit_id, "result": result}
    url = f"{request.origin}/downloads/{request.organisation_id}/{key}"
    return {"downloadUrl": url}, (Write(KIND, key, row, changed=tuple(row)),)


def fetch(view: View, key: str) -> Outcome:
    """
    The rule behind the address.

    Raises:
        WfmError: 404.
    """
    found = view.get(KIND, key)
    if found is None:
        raise errors.refuse(errors.NOT_FOUND, "no result has this address")
    return Outcome(200, found["result"])


DOWNLOAD = Resource(
    kind=KIND,
    path="/downloads",
    title="download",
    references=(Reference("businessUnitId", "businessUnit", business_units.NOT_FOUND),),
)
