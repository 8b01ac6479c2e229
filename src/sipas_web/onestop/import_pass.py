"""The first pass over a file of dossiers: every row read, nothing written to the database, wrong columns recognised.

What was read lies in pieces in the file's own folder, for the second pass; memory holds a piece and the numbers.
"""

from __future__ import annotations

import datetime as dt
import io
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sipas.intake import ChosenColumns, read_pieces
from sipas.tables import REJECTED
from sipas_web.onestop import deadlines, dossier_files
from sipas_web.onestop import list_words as words
from sipas_web.onestop.reading import Habits, Rows, rows_of

AT_ONCE = 20_000  # rows written in one transaction
MOST_BAD = 0.5  # share of rows not taken above which the columns must be wrong
LEAST_JUDGED = 20  # rows; fewer say little
MOST_NAMES = {"agency": 3_000, "field": 2_000, "procedure": 20_000}
LEAST_ROWS_OF_A_NAME = 3  # on average, where there are many names
MOST_MOVED = 0.2  # share of known dossiers whose day of receipt would change
SAMPLE = 2_000  # dossiers compared with what is known
LISTED = 100_000  # rows that are listed to be mended; all are counted


_NUMBERS: dict[str, type[pl.DataType]] = {
    "dossier_number": pl.String,
    "received_on": pl.Date,
    "piece": pl.Int64,
    "row": pl.Int64,
}


@dataclass(slots=True)
class Whole:
    """What a file holds."""

    folder: Path
    pieces: int = 0
    rows: int = 0
    rejected: Counter[tuple[str, str]] = field(default_factory=Counter)  # by reason and column
    repeated: int = 0
    has_people: bool = False
    names: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in ("agency", "field")})
    procedures: set[tuple[str, str]] = field(default_factory=set)
    numbers: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_NUMBERS))
    span: tuple[dt.date, dt.date] | None = None

    @property
    def taken(self) -> int:
        """Number of dossiers."""
        return self.numbers.height

    def batches(self) -> Iterator[pl.DataFrame]:
        """Give the dossiers, each once, some at a time."""
        for piece in range(self.pieces):
            rows = pl.read_parquet(_piece(self.folder, piece))
            kept = self.numbers.filter(pl.col("piece") == piece).select("row", "dossier_number")
            rows = rows.join(kept, on=["row", "dossier_number"], how="semi", maintain_order="left")
            for start in range(0, rows.height, AT_ONCE):
                yield rows.slice(start, AT_ONCE)

    def sample(self) -> pl.DataFrame:
        """Give number and day of receipt of dossiers spread over the file."""
        step = max(self.numbers.height // SAMPLE, 1)
        return self.numbers.gather_every(step).select("dossier_number", "received_on")

    def as_bytes(self) -> bytes:
        """Write the dossier numbers as Parquet."""
        out = io.BytesIO()
        numbers = self.numbers.select(pl.col("dossier_number").alias("number")).sort("number")
        numbers.write_parquet(out, compression="zstd")
        return out.getvalue()


def read_whole(
    path: Path, *, file_id: int, mapping: dossier_files.Mapping, habits: Habits, tell: Callable[[int], None]
) -> Whole:
    """Read a file; ``tell`` is given the rows read so far. ValidationError where the columns must be wrong."""
    folder = dossier_files.work_folder(file_id)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    whole = Whole(folder, has_people=any(name in mapping["columns"] for name in words.IDENTITY))
    chosen = ChosenColumns(mapping["columns"], mapping.get("constants", {}))
    listed: list[pl.DataFrame] = []
    tables = read_pieces(path, required=words.REQUIRED, mapping=chosen, limits=dossier_files.LIMITS)
    for table in tables:
        read = rows_of(table, habits, deadlines.calendar())
        _take(whole, read)
        _list(listed, read.rejected)
        tell(whole.rows)
    _list(listed, _without_repeated(whole, path.name, mapping["columns"].get("dossier_number", "")))
    _refuse_where_wrong(whole, mapping)
    _write_rejected(listed, file_id)
    return whole


def _take(whole: Whole, read: Rows) -> None:
    """Keep a piece."""
    rows = read.taken
    rows.write_parquet(_piece(whole.folder, whole.pieces), compression="lz4")
    whole.rows += read.height
    counted = read.rejected.group_by("reason", "column").len().iter_rows()
    whole.rejected.update({(reason, column or ""): count for reason, column, count in counted})
    for name, found in whole.names.items():
        found.update(rows[name].drop_nulls().unique().to_list())
    whole.names["agency"].update(rows["receiver"].drop_nulls().unique().to_list())
    pairs = rows.select(pl.col("procedure_code", "procedure").fill_null("")).unique().iter_rows()
    whole.procedures.update(pair for pair in pairs if any(pair))
    place = [pl.lit(whole.pieces, pl.Int64).alias("piece"), pl.col("row").cast(pl.Int64)]
    whole.numbers = pl.concat([whole.numbers, rows.select("dossier_number", "received_on", *place)])
    whole.pieces += 1


def _without_repeated(whole: Whole, file: str, column: str) -> pl.DataFrame:
    """Keep the last row of each number; gives the others."""
    is_last = whole.numbers["dossier_number"].is_last_distinct()
    others, whole.numbers = whole.numbers.filter(~is_last), whole.numbers.filter(is_last)
    whole.repeated = others.height
    if whole.numbers.height:
        received = whole.numbers["received_on"]
        whole.span = (received.min(), received.max())  # type: ignore[assignment]  # days, as the rows are some
    place = [pl.lit(file).alias("file"), pl.lit(None, pl.String).alias("sheet"), pl.lit(column).alias("column")]
    told = others.select(*place, "row", pl.lit(words.REPEATED).alias("reason"), pl.col("dossier_number").alias("got"))
    return told.select([c.name for c in REJECTED.columns])


def _refuse_where_wrong(whole: Whole, mapping: dossier_files.Mapping) -> None:
    """Refuse a file whose rows say that a column was taken for what it is not; nothing of it is written."""
    if whole.rows < LEAST_JUDGED:
        return
    bad = sum(whole.rejected.values())
    if bad > MOST_BAD * whole.rows:
        (reason, column), count = whole.rejected.most_common(1)[0]
        raise ValidationError(_bad_rows(reason, column), params={"bad": bad, "rows": whole.rows, "count": count,
                              "column": column})  # fmt: skip
    if whole.repeated > MOST_BAD * whole.rows:
        message = _(
            "In %(count)s of %(rows)s rows the dossier number stands in another row too: the column “%(column)s” does "
            "not seem to hold dossier numbers. Nothing was imported. Correct the columns, then import again."
        )
        raise ValidationError(message, params={"count": whole.repeated, "rows": whole.rows,
                              "column": mapping["columns"].get("dossier_number", "")})  # fmt: skip
    counted = {**{name: len(found) for name, found in whole.names.items()}, "procedure": len(whole.procedures)}
    for name, number in counted.items():
        if number > MOST_NAMES[name] or (number > 200 and number * LEAST_ROWS_OF_A_NAME > whole.rows):
            message = _(
                "The column “%(column)s”, taken for “%(target)s”, holds %(number)s different values in %(rows)s rows: "
                "it does not seem to be that. Nothing was imported. Correct the columns, then import again."
            )
            raise ValidationError(message, params={"column": mapping["columns"].get(name, ""), "rows": whole.rows,
                                  "target": words.TARGETS[name], "number": number})  # fmt: skip


def refuse_where_moved(whole: Whole, known: Mapping[str, dt.date], column: str) -> None:
    """Refuse a file in which known dossiers were received on other days: that day never changes."""
    days = dict(whole.sample().iter_rows())
    moved = sum(days[number] != day for number, day in known.items())
    if len(known) >= LEAST_JUDGED and moved > MOST_MOVED * len(known):
        message = _(
            "Of %(known)s dossiers that are known already, %(moved)s would have been received on another day: the "
            "column “%(column)s” does not seem to hold the day of receipt, or the file is of another system. "
            "Nothing was "
            "imported. Correct the columns, then import again."
        )
        raise ValidationError(message, params={"known": len(known), "moved": moved, "column": column})


def _bad_rows(reason: str, column: str) -> Any:
    del reason
    if column:
        return _(
            "%(bad)s of %(rows)s rows could not be taken, %(count)s of them because of the column “%(column)s”: the "
            "columns seem to be taken for the wrong things. Nothing was imported. Correct them, then import again."
        )
    return _(
        "%(bad)s of %(rows)s rows could not be taken: the columns seem to be taken for the wrong things, or the day of "
        "the file is wrong. Nothing was imported. Correct them, then import again."
    )


def _list(listed: list[pl.DataFrame], rows: pl.DataFrame) -> None:
    room = LISTED - sum(part.height for part in listed)
    if rows.height and room > 0:
        listed.append(rows.head(room))


def _write_rejected(listed: list[pl.DataFrame], file_id: int) -> None:
    path = dossier_files.rejected_path(file_id)
    if not listed:
        path.unlink(missing_ok=True)
        return
    pl.concat(listed, how="diagonal").sort("row").write_parquet(path)


def _piece(folder: Path, number: int) -> Path:
    return folder / f"{number:05d}.parquet"
