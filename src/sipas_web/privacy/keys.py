"""The keys of the contact store: named, in a file outside the database. The newest seals, all of them open.

The file lies in the installation's folder (``keys/contacts.json``) or where ``SIPAS_CONTACT_KEYS`` says, better on
another disk than the database. It is in no backup: whoever holds database or backup alone reads no identity.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from functools import cache, lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

BYTES = 32
FORMAT = 1
SEALING, MARKING = b"sipas contact store: sealing 1", b"sipas contact store: search 1"


class MissingKeyError(ValidationError):
    """Something is sealed with a key that the file does not hold."""

    def __init__(self, name: str) -> None:
        said = _(
            "The key %(key)s of the contact store is missing. Bring the file of keys back that belongs to this "
            "database; without it nobody can read these contacts."
        )
        super().__init__(said, params={"key": name})


class DamagedKeysError(ValidationError):
    """The file of keys cannot be used."""

    def __init__(self) -> None:
        super().__init__(_("The file of keys of the contact store is damaged. Bring it back from its own safe copy."))


@dataclass(frozen=True, slots=True)
class Key:
    """A key with its name; its material is never shown."""

    name: str
    made: dt.datetime
    material: bytes

    def __repr__(self) -> str:
        return f"Key({self.name})"

    def for_sealing(self) -> bytes:
        """Give the key that seals."""
        return _derived(self.material, SEALING)

    def for_marking(self) -> bytes:
        """Give the key of the marks by which a telephone number is found without opening anything."""
        return _derived(self.material, MARKING)


def path() -> Path:
    """Say where the file lies."""
    return Path(settings.CONTACT_KEYS)


def all_keys() -> tuple[Key, ...]:
    """Give every key, the newest last; none where there is no file yet."""
    place = path()
    try:
        told = place.stat()
    except FileNotFoundError:
        return ()
    return _read(place, told.st_mtime_ns, told.st_ino)


def newest() -> Key:
    """Give the key that seals; make the first one where there is none."""
    found = all_keys()
    return found[-1] if found else add(only_first=True)


def named(name: str) -> Key:
    """Give a key; MissingKeyError where the file does not hold it."""
    for key in all_keys():
        if key.name == name:
            return key
    raise MissingKeyError(name)


def add(*, only_first: bool = False) -> Key:
    """Make a new key, which seals from now on; it is on the disk when this returns."""
    with _held():
        before = all_keys()
        if only_first and before:
            return before[-1]
        now = timezone.now()
        made = Key(f"{now:%Y%m%d}-{secrets.token_hex(4)}", now, secrets.token_bytes(BYTES))
        _write([*before, made])
    return made


def remove(name: str) -> None:
    """Destroy a key that opens nothing any more; the newest one stays."""
    with _held():
        kept = [key for key in all_keys() if key.name != name]
        if kept and kept[-1].name == all_keys()[-1].name:
            _write(kept)


@cache
def _derived(material: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=BYTES, salt=None, info=purpose).derive(material)


@lru_cache(maxsize=4)
def _read(place: Path, changed: int, inode: int) -> tuple[Key, ...]:
    """Read the file; asked again only where it was changed or replaced."""
    del changed, inode
    try:
        told = json.loads(place.read_bytes())
        return tuple(
            Key(str(row["name"]), dt.datetime.fromisoformat(row["made"]), _material(row["key"])) for row in told["keys"]
        )
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise DamagedKeysError from error


def _material(text: str) -> bytes:
    material = base64.b64decode(text, validate=True)
    if len(material) != BYTES:
        raise ValueError(len(material))
    return material


def _write(keys: Sequence[Key]) -> None:
    place = path()
    rows = [{"name": k.name, "made": k.made.isoformat(), "key": base64.b64encode(k.material).decode()} for k in keys]
    made = place.with_name(f".{place.name}.new")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        json.dump({"format": FORMAT, "keys": rows}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    made.replace(place)
    _settle(place.parent)


def _settle(folder: Path) -> None:
    """Have the folder's own entry on the disk: a key must outlive what it sealed."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _held() -> Iterator[None]:
    """Let one process at a time change the file."""
    place = path()
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (place.parent / f".{place.name}.lock").open("w") as lock:
        with suppress(OSError):
            os.fchmod(lock.fileno(), 0o600)
        flock(lock, LOCK_EX)
        yield
