"""Reads of keying: whose turn a form is, what a keyer has done, how far a round is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from sipas_web.audit.actors import Actor
from sipas_web.capture.keying_form import PaperForm
from sipas_web.capture.models import KeyedForm as KeyedForm
from sipas_web.capture.models import Keying as Keying
from sipas_web.capture.permissions import Permission
from sipas_web.fieldwork.models import FormStep
from sipas_web.fieldwork.queries import Case
from sipas_web.fieldwork.queries import State as CaseState
from sipas_web.rounds import queries as rounds
from sipas_web.rounds.editions import edition_of
from sipas_web.rounds.queries import Round, State

LISTED = 60  # codes shown of those that wait


@dataclass(frozen=True, slots=True)
class Waiting:
    """Forms that a keyer may take up next: codes in their order, as many as are shown, and whether there are more."""

    codes: list[str]
    has_more: bool


@dataclass(frozen=True, slots=True)
class DayOfKeying:
    """What a keyer finished on a day."""

    forms: int
    keystrokes: float | None  # mean of a form
    seconds: float | None  # mean of a form that the page measured

    @property
    def forms_in_hour(self) -> float | None:
        """Tell how many forms an hour at the keyboard makes."""
        return 3600 / self.seconds if self.seconds else None


def form_of(round_: Round, kind: str) -> PaperForm:
    """Give the form that a kind of respondent got."""
    return PaperForm(edition_of(round_), kind)


def rounds_to_key(by: Actor) -> QuerySet[Round]:
    """List the rounds in the field in which somebody may key."""
    return rounds.in_areas(by, Permission.FORM_KEY).filter(state=State.IN_FIELD)


def own_keying(by: Actor, keying_id: int) -> Keying | None:
    """Give a keying of the actor's own in a round where they may key; nobody opens another's."""
    own = Keying.objects.filter(pk=keying_id, person=by.person)
    allowed = own.filter(form__round__in=rounds.in_areas(by, Permission.FORM_KEY))
    return allowed.select_related("form__case", "form__round__unit").first()


def open_keyings(round_: Round, person: int) -> QuerySet[Keying]:
    """List the forms that a person has begun and not finished."""
    mine = Keying.objects.filter(person=person, is_done=False, form__round=round_)
    return mine.select_related("form__case").order_by("started")


def waiting_for(round_: Round, person: int) -> Waiting:
    """List forms at the desk that a person may key: nothing tells a first keying from a second."""
    taken = Keying.objects.filter(form=OuterRef("keyed_form"), number=1)
    first = Case.objects.filter(round=round_, form_step=FormStep.Step.RECEIVED).exclude(state=CaseState.WITHDRAWN)
    untaken = first.filter(~Exists(taken)).order_by("case_id").values_list("case_id", flat=True)
    busy = Keying.objects.filter(form=OuterRef("pk")).filter(Q(number=2) | Q(person=person))
    forms = KeyedForm.objects.filter(round=round_, state=KeyedForm.State.SECOND).filter(~Exists(busy))
    forms = forms.exclude(case__state=CaseState.WITHDRAWN)
    second = forms.order_by("case__case_id").values_list("case__case_id", flat=True)
    found: list[str] = sorted([*untaken[: LISTED + 1], *second[: LISTED + 1]])
    return Waiting(found[:LISTED], len(found) > LISTED)


def day_of(round_: Round, person: int, day: dt.date) -> DayOfKeying:
    """Count what a person finished on a day."""
    done = Keying.objects.filter(person=person, form__round=round_, is_done=True)
    start = timezone.make_aware(dt.datetime.combine(day, dt.time()))
    done = done.filter(finished__gte=start, finished__lt=start + dt.timedelta(days=1))
    timed = Q(seconds__gt=0)
    sums = done.aggregate(
        forms=Count("pk"),
        timed=Count("pk", filter=timed),
        keystrokes=Sum("keystrokes", filter=timed),
        seconds=Sum("seconds"),
    )
    if not sums["timed"]:
        return DayOfKeying(sums["forms"], None, None)
    return DayOfKeying(sums["forms"], sums["keystrokes"] / sums["timed"], sums["seconds"] / sums["timed"])


def standing(round_: Round) -> dict[str, int]:
    """Count the forms of a round by where they stand in keying; ``waiting`` lie at the desk, not yet taken up."""
    forms = KeyedForm.objects.filter(round=round_).exclude(case__state=CaseState.WITHDRAWN)
    counts = dict(forms.order_by().values_list("state").annotate(n=Count("pk")))
    at_desk = Case.objects.filter(round=round_, form_step=FormStep.Step.RECEIVED).exclude(state=CaseState.WITHDRAWN)
    waiting = at_desk.filter(keyed_form__isnull=True).count()
    return {"waiting": waiting, **{state: counts.get(state, 0) for state in KeyedForm.State.values}}


def unfinished(round_: Round) -> QuerySet[Keying]:
    """List every keying of a round that was begun and not finished, the oldest first."""
    begun = Keying.objects.filter(form__round=round_, is_done=False)
    return begun.select_related("form__case", "person").order_by("saved")


def to_reconcile(round_: Round) -> QuerySet[KeyedForm]:
    """List the forms whose two keyings differ."""
    differing = KeyedForm.objects.filter(round=round_, state=KeyedForm.State.DIFFERS)
    return differing.exclude(case__state=CaseState.WITHDRAWN).select_related("case").order_by("case__case_id")


def keyed_by(person: int) -> QuerySet[Keying]:
    """Give a person's keyings."""
    return Keying.objects.filter(person=person)


def form_to_reconcile(by: Actor, form_id: int) -> KeyedForm | None:
    """Give a form of a round in which the actor reconciles."""
    allowed = KeyedForm.objects.filter(pk=form_id, round__in=rounds.in_areas(by, Permission.KEYING_RECONCILE))
    return allowed.select_related("case", "round__unit").first()


def two_keyings(form: KeyedForm) -> list[Keying]:
    """Give both keyings of a form, the first first."""
    return list(Keying.objects.filter(form=form).order_by("number"))


def keyings_of_code(round_: Round, case_code: str) -> list[dt.datetime]:
    """List when the form of a code was keyed; those emptied since are left out."""
    keyings = Keying.objects.filter(form__round=round_, form__case__case_id=case_code)
    return list(keyings.exclude(entries={}, draft={}).order_by("saved").values_list("saved", flat=True))
