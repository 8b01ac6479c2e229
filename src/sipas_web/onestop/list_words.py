"""What the columns of files of dossiers are called, and what words in their cells mean."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import yaml
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from sipas.intake.vietnamese import search_key
from sipas_web.rounds.frame_words import TARGETS as FRAME_TARGETS

PURPOSE = "dossiers"
REQUIRED = ("dossier_number", "agency", "received_on")
IDENTITY = ("name", "address", "phone", "email")
CONSTANTS = ("agency", "receiver", "field")
DATES = ("received_on", "due_on", "again_on", "finished_on", "returned_on", "asked_on", "supplied_on")
# Targets in the order in which they are offered; the name stays the library's.
TARGETS: dict[str, StrOrPromise] = {
    "dossier_number": FRAME_TARGETS["dossier_number"],
    "agency": FRAME_TARGETS["agency"],
    "receiver": _("Desk that received it"),
    "procedure_code": _("Code of the procedure"),
    "procedure": FRAME_TARGETS["procedure"],
    "field": FRAME_TARGETS["field"],
    "received_on": FRAME_TARGETS["received_on"],
    "due_on": FRAME_TARGETS["due_on"],
    "days_allowed": _("Working days allowed"),
    "again_on": _("New day promised with an apology"),
    "finished_on": _("Day it was decided"),
    "returned_on": FRAME_TARGETS["finished_on"],
    "asked_on": _("Day the applicant was asked to supplement it"),
    "supplied_on": _("Day the applicant supplemented it"),
    "status": FRAME_TARGETS["status"],
    "channel": _("How it was handed in"),
    "respondent_kind": FRAME_TARGETS["respondent_kind"],
    "name": FRAME_TARGETS["name"],
    "address": FRAME_TARGETS["address"],
    "phone": FRAME_TARGETS["phone"],
    "email": FRAME_TARGETS["email"],
}
NO_NUMBER, LONG_NUMBER, NO_AGENCY = "onestop.no_number", "onestop.long_number", "onestop.no_agency"
NO_RECEIPT, IN_FUTURE = "onestop.no_receipt", "onestop.in_future"
DUE_FIRST, FINISHED_FIRST = "onestop.due_before_receipt", "onestop.finished_before_receipt"
NO_END, DAYS_ODD, REPEATED = "onestop.finished_without_day", "onestop.days_odd", "onestop.repeated"
REASONS: dict[str, StrOrPromise] = {
    NO_NUMBER: _("The dossier number is missing."),
    LONG_NUMBER: _("The dossier number is longer than 64 characters."),
    NO_AGENCY: _("The agency that handles it is not named."),
    NO_RECEIPT: _("The day of receipt is missing."),
    IN_FUTURE: _("The day lies after the day on which the file was made."),
    DUE_FIRST: _("The due day lies before the day of receipt."),
    FINISHED_FIRST: _("It was finished before it was received."),
    NO_END: _("The status says that it is finished, but no day is given."),
    DAYS_ODD: _("The working days allowed are not between 0 and 2,000."),
    REPEATED: _("The number stands in a later row of the file too; the later row was taken."),
}


@cache
def _pattern(group: str) -> re.Pattern[str]:
    data = yaml.safe_load(files(__package__).joinpath("data/list_words.yaml").read_text(encoding="utf-8"))
    words = sorted({search_key(word) for word in data[group]}, key=len, reverse=True)
    return re.compile(rf"\b({'|'.join(map(re.escape, words))})\b")


def holds(text: str, group: str) -> bool:
    """Say whether a cell holds a word of a group."""
    return _pattern(group).search(search_key(text)) is not None


def channel_of(text: str) -> str:
    """Read how a dossier was handed in; empty where the words are not known."""
    return next((group for group in ("online", "post", "counter") if holds(text, group)), "")
