"""The shipped form of 2017 and whole responses to it, for the tests of quality."""

import polars as pl

from sipas.instrument.edition import Edition
from sipas.instrument.load import load

FORM: Edition = load("sipas-2017")
ITEMS = [q.name for q in FORM.items()]


def answers(*rows: list[int | None], **more: list[int]) -> pl.DataFrame:
    """Responses whose items are the rows, other answers missing; cases A, B, C, …"""
    frame = pl.DataFrame({"case_id": [chr(65 + i) for i in range(len(rows))]})
    given = dict(zip(ITEMS, zip(*rows, strict=True), strict=True)) | more
    return frame.with_columns(
        pl.Series(c.name, list(given.get(c.name, [None] * len(rows))), dtype=c.dtype) for c in FORM.columns()
    )
