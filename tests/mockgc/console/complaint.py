"""
The complaint that started the project, small: 100 users in two batches with one remembered version.

    python -m tests.mockgc.console.complaint http://127.0.0.1:8080 CLIENT_ID CLIENT_SECRET

sends it to a served emulator and prints where its console explains the refusal.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import httpx

BATCH = 50
MONDAY = "2026-11-30"


def complain(http: httpx.Client) -> httpx.Response:
    """
    Create a template, a group and 100 users, read the template's version once, send it with both batches.

    Args:
        http: speaks to an emulator as one client, token included.

    Returns:
        The answer to the second batch: 409.
    """
    template = _made(http, "scheduletemplates", {"name": "Standard week", "timeZone": "Europe/Paris"})
    zone = {"timeZone": "Europe/Paris"}
    users = [
        _made(http, "users", {"name": f"Agent {n}", "email": f"agent{n}@example.com", **zone})["id"]
        for n in range(1, 2 * BATCH + 1)
    ]
    group = _made(http, "users/groups", {"name": "Support", "scheduleTemplateId": template["id"], "userIds": users})
    version = http.get(template["selfUri"]).raise_for_status().json()["version"]
    week = {"groupId": group["id"], "scheduleTemplateId": template["id"], "weekDate": MONDAY}
    *_, last = (http.post("/api/v2/wfm/schedules", json={**week, "version": version, **b}) for b in _batches(users))
    return last


def _batches(users: list[str]) -> Iterator[dict[str, Any]]:
    shifts = [{"start": f"{MONDAY}T08:00:00+01:00", "lengthMinutes": 480}]
    for start in range(0, len(users), BATCH):
        yield {"agents": [{"userId": user, "shifts": shifts} for user in users[start : start + BATCH]]}


def _made(http: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = http.post(f"/api/v2/wfm/{path}", json=body).raise_for_status().json()
    return made


def main(base_url: str, client_id: str, client_secret: str) -> None:
    with httpx.Client(base_url=base_url, trust_env=False) as http:
        grant = {"grant_type": "client_credentials"}
        token = http.post("/oauth/token", data=grant, auth=(client_id, client_secret)).raise_for_status().json()
        http.headers["Authorization"] = f"Bearer {token['access_token']}"
        refused = complain(http)
        organisations = http.get("/_mockgc/organisations").json()["entities"]
    context = refused.headers["ININ-Correlation-Id"]
    print(f"{refused.status_code}: {base_url}/_mockgc/#/{organisations[0]['id']}/why/{context}")


if __name__ == "__main__":
    main(*sys.argv[1:])
