"""Files handed in, kept under names of our own below MEDIA_ROOT."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

FOLDER = "field"
MOST_NAME = 255


@dataclass(frozen=True, slots=True)
class Stored:
    """A file on the disk, complete."""

    name: str  # as its owner calls it
    path: str  # below MEDIA_ROOT
    size: int  # bytes
    sha256: str


@contextmanager
def stored_for(name: str, chunks: Iterable[bytes]) -> Iterator[Stored]:
    """Keep a file for the action that writes its row; where that is refused the file goes again."""
    kept = store(name, chunks)
    try:
        yield kept
    except BaseException:
        place_of(kept.path).unlink(missing_ok=True)
        raise


def store(name: str, chunks: Iterable[bytes]) -> Stored:
    """Write a file under a random name; it is on the disk when this returns."""
    path = f"{FOLDER}/{secrets.token_hex(16)}"
    place = place_of(path)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    with place.open("xb") as out:
        for chunk in chunks:
            digest.update(chunk)
            size += out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return Stored(os.path.basename(name)[-MOST_NAME:], path, size, digest.hexdigest())


def place_of(path: str) -> Path:
    """Give where a stored file lies."""
    return Path(settings.MEDIA_ROOT) / path
