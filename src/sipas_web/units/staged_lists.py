"""A list that was handed in and waits until somebody has looked at its columns: on the disk, known by a signed mark."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.core import signing

from sipas.errors import SipasError
from sipas_web.shared.listed_columns import Seen
from sipas_web.shared.uploads import Uploaded, shown_name

FOLDER = "unit-lists"
SALT = "units.staged-list"
LASTS = 24 * 3600  # s
COPY_BYTES = 64 * 1024


def stage(file: Uploaded, owner: str) -> str:
    """Keep a file for who handed it in, for a day; gives its mark. Older ones go."""
    forget(time.time() - LASTS)
    key = secrets.token_hex(16)  # never a path made of the client's own name
    place = _place(key)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with place.open("xb") as out:
        for chunk in file.chunks(COPY_BYTES):
            out.write(chunk)
    return signing.dumps([key, shown_name(file.name or ""), owner], salt=SALT)


def stage_seen(file: Uploaded, owner: str, look: Callable[[Path], Seen]) -> tuple[Seen, str, str]:
    """Keep a list once it was looked at; gives what was seen, its mark and its name.

    What cannot be read is not kept: SipasError, the file called as its owner calls it.
    """
    mark = stage(file, owner)
    kept = found(mark, owner)
    assert kept is not None, "it was kept just now"
    try:
        return look(kept[0]), mark, kept[1]
    except SipasError as error:
        kept[0].unlink(missing_ok=True)
        raise named(error, *kept) from error


def found(mark: str, owner: str) -> tuple[Path, str] | None:
    """Give a kept file and its name; None where it is gone, or somebody else's."""
    try:
        key, name, whose = signing.loads(mark, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    place = _place(key)
    return (place, name) if whose == owner and place.is_file() else None


def named(error: SipasError, path: Path, name: str) -> SipasError:
    """Give an error that calls the file as its owner calls it."""
    place = replace(error.place, file=name) if error.place.file == path.name else error.place
    return replace(error, place=place, got=name if error.got == path.name else error.got)


def forget(before: float) -> int:
    """Remove files kept since before a moment; gives their number."""
    old = [path for path in _place("").glob("*") if path.stat().st_mtime < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _place(key: str) -> Path:
    return Path(settings.INCOMING_FOLDER) / FOLDER / key
