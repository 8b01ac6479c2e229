"""Taking a list of online services in: good rows stay, each other one is told with its row, column and reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.onestop.actions.services import refuse_overlap
from sipas_web.onestop.models import OnlineService
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries.services import UnitNames
from sipas_web.onestop.service_files import HEADS, Row, ServiceList
from sipas_web.shared.listed_columns import Fault, in_order
from sipas_web.units.queries import Unit, today

Known = dict[tuple[int, str], list[OnlineService]]
SAME = ("service_class", "name", "field", "act")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a list."""

    added: int
    ended: int  # services that were there and got their last day
    unchanged: int  # rows that say what was there
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class _Work:
    known: Known
    new: list[OnlineService] = field(default_factory=list)
    ended: list[OnlineService] = field(default_factory=list)
    unchanged: int = 0


@transaction.atomic
def import_list(*, given: ServiceList, unit: Unit | None, by: Actor) -> Taken:
    """Take a list in; the same list again changes nothing. Needs ``onestop.service_change`` over each unit.

    ``unit`` is meant by rows that name none. Recorded once, with the counts.
    """
    by.require(Permission.SERVICE_CHANGE)
    names = UnitNames({row.unit for row in given.rows if row.unit}, by, today())
    placed, faults = _placed(given, names, unit, by)
    ids = sorted({place.pk for _row, place in placed})
    list(Unit.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))  # one list at a time
    work = _Work(_known(ids))
    for row, place in sorted(placed, key=lambda pair: (pair[0].first, pair[0].number)):  # an end before what follows
        try:
            _take(row, place, work)
        except ValidationError as error:
            faults.append(_fault(row, "service_class", str(row.service_class.label), error, given))
    OnlineService.objects.bulk_create(work.new)
    OnlineService.objects.bulk_update(work.ended, ["valid_to"])
    taken = Taken(len(work.new), len(work.ended), work.unchanged, in_order(faults))
    told = {"added": taken.added, "ended": taken.ended, "unchanged": taken.unchanged, "faults": len(taken.faults)}
    subject = unit or "onestop.onlineservice"
    record(by=by, action="onestop.services_imported", subject=subject, unit=unit or _only(placed), details=told)
    return taken


def _placed(
    given: ServiceList, names: UnitNames, unit: Unit | None, by: Actor
) -> tuple[list[tuple[Row, Unit]], list[Fault]]:
    """Find the unit of each row; it must lie in the actor's areas."""
    placed, faults = [], list(given.faults)
    may: dict[int, bool] = {}
    for row in given.rows:
        try:
            place = names.unit_of(row.unit, row.first) if row.unit else unit
            if place is None:
                raise ValidationError(_("The row names no unit; choose one for such rows, or write its code."))
            if not may.setdefault(place.pk, by.may(Permission.SERVICE_CHANGE, place)):
                raise ValidationError(_("This unit is outside your area."))
        except ValidationError as error:
            faults.append(_fault(row, "unit", row.unit, error, given))
        else:
            placed.append((row, place))
    return placed, faults


def _known(units: Sequence[int]) -> Known:
    found: Known = defaultdict(list)
    for one in OnlineService.objects.filter(unit__in=units):
        found[one.unit_id, one.code].append(one)
    return found


def _take(row: Row, place: Unit, work: _Work) -> None:
    """Take one row: new, the end of a known one, or nothing new."""
    beside = work.known.setdefault((place.pk, row.code), [])
    twin = next((one for one in beside if one.valid_from == row.first), None)
    if twin is not None:
        _take_again(row, twin, beside, work)
        return
    refuse_overlap(beside, row.code, row.first, row.last)
    made = OnlineService(
        unit=place, code=row.code, name=row.name, service_class=row.service_class, valid_from=row.first,
        valid_to=row.last, field=row.field, act=row.act,
    )  # fmt: skip
    beside.append(made)
    work.new.append(made)


def _take_again(row: Row, twin: OnlineService, beside: list[OnlineService], work: _Work) -> None:
    if any(getattr(twin, name) != getattr(row, name) for name in SAME):
        raise ValidationError(_("A service from the same day is there and says otherwise; correct it by hand."))
    if twin.valid_to == row.last or row.last is None:  # a list without an end takes none away
        work.unchanged += 1
        return
    if twin.valid_to is not None:
        message = _("This service ended on %(day)s already; correct it by hand.")
        raise ValidationError(message, params={"day": f"{twin.valid_to:%d/%m/%Y}"})
    refuse_overlap([one for one in beside if one is not twin], row.code, row.first, row.last)
    twin.valid_to = row.last
    if twin.pk is None:  # a second row of this list about the same service
        work.unchanged += 1
    else:
        work.ended.append(twin)


def _fault(row: Row, name: str, got: str, error: ValidationError, given: ServiceList) -> Fault:
    return Fault(row.number, given.heads.get(name, HEADS[name][0]), str(got), " ".join(error.messages))


def _only(placed: list[tuple[Row, Unit]]) -> Unit | None:
    units = {place.pk: place for _row, place in placed}
    return next(iter(units.values())) if len(units) == 1 else None
