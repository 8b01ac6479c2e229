"""Reads of results: what both the way to publication and the readers' pages ask."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.results.models import Correction as Correction
from sipas_web.results.models import Publication as Publication
from sipas_web.results.models import Snapshot as Snapshot
from sipas_web.results.permissions import Permission
from sipas_web.rounds import queries as rounds
from sipas_web.rounds.folders import folder_of as folder_of_round

KEPT = "kept"  # beside the published files, in a tree of their own: never handed out


def published(by: Actor) -> QuerySet[Publication]:
    """Newest version of each round the actor may see."""
    later = Publication.objects.filter(round=OuterRef("round"), version__gt=OuterRef("version"))
    return versions(by).filter(~Exists(later))


def versions(by: Actor) -> QuerySet[Publication]:
    """Every version of the rounds the actor may see, newest first."""
    seen = rounds.reaching(by, Permission.RESULT_VIEW)
    found = Publication.objects.filter(round__in=seen.values("pk"))
    return found.select_related("round__unit", "round__previous", "snapshot").order_by("-published", "-pk")


def folder_of(publication: Publication) -> Path:
    """Give the folder of what left: all in it is public, and nothing in it changes.

    It reads as a round's folder (``round.yaml`` without what is private; ``disclosed/``, ``open-data/``, ``report/``).
    """
    return place_of(publication.folder)[0]


def kept_folder_of(publication: Publication) -> Path:
    """Give the folder of the same version's tables that may not leave: moments, estimates before suppression.

    For figures computed on a reader's wish, which hide their small cells themselves.
    """
    return place_of(publication.folder)[1]


def place_of(folder: str) -> tuple[Path, Path]:
    """Give both folders of a version by the name it will have: of what leaves, and of what is kept."""
    return Path(settings.PUBLICATIONS_FOLDER) / folder, Path(settings.PUBLICATIONS_FOLDER) / KEPT / folder


def review_folder_of(snapshot: Snapshot) -> Path:
    """Give the files to be reviewed; only for those who hold ``RESULT_REVIEW``, while it waits for review."""
    return folder_of_round(snapshot.round)
