"""Reads of the lists and of where their import stands."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from django.db.models import QuerySet, Sum

from sipas_web.audit.actors import Actor
from sipas_web.jobs import queries as jobs
from sipas_web.jobs.queries import Job
from sipas_web.jobs.queries import State as JobState
from sipas_web.rounds.folders import COUNTRY, folder_of
from sipas_web.rounds.models import FrameList as FrameList
from sipas_web.rounds.models import Round
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import in_areas
from sipas_web.units import queries as units
from sipas_web.units.kinds import Kind

IMPORT = "rounds.import_frame"


def list_for(by: Actor, list_id: int) -> FrameList | None:
    """Give a list of a round into which the actor may import; lists hold identities."""
    rounds = in_areas(by, Permission.FRAME_IMPORT)
    return FrameList.objects.select_related("round__unit").filter(pk=list_id, round__in=rounds).first()


def provinces(on: dt.date) -> list[tuple[str, str]]:
    """Give code and name of each province on a day, in Vietnamese order."""
    there = units.holding(units.Unit.objects.filter(kind=Kind.PROVINCE), on)
    return [(unit.code, unit.full_name) for unit in there]


def lists_of(round_: Round) -> QuerySet[FrameList]:
    """Give the lists of a round in the order in which they came."""
    return FrameList.objects.filter(round=round_).order_by("pk")


def rows_of(round_: Round) -> int:
    """Count the lines of all lists of a round."""
    return FrameList.objects.filter(round=round_).aggregate(rows=Sum("rows"))["rows"] or 0


def names_of(round_: Round) -> dict[str, str]:
    """Give what people called each list, by its name in the round."""
    pairs = FrameList.objects.filter(round=round_).values_list("stored", "name")
    return {stored.rpartition("/")[2]: name for stored, name in pairs}


def last_import(round_: Round) -> Job | None:
    """Give the newest job that imports the round's lists."""
    return jobs.latest(round_, IMPORT)


def last_done(round_: Round) -> Job | None:
    """Give the newest import that was finished."""
    done = Job.objects.filter(subject=jobs.key_of(round_), kind=IMPORT, state=JobState.DONE)
    return done.order_by("-finished", "-pk").first()


def is_importing(round_: Round) -> bool:
    """Say whether an import waits or runs."""
    return jobs.open_job(round_, IMPORT) is not None


def is_current(round_: Round, done: Job | None) -> bool:
    """Say whether the last finished import is of the lists as they are now."""
    return done is not None and (done.result or {}).get("mark") == mark_of(round_)


def has_report(round_: Round) -> bool:
    """Say whether lists were imported once."""
    return (folder_of(round_) / "frame-report.json").is_file()


def is_of_the_country(round_: Round) -> bool:
    """Say whether each list must name its province."""
    return round_.unit.code == COUNTRY


def mark_of(round_: Round) -> str:
    """Give a hash of all that decides the frame: the lists, their mappings, the settings."""
    lists = list(FrameList.objects.filter(round=round_).order_by("stored").values_list("stored", "sha256", "mapping"))
    window = [round_.window_from.isoformat(), round_.window_to.isoformat()]
    decided: list[Any] = [lists, round_.settings.get("frame", {}), window, round_.edition, _measured(round_)]
    return hashlib.sha256(json.dumps(decided, sort_keys=True, default=str).encode()).hexdigest()


def _measured(round_: Round) -> list[Any]:
    return list(round_.measured.order_by("unit_id").values_list("unit_id", "name_in_lists"))
