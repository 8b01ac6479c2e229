"""Which cases a check sample can be drawn from, as they stand now. No identity, no answer."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from django.db.models import Q, QuerySet

from sipas_web.accounts.queries import Person
from sipas_web.fieldwork.queries import Agency, Case, State, Visit
from sipas_web.rounds.queries import Round
from sipas_web.supervision.models import CheckCase, CheckSample
from sipas_web.units.queries import Unit

SCHEMA = dict.fromkeys(("unit_id", "stratum", "agency", "office", "interviewer", "answer"), pl.String)
WITH_FORM = (State.COLLECTED, State.RECEIVED, State.KEYED)
CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is made of."""

    source: str
    only_interviewer: str = ""
    not_in: tuple[int, ...] = ()  # samples whose cases are left out


def eligible_cases(round_: Round, wanted: Wanted) -> pl.DataFrame:
    """List the cases that can be drawn: issued, not withdrawn; with a form that came back where that is wanted.

    ``interviewer`` is who made the last visit, else who carries the case. A case that stands for another is in, the one
    it stands for is in too: a false report of a refusal is found only there.
    """
    carriers, offices = _carriers(round_)
    agencies = dict(Agency.objects.filter(round=round_).values_list("pk", "name"))
    visited = _last_visitors(round_)
    fields = ("pk", "case_id", "stratum", "agency_id", "office_id", "interviewer_id", "answer")
    rows = [
        (code, stratum, agencies[agency], offices.get(office, ""), visited.get(pk) or carriers.get(who, ""), answer)
        for pk, code, stratum, agency, office, who, answer in _cases(round_, wanted)
        .values_list(*fields)
        .iterator(chunk_size=CHUNK)
    ]
    listed = pl.DataFrame(rows, schema=SCHEMA, orient="row").sort("unit_id")
    only = wanted.only_interviewer
    return listed.filter(pl.col("interviewer") == only) if only else listed


def _cases(round_: Round, wanted: Wanted) -> QuerySet[Case]:
    cases = Case.objects.filter(round=round_).exclude(state__in=(State.RESERVE, State.WITHDRAWN)).order_by()
    if wanted.source == CheckSample.Source.RETURNED:
        cases = cases.filter(~Q(answer="") | Q(state__in=WITH_FORM))
    if wanted.not_in:
        cases = cases.exclude(pk__in=CheckCase.objects.filter(sample__in=wanted.not_in).values("case"))
    return cases


def _last_visitors(round_: Round) -> dict[int, str]:
    visits = Visit.objects.filter(case__round=round_).exclude(interviewer="").order_by("number")
    return dict(visits.values_list("case_id", "interviewer").iterator(chunk_size=CHUNK))


def _carriers(round_: Round) -> tuple[dict[int | None, str], dict[int | None, str]]:
    cases = Case.objects.filter(round=round_).order_by()
    people = Person.objects.filter(pk__in=cases.values("interviewer"))
    offices = Unit.objects.filter(pk__in=cases.values("office"))
    carriers: dict[int | None, str] = dict(people.values_list("pk", "username"))
    named: dict[int | None, str] = dict(offices.values_list("pk", "full_name"))
    return carriers, named
