"""Setting an answer aside after re-verification: it no longer counts, and is kept."""

from __future__ import annotations

from collections import Counter

from django.db import transaction

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.capture.models import Response
from sipas_web.capture.queries.answers import SET_ASIDE
from sipas_web.fieldwork import actions as fieldwork
from sipas_web.rounds import states
from sipas_web.rounds.queries import Round, State, held


@transaction.atomic
def set_aside(*, round_: Round, case_code: str, reason: str, by: Actor) -> bool:
    """Make the chosen answer of a case invalid because re-verification found that it does not stand; keep it stored.

    The freeze carries it as a returned form without an answer, which the library judges invalid. A later valid answer
    of the case takes its place. The caller has asked for its own permission. Gives whether there was an answer that
    counted; doing it twice changes nothing. Recorded with the reason.
    """
    round_ = held(round_.pk)
    states.refuse_unless(round_, State.IN_FIELD)
    chosen = Response.objects.filter(case__round=round_, case__case_id=case_code, is_chosen=True).first()
    if chosen is None or chosen.invalid_reason == SET_ASIDE:
        return False
    chosen.is_valid, chosen.invalid_reason = False, SET_ASIDE
    chosen.save(update_fields=["is_valid", "invalid_reason"])
    fieldwork.put_answers(round_.pk, {case_code: False}, Counter())
    details = {"case": case_code, "reason": reason}
    record(by=by, action="capture.answer_set_aside", subject=round_, unit=round_.unit, details=details)
    return True
