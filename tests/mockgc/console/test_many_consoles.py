"""Consoles and requests share a fixed number of threads; no console holds one."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx

from mockgc.pytest_plugin import TestOrganisation

CONSOLES = 20
WRITES = 60
PAUSE_S = 0.05


def events(http: httpx.Client, path: str, cursor: str) -> list[dict[str, str]]:
    """One answer of the stream, which has to end with its last event."""
    found: list[dict[str, str]] = [{}]
    with http.stream("GET", path, headers={"Last-Event-ID": cursor} if cursor else {}) as answer:
        answer.raise_for_status()
        for line in answer.iter_lines():
            assert not any("held" in event.values() for event in found[:-1]), "the stream goes on after its last event"
            if line:
                name, _, value = line.partition(": ")
                found[-1][name] = value
            else:
                found.append({})
    return found


def follow(organisation: TestOrganisation, opened: threading.Barrier, is_over: threading.Event) -> list[str]:
    """One console over one kept connection, as the page does it; returns the requests that it was told of."""
    path, cursor, told = f"/_mockgc/organisations/{organisation.id}/stream", "", list[str]()
    with httpx.Client(base_url=organisation.base_url, trust_env=False, timeout=20) as http:
        try:
            events(http, path, cursor)
        except BaseException:
            opened.abort()
            raise
        opened.wait(30)
        while True:
            was_over = is_over.is_set()
            for event in events(http, path, cursor):
                cursor = event.get("id", cursor)
                if event.get("event") == "request":
                    told.append(json.loads(event["data"])["contextId"])
            if was_over:
                return told
            is_over.wait(PAUSE_S)


def test_twenty_consoles_are_open_requests_still_flow_and_each_console_is_told_of_all(
    mockgc_served_organisation: TestOrganisation,
) -> None:
    organisation = mockgc_served_organisation
    opened, is_over = threading.Barrier(CONSOLES + 1), threading.Event()
    with ThreadPoolExecutor(CONSOLES) as pool:
        consoles = [pool.submit(follow, organisation, opened, is_over) for _ in range(CONSOLES)]
        opened.wait(30)
        answers = [
            organisation.http.post(
                "/api/v2/wfm/users", json={"name": f"U{n}", "email": f"u{n}@example.com", "timeZone": "UTC"}
            )
            for n in range(WRITES)
        ]
        is_over.set()
        told = [console.result(60) for console in consoles]
    assert {answer.status_code for answer in answers} == {201}
    asked = [answer.headers["ININ-Correlation-Id"] for answer in answers]
    for seen in told:
        assert [context for context in seen if context in set(asked)] == asked
