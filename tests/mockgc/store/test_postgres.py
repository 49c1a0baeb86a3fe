"""What a server adds to the promises that every store keeps: its lock, its absence, and a URL that is a secret."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from mockgc import Settings, create_app
from mockgc.domain.transaction import Outcome, View
from mockgc.ids import Ids
from mockgc.pytest_plugin import _organisation
from mockgc.resources.wfm_dialect import RESOURCES
from mockgc.store.base import DataFileMismatch, Kept, Store, StoreUnavailable
from mockgc.store.postgres import PostgresDatabase, _Dumper, _Loader
from mockgc.store.postgres_url import parsed
from mockgc.store.session import Record, Session
from mockgc.store.sql import SqlStore
from tests import postgres
from tests.mockgc.store.proxy import Proxy
from tests.mockgc.store.served import USER, USERS, Client, Watched, verdict

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SOMETHING = "SELECT 1 AS found"
SECRET = "s3cr3t-horse"


@pytest.fixture
def database(reused_postgres: postgres.Reused) -> PostgresDatabase:
    return reused_postgres.database()


def store_over(database: PostgresDatabase) -> Store:
    return SqlStore(database, RESOURCES, Ids(postgres.SEED), lambda: NOW, Kept())


# the lock


def test_the_critical_section_keeps_out_its_organisation_and_no_other(database: PostgresDatabase) -> None:
    store_over(database)
    entered = threading.Event()

    def enter() -> None:
        with database.writing("one") as session:
            session.rows(SOMETHING)
            entered.set()

    with database.writing("one") as first:
        first.rows(SOMETHING)
        waiting = threading.Thread(target=enter)
        waiting.start()
        with database.writing("other") as session:
            until(lambda: session.rows("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") != [])
        assert not entered.is_set()
    waiting.join()
    assert entered.is_set()


def test_two_schemas_of_one_database_are_apart(database: PostgresDatabase, postgres_url: str) -> None:
    """The same seed gives the same ids in both; neither sees the other, or waits for it."""
    other = PostgresDatabase(postgres_url)
    one_store, other_store = store_over(database), store_over(other)
    with database.writing("") as session:
        session.rows(SOMETHING)
        assert other_store.create_organisation("mine").ordinal == 1
    assert one_store.organisations() == []
    assert one_store.create_organisation().id == other_store.organisations()[0].id
    other.close()


def until(holds: Callable[[], bool], times: int = 20_000) -> None:
    """Ask the server until it is so."""
    assert any(holds() for _ in range(times))


def test_a_writer_that_waits_too_long_is_told_and_nothing_is_written(reused_postgres: postgres.Reused) -> None:
    database = PostgresDatabase(reused_postgres.url(), lock_timeout_s=0.01)
    store = store_over(database)
    with database.writing("") as session:
        session.rows(SOMETHING)
        with pytest.raises(StoreUnavailable, match="nothing was written"):
            store.create_organisation()
    assert store.create_organisation().ordinal == 1
    database.close()


def create(client: Client) -> None:
    client.ask("POST", USERS, USER)


def test_an_emulator_that_stands_still_in_its_transaction_is_put_out(reused_postgres: postgres.Reused) -> None:
    database, still = reused_postgres.database(), PostgresDatabase(reused_postgres.url(), idle_timeout_s=0.5)
    stores = [store_over(each) for each in (database, still)]

    def stand_still() -> None:
        with still.writing("") as session:
            session.rows(SOMETHING)
            assert stores[0].create_organisation().ordinal == 1

    with pytest.raises(StoreUnavailable):
        stand_still()
    assert stores[1].create_organisation().ordinal == 2
    still.close()


@pytest.mark.parametrize("wanted", ["local", "on"])
def test_what_must_last_waits_for_the_disk_as_the_url_says_and_the_rest_does_not(
    postgres_url: str, wanted: str
) -> None:
    database = PostgresDatabase(f"{postgres_url}&options=-csynchronous_commit%3D{wanted}")
    store_over(database)
    shown = []
    for durably in (True, False):
        with database.writing("one", durably=durably) as session:
            shown += [row["synchronous_commit"] for row in session.rows("SHOW synchronous_commit")]
    assert shown == [wanted, "off"]
    database.close()


class Unlocked(PostgresDatabase):
    """A planted bug: transactions without the lock."""

    @contextmanager
    def writing(self, organisation_id: str, *, durably: bool = True) -> Iterator[Session]:  # noqa: ARG002
        with self._transaction("BEGIN") as session:
            yield session


def test_without_the_lock_two_writers_do_not_both_get_their_way(reused_postgres: postgres.Reused) -> None:
    """The second defence: rows that number themselves alike are refused by the database, so that nothing is lost."""
    database = Unlocked(reused_postgres.url())
    app = create_app(Settings(seed=3, quotas=False), store=partial(SqlStore, database))
    store, both_have_read = app.extensions["mockgc"].store, threading.Barrier(2, timeout=20)
    transport = httpx.WSGITransport(app=app)
    with httpx.Client(transport=transport, base_url="http://mockgc") as http:
        organisation = _organisation(http, "http://mockgc")
        token = {"Authorization": http.headers["Authorization"]}
        watched = Watched(lambda _: httpx.Client(transport=transport, base_url="http://mockgc", headers=token))
        transact = store.transact

        def meeting(organisation_id: str, rule: Callable[[View], Outcome], client_id: str, context_id: str) -> object:
            def met(view: View) -> Outcome:
                outcome = rule(view)
                both_have_read.wait()
                return outcome

            return transact(organisation_id, met, client_id, context_id)

        store.transact = meeting
        watched.run(create, 2)
        log = {"entities": organisation.commits()}
    assert sorted(str(one.status) for one in watched.history) == ["201", "500"]
    assert "was answered 500" in " ".join(map(str, verdict(watched.history, log, ["ada"])))
    assert len(log["entities"]) == 1
    database.close()


# the server's absence


@pytest.fixture
def proxy(missing_service: Callable[[str], None]) -> Iterator[Proxy]:
    if reason := postgres.missing():
        missing_service(reason)
    with postgres.administrator() as connection:
        host, port = connection.info.host, connection.info.port

    def connect() -> socket.socket:
        if host.startswith("/"):
            local = socket.socket(socket.AF_UNIX)
            local.connect(f"{host}/.s.PGSQL.{port}")
            return local
        return socket.create_connection((host, port))

    with Proxy(connect) as made:
        yield made


def through(proxy: Proxy, url: str) -> str:
    return f"{url}&host=127.0.0.1&port={proxy.port}&sslmode=disable"


def test_a_server_that_goes_away_is_a_503_everywhere_until_it_is_back(
    proxy: Proxy, reused_postgres: postgres.Reused
) -> None:
    app = create_app(Settings(seed=3, data=SecretStr(through(proxy, reused_postgres.url()))))
    emulator = app.extensions["mockgc"]
    client = emulator.create_organisation()
    http, headers = app.test_client(), {"Authorization": f"Bearer {emulator.issue_token(client.client_id)}"}
    form = {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": client.client_secret}
    assert http.post(USERS, json=USER, headers=headers).status_code == 201
    for _ in range(2):
        proxy.shut()
        refused = [
            http.get(USERS, headers=headers), http.post(USERS, json=USER, headers=headers), http.get("/_mockgc/health"),
            http.post("/oauth/token", data=form), http.put("/uploads/a/b"),
        ]  # fmt: skip
        assert [(answer.status_code, answer.get_json()["code"]) for answer in refused] == [
            (503, "service.unavailable")
        ] * 5
        assert not [answer for answer in refused if "127.0.0.1" in answer.get_data(as_text=True)]
        proxy.open()
        assert len(http.get(USERS, headers=headers).get_json()["entities"]) == 1
        assert http.post(USERS, json=USER, headers=headers).status_code == 409
        assert http.post("/oauth/token", data=form).status_code == 200
    emulator.store.close()


def test_a_server_that_goes_away_within_a_transaction_has_written_nothing(
    proxy: Proxy, reused_postgres: postgres.Reused
) -> None:
    database = PostgresDatabase(through(proxy, reused_postgres.url()))
    store = store_over(database)
    organisation = store.create_organisation()

    def cut(view: View) -> Outcome:
        proxy.shut()
        return Outcome(200, view.holders("email", "a@b", ("user",)))

    with pytest.raises(StoreUnavailable, match="did not answer; nothing was written"):
        store.transact(organisation.id, cut, "c", "x")
    proxy.open()
    assert store.transact(organisation.id, lambda view: Outcome(200, [view.client_id]), "c", "x").outcome.body == ["c"]
    database.close()


def test_a_commit_whose_answer_is_lost_is_unknown(proxy: Proxy, reused_postgres: postgres.Reused) -> None:
    database = PostgresDatabase(through(proxy, reused_postgres.url()))
    store_over(database)

    def commit() -> None:
        with database.writing("one") as session:
            session.rows(SOMETHING)
            proxy.shut()

    with pytest.raises(StoreUnavailable, match="whether it was written is unknown"):
        commit()
    database.close()


def test_connections_that_the_server_ended_while_idle_are_not_noticed(database: PostgresDatabase) -> None:
    store = store_over(database)
    with postgres.administrator() as administrator:
        pid = database.rows("SELECT pg_backend_pid() AS pid")[0]["pid"]
        ended = administrator.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,)).fetchall()
    assert ended == [(True,)]
    assert store.create_organisation().ordinal == 1


# databases that cannot be used


def test_a_search_path_that_leads_nowhere_is_a_clear_refusal(missing_service: Callable[[str], None]) -> None:
    if reason := postgres.missing():
        missing_service(reason)
    url = postgres.with_parameters(postgres.URL, "options=-csearch_path%3Dnowhere")
    with pytest.raises(DataFileMismatch, match="cannot be used: no schema has been selected to create in"):
        create_app(Settings(data=SecretStr(url)))


def test_tables_of_somebody_else_are_refused_and_left_alone(postgres_url: str) -> None:
    name = postgres_url.rpartition("=")[2]
    with postgres.administrator() as administrator:
        administrator.execute(f"CREATE SCHEMA {name}")
        administrator.execute(f"CREATE TABLE {name}.meta (theirs TEXT)")
        with pytest.raises(DataFileMismatch, match='cannot be used: column "name" does not exist'):
            create_app(Settings(data=SecretStr(postgres_url)))
        found = administrator.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (name,)).fetchall()
    assert found == [("meta",)]


def test_a_database_of_another_encoding_is_refused() -> None:
    class Latin:
        def rows(self, *_: object) -> list[Record]:
            return [{"server_encoding": "LATIN1"}]

        def run(self, *_: object) -> None: ...

    with pytest.raises(DataFileMismatch, match="the database 'wfm' has the encoding LATIN1; mockgc needs UTF8"):
        PostgresDatabase("postgresql://host/wfm")._require_utf8(Latin())


# the URL


def test_a_server_that_cannot_be_reached_is_a_clear_error_without_the_password(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"postgresql://ada:{SECRET}@127.0.0.1:{unused.getsockname()[1]}/wfm"
        command = [sys.executable, "-m", "mockgc.cli", "serve", "--port", "0", "--data", url]
        result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.startswith("Error: the database 'wfm' on 127.0.0.1 cannot be reached: connection")
    assert SECRET not in result.stdout + result.stderr
    assert "Traceback" not in result.stderr


PASSWORDS = st.text(min_size=6, max_size=12).filter(lambda text: "%" not in text)


@given(PASSWORDS)
def test_no_password_is_ever_shown_whatever_characters_it_has(password: str) -> None:
    for written in (password, quote(password, safe="")):
        shown = what_is_shown_of(f"postgresql://ada:{written}@host:5432/wfm")
        assert not [text for text in shown if password in text]


def what_is_shown_of(url: str) -> list[str]:
    """The refusal of a URL, or what messages say of the database that it names."""
    try:
        database = PostgresDatabase(url)
    except DataFileMismatch as refused:
        return [str(refused)]
    parameters, _ = parsed(url)
    return [repr(database), str(database), database.name, str(parameters.get("host")), str(parameters.get("port"))]


def test_a_password_that_is_escaped_is_read_as_it_was() -> None:
    password = "p@ss:/?#%"
    parameters, schema = parsed(f"postgresql://ada:{quote(password, safe='')}@host/wfm?schema=one&connect_timeout=1")
    assert (parameters["password"], parameters["connect_timeout"], schema) == (password, "1", "one")


def test_the_settings_never_show_a_url_and_refuse_others() -> None:
    settings = Settings(data=f"postgresql://ada:{SECRET}@host/wfm")  # type: ignore[arg-type]
    assert SECRET not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    with pytest.raises(ValidationError, match="begins with postgresql://, not with mysql://") as refused:
        Settings(data=f"mysql://ada:{SECRET}@host/wfm")  # type: ignore[arg-type]
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("name", ["", "A", "a b", "a;b", 'a"', "1a", "a" * 64])
def test_a_schema_is_a_plain_name(name: str) -> None:
    with pytest.raises(DataFileMismatch, match="is not a name of lower-case letters"):
        parsed(f"postgresql://host/wfm?schema={name}")


def test_a_missing_driver_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mockgc.store.postgres", None)
    with pytest.raises(DataFileMismatch, match=r"pip install 'mockgc\[postgres\]'"):
        create_app(Settings(data=SecretStr("postgresql://host/wfm")))


@given(st.text(alphabet=st.one_of(st.sampled_from("\x00\x1b0e"), st.characters(exclude_categories=["Cs"]))))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    dumped = bytes(_Dumper(str).dump(text) or b"")
    assert b"\x00" not in dumped
    assert _Loader(25).load(dumped) == text
