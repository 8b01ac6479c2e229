"""Unfinished answers: begun, saved step by step, opened on another device with a PIN.

These writes are not in the audit record: they are the respondent's own notes, which nobody else can read. What is
recorded is that answers were sent (``self_completion_sending``) and that one was said not to be the respondent's.
"""

from __future__ import annotations

import datetime as dt
import itertools
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor, Nothing
from sipas_web.capture import draft_seal as seal
from sipas_web.capture.models import Draft, WebGate
from sipas_web.capture.turns import in_turn
from sipas_web.fieldwork.queries import Case

RESPONDENT = Actor("respondent", "Người trả lời", "", "web", Nothing())  # no address, no device: an answer has none
MOST_DRAFTS = 20  # of one case
MOST_DEVICES = 5  # that may open a draft
PIN_DIGITS = (6, 12)
FREE_TRIES = 3
WAITS = (60, 300, 900, 3600, 6 * 3600, 24 * 3600)  # s after each further wrong PIN
MOST_SECONDS = 3600  # s that one look at a section counts


@dataclass(slots=True)
class Content:
    """What a draft holds."""

    kind: str | None  # person, organisation
    is_kind_given: bool  # by the frame; otherwise the respondent said so
    answers: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, int] = field(default_factory=dict)
    pages: int = 0
    begun: int = 0  # s of the epoch, by the server's clock

    @property
    def minutes(self) -> int:
        """Whole minutes since the first page."""
        return max(0, int(time.time()) - self.begun) // 60


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes: what the cookie of their device holds."""

    handle: str
    secret: bytes


@in_turn
@transaction.atomic
def begin(*, case: Case, kind: str | None, is_kind_given: bool) -> Writer:
    """Begin a draft of an open case; needs nothing but the code. Other drafts of the case stay as they are."""
    if Draft.objects.filter(case=case).count() >= MOST_DRAFTS:
        raise ValidationError(_("Too many answers were begun with this code. Please answer on the paper form."))
    writer, key = Writer(secrets.token_hex(16), seal.new_secret()), seal.new_secret()
    bound_to = _bound(case, writer.handle)
    content = Content(kind, is_kind_given, begun=int(time.time()))
    Draft.objects.create(
        case=case,
        handle=writer.handle,
        sealed=_sealed(key, content, bound_to),
        doors=[seal.door(seal.key_of_device(case.case_id, writer.secret), key, bound_to)],
    )
    return writer


def content_of(draft: Draft, case: Case, writer: Writer) -> Content | None:
    """Read a draft with the secret of a device; None where it does not open."""
    key = _key(draft, case, writer)
    return None if key is None else _opened(draft, key, _bound(case, draft.handle))


@in_turn
@transaction.atomic
def save_section(
    *, case: Case, writer: Writer, section: int, name: str, answers: Mapping[str, Any], seconds: int
) -> Content | None:
    """Save the answers of a section into the draft; needs the secret of its device. None where the draft is gone.

    The draft is held meanwhile: two windows of one browser do not undo each other's sections.
    """
    draft = Draft.objects.select_for_update().filter(case=case, handle=writer.handle).first()
    key = None if draft is None else _key(draft, case, writer)
    bound_to = _bound(case, writer.handle)
    content = None if draft is None or key is None else _opened(draft, key, bound_to)
    if draft is None or key is None or content is None:
        return None
    content.answers.update(answers)
    content.seconds[name] = content.seconds.get(name, 0) + max(0, min(seconds, MOST_SECONDS))
    content.pages += 1
    draft.sealed, draft.saved = _sealed(key, content, bound_to), timezone.now()
    draft.furthest = max(draft.furthest, section)
    draft.save(update_fields=["sealed", "saved", "furthest"])
    return content


@transaction.atomic
def choose_pin(*, case: Case, writer: Writer, pin: str) -> None:
    """Let a draft be opened on another device with a PIN; needs the secret of its device. Refuses an easy one."""
    check_pin(pin)
    draft = Draft.objects.filter(case=case, handle=writer.handle).first()
    key = None if draft is None else _key(draft, case, writer)
    if draft is None or key is None:
        raise ValidationError(_("This answer cannot be opened on this device any more."))
    made = seal.door(seal.key_of_pin(case.case_id, pin), key, _bound(case, writer.handle))
    Draft.objects.filter(pk=draft.pk).update(pin_door=made)


def open_with_pin(*, case: Case, pin: str) -> Writer:
    """Open a draft on this device by its PIN; gives the device a secret of its own.

    Tries are counted before they are made, and from the third wrong one on each makes the next wait longer; nothing is
    ever destroyed by them.
    """
    _count_try(case)
    key_of_pin = seal.key_of_pin(case.case_id, pin)  # slow: outside any transaction
    for draft in Draft.objects.filter(case=case).exclude(pin_door="").order_by("-saved"):
        key = seal.through(key_of_pin, [draft.pin_door], _bound(case, draft.handle))
        if key is not None:
            return _let_in(case, draft, key)
    raise ValidationError(_("This PIN opens no answer begun with this code."))


@transaction.atomic
def dispute(*, case: Case) -> None:
    """Note that a holder of the code says the answer sent is not theirs. Recorded once, without an address."""
    gate = _gate(case)
    if gate.disputed is not None:
        return
    gate.disputed = timezone.now()
    gate.save(update_fields=["disputed"])
    record(by=RESPONDENT, action="capture.web_answer_disputed", subject=case, unit=case.round.unit)


def check_pin(pin: str) -> None:
    """Refuse a PIN that is no number of the right length, or that everybody tries first."""
    least, most = PIN_DIGITS
    if not (pin.isascii() and pin.isdigit() and least <= len(pin) <= most):
        raise ValidationError(_("The PIN has %(least)s to %(most)s digits.") % {"least": least, "most": most})
    steps = {(int(b) - int(a)) % 10 for a, b in itertools.pairwise(pin)}
    if steps in ({0}, {1}, {9}):
        raise ValidationError(_("This PIN is too easily guessed. Choose another."))


@transaction.atomic
def _count_try(case: Case) -> None:
    """Count a PIN before it is tried, so that tries made at once count as well; refuse one that has to wait."""
    gate, now = _gate(case), timezone.now()
    if gate.wait_until is not None and gate.wait_until > now:
        minutes = int((gate.wait_until - now).total_seconds() // 60) + 1
        raise ValidationError(
            _("Too many wrong PINs. Try again in %(minutes)s minutes; what was saved is kept.") % {"minutes": minutes}
        )
    gate.wrong_pins += 1
    further = gate.wrong_pins - FREE_TRIES
    if further >= 0:
        gate.wait_until = now + dt.timedelta(seconds=WAITS[min(further, len(WAITS) - 1)])
    gate.save(update_fields=["wrong_pins", "wait_until"])


@transaction.atomic
def _let_in(case: Case, draft: Draft, key: bytes) -> Writer:
    writer = Writer(draft.handle, seal.new_secret())
    held = Draft.objects.select_for_update().filter(pk=draft.pk).first()
    if held is None:
        raise ValidationError(_("This PIN opens no answer begun with this code."))
    door = seal.door(seal.key_of_device(case.case_id, writer.secret), key, _bound(case, draft.handle))
    held.doors = [*held.doors, door][-MOST_DEVICES:]
    held.save(update_fields=["doors"])
    WebGate.objects.filter(case=case).update(wrong_pins=0, wait_until=None)
    return writer


def _gate(case: Case) -> WebGate:
    WebGate.objects.get_or_create(case=case)
    return WebGate.objects.select_for_update().get(case=case)


def _key(draft: Draft, case: Case, writer: Writer) -> bytes | None:
    key = seal.key_of_device(case.case_id, writer.secret)
    return seal.through(key, draft.doors, _bound(case, draft.handle))


def _bound(case: Case, handle: str) -> str:
    return f"{case.round_id} {case.case_id} {handle}"


def _sealed(key: bytes, content: Content, bound_to: str) -> bytes:
    values = {
        "kind": content.kind, "given": content.is_kind_given, "answers": content.answers,
        "seconds": content.seconds, "pages": content.pages, "begun": content.begun,
    }  # fmt: skip
    return seal.sealed_values(key, values, bound_to)


def _opened(draft: Draft, key: bytes, bound_to: str) -> Content | None:
    found = seal.opened_values(key, bytes(draft.sealed), bound_to)
    if found is None:
        return None
    return Content(found["kind"], found["given"], found["answers"], found["seconds"], found["pages"], found["begun"])
