"""The same requests are answered byte for byte alike by every store."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from mockgc import Settings, create_app

NAMES = st.sampled_from(["Early", " early", "Late", "Ada", "x" * 101, ""])
ZONES = st.sampled_from(["Europe/Paris", "Europe/Brussels", "Europe/London", "Nowhere/Here"])
KEYS = st.none() | st.sampled_from(["k1", "k2"])
Step = tuple[str, dict[str, Any]]


def steps() -> st.SearchStrategy[list[Step]]:
    """Requests over few names and keys, so that they meet; `of` picks among the ids answered so far."""
    of = st.integers(0, 5)
    return st.lists(
        st.one_of(
            st.tuples(st.just("user"), st.fixed_dictionaries({"name": NAMES, "timeZone": ZONES, "externalId": KEYS})),
            st.tuples(
                st.just("template"), st.fixed_dictionaries({"name": NAMES, "timeZone": ZONES, "externalId": KEYS})
            ),
            st.tuples(
                st.just("group"), st.fixed_dictionaries({"name": NAMES, "template": of, "members": st.lists(of)})
            ),
            st.tuples(
                st.just("import"), st.fixed_dictionaries({"of": of, "members": st.lists(of), "version": st.none() | of})
            ),
            st.tuples(st.just("delete"), st.fixed_dictionaries({"of": of})),
            st.tuples(st.just("control"), st.sampled_from([{"do": "save"}, {"do": "reset"}, {"do": "switch"}])),
        ),
        max_size=25,
    )


class Player:
    """Plays steps against one store and keeps every answer, bytes and headers."""

    def __init__(self, data: Path | None) -> None:
        app = create_app(Settings(seed=3, freeze=datetime(2026, 11, 25, tzinfo=UTC), data=data))
        emulator = app.extensions["mockgc"]
        self.http: FlaskClient = app.test_client()
        self.organisation = emulator.create_organisation()
        self.headers = {"Authorization": f"Bearer {emulator.issue_token(self.organisation.client_id)}"}
        self.uris: list[str] = []
        self.answers: list[object] = []

    def play(self, steps: list[Step]) -> list[object]:
        for number, (what, values) in enumerate(steps):
            getattr(self, what)(values, number)
        for path in ("users", "users/groups", "scheduletemplates", "schedules"):
            self.ask("GET", f"/api/v2/wfm/{path}?pageSize=100")
        for part in ("commits", "journal", "switches", "baselines"):
            self.ask("GET", f"/_mockgc/organisations/{self.organisation.id}/{part}")
        return self.answers

    def ask(self, method: str, path: str, body: object = None) -> Any:
        answer = self.http.open(path, method=method, json=body, headers=self.headers)
        self.answers.append((method, path, answer.status_code, answer.headers.to_wsgi_list(), answer.get_data()))
        assert answer.status_code < 500, answer.get_data()
        context = answer.headers.get("ININ-Correlation-Id")
        if context:
            self.answers.append(self.http.get(f"/_mockgc/explain/{context}").get_data())
        found = answer.get_json(silent=True)
        uri = (found or {}).get("selfUri")
        if answer.status_code == 201 and uri:
            self.uris.append(uri)
        return found

    def uri(self, index: int) -> str:
        return self.uris[index % len(self.uris)] if self.uris else "/api/v2/wfm/users/none"

    def id(self, index: int) -> str:
        return self.uri(index).rpartition("/")[2]

    def user(self, values: dict[str, Any], number: int) -> None:
        self.ask("POST", "/api/v2/wfm/users", {**values, "email": f"{number % 4}@example.com"})

    def template(self, values: dict[str, Any], _: int) -> None:
        self.ask("POST", "/api/v2/wfm/scheduletemplates", values)

    def group(self, values: dict[str, Any], _: int) -> None:
        members = [self.id(index) for index in values["members"]]
        body = {"name": values["name"], "scheduleTemplateId": self.id(values["template"]), "userIds": members}
        self.ask("POST", "/api/v2/wfm/users/groups", body)

    def import_(self, values: dict[str, Any], number: int) -> None:
        group = self.ask("GET", self.uri(values["of"]))
        shifts = [{"start": f"2026-11-30T{8 + number % 3:02d}:00:00+01:00", "lengthMinutes": 60}]
        members = (group or {}).get("userIds") or [self.id(index) for index in values["members"]]
        body = {
            "groupId": (group or {}).get("id", "none"),
            "scheduleTemplateId": (group or {}).get("scheduleTemplateId", "none"),
            "weekDate": "2026-11-30",
            "agents": [{"userId": user_id, "shifts": shifts} for user_id in members],
            "version": values["version"],
        }
        self.ask("POST", "/api/v2/wfm/schedules", body)

    def delete(self, values: dict[str, Any], _: int) -> None:
        self.ask("DELETE", self.uri(values["of"]))

    def control(self, values: dict[str, Any], _: int) -> None:
        base = f"/_mockgc/organisations/{self.organisation.id}"
        if values["do"] == "save":
            self.ask("PUT", f"{base}/baselines/saved")
        elif values["do"] == "reset":
            self.ask("POST", f"{base}/reset", {"baseline": "saved"})
        else:
            self.ask("PATCH", f"{base}/switches", {"equal_create": "return_existing"})


setattr(Player, "import", Player.import_)


@given(steps())
@settings(max_examples=40)
def test_sequential_requests_are_answered_alike_in_memory_and_in_a_file(drawn: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert Player(None).play(drawn) == Player(Path(folder) / "state.db").play(drawn)
