"""Lists of cases: whole pages by index, whatever their place; nothing is counted and nothing skipped over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import F, QuerySet

from sipas_web.fieldwork.models import UNFINISHED, Agency, Case, State, Visit
from sipas_web.rounds.queries import Round

PER_PAGE = 50
OPEN = "open"  # asked for as a state: issued or visited, not finished
CODE = 10  # characters of a code
MOST_TO_CHOOSE = 400  # agencies in one list of choices
LAST = "Z"  # greatest character of a code, in every order of characters
READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", " ": "", "-": "", "\N{NO-BREAK SPACE}": ""})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for; empty fields do not limit."""

    text: str = ""  # first characters of a code
    state: str = ""
    agency: int | None = None
    by_day: bool = False  # visited cases, the latest first; else by code


@dataclass(frozen=True, slots=True)
class Page:
    """A page of cases; ``before`` and ``after`` are marks of the neighbouring pages, empty at the ends."""

    cases: list[Case] = field(default_factory=list)
    before: str = ""
    after: str = ""


def page_of(round_: Round, wanted: Wanted, *, after: str = "", before: str = "") -> Page:
    """Give the page that follows, or goes before, a mark; the first page without one. At most two queries."""
    cases = _limited(round_, wanted)
    by_day = wanted.by_day and not wanted.text
    mark = before or after
    read = _by_day if by_day else _by_code
    found = read(cases, mark, backwards=bool(before))
    more, found = len(found) > PER_PAGE, found[:PER_PAGE]
    if before:
        found.reverse()
    ends = (_mark(found[0], by_day), _mark(found[-1], by_day)) if found else ("", "")
    if before:
        return Page(found, ends[0] if more else "", ends[1])
    return Page(found, ends[0] if after else "", ends[1] if more else "")


def one(round_: Round, case_id: str) -> Case | None:
    """Give a case by its code."""
    return Case.objects.filter(round=round_, case_id=case_id).select_related("agency").first()


def visits_of(case: Case) -> QuerySet[Visit]:
    """List the visits of a case, in order."""
    return Visit.objects.filter(case=case).order_by("number")


def agencies_to_choose(round_: Round) -> list[tuple[int, str]]:
    """List the agencies of a round; none where they are too many for one list."""
    found = list(Agency.objects.filter(round=round_).values_list("pk", "name")[: MOST_TO_CHOOSE + 1])
    return found if len(found) <= MOST_TO_CHOOSE else []


def agency_name(round_: Round, agency: int) -> str:
    """Name an agency of a round."""
    return Agency.objects.filter(round=round_, pk=agency).values_list("name", flat=True).first() or ""


def register(round_: Round) -> Iterator[tuple[str, ...]]:
    """Give the issued cases for a file, in order of agency and stratum; a thousand in memory at a time."""
    names = dict(Agency.objects.filter(round=round_).values_list("pk", "name"))
    cases = Case.objects.filter(round=round_).exclude(state=State.RESERVE).order_by("case_id")
    for case in cases.iterator(chunk_size=1000):
        day = case.last_day.strftime("%d/%m/%Y") if case.last_day else ""
        yield (
            case.case_id, case.role, names[case.agency_id], case.commune, case.stratum, str(case.order), case.state,
            str(case.visits_made), case.last_outcome, day, case.replaces, case.replaced_by,
        )  # fmt: skip


def issued_codes(round_: Round) -> Iterator[str]:
    """Give the codes of the cases that went into the field: official, and reserves that a visit put in a place."""
    codes = Case.objects.filter(round=round_).exclude(role="reserve", replaces="")
    yield from codes.order_by("case_id").values_list("case_id", flat=True).iterator(chunk_size=10_000)


def read_code(text: str) -> str:
    """Read the beginning of a code as people type it."""
    return text.upper().translate(READ_AS)[:CODE]


def _limited(round_: Round, wanted: Wanted) -> QuerySet[Case]:
    cases = Case.objects.filter(round=round_).select_related("agency")
    if wanted.agency is not None:
        cases = cases.filter(agency=wanted.agency)
    if wanted.state == OPEN:
        cases = cases.filter(state__in=UNFINISHED)
    elif wanted.state:
        cases = cases.filter(state=wanted.state)
    code = read_code(wanted.text)
    # A range and not LIKE: PostgreSQL uses an index for LIKE only under the collation C.
    return cases.filter(case_id__gte=code, case_id__lte=code.ljust(CODE, LAST)) if code else cases


def _by_code(cases: QuerySet[Case], mark: str, *, backwards: bool) -> list[Case]:
    if mark:
        cases = cases.filter(case_id__lt=mark) if backwards else cases.filter(case_id__gt=mark)
    return list(cases.order_by("-case_id" if backwards else "case_id")[: PER_PAGE + 1])


def _by_day(cases: QuerySet[Case], mark: str, *, backwards: bool) -> list[Case]:
    """Read in the order of the last day, latest first; first the rest of the mark's day, then the days beyond it."""
    cases = cases.filter(last_day__isnull=False)
    order = (F("last_day").asc(), F("case_id").asc()) if backwards else (F("last_day").desc(), F("case_id").desc())
    day, code = _read_mark(mark)
    if day is None:
        return list(cases.order_by(*order)[: PER_PAGE + 1])
    same = cases.filter(last_day=day)
    same = same.filter(case_id__gt=code) if backwards else same.filter(case_id__lt=code)
    found = list(same.order_by(*order)[: PER_PAGE + 1])
    beyond = cases.filter(last_day__gt=day) if backwards else cases.filter(last_day__lt=day)
    return found + list(beyond.order_by(*order)[: PER_PAGE + 1 - len(found)])


def _mark(case: Case, by_day: bool) -> str:
    return f"{case.last_day}~{case.case_id}" if by_day else case.case_id


def _read_mark(mark: str) -> tuple[dt.date | None, str]:
    day, _tilde, code = mark.partition("~")
    try:
        return dt.date.fromisoformat(day), code
    except ValueError:
        return None, ""
