"""What only a real server can do: answers that never arrive. Served by granian, seen by a real client."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
import pytest

from mockgc.pytest_plugin import TestOrganisation
from tests.mockgc.behaviour.conducted import Conducted

ADA = {"name": "Ada", "email": "ada@example.com", "timeZone": "Europe/Paris"}
USERS = "/api/v2/wfm/users"


def put(organisation: TestOrganisation, kind: str, **options: Any) -> None:
    rule = {"name": kind, "match": {"method": "POST"}, "effect": {"kind": kind, **options}, "budget": {"first": 1}}
    answer = organisation.http.put(f"/_mockgc/organisations/{organisation.id}/faults", json={"rules": [rule]})
    assert answer.status_code == 200, answer.text


def test_a_request_lost_after_its_commit_is_committed_and_its_answer_unseen(
    mockgc_served_organisation: TestOrganisation,
) -> None:
    put(mockgc_served_organisation, "lost_after")
    with pytest.raises(httpx.TransportError):
        mockgc_served_organisation.http.post(USERS, json=ADA)
    assert [commit["action"] for commit in mockgc_served_organisation.commits()] == ["create"]
    again = mockgc_served_organisation.http.post(USERS, json=ADA)
    assert again.status_code == 409
    assert "own first try" in mockgc_served_organisation.explain(again)


@pytest.mark.parametrize("kind", ["lost_before", "lost_after"])
def test_of_a_lost_answer_not_one_byte_arrives(mockgc_served_organisation: TestOrganisation, kind: str) -> None:
    organisation = mockgc_served_organisation
    for number in range(20):
        put(organisation, kind)
        body = orjson.dumps({**ADA, "email": f"{number}@example.com"})
        assert received(organisation, body) == b""
    assert len(organisation.commits()) == (0 if kind == "lost_before" else 20)
    answer = received(organisation, orjson.dumps({**ADA, "email": "last@example.com"}))
    assert answer.startswith(b"HTTP/1.1 201 ")


def received(organisation: TestOrganisation, body: bytes) -> bytes:
    """What a server sends back on a connection of its own until it closes it."""
    address = urlsplit(organisation.base_url)
    head = (
        f"POST {USERS} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n"
        f"Authorization: {organisation.http.headers['Authorization']}\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=30) as connection:
        connection.sendall(head.encode() + body)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_a_request_lost_before_its_commit_changes_nothing(mockgc_served_organisation: TestOrganisation) -> None:
    put(mockgc_served_organisation, "lost_before")
    with pytest.raises(httpx.TransportError):
        mockgc_served_organisation.http.post(USERS, json=ADA)
    assert mockgc_served_organisation.commits() == []
    assert mockgc_served_organisation.http.post(USERS, json=ADA).status_code == 201


def test_a_truncated_answer_ends_before_the_length_it_announces(mockgc_served_organisation: TestOrganisation) -> None:
    put(mockgc_served_organisation, "truncated")
    with pytest.raises(httpx.RemoteProtocolError):
        mockgc_served_organisation.http.post(USERS, json=ADA)
    assert len(mockgc_served_organisation.commits()) == 1


def test_a_refused_request_is_not_lost_after_a_commit_and_the_fault_waits(
    mockgc_served_organisation: TestOrganisation,
) -> None:
    http = mockgc_served_organisation.http
    assert http.post(USERS, json=ADA).status_code == 201
    put(mockgc_served_organisation, "lost_after")
    assert http.post(USERS, json=ADA).status_code == 409
    with pytest.raises(httpx.TransportError):
        http.post(USERS, json={**ADA, "email": "eve@example.com"})


@pytest.mark.parametrize("kind", ["lost_before", "lost_after", "truncated"])
def test_where_the_server_cannot_close_a_connection_the_rule_is_refused(kind: str) -> None:
    answer = Conducted().fault(kind)
    assert answer.status_code == 400
    assert f"effect.kind: {kind!r} is refused" in answer.get_json()["message"]
    assert "granian" in answer.get_json()["message"]
