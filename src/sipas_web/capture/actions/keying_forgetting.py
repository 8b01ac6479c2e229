"""What was typed of paper forms goes when its time is over, or when its person asks; counts of errors stay."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Min, Q, QuerySet
from django.utils.translation import gettext as _

from sipas_web.audit.actors import Actor
from sipas_web.capture.models import KeyedForm, Keying, KeyingError
from sipas_web.rounds.queries import Round, State

AT_ONCE = 1_000  # keyings in one transaction


def oldest_kept_keying() -> dt.datetime | None:
    """Give when the oldest keying that still holds what was typed was saved, of rounds out of the field."""
    oldest: dt.datetime | None = _kept().aggregate(oldest=Min("saved"))["oldest"]
    return oldest


def delete_kept_keyings(before: dt.datetime, by: Actor) -> int:
    """Empty the keyings of rounds out of the field that were saved before a moment; the caller records it."""
    del by
    emptied = 0
    while some := list(_kept().filter(saved__lt=before).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            _empty(Keying.objects.filter(pk__in=some))
        emptied += len(some)
    return emptied


@transaction.atomic
def forget_of_case(round_: Round, case_code: str, reason: str, by: Actor) -> str:
    """Delete what was typed of a form because its person asks; says what was done."""
    del reason, by
    form = KeyedForm.objects.select_for_update().filter(round=round_, case__case_id=case_code).first()
    if form is None:
        return ""
    if form.state == KeyedForm.State.ACCEPTED:
        _empty(Keying.objects.filter(form=form))
    else:
        form.delete()
    return _("What was typed from the paper form was deleted.")


def _kept() -> QuerySet[Keying]:
    out_of_field = Keying.objects.exclude(form__round__state=State.IN_FIELD)
    return out_of_field.exclude(Q(entries={}) & Q(draft={}))


def _empty(keyings: QuerySet[Keying]) -> None:
    found = list(keyings.values_list("pk", "form"))
    own = [pk for pk, _form in found]
    KeyingError.objects.filter(keying__in=own).update(typed="", taken="")
    KeyedForm.objects.filter(pk__in={form for _pk, form in found}).update(entries={}, marks={})
    Keying.objects.filter(pk__in=own).update(entries={}, draft={})
