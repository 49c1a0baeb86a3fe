"""The headers of an answer, as facts: declared here, sent by `wire`, told by the OpenAPI document."""

from __future__ import annotations

from dataclasses import dataclass

from mockgc.domain.errors import Provenance, decided, observed


@dataclass(frozen=True, slots=True)
class Header:
    """
    One header of the answers of the published family.

    Args:
        value: what it always says; empty when it differs from answer to answer.
        is_always: whether no answer is without it.
    """

    name: str
    source: Provenance
    value: str = ""
    is_always: bool = True


_TRACE = observed("the trace of an exchange in the README of the vendor's Python SDK, 2021")
CORRELATION_ID = Header("ININ-Correlation-Id", _TRACE)
NEVER_STORED = (
    Header("Cache-Control", _TRACE, "no-cache, no-store, must-revalidate"),
    Header("Pragma", _TRACE, "no-cache"),
    Header("Expires", _TRACE, "0"),
)
"""
How the vendor keeps answers out of caches. That refusals carry them too is assumed: the trace shows a success.
"""
RATE_LIMIT = tuple(Header(f"inin-ratelimit-{name}", _TRACE, is_always=False) for name in ("count", "allowed", "reset"))
"""Where a quota counts the request; `behaviour.quotas` has the numbers."""
COVERAGE = Header("X-Mockgc-Coverage", decided("answers without behaviour say so"), "shape")
