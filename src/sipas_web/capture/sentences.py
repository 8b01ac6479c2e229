"""What the acts of this app are called in the audit record, and its long work on its panels."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

SENTENCES: dict[str, StrOrPromise] = {
    "capture.answer_set_aside": _("set an answer aside after re-verification"),
    "capture.answers_taken": _("took answers out of a file"),
    "capture.keying_begun": _("began to key a form"),
    "capture.keying_finished": _("finished keying a form"),
    "capture.keying_put_back": _("let go of a form whose keying was not finished"),
    "capture.keyings_reconciled": _("reconciled two keyings of a form"),
    "capture.simulation_asked": _("had the field work of a simulated round made up"),
    "capture.web_answers_taken": _("sent answers on the web"),
    "capture.web_answer_disputed": _("said that the answer sent on the web was not theirs"),
}
NOTES: dict[str, StrOrPromise] = {
    "capture.responses": _("Import of answers"),
    "capture.simulation": _("Simulated field work"),
    "capture.simulating": _("Making up visits and answers"),
}
