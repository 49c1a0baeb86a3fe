"""Small accounts, as a mapping would want them: agents with one group, one template and one week."""

from __future__ import annotations

from collections.abc import Iterable

from migrator.desired import Desired, Desires, Ref

TEMPLATE = Ref("scheduleTemplate", "zendesk:template:early")
GROUP = Ref("group", "zendesk:group:9:template:early")


def account(
    agents: Iterable[int] = (1,), *, start: str = "2026-11-30T07:00:00Z", agent_name: str = "Ann", active: bool = True
) -> Desires:
    """Agents with one group, one template and one week, as a mapping would want them."""
    users = [
        Desired(
            "user",
            f"zendesk:user:{agent}",
            f"{agent}@example.com",
            {
                "name": f"{agent_name} {agent}",
                "email": f"{agent}@example.com",
                "timeZone": "Europe/Paris",
                "active": active,
            },
        )
        for agent in agents
    ]
    refs = [Ref("user", user.key) for user in users]
    shifts = [{"start": start, "lengthMinutes": 480}]
    pattern = [{"days": ["Monday"], "startTime": "08:00", "lengthMinutes": 480}]
    return Desires(
        (
            *users,
            Desired(
                "scheduleTemplate",
                TEMPLATE.key,
                "Early",
                {"name": "Early", "timeZone": "Europe/Paris", "shifts": pattern},
            ),
            Desired(
                "group",
                GROUP.key,
                "Support",
                {"name": "Support / Early", "scheduleTemplateId": TEMPLATE, "userIds": refs},
            ),
            Desired(
                "schedule",
                f"{GROUP.key}:week:2026-11-30",
                "2026-11-30",
                {
                    "groupId": GROUP,
                    "scheduleTemplateId": TEMPLATE,
                    "weekDate": "2026-11-30",
                    "agents": [{"userId": ref, "shifts": shifts} for ref in refs],
                },
            ),
        )
    )
