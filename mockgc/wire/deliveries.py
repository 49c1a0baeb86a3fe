"""
What faults do to an answer, one function an effect.

Each takes the rule that strikes, the answer so far and what happened, and gives the answer as it goes out; None when it
is not what the effect is about, and the fault is given back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import orjson

from mockgc.behaviour.faults import Rule
from mockgc.domain import errors
from mockgc.domain.transaction import Commit
from mockgc.wire.answers import Answer, Happened

Deliver = Callable[[Rule, Answer, Happened], Answer | None]


def _committed(happened: Happened) -> bool:
    return isinstance(happened, Commit) and happened.sequence is not None


def _with_header(answer: Answer, name: str, value: str) -> Answer:
    kept = tuple(header for header in answer.headers if header[0].lower() != name.lower())
    return replace(answer, headers=(*kept, (name, value)))


def _status(rule: Rule, answer: Answer, _: Happened) -> Answer:
    body, headers = rule.effect.option("body"), rule.effect.option("headers") or {}
    if body is not None:
        encoded = body.encode() if isinstance(body, str) else orjson.dumps(body)
        answer = replace(answer, body=encoded)
    for name, value in headers.items():
        answer = _with_header(answer, name, value)
    return answer


def _unavailable_before(rule: Rule, answer: Answer, _: Happened) -> Answer:
    return _with_header(answer, "Retry-After", str(rule.effect.option("retryAfterSeconds")))


def _unavailable_after(rule: Rule, answer: Answer, happened: Happened) -> Answer | None:
    if not _committed(happened):
        return None
    context_id = dict(answer.headers)["ININ-Correlation-Id"]
    status, code = rule.effect.option("status"), rule.effect.option("code") or errors.SERVICE_UNAVAILABLE.code
    body = {"message": "The service is unavailable.", "code": code, "status": status}
    answer = replace(answer, status=status, body=orjson.dumps({**body, "contextId": context_id, "details": []}))
    answer = _with_header(answer, "Content-Type", "application/json")
    if status != errors.SERVICE_UNAVAILABLE.status:
        return answer
    return _with_header(answer, "Retry-After", str(rule.effect.option("retryAfterSeconds")))


def _throttled(rule: Rule, answer: Answer, _: Happened) -> Answer:
    if not rule.effect.option("retryAfter"):
        return answer
    return _with_header(answer, "Retry-After", str(rule.effect.option("retryAfterSeconds")))


def _lost_before(_: Rule, answer: Answer, __: Happened) -> Answer:
    return replace(answer, delivery=replace(answer.delivery, is_lost=True))


def _lost_after(_: Rule, answer: Answer, happened: Happened) -> Answer | None:
    return replace(answer, delivery=replace(answer.delivery, is_lost=True)) if _committed(happened) else None


def _truncated(rule: Rule, answer: Answer, _: Happened) -> Answer | None:
    if not answer.body:
        return None
    wanted = rule.effect.option("bytes")
    most = len(answer.body) - 1
    return replace(answer, delivery=replace(answer.delivery, sent=min(most, most // 2 if wanted is None else wanted)))


def _malformed(_: Rule, answer: Answer, __: Happened) -> Answer | None:
    return replace(answer, body=answer.body[: len(answer.body) // 2] + b'"\x00') if answer.body else None


def _slow(rule: Rule, answer: Answer, _: Happened) -> Answer:
    return replace(answer, delivery=replace(answer.delivery, spread_s=float(rule.effect.option("seconds"))))


def _delayed(rule: Rule, answer: Answer, _: Happened) -> Answer:
    return replace(answer, delivery=replace(answer.delivery, delay_s=float(rule.effect.option("seconds"))))


def _detail(rule: Rule, answer: Answer, _: Happened) -> Answer | None:
    if answer.status < 400:
        return None
    level, effect = rule.effect.option("level"), rule.effect
    if level == "empty":
        return replace(answer, body=b"")
    body = orjson.loads(answer.body)
    body["details"] = []
    if level != "code_only":
        body["message"] = body["messageWithParams"] = "The request could not be completed."
    if level == "misleading":
        body["code"] = effect.option("code") or errors.INTERNAL_ERROR.code
        if effect.option("message") is not None:
            body["message"] = body["messageWithParams"] = effect.option("message")
        body["status"] = effect.option("status") or answer.status
    return replace(answer, status=body["status"], body=orjson.dumps(body))


DELIVER: Mapping[str, Deliver] = {
    "status": _status,
    "unavailable_before": _unavailable_before,
    "unavailable_after": _unavailable_after,
    "throttled": _throttled,
    "lost_before": _lost_before,
    "lost_after": _lost_after,
    "truncated": _truncated,
    "malformed": _malformed,
    "slow": _slow,
    "delayed": _delayed,
    "detail": _detail,
}
