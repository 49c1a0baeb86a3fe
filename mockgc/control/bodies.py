"""What every control route shares: decoded bodies, checked fields, JSON answers, and one kind of refusal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import orjson
from flask import Response, request

from mockgc.contract.validate import decode
from mockgc.control.guard import Guard
from mockgc.domain.errors import WfmError

JSON = dict[str, Any]
T = TypeVar("T", str, int)


class ControlError(Exception):
    """A request to the control API that cannot be carried out; the message names the field and what would be right."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def body_of(known: set[str]) -> JSON:
    """
    The request's body, `{}` when there is none.

    Raises:
        ControlError: 400 when it is no JSON object or has a field that is not known.
    """
    raw = request.get_data(cache=False)
    if not raw:
        return {}
    try:
        body = decode(raw)
    except WfmError as error:
        raise ControlError(400, str(error)) from None
    if not isinstance(body, dict):
        raise ControlError(400, "the body is not a JSON object")
    unknown = sorted(set(body) - known)
    if unknown:
        raise ControlError(400, f"{unknown[0][:100]!r} is not a field here; known are {', '.join(sorted(known))}")
    return body


def typed(body: Mapping[str, Any], name: str, kind: type[T]) -> T | None:
    """
    One field of a body, None when it is absent.

    Raises:
        ControlError: 400 when it has another type.
    """
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, kind) or isinstance(value, bool):
        wanted = "a string" if kind is str else "a whole number"
        raise ControlError(400, f"{name} {value!r} is not {wanted}")
    return value


def refused(guard: Guard, environ: Mapping[str, Any]) -> Response | None:
    """The answer to a request that the guard does not let pass."""
    refusal = guard.refusal(environ)
    if refusal is None:
        return None
    status, message = refusal
    response = answered({"message": message, "status": status}, status)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="mockgc admin"'
    return response


def answered(value: Any, status: int = 200) -> Response:
    """The value as JSON."""
    return Response(orjson.dumps(value), status, content_type="application/json")
