"""The refusals that several directory and routing kinds share."""

from __future__ import annotations

from mockgc.domain.errors import ErrorCode, assumed, documented, observed

MEMBERS_MAX = 50
TEAM_MEMBERS_REMOVED_MAX = 25
USER_IDS_MAX = 100

EMAIL_TAKEN = ErrorCode(
    "general.conflict", 409, "e-mail addresses are unique, those of deleted users included",
    assumed("POST users declares the code under 400 and 409; which is sent is assumed"),
    "Look for the user with state=any; restore a deleted one with PATCH state.",
)  # fmt: skip
PASSWORD_LENGTH_MIN = 8
INVALID_PASSWORD = ErrorCode(
    "invalid.password", 400,
    f"a password has at least {PASSWORD_LENGTH_MIN} characters; a user with another is created without one",
    documented("POST users: 400, the user was created successfully; which passwords are refused is assumed"),
    "The user exists: look it up by its e-mail address and go on without a password; sending it again conflicts.",
    leaves="directoryUser",
)  # fmt: skip
STALE = ErrorCode(
    "general.conflict", 400, "an update carries the version last read",
    documented("PATCH users/{userId} and PUT groups/{groupId}: 400"),
    "Read the entity again and send its current version.",
)  # fmt: skip
STALE_MEMBERS = ErrorCode(
    "general.conflict", 409, "a version sent with members is the group's current one",
    documented("POST groups/{groupId}/members: 409"), "Read the group again: each change of members moves its version.",
)  # fmt: skip
UNKNOWN_REFERENCE = ErrorCode(
    "general.bad.request", 400, "ids in a body name something", assumed("the contract declares the code only"),
    "Create what is missing first, then send the request again.",
)  # fmt: skip
UNKNOWN_ID = ErrorCode(
    "invalid.value", 400, "ids in a body name something", assumed("the contract declares the code only"),
    "Create what is missing first, then send the request again.",
)  # fmt: skip
UNKNOWN_MEMBER = ErrorCode(
    "general.resource.not.found", 400, "members are users that are not deleted",
    documented("POST groups/{groupId}/members: 400"), "Create or restore the users first.",
)  # fmt: skip
NOT_A_USER = ErrorCode(
    "not.a.user", 400, "a client of the client credentials grant is no user",
    documented("GET users/me and GET routing/queues/me: 400"), "Name the user by its id.",
)  # fmt: skip
STATE_ALONE = ErrorCode(
    "general.bad.request", 400, "a change of state is the only change of its request",
    observed("the Terraform provider sends the state in a request of its own"), "Send state and version only.",
)  # fmt: skip
NO_ADDRESSES = ErrorCode(
    "general.bad.request", 400, "addresses that are sent are not empty",
    observed("a provisioning script was refused for an empty list"), "Leave addresses out.",
)  # fmt: skip
TOO_MANY_IDS = ErrorCode(
    "max.user.ids", 400, "a request names so many users at most",
    documented("GET users: 100 ids; DELETE teams/{teamId}/members: 25"), "Send the ids in smaller batches.",
)  # fmt: skip
TOO_MANY_USERS = ErrorCode(
    "max.directory.users", 400, "at most 50 users in one request",
    documented("PATCH users/bulk: 400"), "Send the users in smaller batches.",
)  # fmt: skip
TOO_MANY_MEMBERS = ErrorCode(
    "constraint.validation", 400, "a call changes so many members or entries at most",
    assumed("the limits (50 group members) are documented, the code is not"), "Send them in smaller batches.",
)  # fmt: skip
TOO_MANY_REMOVED = ErrorCode(
    "bad.request", 400, "a call removes so many members at most",
    assumed("the limit (50 group members) is documented, the code is not"), "Send them in smaller batches.",
)  # fmt: skip
