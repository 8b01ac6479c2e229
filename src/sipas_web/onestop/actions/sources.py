"""Sources of dossiers: added, changed, their columns named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.onestop.models import DossierSource
from sipas_web.onestop.permissions import Permission
from sipas_web.units.queries import Unit


@transaction.atomic
def add(
    *, unit: Unit, name: str, by: Actor, closes_at: dt.time | None = None, adds_waiting: bool = False,
    is_simulated: bool = False,
) -> DossierSource:  # fmt: skip
    """Add a one-stop system of a unit; needs ``onestop.dossier_import`` over it."""
    by.require(Permission.DOSSIER_IMPORT, unit)
    _refuse_twin(unit, name)
    made = DossierSource.objects.create(
        unit=unit, name=name, closes_at=closes_at, adds_waiting=adds_waiting, is_simulated=is_simulated,
        created_by=by.name,
    )  # fmt: skip
    record(by=by, action="onestop.source_added", subject=made, unit=unit, details={"name": name, **_habits(made)})
    return made


@transaction.atomic
def change(*, source: DossierSource, name: str, closes_at: dt.time | None, adds_waiting: bool, by: Actor) -> None:
    """Change the name of a source and how its days are counted; files imported later are counted so."""
    by.require(Permission.DOSSIER_IMPORT, source.unit)
    held = DossierSource.objects.select_for_update(of=("self",)).select_related("unit").get(pk=source.pk)
    _refuse_twin(held.unit, name, held.pk)
    held.name, held.closes_at, held.adds_waiting = name, closes_at, adds_waiting
    held.save(update_fields=["name", "sort_key", "closes_at", "adds_waiting"])
    record(
        by=by, action="onestop.source_changed", subject=held, unit=held.unit, details={"name": name, **_habits(held)}
    )


def put_mapping(source: DossierSource, mapping: Mapping[str, Mapping[str, str]] | None) -> None:
    """Keep which columns hold what for the files to come; part of an action that records it."""
    source.mapping = {part: dict(values) for part, values in mapping.items()} if mapping is not None else None
    source.save(update_fields=["mapping"])


def _refuse_twin(unit: Unit, name: str, but: int = 0) -> None:
    if DossierSource.objects.filter(unit=unit, name=name).exclude(pk=but).exists():
        raise ValidationError(_("%(unit)s has a source of this name already."), params={"unit": unit.full_name})


def _habits(source: DossierSource) -> dict[str, object]:
    return {"closes_at": str(source.closes_at or ""), "adds_waiting": source.adds_waiting}
