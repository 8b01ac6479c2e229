"""Reads of what the checks found and what was decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.models import Visit
from sipas_web.quality.models import Check as Check
from sipas_web.quality.models import Closing as Closing
from sipas_web.quality.models import Decision as Decision
from sipas_web.quality.models import Flag as Flag
from sipas_web.quality.models import Suspect as Suspect
from sipas_web.quality.models import Verdict as Verdict
from sipas_web.rounds.queries import Round, State

SMALL = 10  # forms under which an interviewer's rates say little
WAITING, DECIDED, ALL = "waiting", "decided", "all"
IS_WAITING = Q(is_flagged=True) & (Q(verdict="") | Q(points__gt=F("decided_points")))
FLAGS = {"case_id": pl.String, "flag": pl.String, "value": pl.Float64}
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for; empty fields do not limit."""

    state: str = WAITING
    family: str = ""
    interviewer: str = ""
    verdict: str = ""
    text: str = ""  # first characters of a code


@dataclass(frozen=True, slots=True)
class Figures:
    """How many flagged there are and what became of them."""

    flagged: int
    waiting: int
    confirmed: int
    cleared: int
    recheck: int


def check_of(round_: Round) -> Check | None:
    """Give the newest look through a round."""
    return Check.objects.filter(round=round_).first()


def closing_of(round_: Round) -> Closing | None:
    """Give when and by whom the quality check was closed; back in the field it is open."""
    return None if round_.state == State.IN_FIELD else Closing.objects.filter(round=round_).first()


def waiting_in(round_: Round) -> int:
    """Count the forms and interviewers that wait for a decision."""
    return Suspect.objects.filter(IS_WAITING, round=round_).count()


def rounds_to_check(on: dt.date) -> list[Round]:
    """List the rounds in the field that were not looked through on a day."""
    done = Check.objects.filter(round__state=State.IN_FIELD).values_list("round_id", "made")
    today = {pk for pk, made in done if timezone.localdate(made) >= on}
    return [r for r in Round.objects.filter(state=State.IN_FIELD).order_by("pk") if r.pk not in today]


def key_of(case_id: str, interviewer: str) -> Key:
    """Name a form by its code, an interviewer by theirs."""
    return (case_id, "") if case_id else ("", interviewer)


def suspects_by_key(round_: Round, keys: Iterable[Key]) -> dict[Key, Suspect]:
    """Give those that stand there already, held for a change."""
    wanted = list(keys)
    cases = [case for case, _who in wanted if case]
    people = [who for case, who in wanted if not case]
    rows = Suspect.objects.select_for_update(of=("self",)).filter(round=round_).select_related("case")
    found = list(rows.filter(case__case_id__in=cases)) if cases else []
    found += list(rows.filter(case__isnull=True, interviewer__in=people)) if people else []
    return {key_of(s.case.case_id if s.case else "", s.interviewer): s for s in found}


def figures_of(round_: Round, kind: str) -> Figures:
    """Count the flagged forms, or interviewers, of a round. One query."""
    counted = Suspect.objects.filter(round=round_, kind=kind).aggregate(
        flagged=Count("pk", filter=Q(is_flagged=True)),
        waiting=Count("pk", filter=IS_WAITING),
        **{v.value: Count("pk", filter=Q(verdict=v)) for v in Verdict if v},
    )
    return Figures(**counted)


def interviewers_of(round_: Round) -> QuerySet[Suspect]:
    """List a round's interviewers, those with most points first."""
    rows = Suspect.objects.filter(round=round_, kind=Suspect.Kind.INTERVIEWER).prefetch_related("flags")
    return rows.order_by("-points", "-flagged_forms", "interviewer")


def forms_of(round_: Round, wanted: Wanted) -> QuerySet[Suspect]:
    """List forms with points that fit, the heaviest first."""
    rows = Suspect.objects.filter(round=round_, kind=Suspect.Kind.FORM).select_related("case")
    if wanted.state == WAITING:
        rows = rows.filter(IS_WAITING)
    elif wanted.state == DECIDED:
        rows = rows.exclude(verdict="")
    else:
        rows = rows.filter(Q(is_flagged=True) | ~Q(verdict=""))
    if wanted.verdict:
        rows = rows.filter(verdict=wanted.verdict)
    if wanted.interviewer:
        rows = rows.filter(interviewer=wanted.interviewer)
    if wanted.family:
        rows = rows.filter(flags__family=wanted.family)
    if wanted.text:
        rows = rows.filter(case__case_id__startswith=wanted.text.upper())
    return rows.order_by("-points", "case__case_id").prefetch_related("flags")


def form_of(round_: Round, case_id: str) -> Suspect | None:
    """Give a form with points."""
    rows = Suspect.objects.filter(round=round_, kind=Suspect.Kind.FORM, case__case_id=case_id)
    return rows.select_related("case", "case__agency").first()


def interviewer_of(round_: Round, suspect_id: int) -> Suspect | None:
    """Give an interviewer of a round."""
    return Suspect.objects.filter(round=round_, kind=Suspect.Kind.INTERVIEWER, pk=suspect_id).first()


def interviewer_named(round_: Round, interviewer: str) -> Suspect | None:
    """Give an interviewer by the code that visits have."""
    return Suspect.objects.filter(round=round_, case__isnull=True, interviewer=interviewer).first()


def forms_of_interviewer(suspect: Suspect) -> QuerySet[Suspect]:
    """List the flagged forms of an interviewer, the heaviest first."""
    rows = Suspect.objects.filter(round=suspect.round_id, kind=Suspect.Kind.FORM, interviewer=suspect.interviewer)
    return rows.filter(Q(is_flagged=True) | ~Q(verdict="")).select_related("case").order_by("-points", "case__case_id")


def flags_of(suspect: Suspect) -> QuerySet[Flag]:
    """List the reasons, the heaviest first."""
    return Flag.objects.filter(suspect=suspect)


def decisions_of(suspect: Suspect) -> QuerySet[Decision]:
    """List the decisions, the newest first."""
    return Decision.objects.filter(suspect=suspect)


def names_of(round_: Round, by: Actor) -> dict[str, str]:
    """Give the names of those who logged visits on screen, by code; none to who may not see people."""
    if not by.may("accounts.person_view", round_.unit):
        return {}
    rows = Visit.objects.filter(case__round=round_, person__isnull=False).order_by()
    return dict(rows.values_list("interviewer", "person__full_name").distinct())


def scores_of(round_: Round) -> dict[str, int]:
    """Give the points of every form that has any, by code: for a check sample that weighs risk."""
    rows = Suspect.objects.filter(round=round_, kind=Suspect.Kind.FORM, points__gt=0)
    return dict(rows.values_list("case__case_id", "points"))


def checks_table(round_: Round) -> pl.DataFrame:
    """Give what was found and decided as rows of the library's table of flags, for a frozen snapshot.

    ``quality.suspicion`` (value: points) of each flagged form, and ``quality.decided_confirmed``,
    ``quality.decided_cleared``, ``quality.decided_recheck`` (value: points at that moment). Sorted.
    """
    rows = Suspect.objects.filter(round=round_, kind=Suspect.Kind.FORM).filter(Q(is_flagged=True) | ~Q(verdict=""))
    told: list[tuple[str, str, float]] = []
    for case, points, is_flagged, verdict, then in rows.values_list(
        "case__case_id", "points", "is_flagged", "verdict", "decided_points"
    ):
        told += [(case, "quality.suspicion", float(points))] if is_flagged else []
        told += [(case, f"quality.decided_{verdict}", float(then))] if verdict else []
    return pl.DataFrame(told, schema=FLAGS, orient="row").sort("case_id", "flag")
