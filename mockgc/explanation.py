"""
An explanation as a value and in words: what people read, in the order in which they need it.

How the facts are found is not known here: `explain` looks them up in journal and commit log.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from mockgc.domain.names import spoken

JSON = dict[str, Any]
Fact = tuple[str, str]
"""(label, value); no label: more about the fact before it."""
Step = Literal["token", "permission", "path", "method", "content", "id", "rules", "quota", "service"]
"""Where a request is refused; `wire.pipeline` has the order."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """
    One request explained.

    Args:
        outcome: `refused`; `accepted`; `failed` when it was accepted, and the operation it started ended in error; or
            `dropped` when the journal holds it no longer.
        fields: each field at fault, with who holds the value or moved the version.
        commits: what happened to the entity since this client's last read; for an accepted request, what changed.
        last_read: what this client last read of the entity, None when it never did.
        repeats: the request that this one repeats, accepted before from the same client, and the last to write what
            stands in the way; HTTP libraries send a request again unseen when its answer is lost.
        timeline: see `timeline.timeline`; of the entity that the first field is about.
        claimed: the version that the refused request named, when it was refused for that.
        stopped_at: the step of the way of a request at which this one was refused.
        hidden: the commits that the answer did not show, because it lagged.
        operation: of a `failed` request, the asynchronous operation that it started: `{id, status, reason}`.
    """

    context_id: str
    outcome: str
    summary: str
    request: JSON | None = None
    rule: JSON | None = None
    fields: tuple[JSON, ...] = ()
    commits: tuple[JSON, ...] = ()
    last_read: JSON | None = None
    repeats: JSON | None = None
    difference: tuple[JSON, ...] = ()
    ignored_headers: tuple[JSON, ...] = ()
    ignored_fields: tuple[str, ...] = ()
    next_step: str = ""
    timeline: tuple[JSON, ...] = ()
    claimed: int | None = None
    stopped_at: Step | None = None
    operation: JSON | None = None
    hidden: tuple[JSON, ...] = ()

    def as_dict(self) -> JSON:
        """The explanation as the control API shows it."""
        return {
            "contextId": self.context_id,
            "outcome": self.outcome,
            "summary": self.summary,
            "request": self.request,
            "rule": self.rule,
            "fields": list(self.fields),
            "commits": list(self.commits),
            "hidden": list(self.hidden),
            "lastRead": self.last_read,
            "repeats": self.repeats,
            "difference": list(self.difference),
            "ignoredHeaders": list(self.ignored_headers),
            "ignoredFields": list(self.ignored_fields),
            "nextStep": self.next_step,
            "stoppedAt": self.stopped_at,
            "fault": self.request["fault"] if self.request else None,
            "operation": self.operation,
            "claimed": self.claimed,
            "current": self.fields[0]["holder"]["version"] if self.timeline else None,
            "timeline": list(self.timeline),
            "facts": [{"label": label, "value": value} for label, value in _facts(self)],
            "text": _text(self),
        }


def _text(explanation: Explanation) -> str:
    """The explanation as plain text, one fact a line; a fact without a label goes on with the one above."""
    return "\n".join([explanation.summary, *(f"  {label:<10} {value}" for label, value in _facts(explanation))])


def _facts(explanation: Explanation) -> Iterable[Fact]:
    """What people read, in the order in which they need it."""
    if explanation.request:
        yield "asked", f"{explanation.request['date']} by client {explanation.request['clientId']}"
    if explanation.request and explanation.request["fault"]:
        yield "fault", explanation.request["fault"]
    if explanation.rule:
        yield "rule", explanation.rule["text"]
        yield "source", explanation.rule["provenance"]
    for field in explanation.fields:
        yield from _field_facts(field)
    if explanation.fields and explanation.fields[0]["holder"]:
        yield "last read", _read_line(explanation.last_read)
    if explanation.repeats:
        yield (
            "repeats",
            f"the same request, accepted at {explanation.repeats['date']} ({explanation.repeats['contextId']})",
        )
    for commit in explanation.hidden:
        yield "not shown", _commit_line(commit)
    label = "changed" if explanation.outcome == "accepted" or not explanation.fields else "since then"
    for commit in explanation.commits:
        yield label, _commit_line(commit)
    for row in explanation.difference:
        yield "differs", f"{row['fieldName']}: sent {_short(row['sent'])}, stored {_short(row['stored'])}"
    for header in explanation.ignored_headers:
        yield "ignored", f"header {header['name']}: {header['value']} (there is no bypass; it changes nothing)"
    for name in explanation.ignored_fields:
        yield "ignored", f"field {name}: the contract does not know it and nothing reads it (assumed)"
    if explanation.next_step:
        yield "next step", explanation.next_step


def _field_facts(field: JSON) -> Iterable[Fact]:
    yield "at", _placed(field["fieldName"] or "the request", field["message"])
    if field["sent"] is not None and field["stored"] is not None:
        sent, stored = _WORDS.get(field["errorCode"], ("sent", "stored"))
        yield "", f"{sent} {field['sent']}, {stored} {field['stored']}"
    holder = field["holder"]
    if holder is not None:
        label = _HOLDS.get(field["errorCode"], "concerns")
        yield label, f"{spoken(holder['kind'])} {holder['name']!r} {holder['id']}"
        if holder["createdBy"]:
            made = holder["createdBy"]
            where = f"({made['contextId']}, client {made['clientId']})"
            yield "made by", f"{made['request']} at {made['dateCommitted']} {where}"


def _read_line(read: JSON | None) -> str:
    if read is None:
        return "never by this client"
    return f"version {read['version']} by {read['by']} at {read['date']} ({read['contextId']})"


_WORDS = {
    "wfm.transaction.conflict": ("sent", "the current one is"),
    "wfm.time.zone.incompatible": ("the member has", "the template has"),
    "wfm.shift.overlap": ("sent", "taken is"),
}
"""How the two sides of a refusal are told apart, where `sent` and `stored` would mislead."""

_HOLDS = {
    "wfm.name.in.use": "held by",
    "wfm.email.in.use": "held by",
    "wfm.external.id.in.use": "held by",
    "wfm.entity.in.use": "used by",
}


def _placed(field: str, message: str) -> str:
    """The message with its place, which many a message names already."""
    return message if message.startswith(field) else f"{field}: {message}"


def _commit_line(commit: JSON) -> str:
    after = "deleted" if commit["versionAfter"] is None else commit["versionAfter"]
    who = "the same client" if commit["ownClient"] else f"client {commit['clientId']}"
    together = f", with {'; '.join(commit['together'])}" if commit["together"] else ""
    return (
        f"{spoken(commit['kind'])} version {commit['versionBefore']} -> {after} by {commit['request']} of {who} "
        f"at {commit['dateCommitted']} ({commit['contextId']}){together}"
    )


def _short(value: Any) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= 120 else f"{text[:117]}..."
