"""Rows of a sample from a file: Parquet as it is, office files read cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sipas.errors import Place, SipasError
from sipas.estimation.moments.refusals import refuse_columns
from sipas.intake import OfficeTable, Parsed, read
from sipas.tables import REJECTED

MISSING = ("NA", "NaN", ".")
PARQUET = (".parquet", ".pq")
CODE = r"^0\d"  # 01 is a code of a unit, not the number 1


@dataclass(frozen=True, slots=True)
class SampleFile:
    """Rows, and what was left out of the file.

    Parameters
    ----------
    rows : polars.DataFrame or path
        Typed columns; a Parquet file stays where it is.
    skipped : polars.DataFrame
        Table ``rejected``: title rows, rows of totals, and others that are no records.
    """

    rows: pl.DataFrame | Path
    skipped: pl.DataFrame


def read_sample(
    path: Path,
    columns: Sequence[str],
    numbers: Sequence[str],
    *,
    decimal: str = ".",
    missing: Sequence[str] = MISSING,
    sheet: str | None = None,
) -> SampleFile:
    """Read the columns that an analysis needs.

    Parameters
    ----------
    path : pathlib.Path
        Parquet (a file, a folder or a glob), CSV in any of the encodings met in offices, XLSX or XLS.
    columns : sequence of str
        Columns needed.
    numbers : sequence of str
        Those of them that must hold numbers. The others hold numbers too if every cell is one and none
        begins with 0 like a code (``01``).
    decimal : {".", ","}
        What stands before the decimals in a text file.
    missing : sequence of str
        Texts that stand for no value, beside the empty cell.
    sheet : str, optional
        Sheet of a workbook.

    Returns
    -------
    SampleFile
        Rows in the order of the file.

    Raises
    ------
    SipasError
        ``estimation.column_unknown``; ``estimation.cell_not_a_number`` with the first cell at fault and how many there
        are; ``intake.file_missing`` and the others of ``intake.read``.
    """
    if path.suffix.lower() in PARQUET or path.is_dir() or "*" in path.name:
        pattern = path / "**/*.parquet" if path.is_dir() else path
        if not any(Path(pattern.anchor or ".").glob(str(pattern.relative_to(pattern.anchor)))):
            raise SipasError("intake.file_missing", "path", got=str(path), place=Place(file=path.name))
        return SampleFile(pattern, REJECTED.empty())
    table = read(path, sheet=sheet)
    refuse_columns(list(columns), list(table.headers))
    series = [_typed(table, name, name in numbers, decimal, missing) for name in columns]
    return SampleFile(pl.DataFrame(series), table.skipped)


def _typed(table: OfficeTable, column: str, must: bool, decimal: str, missing: Sequence[str]) -> pl.Series:
    parsed = table.reals(column, decimal=decimal, missing=missing)
    codes = table.texts(column).values.str.contains(CODE).any()
    if parsed.faults.height == 0 and (must or not codes):
        return _whole(parsed)
    if must:
        first = parsed.faults.row(0, named=True)
        place = Place(file=table.file, sheet=table.sheet, row=first["row"], column=column)
        raise SipasError(
            "estimation.cell_not_a_number", column, got=first["got"], hint=parsed.faults.height, place=place
        )
    texts = table.texts(column).values
    return texts.set(texts.is_in(list(missing)).fill_null(value=False), None).alias(column)


def _whole(parsed: Parsed) -> pl.Series:
    """Codes are whole numbers: 4, not 4.0, in the name of a category."""
    values = parsed.values
    whole = values.cast(pl.Int64, strict=False)
    same = (whole.cast(pl.Float64) == values).fill_null(value=True).all()
    return whole if same and whole.null_count() == values.null_count() else values
