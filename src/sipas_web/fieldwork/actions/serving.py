"""Which post office serves which commune: set by hand or from a file."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.models import ServedArea
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries import offices, serving
from sipas_web.rounds.queries import held


@transaction.atomic
def set_served(*, round_id: int, areas: Mapping[str, int | None], by: Actor) -> int:
    """Set the office (id) that serves each commune (code); None takes the setting away. Gives how many changed.

    Needs ``fieldwork.case_assign`` over the round's unit. It holds for every round after this.
    """
    round_ = held(round_id)
    by.require(Permission.CASE_ASSIGN, round_.unit)
    known, posts = serving.units_of(areas), set(offices.offices_for(by, round_).values_list("pk", flat=True))
    if areas.keys() - known.keys() or {office for office in areas.values() if office} - posts:
        raise ValidationError(_("A commune or a post office of this list is not in the area of this round."))
    units = [unit.pk for unit in known.values()]
    there = {a.commune_id: a for a in ServedArea.objects.filter(commune__in=units)}
    changed = {c: o for c, o in areas.items() if o != (there[known[c].pk].office_id if known[c].pk in there else None)}
    ServedArea.objects.filter(commune__in=[known[code].pk for code in changed]).delete()
    ServedArea.objects.bulk_create(
        ServedArea(office_id=office, commune=known[code], set_by=by.name) for code, office in changed.items() if office
    )
    if changed:
        details = {"communes": len(changed)}
        record(by=by, action="fieldwork.areas_served_set", subject=round_, unit=round_.unit, details=details)
    return len(changed)
