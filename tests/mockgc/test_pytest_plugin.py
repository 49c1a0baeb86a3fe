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


def test_faults_hold_inside_their_blocks_and_tell_how_often_they_struck(mockgc_organisation: TestOrganisation) -> None:
    get = mockgc_organisation.http.get
    with mockgc_organisation.fault("unavailable_before", budget={"every": 2}) as outer:
        with mockgc_organisation.fault("throttled", match={"nth": 1}) as inner:
            statuses = [get("/api/v2/wfm/users").status_code for _ in range(2)]
        assert inner.struck == 1
        statuses += [get("/api/v2/wfm/users").status_code for _ in range(2)]
    assert [*statuses, get("/api/v2/wfm/users").status_code] == [429, 503, 200, 503, 200]
    assert outer.struck == 2


def test_a_fault_that_is_not_usable_says_what_would_be(mockgc_organisation: TestOrganisation) -> None:
    with (
        pytest.raises(ValueError, match=r"effect\.kind: 'lost_after' is refused: .* serve with granian"),
        mockgc_organisation.fault("lost_after"),
    ):
        pass
    with pytest.raises(ValueError, match="bundled are calm, flaky-network"):
        mockgc_organisation.behave("storm")
    with pytest.raises(ValueError, match="enabled: 1 is not true or false"):
        mockgc_organisation.quotas(1)  # type: ignore[arg-type]


def test_quotas_are_off_until_they_are_switched_on(mockgc_organisation: TestOrganisation) -> None:
    get = mockgc_organisation.http.get
    assert "inin-ratelimit-allowed" not in get("/api/v2/wfm/users").headers
    mockgc_organisation.quotas(windows=[{"name": "w", "per": "token", "limit": 1, "seconds": 60}])
    with mockgc_organisation.frozen():
        assert [get("/api/v2/wfm/users").status_code for _ in range(2)] == [200, 429]
        mockgc_organisation.advance(60)
        assert get("/api/v2/wfm/users").status_code == 200


def test_it_behaves_as_a_profile_says(mockgc_organisation: TestOrganisation) -> None:
    mockgc_organisation.behave("year-end")
    assert mockgc_organisation.http.get("/api/v2/wfm/users").headers["inin-ratelimit-allowed"] == "60"


def test_the_secret_stays_out_of_the_repr(mockgc_organisation: TestOrganisation) -> None:
    assert mockgc_organisation.client_secret not in repr(mockgc_organisation)


def test_a_program_of_any_language_reaches_the_served_one(mockgc_served_organisation: TestOrganisation) -> None:
    environment = mockgc_served_organisation.environment
    auth = (environment["GENESYS_CLIENT_ID"], environment["GENESYS_CLIENT_SECRET"])
    url = f"{environment['GENESYS_BASE_URL']}/oauth/token"
    answer = httpx.post(url, data={"grant_type": "client_credentials"}, auth=auth, trust_env=False)
    assert answer.status_code == 200
