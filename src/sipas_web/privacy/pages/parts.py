"""Where the contacts of a round stand, for its page; what waits, for the menu."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas_web.privacy import queries
from sipas_web.privacy.permissions import Permission
from sipas_web.privacy.queries.requests import count_waiting
from sipas_web.rounds.parts import Part, Stage, Standing
from sipas_web.rounds.queries import Round, State


def contacts_standing(round_: Round) -> Standing:
    """Say what is held of people, and until when."""
    drop = queries.drop_of(round_)
    if drop is not None and drop.finished is not None:
        day = date_format(timezone.localtime(drop.finished), "SHORT_DATE_FORMAT")
        return Standing(Stage.DONE, _("Contacts were destroyed on %(day)s.") % {"day": day})
    if drop is not None:
        return Standing(Stage.RUNNING, _("Contacts are being destroyed."))
    held, due = queries.count_of(round_), queries.due_day(round_)
    if not held:
        return Standing(Stage.WAITING, _("None held yet; they come with the issue of cases."))
    if due is None:
        return Standing(Stage.READY, _("%(held)s held; no day is set for dropping them.") % {"held": localize(held)})
    told = {"held": localize(held), "day": date_format(due, "SHORT_DATE_FORMAT")}
    if due < timezone.localdate():
        return Standing(Stage.READY, _("%(held)s held beyond %(day)s, the last day set.") % told)
    stage = Stage.READY if round_.state == State.PUBLISHED else Stage.WAITING
    return Standing(stage, _("%(held)s held, at most until %(day)s.") % told)


def waiting(user: Any) -> int:
    """Count what is late or open: requests beyond their day, breaches not closed."""
    return count_waiting(user.areas_of(str(Permission.DUTY_VIEW)), timezone.localdate())


PARTS = (Part(300, "join_drop", gettext_lazy("Contacts and their end"), Permission.DUTY_VIEW, contacts_standing),)
