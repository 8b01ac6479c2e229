"""What the part of targets registers: sentences, menu, long work, what waits, figures of reports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from sipas_web.audit.sentences import add as add_sentences
from sipas_web.improvement.permissions import Permission
from sipas_web.shared import menu, report_figures, waiting

SENTENCES: dict[str, StrOrPromise] = {
    "improvement.target_set": _("set a target"),
    "improvement.target_withdrawn": _("withdrew a target"),
    "improvement.target_put_into_round": _("had a round judge a target"),
    "improvement.series_registered": _("registered a series of figures"),
    "improvement.series_value_entered": _("entered or corrected a value of a series"),
    "improvement.commitments_asked": _("asked units for commitments"),
    "improvement.commitment_taken_back": _("asked no longer for a commitment"),
    "improvement.commitment_written": _("wrote the items of a commitment"),
    "improvement.commitment_signed": _("signed a commitment"),
    "improvement.commitment_reported": _("reported on an item of a commitment"),
    "improvement.commitment_reviewed": _("reviewed an item of a commitment"),
    "improvement.commitment_handed_over": _("handed a commitment to the successor of a unit"),
    "improvement.commitments_closed": _("closed a year of commitments"),
    "improvement.commitments_corrected": _("corrected a closed year of commitments"),
    "improvement.training_entered": _("entered a training session"),
    "improvement.campaign_entered": _("entered a campaign"),
    "improvement.measure_changed": _("added to a training session or campaign"),
    "improvement.discipline_entered": _("entered a decision into the register of discipline"),
    "improvement.discipline_removed": _("took a decision out of the register of discipline"),
    "improvement.discipline_forgotten": _("destroyed decisions on officials that had been kept long enough"),
}


def register() -> None:
    """Register them."""
    from sipas_web.improvement.actions.commitments import hand_over_ended
    from sipas_web.improvement.pages import targets_sources as sources
    from sipas_web.improvement.pages.targets_kept import DISCIPLINE
    from sipas_web.privacy import retention
    from sipas_web.units.actions.handing_over import hears

    add_sentences(SENTENCES)
    meaning = _("What indices shall reach, what heads signed, training, campaigns.")
    menu.add(menu.Entry(42, "target_list", _("Targets, commitments"), meaning, Permission.TARGET_VIEW))
    for source in sources.WAITING:
        waiting.add(source)
    for figures in sources.FIGURES:
        report_figures.add(figures)
    retention.keep(DISCIPLINE)
    hears(hand_over_ended)
