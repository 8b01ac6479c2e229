"""A round begun, given up, or taken back to its set-up."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.rounds import defaults, editions, queries
from sipas_web.rounds.actions.settings import checked
from sipas_web.rounds.models import MeasuredUnit, Round, State
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import set_up as reads
from sipas_web.rounds.states import move
from sipas_web.shared.vietnamese_text import slug
from sipas_web.units.models import Unit

# What an earlier round hands on: choices, never its days, its lists or its seed.
HANDED_ON = ("design", "weights", "estimates", "frame", "minimum_cell", "response_mapping")
SIMULATED = " (MÔ PHỎNG)"


@transaction.atomic
def add(
    *, title: str, unit: Unit, year: int, edition: str, previous: Round | None, is_simulated: bool, by: Actor
) -> Round:
    """Begin a round with the usual choices, or those of an earlier one; needs ``rounds.round_change`` over its place.

    In demonstration mode every round is a simulated one. Recorded with place, year and edition.
    """
    by.require(Permission.ROUND_CHANGE, unit)
    if previous is not None and not queries.visible(by).filter(pk=previous.pk).exists():
        raise ValidationError(_("You may not see the earlier round."))
    is_simulated = is_simulated or settings.DEMONSTRATION
    first, last = defaults.window(year)
    round_ = Round(title=title, unit=unit, year=year, edition=edition, window_from=first, window_to=last)
    round_.folder, round_.previous, round_.created_by = _folder(unit, year), previous, by.name
    round_.settings = _settings(unit, year, edition, previous, is_simulated)
    round_.is_simulated = is_simulated
    if is_simulated and SIMULATED.strip() not in title:
        round_.title = title[: 200 - len(SIMULATED)] + SIMULATED
    round_.save()
    checked(round_)
    if previous is not None:
        _copy_units(previous, round_)
    details = {"year": year, "edition": edition, "simulated": is_simulated, "after": str(previous or "")}
    record(by=by, action="rounds.round_added", subject=round_, unit=unit, details=details)
    return round_


@transaction.atomic
def abandon(*, round_: Round, reason: str, by: Actor) -> Round:
    """Give a round up for good; needs ``rounds.round_change``. What was done stays. Recorded with the reason."""
    by.require(Permission.ROUND_CHANGE, round_.unit)
    held = queries.held(round_.pk)
    if queries.has_open_draw(held):
        raise ValidationError(_("A draw is open. Abandon the draw first."))
    before = held.state
    move(held, State.ABANDONED)
    held.abandoned_because = reason
    held.save(update_fields=["abandoned_because"])
    details = {"reason": reason, "before": before}
    record(by=by, action="rounds.round_abandoned", subject=held, unit=held.unit, details=details)
    return held


@transaction.atomic
def set_sample_aside(*, round_: Round, reason: str, by: Actor) -> Round:
    """Take a drawn round back to its set-up, so that its settings can be changed; needs ``rounds.draw_hold``.

    The draw stays on record and is counted on the next certificate. Recorded with the reason.
    """
    by.require(Permission.DRAW_HOLD, round_.unit)
    held = queries.held(round_.pk)
    if queries.has_open_draw(held):
        raise ValidationError(_("A draw is open. Abandon the draw first."))
    move(held, State.SET_UP)
    record(by=by, action="rounds.sample_set_aside", subject=held, unit=held.unit, details={"reason": reason})
    return held


def _settings(unit: Unit, year: int, edition: str, previous: Round | None, is_simulated: bool) -> dict[str, Any]:
    population = editions.shipped(edition).population
    made = defaults.settings(unit, year, population)
    if previous is not None:
        if editions.edition_of(previous).population == population and previous.unit.kind == unit.kind:
            made |= {name: previous.settings[name] for name in HANDED_ON if name in previous.settings}
        made["documents"] |= {k: v for k, v in previous.settings.get("documents", {}).items() if k != "date"}
    if is_simulated:
        made["simulated"] = defaults.simulated(year, population, unit)
    return made


def _folder(unit: Unit, year: int) -> str:
    """Name a folder that no round has, nor had."""
    stem = f"{slug(unit.name) or 'dot'}-{year}"
    taken = set(Round.objects.filter(folder__startswith=stem).values_list("folder", flat=True))
    return next(name for n in range(1, len(taken) + 2) if (name := stem if n == 1 else f"{stem}-{n}") not in taken)


def _copy_units(previous: Round, round_: Round) -> None:
    """Measure again the units that still exist in the new round's place."""
    still = reads.measurable(round_).values("pk")
    kept = MeasuredUnit.objects.filter(round=previous, unit__in=still)
    MeasuredUnit.objects.bulk_create(
        MeasuredUnit(round=round_, unit_id=m.unit_id, name_in_lists=m.name_in_lists) for m in kept
    )
