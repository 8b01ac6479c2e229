"""Figures of dossiers for periodic reports, names that wait to be matched, files that are not kept for ever."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from sipas_web.audit.actors import Actor
from sipas_web.onestop import dossier_files
from sipas_web.onestop.actions import dossiers_forgetting
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries import on_time
from sipas_web.onestop.queries.sources import sources_waiting
from sipas_web.privacy.retention import Kept
from sipas_web.shared import report_figures, waiting

# The office's own estimates, no rule of law: the operator sets others (SIPAS_KEEP_DAYS).
FILE_DAYS, APPLICANT_DAYS = 30, 730
LINES = (
    report_figures.Line("received", _("Dossiers received"), url_name="dossier_list"),
    report_figures.Line("ended", _("Dossiers finished that had a due day"), url_name="dossier_list"),
    report_figures.Line("early", _("of them before the due day"), of="ended", url_name="dossier_list"),
    report_figures.Line("on_time", _("of them on the due day"), of="ended", url_name="dossier_list"),
    report_figures.Line("late", _("of them late"), of="ended", url_name="dossier_list"),
    report_figures.Line("open", _("Dossiers in progress at the end"), url_name="dossier_list"),
    report_figures.Line("overdue", _("of them overdue"), of="open", url_name="dossier_list"),
)  # fmt: skip


def counts(unit_ids: Collection[int], first: dt.date, last: dt.date) -> dict[int, dict[str, int]]:
    """Count for a report."""
    found = on_time.of_units(unit_ids, first, last)
    return {pk: {line.code: getattr(figures, line.code) for line in LINES} for pk, figures in found.items()}


def names_waiting(actor: Any, most: int) -> list[waiting.Waiting]:
    """List the sources whose names wait to be matched."""
    return [
        waiting.Waiting(
            f"onestop.source:{source.pk}",
            _t("%(source)s: %(number)s names of agencies mean no unit yet")
            % {"source": source.name, "number": source.unmatched},
            reverse("dossier_names", args=[source.pk]),
            source.unit.full_name,
        )
        for source in sources_waiting(actor)[:most]
    ]


def _delete_files(before: dt.datetime, by: Actor) -> int:
    del by
    return dossier_files.strays(before, dossiers_forgetting.files_in_use())


FIGURES = report_figures.Source("onestop.dossiers", 30, _("Dossiers at the one-stop desks"), LINES, counts)
WAITING = waiting.Source(
    "onestop.names", 60, _("Names to be matched to units"), Permission.DOSSIER_IMPORT, names_waiting
)
FILES = Kept(
    "onestop.files",
    _("Files of dossiers that were not imported, and rows of them that were not taken"),
    _("the file was last written"),
    FILE_DAYS,
    dossier_files.oldest,
    _delete_files,
)
APPLICANTS = Kept(
    "onestop.applicants",
    _("Who handed a dossier in"),
    _("the dossier was finished"),
    APPLICANT_DAYS,
    dossiers_forgetting.oldest,
    dossiers_forgetting.forget,
)
