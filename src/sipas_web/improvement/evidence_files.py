"""Files that show what was done, kept under names of our own below MEDIA_ROOT; photographs without their traces."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sipas_web.shared.photographs import KIND as JPEG
from sipas_web.shared.photographs import without_traces
from sipas_web.shared.uploads import MEBI, Received, Uploaded, shown_name

FOLDER = "evidence"
MOST_BYTES = 20 * MEBI  # of one file
MOST_FILES = 10  # of one entry
PDF = "application/pdf"
OFFICE = {
    "word/document.xml": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    "xl/workbook.xml": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
}
MACROS = ("word/vbaProject.bin", "xl/vbaProject.bin")
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")


@dataclass(frozen=True, slots=True)
class Stored:
    """A file on the disk, complete."""

    name: str  # as its owner calls it, with the ending of what it is
    stored: str  # below MEDIA_ROOT
    kind: str  # content type, from what the file is
    size: int  # bytes
    sha256: str


@contextmanager
def stored_for(files: Sequence[Uploaded], field: str = "evidence") -> Iterator[list[Stored]]:
    """Keep files for the action that writes their rows; where that is refused they go again.

    A file that is refused is a fault of ``field`` of the form.
    """
    if len(files) > MOST_FILES:
        raise ValidationError({field: _("At most %(most)d files at a time.") % {"most": MOST_FILES}})
    kept: list[Stored] = []
    try:
        for file in files:
            kept.append(_store(file, field))
        yield kept
    except BaseException:
        for one in kept:
            place_of(one.stored).unlink(missing_ok=True)
        raise


def place_of(stored: str) -> Path:
    """Give where a stored file lies."""
    return Path(settings.MEDIA_ROOT) / stored


def _store(file: Uploaded, field: str) -> Stored:
    name = file.shown_name if isinstance(file, Received) else shown_name(file.name or "")
    if (file.size or 0) > MOST_BYTES:
        most = MOST_BYTES // MEBI
        raise ValidationError({field: _("%(name)s is larger than %(most)d MiB.") % {"name": name, "most": most}})
    try:
        file.seek(0)
        data, kind, ending = _known(file.read())
    except ValidationError as error:
        raise ValidationError({field: f"{name}: {' '.join(error.messages)}"}) from error
    stored = f"{FOLDER}/{secrets.token_hex(16)}"
    place = place_of(stored)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with place.open("xb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    stem = name.rpartition(".")[0] or name
    return Stored(f"{stem}.{ending}", stored, kind, len(data), hashlib.sha256(data).hexdigest())


def _known(data: bytes) -> tuple[bytes, str, str]:
    """Say what a file is by what is in it; photographs come out without their traces."""
    if data.startswith(PICTURES):
        return without_traces(data), JPEG, "jpg"
    if data.startswith(b"%PDF-"):
        return data, PDF, "pdf"
    names = _names_in(data)
    for part, (kind, ending) in OFFICE.items():
        if part in names and not names.intersection(MACROS):
            return data, kind, ending
    raise ValidationError(_("Only photographs (JPEG, PNG, WebP), PDF, DOCX and XLSX without macros are taken."))


def _names_in(data: bytes) -> frozenset[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return frozenset(packed.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError):
        return frozenset()
