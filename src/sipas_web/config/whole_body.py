"""A request whose line broke in the middle is no shorter request: what came of its form is not taken for all of it.

The server hands the beginning of a body on as if it were whole. Without this, half a form would be saved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

Start = Callable[..., Any]
Program = Callable[[dict[str, Any], Start], Iterable[bytes]]


class Body(Protocol):
    """What a body is read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Give some bytes; none at its end."""


class Whole:
    """A body that says so where it ends before its announced length."""

    def __init__(self, body: Body, length: int) -> None:
        self._body, self._left = body, length

    def read(self, size: int = -1, /) -> bytes:
        """Give so many bytes as are asked for, or as are left."""
        wanted = self._left if size < 0 else min(size, self._left)
        parts = []
        while wanted:
            part = self._body.read(wanted)
            if not part:
                raise OSError("the request ended before its length")  # Django makes it an unreadable form
            parts.append(part)
            wanted -= len(part)
            self._left -= len(part)
        return b"".join(parts)

    def readline(self, size: int = -1, /) -> bytes:
        """Give a line; nothing of ours reads by lines."""
        line = bytearray()
        while (size < 0 or len(line) < size) and not line.endswith(b"\n") and (part := self.read(1)):
            line += part
        return bytes(line)


def whole(program: Program) -> Program:
    """Let a program read whole bodies only."""

    def called(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        length = str(environ.get("CONTENT_LENGTH") or "")
        if length.isdecimal():
            environ["wsgi.input"] = Whole(environ["wsgi.input"], int(length))
        return program(environ, start_response)

    return called
