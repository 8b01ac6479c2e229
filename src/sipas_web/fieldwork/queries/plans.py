"""What a plan of assignments is made from, and how it looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from django.db.models import Count, F, QuerySet, Sum

from sipas_web.accounts.queries import Person
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.models import UNFINISHED, Case, HolderCount, PlanRow
from sipas_web.fieldwork.models import Plan as Plan
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries import offices as posts
from sipas_web.fieldwork.queries import serving
from sipas_web.fieldwork.sharing import share
from sipas_web.rounds.queries import Round
from sipas_web.units import queries as units
from sipas_web.units.kinds import Kind
from sipas_web.units.queries import Unit, today

OPEN = (Plan.State.MAKING, Plan.State.DRAFT, Plan.State.ACCEPTED)
Made = tuple[list[PlanRow], Counter[str]]  # rows, cases left by commune


@dataclass(slots=True)
class Line:
    """What a plan does for one office or one interviewer."""

    office: Unit
    interviewer: Person | None
    now: int
    rows: list[PlanRow] = field(default_factory=list)

    @property
    def more(self) -> int:
        """Cases the plan adds."""
        return sum(row.cases for row in self.rows)

    @property
    def after(self) -> int:
        """Cases afterwards."""
        return self.now + self.more


def plan_for(by: Actor, round_id: int, plan_id: int) -> Plan | None:
    """Give a plan over a unit of the actor's areas."""
    areas = by.holder.areas_of(str(Permission.CASE_ASSIGN)) if by.may(Permission.CASE_ASSIGN) else []
    plans = Plan.objects.filter(pk=plan_id, round=round_id).select_related("round", "round__unit", "unit")
    return (plans if areas is None else plans.filter(unit__in=areas)).first()


def open_plans(by: Actor, round_: Round) -> QuerySet[Plan]:
    """List what is suggested, or being carried out, over units of the actor's areas."""
    areas = by.holder.areas_of(str(Permission.CASE_ASSIGN)) if by.may(Permission.CASE_ASSIGN) else []
    plans = Plan.objects.filter(round=round_, state__in=OPEN).select_related("unit")
    return plans if areas is None else plans.filter(unit__in=areas)


def loads(round_: Round, offices: Collection[int]) -> Counter[tuple[int, int]]:
    """Count open cases by office and interviewer (0: none). From counts alone."""
    rows = HolderCount.objects.filter(round=round_, office__in=offices, state__in=UNFINISHED).order_by()
    found = rows.values_list("office_id", "interviewer_pk").annotate(n=Sum("count"))
    return Counter({(office, person): n for office, person, n in found if n})


def rows_to_offices(plan: Plan, by: Actor) -> Made:
    """Suggest offices for the open cases with nobody, or for those the giving office has not given on."""
    source = plan.unit if plan.unit.kind == Kind.POST_OFFICE else None
    lying = serving.unassigned(plan.round, source.pk if source else None)
    allowed = {office.pk for office in posts.offices_for(by, plan.round)}
    to = serving.serving(plan.round, lying)
    rows, left = [], Counter[str]()
    for commune, n in sorted(lying.items()):
        office = to.get(commune)
        if office is None or office not in allowed or (source and office == source.pk):
            left[commune] += n
        else:
            rows.append(PlanRow(plan=plan, commune=commune, source=source, office_id=office, cases=n))
    return rows, left


def rows_to_people(plan: Plan, by: Actor) -> Made:
    """Suggest interviewers for the open cases that lie at offices."""
    offices = {o.pk: o for o in posts.offices_for(by, plan.round)}
    if plan.unit.kind == Kind.POST_OFFICE:
        offices = {plan.unit_id: plan.unit} if plan.unit_id in offices else {}
    lying = Case.objects.filter(round=plan.round, office__in=offices, interviewer=None, state__in=UNFINISHED)
    found = list(lying.order_by().values_list("office_id", "commune").annotate(n=Count("pk")))
    carriers = posts.carriers({office for office, _commune, _n in found})
    who = _Who(plan.round, {commune for _office, commune, _n in found}, carriers)
    rows, left, held = [], Counter[str](), _held_by(plan.round)
    for office in sorted(carriers, key=lambda pk: offices[pk].code):
        communes = {commune: n for at, commune, n in found if at == office}
        people = [person.pk for person in carriers[office]]
        allowed = {c: [p for p in people if who.may(p, c, office)] for c in communes}
        made = share(communes, {p: held[p] for p in people}, allowed)
        left.update(made.left)
        for (commune, person), n in made.flow.items():
            held[person] += n
            rows.append(
                PlanRow(
                    plan=plan, commune=commune, source_id=office, office_id=office, interviewer_id=person, cases=n
                )
            )  # fmt: skip
    return rows, left


def lines_of(plan: Plan) -> list[Line]:
    """Show a plan by who gets cases: offices in Vietnamese order, people under them, also those who get none."""
    rows = list(PlanRow.objects.filter(plan=plan, cases__gt=0).select_related("office", "interviewer", "source"))
    offices = {row.office_id: row.office for row in rows}
    if plan.kind == Plan.Kind.PEOPLE and plan.unit.kind == Kind.POST_OFFICE:
        offices.setdefault(plan.unit_id, plan.unit)
    held = loads(plan.round, offices)
    lines: dict[tuple[int, int], Line] = {}
    for office, person in _receivers(plan, list(offices.values())):
        key = office.pk, person.pk if person else 0
        now = held[key] if person else sum(n for (at, _who), n in held.items() if at == office.pk)
        lines[key] = Line(office, person, now)
    for row in rows:
        key = row.office_id, row.interviewer_id or 0
        if key not in lines:
            lines[key] = Line(row.office, row.interviewer, held[key])
        lines[key].rows.append(row)
    return list(lines.values())


def _receivers(plan: Plan, offices: list[Unit]) -> Iterator[tuple[Unit, Person | None]]:
    offices.sort(key=lambda office: (office.sort_key, office.code))
    carriers = posts.carriers([office.pk for office in offices]) if plan.kind == Plan.Kind.PEOPLE else {}
    for office in offices:
        if plan.kind == Plan.Kind.OFFICES:
            yield office, None
        for person in carriers.get(office.pk, ()):
            yield office, person


def pools_of(plan: Plan) -> dict[tuple[int | None, str], int]:
    """Count what a plan gives away, by source and commune."""
    rows = PlanRow.objects.filter(plan=plan).order_by().values_list("source_id", "commune")
    return {(source, commune): n for source, commune, n in rows.annotate(n=Sum("cases")) if n}


def share_done(plan_id: int) -> float:
    """Give how much of an accepted plan is carried out, 0 to 1."""
    figures = PlanRow.objects.filter(plan=plan_id).aggregate(all=Sum("cases"), done=Sum(F("done") + F("lacking")))
    return (figures["done"] or 0) / figures["all"] if figures["all"] else 1.0


def names_of(communes: Collection[str]) -> dict[str, str]:
    """Name communes by their codes."""
    return {code: unit.full_name for code, unit in serving.units_of(communes).items()}


def _held_by(round_: Round) -> Counter[int]:
    rows = HolderCount.objects.filter(round=round_, state__in=UNFINISHED).order_by()
    return Counter(dict(rows.values_list("interviewer_pk").annotate(n=Sum("count"))))


class _Who:
    """Who may take cases of which commune from which office: by post offices of the role, else by its territory."""

    def __init__(self, round_: Round, communes: set[str], carriers: dict[int, list[Person]]) -> None:
        self._areas = posts.areas_of_carriers(p.pk for people in carriers.values() for p in people)
        self._above = serving.ancestors_of(serving.units_of(communes))
        lines = units.lines_above([*carriers, round_.unit_id], today())
        posting = lines.filter(ancestor__kind=Kind.POST_OFFICE)
        self._posts: dict[int, set[int]] = {}
        for office, ancestor in posting:
            self._posts.setdefault(office, set()).add(ancestor)
        self._whole = {ancestor for unit, ancestor in lines if unit == round_.unit_id}

    def may(self, person: int, commune: str, office: int) -> bool:
        territory = self._above.get(commune) or self._whole
        return bool(self._areas.get(person, set()) & (territory | self._posts.get(office, set())))
