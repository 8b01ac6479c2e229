"""What the forms of apologies begin with, and the words around them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sipas_web.onestop import apology_rules as rules
from sipas_web.onestop.actions.apologies import Content
from sipas_web.onestop.queries import apologies as reads
from sipas_web.onestop.queries.apologies import Apology, Dossier


def new_content(dossier: Dossier) -> dict[str, Any]:
    """Give what a new letter begins with: after a letter about the delay only other faults are left."""
    covers = "fault" if reads.letter_of(dossier) else "delay"
    return {"covers": covers, "new_date": dossier.promised_again}


def content_of(apology: Apology) -> dict[str, Any]:
    """Give what a letter says, for its form."""
    covers = "fault" if not apology.is_for_delay else "both" if apology.faults else "delay"
    names = ("reason", "reason_text", "faults", "new_date")
    return {"covers": covers} | {name: getattr(apology, name) for name in names}


def entered_before(dossier: Dossier) -> dict[str, Any]:
    """Give what the entry of a letter sent elsewhere begins with."""
    return {"new_date": dossier.promised_again}


def entered(data: Mapping[str, Any]) -> tuple[Content, dict[str, Any]]:
    """Part what was typed into what the letter says and how it went."""
    content = Content(data["reason"], data["reason_text"], data["new_date"])
    return content, {name: data[name] for name in ("on", "way", "number")}


def drafting(dossier: Dossier) -> dict[str, Any]:
    """Give the words around a new letter."""
    text = _("The head signs it. Nothing is promised to the applicant before it was sent.")
    return _about_dossier(dossier, _("Draft an apology"), _("Put before the head"), text)


def entering(dossier: Dossier) -> dict[str, Any]:
    """Give the words around the entry of a letter sent elsewhere."""
    text = _(
        "For a letter that was signed and sent without this program. It counts from its own day and stays marked as "
        "entered afterwards; only the head can take it back."
    )
    return _about_dossier(dossier, _("Enter a letter already sent"), _("Enter"), text)


def excepting(dossier: Dossier) -> dict[str, Any]:
    """Give the words around an exception."""
    source = rules.source_of("exceptions")
    text = _(
        "The cases come from a rule of one city (%(act)s) and are not verified for other places: use one only where "
        "the rule of the place allows it. The dossier then counts as late, with no apology owed."
    ) % {"act": source.act}
    return _about_dossier(dossier, _("No apology is owed"), _("Decide so"), text)


def changing(apology: Apology) -> dict[str, Any]:
    """Give the words around a change."""
    return _about_letter(apology, _("Change the letter"), _("Put before the head again"), apology.note)


def sending_back(apology: Apology) -> dict[str, Any]:
    """Give the words around sending a letter back."""
    return _about_letter(apology, _("Send the letter back"), _("Send back"), "")


def noting(apology: Apology) -> dict[str, Any]:
    """Give the words around noting that a letter was sent."""
    return _about_letter(apology, _("Note that the letter was sent"), _("Note it"), "")


def _about_dossier(dossier: Dossier, title: str, verb: str, text: str) -> dict[str, Any]:
    last = rules.last_day(dossier.received, dossier.due)
    return {
        "title": title,
        "verb": verb,
        "text": text,
        "back": reverse("apology_dossier", args=[dossier.pk]),
        "facts": _facts(dossier) + ([(_("Apology must leave by"), _day(last))] if last else []),
        "trail": _trail(dossier),
    }


def _about_letter(apology: Apology, title: str, verb: str, text: str) -> dict[str, Any]:
    here = reverse("apology_detail", args=[apology.pk])
    trail = [*_trail(apology.dossier), (here, str(apology))]
    facts = [(_("Apology letter"), str(apology)), *_facts(apology.dossier)]
    return {"title": title, "verb": verb, "text": text, "back": here, "facts": facts, "trail": trail}


def _facts(dossier: Dossier) -> list[tuple[str, str]]:
    procedure = dossier.procedure.text if dossier.procedure else "–"
    return [
        (_("Dossier number"), dossier.number),
        (_("Procedure of the dossier"), procedure),
        (_("Unit"), reads.unit_of(dossier).full_name),
        (_("Due"), _day(dossier.due)),
    ]


def _trail(dossier: Dossier) -> list[tuple[str, str]]:
    here = reverse("apology_dossier", args=[dossier.pk])
    return [(reverse("apology_due"), _("Apologies")), (here, _("Dossier %(number)s") % {"number": dossier.number})]


def _day(day: Any) -> str:
    return date_format(day, "SHORT_DATE_FORMAT") if day else "–"
