"""Which unit a name in a source means: said by a person, then carried through its dossiers and counts."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.jobs import actions as jobs
from sipas_web.jobs.queries import Job
from sipas_web.onestop.actions.dossiers_counting import recount
from sipas_web.onestop.models import AgencyName, Dossier, DossierSource, Outcome
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries import sources as reads
from sipas_web.units.queries import Unit, today

OUTSIDE = "outside"
Choice = Unit | str | None  # a unit, OUTSIDE, or None: not known after all


@transaction.atomic
def match(*, source: DossierSource, choices: Mapping[int, Choice], by: Actor) -> Job | None:
    """Say which units names mean, or that they are none kept here; needs ``onestop.dossier_import``.

    The dossiers follow as long work, which is given; None where nothing was changed. Refused while an import runs.
    """
    by.require(Permission.DOSSIER_IMPORT, source.unit)
    held = DossierSource.objects.select_for_update(of=("self",)).select_related("unit").get(pk=source.pk)
    if reads.is_importing(held):
        raise ValidationError(_("A file of this source is being imported. Wait until that has finished."))
    names = {name.pk: name for name in AgencyName.objects.filter(source=held, pk__in=choices)}
    changed = [names[pk] for pk, choice in choices.items() if pk in names and _take(names[pk], choice, by)]
    if not changed:
        return None
    AgencyName.objects.bulk_update(changed, ["unit", "matched_by", "is_outside"])
    told = {name.text: str(name.unit or (OUTSIDE if name.is_outside else "")) for name in changed}
    record(by=by, action="onestop.names_matched", subject=held, unit=held.unit, details={"names": told})
    return start_recount(held, by)


def start_recount(source: DossierSource, by: Actor) -> Job:
    """Have dossiers follow the names of their source; in the caller's transaction, which asked for its permission."""
    return jobs.start(kind=reads.RECOUNT, subject=source, unit=source.unit, by=by, arguments={"source": source.pk})


@transaction.atomic
def apply(*, source_id: int, by: Actor) -> int:
    """Give dossiers to the units their names mean; gives how many moved. Safe to repeat; the match was recorded."""
    source = DossierSource.objects.select_related("unit").get(pk=source_id)
    by.require(Permission.DOSSIER_VIEW, source.unit)
    names = list(AgencyName.objects.filter(source=source))
    after = reads.successors_of([name.unit_id for name in names if name.unit_id], today())
    moved = 0
    for name in names:
        ended = after.get(name.unit_id) if name.unit_id else None
        ours = Dossier.objects.filter(source=source, agency_name=name)
        if ended is None:
            moved += _moved(ours, name.unit_id)
            continue
        moved += _moved(ours.exclude(outcome=Outcome.OPEN), name.unit_id)
        moved += _moved(ours.filter(outcome=Outcome.OPEN), ended.pk)
    recount(source.pk)
    return moved


def _moved(dossiers: object, unit_id: int | None) -> int:
    others = dossiers.exclude(agency=unit_id) if unit_id else dossiers.exclude(agency=None)  # type: ignore[attr-defined]
    count: int = others.update(agency=unit_id)
    return count


def _take(name: AgencyName, choice: Choice, by: Actor) -> bool:
    """Put a choice into a name; gives whether that changes it."""
    unit = choice if isinstance(choice, Unit) else None
    is_outside = choice == OUTSIDE
    if (name.unit_id, name.is_outside) == (unit.pk if unit else None, is_outside):
        return False
    name.unit, name.is_outside, name.matched_by = unit, is_outside, by.name
    return True
