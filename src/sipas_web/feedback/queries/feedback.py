"""Reads of feedback, limited to those who may see it.

Until it is classified, and where it turned out to be a complaint, a denunciation or outside competence, only the desk
that took it in sees it. Other feedback is seen by who may see feedback at its place or at the unit that answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, DateField, F, Q, QuerySet, When

from sipas_web.accounts.models import Assignment
from sipas_web.accounts.queries import in_force
from sipas_web.audit.actors import Actor
from sipas_web.feedback import similarity
from sipas_web.feedback.models import HANDLED as HANDLED
from sipas_web.feedback.models import Answer as Answer
from sipas_web.feedback.models import Channel as Channel
from sipas_web.feedback.models import Feedback as Feedback
from sipas_web.feedback.models import Kind as Kind
from sipas_web.feedback.models import Photograph, Publication
from sipas_web.feedback.models import State as State
from sipas_web.feedback.models import Step as Step
from sipas_web.feedback.permissions import Permission
from sipas_web.shared.vietnamese_text import search_key
from sipas_web.units import kinds as unit_kinds
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit

OPEN = (State.NEW, State.CLASSIFIED, State.ROUTED, State.CHECKING)
MOST_COMPARED = 400  # pieces of feedback that a new one is compared with
SORTS = {"number": "number", "received": "received", "due": "next_day", "topic": "topic", "state": "state"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for; empty fields do not limit."""

    text: str = ""
    state: str = ""
    kind: str = ""
    topic: str = ""
    unit: int | None = None
    since: Any = None
    until: Any = None


def visible(by: Actor) -> QuerySet[Feedback]:
    """Give what an actor may see."""
    rows = Feedback.objects.select_related("place", "unit", "first_unit")
    seen, desk = _areas(by, Permission.FEEDBACK_VIEW), _areas(by, Permission.FEEDBACK_RECEIVE)
    handled = Q(kind__in=HANDLED) & (_inside("place", seen) | _inside("unit", seen) | _inside("first_unit", seen))
    return rows.filter(handled | _inside("place", desk))


def one_for(by: Actor, feedback_id: int) -> Feedback | None:
    """Give a piece of feedback the actor may see."""
    return visible(by).filter(pk=feedback_id).first()


def may_answer_on_paper(by: Actor, feedback: Feedback) -> bool:
    """Say whether an actor handles answers on paper: at the desk that took it in, or at the unit that answers."""
    at_unit = feedback.unit is not None and by.may(Permission.FEEDBACK_ANSWER, feedback.unit)
    return at_unit or by.may(Permission.FEEDBACK_RECEIVE, feedback.place)


def held(feedback_id: int) -> Feedback:
    """Hold one for a change."""
    rows = Feedback.objects.select_for_update(of=("self",)).select_related("place", "unit", "first_unit")
    return rows.get(pk=feedback_id)


def found(by: Actor, wanted: Wanted, sort: str = "") -> QuerySet[Feedback]:
    """Give what fits; the next last day first unless asked otherwise, then the newest."""
    rows = visible(by).annotate(next_day=next_day())
    if wanted.text:
        rows = rows.filter(
            Q(number__icontains=wanted.text.strip())
            | (Q(search_key__contains=search_key(wanted.text)) & ~Q(kind=Kind.DENUNCIATION))
        )
    exact = {"kind": wanted.kind, "topic": wanted.topic, "received__gte": wanted.since, "received__lte": wanted.until}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.unit:
        rows = rows.filter(Q(first_unit=wanted.unit) | Q(first_unit=None, place=wanted.unit))  # as it is counted
    rows = rows.filter(_stands(wanted.state))
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        return rows.order_by(F("next_day").asc(nulls_last=True), "-received", "-pk")
    return rows.order_by(
        F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True), "-pk"
    )


def _stands(state: str) -> Q:
    today = units.today()
    if state == "late":
        late = Q(state__in=(State.ROUTED, State.CHECKING), level=0, due__lt=today)
        return (
            late
            | Q(state__in=(State.NEW, State.CLASSIFIED), classify_by__lt=today)
            | Q(state__in=(State.ROUTED, State.CHECKING), level=1, second_due__lt=today)
        )
    if state == "reopened":
        return Q(level=1)
    if state == "resolved":
        return Q(resolved__isnull=False)
    return Q(state=state) if state else Q()


def next_day() -> Case:
    """Give the day by which the next step must be done; nothing where none waits."""
    desk = When(state__in=(State.NEW, State.CLASSIFIED), then=Case(
        When(due__isnull=False, then=F("due")), default=F("classify_by"), output_field=DateField()
    ))  # fmt: skip
    unit = When(state__in=(State.ROUTED, State.CHECKING), then=Case(
        When(level=1, then=F("second_due")), default=F("due"), output_field=DateField()
    ))  # fmt: skip
    return Case(desk, unit, default=None, output_field=DateField())


def waiting_rows(by: Actor, permission: str, states: tuple[str, ...], level: int | None = None) -> QuerySet[Feedback]:
    """Give what waits for holders of a permission: at the desk by place, at a unit by unit; the earliest first."""
    at_desk = permission == Permission.FEEDBACK_RECEIVE
    rows = Feedback.objects.select_related("place", "unit").annotate(next_day=next_day()).filter(state__in=states)
    rows = rows.filter(_inside("place" if at_desk else "unit", _areas(by, permission)))
    if level is not None:
        rows = rows.filter(level=level)
    return rows.order_by("next_day", "pk")


def alike(feedback: Feedback) -> list[tuple[Feedback, float]]:
    """Give earlier feedback at the same place that may be about the same, the most alike first."""
    others = Feedback.objects.select_related("unit", "place").filter(
        place=feedback.place, joined_to=None, level=0, pk__lt=feedback.pk, is_emptied=False,
        state__in=(State.CLASSIFIED, State.ROUTED, State.CHECKING, State.ANSWERED),
    )  # fmt: skip
    rows = {row.pk: row for row in others.order_by("-pk")[:MOST_COMPARED]}
    told = f"{feedback.said_place} {feedback.text}"
    given = [
        (row.pk, f"{row.said_place} {row.text}", bool(feedback.topic) and row.topic == feedback.topic)
        for row in rows.values()
    ]
    return [(rows[key], score) for key, score in similarity.most_alike(told, given)]


def steps_of(feedback: Feedback) -> QuerySet[Step]:
    """Give what happened, in order."""
    return feedback.steps.select_related("unit").order_by("pk")


def answers_of(feedback: Feedback) -> QuerySet[Answer]:
    """Give every answer written, in order; of a joined one those of the one it follows come first."""
    return Answer.objects.filter(feedback__in=_sources(feedback)).select_related("unit").order_by("pk")


def accepted_answers(feedback: Feedback) -> list[Answer]:
    """Give the answers that the citizen may read: of each level one."""
    found = answers_of(feedback).filter(is_accepted=True)
    return [a for a in found if a.feedback_id == feedback.pk or (a.level == 0 and feedback.answered is not None)]


def answer_in_check(feedback: Feedback) -> Answer | None:
    """Give the answer that waits to be checked."""
    return Answer.objects.filter(feedback=feedback, level=feedback.level, checked=None).first()


def last_sent_back(feedback: Feedback) -> Answer | None:
    """Give the newest answer of this level that was sent back."""
    rows = Answer.objects.filter(feedback=feedback, level=feedback.level, is_accepted=False, checked__isnull=False)
    return rows.order_by("-pk").first()


def _sources(feedback: Feedback) -> list[int]:
    return [pk for pk in (feedback.pk, feedback.joined_to_id) if pk is not None]


def publication_of(feedback: Feedback) -> Publication | None:
    """Give what was published of it."""
    return Publication.objects.filter(feedback=feedback).first()


def photographs_of(feedback: Feedback) -> list[int]:
    """List its photographs (keys)."""
    return list(Photograph.objects.filter(feedback=feedback).values_list("pk", flat=True))


def photograph(feedback: Feedback, photograph_id: int) -> bytes | None:
    """Give a photograph."""
    row = Photograph.objects.filter(feedback=feedback, pk=photograph_id).first()
    return bytes(row.content) if row else None


def joined_to(feedback: Feedback, by: Actor) -> QuerySet[Feedback]:
    """Give the ones that follow it."""
    return visible(by).filter(joined_to=feedback).order_by("pk")


def units_to_route(by: Actor, feedback: Feedback, text: str = "") -> QuerySet[Unit]:
    """Units of today that can answer and lie where the actor routes: the place's own province."""
    on = units.today()
    top = province_of(feedback.place)
    inside = units.under_any([top.pk], on)
    rows = units.holding(Unit.objects.filter(pk__in=inside), on).filter(kind__in=CAN_ANSWER)
    areas = _areas(by, Permission.FEEDBACK_RECEIVE)
    rows = rows if areas is None else rows.filter(pk__in=areas)
    if text:
        rows = rows.filter(search_key__contains=search_key(text))
    return rows.order_by("kind", "sort_key", "code")


CAN_ANSWER = (
    unit_kinds.Kind.PROVINCE, unit_kinds.Kind.COMMUNE, unit_kinds.Kind.AGENCY, unit_kinds.Kind.ONE_STOP,
)  # fmt: skip


def province_of(place: Unit) -> Unit:
    """Give the province a unit lies in today; itself where it is one or lies in none."""
    on = units.today()
    above = units.over_any([place.pk], on)
    found = Unit.objects.filter(pk__in=above, kind=unit_kinds.Kind.PROVINCE)
    return units.holding(found, on).first() or place


def unit_above(unit: Unit) -> Unit:
    """Give the unit to which what a citizen does not accept rises: the one above, at most the province."""
    above = units.parent_at(unit, units.today())
    return above if above is not None and above.kind != unit_kinds.Kind.COUNTRY else unit


def places_with_a_desk() -> QuerySet[Unit]:
    """Provinces of today in which somebody takes in feedback."""
    on = units.today()
    held_by = Assignment.objects.filter(in_force(on), role__permissions__permission=Permission.FEEDBACK_RECEIVE)
    desks = held_by.values("unit")
    provinces = units.holding(Unit.objects.filter(kind=unit_kinds.Kind.PROVINCE), on)
    around = Q(pk__in=units.over_any(desks, on)) | Q(pk__in=units.under_any(desks, on))
    return provinces.filter(around).order_by("sort_key", "code")


def places_of_desk(by: Actor) -> QuerySet[Unit]:
    """Provinces and communes of today at whose desk the actor takes in feedback."""
    kinds = (unit_kinds.Kind.PROVINCE, unit_kinds.Kind.COMMUNE)
    rows = units.holding(Unit.objects.filter(kind__in=kinds), units.today())
    areas = _areas(by, Permission.FEEDBACK_RECEIVE)
    return (rows if areas is None else rows.filter(pk__in=areas)).order_by("-kind", "sort_key", "code")


def by_code_hash(code_hash: str) -> Feedback | None:
    """Give the feedback that a code follows."""
    return Feedback.objects.select_related("place", "unit", "first_unit").filter(code_hash=code_hash).first()


def exists_code(code_hash: str) -> bool:
    """Say whether a code follows anything."""
    return Feedback.objects.filter(code_hash=code_hash).exists()


def _areas(by: Actor, permission: str) -> Any:
    return by.holder.areas_of(str(permission)) if by.may(permission) else []


def _inside(column: str, areas: Any) -> Q:
    return Q() if areas is None else Q(**{f"{column}__in": areas})


def count_waiting(holder: Any) -> int:
    """Count what waits for a person, for the menu: one query."""
    receive, answer, publish = (
        holder.areas_of(str(p)) if holder.has_perm(str(p)) else []
        for p in (Permission.FEEDBACK_RECEIVE, Permission.FEEDBACK_ANSWER, Permission.FEEDBACK_PUBLISH)
    )
    waits = Q(state__in=(State.NEW, State.CLASSIFIED)) & _inside("place", receive)
    waits |= Q(state=State.ROUTED) & _inside("unit", answer)
    waits |= Q(state=State.CHECKING) & _inside("unit", publish)
    return Feedback.objects.filter(waits).count()
