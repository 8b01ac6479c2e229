"""Dossiers of one-stop desks to try, with apologies for the late ones and a review of a desk."""

from __future__ import annotations

from dataclasses import replace

from sipas_web.audit.actors import Actor, command_line
from sipas_web.config.demonstration_people import actor_of
from sipas_web.onestop.apologies_demonstration import apologise, review
from sipas_web.onestop.dossier_samples import NAME, fill
from sipas_web.onestop.queries.sources import DossierSource
from sipas_web.shared import working_days
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit

COUNT, COMMUNES = 600, 6


def make(province: Unit, commune: Unit) -> None:
    """Import one simulated file and send some apologies; nothing the second time."""
    if DossierSource.objects.filter(unit=province, name=NAME).exists():
        return
    today = units.today()
    fill(province=province, by=actor_of("department"), today=today, rows=COUNT, communes=COMMUNES)
    apologise(by=_officials())  # drafting, signing and sending are the work of three people
    desk = units.by_code(f"MP-{commune.code}-PV", today)
    if desk is not None:
        review(desk, on=working_days.before(today, 10), by=actor_of("department"))


def _officials() -> Actor:
    """Stand for the three people, under a name that may be shown."""
    return replace(command_line(), name="Cán bộ mô phỏng")
