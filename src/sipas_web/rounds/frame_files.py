"""The lists of a round on the disk: taken in, looked at from the beginning, put in place so that a crash loses none.

A list lies hidden (``.new-…``) until its row is in the database; the library passes hidden files over. ``settle``
finishes what a crash left half done, so that the folder holds exactly the lists of the database.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import yaml
from django.conf import settings
from django.utils.text import slugify

from sipas.errors import SipasError
from sipas.intake import ChosenColumns, Limits, Preview, count_rows, preview, read
from sipas.sampling.frame import REQUIRED, totals_from
from sipas_web.rounds import editions
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.queries import Round
from sipas_web.rounds.queries.frame import FrameList
from sipas_web.shared.uploads import MEBI, Received

PLACE = "input/frame"
MAPPING = "input/frame-mapping.yaml"
STAGED = ".new-"
INCOMING = ".incoming-"
OURS = re.compile(r"^(\d\d-)?\d{4}-[a-z0-9-]*(\.[a-z]+)?$")
ENDINGS = {".xlsx", ".xls", ".csv", ".tsv", ".txt", ".parquet"}
CHUNK = 1 << 20
# Tighter than the library's own: a file is looked at while its sender waits.
LIMITS = Limits(workbook_bytes=32 * MEBI, unpacked_bytes=1024 * MEBI, parts=500, columns=500)
TOTALS_LIMITS = Limits(file_bytes=5 * MEBI, workbook_bytes=5 * MEBI, rows=20_000, cells=1_000_000)


@dataclass(frozen=True, slots=True)
class Staged:
    """A list on the disk that is not yet one of the round's."""

    path: Path
    name: str
    ending: str
    size: int
    sha256: str
    rows: int
    missing: tuple[str, ...]


def stage(round_: Round, file: Received) -> Staged:
    """Write a list beside the others, hidden, and look at it; SipasError, and nothing is kept, if it cannot be used."""
    ending = ending_of(file.shown_name)
    path = _folder(round_) / f"{INCOMING}{secrets.token_hex(8)}{ending}"
    try:
        _write(path, file)
        rows = count_rows(path, limits=LIMITS) if file.size else 0
        if rows > settings.LIST_MOST_ROWS:
            raise SipasError("intake.too_many_rows", expected=settings.LIST_MOST_ROWS, got=rows)
        seen = preview_of(round_, path, None)
    except SipasError as error:
        path.unlink(missing_ok=True)
        raise renamed(error, {path.name: file.shown_name}) from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Staged(path, file.shown_name, ending, file.size or 0, file.sha256, rows, _missing(seen))


def preview_of(round_: Round, path: Path, mapping: dict[str, dict[str, str]] | None) -> Preview:
    """Show how a list would be read, from its beginning."""
    population = editions.edition_of(round_).population
    chosen = ChosenColumns(mapping["columns"], mapping.get("constants", {})) if mapping else None
    return preview(path, required=REQUIRED[population], purpose=population, mapping=chosen, limits=LIMITS)


def missing_in(list_: FrameList, mapping: dict[str, dict[str, str]] | None) -> tuple[str, ...]:
    """Name the needed columns that a list lacks under a mapping."""
    return _missing(preview_of(list_.round, path_of(list_), mapping))


def path_of(list_: FrameList) -> Path:
    """Give the place of a list of the round."""
    return folder_of(list_.round) / list_.stored


def stored_name(staged: Staged, number: int, province: str) -> str:
    """Name a list in the round: a number and letters of its own name; the province first in a national round."""
    slug = slugify(Path(staged.name).stem.replace("đ", "d").replace("Đ", "D"))[:40].strip("-")
    return f"{PLACE}/{f'{province}-' if province else ''}{number:04d}-{slug or 'danh-sach'}{staged.ending}"


def hold(round_: Round, staged: Staged, stored: str) -> None:
    """Give a staged list the hidden name under which ``place`` and ``settle`` find it."""
    os.replace(staged.path, _hidden(round_, stored))


def place(round_: Round, stored: str) -> None:
    """Put a list in its place, once its row is in the database; safe to repeat."""
    with suppress(FileNotFoundError):  # done already, perhaps at this moment by somebody else
        os.replace(_hidden(round_, stored), folder_of(round_) / stored)


def remove(round_: Round, stored: str) -> None:
    """Remove a list, once its row is gone; safe to repeat."""
    (folder_of(round_) / stored).unlink(missing_ok=True)


def settle(round_: Round) -> None:
    """Bring the folder to what the database says: finish what a crash left, remove what nobody knows of.

    Raises SipasError ``round.list_changed`` for a list that is gone or is not what was handed in.
    """
    known = {list_.stored: list_ for list_ in FrameList.objects.filter(round=round_)}
    for stored in known:
        place(round_, stored)
    for path in _folder(round_).iterdir():
        is_ours = OURS.match(path.name) or path.name.startswith(STAGED)
        if is_ours and f"{PLACE}/{path.name}" not in known:
            path.unlink()
    for list_ in known.values():
        if not path_of(list_).is_file() or _hash(path_of(list_)) != list_.sha256:
            raise SipasError("round.list_changed", got=list_.name)


def forget_strays(round_: Round, before: float) -> int:
    """Remove what a crash left of lists and totals, not touched since a moment; lists of the round stay.

    They hold identities. Gives the number of files.
    """
    folder = folder_of(round_)
    known = set(FrameList.objects.filter(round=round_).values_list("stored", flat=True))
    known |= {round_.settings.get("frame", {}).get("totals") or ""}
    lists = [p for p in folder.glob(f"{PLACE}/*") if p.name.startswith((INCOMING, STAGED)) or OURS.match(p.name)]
    strays = [
        path
        for path in (*lists, *folder.glob("input/totals-*"))
        if path.relative_to(folder).as_posix() not in known
        and path.with_name(path.name.removeprefix(STAGED)).relative_to(folder).as_posix() not in known
        and path.stat().st_mtime < before
    ]
    for path in strays:
        path.unlink(missing_ok=True)
    return len(strays)


def write_mapping(round_: Round) -> None:
    """Write what people chose for each list into the file that the library reads."""
    lists = FrameList.objects.filter(round=round_, mapping__isnull=False)
    chosen = {Path(list_.stored).name: list_.mapping for list_ in lists}
    made = yaml.safe_dump({"lists": chosen}, allow_unicode=True, sort_keys=True, width=110).encode()
    path = folder_of(round_) / MAPPING
    if path.is_file() and path.read_bytes() == made:
        return
    _folder(round_)
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(made)
    os.replace(new, path)


def keep_totals(round_: Round, file: Received) -> str:
    """Keep the totals of the one-stop desks; gives their name in the round; SipasError if they cannot be used."""
    slug = slugify(Path(file.shown_name).stem.replace("đ", "d"))[:40].strip("-") or "mot-cua"
    name = f"input/totals-{file.sha256[:12]}-{slug}{ending_of(file.shown_name)}"
    path = folder_of(round_) / name
    _folder(round_)
    _write(path, file)
    try:
        totals_from(read(path, purpose="totals", limits=TOTALS_LIMITS))
    except SipasError as error:
        path.unlink(missing_ok=True)
        raise renamed(error, {path.name: file.shown_name}) from error
    return name


def ending_of(name: str) -> str:
    """Give a file's ending where it is one of a list."""
    ending = Path(name).suffix.lower()
    return ending if ending in ENDINGS else ""


def renamed(error: SipasError, names: dict[str, str]) -> SipasError:
    """Give an error that calls files as the person called them."""
    place = replace(error.place, file=names.get(error.place.file or "", error.place.file))
    got = names.get(error.got, error.got) if isinstance(error.got, str) else error.got
    return replace(error, place=place, got=got)


def totals_name(round_: Round) -> str:
    """Give the name of the totals to compare with; empty where there are none."""
    name = round_.settings.get("frame", {}).get("totals") or ""
    return name.rpartition("/")[2].removeprefix("totals-").partition("-")[2]


def _missing(seen: Preview) -> tuple[str, ...]:
    return tuple(dict.fromkeys(target for sheet in seen.sheets for target in sheet.missing))


def _folder(round_: Round) -> Path:
    folder_of(round_).mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = folder_of(round_) / PLACE
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _hidden(round_: Round, stored: str) -> Path:
    path = folder_of(round_) / stored
    return path.with_name(f"{STAGED}{path.name}")


def _write(path: Path, file: Received) -> None:
    with path.open("wb") as out:
        for chunk in file.chunks(CHUNK):
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
