"""Taking a letter in: its text, the program's reading, and rows for a person to correct."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas.letters import Deadline, Letter, read_document, read_letter
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions.directives.proposing import deadline_of, parties_of, period_of, title_of
from sipas_web.improvement.directive_deadlines import REPEATING, day_of, last_of_year_named
from sipas_web.improvement.models import Addressee, Citation, Directive, Party, ProposedTarget, Provision
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries.directives import names
from sipas_web.improvement.queries.directives.access import issuer_key, reference_key
from sipas_web.shared.uploads import on_disk
from sipas_web.units.queries import Unit

LEAST_LETTERS = 40
MOST_LETTERS = 80_000  # characters: some 25 pages, read in about a second
COPY_BYTES = 64 * 1024


def text_of(file: UploadedFile[bytes]) -> str:
    """Give the text of a letter's file; an error of the library where it is none."""
    with on_disk(file.chunks(COPY_BYTES), "van-ban") as path:
        return read_document(path)


@transaction.atomic
def take_in(*, unit: Unit, text: str, by: Actor, file_name: str = "", is_simulated: bool = False) -> Directive:
    """Read a letter and put the values down for correction; needs ``improvement.directive_keep`` over the unit.

    The reading stays as it was; the rows made from it are what a person corrects.
    """
    by.require(Permission.DIRECTIVE_KEEP, unit)
    if sum(c.isalpha() for c in text) < LEAST_LETTERS:
        raise ValidationError({"text": _("Paste the whole text of the letter, or choose its file.")})
    if len(text) > MOST_LETTERS:
        raise ValidationError({
            "text": _("At most %(most)d characters: leave the annexes out.") % {"most": MOST_LETTERS}
        })
    letter = read_letter(text)
    made = _directive(letter, unit, by, file_name)
    made.is_simulated = is_simulated
    made.save()
    _put_rows(made, letter)
    details = {"letters": len(letter.text), "missing": list(letter.missing), "retelling": letter.is_retelling}
    record(by=by, action="improvement.directive_read", subject=made, unit=unit, details=details)
    return made


def _directive(letter: Letter, unit: Unit, by: Actor, file_name: str) -> Directive:
    reading = msgspec.to_builtins(letter)
    del reading["text"]
    issued = letter.date.value if letter.date else None
    name = letter.issuer.value if letter.issuer else ""
    place = letter.place.value if letter.place else ""
    issuer = names.likeliest(name, on=issued or timezone.localdate(), near=unit, place=place)
    reference = _reference(letter)
    return Directive(
        unit=unit, issuer=issuer, issuer_name=name[:300], issuer_key=issuer_key(issuer, name),
        parent_name=letter.parent.value[:300] if letter.parent else "", kind=letter.kind.value if letter.kind else "",
        reference=reference, reference_key=reference_key(reference),
        place=place[:120],
        issued=issued, subject=letter.subject.value if letter.subject else "", is_retelling=letter.is_retelling,
        file_name=file_name[:160], text=letter.text, reading=reading, created_by=by.name,
    )  # fmt: skip


def _put_rows(made: Directive, letter: Letter) -> None:
    on = made.issued or timezone.localdate()
    near = names.using(made)
    Addressee.objects.bulk_create(
        Addressee(directive=made, name=f.value[:300], unit=names.likeliest(f.value, on=on, near=near),
                  read_at=f"addressees.{n}")
        for n, f in enumerate(letter.addressees)
    )  # fmt: skip
    Citation.objects.bulk_create(
        Citation(directive=made, role=c.role, kind=c.kind, reference=(c.reference or "")[:80],
                 reference_key=reference_key((c.reference or "")[:80]), issued=c.date,
                 issuer_name=(c.issuer or "")[:300], title=c.title or "", read_at=f"citations.{n}",
                 issuer=names.likeliest(c.issuer or "", on=c.date or on, near=near))
        for n, c in enumerate(letter.citations)
    )  # fmt: skip
    ProposedTarget.objects.bulk_create(
        ProposedTarget(directive=made, path=t.task or "", indicator=t.indicator or "", relation=t.relation,
                       value=Decimal(str(t.value)), measure=t.unit, year=t.year, read_at=f"thresholds.{n}",
                       is_wanted=t.relation != "eq" or t.value == 100)
        for n, t in enumerate(letter.thresholds)
    )  # fmt: skip
    _put_orders(made, letter)


def _put_orders(made: Directive, letter: Letter) -> None:
    headings = {t.parent for t in letter.tasks if t.parent}
    by_path = {t.path: t for t in letter.tasks}
    near, on = names.using(made), made.issued or timezone.localdate()
    for n, order in enumerate(letter.tasks):
        own = [d for d in letter.duties if d.task == order.path]
        deadline = deadline_of(order, letter.deadlines, by_path)
        parties = parties_of(order, own, by_path)
        provision = Provision.objects.create(
            directive=made, order=n, path=order.path[:40], text=order.text, title=title_of(order.text),
            is_task=order.path not in headings or bool(own), read_at=f"tasks.{n}",
            is_for_all=not any(role == Party.Role.OWN for role, _name in parties), **_when(deadline, letter, made),
        )  # fmt: skip
        Party.objects.bulk_create(
            Party(provision=provision, role=role, name=name[:300], unit=names.likeliest(name, on=on, near=near))
            for role, name in parties
        )


def _when(deadline: Deadline | None, letter: Letter, made: Directive) -> dict[str, Any]:
    if deadline is None:
        return {}
    read = period_of(deadline, letter.deadlines, letter.text)
    period = read if read in Provision.Period.values else ""
    due, until = day_of(deadline, made.issued), None
    if period in REPEATING and due is not None:
        until = last_of_year_named(made.subject, made.issued)
        until = None if until is not None and until < due else until
    return {"due": due, "period": period, "until": until}


def _reference(letter: Letter) -> str:
    parts = [letter.number.value if letter.number else "", letter.symbol.value if letter.symbol else ""]
    return "/".join(p for p in parts if p)[:80]
