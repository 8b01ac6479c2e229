"""What the acts of this app are called in the audit record, and its long work on its panels."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

SENTENCES: dict[str, StrOrPromise] = {
    "supervision.list_fixed": _("fixed the list of a check sample"),
    "supervision.sample_drawn": _("drew a check sample"),
    "supervision.sample_abandoned": _("gave a check sample up"),
    "supervision.attempt_logged": _("re-verified a form"),
    "supervision.case_reopened": _("opened a re-verified form again"),
    "supervision.sample_closed": _("closed a check sample"),
    "supervision.sample_matched": _("matched a check sample"),
    "supervision.sample_released": _("released the findings of a check sample"),
    "supervision.paper_taken": _("took a paper of a check sample along"),
    "supervision.remedy_settled": _("settled a step on a failed form"),
    "supervision.order_given": _("asked for a re-verification"),
    "supervision.order_withdrawn": _("took a request for a re-verification back"),
    "supervision.order_reported": _("reported on a requested re-verification"),
}
NOTES: dict[str, StrOrPromise] = {
    "supervision.match": _("Matching the re-verified forms"),
    "supervision.reading": _("Reading the first answers"),
    "supervision.matching": _("Working out agreement and the effect on the index"),
}
