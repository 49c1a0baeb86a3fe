"""
A served emulator: granian where it has a wheel, waitress elsewhere.

The worker process builds the application from its environment, so the seed (and with it every id and secret) is chosen
here, before the worker starts, and both sides derive the same credentials.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from multiprocessing import parent_process
from multiprocessing.util import Finalize
from pathlib import Path

from flask import Flask
from pydantic import SecretStr

from mockgc.app import Credentials, Emulator, assembled, create_app
from mockgc.control.guard import is_local
from mockgc.notifications.doorman import Doorman, waking
from mockgc.settings import Settings
from mockgc.store.base import Client

_THREADS = 64
"""Twice as many as answers may wait at once (`behaviour.latency`), so that others are always answered."""
_READY_POLL_S = 0.02
_READY_TIMEOUT_S = 30.0
_LOCAL = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Where an address that stands for all of them answers on this machine."""


class PortTaken(Exception):
    """Something else listens there, or the address is not ours."""


@dataclass(frozen=True, slots=True)
class Served:
    """Where an emulator answers, and the first organisation's credentials."""

    base_url: str
    credentials: Credentials = field(repr=False)
    admin_token: str | None = field(default=None, repr=False)

    def as_dict(self) -> dict[str, str]:
        """The content of the ready file."""
        admin = {"adminToken": self.admin_token} if self.admin_token else {}
        return {
            **admin,
            "baseUrl": self.base_url,
            "organisationId": self.credentials.id,
            "clientId": self.credentials.client_id,
            "clientSecret": self.credentials.client_secret,
        }


def application() -> Flask:
    """The application of a worker process, with its first organisation."""
    logging.basicConfig(level=logging.WARNING)
    threading.Thread(target=_end_with_the_program, daemon=True).start()
    settings = Settings()
    app = create_app(settings, can_close=True)
    _first_organisation(app.extensions["mockgc"], settings)
    doorman = _doorman(app, settings)
    Finalize(doorman, doorman.stop, exitpriority=1)  # a worker process runs no atexit
    return app


def _end_with_the_program() -> None:
    """Ends this worker when the program that started it was killed: nobody else would give the port back."""
    program = parent_process()
    if program is not None:
        program.join()
        os._exit(1)


def _doorman(app: Flask, settings: Settings) -> Doorman:
    """Lets clients connect to the application's notification channels, on the port that the settings name."""
    host, port = settings.notifications_host, settings.notifications_port
    doorman = Doorman(app.extensions["mockgc"].store, host, port or free_port(host, 0))
    app.wsgi_app = waking(app.wsgi_app, doorman)  # type: ignore[method-assign, assignment]
    doorman.start()
    return doorman


def _first_organisation(emulator: Emulator, settings: Settings) -> Credentials:
    """The credentials of the first organisation, which the data may hold already."""
    fixed = None
    if settings.client_id is not None and settings.client_secret is not None:
        fixed = (settings.client_id, settings.client_secret.get_secret_value())
    first: Client = emulator.store.first_client("first", fixed)
    emulator.conducts.opened(first.organisation_id)
    return Credentials(first.organisation_id, first.id, first.secret)


def serve(settings: Settings, host: str, port: int, ready: Callable[[Served], None], workers: int = 1) -> None:
    """
    Serve until SIGINT or SIGTERM.

    Args:
        port: 0 takes a free one; so does the one for notifications, which the settings name.
        ready: called once, when connections are accepted.
        workers: processes; more than one needs a data file or server, because memory is not shared.

    Raises:
        PortTaken: nothing was started.
        DataFileMismatch, StoreUnavailable: the data cannot be used; nothing was started.
        ProfileRefused: nothing was started.
    """
    port = free_port(host, port)
    if settings.seed is None and settings.data is None:
        settings = settings.model_copy(update={"seed": secrets.randbits(256)})
    settings = _with_second_port(_guarded(settings, host), host, port)
    emulator, _ = assembled(settings, can_close=_has_granian())  # the routes of HTTP are the worker's to build
    credentials = _first_organisation(emulator, settings)
    _to_environment(settings)
    emulator.store.close()  # what is open must not be carried into a forked worker
    if settings.data is not None:
        os.environ.pop("MOCKGC_FREEZE", None)  # the clock is set; a worker that starts later must not set it back
    local = _LOCAL.get(host, host)
    token = settings.admin_token.get_secret_value() if settings.admin_token else None
    served = Served(f"http://[{local}]:{port}" if ":" in local else f"http://{local}:{port}", credentials, token)
    threading.Thread(target=_announce, args=(served, ready), daemon=True).start()
    _run(settings, host, port, workers)


def _has_granian() -> bool:
    return find_spec("granian") is not None


def _with_second_port(settings: Settings, host: str, port: int) -> Settings:
    wanted = settings.notifications_port or 0
    second = free_port(host, wanted, "--notifications-port", other_than=port)
    return settings.model_copy(update={"notifications_host": host, "notifications_port": second})


def _guarded(settings: Settings, host: str) -> Settings:
    """With an admin token, unless only this machine can connect; then only names of this machine are answered."""
    if settings.admin_token is not None:
        return settings
    if is_local(host):
        return settings.model_copy(update={"local_only": True})
    return settings.model_copy(update={"admin_token": SecretStr(secrets.token_urlsafe(24))})


def _run(settings: Settings, host: str, port: int, workers: int) -> None:
    try:
        from granian import Granian  # noqa: PLC0415 (absent where it has no wheel)
        from granian.constants import Interfaces  # noqa: PLC0415
    except ImportError:
        import waitress  # noqa: PLC0415

        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        app = create_app(settings)  # waitress cannot close a connection under an answer; granian can
        _first_organisation(app.extensions["mockgc"], settings)
        doorman = _doorman(app, settings)
        try:
            waitress.serve(app, host=host, port=port, threads=_THREADS, _quiet=True)
        finally:
            doorman.stop()
        return
    Granian(
        "mockgc.serve:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers,
        blocking_threads=_THREADS,
        websockets=False,
        log_enabled=False,
        workers_kill_timeout=5,
        respawn_failed_workers=workers > 1,
    ).serve()


def free_port(host: str, port: int, option: str = "--port", other_than: int | None = None) -> int:
    """
    The port to bind, a free one for 0.

    Args:
        option: what the command line calls it, for the message.
        other_than: a port that is spoken for, though nothing listens there yet.

    Raises:
        PortTaken: the address cannot be bound; the message says what to do.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(_taken(host, port, str(error.strerror), option)) from None
        bound: int = probe.getsockname()[1]
        if bound != other_than:
            return bound
    if port:
        raise PortTaken(_taken(host, port, "it is the port of the emulator itself", option))
    return free_port(host, port, option, other_than)


def _taken(host: str, port: int, why: str, option: str) -> str:
    return f"cannot listen on {host} port {port}: {why}; choose another with {option} (0 takes a free one)"


def _to_environment(settings: Settings) -> None:
    for name, value in settings.model_dump().items():
        if value is not None:
            shown = value.get_secret_value() if hasattr(value, "get_secret_value") else value
            os.environ[f"MOCKGC_{name.upper()}"] = shown.isoformat() if hasattr(shown, "isoformat") else str(shown)


def _announce(served: Served, ready: Callable[[Served], None]) -> None:
    url, deadline = f"{served.base_url}/_mockgc/health", time.monotonic() + _READY_TIMEOUT_S
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline:
        try:
            with opener.open(url, timeout=1):
                ready(served)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(_READY_POLL_S)


def write_ready_file(path: Path, served: Served) -> None:
    """Written beside and moved into place, so that a reader never sees half of it; only the owner may read it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(served.as_dict(), file)
    beside.replace(path)
