"""Correcting what was read: head, documents cited, figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions.directives.changing import note, to_correct, want_reason
from sipas_web.improvement.actions.directives.linking import refuse_twice, relink, settle
from sipas_web.improvement.models import Citation, Directive, ProposedTarget
from sipas_web.improvement.queries.directives.access import issuer_key, reference_key
from sipas_web.units.queries import Unit

FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a letter as a person says it is."""

    issuer: Unit | None
    issuer_name: str
    reference: str
    issued: dt.date | None
    kind: str
    subject: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class CitationGiven:
    """A cited document as a person says it is; ``pk`` None: one the program did not find."""

    pk: int | None
    role: str
    kind: str
    reference: str
    issued: dt.date | None
    issuer_name: str
    issuer: Unit | None
    is_passed_on: bool = False


@dataclass(frozen=True, slots=True)
class TargetGiven:
    """A figure as a person says it is."""

    pk: int | None
    path: str
    indicator: str
    relation: str
    value: Decimal
    measure: str
    year: int | None
    is_wanted: bool = True


@transaction.atomic
def correct_head(*, directive_id: int, head: Head, by: Actor, reason: str = "") -> Directive:
    """Correct issuer, number, day, kind and subject; needs ``improvement.directive_keep`` over the unit that keeps it.

    Refused where it would make two letters of one; recorded with what stood there before.
    """
    directive = to_correct(directive_id, by)
    want_reason(directive, reason)
    if head.issued is not None and head.issued > timezone.localdate():
        raise ValidationError({"issued": _("This day is still to come.")})
    before = _told(directive)
    for name in ("issuer", "issuer_name", "reference", "issued", "kind", "subject", "place"):
        setattr(directive, name, getattr(head, name))
    directive.issuer_key = issuer_key(head.issuer, head.issuer_name)
    directive.reference_key = reference_key(head.reference)
    if directive.state == Directive.State.KEPT:
        _want_issuer(directive)
        refuse_twice(directive)
    directive.save()
    if directive.state == Directive.State.KEPT:
        directive.addressees.filter(came_from=None).update(since=directive.issued)
        relink(directive)
        settle([directive.pk, directive.above_id])
    note(directive, by, "head", before, _told(directive), reason)
    return directive


@transaction.atomic
def correct_citations(
    *, directive_id: int, citations: Sequence[CitationGiven], by: Actor, reason: str = ""
) -> Directive:
    """Put the documents cited, and which of them is passed on; what is left out is taken away. Recorded."""
    directive = to_correct(directive_id, by)
    want_reason(directive, reason)
    if sum(c.is_passed_on for c in citations) > 1:
        raise ValidationError(_("A directive passes on one document: choose the one it carries out."))
    before = _listed(directive.citations.all())
    rows = {row.pk: row for row in directive.citations.all()}
    kept = {c.pk for c in citations if c.pk}
    directive.citations.exclude(pk__in=kept).delete()
    for given in citations:
        _put_citation(directive, rows.get(given.pk or 0), given)
    relink(directive)
    note(directive, by, "citations", before, _listed(directive.citations.all()), reason)
    return directive


@transaction.atomic
def correct_targets(*, directive_id: int, targets: Sequence[TargetGiven], by: Actor, reason: str = "") -> Directive:
    """Put the figures that the directive wants reached; what is left out is taken away. Recorded."""
    directive = to_correct(directive_id, by)
    want_reason(directive, reason)
    before = _listed(directive.proposed_targets.all())
    rows = {row.pk: row for row in directive.proposed_targets.all()}
    directive.proposed_targets.exclude(pk__in={t.pk for t in targets if t.pk}).delete()
    for given in targets:
        if given.year is not None and not FIRST_YEAR <= given.year <= LAST_YEAR:
            raise ValidationError(_("%(year)d is no year of a target.") % {"year": given.year})
        row = rows.get(given.pk or 0) or ProposedTarget(directive=directive)
        _set(row, given, ("path", "indicator", "relation", "value", "measure", "year", "is_wanted"))
        row.save()
    note(directive, by, "targets", before, _listed(directive.proposed_targets.all()), reason)
    return directive


def _put_citation(directive: Directive, row: Citation | None, given: CitationGiven) -> None:
    row = row or Citation(directive=directive)
    if not given.reference.strip() and row.pk is None:
        raise ValidationError(_("Say the number and symbol of the document cited, as 243/KH-BNV."))
    _set(row, given, ("role", "kind", "reference", "issued", "issuer_name", "issuer", "is_passed_on"))
    row.reference_key = reference_key(given.reference)
    row.cited = None
    row.save()


def _set(row: Any, given: Any, fields: Sequence[str]) -> None:
    for name in fields:
        setattr(row, name, getattr(given, name))


def _want_issuer(directive: Directive) -> None:
    if not directive.issuer_name.strip() and directive.issuer is None:
        raise ValidationError({"issuer_name": _("Say who issued the letter.")})


def _told(directive: Directive) -> dict[str, str]:
    return {
        "issuer": str(directive.issuer or ""),
        "issuer_name": directive.issuer_name,
        "reference": directive.reference,
        "issued": directive.issued.isoformat() if directive.issued else "",
        "kind": directive.kind,
        "subject": directive.subject,
        "place": directive.place,
    }


def _listed(rows: Any) -> Mapping[str, str]:
    return {"rows": "; ".join(_line(row) for row in rows)}


def _line(row: Citation | ProposedTarget) -> str:
    if isinstance(row, Citation):
        day = row.issued.strftime("%d/%m/%Y") if row.issued else ""
        mark = " *" if row.is_passed_on else ""
        return " ".join(p for p in (row.reference or row.title[:60], day, row.issuer_name) if p) + mark
    return f"{row.path} {row.indicator} {row.relation} {row.value:f} {row.measure} {row.year or ''}".strip()
