"""An answer that came in is emptied where the person behind its case asks for deletion while the field lasts."""

from __future__ import annotations

import secrets

from django.utils.translation import gettext as _

from sipas_web.audit.actors import Actor
from sipas_web.capture.models import Response, WebAnswer
from sipas_web.rounds.queries import Round, State

SHA256_BYTES = 32


def empty_of_case(round_: Round, case_code: str, reason: str, by: Actor) -> str:
    """Empty every answer of a case and what was measured beside it; says what was done.

    The rows stay, with their receipts: that something came in, and when, is not the person's answer. The hash of the
    content goes too, because answers could be guessed from it. The case itself is withdrawn by the field.
    """
    del reason, by
    rows = list(Response.objects.filter(case__round=round_, case__case_id=case_code))
    if not rows or round_.state != State.IN_FIELD:
        return ""
    for row in rows:
        row.answers, row.content_sha256 = {}, secrets.token_hex(SHA256_BYTES)
    Response.objects.bulk_update(rows, ["answers", "content_sha256"])
    WebAnswer.objects.filter(response__in=rows).update(seconds={}, pages=0, minutes=0)
    return _("The answers that had come in were emptied; only that they came in is kept.")
