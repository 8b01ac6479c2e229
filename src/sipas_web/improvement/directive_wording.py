"""Words of letters in the reader's language."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from sipas.cli.sentences import catalogue
from sipas.letters.vocabulary import kinds

INDICATORS: dict[str, StrOrPromise] = {
    "sipas": _("Satisfaction index (SIPAS)"),
    "par_index": "PAR INDEX",
    "papi": "PAPI",
    "pci": "PCI",
    "dti": _("Digital transformation index (DTI)"),
    "satisfied": _("Share of satisfied people"),
    "commitments": _("Commitments fulfilled"),
    "apologies": _("Late dossiers with an apology"),
    "forms_valid": _("Valid forms"),
    "forms_returned": _("Forms returned"),
    "online_payment": _("Payments online"),
    "online": _("Online services"),
    "digitised": _("Dossiers digitised"),
    "feedback": _("Feedback handled"),
    "on_time": _("Dossiers on time"),
    "early": _("Dossiers before time"),
    "late": _("Dossiers late"),
    "time_saved": _("Time saved"),
}
PARTS: dict[str, StrOrPromise] = {
    "head": _("head of the letter"),
    "citations": _("documents cited"),
    "targets": _("figures to reach"),
    "addressees": _("addressees"),
    "orders": _("orders"),
    "parties": _("who carries it out"),
}


def indicator_label(code: str) -> StrOrPromise:
    """Say what a figure measures."""
    return INDICATORS.get(code, code)


def kind_label(code: str) -> str:
    """Name a kind of document: data, in Vietnamese."""
    found = kinds().get(code)
    return found.name if found else code


def word(code: str) -> str:
    """Say a label of the library's reading: ``issuer``, ``duty.lead``."""
    found = catalogue().get(f"label.letter.{code}", {})
    return found.get("en" if get_language() == "en" else "vi", code)


def part_label(what: str) -> str:
    """Say which part of a directive was changed: ``head.issued``."""
    part, _dot, rest = what.partition(".")
    name = str(PARTS.get(part, part))
    return f"{name}: {rest}" if part in {"orders", "parties"} and rest else name
