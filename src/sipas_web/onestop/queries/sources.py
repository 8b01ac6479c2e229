"""Reads of where dossiers come from: sources, their files, the names they use for agencies."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

import polars as pl
from django.db.models import Count, Max, Q, QuerySet

from sipas.intake.vietnamese import search_key
from sipas_web.audit.actors import Actor
from sipas_web.jobs import queries as jobs
from sipas_web.jobs.queries import Job
from sipas_web.onestop.models import AgencyName as AgencyName
from sipas_web.onestop.models import Dossier, DossierFileKeys
from sipas_web.onestop.models import DossierFile as DossierFile
from sipas_web.onestop.models import DossierSource as DossierSource
from sipas_web.onestop.models import FileState as FileState
from sipas_web.onestop.permissions import Permission
from sipas_web.units import queries as units
from sipas_web.units.kinds import Kind
from sipas_web.units.models import Ancestry
from sipas_web.units.queries import Unit

IMPORT, RECOUNT = "onestop.import", "onestop.recount"
MATCHED = (Kind.AGENCY, Kind.ONE_STOP, Kind.COMMUNE, Kind.DISTRICT, Kind.PROVINCE)
COMMITTEE = "ubnd "
_COMMITTEES = re.compile(r"\buy ban nhan dan\b|\bubnd\b")
_NOT_WORD = re.compile(r"[^\w]+")


def sources_for(by: Actor, permission: str = Permission.DOSSIER_VIEW) -> QuerySet[DossierSource]:
    """Sources of units over which the actor holds a permission."""
    sources = DossierSource.objects.select_related("unit")
    areas = by.holder.areas_of(str(permission)) if by.may(permission) else []
    return sources if areas is None else sources.filter(unit__in=areas)


def source_for(by: Actor, source_id: int, permission: str) -> DossierSource | None:
    """Give a source in an area where the actor holds a permission."""
    return sources_for(by, permission).filter(pk=source_id).first()


def file_for(by: Actor, file_id: int, permission: str) -> DossierFile | None:
    """Give a file of such a source."""
    files = DossierFile.objects.select_related("source__unit")
    return files.filter(pk=file_id, source__in=sources_for(by, permission)).first()


def listed(by: Actor) -> QuerySet[DossierSource]:
    """Sources with their last file and how many names are not matched."""
    open_names = Count("agency_names", filter=Q(agency_names__unit=None, agency_names__is_outside=False), distinct=True)
    done = Q(files__state=FileState.DONE)
    found = sources_for(by).annotate(
        unmatched=open_names, last_day=Max("files__as_of", filter=done), file_count=Count("files", distinct=True)
    )
    return found.order_by("sort_key", "pk")


def sources_waiting(by: Actor) -> QuerySet[Any]:
    """Sources with names that nobody has matched, for who may match them."""
    open_names = Count("agency_names", filter=Q(agency_names__unit=None, agency_names__is_outside=False))
    mine = sources_for(by, Permission.DOSSIER_IMPORT)
    return mine.annotate(unmatched=open_names).filter(unmatched__gt=0).order_by("sort_key", "pk")


def by_id(source_id: int) -> DossierSource:
    """Give a source, for work that asks for its permission at each action."""
    return DossierSource.objects.select_related("unit").get(pk=source_id)


def file_by_id(file_id: int) -> DossierFile:
    """Give a file, for such work."""
    return DossierFile.objects.select_related("source__unit").get(pk=file_id)


def files_of(source: DossierSource) -> QuerySet[DossierFile]:
    """Files of a source, the newest first."""
    return DossierFile.objects.filter(source=source).order_by("-as_of", "-pk")


def last_job(source: DossierSource) -> Job | None:
    """Give the newest import of a source."""
    return jobs.latest(source, IMPORT)


def columns_for(file: DossierFile) -> dict[str, Any] | None:
    """Give the columns a file is shown with: those chosen for it where its import was refused, else the source's own.

    The source keeps those of its last import that went through.
    """
    tried = last_job(file.source) if file.state == FileState.REFUSED else None
    if tried is not None and tried.arguments.get("file") == file.pk:
        return dict(tried.arguments["mapping"])
    return dict(file.source.mapping) if file.source.mapping is not None else None


def is_importing(source: DossierSource) -> bool:
    """Say whether an import waits or runs."""
    return jobs.open_job(source, IMPORT) is not None


def names_of(source: DossierSource) -> QuerySet[AgencyName]:
    """Names of agencies in a source, those that nobody has matched first."""
    names = AgencyName.objects.filter(source=source).select_related("unit")
    return names.order_by("is_outside", "unit__sort_key", "key", "pk")


def unmatched(source: DossierSource) -> QuerySet[AgencyName]:
    """Names that are no unit and of which nobody said that they are none kept here."""
    return AgencyName.objects.filter(source=source, unit=None, is_outside=False).order_by("key", "pk")


def days_of_receipt(source: DossierSource, numbers: Collection[str]) -> dict[str, dt.date]:
    """Give the day of receipt of those dossiers of a source that are known."""
    known = Dossier.objects.filter(source=source, number__in=numbers)
    return dict(known.values_list("number", "received"))


def numbers_in_later_files(file: DossierFile) -> pl.Series:
    """Give the dossier numbers that files made later already brought."""
    later = DossierFileKeys.objects.filter(
        file__source=file.source_id, file__state=FileState.DONE, file__as_of__gt=file.as_of
    )
    found = [pl.read_parquet(io.BytesIO(bytes(data)))["number"] for data in later.values_list("numbers", flat=True)]
    return pl.concat(found).unique() if found else pl.Series("number", [], dtype=pl.String)


class Matcher:
    """Finds the unit that a name in a file means; a name that fits several means none."""

    def __init__(self, source: DossierSource, on: dt.date) -> None:
        self.on = on
        self.by_name: dict[str, list[Unit]] = defaultdict(list)
        self.by_code: dict[str, list[Unit]] = defaultdict(list)
        for unit in _candidates(source, on):
            self.by_code[unit.code].append(unit)
            for key in _keys_of(unit):
                self.by_name[key].append(unit)

    def unit_of(self, text: str) -> Unit | None:
        """Give the unit; one that exists on the day before one that has ended."""
        for found in (self.by_name.get(name_key(text)), self.by_code.get(text.strip())):
            if not found:
                continue
            today = [unit for unit in found if unit.holds(self.on)]
            same = {unit.pk: unit for unit in today or found}
            if len(same) == 1:
                return next(iter(same.values()))
        return None


def name_key(text: str) -> str:
    """Spell the name of an agency one way: a commune and its people's committee are one."""
    key = _COMMITTEES.sub("ubnd", _NOT_WORD.sub(" ", search_key(text))).strip()
    return key.removeprefix(COMMITTEE)


def _keys_of(unit: Unit) -> set[str]:
    return {name_key(unit.full_name)}


def _candidates(source: DossierSource, on: dt.date) -> Iterable[Unit]:
    """Units that ever lay under the source's province, the source's own included."""
    top = next((u for u in [*units.path(source.unit, on), source.unit] if u.kind == Kind.PROVINCE), source.unit)
    below = Ancestry.objects.filter(ancestor=top).values("descendant_id")
    return Unit.objects.filter(Q(pk__in=below) | Q(pk=top.pk), kind__in=MATCHED)


def successors_of(unit_ids: Collection[int], on: dt.date) -> dict[int, Unit]:
    """Give, of units that have ended by a day, the one unit that continues each; chains followed."""
    ended = units.Unit.objects.filter(pk__in=unit_ids, valid_to__lt=on)
    return {unit.pk: after for unit in ended if (after := units.successor_of(unit, on)) is not None}
