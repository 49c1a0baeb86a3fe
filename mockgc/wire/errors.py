"""The one translator: a refusal -> status and error body, as much of it as the organisation's switches let out."""

from __future__ import annotations

from typing import Any

from mockgc.behaviour.quotas import QuotaExceeded
from mockgc.domain.errors import Violation, WfmError
from mockgc.domain.switches import Switches

STALE_CODE = "wfm.transaction.conflict"


def status_of(error: WfmError, switches: Switches) -> int:
    """The HTTP status; a stale version's is a switch."""
    return switches.stale_status if error.code.code == STALE_CODE else error.code.status


def error_body(
    error: WfmError, status: int, context_id: str, switches: Switches, *, is_published: bool = False
) -> dict[str, Any]:
    """
    The vendor's ErrorBody.

    Args:
        is_published: whether members of `details` without a value are left out, as the published model asks for; the
            dialect says null.

    Source: field names as published (ErrorBody); `details` of each violation are stated, their order decided.
    """
    detail = switches.error_detail
    message = str(error) if detail != "none" else "The request could not be completed."
    return {
        "message": message,
        "code": error.code.code,
        "status": status,
        "contextId": context_id,
        "messageWithParams": message,
        "messageParams": {},
        "details": [_detail(violation, is_published) for violation in error.violations] if detail == "full" else [],
        "errors": [],
        **({"limit": error.limit} if isinstance(error, QuotaExceeded) else {}),
    }


def _detail(violation: Violation, is_published: bool) -> dict[str, Any]:
    holder = violation.holder
    made = {
        "errorCode": violation.code.code,
        "fieldName": violation.field,
        "entityId": holder.id if holder else None,
        "entityName": holder.name if holder else None,
    }
    return {name: value for name, value in made.items() if value is not None} if is_published else made
