"""Correcting the addressees: which unit each name means, and whom a collective name means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions.directives.changing import note, to_correct, want_reason
from sipas_web.improvement.actions.directives.linking import settle
from sipas_web.improvement.actions.directives.passing import rehome_of
from sipas_web.improvement.models import Addressee, Directive
from sipas_web.units.queries import Unit

MOST_UNITS = 4000


@dataclass(frozen=True, slots=True)
class AddresseeGiven:
    """An addressee as a person says it is; ``pk`` None: one the program did not find."""

    pk: int | None
    name: str
    unit: Unit | None


@transaction.atomic
def correct_addressees(
    *, directive_id: int, addressees: Sequence[AddresseeGiven], by: Actor, reason: str = ""
) -> Directive:
    """Put the addressees that stand alone; what is left out is taken away, collective ones stay as they were.

    Recorded with the names before and after.
    """
    directive = to_correct(directive_id, by)
    want_reason(directive, reason)
    rows = {row.pk: row for row in directive.addressees.filter(group="", came_from=None)}
    before = _told(directive)
    for pk in rows.keys() - {a.pk for a in addressees}:
        rows[pk].delete()
    for given in addressees:
        row = rows.get(given.pk or 0) or Addressee(directive=directive)
        row.name, row.unit = given.name.strip()[:300], given.unit
        if not row.name:
            raise ValidationError(_("An addressee has a name."))
        row.since = row.since or directive.issued
        row.save()
    _after(directive, before, by, reason)
    return directive


@transaction.atomic
def expand(*, addressee_id: int, units: Sequence[Unit], by: Actor, reason: str = "") -> Directive:
    """Put chosen units in the place of a collective name ("UBND các xã"); none: the name stands for nobody known.

    Needs ``improvement.directive_keep`` over the unit that keeps the directive. Recorded with the count.
    """
    row = Addressee.objects.get(pk=addressee_id)
    directive = to_correct(row.directive_id, by)
    want_reason(directive, reason)
    if len(units) > MOST_UNITS:
        raise ValidationError(_("At most %(most)d units at once.") % {"most": MOST_UNITS})
    group = row.group or row.name
    before = _told(directive)
    same = directive.addressees.filter(group=group, came_from=None)  # heirs go with whom they took over
    kept = {r.unit_id: r for r in same if r.unit_id is not None}
    wanted = {unit.pk: unit for unit in units}
    taken = set(directive.addressees.exclude(group=group).values_list("unit_id", flat=True))
    if wanted:
        same.exclude(unit_id__in=wanted).delete()
        Addressee.objects.filter(pk=row.pk, group="").delete()
        Addressee.objects.bulk_create(
            Addressee(directive=directive, name=unit.full_name[:300], group=group, unit=unit, since=directive.issued,
                      read_at=row.read_at)
            for pk, unit in wanted.items() if pk not in kept and pk not in taken
        )  # fmt: skip
    else:
        same.delete()
        Addressee.objects.filter(pk=row.pk).delete()
        Addressee.objects.create(directive=directive, name=group, read_at=row.read_at, since=directive.issued)
    _after(directive, before, by, reason)
    return directive


def _after(directive: Directive, before: dict[str, str], by: Actor, reason: str) -> None:
    if directive.state == Directive.State.KEPT:
        rehome_of(directive)
        settle([directive.pk])
    note(directive, by, "addressees", before, _told(directive), reason)


def _told(directive: Directive) -> dict[str, str]:
    """Tell names that stand alone with their unit, collective ones with their count."""
    found: dict[str, str] = {}
    counts: dict[str, int] = {}
    for row in directive.addressees.select_related("unit"):
        if row.group:
            counts[row.group] = counts.get(row.group, 0) + 1
        else:
            found[row.name[:60]] = str(row.unit or "–")
    return found | {name[:60]: str(n) for name, n in counts.items()}
