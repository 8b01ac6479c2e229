"""Files of dossiers on the disk, from handing in to import. They hold identities: no backup takes them."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sipas.errors import SipasError
from sipas.intake import ChosenColumns, Limits, Preview, count_rows, preview
from sipas_web.onestop import list_words as words
from sipas_web.rounds.frame_files import ending_of, renamed
from sipas_web.shared.uploads import MEBI, Received

FOLDER = "dossiers"
CHUNK = 1 << 20
TAIL = 64 * 1024  # bytes of the end that are looked at
LIMITS = Limits(workbook_bytes=128 * MEBI, unpacked_bytes=1536 * MEBI, parts=500, columns=500)
Mapping = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Staged:
    """A file on the disk that has no row yet."""

    path: Path
    name: str
    size: int
    sha256: str
    rows: int
    missing: tuple[str, ...]


def folder() -> Path:
    """Give the folder of files that wait."""
    place = Path(settings.INCOMING_FOLDER) / FOLDER
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def path_of(stored: str) -> Path:
    """Give where a file lies."""
    return folder() / stored


def work_folder(file_id: int) -> Path:
    """Give the folder in which a file is worked on; emptied by whoever begins."""
    return folder() / f"work-{file_id}"


def rejected_path(file_id: int) -> Path:
    """Give where the rows lie that were not taken."""
    return folder() / f"rejected-{file_id}.parquet"


def stage(file: Received, mapping: Mapping | None) -> Staged:
    """Write a file and look at it; SipasError or ValidationError, and nothing is kept, if it cannot be used."""
    path = folder() / f"{secrets.token_hex(12)}{ending_of(file.shown_name)}"
    try:
        _write(path, file)
        rows = count_rows(path, limits=LIMITS) if file.size else 0
        if rows > settings.LIST_MOST_ROWS:
            raise SipasError("intake.too_many_rows", expected=settings.LIST_MOST_ROWS, got=rows)
        seen = preview_of(path, mapping)
        refuse_where_cut(path, seen, file.shown_name, rows)
    except SipasError as error:
        path.unlink(missing_ok=True)
        raise renamed(error, {path.name: file.shown_name}) from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Staged(path, file.shown_name, file.size or 0, file.sha256, rows, missing_in(seen))


def preview_of(path: Path, mapping: Mapping | None) -> Preview:
    """Show how a file would be read; columns kept for the source that are not in it are recognised anew."""
    chosen = ChosenColumns(mapping["columns"], mapping.get("constants", {})) if mapping else None
    try:
        return preview(path, required=words.REQUIRED, purpose=words.PURPOSE, mapping=chosen, limits=LIMITS)
    except SipasError as error:
        if chosen is None or not error.code.startswith("intake.mapping"):
            raise
    return preview(path, required=words.REQUIRED, purpose=words.PURPOSE, limits=LIMITS)


def fits(seen: Preview, mapping: Mapping | None) -> bool:
    """Say whether a file was read with the columns kept for its source."""
    if not mapping:
        return False
    taken = {c.target: c.header for sheet in seen.sheets for c in sheet.columns if c.target}
    return mapping["columns"].keys() == taken.keys() and not missing_in(seen)


def missing_in(seen: Preview) -> tuple[str, ...]:
    """Name the needed columns that a file lacks."""
    return tuple(dict.fromkeys(target for sheet in seen.sheets for target in sheet.missing))


def refuse_where_cut(path: Path, seen: Preview, name: str, rows: int) -> None:
    """Refuse a text file whose last line stops in the middle; cut workbooks and Parquet files cannot be opened."""
    if not seen.delimiter:
        return
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - TAIL, 0))
        tail = file.read()
    if tail.endswith((b"\n", b"\r", b"\n\x00")) or b"\x00" in tail:
        return
    last = tail.rpartition(b"\n")[2]
    wanted = len(seen.sheets[0].columns) if seen.sheets else 0
    has_open_quote = last.count(b'"') % 2 == 1
    if has_open_quote or last.count(seen.delimiter.encode()) + 1 < wanted:
        message = _(
            "%(name)s stops in the middle of line %(row)s: it was cut off while it was saved or copied. Nothing of it "
            "was taken. Export it again and compare the number of rows."
        )
        raise ValidationError(message, params={"name": name, "row": rows})


def remove(stored: str, file_id: int) -> None:
    """Remove a file and what was made of it, except the rows that were not taken; safe to repeat."""
    if stored:
        path_of(stored).unlink(missing_ok=True)
    shutil.rmtree(work_folder(file_id), ignore_errors=True)


def strays(before: dt.datetime, known: set[str]) -> int:
    """Remove what was last written before a moment and is not known; gives the number."""
    count = 0
    for path in folder().iterdir():
        if path.name in known or path.stat().st_mtime >= before.timestamp():
            continue
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        count += 1
    return count


def oldest() -> dt.datetime | None:
    """Give the moment at which the oldest file was written."""
    found = [path.stat().st_mtime for path in folder().iterdir()]
    return dt.datetime.fromtimestamp(min(found), dt.UTC) if found else None


def _write(path: Path, file: Received) -> None:
    with path.open("xb") as out:
        for chunk in file.chunks(CHUNK):
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
