"""Where the lists of a round stand, in a sentence."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sipas_web.rounds.frame_reading import has_report, is_current
from sipas_web.rounds.parts import Part, Stage, Standing
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import Round
from sipas_web.rounds.queries import frame as reads
from sipas_web.rounds.states import is_bound

SENTENCES = {
    "rounds.list_added": gettext_lazy("handed in a list"),
    "rounds.list_removed": gettext_lazy("removed a list"),
    "rounds.list_mapped": gettext_lazy("said which column of a list holds what"),
    "rounds.totals_set": gettext_lazy("changed the one-stop totals to compare with"),
    "rounds.frame_import_asked": gettext_lazy("asked for the import of the lists"),
    "rounds.frame_imported": gettext_lazy("imported the lists into the frame"),
    "rounds.rejected_opened": gettext_lazy("opened rows that were not taken (identities)"),
    "rounds.rejected_downloaded": gettext_lazy("downloaded rows that were not taken (identities)"),
}
NOTES = {
    reads.IMPORT: gettext_lazy("Import of the lists"),
    "rounds.hashing": gettext_lazy("Computing the hash of the frame"),
}


def standing(round_: Round) -> Standing:
    """Count lists and what came of them."""
    if reads.is_importing(round_):
        return Standing(Stage.RUNNING, _("The lists are being imported"))
    done, lists = reads.last_done(round_), reads.lists_of(round_).count()
    if is_bound(round_):
        return Standing(Stage.DONE, _("Fixed by its hash since the draw was opened"))
    if done is not None and is_current(round_, done):
        rows = (done.result or {}).get("counts", {}).get("frame", 0)
        return Standing(Stage.DONE, _("Imported: the frame holds %(rows)s rows") % {"rows": number_format(rows)})
    if done is None and has_report(round_):
        return Standing(Stage.DONE, _("Imported"))
    if not lists:
        return Standing(Stage.READY, _("No list has been handed in yet"))
    text = ngettext("%(count)d list, not imported as it is now", "%(count)d lists, not imported as they are now", lists)
    return Standing(Stage.READY, text % {"count": lists})


PART = Part(40, "round_frame", gettext_lazy("Lists and sampling frame"), Permission.ROUND_VIEW, standing)
