"""What becomes of a keyed form: its step, its answer, and what each keyer got wrong. Callers hold the round."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from sipas_web.capture.actions.taking import Given, accept
from sipas_web.capture.keying_form import NOTHING, Entries, Field, PaperForm, entries_of, stored
from sipas_web.capture.models import KeyedForm, Keying, KeyingCount, KeyingError
from sipas_web.fieldwork.models import FormStep
from sipas_web.fieldwork.queries import Case
from sipas_web.rounds.queries import Round

MODE = "paper"
TAKEN = ["state", "is_double", "differing", "entries", "marks", "accepted", "reconciler"]


@dataclass(frozen=True, slots=True)
class Settled:
    """A form of which it is clear what the paper says."""

    form: KeyedForm
    entries: Entries
    paper: PaperForm


def accept_forms(round_: Round, settled: Sequence[Settled]) -> None:
    """Take what papers say as the answers of their cases; what cannot count is kept with its mark and reason."""
    if not settled:
        return
    days = _received([s.form.case for s in settled])
    accept(round_, [_given(s, days) for s in settled])
    for s in settled:
        s.form.entries, s.form.marks = stored(s.entries), s.paper.marked(s.entries)
        s.form.state, s.form.accepted = KeyedForm.State.ACCEPTED, timezone.now()
    forms = [s.form for s in settled]
    KeyedForm.objects.bulk_create(forms, update_conflicts=True, unique_fields=["pk"], update_fields=TAKEN)


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


def _given(settled: Settled, days: Mapping[int, dt.date]) -> Given:
    form, taken = settled.form, settled.paper.taken(settled.entries)
    return Given(
        case_id=form.case.case_id,
        mode=MODE,
        received_on=days.get(form.case_id) or timezone.localdate(),
        answers=taken.answers,
        is_valid=taken.valid,
        invalid_reason=taken.invalid_reason or "",
        source=f"keying {form.pk}",
    )


def _received(cases: Sequence[Case]) -> dict[int, dt.date]:
    """Give the days on which forms reached the desk, where somebody wrote them down."""
    steps = FormStep.objects.filter(case__in=cases, step=FormStep.Step.RECEIVED)
    return dict(steps.values_list("case_id", "day"))
