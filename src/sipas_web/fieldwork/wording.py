"""What codes of the field say to a reader: outcomes, modes, reasons."""

from __future__ import annotations

from functools import cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sipas.quality import Disposition, dispositions
from sipas_web.fieldwork.assignment_files import fault_text
from sipas_web.fieldwork.queries import Answer, Case, State
from sipas_web.shared.core_errors import reason


def outcome_label(code: str) -> str:
    """Say an outcome; empty where there is none."""
    found = _outcomes().get(code)
    return "" if found is None else found.en if get_language() == "en" else found.vi


def told_label(outcome: str, step: str = "", *, is_with_person: bool = False) -> str:
    """Say what happened at a visit. The label of 2.27 says what a form handed over counts as if it never comes back."""
    if outcome == "2.27":
        return _("Form handed over") if step or not is_with_person else _("Not filled in yet, to be fetched later")
    return _("Form collected") if outcome == "1.1" and step else outcome_label(outcome)


def mode_label(mode: str) -> str:
    """Say how a form went out and came back."""
    return {
        "paper": _("paper form"),
        "face_to_face": _("face to face"),
        "mail": _("by mail"),
        "phone": _("telephone"),
        "web": _("online"),
    }.get(mode, mode)


def state_label(case: Case) -> tuple[str, str]:
    """Say where a case stands, with the tone of its badge."""
    if case.state == State.ANSWERED:
        is_valid = case.answer == Answer.VALID
        return (_("answered, valid"), "good") if is_valid else (_("answered, not valid"), "warning")
    tones = {State.REPLACED: "bad", State.NOT_ANSWERED: "bad", State.VISITED: "warning"}
    state = State(case.state)
    return str(state.label), tones.get(state, "info")


def reason_label(code: str) -> str:
    """Say why a row was not taken as it stands."""
    own = {
        "fieldwork.visit_differs": _("This visit of the case was recorded before, with another content."),
        "capture.kept_beside": _("The case was answered before, with other answers; both are kept."),
    }
    return own.get(code) or fault_text(code) or reason(code)


@cache
def _outcomes() -> dict[str, Disposition]:
    return {d.code: d for d in dispositions()}
