"""What the acts of this app are called in the audit record, and its long work on the page that follows it."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "results.round_frozen": _("froze a round"),
    "results.tables_frozen": _("wrote the frozen tables to files"),
    "results.estimated": _("finished the estimate of a freeze"),
    "results.estimate_asked": _("had frozen data estimated with other settings"),
    "results.verification_asked": _("had a round verified"),
    "results.approved": _("approved results"),
    "results.sent_back": _("sent results back to the field"),
    "results.minutes_taken": _("took the minutes of a freeze"),
    "results.document_taken": _("took a document before its publication"),
    "results.publication_asked": _("had results published"),
    "results.published": _("published results"),
    "results.correction_opened": _("took published results back to the field for a correction"),
    "results.correction_withdrawn": _("withdrew the correction of published results"),
}
NOTES = {
    "results.freeze_and_estimate": _("Freeze and estimate"),
    "results.verify": _("Verification"),
    "results.publish": _("Publication"),
    "results:writing": _("Writing the frozen tables to files"),
    "results:verifying": _("Comparing files, journal and draw"),
    "results:recomputing": _("Computing everything again and comparing byte by byte"),
    "results:copying": _("Copying what is published"),
}
