"""A person decides on a flagged form or interviewer, with a reason. Nothing follows by itself."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.quality import queries
from sipas_web.quality.models import Decision, Suspect, Verdict
from sipas_web.quality.permissions import Permission
from sipas_web.rounds import queries as rounds
from sipas_web.rounds import states
from sipas_web.rounds.queries import State

LEAST_REASON = 10  # characters


@transaction.atomic
def decide(*, suspect_id: int, verdict: str, reason: str, by: Actor) -> Decision:
    """Decide on what has points; needs ``quality.flag_decide`` over the round's unit, before it is published.

    Recorded with verdict and points; the reason stands with the decision. An earlier decision stays to be read.
    """
    round_ = rounds.held(Suspect.objects.values_list("round_id", flat=True).get(pk=suspect_id))
    by.require(Permission.FLAG_DECIDE, round_.unit)
    states.refuse_unless(round_, State.IN_FIELD, State.FROZEN)
    if queries.closing_of(round_) is not None:
        raise ValidationError(_("The quality check of this round is closed. Open it again to decide."))
    suspect = Suspect.objects.select_for_update(of=("self",)).get(pk=suspect_id)
    chosen, why = Verdict(verdict), reason.strip()
    if not chosen:
        raise ValidationError({"verdict": _("Choose what you decide.")})
    if len(why) < LEAST_REASON:
        raise ValidationError({"reason": _("Say in a sentence what the decision rests on.")})
    made = Decision.objects.create(suspect=suspect, verdict=chosen, reason=why, points=suspect.points, by=by.name)
    suspect.verdict, suspect.decided, suspect.decided_points = chosen, timezone.now(), suspect.points
    suspect.save(update_fields=["verdict", "decided", "decided_points"])
    details = {"verdict": str(chosen), "points": suspect.points, "kind": suspect.kind}
    record(by=by, action="quality.decided", subject=suspect, unit=round_.unit, details=details)
    return made
