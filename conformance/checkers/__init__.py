"""
Pure verdicts over a commit log, a history or a final state; nothing here sends a request.

Every checker takes plain values and returns the tuple of `Violation`s it found, in a stable order; an empty tuple means
that the claim holds. Nothing raises on a bad history: what is wrong is the answer.

`commits` (a commit log, `parse_commits(GET /_mockgc/organisations/{id}/commits)`; each O(n))::

    parse_commits(body: Mapping[str, Any]) -> tuple[Commit, ...]
    version_steps(commits) -> Violations            # I2: create gives 1, each commit +1, sequences without gaps
    no_lost_update(commits) -> Violations           # I3: the claimed base is the head at that moment
    nothing_after(commits, sequence) -> Violations  # I8, I16: a replay commits nothing
    nothing_deleted(commits) -> Violations          # I5

`state` (a `conformance.final_state.FinalState`)::

    unique_keys(state) -> Violations                # I1: externalId, e-mail, template and group name, schedule triple
    references_hold(state) -> Violations            # I6: every id points at something alive
    normalise(state) -> Normalised                  # comparable; ids become names and e-mails, no versions or times
    differences(a: Normalised, b: Normalised) -> tuple[str, ...]      # empty when equal
    agents_present(state, agents) -> Violations     # every eligible agent is found, by e-mail or externalId
    matches_commits(state, commits) -> Violations   # the state's versions are the log's last

`source`::

    eligible_agents(users: Iterable[Mapping[str, Any]]) -> tuple[SourceAgent, ...]   # rows of a Zendesk users export

`linearizability` (for a target without a commit log)::

    linearizable(history: Iterable[Operation]) -> Violations   # each entity: the search, versions in front as a filter

`journal` and `pace`: the honesty of a migrator's journal, and obedience to Retry-After::

    entries_of(data: bytes) -> tuple[Entry, ...]
    journal_is_honest(entries, answered: Mapping[str, int]) -> Violations
    intents_come_first(entries, write_count: int) -> Violations
    waits_after_429(history) -> Violations
    within_rate(history, client: str, per_minute: int) -> Violations
    tokens_fetched(history, client: str) -> int
"""

from conformance.checkers.commits import (
    Commit,
    no_lost_update,
    nothing_after,
    nothing_deleted,
    parse_commits,
    version_steps,
)
from conformance.checkers.source import SourceAgent, eligible_agents
from conformance.checkers.state import (
    Normalised,
    agents_present,
    differences,
    matches_commits,
    normalise,
    references_hold,
    unique_keys,
)
from conformance.checkers.violation import Violation, Violations

__all__ = [
    "Commit",
    "Normalised",
    "SourceAgent",
    "Violation",
    "Violations",
    "agents_present",
    "differences",
    "eligible_agents",
    "matches_commits",
    "no_lost_update",
    "normalise",
    "nothing_after",
    "nothing_deleted",
    "parse_commits",
    "references_hold",
    "unique_keys",
    "version_steps",
]
