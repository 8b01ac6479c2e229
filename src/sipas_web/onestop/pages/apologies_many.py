"""What is said of several apologies done at once."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sipas_web.onestop.actions.apologies_many import Done

MOST_NAMED = 5


def said_of_drafting(result: Done) -> tuple[str, list[str]]:
    """Say what was drafted, and what was not and why."""
    done = ngettext("%(n)d letter waits for the signature.", "%(n)d letters wait for the signature.", result.done)
    before = ngettext(
        "%(n)d dossier had its letter already.", "%(n)d dossiers had their letter already.", result.before
    )
    return _told(result, done, before, _("No dossier was chosen."))


def said_of_sending(result: Done) -> tuple[str, list[str]]:
    """Say what is being sent, and what is not and why."""
    done = ngettext("%(n)d letter is being sent.", "%(n)d letters are being sent.", result.done)
    before = ngettext("%(n)d letter was on its way already.", "%(n)d letters were on their way already.", result.before)
    return _told(result, done, before, _("No signed letter was chosen."))


def said_of_noting(result: Done) -> tuple[str, list[str]]:
    """Say what was noted as sent, and what was not and why."""
    done = ngettext("%(n)d letter was noted as sent.", "%(n)d letters were noted as sent.", result.done)
    before = ngettext("%(n)d letter was sent already.", "%(n)d letters were sent already.", result.before)
    return _told(result, done, before, _("No signed letter was chosen."))


def _told(result: Done, done: str, before: str, nothing: str) -> tuple[str, list[str]]:
    by_reason: dict[str, list[str]] = defaultdict(list)
    for which, why in result.refused:
        by_reason[why].append(which)
    rest = [before % {"n": result.before}] if result.before else []
    for why, names in by_reason.items():
        some = ", ".join(names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")
        rest.append(_("Left out (%(n)d): %(names)s. %(why)s") % {"n": len(names), "names": some, "why": why})
    if not (result.done or rest):
        rest = [nothing]
    return (done % {"n": result.done} if result.done else ""), rest
