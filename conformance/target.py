"""
A target as the rehearsal sees it: a base URL, credentials, and what the control API of an emulator tells.

`Client` speaks the public API with one client's token; `Control` speaks `/_mockgc`. Both share an httpx client that the
caller makes, so that tests pass one over a WSGI application.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from conformance.checkers import Commit, parse_commits
from conformance.errors import TargetFailed
from conformance.final_state import FinalState, collect

JSON = dict[str, Any]
CORRELATION_ID = "ININ-Correlation-Id"


@dataclass(frozen=True, slots=True)
class Credentials:
    """One client of one organisation; the secret is never shown."""

    organisation_id: str
    client_id: str
    client_secret: str = field(repr=False)


def connect(base_url: str) -> httpx.Client:
    """A client for a local target; proxies of the environment are not for it."""
    return httpx.Client(base_url=base_url, trust_env=False, timeout=30)


class Client:
    """The public API through one client's token, which is fetched at the first request."""

    def __init__(self, http: httpx.Client, credentials: Credentials) -> None:
        self._http, self._credentials = http, credentials
        self._token: str | None = None

    def request(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Send one request and give its answer back, whatever it is."""
        return self._http.request(method, path, json=body, headers={**self._authorization(), **(headers or {})})

    def get(self, path: str, query: Mapping[str, str]) -> Any:
        """
        The body of a 200 answer.

        Raises:
            TargetFailed: any other answer.
        """
        answer = self._http.get(path, params=query, headers=self._authorization())
        return _body(answer, 200)

    def final_state(self) -> FinalState:
        """Everything the organisation holds; it must be at rest."""
        return collect(self.get)

    def _authorization(self) -> dict[str, str]:
        if self._token is None:
            answer = self._http.post(
                "/oauth/token",
                data={"grant_type": "client_credentials"},
                auth=(self._credentials.client_id, self._credentials.client_secret),
            )
            self._token = str(_body(answer, 200)["access_token"])
        return {"Authorization": f"Bearer {self._token}"}


class Control:
    """The emulator's control API: fresh organisations, and what truly happened in them."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def create_organisation(self, name: str) -> Credentials:
        """A fresh organisation with its first client."""
        made = _body(self._http.post("/_mockgc/organisations", json={"name": name}), 201)
        return Credentials(made["id"], made["clientId"], made["clientSecret"])

    def add_client(self, organisation_id: str) -> Credentials:
        """Another client, so that the commit log tells two runs apart."""
        made = _body(self._http.post(f"/_mockgc/organisations/{organisation_id}/clients", json={}), 201)
        return Credentials(organisation_id, made["clientId"], made["clientSecret"])

    def add_fault(self, organisation_id: str, rule: JSON) -> None:
        """Set a fault rule; what it is called and what it takes is in the emulator's `behaviour/README.md`."""
        _body(self._http.post(f"/_mockgc/organisations/{organisation_id}/faults", json=rule), 201)

    def faults(self, organisation_id: str) -> list[JSON]:
        """The fault rules, each with how often it has `struck`."""
        rules: list[JSON] = _body(self._http.get(f"/_mockgc/organisations/{organisation_id}/faults"), 200)["rules"]
        return rules

    def journal(self, organisation_id: str) -> list[JSON]:
        """What was asked and answered, as far back as the emulator keeps it."""
        journal = f"/_mockgc/organisations/{organisation_id}/journal"
        entries: list[JSON] = _body(self._http.get(journal), 200)["entities"]
        return entries

    def set_quotas(self, organisation_id: str, quotas: JSON) -> None:
        """Replace an organisation's quotas."""
        _body(self._http.put(f"/_mockgc/organisations/{organisation_id}/quotas", json=quotas), 200)

    def switch(self, organisation_id: str, switches: JSON) -> None:
        """Set switches of the organisation's rules."""
        _body(self._http.patch(f"/_mockgc/organisations/{organisation_id}/switches", json=switches), 200)

    def advance(self, organisation_id: str, seconds: float) -> None:
        """Move the organisation's clock forward."""
        _body(
            self._http.patch(f"/_mockgc/organisations/{organisation_id}/clock", json={"advanceSeconds": seconds}), 200
        )

    def commits(self, organisation_id: str) -> tuple[Commit, ...]:
        """The whole commit log."""
        return parse_commits(_body(self._http.get(f"/_mockgc/organisations/{organisation_id}/commits"), 200))

    def explain(self, context_id: str) -> JSON:
        """Why a request was refused, or what it changed; `text` is the whole as lines."""
        explained: JSON = _body(self._http.get(f"/_mockgc/explain/{context_id}"), 200)
        return explained


def _body(answer: httpx.Response, status: int) -> Any:
    if answer.status_code != status:
        request = f"{answer.request.method} {answer.request.url.path}"
        raise TargetFailed(f"{request} answered {answer.status_code}, not {status}: {answer.text[:300]}")
    return answer.json()
