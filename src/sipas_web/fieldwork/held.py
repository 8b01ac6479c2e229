"""What the field holds about the person behind a case code, and how a withdrawal is carried out here."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas_web.audit.actors import Actor
from sipas_web.fieldwork import actions
from sipas_web.fieldwork.queries import Case, State, Visit
from sipas_web.privacy.subjects import Held, Lines
from sipas_web.rounds.queries import Round
from sipas_web.rounds.queries import State as RoundState

REFUSED = "2.11"  # AAPOR: refusal by the person


def _see(round_: Round, case_code: str) -> Lines:
    case = Case.objects.select_related("agency", "office").filter(round=round_, case_id=case_code).first()
    if case is None:
        return ()
    visits = Visit.objects.filter(case=case).order_by("number")
    days = ", ".join(date_format(visit.day, "SHORT_DATE_FORMAT") for visit in visits)
    return [
        (_("Agency of the transaction"), case.agency.name),
        (_("State"), case.get_state_display()),
        (_("Post office that carries the form"), case.office.full_name if case.office else "–"),
        (_("Days of visits"), days or "–"),
    ]


def _withdraw(round_: Round, case_code: str, reason: str, by: Actor) -> str:
    case = Case.objects.filter(round=round_, case_id=case_code).first()
    if case is None or case.state in {State.WITHDRAWN, State.RESERVE}:
        return ""
    if round_.state != RoundState.IN_FIELD:
        return _("The field of this round has ended: an answer that came in stays, and nobody can tell whose it is.")
    actions.withdraw(case_pk=case.pk, outcome=REFUSED, because=reason, by=by)
    return _("The case was withdrawn; an answer of it does not count.")


HELD = Held(
    "fieldwork.case",
    gettext_lazy("Handing out and collecting the form"),
    see=_see,
    withdraw=_withdraw,
    delete=_withdraw,
)
