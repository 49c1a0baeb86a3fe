"""The address that a document is put to: outside of the contract, without a token, guarded by its headers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.mockgc.resources.scheduling import SCHEDULES, WEEK, Desk, change, desk, document

RAW = json.dumps(document()).encode()


@pytest.fixture
def at() -> Desk:
    return desk()


def address(at: Desk, length: int = len(RAW)) -> Any:
    return at.call(f"post{SCHEDULES}sImportUploadurl", at.unit, WEEK, expect=201, json={"contentLengthBytes": length})


def take(at: Desk, key: str, expect: int = 202, week: str = WEEK) -> Any:
    return at.call(f"post{SCHEDULES}sImport", at.unit, week, expect=expect, json={"uploadKey": key})


def test_the_address_is_absolute_on_the_emulators_own_host(at: Desk) -> None:
    assert address(at)["url"].startswith("http://mockgc/uploads/")


@pytest.mark.shows(f"post{SCHEDULES}sImport")
@pytest.mark.parametrize("name", ["Content-Type", "x-mockgc-upload-signature"])
@pytest.mark.parametrize("value", [None, "other"])
def test_a_header_that_is_missing_or_another_is_refused(at: Desk, name: str, value: str | None) -> None:
    given = address(at)
    before = at.call.state()
    headers = {**given["headers"], name: value}
    answer = at.send(given["url"], {key: text for key, text in headers.items() if text is not None}, RAW)
    assert (answer.status_code, answer.json()["code"]) == (403, "not.authorized")
    assert at.call.state() == before
    assert take(at, given["uploadKey"], 400)["code"] == "wfm.validation.failure"


def test_another_length_than_announced_is_refused(at: Desk) -> None:
    given = address(at, len(RAW) + 1)
    assert at.send(given["url"], given["headers"], RAW).status_code == 400
    take(at, given["uploadKey"], 400)


@pytest.mark.shows(f"post{SCHEDULES}UpdateUploadurl", f"post{SCHEDULES}sImportUploadurl")
@pytest.mark.parametrize("length", [0, -1, 16 * 1024 * 1024 + 1])
def test_an_impossible_length_is_refused(at: Desk, length: int) -> None:
    body = {"contentLengthBytes": length}
    made = at.blank()["id"]
    for operation, ids in (("sImport", (at.unit, WEEK)), ("Update", (at.unit, WEEK, made))):
        refused = at.call(f"post{SCHEDULES}{operation}Uploadurl", *ids, expect=400, json=body)
        assert refused["code"] == "wfm.validation.failure"


@pytest.mark.parametrize("path", ["/uploads/", "/uploads/none/none", "/uploads/{organisation}/none"])
def test_an_address_that_was_not_given_out_is_unknown(at: Desk, path: str) -> None:
    url = path.replace("{organisation}", at.call.organisation.id)
    assert at.send(url, {}, RAW).json()["code"] == "not.found"


def test_an_address_takes_put_only(at: Desk) -> None:
    given = address(at)
    answer = at.send(given["url"], given["headers"], RAW, "POST")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "PUT")


def test_a_key_is_taken_once_and_only_after_its_document(at: Desk) -> None:
    given = address(at)
    take(at, given["uploadKey"], 400)
    at.send(given["url"], given["headers"], RAW)
    assert take(at, given["uploadKey"])["status"] == "Complete"
    take(at, given["uploadKey"], 400)
    assert at.send(given["url"], given["headers"], RAW).status_code == 404
    assert len(at.listed()) == 1


@pytest.mark.shows(f"post{SCHEDULES}Update")
def test_a_key_is_bound_to_its_operation_and_path(at: Desk) -> None:
    given, made = address(at), at.blank()
    at.send(given["url"], given["headers"], RAW)
    take(at, given["uploadKey"], 400, "2026-12-07")
    body = {"uploadKey": given["uploadKey"]}
    at.call(f"post{SCHEDULES}Update", at.unit, WEEK, made["id"], expect=400, json=body)
    assert at.read(made) == made


def test_a_second_put_replaces_the_first(at: Desk) -> None:
    given = address(at)
    other = RAW.replace(b"Imported", b"Replaced")
    for raw in (RAW, other):
        assert at.send(given["url"], given["headers"], raw).status_code == 200
    assert take(at, given["uploadKey"])["result"]["description"] == "Replaced"


def test_an_update_of_a_schedule_that_is_gone_is_refused_at_each_step(at: Desk) -> None:
    made = at.blank()
    ids = (at.unit, WEEK, made["id"])
    key = at.put(f"post{SCHEDULES}UpdateUploadurl", ids, change(1))
    at.call(f"delete{SCHEDULES}", *ids)
    at.call(f"post{SCHEDULES}UpdateUploadurl", *ids, expect=404, json={"contentLengthBytes": 1})
    at.call(f"post{SCHEDULES}Update", *ids, expect=404, json={"uploadKey": key})


@pytest.mark.shows(f"post{SCHEDULES}Update")
def test_more_than_ten_teams_are_refused(at: Desk) -> None:
    made = at.blank()
    ids = (at.unit, WEEK, made["id"])
    key = at.put(f"post{SCHEDULES}UpdateUploadurl", ids, change(1))
    body = {"uploadKey": key, "teamIds": [str(number) for number in range(11)]}
    refused = at.call(f"post{SCHEDULES}Update", *ids, expect=400, json=body)
    assert refused["code"] == "wfm.too.many.teams.requested"
    body["teamIds"] = body["teamIds"][:10]
    assert at.call(f"post{SCHEDULES}Update", *ids, expect=202, json=body)["status"] == "Complete"


def test_the_journal_keeps_neither_address_nor_signature(at: Desk) -> None:
    given = address(at)
    at.send(given["url"], given["headers"], RAW)
    take(at, given["uploadKey"])
    http, organisation = at.call.organisation.http, at.call.organisation.id
    journal = http.get(f"/_mockgc/organisations/{organisation}/journal").text
    assert "/uploads/" in journal
    assert given["url"].removeprefix("http://mockgc") not in journal
    assert given["headers"]["x-mockgc-upload-signature"] not in journal
