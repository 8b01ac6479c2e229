"""What the app adds: its entry in the menu, its part of a round's page, what it holds of a person and how long."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sipas_web.audit.actors import Actor
from sipas_web.privacy.retention import Kept
from sipas_web.privacy.subjects import Held, Lines
from sipas_web.rounds.parts import Part, Stage, Standing
from sipas_web.rounds.queries import Round, State
from sipas_web.shared.menu import Entry
from sipas_web.supervision.actions import forgetting
from sipas_web.supervision.permissions import Permission
from sipas_web.supervision.queries import persons, released

ANSWER_DAYS = 180  # the office's own estimate, no rule of law: long enough to dispute a finding


def standing(round_: Round) -> Standing:
    """Say what was released: whether checks are under way is told to nobody."""
    if round_.state not in {State.IN_FIELD, State.FROZEN, State.PUBLISHED}:
        return Standing(Stage.WAITING, _("Follows the issue of cases."))
    samples, waiting = released.counts_of(round_)
    if waiting:
        text = ngettext("%(n)d step on failed forms waits.", "%(n)d steps on failed forms wait.", waiting)
        return Standing(Stage.READY, text % {"n": waiting})
    if samples:
        text = ngettext("%(n)d check sample released.", "%(n)d check samples released.", samples)
        return Standing(Stage.DONE, text % {"n": samples})
    return Standing(Stage.OPTIONAL, _("Nothing is released yet."))


def waits_for(user: Any) -> int:
    """Count what waits for a person: open cases of own samples, steps on failed forms, requests without a report."""
    return released.waits_for(Actor(f"person:{user.pk}", "", "", "", user))


def _delete(round_: Round, case_code: str, reason: str, by: Actor) -> str:
    del reason, by
    return str(_("What was said at a re-verification was destroyed.")) if persons.forget(round_, case_code) else ""


def _see(round_: Round, case_code: str) -> Lines:
    return persons.seen(round_, case_code)


PART = Part(109, "supervision_round", gettext_lazy("Supervision"), Permission.FINDING_VIEW, standing)
ENTRY = Entry(
    5,
    "supervision_home",
    gettext_lazy("Supervision"),
    gettext_lazy("Check samples, re-verification, findings and what is done about them."),
    Permission.FINDING_VIEW,
    waits_for,
)
HELD = Held("supervision.check", gettext_lazy("Re-verification"), see=_see, delete=_delete)
ANSWERS = Kept(
    "supervision.answers",
    gettext_lazy("What people said at a re-verification; verdicts stay"),
    gettext_lazy("its check sample was released or given up, once the round is over"),
    ANSWER_DAYS,
    forgetting.oldest_kept_answers,
    forgetting.delete_kept_answers,
)
