"""A small round in the field: post offices, people who carry, cases of a few communes."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sipas.sampling import case_ids
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork import actions
from sipas_web.fieldwork.actions.counting import count
from sipas_web.fieldwork.actions.standing import NOT_ATTEMPTED, key_of
from sipas_web.fieldwork.models import Agency, Assignment, Case, HolderCount, State
from sipas_web.rounds.models import Round
from sipas_web.rounds.models import State as RoundState
from sipas_web.units import actions as units
from sipas_web.units import queries
from sipas_web.units.kinds import Kind
from sipas_web.units.models import Unit
from tests.web import cast

SINCE = dt.date(2025, 7, 1)
Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]


def communes_of(province: Unit, most: int) -> list[Unit]:
    """Give communes of a province in order of their codes."""
    under = queries.under_any([province.pk], queries.today())
    return list(Unit.objects.filter(kind=Kind.COMMUNE, pk__in=under, valid_to__isnull=True).order_by("code")[:most])


def post_office(code: str, parent: Unit, by: Actor, name: str = "") -> Unit:
    """Open a post office."""
    return units.add(
        kind=Kind.POST_OFFICE, code=code, name=name or f"Bưu cục {code}", parent=parent, valid_from=SINCE, by=by
    )


def in_field(province: Unit, by: Actor, cases: Mapping[str, int], reserves: int = 0, **changes: Any) -> Round:
    """Make a round in the field with so many cases in each commune (codes), and reserves in the first."""
    round_ = cast.new_round(province, by, **changes)
    agency = Agency.objects.create(round=round_, name="UBND xã", official=sum(cases.values()))
    drawn = [f"{n:05d}" for n in range(sum(cases.values()) + reserves)]
    codes = iter(sorted(case_ids(f"{round_.pk:064x}", drawn).values()))
    made = [_case(round_, agency, next(codes), commune, "official") for commune, n in cases.items() for _ in range(n)]
    made += [_case(round_, agency, next(codes), next(iter(cases)), "reserve") for _ in range(reserves)]
    for order, case in enumerate(made):
        case.order = order
    Case.objects.bulk_create(made)
    count(round_.pk, Counter(key_of(case) for case in made))
    round_.state = RoundState.IN_FIELD
    round_.save(update_fields=["state"])
    return round_


def held_counts(round_: Round) -> Counter[tuple[object, ...]]:
    """Give the counts by holder as they are kept."""
    rows = HolderCount.objects.filter(round=round_, count__gt=0)
    return Counter({(h.office_id, h.interviewer_pk, h.state, h.disposition, h.is_replaced): h.count for h in rows})


def held_recount(round_: Round) -> Counter[tuple[object, ...]]:
    """Count the same from the cases themselves."""
    return Counter(
        (c.office_id, c.interviewer_id or 0, c.state, c.disposition, bool(c.replaced_by))
        for c in Case.objects.filter(round=round_, office__isnull=False)
    )


def _case(round_: Round, agency: Agency, code: str, commune: str, role: str) -> Case:
    is_official = role == "official"
    return Case(
        round=round_, case_id=code, role=role, stratum="tầng", order=0, agency=agency, commune=commune,
        state=State.ISSUED if is_official else State.RESERVE, disposition=NOT_ATTEMPTED if is_official else "",
    )  # fmt: skip


@dataclass
class Field:
    """Offices of a province, a round of them, and people."""

    round: Round
    communes: list[Unit]
    province_office: Unit
    office: Unit
    other: Unit
    people: dict[str, Person]
    actors: dict[str, Actor]

    def codes(self, commune: int | None = None) -> list[str]:
        """List the official cases, of all communes or of one (its place)."""
        cases = Case.objects.filter(round=self.round, role="official").order_by("case_id")
        if commune is not None:
            cases = cases.filter(commune=self.communes[commune].code)
        return list(cases.values_list("case_id", flat=True))

    def give(self, codes: list[str], office: Unit, to: str = "", by: str = "post_province", **more: Any) -> int:
        """Give cases, as one of the people."""
        interviewer = self.people[to] if to else None
        return actions.assign(
            round_id=self.round.pk, codes=codes, office=office, interviewer=interviewer, by=self.actors[by], **more
        )


def staffed(province: Unit, by: Actor, hire: Hire, acting: Acting) -> Field:
    """Two branches under a provincial post office, twelve cases of three communes, and everybody who may matter."""
    communes = communes_of(province, 3)
    whole = post_office("BD08", province, by, "Bưu điện tỉnh Tuyên Quang")
    office = post_office("BC1", communes[0], by)
    other = post_office("BC2", communes[1], by)
    people = {
        "department": hire("department", province),
        "post_province": hire("post_province", province),
        "branch": hire("post_branch", office),
        "other_branch": hire("post_branch", other),
        "one": hire("interviewer", office),
        "two": hire("interviewer", communes[0]),
        "far": hire("interviewer", other),
        "supervisor": hire("supervisor", province),
    }
    round_ = in_field(province, by, {c.code: n for c, n in zip(communes, (6, 4, 2), strict=True)}, 3)
    actors = {name: acting(person) for name, person in people.items()}
    return Field(round_, communes, whole, office, other, people, actors)


def check_counts(field: Field) -> None:
    """See that counts and present assignments say what the cases say."""
    assert held_counts(field.round) == held_recount(field.round)
    for case in Case.objects.filter(round=field.round):
        present = Assignment.objects.filter(case=case, until__isnull=True).first()
        told = (present.office_id, present.interviewer_id) if present else (None, None)
        assert told == (case.office_id, case.interviewer_id)
