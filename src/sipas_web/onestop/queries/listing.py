"""Finished dossiers of a window, for a round's list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.jobs import queries as jobs
from sipas_web.jobs.queries import Job
from sipas_web.onestop.models import Dossier
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries.dossiers import ENDED, Outcome, visible
from sipas_web.rounds.permissions import Permission as OfRounds
from sipas_web.rounds.queries import Round, State, in_areas
from sipas_web.units import queries as units

TO_ROUND = "onestop.to_round"
READ_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Window:
    """Days on which a dossier was finished, and agencies (ids; None: all that may be seen)."""

    first: dt.date
    last: dt.date
    agencies: frozenset[int] | None = None


def rounds_for(by: Actor) -> QuerySet[Round]:
    """Rounds that are being set up and into which the actor may import."""
    return in_areas(by, OfRounds.FRAME_IMPORT).filter(state=State.SET_UP).order_by("-year", "-pk")


def measured(round_: Round) -> frozenset[int]:
    """Give the agencies a round measures, with what lies under them in its window."""
    ids = list(round_.measured.values_list("unit", flat=True))
    below = units.under_any(ids, round_.window_to)
    return frozenset(ids) | frozenset(below)


def names_in_lists(round_: Round) -> dict[int, str]:
    """Give how the lists of a round call the units it measures."""
    pairs = round_.measured.values_list("unit", "name_in_lists", "unit__full_name")
    return {unit: name or full for unit, name, full in pairs}


def count(by: Actor, window: Window) -> int:
    """Count what the list would hold."""
    return _finished(by, window).count()


def rows(by: Actor, window: Window, names: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    """Give what is not sealed of each dossier, in lasting order: the same dossiers give the same list."""
    found = _finished(by, window).select_related("agency", "agency_name", "field", "procedure").order_by("pk")
    for dossier in found.iterator(chunk_size=READ_AT_ONCE):
        agency = dossier.agency.full_name if dossier.agency else str(dossier.agency_name or "")
        yield {
            "dossier_number": dossier.number, "token": dossier.applicant, "kind": dossier.applicant_kind,
            "agency": names.get(dossier.agency_id or 0, agency), "field": str(dossier.field or ""),
            "procedure": dossier.procedure.text if dossier.procedure else "", "received_on": dossier.received,
            "due_on": dossier.due, "finished_on": dossier.finished,
        }  # fmt: skip


def last_job(round_: Round) -> Job | None:
    """Give the newest work that writes such a list."""
    return jobs.latest(round_, TO_ROUND)


def _finished(by: Actor, window: Window) -> QuerySet[Dossier]:
    where = Q(finished__range=(window.first, window.last), outcome__in=[*ENDED, Outcome.UNDATED])
    if window.agencies is not None:
        where &= Q(agency__in=window.agencies)
    return visible(by, Permission.DOSSIER_IMPORT).filter(where)
