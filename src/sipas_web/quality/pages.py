"""What the pages of quality checks show, worked out for their templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from sipas_web.audit.actors import Actor
from sipas_web.quality import queries
from sipas_web.quality.queries.suspects import SMALL, Check, Suspect
from sipas_web.quality.wording import FAMILIES, Compared, compared, said, verdict_badge
from sipas_web.rounds.queries import Round

LISTED_FORMS = 100
TOLD_ITEMS = 10
NOTEWORTHY = 4  # points of a family from which on an interviewer's row names it


@dataclass(frozen=True, slots=True)
class InterviewerRow:
    """An interviewer in the list."""

    pk: int
    label: str
    forms: int
    is_small: bool
    flagged_forms: int
    flagged_share: float  # percent
    points: int
    is_flagged: bool
    signs: list[Compared]  # those that give points worth naming
    verdict: tuple[StrOrPromise, str] | None
    has_risen: bool


@dataclass(frozen=True, slots=True)
class FormRow:
    """A form in the list."""

    case_id: str
    interviewer: str
    points: int
    families: list[StrOrPromise]
    flagged_on: Any
    verdict: tuple[StrOrPromise, str] | None
    has_risen: bool


def names(round_: Round, by: Actor) -> Mapping[str, str]:
    """Give names of interviewers to who may see people."""
    return queries.names_of(round_, by)


def label_of(interviewer: str, known: Mapping[str, str]) -> str:
    """Name an interviewer: with the name where it may be seen, by the code else."""
    name = known.get(interviewer)
    return f"{name} ({interviewer})" if name else interviewer


def interviewer_choices(round_: Round, known: Mapping[str, str]) -> list[tuple[str, str]]:
    """List interviewers to filter by."""
    codes = queries.interviewers_of(round_).order_by("interviewer").values_list("interviewer", flat=True)
    return [(code, label_of(code, known)) for code in codes]


def interviewer_rows(round_: Round, by: Actor) -> list[InterviewerRow]:
    """Give every interviewer, those with most points first."""
    known = names(round_, by)
    return [_interviewer_row(suspect, known) for suspect in queries.interviewers_of(round_)]


def form_row(suspect: Suspect, known: Mapping[str, str]) -> FormRow:
    """Give a flagged form."""
    return FormRow(
        suspect.case.case_id if suspect.case else "",
        label_of(suspect.interviewer, known),
        suspect.points,
        [FAMILIES[flag.family] for flag in suspect.flags.all()],
        suspect.flagged_on,
        verdict_badge(suspect.verdict) if suspect.verdict else None,
        suspect.has_risen,
    )


def form_page(round_: Round, suspect: Suspect, by: Actor) -> dict[str, Any]:
    """Give why a form has points, and what was decided."""
    known = names(round_, by)
    person = queries.interviewer_named(round_, suspect.interviewer) if suspect.interviewer else None
    check = queries.check_of(round_)
    return {
        "round": round_,
        "suspect": suspect,
        "case": suspect.case,
        "interviewer": label_of(suspect.interviewer, known),
        "person": person,
        "check": check,
        "reasons": [said(flag) for flag in queries.flags_of(suspect)],
        **_decisions(suspect),
    }


def interviewer_page(round_: Round, suspect: Suspect, by: Actor) -> dict[str, Any]:
    """Give an interviewer beside all others, their flagged forms, and what was decided."""
    known = names(round_, by)
    forms = queries.forms_of_interviewer(suspect)[:LISTED_FORMS]
    return {
        "round": round_,
        "suspect": suspect,
        "label": label_of(suspect.interviewer, known),
        "is_small": suspect.forms < SMALL,
        "small": SMALL,
        "check": queries.check_of(round_),
        "compared": [compared(flag) for flag in queries.flags_of(suspect)],
        "forms": [form_row(form, known) for form in forms.prefetch_related("flags")],
        **_decisions(suspect),
    }


def effects(check: Check | None) -> list[dict[str, Any]]:
    """Give the items with the largest share of variance between interviewers, in percent."""
    told = check.effects[:TOLD_ITEMS] if check else []
    return [
        {
            "label": row["label"],
            "share": 100 * max(row["share"], 0.0),
            "low": 100 * row["low"],
            "high": 100 * row["high"],
            "deff": row["deff"],
        }
        for row in told
    ]


def _decisions(suspect: Suspect) -> dict[str, Any]:
    decisions = [(d, verdict_badge(d.verdict)) for d in queries.decisions_of(suspect)]
    verdict = verdict_badge(suspect.verdict) if suspect.verdict else (_("not decided"), "info")
    return {"decisions": decisions, "verdict": verdict}


def _interviewer_row(suspect: Suspect, known: Mapping[str, str]) -> InterviewerRow:
    signs = [compared(flag) for flag in suspect.flags.all() if flag.points >= NOTEWORTHY]
    return InterviewerRow(
        suspect.pk,
        label_of(suspect.interviewer, known),
        suspect.forms,
        suspect.forms < SMALL,
        suspect.flagged_forms,
        100 * suspect.flagged_forms / suspect.forms if suspect.forms else 0.0,
        suspect.points,
        suspect.is_flagged,
        signs,
        verdict_badge(suspect.verdict) if suspect.verdict else None,
        suspect.has_risen,
    )
