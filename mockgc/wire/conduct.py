"""
The conduct of an organisation, brought to bear on one request: `Met` goes with it from its token to its answer.

    meet (expired tokens) -> charge (quotas: 429) -> strike (which faults) -> carry_out (instead, before, twice)
        -> deliver (what is done to the answer)

What rules and windows mean is decided in `behaviour`; here it is done to requests and answers. A fault that needs a
commit, an existing version or a refusal, and finds none, is given back to its rule and may strike a later request.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from mockgc.behaviour.conduct import EXPIRED, HEADS, LOADED, STRUCK, USED, Conduct, Conducts
from mockgc.behaviour.consistency import Past, head_at
from mockgc.behaviour.faults import Asked, Rule, consulted, given_back, met
from mockgc.behaviour.partial import Split, split
from mockgc.behaviour.quotas import Level, QuotaExceeded, Who, charged
from mockgc.behaviour.versions import moved
from mockgc.domain import errors
from mockgc.domain.errors import ErrorCode, WfmError, decided, refuse
from mockgc.domain.resource import Resource
from mockgc.domain.transaction import Commit, Outcome, Request, View
from mockgc.journal import Entry
from mockgc.store.base import Client, Store, StoreUnavailable
from mockgc.wire.answers import Answer, Happened, Headers, attempt
from mockgc.wire.deliveries import DELIVER

Handle = Callable[[View, Request], Outcome]
Note = Callable[[str, Happened], None]
"""Journals another delivery of the same request under this context id."""
EXPIRED_MAX = 10_000
OPERATION_KIND = "operation"
"""What an asynchronous operation is kept as (`resources.operations`)."""
_NEXT_STEP = "Send the request again once the fault is over."


class Conductor:
    """Meets requests; keeps no state of its own."""

    def __init__(self, store: Store, conducts: Conducts, resources: Iterable[Resource]) -> None:
        self.store, self.conducts = store, conducts
        self.resources = {resource.kind: resource for resource in resources}
        self._digest = lru_cache(maxsize=1_000)(_digest)

    def meet(self, client: Client, token: str, now: datetime) -> Met:
        """
        A request with a valid token, at this time of its organisation.

        Raises:
            WfmError: 401, a fault made the token expire.
        """
        conduct = self.conducts.of(client.organisation_id)
        found = Met(self, client, "" if conduct.is_plain else self._digest(token), conduct, now)
        expires = any(rule.effect.kind == "expired" for rule in conduct.rules)
        if expires and found.token in (self.store.value(client.organisation_id, EXPIRED) or ()):
            raise refuse(errors.BAD_CREDENTIALS, "The bearer token has expired.")
        return found


class Met:
    """
    One request and what is done to it.

    Args:
        token: a digest, never the token; empty where nothing is counted.
    """

    def __init__(self, conductor: Conductor, client: Client, token: str, conduct: Conduct, now: datetime) -> None:
        self._store, self._resources = conductor.store, conductor.resources
        self.client, self._organisation_id, self._conduct = client, client.organisation_id, conduct
        self.token = token
        self.now = now
        self._level: Level | None = None
        self._asked: Asked | None = None
        self._struck: tuple[Rule, ...] = ()
        self._split: Split | None = None
        self._headers: Headers = ()

    @property
    def fault(self) -> str:
        """What struck, for the journal and `explain`; empty when nothing did."""
        return "; ".join(rule.told for rule in self._struck) if self._struck else ""

    def charge(self, path: str, kind: str) -> None:
        """
        Count the request in the windows that are about it.

        Raises:
            QuotaExceeded: one of them is full; none counts it.
        """
        quotas = self._conduct.quotas
        if not quotas.enabled or not quotas.windows:
            return
        who, now, result = Who(self.token, self.client.id, path, kind), self.now, None

        def count(used: Any) -> Any:
            nonlocal result
            result = charged(quotas.windows, used, who, now)
            return result.used

        self._store.change_value(self._organisation_id, USED, count)
        assert result is not None
        self._level = result.nearest
        if result.exceeded is not None:
            self._headers = (("Retry-After", str(result.exceeded.resets_in_s)),)
            raise QuotaExceeded(result.exceeded)

    def strike(self, asked: Asked) -> None:
        """Decide which rules strike the request; their budgets are charged."""
        fitting = met(self._conduct.rules, asked)
        self._asked = asked
        if not fitting:
            return
        now = self.now
        found: tuple[Rule, ...] = ()

        def count(state: Any) -> Any:
            nonlocal found
            after, found = consulted(fitting, state, now)
            return after

        self._store.change_value(self._organisation_id, STRUCK, count)
        self._struck = found

    def carry_out(self, request: Request, handle: Handle, context_id: str, note: Note) -> Commit:
        """
        Let the rule decide the request, or what a fault makes of it.

        Raises:
            WfmError: refused, or answered so by a fault.
        """
        if not self._struck:
            return self._transact(request, handle, context_id)
        instead = self._instead()
        if instead is not None:
            return instead
        self._move(request)
        request = self._prepared(request)
        twice = self._one("duplicated")
        if twice is not None:
            return self._carry_out_twice(twice, request, handle, context_id, note)
        failing = self._one("job_error")
        try:
            commit = self._transact(request, self._lagging(handle), context_id)
        except WfmError:
            if failing is not None:
                self._give_back(failing)  # nothing began
            raise
        if failing is not None and not any(write.kind == OPERATION_KIND for write in commit.outcome.writes):
            self._give_back(failing)
        return commit

    def deliver(self, answer: Answer, happened: Happened) -> Answer:
        """The answer as it goes out; journal the one that comes back."""
        more = self._level.headers if self._level is not None else ()
        if more or self._headers:
            answer = Answer(answer.status, answer.body, (*answer.headers, *more, *self._headers), answer.delivery)
        if not self._struck:
            return answer
        answer = self._changed(self._with_rows(answer), happened, is_final=False)
        return self._changed(answer, happened, is_final=True)

    def _changed(self, answer: Answer, happened: Happened, *, is_final: bool) -> Answer:
        """What decides the answer comes last: nothing can be read from one that it has spoilt."""
        for rule in self._struck:
            deliver = DELIVER.get(rule.effect.kind)
            if deliver is None or rule.effect.declared.is_final is not is_final:
                continue
            changed = deliver(rule, answer, happened)
            if changed is None:
                self._give_back(rule)
            else:
                answer = changed
        return answer

    # what is done instead

    def _instead(self) -> Commit | None:
        for rule in self._struck:
            kind, effect = rule.effect.kind, rule.effect
            if kind == "status":
                status, body = effect.option("status"), effect.option("body")
                if status < 400:
                    return Commit(Outcome(status, body), None)
                code = body.get("code") if isinstance(body, dict) else None
                raise refuse(_code(str(code or "fault"), status), rule.told)
            if kind == "lost_before":
                raise refuse(_code("fault.lost_before", 503), rule.told)
            if kind == "unavailable_before":
                raise refuse(_code(errors.SERVICE_UNAVAILABLE.code, 503), "The service is unavailable.")
            if kind == "throttled":
                message = "Rate limit exceeded the maximum [300] requests within [60] seconds"
                raise refuse(errors.TOO_MANY_REQUESTS, message)
            if kind == "expired":
                self._expire()
                raise refuse(errors.BAD_CREDENTIALS, "The bearer token has expired.")
        return None

    def _expire(self) -> None:
        self._store.change_value(
            self._organisation_id, EXPIRED, lambda known: [*(known or ()), self.token][-EXPIRED_MAX:]
        )

    # what is done before and while

    def _move(self, request: Request) -> None:
        """Another actor's commit, just before this one; a request of its own in log and journal."""
        rule = self._one("moved")
        if rule is None or self._asked is None:
            return
        asked, actor = self._asked, f"another actor (fault {rule.name!r})"
        context_id = self._store.new_context_id(self._organisation_id)

        def touch(view: View) -> Outcome:
            return moved(view, self._resources, asked, request.ids, rule.effect.option("field"), actor)

        commit = self._store.transact(self._organisation_id, touch, actor, context_id)
        if commit.sequence is None:
            self._give_back(rule)
            return
        (write,) = commit.outcome.writes
        self._store.append(
            Entry(
                context_id=context_id,
                organisation_id=self._organisation_id,
                client_id=actor,
                at=self._store.now(self._organisation_id),
                method="PUT",
                path=str((write.entity or {}).get("selfUri") or asked.path),
                query="",
                status=commit.outcome.status,
                operation=write.kind,
                error=None,
                sequence=commit.sequence,
                reads=(),
                ignored=(),
                body=b"",
                fault=rule.told,
            )
        )

    def _prepared(self, request: Request) -> Request:
        if self._one("job_error") is not None:
            request = replace(request, job_error=True)
        rule = self._one("partial")
        if rule is not None and self._asked is not None:
            self._split = split(self._asked, request, rule.effect)
            if self._split is None:
                self._give_back(rule)
            else:
                request = self._split.request
        return request

    def _lagging(self, handle: Handle) -> Handle:
        """The rule over an earlier state, where a lag strikes and there is something that it hides."""
        rule = self._one("lag")
        if rule is None:
            return handle
        rows = self._store.commits(self._organisation_id)
        sequence = self._sequence_seen(rule, rows[-1].sequence if rows else 0)
        if sequence is None:
            earlier = timedelta(seconds=rule.effect.option("seconds"))
            sequence = head_at(rows, self.now - earlier)
        past = Past(rows, sequence)
        if past.is_present:
            self._give_back(rule)
            return handle
        loaded = self._loaded() if past.needs_baseline else {}

        def over_the_past(view: View, request: Request) -> Outcome:
            outcome = handle(past.view(view, self._resources, loaded), request)
            return outcome if not outcome.writes else handle(view, request)  # nothing is written from the past

        return over_the_past

    def _loaded(self) -> dict[tuple[str, str], tuple[int, bytes]]:
        """What the last reset brought, unless that baseline is gone."""
        baseline = self._store.value(self._organisation_id, LOADED)
        if baseline not in self._store.baselines(self._organisation_id):
            return {}
        rows = self._store.snapshot(self._organisation_id, baseline).rows
        return {(kind, entity_id): (version, encoded) for kind, entity_id, version, encoded in rows}

    def _sequence_seen(self, rule: Rule, head: int) -> int | None:
        """For a lag in reads: the head of the log at the read that was so many reads ago; None for one in seconds."""
        reads = rule.effect.option("reads")
        if reads is None:
            return None
        then = 0

        def remember(value: Any) -> Any:
            nonlocal then
            heads = [*(value or {}).get(rule.name, [])]
            then = heads[-reads] if len(heads) >= reads else (heads[0] if heads else 0)
            return {**(value or {}), rule.name: [*heads, head][-(reads + 1) :]}

        self._store.change_value(self._organisation_id, HEADS, remember)
        return then

    def _transact(self, request: Request, handle: Handle, context_id: str) -> Commit:
        def rule(view: View) -> Outcome:
            return handle(view, request)

        return self._store.transact(self._organisation_id, rule, self.client.id, context_id)

    def _carry_out_twice(self, twice: Rule, request: Request, handle: Handle, context_id: str, note: Note) -> Commit:
        """Both deliveries are journalled; the client sees one of them."""
        is_first_seen = twice.effect.option("seen") == "first"
        other_id = self._store.new_context_id(self._organisation_id)
        first = self._transact(request, handle, context_id if is_first_seen else other_id)
        if first.sequence is None:
            self._give_back(twice)
            return first
        if not is_first_seen:
            note(other_id, first)
            return self._transact(request, handle, context_id)
        note(other_id, attempt(lambda: self._transact(request, handle, other_id), "a second delivery"))
        return first

    # bookkeeping

    def _with_rows(self, answer: Answer) -> Answer:
        return answer if self._split is None else replace(answer, body=self._split.completed(answer.body))

    def _one(self, kind: str) -> Rule | None:
        return next((rule for rule in self._struck if rule.effect.kind == kind), None)

    def _give_back(self, rule: Rule) -> None:
        self._struck = tuple(other for other in self._struck if other is not rule)
        with suppress(StoreUnavailable):  # then one strike too few is left, which is better than no answer
            self._store.change_value(self._organisation_id, STRUCK, lambda state: given_back(rule, state))


def _digest(token: str) -> str:
    return hashlib.blake2b(token.encode(), digest_size=12).hexdigest()


def _code(code: str, status: int) -> ErrorCode:
    return ErrorCode(code, status, "faults that somebody set strike", decided("fault rules"), _NEXT_STEP)
