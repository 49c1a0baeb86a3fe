"""In process and served alike: the same faults, the same requests, the same statuses, codes and counts."""

from __future__ import annotations

from typing import Any

import pytest

from mockgc.behaviour.effects import KINDS
from mockgc.pytest_plugin import TestOrganisation

USERS = "/api/v2/wfm/users"
OPTIONS: dict[str, dict[str, Any]] = {
    "status": {"status": 502, "body": {"code": "gateway"}},
    "lag": {"seconds": 60},
    "delayed": {"seconds": 0.01},
    "slow": {"seconds": 0.01},
    "detail": {"level": "misleading"},
}
IN_PROCESS = [kind for kind, declared in KINDS.items() if not declared.needs_connection]


def story(organisation: TestOrganisation, kind: str) -> Any:
    """What a client sees of a create, a read, a stale change, a change and a search, each met by the fault."""
    http, seen = organisation.http, []
    user = http.post(USERS, json={"name": "Ada", "email": "ada@example.com", "timeZone": "UTC"}).json()
    change = {name: user[name] for name in ("name", "email", "timeZone", "active")}
    requests: list[tuple[str, str, Any]] = [
        ("POST", USERS, {"name": "Eve", "email": "eve@example.com", "timeZone": "UTC"}),
        ("GET", user["selfUri"], None),
        ("PUT", user["selfUri"], {**change, "version": 7}),
        ("PUT", user["selfUri"], {**change, "name": "Ada B", "version": 1}),
        ("GET", f"{USERS}?name=Ada", None),
    ]
    for method, path, body in requests:
        with organisation.fault(kind, **OPTIONS.get(kind, {}), budget={"first": 1}) as fault:
            answer = http.request(method, path, json=body)
        is_json = answer.headers.get("Content-Type") == "application/json" and kind != "malformed"
        code = answer.json().get("code") if is_json and answer.content else None
        seen.append((answer.status_code, code, answer.headers.get("Retry-After"), fault.struck))
    return seen, [(row["action"], row["versionAfter"]) for row in organisation.commits()]


@pytest.mark.parametrize("kind", IN_PROCESS)
def test_each_effect_is_the_same_in_process_and_served(
    kind: str, mockgc_organisation: TestOrganisation, mockgc_served_organisation: TestOrganisation
) -> None:
    seen = story(mockgc_organisation, kind)
    assert seen == story(mockgc_served_organisation, kind)
    assert any(struck for *_, struck in seen[0]) or kind in ("job_error", "partial"), "it strikes one of them at least"
