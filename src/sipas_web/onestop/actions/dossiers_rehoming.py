"""Dossiers in progress at a unit that has ended go to the one that continues it."""

from __future__ import annotations

from django.db import transaction

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.onestop.actions.sources_names import start_recount
from sipas_web.onestop.models import Dossier, DossierSource, Outcome
from sipas_web.onestop.queries.sources import successors_of
from sipas_web.units.queries import Unit, today


@transaction.atomic
def rehome(*, by: Actor) -> int:
    """Do so for every unit that has ended. Part of the act that ended them, which asked for its permission.

    Where several units took over, the dossiers stay and lie in the area of them all. Counts follow as long work.
    """
    open_ones = Dossier.objects.filter(outcome=Outcome.OPEN, agency__isnull=False)
    there = set(open_ones.order_by().values_list("agency", flat=True).distinct())
    after = successors_of(there, today())
    moved = 0
    sources: set[int] = set()
    for ended in Unit.objects.filter(pk__in=after).order_by("pk"):
        ours = open_ones.filter(agency=ended)
        sources |= set(ours.order_by().values_list("source", flat=True).distinct())
        count = ours.update(agency=after[ended.pk])
        details = {"dossiers": count, "from": str(ended), "to": str(after[ended.pk])}
        record(by=by, action="onestop.dossiers_rehomed", subject=ended, unit=after[ended.pk], details=details)
        moved += count
    for source in DossierSource.objects.select_related("unit").filter(pk__in=sources):
        start_recount(source, by)
    return moved
