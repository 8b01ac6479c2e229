"""Whose check sample is whose. A sample not released is seen by the body that drew it, and by nobody else."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from sipas_web.accounts.queries import Assignment, Person, in_force
from sipas_web.audit.actors import Actor
from sipas_web.rounds import queries as rounds
from sipas_web.rounds.queries import Round, Witness
from sipas_web.supervision.models import CheckCase, CheckSample
from sipas_web.supervision.permissions import Permission
from sipas_web.units import queries as units
from sipas_web.units.kinds import Kind
from sipas_web.units.queries import Unit


def organisations_of(by: Actor, permission: str = Permission.SAMPLE_VIEW) -> QuerySet[Unit]:
    """List the supervising organisations that a person stands for: named to them, not to a unit above them.

    Who holds a province sees every unit in it; that must not open one organisation's samples to another.
    """
    named = Assignment.objects.filter(
        in_force(units.today()), person=by.person, role__permissions__permission=str(permission)
    )
    return Unit.objects.filter(kind=Kind.SUPERVISOR, pk__in=named.values("unit")).order_by("sort_key")


def rounds_of(by: Actor, permission: str = Permission.SAMPLE_VIEW) -> QuerySet[Round]:
    """List the rounds that a supervisor may check: of their areas, and of the unit their organisation lies under."""
    found = rounds.in_areas(by, permission)
    if not by.may(permission):
        return found
    above = units.over_any(organisations_of(by, permission).values("pk"), units.today()).filter(depth=1)
    return Round.objects.select_related("unit").filter(Q(pk__in=found.values("pk")) | Q(unit__in=above))


def round_of(by: Actor, round_id: int, permission: str = Permission.SAMPLE_VIEW) -> Round | None:
    """Give a round that a supervisor may check."""
    return rounds_of(by, permission).filter(pk=round_id).first()


def own_samples(by: Actor, permission: str = Permission.SAMPLE_VIEW) -> QuerySet[CheckSample]:
    """List the samples of the actor and of their organisation, newest first, whatever their state."""
    samples = CheckSample.objects.select_related("round__unit", "organisation", "order").defer("listed", "sample")
    if not by.may(permission):
        return samples.none()
    mine = Q(organisation__isnull=True, owner__in=_owners(by)) if by.person else Q(owner__isnull=True)
    theirs = Q(organisation__in=organisations_of(by, permission).values("pk"))
    return samples.filter(mine | theirs, round__in=rounds_of(by, permission).values("pk"))


def own_sample(by: Actor, sample_id: int, permission: str = Permission.SAMPLE_VIEW) -> CheckSample | None:
    """Give a sample of the actor's body."""
    return own_samples(by, permission).filter(pk=sample_id).first()


def own_case(by: Actor, check_id: int) -> CheckCase | None:
    """Give a case of the actor's own sample that they may re-verify."""
    own = own_samples(by, Permission.CASE_REVERIFY).values("pk")
    return CheckCase.objects.select_related("sample__round__unit", "case").filter(pk=check_id, sample__in=own).first()


def released_samples(by: Actor, permission: str = Permission.FINDING_VIEW) -> QuerySet[CheckSample]:
    """List the released samples of the rounds in the actor's areas."""
    samples = CheckSample.objects.select_related("round__unit", "order").defer("listed", "sample")
    seen = rounds_of(by, permission).values("pk")
    return samples.filter(state=CheckSample.State.RELEASED, round__in=seen).order_by("-released", "-pk")


def seen_sample(by: Actor, sample_id: int) -> CheckSample | None:
    """Give a sample that is the actor's own, or released in their areas."""
    return own_sample(by, sample_id) or released_samples(by).filter(pk=sample_id).first()


def printed_body(by: Actor, round_: Round) -> str:
    """Propose how a supervisor without an organisation is printed: as when they witnessed the round's draw."""
    seen = Witness.objects.filter(person=by.person, draw__round=round_).order_by("-pk")
    return seen.values_list("printed_name", flat=True).first() or by.name


def hold_body(by: Actor, organisation: Unit | None) -> None:
    """Lock a body until the end of the transaction."""
    if organisation is not None:
        Unit.objects.select_for_update().get(pk=organisation.pk)
    elif by.person:
        Person.objects.select_for_update().get(pk=by.person)


def _owners(by: Actor) -> list[int]:
    """The actor, and whoever handed a supervisor's role to them for a time."""
    me = by.person
    given = Assignment.objects.filter(
        in_force(units.today()),
        person=me,
        delegated_from__isnull=False,
        role__permissions__permission=Permission.SAMPLE_VIEW,
    )
    return [pk for pk in (me, *given.values_list("delegated_from__person", flat=True)) if pk]
