"""What the part of plans registers: sentences, menu, long work, what waits, figures of reports."""

from __future__ import annotations

from django_stubs_ext import StrOrPromise

from sipas_web.audit.sentences import add as add_sentences

SENTENCES: dict[str, StrOrPromise] = {}


def register() -> None:
    """Register them."""
    add_sentences(SENTENCES)
