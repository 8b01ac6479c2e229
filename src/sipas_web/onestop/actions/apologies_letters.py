"""Letters as files: whom they go to is opened for it, and that is recorded."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.onestop.actions.sending import APPLICANT
from sipas_web.onestop.apology_documents import letter
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries import apologies as reads
from sipas_web.privacy.actions import open_people
from sipas_web.privacy.queries import Identity


@transaction.atomic
def make_letter(*, apology_id: int, form: str, by: Actor) -> bytes:
    """Make the letter as PDF or DOCX. Needs ``onestop.apology_draft`` or ``onestop.apology_sign`` over its unit."""
    apology = reads.held_letter(apology_id)
    may_draft = reads.may(by, Permission.APOLOGY_DRAFT, apology.dossier)
    if not (may_draft or any(by.may(p, apology.unit) for p in (Permission.APOLOGY_DRAFT, Permission.APOLOGY_SIGN))):
        raise PermissionDenied
    token = apology.dossier.applicant
    found = open_people(kind=APPLICANT, tokens=[token] if token else [], purpose=str(apology), unit=apology.unit, by=by)
    content = letter(apology, found.get(token, Identity()), form)
    record(
        by=by, action="onestop.apology_letter_made", subject=apology, unit=apology.unit, details={"form": form}
    )  # fmt: skip
    return content
