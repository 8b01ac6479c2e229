"""The register of replacements, and the cases that may be replaced now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Count, QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.models import Answer, Case, FieldRules, State
from sipas_web.fieldwork.models import Replacement as Replacement
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries.reach import cases_reached
from sipas_web.rounds.queries import Round

PER_PAGE = 50
READY_LISTED = 100
OPEN = (State.VISITED, State.DELIVERED)


def register_of(by: Actor, round_: Round) -> QuerySet[Case]:
    """List the replaced cases somebody reaches, those of files too, by code. From a partial index."""
    cases = cases_reached(by, round_, Permission.REGISTER_VIEW).exclude(replaced_by="")
    return cases.select_related("replacement", "office", "interviewer").order_by("case_id")


def record_of(case: Case) -> Replacement | None:
    """Give what was written at the replacement; None where a file told of it."""
    return getattr(case, "replacement", None)


def reserves_of(round_: Round, cases: Iterable[Case]) -> dict[str, Case]:
    """Give the reserves that stand for some cases, by code. One query."""
    codes = {case.replaced_by for case in cases}
    return {case.case_id: case for case in Case.objects.filter(round=round_, case_id__in=codes)}


def register_rows(by: Actor, round_: Round) -> Iterator[Case]:
    """Give the whole register for a file, a thousand rows at a time."""
    yield from register_of(by, round_).iterator(chunk_size=1000)


def ready(by: Actor, round_: Round, rules: FieldRules) -> list[Case]:
    """List cases whose outcome is final and that nobody has replaced yet; as many as fit a page."""
    reached = cases_reached(by, round_, Permission.CASE_REPLACE).filter(replaced_by="")
    reached = reached.select_related("office", "interviewer")
    # One query for each kind, each by an index of its own: together they would read every case.
    kinds = (
        reached.filter(state=State.NOT_ANSWERED),
        reached.filter(state__in=OPEN, visits_made__gte=rules.least_visits),
        reached.filter(state=State.ANSWERED, answer=Answer.INVALID),
        reached.filter(state=State.WITHDRAWN),
    )
    found = (case for kind in kinds for case in kind.order_by("case_id")[:READY_LISTED])
    return sorted(found, key=lambda case: case.case_id)[:READY_LISTED]


def reserves_left(round_: Round, strata: Iterable[str]) -> dict[str, int]:
    """Count the reserves that are left in some strata. One query."""
    rows = Case.objects.filter(round=round_, stratum__in=set(strata), state=State.RESERVE, role="reserve")
    return dict(rows.order_by().values_list("stratum").annotate(n=Count("pk")))
