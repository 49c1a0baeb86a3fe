"""The requests that a machine draws for what callers keep for themselves: channels, and when they cannot work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockgc.resources.workforcemanagement.people import CLIENT_AUTHORITY
from tests.mockgc.resources.machine import PLACE, Draw, Machine, Sent, Step
from tests.mockgc.resources.scheduling import WEEK


def _stand_for(machine: Machine, step: Step) -> Sent:
    """From here on the client stands for a user, unless it stands for one already."""
    body = {"authorityName": CLIENT_AUTHORITY, "externalKey": machine.call.organisation.client_id}
    return Sent("postUserExternalid", machine.one("directoryUser", step.a), body)


def _listen(operation: str, *, is_listed: bool = True) -> Draw:
    def listen(machine: Machine, step: Step) -> Sent:
        users = machine.some("directoryUser", step.b + 1)
        topics = [{"id": f"v2.users.{user}.{('presence', 'nothing')[step.c // 3]}"} for user in users]
        return Sent(operation, machine.one("channel", step.a), topics if is_listed else None)

    return listen


def _own_time_off(_: Machine, step: Step) -> Sent:
    """Kept among the requests, where administrators read it, of the user whom the client stands for."""
    body = {"activityCodeId": str(5 - step.c // 3), "dailyDurationMinutes": 480}
    return Sent("postWorkforcemanagementTimeoffrequests", (), {**body, "fullDayManagementUnitDates": [_day(step.b)]})


def _cancel(machine: Machine, step: Step) -> Sent:
    request = machine.one("timeOffRequest", step.a)[-1]
    body = {"notes": f"note {step.b}"} if step.c else {"status": "CANCELED"}
    return Sent("patchWorkforcemanagementTimeoffrequest", (request,), body)


def _day(number: int) -> str:
    return f"2026-12-0{number + 1}"


def _time(step: Step) -> dict[str, Any]:
    return {"timeSpan": {"startDate": f"{_day(step.b)}T08:00:00Z", "lengthMinutes": step.c * 60}}


def _late(step: Step, **more: Any) -> dict[str, Any]:
    """On a day of the past."""
    start = f"2026-11-2{step.b}T08:00:00Z"
    return {"type": "Late", "startDate": start, "lengthMinutes": 15 * step.c, **more}


def _explain(machine: Machine, step: Step) -> Sent:
    place = "postWorkforcemanagementAgentAdherenceExplanations"
    body = _late(step, status=REVIEWED[step.c])
    return Sent(place, machine.one("directoryUser", step.a), body, made="adherenceExplanation")


def _review(machine: Machine, step: Step) -> Sent:
    ids = machine.one("adherenceExplanation", step.a)
    return Sent("patchWorkforcemanagementAgentAdherenceExplanation", ids, {"status": REVIEWED[step.c]})


def _read_news(machine: Machine, step: Step) -> Sent:
    news = machine.id("timeOffRequest", step.a)
    item = {"id": news, "mutableGroupId": news, "markedAsRead": step.b < 2}
    return Sent("postWorkforcemanagementNotificationsUpdate", (), {"entities": [item]})


REVIEWED = ("Pending", "Approved", "Denied", "Approved")
OWN: Mapping[str, Draw] = {
    "stand for a user": _stand_for,
    "open a channel": lambda _, __: Sent("postNotificationsChannels", made="channel"),
    "listen to": _listen("putNotificationsChannelSubscriptions"),
    "listen to more": _listen("postNotificationsChannelSubscriptions"),
    "listen no more": _listen("deleteNotificationsChannelSubscriptions", is_listed=False),
    "let agents say when they cannot work": lambda machine, step: Sent(
        f"patch{PLACE}UnavailabletimesSettings", machine.one("managementUnit", step.a), {"enabled": step.b < 3}
    ),
    "say when not to work": lambda _, step: Sent(
        "patchWorkforcemanagementUnavailabletimes", (), {"entities": [_time(step)]}
    ),
    "ask for one's own time off": _own_time_off,
    "cancel one's own time off": _cancel,
    "explain one's own lateness": lambda _, step: Sent(
        "postWorkforcemanagementAdherenceExplanations", (), _late(step)
    ),
    "explain an agent's lateness": _explain,
    "review an explanation": _review,
    "read the news": _read_news,
    "ask whether that would do": lambda _, step: Sent(
        "postWorkforcemanagementUnavailabletimesValidationJobs", (),
        {"unavailableTimes": [_time(step)], "validationWeekDate": WEEK},
    ),
}  # fmt: skip
