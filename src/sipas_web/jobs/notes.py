"""What codes of work say to a person: kinds of work, and what a handler is doing. Each app adds its own.

``notes.add({"rounds.frame": _("Reading lists"), "step:frame": _("Reading the lists")})`` in the app's ``ready``.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from sipas_web.shared.core_errors import reason

STEP = "step:"  # a step of the library; unless an app says more, the library's own name of it
_sentences: dict[str, StrOrPromise] = {
    "round.locked": gettext_lazy("Other work is using the round; this one follows by itself."),
}
_pages: dict[str, str] = {}


def add(sentences: Mapping[str, StrOrPromise]) -> None:
    """Add sentences for kinds of work and for notes."""
    _sentences.update(sentences)


def add_page(label: str, url_name: str) -> None:
    """Name the page of a subject by its label (``rounds.round``); the page takes the row's key alone."""
    _pages[label] = url_name


def title_of(kind: str) -> str:
    """Name a kind of work."""
    return str(_sentences.get(kind) or _("Long work"))


def sentence_of(note: str) -> str:
    """Say what a handler is doing; empty where nobody gave the code a sentence."""
    said = _sentences.get(note)
    if said is None and note.startswith(STEP):
        code = f"label.step.{note.removeprefix(STEP)}"
        said = reason(code)
        return "" if said == code else str(said)
    return str(said or "")


def page_of(subject: str) -> tuple[str, int] | None:
    """Give the name of a subject's page and its key."""
    label, _colon, key = subject.partition(":")
    return (_pages[label], int(key)) if label in _pages and key.isdecimal() else None
