"""What the acts of this app are called in the audit record, and its long work on its panels."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

SENTENCES: dict[str, StrOrPromise] = {
    "rounds.round_added": _("began a round"),
    "rounds.work_handed_over": _("noted who took over the open work of a dissolved unit"),
    "rounds.round_abandoned": _("abandoned a round"),
    "rounds.sample_set_aside": _("set a drawn sample aside"),
    "rounds.setting_changed": _("changed settings of a round"),
    "rounds.edition_chosen": _("chose the questionnaire of a round"),
    "rounds.units_chosen": _("changed the units that a round measures"),
    "rounds.targets_changed": _("changed target values of a round"),
    "rounds.calendar_changed": _("changed the calendar of a round"),
    "rounds.design_saved": _("saved the design of a round"),
    "rounds.prices_saved": _("saved the unit prices of a round"),
    "rounds.list_added": _("handed in a list"),
    "rounds.list_removed": _("removed a list"),
    "rounds.list_mapped": _("said which column of a list holds what"),
    "rounds.totals_set": _("changed the one-stop totals to compare with"),
    "rounds.frame_import_asked": _("asked for the import of the lists"),
    "rounds.frame_imported": _("imported the lists into the frame"),
    "rounds.rejected_opened": _("opened rows that were not taken (identities)"),
    "rounds.rejected_downloaded": _("downloaded rows that were not taken (identities)"),
    "rounds.draw_opened": _("opened a draw"),
    "rounds.draw_text_typed": _("typed a witness's text for a draw"),
    "rounds.draw_refused": _("refused to witness a draw"),
    "rounds.draw_number_typed": _("typed the public number of a draw"),
    "rounds.draw_number_confirmed": _("confirmed the public number of a draw"),
    "rounds.draw_abandoned": _("abandoned a draw"),
    "rounds.draw_started": _("had a draw carried out"),
    "rounds.draw_done": _("drew the sample of a round"),
    "rounds.draw_tried": _("started a trial draw"),
    "rounds.draw_file_taken": _("downloaded rows of a draw"),
}
NOTES: dict[str, StrOrPromise] = {
    "rounds.import_frame": _("Import of the lists"),
    "rounds.hashing": _("Computing the hash of the frame"),
    "rounds.draw": _("Drawing the sample"),
    "rounds.draw_trial": _("Trial draw"),
    "rounds.certificate": _("Setting the certificate"),
    "rounds.trial": _("Drawing for practice"),
}
