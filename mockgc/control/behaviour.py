"""An organisation's conduct, set by hand or by a program: fault rules, quotas, profiles."""

from __future__ import annotations

from flask import Blueprint, Response

from mockgc.behaviour.conduct import STRUCK, USED, Conduct, Conducts, with_quotas, with_rules
from mockgc.behaviour.faults import refuse_unknown_path, rule_of, rules_of, struck
from mockgc.behaviour.fields import ConductRefused, ProfileRefused
from mockgc.behaviour.quotas import levels, quotas_of
from mockgc.control.bodies import JSON, ControlError, answered, body_of, typed
from mockgc.store.base import Store

RULE_FIELDS = {"name", "match", "effect", "budget", "struck"}
QUOTA_FIELDS = {"enabled", "windows"}


def register(control: Blueprint, store: Store, conducts: Conducts) -> None:
    """The routes under `/organisations/{id}`."""

    @control.errorhandler(ConductRefused)
    def not_usable(error: ConductRefused) -> Response:
        return answered({"message": str(error), "status": 400}, 400)

    @control.errorhandler(ProfileRefused)
    def no_profile(error: ProfileRefused) -> Response:
        return answered({"message": str(error), "status": 400}, 400)

    _faults(control, store, conducts)
    _quotas(control, store, conducts)
    _profiles(control, store, conducts)


def _faults(control: Blueprint, store: Store, conducts: Conducts) -> None:
    def shown(organisation_id: str) -> JSON:
        state = store.value(organisation_id, STRUCK)
        rules = conducts.of(organisation_id).rules
        return {"rules": [{**rule.as_dict(), "struck": struck(rule, state)} for rule in rules]}

    @control.get("/organisations/<organisation_id>/faults")
    def faults(organisation_id: str) -> Response:
        return answered(shown(store.organisation(organisation_id).id))

    @control.put("/organisations/<organisation_id>/faults")
    def replace_faults(organisation_id: str) -> Response:
        store.organisation(organisation_id)
        rules = rules_of(body_of({"rules"}).get("rules"), ("rules",), can_close=conducts.can_close)
        for index, rule in enumerate(rules):
            refuse_unknown_path(rule, ("rules", index), conducts.templates)
        conducts.change_rules(organisation_id, rules, lambda conduct: with_rules(conduct, rules))
        return answered(shown(organisation_id))

    @control.post("/organisations/<organisation_id>/faults")
    def add_fault(organisation_id: str) -> Response:
        store.organisation(organisation_id)
        rule = rule_of(body_of(RULE_FIELDS), (), can_close=conducts.can_close)
        refuse_unknown_path(rule, (), conducts.templates)

        def added(conduct: Conduct) -> Conduct:
            if any(rule.name == other.name for other in conduct.rules):
                raise ControlError(
                    409, f"name {rule.name!r} is the name of a rule that is there; remove that one first"
                )
            return with_rules(conduct, (*conduct.rules, rule))

        conducts.change_rules(organisation_id, (rule,), added)
        return answered({**rule.as_dict(), "struck": 0}, 201)

    @control.delete("/organisations/<organisation_id>/faults")
    def remove_faults(organisation_id: str) -> Response:
        store.organisation(organisation_id)
        conducts.change_rules(organisation_id, (), lambda conduct: with_rules(conduct, ()))
        return Response(status=204)

    @control.delete("/organisations/<organisation_id>/faults/<path:name>")
    def remove_fault(organisation_id: str, name: str) -> Response:
        store.organisation(organisation_id)

        def removed(conduct: Conduct) -> Conduct:
            kept = tuple(rule for rule in conduct.rules if rule.name != name)
            if len(kept) == len(conduct.rules):
                there = ", ".join(repr(rule.name) for rule in kept) or "none"
                raise ControlError(404, f"no fault rule is called {name[:100]!r}; there are {there}")
            return with_rules(conduct, kept)

        conducts.change_rules(organisation_id, (), removed)
        return Response(status=204)


def _quotas(control: Blueprint, store: Store, conducts: Conducts) -> None:
    def shown(organisation_id: str, conduct: Conduct) -> JSON:
        found = levels(conduct.quotas.windows, store.value(organisation_id, USED), store.now(organisation_id))
        windows = [{**w.as_dict(), "used": used, "resetsInSeconds": resets} for w, used, resets in found]
        return {"enabled": conduct.quotas.enabled, "windows": windows}

    @control.get("/organisations/<organisation_id>/quotas")
    def quotas(organisation_id: str) -> Response:
        return answered(shown(store.organisation(organisation_id).id, conducts.of(organisation_id)))

    @control.put("/organisations/<organisation_id>/quotas")
    def replace_quotas(organisation_id: str) -> Response:
        store.organisation(organisation_id)
        body = body_of(QUOTA_FIELDS)
        conduct = conducts.change(
            organisation_id, lambda current: with_quotas(current, quotas_of(body, (), current.quotas))
        )
        store.change_value(organisation_id, USED, lambda _: None)
        return answered(shown(organisation_id, conduct))


def _profiles(control: Blueprint, store: Store, conducts: Conducts) -> None:
    @control.get("/profiles")
    def profiles() -> Response:
        from mockgc.behaviour.profiles import described  # noqa: PLC0415 (start-up does not pay for YAML)

        return answered({"entities": [{"name": name, "description": about} for name, about in described()]})

    @control.get("/organisations/<organisation_id>/profile")
    def profile(organisation_id: str) -> Response:
        return answered({"name": conducts.of(store.organisation(organisation_id).id).profile})

    @control.put("/organisations/<organisation_id>/profile")
    def use_profile(organisation_id: str) -> Response:
        from mockgc.behaviour.profiles import bundled, parsed  # noqa: PLC0415

        store.organisation(organisation_id)
        body = body_of({"name", "yaml"})
        name, text = typed(body, "name", str), typed(body, "yaml", str)
        if name is None:
            raise ControlError(400, "name is missing; GET /_mockgc/profiles lists the bundled ones")
        if text is None:
            found = bundled(name, can_close=conducts.can_close, templates=conducts.templates)
        else:
            found = parsed(text, name, name, can_close=conducts.can_close, templates=conducts.templates)
        conducts.put(organisation_id, found.conduct(conducts.unset), found.switches)
        return answered({"name": found.name})
