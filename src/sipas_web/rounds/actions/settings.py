"""Changes of a round's settings: one action each, with what stood there before and after."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas.errors import Place, SipasError
from sipas.rounds.settings import FILE, check_round
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.rounds import defaults, editions, queries
from sipas_web.rounds.folders import settings_of
from sipas_web.rounds.models import Round, TargetValue
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.states import EDITABLE, refuse_change, refuse_unless
from sipas_web.shared.core_errors import sentence

COLUMNS = ("title", "edition", "window_from", "window_to")


@transaction.atomic
def change(*, round_: Round, changes: Mapping[str, Any], part: str, by: Actor) -> Round:
    """Change settings and confirm the part of the set-up they belong to; needs ``rounds.round_change``.

    A key is a column of the round or a path in its settings, as ``frame.fields``; None takes a setting out. Refused
    where the sample was drawn from it, and where the library would not accept the whole. Recorded with each value
    before and after; nothing is recorded where nothing changes.
    """
    by.require(Permission.ROUND_CHANGE, round_.unit)
    held = queries.held(round_.pk)
    told = put(held, changes, part)
    if told:
        record(by=by, action="rounds.setting_changed", subject=held, unit=held.unit, details=told)
    return held


@transaction.atomic
def choose_edition(*, round_: Round, edition: str, by: Actor) -> Round:
    """Choose the questionnaire; needs ``rounds.round_change``. Another population brings its own usual design.

    Refused while a target value names a node that the edition does not have. Recorded.
    """
    by.require(Permission.ROUND_CHANGE, round_.unit)
    held = queries.held(round_.pk)
    chosen, before = editions.shipped(edition), editions.edition_of(held)
    nodes = {node.name for node, _parent in chosen.nodes()}
    lost = TargetValue.objects.filter(round=held).exclude(node__in=nodes).first()
    if lost is not None:
        message = _("The target “%(label)s” belongs to a criterion that this edition does not have. Remove it first.")
        raise ValidationError(message, params={"label": lost.label})
    changes: dict[str, Any] = {"edition": edition}
    if chosen.population != before.population:
        usual = defaults.settings(held.unit, held.year, chosen.population)
        changes |= {name: usual[name] for name in ("design", "weights", "estimates")}
        if held.is_simulated:
            changes["simulated"] = defaults.simulated(held.year, chosen.population, held.unit)
    told = put(held, changes, "edition")
    if told:
        record(by=by, action="rounds.edition_chosen", subject=held, unit=held.unit, details=told)
    return held


def put(held: Round, changes: Mapping[str, Any], part: str) -> dict[str, Any]:
    """Put changes into a round held for it; give what changed, for the record."""
    differing = {name: (before, value) for name, value in changes.items() if (before := read(held, name)) != value}
    refuse_change(held, *differing) if differing else refuse_unless(held, *EDITABLE)
    held.settings = copy.deepcopy(held.settings)
    for name, (_before, value) in differing.items():
        _write(held, name, value)
    if held.window_to < held.window_from:
        raise ValidationError({"window_to": _("The window ends before it begins.")})
    if differing:
        checked(held)
    told: dict[str, Any] = {name: {"before": _plain(b), "after": _plain(a)} for name, (b, a) in differing.items()}
    if part not in held.confirmed:
        held.confirmed = [*held.confirmed, part]
        told["confirmed"] = part
    held.save()
    return told


def confirm(held: Round, part: str) -> None:
    """Note that a person has looked at a part of the set-up."""
    if part not in held.confirmed:
        held.confirmed = [*held.confirmed, part]
        held.save(update_fields=["confirmed"])


def checked(round_: Round) -> None:
    """Refuse settings that the library would not accept, in its own sentence."""
    try:
        check_round(settings_of(round_), Place(file=FILE))
    except SipasError as error:
        raise ValidationError(sentence(error)) from error


def read(round_: Round, name: str) -> Any:
    """Give a setting by its name; None where it is missing."""
    if name in COLUMNS:
        return getattr(round_, name)
    found: Any = round_.settings
    for key in name.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _write(round_: Round, name: str, value: Any) -> None:
    if name in COLUMNS:
        setattr(round_, name, value)
        return
    *above, last = name.split(".")
    place = round_.settings
    for key in above:
        place = place.setdefault(key, {})
    if value is None:
        place.pop(last, None)
    else:
        place[last] = value
