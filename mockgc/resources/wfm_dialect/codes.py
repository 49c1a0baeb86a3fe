"""The refusals of the dialect, each with the rule it stands for, its source and the next step."""

from mockgc.domain.errors import ErrorCode, decided, stated

STALE = ErrorCode(
    "wfm.transaction.conflict",
    409,
    "a write that names a version names the current one",
    stated("the complaint: every batch after the first is refused with this message; "
           "decided: an import's version is its schedule template's, which every change of a schedule moves"),
    "Read the entity again and send its current version; for imports carry scheduleTemplateVersion from the last "
    "answer, or leave version out when all agents are new to the week.",
)  # fmt: skip
NAME_IN_USE = ErrorCode(
    "wfm.name.in.use",
    409,
    "names of schedule templates and of groups are unique among the live ones of their kind, whatever their attributes",
    stated("the accepted answer, for groups; decided for templates"),
    "Read the holder first; then skip the create, or PUT the holder with its current version.",
)
EMAIL_IN_USE = ErrorCode(
    "wfm.email.in.use", 409, "e-mail addresses are unique among live users, case folded", decided("users"),
    "Find the holder with GET /api/v2/wfm/users?email=... and update it instead of creating a second user.",
)  # fmt: skip
EXTERNAL_ID_IN_USE = ErrorCode(
    "wfm.external.id.in.use",
    409,
    "an externalId is unique per organisation across users, schedule templates, groups and schedules",
    stated("the accepted answer: unique external IDs per org; decided: across all four kinds"),
    "Look the holder up by externalId; if it is the same thing use it, otherwise choose another externalId.",
)
REFERENCE_NOT_FOUND = ErrorCode(
    "wfm.reference.not.found",
    409,
    "what a body refers to exists, and an import's template and agents are the group's",
    stated("the accepted answer, for schedule templates; decided for groups and users"),
    "Create what is missing first, or add the agent to the group, then send the request again.",
)
ZONE_INCOMPATIBLE = ErrorCode(
    "wfm.time.zone.incompatible",
    409,
    "a member's time zone fits the template's: equal UTC offsets over two years from 1 January of this one",
    stated("the accepted answer says that it is checked; decided how"),
    "Use a template whose zone has the member's offsets, or correct the member's zone; offsets of instants are fine.",
)
SCHEDULE_DIFFERS = ErrorCode(
    "wfm.schedule.differs",
    409,
    "an import without version never overwrites other shifts of an agent in that week",
    decided("schedules, rule 3"),
    "Read the schedule, decide whose shifts are right, and send the template's current version to replace them.",
)
SHIFT_OVERLAP = ErrorCode(
    "wfm.shift.overlap", 409, "shifts of one agent do not overlap (half-open intervals)", decided("schedules"),
    "Merge or move one of the two shifts; touching intervals are fine.",
)  # fmt: skip
IN_USE = ErrorCode(
    "wfm.entity.in.use", 409, "what others refer to is not deleted", decided("in-use guard"),
    "Delete or change the named entities first.",
)  # fmt: skip

ALL = (
    REFERENCE_NOT_FOUND, STALE, ZONE_INCOMPATIBLE, NAME_IN_USE, EMAIL_IN_USE, EXTERNAL_ID_IN_USE, SCHEDULE_DIFFERS,
    SHIFT_OVERLAP, IN_USE,
)  # fmt: skip
"""In the order in which they are reported within the 409 stage."""
