"""What everybody may read: questions and answers as they were redacted."""

from __future__ import annotations

from django.db.models import QuerySet

from sipas_web.feedback.models import Publication
from sipas_web.shared.vietnamese_text import search_key
from sipas_web.units.queries import communes_of as communes_of


def published(text: str = "", topic: str = "") -> QuerySet[Publication]:
    """List what is published and fits, the newest first."""
    rows = Publication.objects.filter(taken_down=None).select_related("unit", "feedback")
    if topic:
        rows = rows.filter(topic=topic)
    for word in search_key(text).split():
        rows = rows.filter(search_key__contains=word)
    return rows.order_by("-published", "-pk")


def one_published(publication_id: int) -> Publication | None:
    """Give one."""
    return published().filter(pk=publication_id).first()
