"""What the acts of this app are called in the audit record."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

SENTENCES: dict[str, StrOrPromise] = {
    "rounds.round_added": _("began a round"),
    "rounds.round_abandoned": _("abandoned a round"),
    "rounds.sample_set_aside": _("set a drawn sample aside"),
    "rounds.setting_changed": _("changed settings of a round"),
    "rounds.edition_chosen": _("chose the questionnaire of a round"),
    "rounds.units_chosen": _("changed the units that a round measures"),
    "rounds.targets_changed": _("changed target values of a round"),
    "rounds.calendar_changed": _("changed the calendar of a round"),
    "rounds.design_saved": _("saved the design of a round"),
    "rounds.prices_saved": _("saved the unit prices of a round"),
}
