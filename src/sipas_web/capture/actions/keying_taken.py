"""What becomes of a keyed form: its step, its answer, and what each keyer got wrong. Callers hold the round."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from sipas_web.capture.actions.taking import Given, accept
from sipas_web.capture.keying_form import NOTHING, Entries, Field, PaperForm, entries_of, stored
from sipas_web.capture.models import KeyedForm, Keying, KeyingCount, KeyingError
from sipas_web.fieldwork.models import FormStep
from sipas_web.fieldwork.queries import Case
from sipas_web.rounds.queries import Round

MODE = "paper"


def accept_form(round_: Round, form: KeyedForm, entries: Entries, paper: PaperForm) -> None:
    """Take what the paper says as the answer of its case; what cannot count is kept with its mark and reason."""
    taken = paper.taken(entries)
    given = Given(
        case_id=form.case.case_id,
        mode=MODE,
        received_on=_received(form.case),
        answers=taken.answers,
        is_valid=taken.valid,
        invalid_reason=taken.invalid_reason or "",
        source=f"keying {form.pk}",
    )
    accept(round_, [given])
    form.entries, form.marks = stored(entries), paper.marked(entries)
    form.state, form.accepted = KeyedForm.State.ACCEPTED, timezone.now()
    form.save()


def settle(round_: Round, form: KeyedForm, entries: Entries, paper: PaperForm) -> None:
    """Write down what each of the two keyings got wrong, now that it is known what the paper says."""
    put = {name for name, asked in paper.asked(entries).items() if asked is not False}
    for keying in form.keyings.all():
        own = entries_of(keying.entries)
        keyed = [f for f in paper.fields if f.name in put or f.name in own or f.name in entries]
        wrong = [f for f in keyed if not own.get(f.name, NOTHING).same(entries.get(f.name, NOTHING))]
        KeyingError.objects.bulk_create(_error(keying, f, own, entries) for f in wrong)
        _count(round_, keying, {f.name for f in keyed}, {f.name for f in wrong})
    form.keyings.update(is_compared=True)


def _error(keying: Keying, field: Field, own: Entries, entries: Entries) -> KeyingError:
    typed, right = (field.typed(e.get(field.name, NOTHING)) for e in (own, entries))
    return KeyingError(keying=keying, field=field.name, typed=typed, taken=right)


def _count(round_: Round, keying: Keying, keyed: set[str], wrong: set[str]) -> None:
    old = list(KeyingCount.objects.filter(round=round_, person=keying.person_id, field__in=keyed))
    there = {row.field for row in old}
    new = [KeyingCount(round=round_, person_id=keying.person_id, field=name) for name in sorted(keyed - there)]
    for row in (*old, *new):
        row.fields += 1
        row.errors += row.field in wrong
    figures = ["fields", "errors"]
    KeyingCount.objects.bulk_create(new)
    KeyingCount.objects.bulk_create(old, update_conflicts=True, unique_fields=["pk"], update_fields=figures)


def _received(case: Case) -> dt.date:
    """Give the day on which the form reached the desk; where nobody wrote it down, today."""
    day = FormStep.objects.filter(case=case, step=FormStep.Step.RECEIVED).values_list("day", flat=True).first()
    return day or timezone.localdate()
