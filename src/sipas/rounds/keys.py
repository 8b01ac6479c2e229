"""The secrets of a round: one that dies with the contacts, and the department's, which outlives rounds."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from sipas.errors import SipasError
from sipas.rounds.folder import Folder
from sipas.rounds.settings import Round

SECRET = "secret.key"
DEPARTMENT = "../department.key"
BYTES = 32


def make_key(path: Path, *, simulated_seed: int | None = None) -> None:
    """Make a key of 32 random bytes, readable by its owner only, unless there is one.

    Parameters
    ----------
    path : Path
        Where it is kept.
    simulated_seed : int, optional
        For a synthetic round: the key is made from it, so that the round can be made again byte for byte.
    """
    if path.exists():
        return
    key = secrets.token_bytes(BYTES)
    if simulated_seed is not None:
        key = hashlib.sha256(f"{path.name} {simulated_seed}".encode()).digest()
    made = path.with_name(f".{path.name}.new")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(key.hex().encode() + b"\n")
        os.fsync(file.fileno())
    os.replace(made, path)


def round_secret(folder: Folder) -> bytes:
    """Read the round's secret: it makes unit ids and salts, and opens the contacts.

    Parameters
    ----------
    folder : Folder
        The round.

    Returns
    -------
    bytes
        32 bytes.
    """
    return _read(folder.path(SECRET))


def department_key(folder: Folder, settings: Round) -> bytes:
    """Read the department's key: it makes the permanent random numbers, the same in every round.

    Parameters
    ----------
    folder : Folder
        The round.
    settings : Round
        Names the file; beside the round's folder unless said.

    Returns
    -------
    bytes
        32 bytes.
    """
    return _read(folder.path(settings.department_key or DEPARTMENT))


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise SipasError("round.no_secret", expected=path.name)
    return bytes.fromhex(path.read_text(encoding="ascii").strip())
