"""Reconciling two keyings that differ: a third person looks at the paper."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.capture.actions.keying import person_of, said
from sipas_web.capture.actions.keying_taken import Settled, accept_forms, settle
from sipas_web.capture.keying_form import Entry, PaperForm, entries_of
from sipas_web.capture.models import KeyedForm
from sipas_web.capture.permissions import Permission
from sipas_web.capture.queries.keying import form_of
from sipas_web.fieldwork.queries import State as CaseState
from sipas_web.rounds import states
from sipas_web.rounds.queries import State, held


@transaction.atomic
def reconcile(*, form_id: int, typed: Mapping[str, str], by: Actor) -> KeyedForm:
    """Settle what the paper says in the fields that differ; needs ``capture.keying_reconcile`` and a third person.

    ``typed`` holds a field as a keyer types it; fields in which both agree may be among them, where what hangs on them
    has changed. A form that is settled stays as it is.
    """
    person = person_of(by)
    round_ = held(KeyedForm.objects.values_list("round_id", flat=True).get(pk=form_id))
    by.require(Permission.KEYING_RECONCILE, round_.unit)
    form = KeyedForm.objects.select_for_update(of=("self",)).select_related("case").get(pk=form_id)
    if form.state == KeyedForm.State.ACCEPTED:
        return form
    states.refuse_unless(round_, State.IN_FIELD)
    if form.state != KeyedForm.State.DIFFERS or form.case.state == CaseState.WITHDRAWN:
        raise ValidationError(_("There is nothing to reconcile in this form."))
    if form.keyings.filter(person=person).exists():
        raise ValidationError(_("You keyed this form yourself: a third person reconciles it."))
    paper = form_of(round_, form.kind)
    entries = _decided(form, typed, paper)
    form.reconciler_id = person
    settle(round_, form, entries, paper)
    accept_forms(round_, [Settled(form, entries, paper)])
    details = {"case": form.case.case_id, "names": form.differing}
    record(by=by, action="capture.keyings_reconciled", subject=form, unit=round_.unit, details=details)
    return form


def _decided(form: KeyedForm, typed: Mapping[str, str], paper: PaperForm) -> dict[str, Entry]:
    """Put what was decided in the place of what differs, and of what no longer fits what was decided."""
    entries = entries_of(form.keyings.get(number=1).entries)
    names: list[str] = form.differing
    for _turn in (1, 2):
        read, faults = paper.read({name: typed.get(name, "") for name in names})
        entries = {name: entry for name, entry in entries.items() if name not in names} | read
        names = [name for name in paper.faults(entries) if typed.get(name) and name not in form.differing]
    faults |= {name: code for name, code in paper.faults(entries).items() if name not in faults}
    if faults:
        raise ValidationError({name: said(paper, name, code) for name, code in faults.items()})
    return paper.settled(entries)
