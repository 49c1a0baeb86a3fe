"""
Results that an answer names by `downloadUrl` instead of holding them.

A row of the kind `download` is such a result as it was when asked for; its address needs no token.

Assumed: what is downloaded has the form of the answer's `result`; from how many agents on the vendor does so is not
published, `forceDownloadService` does it for any.
"""

from __future__ import annotations

from dataclasses import replace

from mockgc.domain import errors
from mockgc.domain.resource import Handler, Operation, Reference, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.resources.kit import parameters
from mockgc.resources.workforcemanagement import business_units

KIND = "download"
AGENTS_MAX = 500
"""How many agents, or entities, an answer holds itself (assumed)."""
FORCED = "forceDownloadService"


def answered(view: View, request: Request, unit_id: str, result: Entity, size: int) -> tuple[Entity, tuple[Write, ...]]:
    """
    The part of an answer that gives its result, and what to store for that.

    What comes asynchronously is downloaded as well: the notification that tells it has no place for a result.
    """
    query = parameters(request)
    if size <= AGENTS_MAX and "true" not in (query.get(FORCED), query.get("forceAsync")):
        return {"result": result}, ()
    answer, write = stored(view, request, {"businessUnitId": unit_id}, result)
    return answer, (write,)


def offered(handle: Handler, flag: str = FORCED, *, is_listing_required: bool = False) -> Handler:
    """
    The same rule; its answer is a download where the query's flag says so, or where it lists more than it holds. The
    listing is empty then where the contract requires one, else it is left out.
    """

    def handled(resource: Resource, operation: Operation, view: View, request: Request) -> Outcome:
        outcome = handle(resource, operation, view, request)
        body = outcome.body
        assert isinstance(body, dict)
        if parameters(request).get(flag) != "true" and len(body.get("entities", ())) <= AGENTS_MAX:
            return outcome
        unit = "businessUnitId" if operation.path.startswith(f"{business_units.PATH}/") else "managementUnitId"
        answer, write = stored(view, request, {unit: request.ids[0]}, body.get("result", body))
        answer |= {"entities": []} if is_listing_required else {}
        return replace(outcome, body=answer, writes=(*outcome.writes, write))

    return handled


def stored(view: View, request: Request, place: Entity, result: Entity) -> tuple[Entity, Write]:
    """The part of an answer that names a result by its address, and the result to store."""
    key = view.new_id()
    row = {"id": key, **place, "result": result}
    url = f"{request.origin}/downloads/{request.organisation_id}/{key}"
    return {"downloadUrl": url}, Write(KIND, key, row, changed=tuple(row))


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
    references=(
        Reference("businessUnitId", "businessUnit", business_units.NOT_FOUND),
        Reference("managementUnitId", "managementUnit", errors.NOT_FOUND),
    ),
)
