"""The one way by which e-mails and text messages leave. A gateway takes each message once, whatever is killed when.

The operator names another one by ``SIPAS_MESSAGE_GATEWAY``, a dotted path of a class made without arguments.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

EMAIL, SMS = "email", "sms"
READY, LEDGER = "ready", "ledger"
PART = ".part"  # ends the name of a file that is not whole yet


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it leaves: it names a person, so it lives in memory and at the gateway only."""

    key: str  # lasting: the same message has the same key however often it is tried
    way: str
    to: str  # address or telephone
    subject: str
    text: str
    paper: bytes = b""  # PDF that goes with an e-mail
    paper_name: str = ""

    def __repr__(self) -> str:
        return f"Letter({self.key})"


class GatewayError(Exception):
    """A message was not taken; ``code`` says why, without a person's data. It may be tried again."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code[:40]


class Gateway(Protocol):
    """What hands messages on."""

    def send(self, letter: Letter) -> dt.datetime:
        """Take a message and give the moment; a key already taken gives its first moment and sends nothing.

        Raises GatewayError where it was not taken.
        """


class FileGateway:
    """Writes each message as a file for the sending system to fetch: ``ready/<key>.eml`` or ``ready/<key>.json``.

    The system that fetches a file may delete it at once; that the message was taken stays in the ledger.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(settings.MESSAGES_FOLDER)

    def send(self, letter: Letter) -> dt.datetime:
        """Write the file; see Gateway."""
        try:
            for name in (READY, LEDGER):
                (self.folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._alone():
                return self._taken(letter)
        except OSError as error:
            raise GatewayError(f"file.{error.errno}") from error

    def _taken(self, letter: Letter) -> dt.datetime:
        """Take a message in three steps; broken off after any of them, the next try goes on where it stood.

        The part is whole before the ledger names it, and becomes the file that is fetched by its renaming alone.
        """
        ledger = self.folder / LEDGER / letter.key
        part = self.folder / LEDGER / f"{letter.key}{PART}"
        if not ledger.exists():
            _write(part, _content(letter))
            _write(ledger, b"")
        if part.exists():
            part.rename(self.folder / READY / f"{letter.key}.{'eml' if letter.way == EMAIL else 'json'}")
        return dt.datetime.fromtimestamp(ledger.stat().st_mtime, dt.UTC)

    def forget_strays(self, before: float) -> int:
        """Remove parts that a crash left and the ledger never named, from before a moment; a next try writes anew."""
        place = self.folder / LEDGER
        if not place.is_dir():
            return 0
        with self._alone():
            parts = [path for path in place.glob(f"*{PART}") if path.stat().st_mtime < before]
            strays = [path for path in parts if not path.with_name(path.name.removesuffix(PART)).exists()]
            for path in strays:
                path.unlink(missing_ok=True)
        return len(strays)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def gateway() -> Gateway:
    """Give the gateway of this installation."""
    made: Gateway = import_string(settings.MESSAGE_GATEWAY)()
    return made


def new_key() -> str:
    """Give a key under which a gateway knows a message again."""
    return secrets.token_hex(16)


def _content(letter: Letter) -> bytes:
    if letter.way == SMS:
        told = {"key": letter.key, "to": letter.to, "text": letter.text}
        return json.dumps(told, ensure_ascii=False).encode()
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = f"<{letter.key}@sipas>"
    mail["To"], mail["Subject"] = letter.to, letter.subject
    mail.set_content(letter.text)
    if letter.paper:
        mail.add_attachment(letter.paper, maintype="application", subtype="pdf", filename=letter.paper_name)
    return mail.as_bytes()


def _write(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads, down to the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
