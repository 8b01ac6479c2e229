"""The end of a keying: taken, keyed again, or reconciled. Keyings that end at the same moment share one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac

from sipas_web.audit.actions import Act, record_each
from sipas_web.audit.actors import Actor
from sipas_web.capture.actions.keying import Sent, is_newer, person_of, refuse_withdrawn, said, write_page
from sipas_web.capture.actions.keying_taken import Settled, accept_forms, settle
from sipas_web.capture.door import Door
from sipas_web.capture.keying_form import PaperForm, differing, entries_of, stored
from sipas_web.capture.models import KeyedForm, Keying
from sipas_web.capture.permissions import Permission
from sipas_web.capture.queries.keying import form_of
from sipas_web.capture.turns import in_turn
from sipas_web.fieldwork import actions as fieldwork
from sipas_web.fieldwork.queries import rules_of
from sipas_web.rounds import states
from sipas_web.rounds.queries import Round, State, held

ENDED = ["entries", "draft", "is_done", "finished", "page", "saves", "version", "keystrokes", "seconds", "saved"]
WAITING = ["state", "is_double", "differing"]
DRAWN_OF = 2**64


@dataclass(frozen=True, slots=True)
class Ending:
    """A keying that its keyer ends, and the language in which they are told what is wrong with it."""

    keying_id: int
    sent: Sent
    by: Actor
    language: str | None


def finish_keying(*, keying_id: int, sent: Sent, by: Actor) -> KeyedForm:
    """End a keying; sent again it is the same. What follows is decided here: taken, keyed again, or reconciled.

    Needs ``capture.form_key`` in a round in the field, and the keying to be one's own.
    """
    round_id = Keying.objects.filter(pk=keying_id).values_list("form__round", flat=True).first()
    if round_id is None:
        raise PermissionDenied
    return _door.pass_through(round_id, Ending(keying_id, sent, by, translation.get_language()))


@in_turn
@transaction.atomic
def finish_together(*, round_id: int, arrived: Callable[[], Sequence[Ending]]) -> list[KeyedForm | Exception]:
    """End keyings of one round, each recorded with who keyed it; gives each form, or why its keying did not end."""
    round_ = held(round_id)
    endings = arrived()
    keyings = _held_keyings(endings)
    judge = _Judge(round_)
    told: list[KeyedForm | Exception] = []
    ended: list[tuple[Keying, Actor]] = []
    for ending in endings:
        try:
            with translation.override(ending.language):
                keying, is_ended = judge.ended(keyings.get(ending.keying_id), ending)
        except (ValidationError, PermissionDenied) as error:
            told.append(error)
            continue
        told.append(keying.form)
        ended += [(keying, ending.by)] if is_ended else []
    if ended:
        _write(round_, ended, judge)
    return told


def is_double(round_: Round, case_id: str, percent: Fraction) -> bool:
    """Say whether a form is keyed twice: by a keyed hash, so that nobody can foresee it and anybody can check it.

    A greater share adds forms and takes none away.
    """
    digest = salted_hmac("sipas.capture.second_keying", f"{round_.pk}:{case_id}", algorithm="sha256").digest()
    return int.from_bytes(digest[:8], "big") * 100 < percent * DRAWN_OF


class _Judge:
    """Reads what was typed by the forms of a round, each built once."""

    def __init__(self, round_: Round) -> None:
        self.round = round_
        self._papers: dict[str, PaperForm] = {}

    def paper(self, kind: str) -> PaperForm:
        if kind not in self._papers:
            self._papers[kind] = form_of(self.round, kind)
        return self._papers[kind]

    def ended(self, keying: Keying | None, ending: Ending) -> tuple[Keying, bool]:
        """Bring a keying to its end, not yet written; False where it ended before. Refused: what is not fit to."""
        ending.by.require(Permission.FORM_KEY, self.round.unit)
        states.refuse_unless(self.round, State.IN_FIELD)
        if keying is None or keying.person_id != person_of(ending.by):
            raise PermissionDenied
        if keying.is_done:
            return keying, False
        is_newer(keying, ending.sent)
        refuse_withdrawn(keying.form.case)
        paper = self.paper(keying.form.kind)
        entries, faults = paper.read(ending.sent.typed)
        faults |= {name: code for name, code in paper.faults(entries).items() if name not in faults}
        if faults:
            raise ValidationError({name: said(paper, name, code) for name, code in faults.items()})
        keying.entries, keying.draft, keying.is_done = stored(paper.settled(entries)), {}, True
        keying.finished = timezone.now()
        write_page(keying, ending.sent)
        return keying, True


def _held_keyings(endings: Sequence[Ending]) -> dict[int, Keying]:
    """Hold the keyings, in one order for all."""
    rows = Keying.objects.select_for_update(of=("self",)).select_related("form__case")
    return {k.pk: k for k in rows.filter(pk__in={e.keying_id for e in endings}).order_by("pk")}


def _write(round_: Round, ended: list[tuple[Keying, Actor]], judge: _Judge) -> None:
    keyings = [keying for keying, _by in ended]
    Keying.objects.bulk_create(keyings, update_conflicts=True, unique_fields=["pk"], update_fields=ENDED)
    first = {k.form.case.case_id: by.name for k, by in ended if k.number == 1}
    fieldwork.put_keyed(round_, first)
    percent = Fraction(rules_of(round_).second_keying)
    settled = [s for k in keyings if (s := _settled(round_, k, judge.paper(k.form.kind), percent))]
    done = {s.form.pk for s in settled}
    waiting = [k.form for k in keyings if k.form.pk not in done]
    KeyedForm.objects.bulk_create(waiting, update_conflicts=True, unique_fields=["pk"], update_fields=WAITING)
    accept_forms(round_, settled)
    record_each(acts=[_act(round_, keying, by) for keying, by in ended])


def _settled(round_: Round, keying: Keying, paper: PaperForm, percent: Fraction) -> Settled | None:
    """Give what the paper says, where that is clear now; else say what the form waits for."""
    form, entries = keying.form, entries_of(keying.entries)
    if keying.number == 1:
        form.is_double = is_double(round_, form.case.case_id, percent)
        form.state = KeyedForm.State.SECOND
        return None if form.is_double else Settled(form, entries, paper)
    first = entries_of(form.keyings.get(number=1).entries)
    form.differing = differing(first, entries, paper)
    if form.differing:
        form.state = KeyedForm.State.DIFFERS
        return None
    settle(round_, form, first, paper)
    return Settled(form, first, paper)


def _act(round_: Round, keying: Keying, by: Actor) -> Act:
    details = {"case": keying.form.case.case_id, "number": keying.number, "state": keying.form.state}
    return Act(by, action="capture.keying_finished", subject=keying, unit=round_.unit, details=details)


def _together(round_id: int, arrived: Callable[[], Sequence[Ending]]) -> list[KeyedForm | Exception]:
    return finish_together(round_id=round_id, arrived=arrived)


_door = Door(_together)
