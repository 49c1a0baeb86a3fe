"""
`POST /oauth/token`: client credentials for a bearer token.

Source: RFC 6749, sections 2.3.1, 4.4 and 5.2; that the token names the organisation is decided.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import orjson

from mockgc.store.base import Client, Store
from mockgc.wire.answers import Answer

_FORM_BYTES_MAX = 16 * 1024


class OAuthError(Exception):
    """An error response of RFC 6749, 5.2."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status, self.error = status, error


def token_endpoint(store: Store, environ: Mapping[str, Any]) -> Answer:
    """
    Answer a token request.

    The journal has no entry for it: a token request carries nothing but secrets.
    """
    headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store"), ("Pragma", "no-cache")]
    context_id = store.new_context_id(None)
    headers.append(("ININ-Correlation-Id", context_id))
    try:
        form = _form(environ)
        client = _client(store, environ, form)
        if form.get("grant_type") != "client_credentials":
            error = "unsupported_grant_type" if form.get("grant_type") else "invalid_request"
            raise OAuthError(400, error, "grant_type must be client_credentials")
        token = store.issue_token(client)
    except OAuthError as refused:
        if refused.status == 401:
            headers.append(("WWW-Authenticate", 'Basic realm="mockgc"'))
        if refused.status == 405:
            headers.append(("Allow", "POST"))
        body = orjson.dumps({"error": refused.error, "error_description": str(refused)})
        return Answer(refused.status, body, tuple(headers))
    body = orjson.dumps({"access_token": token.value, "token_type": "bearer", "expires_in": client.access_token_s})
    return Answer(200, body, tuple(headers))


def _form(environ: Mapping[str, Any]) -> dict[str, str]:
    if environ["REQUEST_METHOD"] != "POST":
        raise OAuthError(405, "invalid_request", "the token endpoint takes POST only")
    length = environ.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()) or int(length) > _FORM_BYTES_MAX:
        raise OAuthError(400, "invalid_request", f"the form has more than {_FORM_BYTES_MAX} bytes")
    media_type = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise OAuthError(400, "invalid_request", "Content-Type must be application/x-www-form-urlencoded")
    try:
        raw = environ["wsgi.input"].read(int(length)).decode("utf-8")
        pairs = parse_qsl(raw, keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise OAuthError(400, "invalid_request", "the form is not well-formed UTF-8") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise OAuthError(400, "invalid_request", "a parameter comes twice")
    return form


def _client(store: Store, environ: Mapping[str, Any], form: dict[str, str]) -> Client:
    for client_id, secret in _credentials(environ, form):
        client = store.client(client_id)
        known = client.secret if client is not None else ""
        if hmac.compare_digest(known.encode(), secret.encode()) and client is not None:
            return client
    raise OAuthError(401, "invalid_client", "client id or secret is wrong")


def _credentials(environ: Mapping[str, Any], form: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """
    (client id, secret) as it may be meant.

    RFC 6749, 2.3.1 has both form-encoded inside Basic credentials; hardly any client does so, so both readings count.
    """
    scheme, _, value = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    is_basic, is_form = scheme.lower() == "basic", "client_secret" in form
    if is_basic and is_form:
        raise OAuthError(400, "invalid_request", "send Basic credentials or a client_secret in the form, not both")
    if is_basic:
        try:
            text = base64.b64decode(value.strip(), validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            raise OAuthError(401, "invalid_client", "the Basic credentials are not well-formed") from None
        client_id, _, secret = text.partition(":")
        return (client_id, secret), (unquote_plus(client_id), unquote_plus(secret))
    if "client_id" in form:
        return ((form["client_id"], form.get("client_secret", "")),)
    raise OAuthError(401, "invalid_client", "send the client id and secret as Basic credentials or in the form")
