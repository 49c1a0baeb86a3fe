"""
The catalogue of conflicts that people meet: each a small client that runs into it, the cause, and the cure at work.

One file a symptom; adding one is a file here and its name in `CATALOGUE`. Each checks itself: code, field and status of
the refusal, an explanation with a next step, and that the cure is accepted.
"""

from conformance.symptoms import (
    email_taken,
    external_id_of_another,
    external_id_reused,
    group_name_taken,
    members_move_version,
    moved_by_another,
    naive_date_time,
    no_bypass,
    no_detail,
    not_yet_visible,
    overlapping_shifts,
    queue_name_taken,
    repeated_create,
    stale_batches,
    template_in_use,
    template_missing,
    throttled,
    unavailable_yet_done,
    user_version,
    week_differs,
    zone_misfit,
)
from conformance.symptoms.scene import Symptom

CATALOGUE: tuple[Symptom, ...] = (
    stale_batches.SYMPTOM,
    group_name_taken.SYMPTOM,
    external_id_reused.SYMPTOM,
    template_missing.SYMPTOM,
    zone_misfit.SYMPTOM,
    no_bypass.SYMPTOM,
    repeated_create.SYMPTOM,
    week_differs.SYMPTOM,
    overlapping_shifts.SYMPTOM,
    email_taken.SYMPTOM,
    template_in_use.SYMPTOM,
    naive_date_time.SYMPTOM,
    moved_by_another.SYMPTOM,
    unavailable_yet_done.SYMPTOM,
    throttled.SYMPTOM,
    no_detail.SYMPTOM,
    user_version.SYMPTOM,
    members_move_version.SYMPTOM,
    queue_name_taken.SYMPTOM,
    external_id_of_another.SYMPTOM,
    not_yet_visible.SYMPTOM,
)
"""The six of the seed complaint first, then the dialect's others, then those of the published family."""
