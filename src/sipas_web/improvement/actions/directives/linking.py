"""What hangs together: a letter kept once, citations and the documents they mean, deadlines, who has passed it on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sipas_web.improvement.models import Addressee, Directive, Provision
from sipas_web.improvement.queries.directives import citing, timing
from sipas_web.improvement.queries.directives.access import kept_like

State = Directive.State
MOST_LEVELS = 50


class KeptAlreadyError(ValidationError):
    """The same letter is kept; ``kept`` is it."""

    def __init__(self, kept: Directive) -> None:
        self.kept = kept
        day = kept.issued.strftime("%d/%m/%Y") if kept.issued else "?"
        params = {"reference": kept.reference, "day": day, "issuer": kept.issuer_name}
        super().__init__(
            _(
                "%(reference)s of %(day)s by %(issuer)s is kept already: a letter is kept once, for everyone it "
                "concerns."
            )
            % params
        )


def refuse_twice(directive: Directive) -> None:
    """Refuse a letter that is kept already."""
    twin = kept_like(directive)
    if twin is not None:
        raise KeptAlreadyError(twin)


def relink(directive: Directive) -> None:
    """Point a directive's citations at the directives they mean, and put it under the one it passes on.

    Refused where a deadline of it would be later than there; once it is kept, documents that waited for it are linked.
    """
    passed_on = None
    for citation in directive.citations.select_related("directive", "directive__issuer", "directive__unit", "issuer"):
        citation.cited = citing.meant_by(citation)
        citation.save(update_fields=["cited"])
        passed_on = citation.cited if citation.is_passed_on else passed_on
    put_under(directive, passed_on)
    if directive.state == State.KEPT:
        for waiting in citing.waiting_for(directive):
            waiting.cited = directive
            waiting.save(update_fields=["cited"])
            if waiting.is_passed_on and waiting.directive.above_id is None and _fits(waiting.directive, directive):
                put_under(waiting.directive, directive)


def put_under(directive: Directive, above: Directive | None) -> None:
    """Put a directive under the one it passes on; refused where it is later than that one, in any sense."""
    before = directive.above_id
    if above is not None:
        _refuse_wrong(directive, above)
    directive.above = above
    directive.save(update_fields=["above"])
    if above is None or before != above.pk:
        directive.provisions.update(above=None)
    if above is not None:
        timing.pair(directive)
        refuse_later(directive)
    settle([before, directive.above_id])


def refuse_later(directive: Directive) -> None:
    """Refuse a directive with a deadline later than that of the order it passes on; both days are named."""
    faults = timing.later_than_above(directive)
    if faults:
        raise ValidationError([timing.sentence(fault) for fault in faults])


def settle(directive_ids: Iterable[int | None]) -> None:
    """Work out anew by which letter each addressee of some directives has passed them on."""
    for directive in Directive.objects.filter(pk__in={pk for pk in directive_ids if pk}):
        below = list(directive.below.filter(state=State.KEPT).order_by("issued", "pk"))
        by_unit = {child.issuer_id or child.unit_id: child for child in reversed(below)}
        rows = {row.pk: row for row in directive.addressees.all()}
        for row in rows.values():
            found = next((by_unit[unit] for unit in _line(row, rows) if unit in by_unit), None)
            if row.passed_on_id != (found.pk if found else None):
                row.passed_on = found
                row.save(update_fields=["passed_on"])


def _line(row: Addressee, rows: dict[int, Addressee]) -> list[int]:
    """Give the units that an addressee was, itself first."""
    found: list[int] = []
    step: Addressee | None = row
    while step is not None and len(found) < MOST_LEVELS:
        found += [step.unit_id] if step.unit_id else []
        step = rows.get(step.came_from_id or 0)
    return found


def _fits(directive: Directive, above: Directive) -> bool:
    """Say whether a letter that waited for a document can be put under it."""
    try:
        _refuse_wrong(directive, above)
    except ValidationError:
        return False
    return not timing.later_than(directive, above)


def _refuse_wrong(directive: Directive, above: Directive) -> None:
    if above.state != State.KEPT:
        raise ValidationError(_("%(above)s is not kept (any more): it cannot be passed on.") % {"above": above})
    if directive.issued and above.issued and directive.issued < above.issued:
        raise ValidationError(
            _("%(directive)s of %(day)s cannot pass on %(above)s, which is later: %(above_day)s.")
            % {"directive": directive, "day": _day(directive.issued), "above": above, "above_day": _day(above.issued)}
        )
    step: Directive | None = above
    for _level in range(MOST_LEVELS):
        if step is None:
            return
        if step.pk == directive.pk:
            raise ValidationError(_("A directive cannot pass on one that passes it on itself."))
        step = step.above
    raise ValidationError(_("This cascade is too deep to be right."))


def _day(day: dt.date) -> str:
    return day.strftime("%d/%m/%Y")


def order_held(provision_id: int) -> Provision:
    """Hold an order for a change."""
    return Provision.objects.select_for_update(of=("self",)).select_related("directive").get(pk=provision_id)
