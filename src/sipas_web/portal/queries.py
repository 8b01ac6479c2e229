"""What a code leads to.

A code is 128 random bits: who does not hold it learns nothing, not even that a round exists.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sipas_web.results.models import Publication, Snapshot
from sipas_web.rounds.models import Draw

CODE = re.compile(r"[0-9a-f]{32}\Z")


@dataclass(frozen=True, slots=True)
class Found:
    """A draw, a publication or the minutes of a freeze; ``newer`` is the code of the one that replaced it."""

    draw: Draw | None
    publication: Publication | None
    newer: str
    snapshot: Snapshot | None = None

    @property
    def title(self) -> str:
        """Of the round."""
        about = self.draw or self.publication or self.snapshot
        return str(about.round.title) if about else ""

    @property
    def is_simulated(self) -> bool:
        """Whether the round is."""
        about = self.draw or self.publication or self.snapshot
        return bool(about and about.round.is_simulated)


def plain(code: str) -> str:
    """Take spaces and dashes out of a code as it was printed."""
    return re.sub(r"[\s-]", "", code).lower()


def found(code: str) -> Found | None:
    """Give what a code leads to: a draw that was carried out, a published version, or a freeze. Indexed reads."""
    if not CODE.match(code):
        return None
    draw = Draw.objects.filter(code=code, state=Draw.State.DONE).select_related("round__unit").first()
    publication = Publication.objects.filter(code=code).select_related("round__unit").first()
    if draw is not None:
        later = Draw.objects.filter(round=draw.round_id, state=Draw.State.DONE, number__gt=draw.number)
        return Found(draw, None, later.order_by("-number").values_list("code", flat=True).first() or "")
    if publication is not None:
        versions = Publication.objects.filter(round=publication.round_id, version__gt=publication.version)
        return Found(None, publication, versions.order_by("-version").values_list("code", flat=True).first() or "")
    snapshot = Snapshot.objects.filter(code=code).exclude(responses_sha256="").select_related("round__unit").first()
    return Found(None, None, "", snapshot) if snapshot else None
