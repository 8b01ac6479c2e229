"""Setting and withdrawing targets; handing one to the round that will judge it."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Directive, Target
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import series as series_reads
from sipas_web.improvement.queries import targets as reads
from sipas_web.improvement.series_register import SIPAS, Series
from sipas_web.rounds.actions.set_up_rows import Target as RoundTarget
from sipas_web.rounds.actions.set_up_rows import add_target
from sipas_web.rounds.queries import Round
from sipas_web.units.models import Unit

YEARS_AHEAD = 15
MOST_LABEL, MOST_SOURCE = 200, 300  # characters a round keeps


@transaction.atomic
def set_target(
    *, unit: Unit, year: int, threshold: Decimal, by: Actor, series: str = SIPAS, part: str = "",
    relation: str = Target.Relation.AT_LEAST, issuer: Unit | None = None, issuer_name: str = "",
    directive: Directive | None = None, source: str = "", note: str = "",
) -> Target:  # fmt: skip
    """Set what a unit shall reach; needs ``improvement.target_set``. Another issuer's target stays beside it."""
    by.require(Permission.TARGET_SET, unit)
    part = "" if series == SIPAS and part == "index" else part.strip()
    if directive is not None and issuer is None and not issuer_name:
        issuer, issuer_name = directive.issuer, directive.issuer_name
    row = Target(
        unit=unit, series=series, part=part, year=year, relation=relation, threshold=threshold, issuer=issuer,
        issuer_name="" if issuer else issuer_name.strip(), directive=directive, source=source.strip(),
        note=note.strip(), created_by=by.name,
    )  # fmt: skip
    _check(row, series_reads.one(series))
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)  # two people setting the same target at once
    _refuse_repeated(row)
    row.save()
    record(by=by, action="improvement.target_set", subject=row, unit=unit, details=_told(row))
    return row


@transaction.atomic
def withdraw(*, target_id: int, reason: str, by: Actor) -> Target:
    """Withdraw a target, with a reason; it stays in the list of those withdrawn. Needs ``improvement.target_set``."""
    row = reads.held_target(target_id)
    by.require(Permission.TARGET_SET, row.unit)
    if row.withdrawn is not None:
        raise ValidationError(_("This target was withdrawn before."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the target is withdrawn.")})
    row.withdrawn, row.withdrawn_because = timezone.now(), reason.strip()
    row.save(update_fields=["withdrawn", "withdrawn_because"])
    details = {**_told(row), "reason": row.withdrawn_because}
    record(by=by, action="improvement.target_withdrawn", subject=row, unit=row.unit, details=details)
    return row


@transaction.atomic
def put_into_round(*, target_id: int, round_: Round, by: Actor) -> Target:
    """Have a round judge and print a target; needs ``rounds.target_change`` over the round, whose action records it."""
    row = reads.held_target(target_id)
    by.require(Permission.TARGET_VIEW, row.unit)
    _refuse_unfit(row, round_)
    node = row.part or "index"
    label = f"{reads.node_title(node)} – {row.unit.full_name} {row.year:d}"[:MOST_LABEL]
    unit = None if row.unit_id == round_.unit_id else row.unit
    source = "; ".join(filter(None, [row.said_in, row.set_by]))[:MOST_SOURCE]
    add_target(round_=round_, target=RoundTarget(unit, node, row.threshold, label, source), by=by)
    details = {"round": str(round_), **_told(row)}
    record(by=by, action="improvement.target_put_into_round", subject=row, unit=row.unit, details=details)
    return row


def _check(row: Target, series: Series | None) -> None:
    if series is None:
        raise ValidationError({"series": _("There is no such series.")})
    faults: dict[str, str] = {}
    if not 0 <= row.threshold <= series.maximum:
        faults["threshold"] = _("A value from 0 to %(most)s.") % {"most": _number(series.maximum)}
    if row.year > timezone.localdate().year + YEARS_AHEAD or series.method(row.year) is None:
        faults["year"] = _("No method of this series is known for that year.")
    if series.is_sipas and row.part and not reads.is_node(row.part):
        faults["part"] = _("No edition has this criterion.")
    if row.directive is None and not row.source:
        faults["source"] = _("Name the letter that sets the target: number and date.")
    if row.issuer is None and not row.issuer_name:
        faults["issuer"] = _("Say who sets the target.")
    if row.relation not in Target.Relation.values:
        faults["relation"] = _("Choose one of the relations.")
    if faults:
        raise ValidationError(faults)


def _refuse_repeated(row: Target) -> None:
    same = Target.objects.filter(
        unit=row.unit, series=row.series, part=row.part, year=row.year, relation=row.relation, issuer=row.issuer,
        issuer_name=row.issuer_name, withdrawn__isnull=True,
    ).first()  # fmt: skip
    if same is not None:
        message = _("%(issuer)s has set %(value)s for this already. Withdraw that target first.")
        shown = {"issuer": row.set_by, "value": _number(same.threshold)}
        raise ValidationError({"threshold": ValidationError(message, params=shown)})


def _refuse_unfit(row: Target, round_: Round) -> None:
    if row.withdrawn is not None:
        raise ValidationError(_("This target was withdrawn before."))
    if row.series != SIPAS or row.relation != Target.Relation.AT_LEAST:
        raise ValidationError(_("A round judges targets of the form “SIPAS at least” only."))
    if row.year != round_.year:
        raise ValidationError(_("The target is of another year than the round."))


def _told(row: Target) -> dict[str, str | int]:
    relation = {"series": row.series, "part": row.part, "relation": row.relation}
    return {"year": row.year, **relation, "threshold": str(row.threshold), "source": row.said_in, "issuer": row.set_by}


def _number(value: Decimal) -> str:
    return number_format(Decimal(f"{value.normalize():f}"))  # without zeros at the end, and without an exponent
