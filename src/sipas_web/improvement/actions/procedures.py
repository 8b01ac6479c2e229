"""Keeping procedures: their dated versions, and simplifications that follow one version by a lighter one."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Measure, Plan, Procedure, ProcedureVersion, Simplification
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import procedures as reads
from sipas_web.shared.vietnamese_text import nfc
from sipas_web.units.models import Unit

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Content:
    """What a version says."""

    first: dt.date
    act: str
    act_date: dt.date | None = None
    last: dt.date | None = None
    days: Decimal | None = None
    day_kind: str = ProcedureVersion.DayKind.WORKING
    papers: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    fee: int | None = None
    fee_note: str = ""
    cost: int | None = None
    cost_source: str = ""


@transaction.atomic
def add(*, unit: Unit, code: str, name: str, area: str, field: str, content: Content, by: Actor) -> Procedure:
    """Add a procedure to a unit's list with its first version; needs ``improvement.plan_change``."""
    by.require(Permission.PLAN_CHANGE, unit)
    row = write(unit, code, name, area, field, by.name)
    append(row, content, by.name)
    details = {"code": row.code, "from": content.first.isoformat(), "act": content.act}
    record(by=by, action="improvement.procedure_added", subject=row, unit=unit, details=details)
    return row


@transaction.atomic
def change(*, procedure_id: int, name: str, area: str, field: str, by: Actor) -> Procedure:
    """Correct the name or the field of a procedure; its code and unit stay."""
    row = _held(procedure_id, by)
    row.name, row.area, row.field = " ".join(nfc(name).split()), area, " ".join(nfc(field).split())
    row.full_clean(exclude=["unit"])
    row.save()
    record(by=by, action="improvement.procedure_changed", subject=row, unit=row.unit, details={"code": row.code})
    return row


@transaction.atomic
def add_version(*, procedure_id: int, content: Content, by: Actor) -> ProcedureVersion:
    """Add a version; the one that held ends the day before."""
    row = _held(procedure_id, by)
    made = append(row, content, by.name)
    details = {"code": row.code, "from": content.first.isoformat(), "act": content.act}
    record(by=by, action="improvement.procedure_version_added", subject=row, unit=row.unit, details=details)
    return made


@transaction.atomic
def simplify(
    *, procedure_id: int, content: Content, by: Actor, measure: Measure | None = None, yearly: int | None = None,
    yearly_source: str = "", note: str = "",
) -> Simplification:  # fmt: skip
    """Follow the newest version by a lighter one; perhaps as a measure of an approved plan, or of a draft."""
    row = _held(procedure_id, by)
    before = row.versions.order_by("-first").first()
    if before is None or content.first <= before.first:
        raise ValidationError({"first": _("The lighter version begins after the one that it follows.")})
    _check_measure(measure, by)
    after = append(row, content, by.name)
    saved = reads.saving(before, after)
    if not saved.is_lighter:
        raise ValidationError(_refusal(saved))
    made = Simplification.objects.create(
        procedure=row, before=before, after=after, measure=measure, yearly=yearly, yearly_source=yearly_source.strip(),
        note=note.strip(), entered_by=by.name,
    )  # fmt: skip
    told = {name: str(getattr(saved, name).saved or 0) for name in ("days", "papers", "fee", "cost")}
    details = {"code": row.code, "act": content.act, "measure": measure.pk if measure else None, "saved": told}
    record(by=by, action="improvement.procedure_simplified", subject=row, unit=row.unit, details=details)
    return made


def write(unit: Unit, code: str, name: str, area: str, field: str, by_name: str) -> Procedure:
    """Write a procedure after checking it; the caller's transaction, permission and record."""
    made = Procedure(
        unit=unit, code=reads.tidy_code(code), name=" ".join(nfc(name).split()), area=area or Procedure.Area.OTHER,
        field=" ".join(nfc(field).split()), created_by=by_name,
    )  # fmt: skip
    if not reads.CODE.fullmatch(made.code):
        message = _(
            "Letters, digits, dots, dashes and slashes only, at most 40: as 1.004227 or 2.000889.000.00.00.H42."
        )
        raise ValidationError({"code": message})
    if Procedure.objects.filter(unit=unit, code=made.code).exists():
        raise ValidationError({"code": _("This list has a procedure of this code already.")})
    made.full_clean(exclude=["unit"], validate_constraints=False)
    made.save()
    return made


def append(procedure: Procedure, content: Content, by_name: str) -> ProcedureVersion:
    """Write a version after checking it; the caller's transaction, permission and record."""
    content = replace(content, act=" ".join(nfc(content.act).split()))
    if content.last is not None and content.last < content.first:
        raise ValidationError({"last": _("The last day lies before the first.")})
    if not content.act:
        raise ValidationError({"act": _("Name the act that decides it: number and symbol.")})
    newest = procedure.versions.order_by("-first").first()
    if newest is not None:
        _end(newest, content)
    made = ProcedureVersion(procedure=procedure, entered_by=by_name, **asdict(content))
    made.full_clean(exclude=["procedure", "papers", "steps"], validate_constraints=False)
    made.save()
    return made


def _end(newest: ProcedureVersion, content: Content) -> None:
    """Let the newest version end where the next begins; versions never hold on the same day."""
    if content.first <= newest.first:
        message = _("The newest version holds from %(day)s: the next one begins later.")
        raise ValidationError({"first": message % {"day": date_format(newest.first, "SHORT_DATE_FORMAT")}})
    if newest.last is None or newest.last >= content.first:
        newest.last = content.first - DAY
        newest.save(update_fields=["last"])


def _check_measure(measure: Measure | None, by: Actor) -> None:
    """Accept a measure of a plan in the actor's area that is being written or carried out."""
    if measure is None:
        return
    by.require(Permission.PLAN_CHANGE, measure.unit)
    if measure.dropped or measure.plan.state in {Plan.State.CLOSED, Plan.State.DROPPED}:
        raise ValidationError({"measure": _("This measure is not carried out any more.")})


def _refusal(saved: reads.Saving) -> str:
    names = {"days": _("days"), "papers": _("papers"), "fee": _("fee"), "cost": _("cost")}
    more = [name for key, name in names.items() if getattr(saved, key).is_more]
    if more:
        message = _("This is no simplification: more %(what)s than before. Enter it as a new version instead.")
        return message % {"what": ", ".join(more)}
    return _("This is no simplification: nothing became less. Enter it as a new version instead.")


def _held(procedure_id: int, by: Actor) -> Procedure:
    row = Procedure.objects.select_for_update(of=("self",)).select_related("unit").get(pk=procedure_id)
    by.require(Permission.PLAN_CHANGE, row.unit)
    return row
