"""Reads of field work."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.models import Agency as Agency
from sipas_web.fieldwork.models import Answer as Answer
from sipas_web.fieldwork.models import Case as Case
from sipas_web.fieldwork.models import FieldRules as FieldRules
from sipas_web.fieldwork.models import FileImport as FileImport
from sipas_web.fieldwork.models import ImportNote as ImportNote
from sipas_web.fieldwork.models import Issue as Issue
from sipas_web.fieldwork.models import State as State
from sipas_web.fieldwork.models import Visit as Visit
from sipas_web.fieldwork.queries.cases import issued_codes as issued_codes
from sipas_web.fieldwork.queries.rules import rules_of as rules_of
from sipas_web.fieldwork.queries.tables import visits_table as visits_table
from sipas_web.jobs import queries as jobs
from sipas_web.rounds import queries as rounds
from sipas_web.rounds.queries import Round

Kind = FileImport.Kind
LISTED_IMPORTS = 20
LISTED_NOTES = 200


def issue_of(round_: Round) -> Issue | None:
    """Give the issue of a round's cases."""
    return Issue.objects.filter(round=round_).first()


def file_by_id(file_id: int) -> FileImport:
    """Give an import, for work that asks for its permission at each action."""
    return FileImport.objects.select_related("round", "round__unit").get(pk=file_id)


def file_of(by: Actor, permission: str, file_id: int, kind: str) -> FileImport | None:
    """Give an import of a kind into a round of the actor's areas."""
    files = FileImport.objects.filter(pk=file_id, kind=kind, round__in=rounds.in_areas(by, permission))
    return files.select_related("round", "round__unit").first()


def files_of(round_: Round, kind: str) -> QuerySet[FileImport]:
    """List the last imports of a kind."""
    return FileImport.objects.filter(round=round_, kind=kind)[:LISTED_IMPORTS]


def last_import(round_: Round) -> FileImport | None:
    """Give the newest import of any kind."""
    return FileImport.objects.filter(round=round_).order_by("-created").first()


def open_imports(round_: Round) -> list[str]:
    """List the kinds of the files of a round that wait to be read or are being read."""
    unfinished = FileImport.objects.filter(round=round_, finished__isnull=True).order_by("pk")
    return [kind for file in unfinished for kind in jobs.open_kinds(file)]


def simulated_file(round_: Round, kind: str, sha256: str) -> FileImport | None:
    """Give the import of made-up field work with this content, where there is one."""
    return FileImport.objects.filter(round=round_, kind=kind, sha256=sha256, is_simulated=True).first()


def notes_of(file: FileImport) -> QuerySet[ImportNote]:
    """List what is said of a file's rows."""
    return ImportNote.objects.filter(file=file).order_by("row", "pk")


def refused_rows(file: FileImport) -> Iterator[int]:
    """Give the rows of a file that were refused."""
    rows = ImportNote.objects.filter(file=file, kind=ImportNote.Kind.REJECTED).order_by()
    yield from rows.values_list("row", flat=True).iterator()
