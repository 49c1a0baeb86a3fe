"""
The tables of a database, as numbered steps from one format to the next.

Whoever opens a database takes the steps that it lacks, in one transaction that keeps out everybody else, so that two
emulators may start at once. A database of a newer format than these steps reach is refused and left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mockgc.clock import ClockState
from mockgc.ids import Ids
from mockgc.store.base import NOBODY, DataFileMismatch, Organisation
from mockgc.store.session import Database, Session
from mockgc.store.sql_rows import encoded_clock, held_as, insert_organisation

Words = Mapping[str, str]
"""How a database says `identity` and `blob`."""

_FORMAT_2 = """
CREATE TABLE organisation (
    id TEXT PRIMARY KEY, ordinal BIGINT NOT NULL UNIQUE, name TEXT NOT NULL, seed TEXT, switches TEXT NOT NULL,
    sequence BIGINT NOT NULL DEFAULT 0, entities BIGINT NOT NULL DEFAULT 0, contexts BIGINT NOT NULL DEFAULT 0,
    clients BIGINT NOT NULL DEFAULT 0, tokens BIGINT NOT NULL DEFAULT 0, evicted BIGINT NOT NULL DEFAULT 0,
    clock TEXT NOT NULL);
CREATE TABLE slot (
    organisation TEXT NOT NULL, name TEXT NOT NULL, is_setting BIGINT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (organisation, name));
CREATE TABLE client (
    position {identity}, id TEXT NOT NULL UNIQUE, secret TEXT NOT NULL, organisation TEXT NOT NULL,
    permissions TEXT, access_token_s BIGINT NOT NULL);
CREATE TABLE token (value TEXT PRIMARY KEY, client TEXT NOT NULL, expires_at TEXT NOT NULL);
CREATE TABLE entity (
    position {identity}, organisation TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    version BIGINT NOT NULL, keys TEXT NOT NULL, encoded {blob} NOT NULL, UNIQUE (organisation, kind, id));
CREATE TABLE held (
    position {identity}, organisation TEXT NOT NULL, kind TEXT NOT NULL, field TEXT NOT NULL,
    value TEXT NOT NULL, id TEXT NOT NULL);
CREATE INDEX held_by_value ON held (organisation, kind, field, value);
CREATE TABLE reference (
    position {identity}, organisation TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    to_kind TEXT NOT NULL, to_id TEXT NOT NULL);
CREATE INDEX reference_to ON reference (organisation, to_kind, to_id);
CREATE INDEX reference_from ON reference (organisation, kind, id);
CREATE TABLE committed (
    position {identity}, organisation TEXT NOT NULL, sequence BIGINT NOT NULL, kind TEXT NOT NULL,
    id TEXT NOT NULL, version_before BIGINT NOT NULL, version_after BIGINT, claimed BIGINT, context TEXT NOT NULL,
    client TEXT NOT NULL, at TEXT NOT NULL, changed TEXT NOT NULL, image {blob});
CREATE INDEX committed_of ON committed (organisation, kind, id);
CREATE INDEX committed_after ON committed (organisation, sequence);
CREATE TABLE journal (
    position {identity}, context TEXT NOT NULL UNIQUE, organisation TEXT NOT NULL, entry {blob} NOT NULL);
CREATE INDEX journal_of ON journal (organisation, position);
CREATE TABLE baseline (
    position {identity}, organisation TEXT NOT NULL, name TEXT NOT NULL, switches TEXT NOT NULL,
    settings TEXT NOT NULL, entities BIGINT NOT NULL, UNIQUE (organisation, name));
CREATE TABLE baseline_entity (
    position {identity}, organisation TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    version BIGINT NOT NULL, encoded {blob} NOT NULL);
CREATE INDEX baseline_entity_of ON baseline_entity (organisation, name);
"""

_FIRST = 2


def _format_2(session: Session, words: Words) -> None:
    _run(session, _FORMAT_2, words)
    session.run("INSERT INTO meta VALUES ('clock', ?)", (encoded_clock(ClockState()),))
    insert_organisation(session, Organisation(NOBODY, "", 0), None)


_FORMAT_3 = """
ALTER TABLE organisation ADD COLUMN requests BIGINT NOT NULL DEFAULT 0;
ALTER TABLE organisation ADD COLUMN logged BIGINT NOT NULL DEFAULT 0;
ALTER TABLE journal ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE committed ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
UPDATE journal SET number = n.number FROM (
    SELECT j.position, o.evicted + row_number() OVER (PARTITION BY j.organisation ORDER BY j.position) AS number
    FROM journal j JOIN organisation o ON o.id = j.organisation) AS n WHERE n.position = journal.position;
UPDATE committed SET number = n.number FROM (
    SELECT position, row_number() OVER (PARTITION BY organisation ORDER BY position) AS number
    FROM committed) AS n WHERE n.position = committed.position;
UPDATE organisation SET
    requests = evicted + (SELECT count(*) FROM journal WHERE journal.organisation = organisation.id),
    logged = (SELECT count(*) FROM committed WHERE committed.organisation = organisation.id);
ALTER TABLE organisation DROP COLUMN evicted;
DROP INDEX journal_of;
DROP INDEX committed_of;
DROP INDEX committed_after;
CREATE UNIQUE INDEX journal_numbered ON journal (organisation, number);
CREATE UNIQUE INDEX committed_numbered ON committed (organisation, number);
CREATE INDEX committed_after ON committed (organisation, sequence, number);
CREATE INDEX committed_of ON committed (organisation, kind, id, number);
CREATE INDEX committed_imaged ON committed (organisation, number) WHERE image IS NOT NULL;
"""


def _format_3(session: Session, words: Words) -> None:
    """Requests and rows of the commit log carry their numbers; the index holds digests."""
    _run(session, _FORMAT_3, words)
    for row in session.rows("SELECT position, value FROM held"):
        session.run("UPDATE held SET value = ? WHERE position = ?", (held_as(row["value"]), row["position"]))


Steps = Mapping[int, Callable[[Session, Words], None]]
STEPS: Steps = {2: _format_2, 3: _format_3}
"""What leads to each format from the one before; format 1 was never published."""
FORMAT = max(STEPS)


def opened(database: Database, ids: Ids, steps: Steps = STEPS) -> Ids:
    """
    Bring a database to the newest format; gives back the seed that it was made with, which is `ids` for a new one.

    Raises:
        DataFileMismatch: a format that these steps do not know, or another seed than the one asked for.
    """
    newest = max(steps)
    with database.migrating() as session:
        meta = _meta(session)
        found = int(meta.get("format", 0))
        if found and not _FIRST <= found <= newest:
            raise DataFileMismatch(
                f"{database.name} has format {found}; this mockgc reads {_FIRST} to {newest}: use another one, or the"
                " mockgc that made this one"
            )
        if found and ids.is_fixed and ids.seed.hex() != meta["seed"]:
            message = f"{database.name} was made with another seed; leave --seed out, or use another one"
            raise DataFileMismatch(message)
        for number in sorted(number for number in steps if number > found):
            steps[number](session, database.types)
        if not found:
            session.run("INSERT INTO meta VALUES ('seed', ?), ('format', ?)", (ids.seed.hex(), str(newest)))
            return ids
        session.run("UPDATE meta SET value = ? WHERE name = 'format'", (str(newest),))
        return Ids(bytes.fromhex(meta["seed"]))


def _meta(session: Session) -> dict[str, str]:
    session.run("CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
    return {row["name"]: row["value"] for row in session.rows("SELECT name, value FROM meta")}


def _run(session: Session, statements: str, words: Words) -> None:
    for statement in statements.format_map(words).split(";"):
        if statement.strip():
            session.run(statement)
