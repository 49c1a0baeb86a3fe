"""The emulator with the resources of the dialect only, at one instant and with one seed: what the proof is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask

from conformance.weeks import FIT_YEAR
from mockgc import Settings, create_app
from mockgc.domain.resource import Resource
from mockgc.resources.wfm_dialect import RESOURCES
from mockgc.store.base import Store
from mockgc.store.memory import MemoryStore
from tests.contract.dialect_machine import Target

NOW = datetime(FIT_YEAR, 11, 23, 9, 0, tzinfo=UTC)
DIALECT: tuple[Resource, ...] = tuple(RESOURCES)


def dialect_app(
    resources: tuple[Resource, ...] = DIALECT,
    store: Callable[..., Store] = MemoryStore,
) -> Flask:
    """An emulator; broken ones bring other resources or another store."""
    return create_app(Settings(seed=7, freeze=NOW), resources=resources, store=store)


def target_in(app: Flask) -> Target:
    """A fresh organisation whose entities get the same ids each time, so that examples replay."""
    emulator = app.extensions["mockgc"]
    organisation = emulator.create_organisation(seed=7)
    return Target(app.wsgi_app, organisation.id, emulator.issue_token(organisation.client_id))
