"""What the acts of this app are called in the audit record, and its long work on its panels."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

SENTENCES: dict[str, StrOrPromise] = {
    "quality.check_asked": _("asked for a look through the forms of a round"),
    "quality.points_written": _("wrote points of forms and interviewers"),
    "quality.checked": _("looked through the forms of a round"),
    "quality.nothing_new": _("found nothing new to look through"),
    "quality.closed": _("closed the quality check of a round; where answers came from was forgotten"),
    "quality.reopened": _("opened the quality check of a round again"),
    "quality.decided": _("decided on a flagged form or interviewer"),
}
NOTES: dict[str, StrOrPromise] = {
    "quality.look_through": _("Look through the forms"),
    "quality:reading": _("Reading answers and visits"),
    "quality:comparing": _("Comparing forms with each other"),
    "quality:writing": _("Writing points and reasons"),
}
