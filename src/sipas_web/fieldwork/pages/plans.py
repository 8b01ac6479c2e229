"""What the page of a plan shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from sipas_web.accounts.queries import Person
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.queries import offices, plans
from sipas_web.fieldwork.queries.plans import Line, Plan
from sipas_web.fieldwork.sharing import BAND
from sipas_web.units.queries import Unit

MOST_LINES = 300  # shown; beyond it the offices are looked at one by one
MOST_ROWS = 2_000  # to choose from


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line with its communes by name."""

    line: Line
    communes: tuple[tuple[str, int], ...]
    is_outside: bool  # of the band around the mean of the office


@dataclass(frozen=True, slots=True)
class PlanPage:
    """Everything the page of a plan shows."""

    lines: tuple[ShownLine, ...]
    hidden: int
    cases: int
    left: tuple[tuple[str, int], ...]
    done: int
    lacking: int
    rows: tuple[tuple[int, str], ...]  # to choose from: key, what it says
    receivers: tuple[tuple[Unit, Sequence[Person]], ...]


def page_of(plan: Plan, by: Actor) -> PlanPage:
    """Work out what a plan does."""
    lines = plans.lines_of(plan)
    names = plans.names_of({row.commune for line in lines for row in line.rows} | plan.left.keys())
    rows = [(row, line) for line in lines for row in line.rows]
    shown = lines[:MOST_LINES]
    choosable = [(row, line) for line in shown for row in line.rows][:MOST_ROWS]
    here = {line.office.pk for line in shown}
    every = [o for o in offices.offices_for(by, plan.round) if o.pk in here or len(lines) <= MOST_LINES]
    people = offices.carriers([o.pk for o in every]) if plan.kind == Plan.Kind.PEOPLE and rows else {}
    return PlanPage(
        lines=tuple(_shown(line, lines, names, plan) for line in shown),
        hidden=len(lines) - len(shown),
        cases=sum(row.cases for row, _line in rows),
        left=tuple((_named(code, names), n) for code, n in sorted(plan.left.items())),
        done=sum(row.done for row, _line in rows),
        lacking=sum(row.lacking for row, _line in rows),
        rows=tuple((row.pk, _said(row.cases, _named(row.commune, names), line)) for row, line in choosable),
        receivers=tuple((o, people.get(o.pk, ())) for o in every if plan.kind != Plan.Kind.PEOPLE or people.get(o.pk)),
    )


def _shown(line: Line, lines: Sequence[Line], names: dict[str, str], plan: Plan) -> ShownLine:
    communes = tuple((_named(row.commune, names), row.cases) for row in line.rows)
    if plan.kind != Plan.Kind.PEOPLE:
        return ShownLine(line, communes, is_outside=False)
    loads = [other.after for other in lines if other.office.pk == line.office.pk]
    mean = sum(loads) / len(loads)
    return ShownLine(line, communes, is_outside=abs(line.after - mean) > max(1.0, BAND * mean))


def _named(code: str, names: dict[str, str]) -> str:
    return names.get(code, code) or _("no commune known")


def _said(cases: int, commune: str, line: Line) -> str:
    who = line.interviewer.full_name if line.interviewer else line.office.full_name
    return f"{who}: {commune} ({cases})"
