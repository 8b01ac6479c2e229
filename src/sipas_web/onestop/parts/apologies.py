"""What the part of apologies registers: sentences, menu, long work, what waits, figures of reports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from sipas_web.audit.sentences import add as add_sentences

SENTENCES: dict[str, StrOrPromise] = {
    "onestop.apology_drafted": _("drafted an apology for a dossier"),
    "onestop.apology_changed": _("changed a draft apology"),
    "onestop.apology_signed": _("signed an apology"),
    "onestop.apology_sent_back": _("sent a draft apology back"),
    "onestop.apology_withdrawn": _("withdrew an apology"),
    "onestop.apology_sent": _("noted that an apology was sent"),
    "onestop.apology_entered": _("entered an apology that was sent outside this program"),
    "onestop.apology_excepted": _("decided that no apology is owed for a dossier"),
    "onestop.apology_exception_lifted": _("took back that no apology is owed for a dossier"),
    "onestop.apology_handed_over": _("gave an apology of a unit that has ended to its successor"),
    "onestop.apology_letter_made": _("made the letter of an apology as a file"),
    "onestop.late_dossiers_exported": _("exported late dossiers and their apologies"),
    "onestop.message_queued": _("asked that an apology be sent as a message"),
    "onestop.message_tried_again": _("had a message with an apology tried again"),
    "onestop.apology_words_expired": _("destroyed words of apologies kept long enough"),
    "onestop.message_called_off": _("called off a message with an apology"),
}
NOTES: dict[str, StrOrPromise] = {
    "onestop.send_apologies": _("Sending of apologies"),
    "onestop.sending": _("Handing messages to the gateway"),
}


def register() -> None:
    """Register them."""
    from sipas_web.jobs import notes
    from sipas_web.onestop import delivering  # noqa: F401  # registers the handler
    from sipas_web.onestop.actions.apologies import hand_over
    from sipas_web.onestop.pages import apologies_waiting as waits
    from sipas_web.onestop.parts import own_kept
    from sipas_web.onestop.permissions import Permission
    from sipas_web.privacy import retention
    from sipas_web.shared import menu, report_figures, waiting
    from sipas_web.units.actions.handing_over import hears

    add_sentences(SENTENCES)
    notes.add(NOTES)
    hears(hand_over)
    meaning = _("Late dossiers: what is to be apologised for, letters, which heads answer.")
    entry = menu.Entry(46, "apology_due", _("Apologies"), meaning, Permission.APOLOGY_VIEW, waits.count_waiting)
    menu.add(entry)
    retention.keep(own_kept.LETTERS)
    for source in waits.WAITING:
        waiting.add(source)
    report_figures.add(waits.FIGURES)
