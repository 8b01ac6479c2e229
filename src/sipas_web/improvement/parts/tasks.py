"""What the part of tasks registers: sentences, menu, long work, what waits, figures of reports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from sipas_web.audit.sentences import add as add_sentences

SENTENCES: dict[str, StrOrPromise] = {
    "improvement.task_given": _("gave a task"),
}


def register() -> None:
    """Register them."""
    add_sentences(SENTENCES)
