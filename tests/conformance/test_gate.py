"""The gate: it passes everything on unchanged, and when it does not, it does what the script says and records it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from conformance.faults import Fault, Planned, Script
from conformance.gate import Gate, Meeting
from tests.conformance.toy_target import ToyTarget, toy_target

USERS = "/api/v2/wfm/users"


@pytest.fixture
def target() -> Iterator[ToyTarget]:
    with toy_target() as served:
        yield served


def client(gate: Gate) -> httpx.Client:
    return httpx.Client(base_url=gate.base_url, trust_env=False, timeout=10)


def test_a_request_and_its_answer_pass_unchanged(target: ToyTarget) -> None:
    with Gate(target.base_url, "run 1", Script()) as gate, client(gate) as http:
        answer = http.post(f"{USERS}?a=1&b=%C3%A9", content=b'{"name": "Ada"}', headers={"X-Mine": "yes"})
    assert (answer.status_code, answer.json()) == (201, {"number": 1})
    assert answer.headers["ININ-Correlation-Id"] == "context-1"
    assert target.reached == [("POST", f"{USERS}?a=1&b=%C3%A9", b'{"name": "Ada"}')]
    assert httpx.Headers(target.headers[0])["x-mine"] == "yes"
    (exchange,) = gate.exchanges
    assert (exchange.status, exchange.seen, exchange.context_id) == (201, 201, "context-1")


def test_many_requests_share_one_connection(target: ToyTarget) -> None:
    with Gate(target.base_url, "run 1", Script()) as gate, client(gate) as http:
        streams = {http.get("/").extensions["network_stream"].get_extra_info("client_addr") for _ in range(5)}
    assert len(streams) == 1


def test_a_body_in_chunks_arrives_whole(target: ToyTarget) -> None:
    with Gate(target.base_url, "run 1", Script()) as gate, client(gate) as http:
        http.post(USERS, content=iter([b"one ", b"two ", b"three"]))
        http.post(USERS, content=b"after")
    assert [body for _, _, body in target.reached] == [b"one two three", b"after"]


@pytest.mark.parametrize("method", ["HEAD", "DELETE"])
def test_an_answer_without_a_body_ends(target: ToyTarget, method: str) -> None:
    with Gate(target.base_url, "run 1", Script()) as gate, client(gate) as http:
        assert http.request(method, USERS).content == b""
        assert http.get(USERS).json() == {"number": 2}


def test_a_connection_closed_before_the_commit_never_reaches_the_target(target: ToyTarget) -> None:
    script = Script([Planned(Fault.LOST_BEFORE, "user", 1)])
    with Gate(target.base_url, "run 1", script) as gate, client(gate) as http:
        with pytest.raises(httpx.RemoteProtocolError):
            http.post(USERS)
        assert http.post(USERS).status_code == 201
    assert len(target.reached) == 1
    assert [struck.fault for struck in script.struck] == [Fault.LOST_BEFORE]


def test_an_answer_lost_after_the_commit_was_given(target: ToyTarget) -> None:
    script = Script([Planned(Fault.LOST_AFTER, "user", 1)])
    gate = Gate(target.base_url, "run 1", script)
    with gate, client(gate) as http, pytest.raises(httpx.RemoteProtocolError):
        http.post(USERS)
    assert len(target.reached) == 1
    assert script.struck[0].context_id == "context-1"
    assert (gate.exchanges[0].status, gate.exchanges[0].seen) == (201, None)


def test_a_refused_write_loses_no_answer_after_the_commit(target: ToyTarget) -> None:
    script = Script([Planned(Fault.LOST_AFTER, "user", 1)])
    with Gate(target.base_url, "run 1", script) as gate, client(gate) as http:
        assert http.post(f"{USERS}/refused").status_code == 409
        with pytest.raises(httpx.RemoteProtocolError):
            http.post(USERS)


def test_429_names_when_to_come_again_and_never_reaches_the_target(target: ToyTarget) -> None:
    with Gate(target.base_url, "run 1", Script([Planned(Fault.THROTTLED, "user", 1)])) as gate, client(gate) as http:
        answer = http.post(USERS)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert answer.json()["code"] == "too.many.requests"
    assert target.reached == []


@pytest.mark.parametrize(("fault", "reached"), [(Fault.UNAVAILABLE_BEFORE, 0), (Fault.UNAVAILABLE_AFTER, 1)])
def test_503_comes_before_or_after_the_commit(target: ToyTarget, fault: Fault, reached: int) -> None:
    with Gate(target.base_url, "run 1", Script([Planned(fault, "user", 1)])) as gate, client(gate) as http:
        assert http.post(USERS).status_code == 503
    assert len(target.reached) == reached


@pytest.mark.parametrize(("fault", "reached"), [(Fault.KILL_BEFORE, 0), (Fault.KILL_AFTER, 1)])
def test_a_kill_happens_before_the_answer(target: ToyTarget, fault: Fault, reached: int) -> None:
    killed: list[int] = []
    script = Script([Planned(fault, "user", 1)])
    gate = Gate(target.base_url, "run 1", script, kill=lambda: killed.append(len(target.reached)))
    with gate, client(gate) as http, pytest.raises(httpx.RemoteProtocolError):
        http.post(USERS)
    assert killed == [reached]


def test_two_runs_are_held_at_their_first_request_until_both_are_there(target: ToyTarget) -> None:
    first_request, first_write, script = Meeting(2), Meeting(2), Script()
    gates = [Gate(target.base_url, party, script, first_request, first_write) for party in ("a", "b")]

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
        Gate(target.base_url, "a", Script(), None, meeting) as gate,
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
    with Gate(target.base_url, "a", Script(), meeting) as gate, client(gate) as http:
        assert [http.get(USERS).status_code for _ in range(3)] == [200] * 3
    meeting.wait("b")  # too late: it is off, and they have not met
    assert not meeting.met


def test_a_run_that_ends_releases_the_other(target: ToyTarget) -> None:
    meeting = Meeting(2)
    with Gate(target.base_url, "a", Script(), meeting) as gate, client(gate) as http, ThreadPoolExecutor(1) as threads:
        held = threads.submit(http.get, USERS)
        meeting.abandon()
        assert held.result().status_code == 200
    assert not meeting.met


def test_a_target_that_breaks_the_connection_is_recorded_and_never_asked_twice() -> None:
    with toy_target() as gone:
        address = gone.base_url
    with Gate(address, "run 1", Script()) as gate, client(gate) as http:
        assert http.post(USERS).status_code == 502
    assert len(gate.upstream_failures) == 1
