"""Visits as the library's table: the same rows give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import polars as pl

from sipas.tables import VISITS
from sipas_web.fieldwork.models import Visit
from sipas_web.rounds.queries import Round

CHUNK = 20_000  # rows as Python objects at a time


def visits_table(round_: Round) -> pl.DataFrame:
    """Give every visit of a round as the library's table ``visits``, sorted by case and number."""
    rows = Visit.objects.filter(case__round=round_).order_by()
    columns = ("case__case_id", "number", "day", "mode", "outcome", "interviewer", "replaced_by")
    schema = dict(VISITS.empty().schema)
    parts = [
        pl.DataFrame(chunk, schema=schema, orient="row")
        for chunk in chunks(rows.values_list(*columns).iterator(chunk_size=CHUNK), CHUNK)
    ]
    texts = pl.col("interviewer", "replaced_by")
    table = pl.concat([VISITS.empty(), *parts]).with_columns(pl.when(texts != "").then(texts).name.keep())
    return VISITS.check(table.sort("case_id", "visit"))


def chunks(rows: Iterable[Any], size: int) -> Iterator[Sequence[Any]]:
    """Cut rows into lists."""
    source = iter(rows)
    while part := list(islice(source, size)):
        yield part
