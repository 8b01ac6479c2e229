"""What the acts of this app are called in the audit record."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

SENTENCES: dict[str, StrOrPromise] = {
    "jobs.stopped": _("stopped long work"),
    "jobs.resumed": _("resumed long work"),
    "jobs.backed_up": _("backed up the whole installation"),
    "jobs.restored": _("restored the whole installation from a backup"),
}
