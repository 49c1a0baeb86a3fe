"""
Refusals as data.

    WfmError                 anything the service answers with an error body
      (no children: what the caller may do next follows from `code`, a value)

An `ErrorCode` says status, code, where the rule comes from and what to do next; a `Violation` is one occurrence of it
at one field. No response is built here: `wire.errors` is the one translator.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Provenance:
    """How sure we are of a rule, and who says so."""

    grade: Literal["stated", "decided", "documented", "observed", "assumed"]
    where: str

    def __str__(self) -> str:
        return f"{self.grade}: {self.where}"


def stated(where: str) -> Provenance:
    """The complaint that started this project, or its accepted answer, says so."""
    return Provenance("stated", where)


def decided(where: str) -> Provenance:
    """Ours, chosen so that all stated facts hold at once."""
    return Provenance("decided", where)


def documented(where: str) -> Provenance:
    """The vendor's published contract or documentation says so."""
    return Provenance("documented", where)


def observed(where: str) -> Provenance:
    """Somebody named has seen the real service do it."""
    return Provenance("observed", where)


def assumed(where: str) -> Provenance:
    """Our inference about the vendor; nobody has shown it."""
    return Provenance("assumed", where)


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """
    One way to be refused.

    Args:
        code: the `code` of the error body.
        status: HTTP status.
        rule: the rule in one sentence.
        source: where the rule comes from.
        next_step: what the caller should do, in one sentence.
        leaves: the kind of what is made although the request is refused; empty for almost all: nothing was written.
    """

    code: str
    status: int
    rule: str
    source: Provenance
    next_step: str
    leaves: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a value, or whose version moved."""

    kind: str
    id: str
    name: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Violation:
    """
    One rule broken at one place.

    Args:
        field: path into the request body (`agents[3].userId`) or the query parameter; None when the whole request.
        holder: the entity that stands in the way; its id and name go into `details`.
        given, wanted: what was sent and what would be right, for the explanation.
    """

    code: ErrorCode
    message: str
    field: str | None = None
    holder: Holder | None = None
    given: str | None = None
    wanted: str | None = None


class WfmError(Exception):
    """
    A refusal: nothing was written, unless it came as an outcome's `refusal`. `violations` are all of the first failing
    stage, in order of precedence.
    """

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        self.code = self.violations[0].code
        super().__init__(self.violations[0].message)


def refuse(code: ErrorCode, message: str, field: str | None = None) -> WfmError:
    """A refusal with one violation."""
    return WfmError((Violation(code, message, field),))


_ORDER = decided("order of checks, common to the dialect")

AUTHENTICATION_REQUIRED = ErrorCode(
    "authentication.required", 401, "every request under /api/v2 carries a bearer token", _ORDER,
    "Get a token from POST /oauth/token with the client id and secret and send it as 'Authorization: Bearer ...'.",
)  # fmt: skip
BAD_CREDENTIALS = ErrorCode(
    "bad.credentials", 401, "the bearer token is known and has not expired", _ORDER,
    "Get a fresh token from POST /oauth/token and send the request again.",
)  # fmt: skip
TOO_MANY_REQUESTS = ErrorCode(
    "too.many.requests", 429, "a window of time takes so many requests", documented("429 of every published operation"),
    "Wait as many seconds as Retry-After says, then send the request again; it was not carried out.",
)  # fmt: skip
MISSING_PERMISSIONS = ErrorCode(
    "missing.permissions", 403, "the client has the permission that the operation names", _ORDER,
    "Use a client that has the permission, or have it granted.",
)  # fmt: skip
MISSING_ANY_PERMISSIONS = ErrorCode(
    "missing.any.permissions", 403, "the client has one of the permissions that the operation names",
    observed("a note on a live 403: the code is sent for one permission too, where the contract's rule is `any`"),
    "Use a client that has one of the permissions, or have one granted.",
)  # fmt: skip
NOT_FOUND = ErrorCode(
    "not.found", 404, "the path and the id in it name something", _ORDER,
    "Check the path against /_mockgc/openapi.json; if it is the id, look the entity up with the listing and its "
    "filters: it may have been deleted.",
)  # fmt: skip
METHOD_NOT_ALLOWED = ErrorCode(
    "method.not.allowed", 405, "a known path answers to its own methods only", _ORDER,
    "Use one of the methods in the Allow header.",
)  # fmt: skip
TOO_LARGE = ErrorCode(
    "request.entity.too.large", 413, "a body is at most 4 MiB, 16 MiB for PUT of a schedule", _ORDER,
    "Send the agents in smaller batches.",
)  # fmt: skip
UNSUPPORTED_MEDIA_TYPE = ErrorCode(
    "unsupported.media.type", 415, "a body is JSON in UTF-8", _ORDER, "Send 'Content-Type: application/json'."
)
BAD_REQUEST = ErrorCode(
    "bad.request", 400, "a body is one well-formed JSON object with the operation's fields and types", _ORDER,
    "Correct the named field; the contract is at /_mockgc/openapi.json.",
)  # fmt: skip
INVALID_VALUE = ErrorCode(
    "invalid.value", 400, "a field takes one of the values that exist for it", _ORDER, "Use a value that exists."
)
CONSTRAINT_VALIDATION = ErrorCode(
    "constraint.validation", 400, "a value keeps to the limits of its field", decided("limits of the dialect"),
    "Bring the named field within its limits.",
)  # fmt: skip
INVALID_DATE = ErrorCode(
    "invalid.date", 400, "dates are ISO 8601; date-times carry an offset", decided("naive date-times are ambiguous"),
    "Send the date-time with Z or an explicit offset such as +01:00.",
)  # fmt: skip
SERVICE_UNAVAILABLE = ErrorCode(
    "service.unavailable", 503, "a store that does not answer in time has written nothing",
    decided("a busy data file"), "Send the request again.",
)  # fmt: skip
INTERNAL_ERROR = ErrorCode(
    "internal.server.error", 500, "the emulator does not fail", decided("a defect of the emulator"),
    "Please report this: the emulator's own log has the traceback.",
)  # fmt: skip

EVERYWHERE = (
    AUTHENTICATION_REQUIRED, BAD_CREDENTIALS, TOO_MANY_REQUESTS, MISSING_PERMISSIONS, NOT_FOUND, METHOD_NOT_ALLOWED,
    TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, BAD_REQUEST, INVALID_VALUE, CONSTRAINT_VALIDATION, INVALID_DATE,
)  # fmt: skip
"""What any path can answer, in the order of the checks."""
