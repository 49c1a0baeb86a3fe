"""
The script of the complaint, as people write it: `python -m conformance.rehearse.naive`.

It makes users, one template and one group, reads the template's version **once**, and sends that version with every
batch of 50 schedules. It reads the environment of a program under test and imports nothing of ours but the reader of
the users file. Its exit code is 0 when every batch was accepted, else 1.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from conformance.checkers import SourceAgent
from conformance.source import agents_of

ZONE, MONDAY, BATCH_SIZE = "Europe/Paris", date(2026, 11, 30), 50


def batch_size(agents: int) -> int:
    """50; of a source that would fit into one batch, half."""
    return BATCH_SIZE if agents > BATCH_SIZE else max(1, (agents + 1) // 2)


def week(user_id: str) -> dict[str, Any]:
    """One agent's week: Monday to Friday, nine to five, as UTC instants."""
    days = (datetime.combine(MONDAY + timedelta(days=day), time(9), ZoneInfo(ZONE)) for day in range(5))
    starts = [day.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for day in days]
    return {"userId": user_id, "shifts": [{"start": start, "lengthMinutes": 480} for start in starts]}


def batches(user_ids: list[str]) -> Iterator[list[str]]:
    """The users in batches."""
    size = batch_size(len(user_ids))
    yield from (user_ids[first : first + size] for first in range(0, len(user_ids), size))


def create(http: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Create an entity, and give up when that is refused."""
    made: dict[str, Any] = http.post(path, json=body).raise_for_status().json()
    return made


def migrate(http: httpx.Client, agents: tuple[SourceAgent, ...]) -> bool:
    """Whether every batch was accepted."""
    user_ids = [
        create(http, "/api/v2/wfm/users", {"name": agent.email, "email": agent.email, "timeZone": ZONE})["id"]
        for agent in agents
    ]
    template = create(http, "/api/v2/wfm/scheduletemplates", {"name": "Standard week", "timeZone": ZONE})
    group = {"name": "Support", "scheduleTemplateId": template["id"], "userIds": user_ids}
    group_id = create(http, "/api/v2/wfm/users/groups", group)["id"]
    version = http.get(template["selfUri"]).raise_for_status().json()["version"]  # once: this is the bug
    accepted = True
    for number, batch in enumerate(batches(user_ids), 1):
        answer = http.post("/api/v2/wfm/schedules", json={
            "groupId": group_id, "scheduleTemplateId": template["id"], "weekDate": MONDAY.isoformat(),
            "version": version, "agents": [week(user_id) for user_id in batch],
        })  # fmt: skip
        print(f"batch {number}: {answer.status_code} {answer.json().get('message', '')}")
        accepted &= answer.is_success
    return accepted


def main() -> int:
    """Migrate the source in the environment."""
    with httpx.Client(base_url=os.environ["GENESYS_BASE_URL"], trust_env=False, timeout=30) as http:
        credentials = (os.environ["GENESYS_CLIENT_ID"], os.environ["GENESYS_CLIENT_SECRET"])
        token = http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=credentials)
        http.headers["Authorization"] = f"Bearer {token.raise_for_status().json()['access_token']}"
        return 0 if migrate(http, agents_of(Path(os.environ["MIGRATION_SOURCE"]))) else 1


if __name__ == "__main__":
    sys.exit(main())
