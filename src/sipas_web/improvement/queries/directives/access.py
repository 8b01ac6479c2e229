"""Who sees which directives."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from sipas.letters.text import fold
from sipas_web.accounts.backends import held_today
from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Addressee as Addressee
from sipas_web.improvement.models import Citation as Citation
from sipas_web.improvement.models import Directive as Directive
from sipas_web.improvement.models import DirectiveChange as DirectiveChange
from sipas_web.improvement.models import Duty, Task
from sipas_web.improvement.models import Party as Party
from sipas_web.improvement.models import ProposedTarget as ProposedTarget
from sipas_web.improvement.models import Provision as Provision
from sipas_web.improvement.permissions import Permission
from sipas_web.shared.vietnamese_text import search_key
from sipas_web.units.queries import Unit

State = Directive.State
SORTS = {"issued": "issued", "reference": "reference_key", "issuer": "issuer__sort_key", "kept": "kept_on"}
_SPACES = re.compile(r"\s+")
MOST_AT_ONCE = 500  # databases limit the parameters of one query


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for; empty fields do not limit."""

    text: str = ""
    issuer: str = ""
    year: int | None = None
    kind: str = ""
    relation: str = ""  # issued, received, open
    state: str = ""
    unit: int | None = None  # issued by it, or addressed to it
    since: dt.date | None = None
    until: dt.date | None = None


def visible(by: Actor) -> QuerySet[Directive]:
    """Directives an actor may see: kept, issued or received in their areas, or with a task there; never drafts."""
    if not by.may(Permission.DIRECTIVE_VIEW):
        return Directive.objects.none()
    found = Directive.objects.exclude(state=State.READ)
    areas = by.holder.areas_of(str(Permission.DIRECTIVE_VIEW))
    return found if areas is None else found.filter(_concerns(areas))


def drafts(by: Actor) -> QuerySet[Directive]:
    """Letters that are being corrected in the areas where the actor keeps directives."""
    found = Directive.objects.filter(state=State.READ)
    if not by.may(Permission.DIRECTIVE_KEEP):
        return found.none()
    areas = by.holder.areas_of(str(Permission.DIRECTIVE_KEEP))
    return found if areas is None else found.filter(unit__in=areas)


def readable(by: Actor, directive_id: int) -> Directive | None:
    """Give a directive the actor may see, drafts included where they keep directives."""
    for rows in (visible(by), drafts(by)):
        found = rows.select_related("unit", "issuer", "above").filter(pk=directive_id).first()
        if found is not None:
            return found
    return None


def found(by: Actor, wanted: Wanted, sort: str = "") -> QuerySet[Directive]:
    """List visible directives that fit, the newest first unless asked otherwise."""
    rows = visible(by).select_related("unit", "issuer")
    if wanted.state == State.READ:
        rows = drafts(by).select_related("unit", "issuer")
    elif wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.text:
        text = wanted.text.strip()
        rows = rows.filter(Q(search_key__contains=search_key(text)) | Q(reference_key__contains=reference_key(text)))
    if wanted.issuer:
        key = search_key(wanted.issuer)
        rows = rows.filter(Q(issuer__search_key__contains=key) | Q(issuer_key__contains=key))
    if wanted.year:
        rows = rows.filter(issued__year=wanted.year)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.unit:
        rows = rows.filter(_of_unit(wanted.unit, wanted.since or dt.date.min, wanted.until or dt.date.max))
    rows = _related(rows, by, wanted.relation)
    column = SORTS.get(sort.removeprefix("-"), "")
    order = (f"-{column}" if sort.startswith("-") else column) if column else "-issued"
    return rows.order_by(order, "-pk")


def own_units(by: Actor, permission: str) -> list[int]:
    """Give the ids of the units at which the actor holds a permission themselves, not of all units below them."""
    held_now = held_today(by.holder)  # who is no person holds nothing of their own
    return sorted(held_now.areas(str(permission))) if held_now else []


def inside(by: Actor, permission: str, unit_ids: Iterable[int | None]) -> set[int]:
    """Give those of some units over which the actor holds a permission."""
    wanted = sorted({pk for pk in unit_ids if pk is not None})
    areas = by.holder.areas_of(str(permission)) if by.may(permission) else []
    if areas is None:
        return set(wanted)
    found: set[int] = set()
    for start in range(0, len(wanted), MOST_AT_ONCE):
        part = wanted[start : start + MOST_AT_ONCE]
        found |= set(Unit.objects.filter(pk__in=part).filter(pk__in=areas).values_list("pk", flat=True))
    return found


def held(directive_id: int) -> Directive:
    """Hold a directive for a change."""
    return Directive.objects.select_for_update(of=("self",)).select_related("unit").get(pk=directive_id)


def count_open_tasks(directive: Directive) -> int:
    """Count the tasks of a directive that still have to be done."""
    return directive.tasks.filter(done=None, dropped=None).count()


def open_addressees() -> QuerySet[Addressee]:
    """Addressees of kept directives who still have to pass them on."""
    return Addressee.objects.filter(
        directive__state=State.KEPT, until=None, passed_on=None, carries_itself="", unit__isnull=False
    )


def kept_like(directive: Directive) -> Directive | None:
    """Give the letter kept with the same issuer, reference and day; a day that one of them lacks does not part them."""
    if not directive.reference_key:
        return None
    rows = Directive.objects.filter(
        state=State.KEPT, issuer_key=directive.issuer_key, reference_key=directive.reference_key
    ).exclude(pk=directive.pk)
    if directive.issued is not None:
        rows = rows.filter(Q(issued=directive.issued) | Q(issued=None))
    return rows.first()


def proposed_targets(directive: Directive) -> QuerySet[ProposedTarget]:
    """List the figures that a directive wants reached."""
    return directive.proposed_targets.filter(is_wanted=True)


def reference_key(reference: str) -> str:
    """Give a reference as it is compared: folded, without spaces."""
    return _SPACES.sub("", fold(reference))


def issuer_key(issuer: Unit | None, name: str) -> str:
    """Say which issuer it is: the unit's code, which outlives its states, else the name."""
    return f"unit:{issuer.code}" if issuer is not None else f"name:{search_key(name)}"[:300]


def years(by: Actor) -> list[dt.date]:
    """List the years of visible directives, the newest first."""
    return list(visible(by).filter(issued__isnull=False).dates("issued", "year", order="DESC"))


def _concerns(areas: Any) -> Q:
    received = Addressee.objects.filter(directive=OuterRef("pk"), unit__in=areas)
    owned = Task.objects.filter(directive=OuterRef("pk"), unit__in=areas)
    shared = Duty.objects.filter(task__directive=OuterRef("pk"), unit__in=areas)
    return Q(unit__in=areas) | Q(issuer__in=areas) | Q(Exists(received)) | Q(Exists(owned)) | Q(Exists(shared))


def _of_unit(unit: int, since: dt.date, until: dt.date) -> Q:
    """Limit to what a report counts at a unit in a period: issued by it, or come to it."""
    came = Addressee.objects.filter(directive=OuterRef("pk"), unit=unit, until=None, since__gte=since, since__lte=until)
    return Q(issuer=unit, issued__gte=since, issued__lte=until) | Q(Exists(came))


def _related(rows: QuerySet[Directive], by: Actor, relation: str) -> QuerySet[Directive]:
    """Limit to what concerns the actor's own units, or to what somebody in their areas has not passed on."""
    if relation == "open":
        waiting = open_addressees().filter(directive=OuterRef("pk"))
        areas = by.holder.areas_of(str(Permission.DIRECTIVE_VIEW))
        return rows.filter(Exists(waiting if areas is None else waiting.filter(unit__in=areas)))
    if relation in {"issued", "received"}:
        own = own_units(by, Permission.DIRECTIVE_VIEW)
        if relation == "issued":
            return rows.filter(issuer__in=own)
        return rows.filter(Exists(Addressee.objects.filter(directive=OuterRef("pk"), unit__in=own)))
    return rows


def addressee_of(directive: Directive, addressee_id: int) -> Addressee | None:
    """Give an addressee of a directive."""
    return directive.addressees.select_related("directive", "unit").filter(pk=addressee_id).first()


def provision_of(directive: Directive, provision_id: int) -> Provision | None:
    """Give an order of a directive."""
    return directive.provisions.select_related("directive", "above").filter(pk=provision_id).first()
