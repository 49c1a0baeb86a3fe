"""The gate: it passes everything on unchanged, broken connections too; it holds, it ends programs, and it records."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from conformance.faults import Fault, Place, Planned
from conformance.gate import Gate, Meeting
from conformance.kills import Kills
from tests.conformance.toy_target import ToyTarget, toy_target

USERS = "/api/v2/wfm/users"
CREATE = Place("POST", USERS, "user")


@pytest.fixture
def target() -> Iterator[ToyTarget]:
    with toy_target() as served:
        yield served


def client(gate: Gate) -> httpx.Client:
    return httpx.Client(base_url=gate.base_url, trust_env=False, timeout=10)


def client_of(target: ToyTarget) -> httpx.Client:
    return httpx.Client(base_url=target.base_url, trust_env=False, timeout=10)


def test_a_request_and_its_answer_pass_unchanged(target: ToyTarget) -> None:
    with Gate(target.base_url, "run 1", Kills()) as gate, client(gate) as http:
        answer = http.post(f"{USERS}?a=1&b=%C3%A9", content=b'{"name": "Ada"}', headers={"X-Mine": "yes"})
    assert (answer.status_code, answer.json()) == (201, {"number": 1})
    assert answer.headers["ININ-Correlation-Id"] == "context-1"
    assert target.reached == [("POST", f"{USERS}?a=1&b=%C3%A9", b'{"name": "Ada"}')]
    assert httpx.Headers(target.headers[0])["x-mine"] == "yes"
    (exchange,) = gate.exchanges
    assert (exchange.status, exchange.seen, exchange.context_id) == (201, 201, "context-1")


def test_many_requests_share_one_connection(target: ToyTarget) -> None:
    with Gate(target.base_url, "run 1", Kills()) as gate, client(gate) as http:
        streams = {http.get("/").extensions["network_stream"].get_extra_info("client_addr") for _ in range(5)}
    assert len(streams) == 1


def test_a_body_in_chunks_arrives_whole(target: ToyTarget) -> None:
    with Gate(target.base_url, "run 1", Kills()) as gate, client(gate) as http:
        http.post(USERS, content=iter([b"one ", b"two ", b"three"]))
        http.post(USERS, content=b"after")
    assert [body for _, _, body in target.reached] == [b"one two three", b"after"]


@pytest.mark.parametrize("method", ["HEAD", "DELETE"])
def test_an_answer_without_a_body_ends(target: ToyTarget, method: str) -> None:
    with Gate(target.base_url, "run 1", Kills()) as gate, client(gate) as http:
        assert http.request(method, USERS).content == b""
        assert http.get(USERS).json() == {"number": 2}


@pytest.mark.parametrize("times", [1, 3])
def test_a_connection_that_the_target_closes_is_closed_on_the_program_recorded_and_never_tried_twice(
    target: ToyTarget, times: int
) -> None:
    with Gate(target.base_url, "run 1", Kills()) as gate, client(gate) as http:
        for _ in range(times):
            with pytest.raises(httpx.RemoteProtocolError):
                http.post(f"{USERS}/lost?a=1")
        assert http.post(USERS).status_code == 201
    assert [path for _, path, _ in target.reached] == [f"{USERS}/lost?a=1"] * times + [USERS]
    assert [(broken.method, broken.path) for broken in gate.broken] == [("POST", f"{USERS}/lost")] * times
    assert [(e.status, e.seen) for e in gate.exchanges] == [(None, None)] * times + [(201, 201)]


@pytest.mark.parametrize("path", ["/refused", "/busy"])
def test_what_the_target_refuses_is_passed_on_as_it_is(target: ToyTarget, path: str) -> None:
    with Gate(target.base_url, "run 1", Kills()) as gate, client(gate) as http, client_of(target) as direct:
        through, straight = http.post(USERS + path), direct.post(USERS + path)
    assert through.status_code == straight.status_code == gate.exchanges[0].seen == gate.exchanges[0].status
    assert through.headers.get("Retry-After") == straight.headers.get("Retry-After")


@pytest.mark.parametrize(("fault", "reached"), [(Fault.KILL_BEFORE, 0), (Fault.KILL_AFTER, 1)])
def test_a_kill_happens_before_the_answer(target: ToyTarget, fault: Fault, reached: int) -> None:
    killed: list[int] = []
    kills = Kills([Planned(fault, CREATE, 1)])
    gate = Gate(target.base_url, "run 1", kills, kill=lambda: killed.append(len(target.reached)))
    with gate, client(gate) as http, pytest.raises(httpx.RemoteProtocolError):
        http.post(USERS)
    assert killed == [reached]


def test_a_refused_write_is_not_killed_at_after_the_commit(target: ToyTarget) -> None:
    killed: list[int] = []
    kills = Kills([Planned(Fault.KILL_AFTER, Place("POST", f"{USERS}/{{id}}", "user"), 1)])
    with Gate(target.base_url, "run 1", kills, kill=lambda: killed.append(1)) as gate, client(gate) as http:
        assert http.post(f"{USERS}/refused").status_code == 409
        assert killed == []
        with pytest.raises(httpx.RemoteProtocolError):
            http.post(f"{USERS}/42")
    assert killed == [1]


def test_two_runs_are_held_at_their_first_request_until_both_are_there(target: ToyTarget) -> None:
    first_request, first_write, kills = Meeting(2), Meeting(2), Kills()
    gates = [Gate(target.base_url, party, kills, first_request, first_write) for party in ("a", "b")]

    def run(gate: Gate) -> None:
        with gate, client(gate) as http:
            http.get(USERS)
            http.post(USERS)
            http.post(USERS)

    with ThreadPoolExecutor(2) as threads:
        early = threads.submit(run, gates[0])
        assert target.reached == []  # the other has not begun
        threads.submit(run, gates[1]).result()
        early.result()
    assert first_request.met
    assert first_write.met
    assert {method for method, _, _ in target.reached[:2]} == {"GET"}  # neither wrote before both had read


def test_all_requests_of_a_run_are_held_not_only_its_first(target: ToyTarget) -> None:
    meeting = Meeting(2)
    with (
        Gate(target.base_url, "a", Kills(), None, meeting) as gate,
        client(gate) as http,
        ThreadPoolExecutor(4) as pool,
    ):
        held = [pool.submit(http.post, USERS) for _ in range(4)]
        assert http.get(USERS).status_code == 200  # a read is not held at the first write
        assert [method for method, _, _ in target.reached] == ["GET"]
        meeting.wait("b")
        assert [each.result().status_code for each in held] == [201] * 4
    assert meeting.met


def test_a_run_that_does_not_come_is_waited_for_once(target: ToyTarget) -> None:
    meeting = Meeting(2, timeout_s=0.05)
    with Gate(target.base_url, "a", Kills(), meeting) as gate, client(gate) as http:
        assert [http.get(USERS).status_code for _ in range(3)] == [200] * 3
    meeting.wait("b")  # too late: it is off, and they have not met
    assert not meeting.met


def test_a_run_that_ends_releases_the_other(target: ToyTarget) -> None:
    meeting = Meeting(2)
    with Gate(target.base_url, "a", Kills(), meeting) as gate, client(gate) as http, ThreadPoolExecutor(1) as threads:
        held = threads.submit(http.get, USERS)
        meeting.abandon()
        assert held.result().status_code == 200
    assert not meeting.met


def test_a_target_that_is_gone_breaks_the_connection() -> None:
    with toy_target() as gone:
        address = gone.base_url
    with Gate(address, "run 1", Kills()) as gate, client(gate) as http, pytest.raises(httpx.RemoteProtocolError):
        http.post(USERS)
    assert [str(broken).partition(": ")[0] for broken in gate.broken] == [f"POST {USERS}"]
