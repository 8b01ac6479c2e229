"""What the keys of a record's details are called; a key without a name is shown as it stands."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LABELS: dict[str, StrOrPromise] = {
    "added": gettext_lazy("Added"),
    "after": gettext_lazy("After"),
    "audit_head": gettext_lazy("Head of the audit record"),
    "before": gettext_lazy("Before"),
    "beside": gettext_lazy("Kept beside"),
    "by": gettext_lazy("Searched by"),
    "case": gettext_lazy("Case code"),
    "cases": gettext_lazy("Cases"),
    "cases_sha256": gettext_lazy("SHA-256 of the case codes"),
    "certificate_sha256": gettext_lazy("SHA-256 of the certificate"),
    "changed": gettext_lazy("What was changed"),
    "code": gettext_lazy("Code"),
    "contacts": gettext_lazy("Contacts"),
    "date": gettext_lazy("Date"),
    "day": gettext_lazy("Day"),
    "deleted": gettext_lazy("Deleted"),
    "design_sha256": gettext_lazy("SHA-256 of the design"),
    "document_sha256": gettext_lazy("SHA-256 of the document"),
    "draw": gettext_lazy("Draw number"),
    "due": gettext_lazy("Carry out by"),
    "edition": gettext_lazy("Edition"),
    "failed": gettext_lazy("Failed"),
    "file": gettext_lazy("File"),
    "files": gettext_lazy("Files"),
    "form": gettext_lazy("Format"),
    "found": gettext_lazy("Found"),
    "frame_sha256": gettext_lazy("SHA-256 of the frame"),
    "from": gettext_lazy("From"),
    "head": gettext_lazy("Head"),
    "identity_checked": gettext_lazy("Identity checked"),
    "journal": gettext_lazy("Journal"),
    "journal_head": gettext_lazy("Head of the journal"),
    "key": gettext_lazy("Key"),
    "keys": gettext_lazy("Keys"),
    "kind": gettext_lazy("Kind"),
    "label": gettext_lazy("Name"),
    "last_day": gettext_lazy("Last day"),
    "legal_act": gettext_lazy("Legal act"),
    "letter_number": gettext_lazy("Number of the letter"),
    "list": gettext_lazy("List"),
    "lists": gettext_lazy("Lists"),
    "name": gettext_lazy("Name"),
    "names": gettext_lazy("Names"),
    "note": gettext_lazy("Note"),
    "notify_by": gettext_lazy("Notice by"),
    "number": gettext_lazy("Number"),
    "on": gettext_lazy("Day of effect"),
    "opened_because": gettext_lazy("Reason of opening"),
    "parent": gettext_lazy("Unit above"),
    "public_source": gettext_lazy("Source of the public number"),
    "purpose": gettext_lazy("Purpose"),
    "reason": gettext_lazy("Reason"),
    "received": gettext_lazy("Came in"),
    "rejected": gettext_lazy("Rows not taken"),
    "removed": gettext_lazy("Removed"),
    "repeated": gettext_lazy("Repeated"),
    "report_number": gettext_lazy("Number of the report"),
    "requests": gettext_lazy("Requests of people"),
    "responses": gettext_lazy("Answers"),
    "role": gettext_lazy("Role"),
    "roles": gettext_lazy("Roles"),
    "round": gettext_lazy("Round"),
    "rows": gettext_lazy("Rows"),
    "same_person": gettext_lazy("Same person as at an earlier step"),
    "sample": gettext_lazy("Sample"),
    "sample_sha256": gettext_lazy("SHA-256 of the sample"),
    "sha256": gettext_lazy("SHA-256"),
    "signer": gettext_lazy("Signer"),
    "simulated": gettext_lazy("Simulated"),
    "since": gettext_lazy("From day"),
    "size": gettext_lazy("Size (bytes)"),
    "snapshot": gettext_lazy("Snapshot"),
    "source": gettext_lazy("Source"),
    "state": gettext_lazy("State"),
    "successors": gettext_lazy("Successors"),
    "taken": gettext_lazy("Taken"),
    "targets": gettext_lazy("Targets"),
    "text": gettext_lazy("Text"),
    "texts_known": gettext_lazy("Texts could be read"),
    "title": gettext_lazy("Title"),
    "to": gettext_lazy("New last day"),
    "unit": gettext_lazy("Unit"),
    "units": gettext_lazy("Units"),
    "until": gettext_lazy("To day"),
    "username": gettext_lazy("User name"),
    "version": gettext_lazy("Version"),
    "visits": gettext_lazy("Visits"),
    "what": gettext_lazy("What"),
    "witness": gettext_lazy("Witness"),
    "witnesses": gettext_lazy("Witnesses"),
    "year": gettext_lazy("Year"),
}


def named(details: Mapping[str, Any]) -> Iterator[tuple[StrOrPromise, str, str]]:
    """Give the name of each detail (empty where it has none), its key, and its value in words."""
    for key, value in details.items():
        yield LABELS.get(key, ""), key, in_words(value)


def in_words(value: object) -> str:
    """Write a value of a record for a reader; nothing is left out."""
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return "; ".join(in_words(one) for one in value)
    if isinstance(value, dict):
        return "; ".join(f"{LABELS.get(key, key)}: {in_words(one)}" for key, one in value.items())
    return _as_day(str(value))


def _as_day(text: str) -> str:
    """Write a day of the record as a reader writes it; anything else as it stands."""
    if not ISO_DAY.fullmatch(text):
        return text
    try:
        return str(date_format(dt.date.fromisoformat(text), "SHORT_DATE_FORMAT"))
    except ValueError:
        return text
