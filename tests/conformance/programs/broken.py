"""
Migrations with one known bug each: `python broken.py BUG`.

- `ignores-409`: reads the template's version once, sends it with every batch, and exits 0 whatever is answered.
- `never-looks`: creates without looking and dies at the first 409, for good.
- `key-of-the-day`: its group is named after the moment, so each run makes another.
- `impatient`: sends again at once what was answered with 429 or 503.
- `takes-silence-for-yes`: skips an agent whose creation was not answered.
- `second-name-on-conflict`: a taken group name is not read but evaded.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from pathlib import Path
from typing import Any

Answer = tuple[int, dict[str, Any]]
BUG = sys.argv[1]


def send(method: str, path: str, body: object = None, authorization: str = "", form: bytes | None = None) -> Answer:
    """One request; a lost connection or a 503 is simply sent again, which is no bug where it looks before it writes."""
    data = form if form is not None else None if body is None else json.dumps(body).encode()
    headers = {"Authorization": authorization, "Content-Type": "application/json"}
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    for _ in range(10):
        request = urllib.request.Request(os.environ["GENESYS_BASE_URL"] + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code not in (429, 503):
                return error.code, json.load(error)
            if BUG != "impatient":
                time.sleep(int(error.headers.get("Retry-After", "1")))
        except OSError:
            if BUG == "takes-silence-for-yes":
                return 0, {}
    raise SystemExit("no answer")


def main() -> None:
    basic = b64encode(f"{os.environ['GENESYS_CLIENT_ID']}:{os.environ['GENESYS_CLIENT_SECRET']}".encode()).decode()
    _, token = send("POST", "/oauth/token", authorization=f"Basic {basic}", form=b"grant_type=client_credentials")
    bearer = f"Bearer {token['access_token']}"

    def ask(method: str, path: str, body: object = None) -> Answer:
        return send(method, f"/api/v2/wfm/{path}", body, bearer)

    def ensure(path: str, query: str, body: dict[str, Any]) -> str:
        for _ in range(3):
            _, found = ask("GET", f"{path}?{query}")
            if found["entities"] and BUG != "never-looks":
                return str(found["entities"][0]["id"])
            status, made = ask("POST", path, body)
            if status == 201:
                return str(made["id"])
            if status == 0 and path == "users":
                return ""
            if BUG == "never-looks":
                raise SystemExit(f"{path} refused: {made['message']}")
        raise SystemExit("refused three times")

    rows = json.loads((Path(os.environ["MIGRATION_SOURCE"]) / "users.json").read_text("utf-8"))["users"]
    people = [row for row in rows if row["role"] == "agent"]
    zone = {"timeZone": "Europe/Paris"}
    users = [
        ensure("users", f"email={row['email']}", {"name": row["name"], "email": row["email"], **zone}) for row in people
    ]
    users = list(filter(None, users))
    template = ensure("scheduletemplates", "name=Week", {"name": "Week", **zone})
    name = f"Support-{time.time_ns()}" if BUG == "key-of-the-day" else "Support"
    group = {"name": name, "scheduleTemplateId": template, "userIds": users}
    if BUG == "second-name-on-conflict":
        status, made = ask("POST", "users/groups", group)
        group_id = ""
        if status == 409 and not Path("group").exists():
            status, made = ask("POST", "users/groups", {**group, "name": "Support-2"})
        if status == 201:
            Path("group").write_text(made["id"], "utf-8")
        group_id = Path("group").read_text("utf-8") if Path("group").exists() else ""
    else:
        group_id = ensure("users/groups", f"name={name}", group)
    _, read = ask("GET", f"scheduletemplates/{template}")
    for first in range(0, len(users), 5):
        agents = [
            {"userId": user, "shifts": [{"start": "2026-11-30T08:00:00Z", "lengthMinutes": 480}]}
            for user in users[first : first + 5]
        ]
        body = {"groupId": group_id, "scheduleTemplateId": template, "weekDate": "2026-11-30", "agents": agents}
        ask("POST", "schedules", {**body, "version": read["version"]} if BUG == "ignores-409" else body)


main()
