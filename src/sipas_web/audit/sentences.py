"""What a code of an act says to a person; each app adds its own when it starts."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

_sentences: dict[str, StrOrPromise] = {"audit.record_exported": _("exported the audit record")}


def add(sentences: Mapping[str, StrOrPromise]) -> None:
    """Add an app's sentences; called by its ``ready``."""
    _sentences.update(sentences)


def sentence_of(code: str) -> StrOrPromise:
    """Give the sentence of an act; the code itself where no app of this version knows it."""
    return _sentences.get(code, code)


def known() -> frozenset[str]:
    """Give the codes that have a sentence."""
    return frozenset(_sentences)
