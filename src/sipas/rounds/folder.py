"""The round folder on disk: whole files or none, one writer at a time."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sipas.errors import SipasError

CHUNK = 1 << 20
WORK = ".work"


def file_hash(path: Path) -> str:
    """Hash a file.

    Parameters
    ----------
    path : Path
        An existing file.

    Returns
    -------
    str
        SHA-256, hex.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


class Folder:
    """Paths of a round and the safe way to change them.

    Parameters
    ----------
    root : Path
        The round's folder.
    work : Path, optional
        Where files are made before they are moved; on the round's disk unless nothing will be moved there.
    """

    def __init__(self, root: Path, work: Path | None = None) -> None:
        self.root = root
        self.aside = work or root / WORK

    def path(self, name: str) -> Path:
        """Give the path of a file of the round.

        Parameters
        ----------
        name : str
            Relative, with ``/``.

        Returns
        -------
        Path
            Whether it exists or not.
        """
        return self.root / name

    def matching(self, pattern: str) -> list[str]:
        """List files by pattern, sorted by name.

        Parameters
        ----------
        pattern : str
            As ``input/frame/*``; hidden files are passed over.

        Returns
        -------
        list of str
            Names relative to the round.
        """
        found = (p for p in self.root.glob(pattern) if p.is_file() and not p.name.startswith((".", "~$")))
        return sorted(p.relative_to(self.root).as_posix() for p in found)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the round alone; another holder is an error.

        Yields
        ------
        None
            While held. The lock falls with the process.

        Raises
        ------
        SipasError
            ``round.locked``, ``round.not_writable``.
        """
        try:
            lock = (self.root / ".lock").open("w")
        except PermissionError as error:
            raise SipasError("round.not_writable", got=str(self.root)) from error
        with lock as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise SipasError("round.locked", got=self.root.name) from error
            yield

    def prepare(self, outputs: Mapping[str, bytes | Path]) -> dict[str, str]:
        """Put a step's outputs aside, complete and on the disk, without touching the round's files.

        Parameters
        ----------
        outputs : mapping of str to bytes or Path
            Content by name, or a file in the work folder to take over.

        Returns
        -------
        dict of str to str
            SHA-256 by name, sorted.
        """
        hashes = {}
        for name, content in sorted(outputs.items()):
            aside = self.aside / "out" / name
            aside.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                os.replace(content, aside)
            else:
                aside.write_bytes(content)
            with aside.open("rb") as file:
                os.fsync(file.fileno())
            hashes[name] = file_hash(aside)
        return hashes

    def commit(self, hashes: Mapping[str, str], owned: tuple[str, ...] = ()) -> None:
        """Move prepared outputs to their places; safe to repeat after a crash.

        Parameters
        ----------
        hashes : mapping of str to str
            What ``prepare`` gave.
        owned : tuple of str
            Folders that belong to the step alone: what it no longer makes is removed from them.

        Raises
        ------
        SipasError
            ``round.prepared_lost`` where a prepared file is neither aside nor in its place.
        """
        for name, expected in hashes.items():
            aside, place = self.aside / "out" / name, self.path(name)
            if aside.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                os.replace(aside, place)
            elif not place.exists() or file_hash(place) != expected:
                raise SipasError("round.prepared_lost", got=name)
        for folder in owned:
            for name in set(self.matching(f"{folder}/**/*")) - set(hashes):
                self.path(name).unlink()
        self.clear()

    def replace(self, name: str, content: bytes) -> None:
        """Write a small file of a person's decisions whole or not at all.

        Parameters
        ----------
        name : str
            Relative, with ``/``.
        content : bytes
            All of it.
        """
        place = self.path(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        made = place.with_name(f".{place.name}.new")
        with made.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(made, place)

    def work(self) -> Path:
        """Give an empty folder for files in the making.

        Returns
        -------
        Path
            On the same disk as the round, so that a move is atomic.
        """
        place = self.aside / "making"
        place.mkdir(parents=True, exist_ok=True)
        return place

    def clear(self) -> None:
        """Remove what an interrupted step left behind."""
        shutil.rmtree(self.aside, ignore_errors=True)
