"""What was asked, answered and committed, as people see it: an entry a request, bounded, without secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson

from mockgc.domain.errors import ErrorCode, Holder, Provenance, Violation, WfmError
from mockgc.domain.metadata import timestamp
from mockgc.domain.transaction import CommitRow, Read

BODY_BYTES_KEPT = 16 * 1024
_SECRET = re.compile(r"key$|token|secret|auth|passw|cookie|credential", re.IGNORECASE)
_SECRET_MEMBER = re.compile(
    rb"""("[^"\\]{0,64}(?:passw|secret)[^"\\]{0,64}"\s*:\s*)"(?:[^"\\]|\\.)*+"?""", re.IGNORECASE | re.DOTALL
)
REDACTED = "***"
_BYPASSES = frozenset({"HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IDEMPOTENCY_KEY"})


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One request.

    Args:
        organisation_id: empty when the request could not be attributed to one.
        sequence: the commit it made, None when it changed nothing.
        reads: what its answer showed.
        ignored: headers that people hope change something, and that do not.
        fault: what fault rules did to it, in words; empty when none struck.
        ignored_fields: paths of the fields of the body that the contract does not know, and that nothing reads.
    """

    context_id: str
    organisation_id: str
    client_id: str
    at: datetime
    method: str
    path: str
    query: str
    status: int
    operation: str
    error: WfmError | None
    sequence: int | None
    reads: tuple[Read, ...]
    ignored: tuple[tuple[str, str], ...]
    body: bytes
    ignored_fields: tuple[str, ...] = ()
    fault: str = ""

    def encoded(self) -> bytes:
        """The entry as bytes, for a store that outlives the process."""
        fields = {slot: getattr(self, slot) for slot in self.__slots__ if slot not in ("error", "body")}
        violations = [asdict(violation) for violation in self.error.violations] if self.error else None
        return orjson.dumps({**fields, "violations": violations, "body": self.body.hex()})

    @classmethod
    def decoded(cls, data: bytes) -> Entry:
        """The entry that `encoded` gave these bytes for."""
        fields = orjson.loads(data)
        violations = fields.pop("violations")
        fields["error"] = recalled(violations) if violations else None
        fields["at"] = datetime.fromisoformat(fields["at"])
        fields["reads"] = tuple((kind, entity_id, version) for kind, entity_id, version in fields["reads"])
        fields["ignored"] = tuple((name, value) for name, value in fields["ignored"])
        fields["ignored_fields"] = tuple(fields.get("ignored_fields", ()))
        return cls(**{**fields, "body": bytes.fromhex(fields["body"])})

    def as_dict(self) -> dict[str, Any]:
        """The entry as the control API shows it."""
        return {
            "contextId": self.context_id,
            "organisationId": self.organisation_id or None,
            "clientId": self.client_id or None,
            "date": timestamp(self.at),
            "method": self.method,
            "path": self.path,
            "query": redacted_query(self.query),
            "operation": self.operation or None,
            "status": self.status,
            "code": self.error.code.code if self.error else None,
            "message": str(self.error) if self.error else None,
            "sequence": self.sequence,
            "fault": self.fault or None,
            "ignoredHeaders": [{"name": name, "value": value} for name, value in self.ignored],
            "ignoredFields": list(self.ignored_fields),
            "requestBody": self.body[:BODY_BYTES_KEPT].decode("utf-8", "replace"),
            "requestBodyBytes": len(self.body),
        }


def recalled(violations: Iterable[dict[str, Any]]) -> WfmError:
    """The refusal whose violations were written down by `asdict`."""
    return WfmError(map(_violation, violations))


def _violation(fields: dict[str, Any]) -> Violation:
    code = ErrorCode(**{**fields["code"], "source": Provenance(**fields["code"]["source"])})
    holder = Holder(**fields["holder"]) if fields["holder"] else None
    return Violation(**{**fields, "code": code, "holder": holder})


def commit_dict(row: CommitRow) -> dict[str, Any]:
    """A row of the commit log as the control API and explanations show it."""
    return {
        "sequence": row.sequence,
        "kind": row.kind,
        "entityId": row.entity_id,
        "action": row.action,
        "versionBefore": row.version_before,
        "versionAfter": row.version_after,
        "claimedVersion": row.claimed_version,
        "contextId": row.context_id,
        "clientId": row.client_id,
        "dateCommitted": timestamp(row.at),
        "changed": list(row.changed),
    }


def redacted_query(query: str) -> str:
    """The query string with the values of secret-looking parameters hidden."""
    parts = []
    for part in query.split("&"):
        name, equals, _ = part.partition("=")
        parts.append(f"{name}={REDACTED}" if equals and _SECRET.search(name) else part)
    return "&".join(parts)


def redacted_body(body: bytes) -> bytes:
    """The body with the text of members named like a password or secret hidden, also where the body was cut off."""
    if not body:
        return body
    folded = body.lower()
    if b"passw" not in folded and b"secret" not in folded:  # the expression is slow, and hardly any body needs it
        return body
    return _SECRET_MEMBER.sub(rb'\1"' + REDACTED.encode() + b'"', body)


def ignored_headers(environ: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """
    The headers of a WSGI request that might be meant as a bypass.

    Source: decided, specification of the dialect: conditional, idempotency and `X-…` headers change nothing.
    """
    found = []
    for key in [key for key in environ if key[:7] == "HTTP_X_" or key in _BYPASSES]:
        name = key[5:].replace("_", "-").title()
        secret = key != "HTTP_IDEMPOTENCY_KEY" and _SECRET.search(name)
        found.append((name, REDACTED if secret else str(environ[key])))
    return tuple(found)
