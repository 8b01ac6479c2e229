"""The chain as lines that leave."""

from __future__ import annotations

from collections.abc import Iterator

from sipas_web.audit.chain import canonical
from sipas_web.audit.queries import lines


def jsonl(upto: int) -> Iterator[str]:
    """Write each record on a line, to a number, in the very text that is hashed, and its hash."""
    for values in lines():
        if values["sequence"] > upto:
            return
        yield canonical(values) + "\n"
