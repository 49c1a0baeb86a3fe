"""The fixtures of the pytest plugin, used as anybody would use them."""

from __future__ import annotations

import httpx
import pytest

from mockgc.pytest_plugin import TestOrganisation

USER = {"name": "Ada", "email": "ada@example.com", "timeZone": "Europe/Paris"}


@pytest.mark.parametrize("run", [1, 2])
def test_each_test_has_an_organisation_of_its_own(mockgc_organisation: TestOrganisation, run: int) -> None:
    assert mockgc_organisation.http.post("/api/v2/wfm/users", json=USER).status_code == 201, run
    assert [row["action"] for row in mockgc_organisation.commits()] == ["create"]


def test_it_switches_advances_and_explains(mockgc_organisation: TestOrganisation) -> None:
    http = mockgc_organisation.http
    user = http.post("/api/v2/wfm/users", json=USER).json()
    mockgc_organisation.switch(stale_status=408)
    refused = http.put(user["selfUri"], json={**user, "version": 5})
    assert refused.status_code == 408
    assert mockgc_organisation.explain(refused) == mockgc_organisation.explain(refused.json()["contextId"])
    mockgc_organisation.advance(86_400)
    assert http.get("/api/v2/wfm/users").status_code == 401


def test_the_secret_stays_out_of_the_repr(mockgc_organisation: TestOrganisation) -> None:
    assert mockgc_organisation.client_secret not in repr(mockgc_organisation)


def test_a_program_of_any_language_reaches_the_served_one(mockgc_served_organisation: TestOrganisation) -> None:
    environment = mockgc_served_organisation.environment
    auth = (environment["GENESYS_CLIENT_ID"], environment["GENESYS_CLIENT_SECRET"])
    url = f"{environment['GENESYS_BASE_URL']}/oauth/token"
    answer = httpx.post(url, data={"grant_type": "client_credentials"}, auth=auth, trust_env=False)
    assert answer.status_code == 200
