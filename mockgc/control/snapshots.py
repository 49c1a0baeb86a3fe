"""Baselines: saved, listed, taken out as files, brought in, dropped, compared."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request

from mockgc.behaviour.conduct import Conducts
from mockgc.behaviour.fields import ConductRefused
from mockgc.control.bodies import ControlError, answered, body_of, typed
from mockgc.domain.resource import Resource
from mockgc.snapshots import SnapshotRefused, decoded, differences, encoded
from mockgc.store.base import EMPTY_BASELINE, Store

NDJSON = "application/x-ndjson"


def register(control: Blueprint, store: Store, resources: Mapping[str, Resource], conducts: Conducts) -> None:
    """The routes under `/organisations/{id}` that save and restore; `conducts` is told of each reset."""

    @control.post("/organisations/<organisation_id>/reset")
    def reset(organisation_id: str) -> Response:
        wanted = typed(body_of({"baseline"}), "baseline", str)
        name = EMPTY_BASELINE if wanted is None else wanted
        store.reset(organisation_id, name)
        conducts.was_reset(organisation_id, name)
        return answered({"baseline": name})

    @control.get("/organisations/<organisation_id>/baselines")
    def baselines(organisation_id: str) -> Response:
        return answered({"entities": [{"name": name} for name in store.baselines(organisation_id)]})

    @control.put("/organisations/<organisation_id>/baselines/<path:name>")
    def save_baseline(organisation_id: str, name: str) -> Response:
        if name == EMPTY_BASELINE:
            message = f"the baseline {EMPTY_BASELINE!r} is always there and always empty; choose another name"
            raise ControlError(400, message)
        if request.mimetype == NDJSON:
            try:
                snapshot = decoded(request.get_data(cache=False), resources)
                conducts.refuse_unusable(snapshot.settings)
            except SnapshotRefused as refused:
                raise ControlError(400, str(refused)) from None
            except ConductRefused as refused:
                raise ControlError(400, f"line 1: {refused}") from None
            store.put_baseline(organisation_id, name, snapshot)
        else:
            body_of(set())
            store.save_baseline(organisation_id, name)
        return answered({"name": name}, 201)

    @control.get("/organisations/<organisation_id>/baselines/<path:name>")
    def baseline(organisation_id: str, name: str) -> Response:
        return Response(encoded(store.snapshot(organisation_id, name)), content_type=NDJSON)

    @control.delete("/organisations/<organisation_id>/baselines/<path:name>")
    def drop_baseline(organisation_id: str, name: str) -> Response:
        if name == EMPTY_BASELINE:
            raise ControlError(400, f"the baseline {EMPTY_BASELINE!r} is always there")
        store.drop_baseline(organisation_id, name)
        return Response(status=204)

    @control.get("/organisations/<organisation_id>/snapshot")
    def snapshot(organisation_id: str) -> Response:
        return Response(encoded(store.snapshot(organisation_id)), content_type=NDJSON)

    @control.get("/organisations/<organisation_id>/differences")
    def differing(organisation_id: str) -> Response:
        before, after = request.args.get("from", EMPTY_BASELINE), request.args.get("to")
        found = differences(store.snapshot(organisation_id, before), store.snapshot(organisation_id, after), resources)
        return answered({"from": before, "to": after, "entities": [difference.as_dict() for difference in found]})
