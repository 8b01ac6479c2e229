"""The one form of a table that is hashed: a CSV whose bytes do not depend on who writes it.

UTF-8, NFC, lines end in LF, first line the names: ``unit_id``, then the others in code point order. Rows by
``unit_id`` in code point order. A missing value is nothing, an empty text is ``""``; a text is quoted only if it is
empty or holds a comma, a quotation mark (doubled), CR or LF. Whole numbers in decimal, real numbers as Python's
``repr`` (the shortest that reads back), dates YYYY-MM-DD, ``true`` and ``false``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from unicodedata import normalize

import polars as pl

from sipas.errors import Place, SipasError
from sipas.sampling.engine import connect, files_schema

KEY = "unit_id"
BLOCK = 10_000
BLOCK_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Digest:
    """Hash of a canonical CSV, and of its blocks, which tell where two differ.

    Parameters
    ----------
    sha256 : str
        64 hex digits over all bytes: what any checksum program gives for the file.
    rows : int
        Rows without the header.
    columns : tuple of (str, str)
        Name and type of each column in the CSV's order.
    blocks : tuple of str
        First 16 hex digits of SHA-256 of the header, then of each 10 000 rows.
    """

    sha256: str
    rows: int
    columns: tuple[tuple[str, str], ...]
    blocks: tuple[str, ...]


def canonical_csv(table: pl.DataFrame) -> Iterator[bytes]:
    """Give the canonical CSV of a table in pieces.

    Parameters
    ----------
    table : polars.DataFrame
        With ``unit_id``, text, unique, none missing; text, whole, real, Boolean and date columns.

    Yields
    ------
    bytes
        The header, then 10 000 rows at a time; memory beyond the table is one piece and the order of rows.

    Raises
    ------
    SipasError
        ``sampling.column_missing``, ``sampling.unit_repeated``, ``sampling.unit_missing``,
        ``sampling.canonical_type``, ``sampling.canonical_number``.
    """
    if KEY not in table.columns:
        raise SipasError("sampling.column_missing", KEY, expected=KEY, got=table.columns)
    if table[KEY].null_count():
        raise SipasError("sampling.unit_missing", KEY, got=table[KEY].null_count())
    order = table.select(pl.col(KEY).str.normalize("NFC").arg_sort())[KEY]
    pieces = (table[order[at : at + BLOCK]] for at in range(0, table.height, BLOCK))
    yield from _written(table.schema, pieces)


def canonical_csv_of_files(source: str, *, memory: str = "400MB", spill: str | None = None) -> Iterator[bytes]:
    """Give the canonical CSV of Parquet files larger than memory.

    Parameters
    ----------
    source : str
        Path or glob of Parquet files whose rows together are one table; ids must be NFC.
    memory : str
        Most DuckDB may hold; what is more goes to ``spill``.
    spill : str, optional
        Folder for what does not fit.

    Yields
    ------
    bytes
        As :func:`canonical_csv`.

    Raises
    ------
    SipasError
        As :func:`canonical_csv`, and ``sampling.unit_form``.
    """
    with connect(memory=memory, spill=spill) as engine:
        schema = files_schema(engine, source)
        if KEY not in schema:
            raise SipasError("sampling.column_missing", KEY, expected=KEY, got=schema.names())
        ordered = engine.sql(f"FROM read_parquet(?) ORDER BY {KEY}", params=[source])
        batches = (_in_form(pl.DataFrame(batch)) for batch in ordered.to_arrow_reader(BLOCK))
        yield from _written(schema, _resliced(batches))


def digest(pieces: Iterable[bytes], schema: pl.Schema) -> Digest:
    """Hash a canonical CSV.

    Parameters
    ----------
    pieces : iterable of bytes
        From :func:`canonical_csv`.
    schema : polars.Schema
        Of the table.

    Returns
    -------
    Digest
        Hash, rows, columns and blocks.
    """
    whole = sha256()
    blocks = []
    rows = -BLOCK
    last = b""
    for piece in pieces:
        whole.update(piece)
        blocks.append(sha256(piece).hexdigest()[:BLOCK_DIGITS])
        rows += BLOCK
        last = piece
    rows = 0 if len(blocks) < 2 else rows - BLOCK + _rows_of(last)
    columns = tuple((name, str(schema[name])) for name in column_order(schema.names()))
    return Digest(whole.hexdigest(), rows, columns, tuple(blocks))


def table_digest(table: pl.DataFrame) -> Digest:
    """Hash a table in its canonical form.

    Parameters
    ----------
    table : polars.DataFrame
        As for :func:`canonical_csv`.

    Returns
    -------
    Digest
        Hash, rows, columns and blocks.
    """
    return digest(canonical_csv(table), table.schema)


def column_order(names: Iterable[str]) -> list[str]:
    """Give the order of columns in the canonical CSV.

    Parameters
    ----------
    names : iterable of str
        Names in any order, ``unit_id`` among them.

    Returns
    -------
    list of str
        ``unit_id`` first, the others by code point.
    """
    return [KEY, *sorted(name for name in names if name != KEY)]


def _written(schema: pl.Schema, pieces: Iterable[pl.DataFrame]) -> Iterator[bytes]:
    names = column_order(schema.names())
    cells = [_cell(name, schema[name]) for name in names]
    yield (",".join(_quoted_name(name) for name in names) + "\n").encode()
    before = None
    for piece in pieces:
        _check_units(piece[KEY].str.normalize("NFC"), before)
        before = normalize("NFC", piece[KEY][-1])
        for name in names:
            _check_number(name, piece[name])
        yield _lines(piece.select(cells))


def _lines(piece: pl.DataFrame) -> bytes:
    """Write rows of texts and whole numbers; the writer of polars quotes as the form says, but for a lone CR."""
    texts = [c for c in piece.get_columns() if c.dtype == pl.String]
    if any(c.str.contains("\r", literal=True).any() for c in texts):
        quoted = piece.select(_quoted(c.name) for c in piece.get_columns())
        return ("\n".join(quoted.select(pl.concat_str(pl.all(), separator=",").alias("line"))["line"]) + "\n").encode()
    buffer = BytesIO()
    piece.write_csv(buffer, include_header=False, quote_style="necessary", line_terminator="\n", null_value="")
    return buffer.getvalue()


def _quoted(name: str) -> pl.Expr:
    text = pl.col(name).cast(pl.String)
    doubled = pl.concat_str(pl.lit('"'), text.str.replace_all('"', '""', literal=True), pl.lit('"'))
    needs = (text == "") | text.str.contains('[",\r\n]')
    return pl.when(text.is_null()).then(pl.lit("")).when(needs).then(doubled).otherwise(text).alias(name)


def _cell(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype == pl.String:
        composed: Callable[[pl.Series], pl.Series] = _composed
        return column.map_batches(composed, return_dtype=pl.String)
    if dtype.is_float():
        written: Callable[[pl.Series], pl.Series] = _reprs
        return column.cast(pl.Float64).map_batches(written, return_dtype=pl.String)
    if dtype == pl.Date:
        return column.dt.strftime("%Y-%m-%d")
    if dtype.is_integer() or dtype == pl.Boolean:
        return column
    if dtype == pl.Null:
        return column.cast(pl.String)
    raise SipasError("sampling.canonical_type", name, got=str(dtype), place=Place(column=name))


def _composed(values: pl.Series) -> pl.Series:
    """Give texts in NFC; most columns are ASCII and are so already."""
    return values if (values.str.len_bytes() == values.str.len_chars()).all() else values.str.normalize("NFC")


def _reprs(values: pl.Series) -> pl.Series:
    return pl.Series(values.name, [None if v is None else repr(v) for v in values], dtype=pl.String)


def _quoted_name(name: str) -> str:
    text = normalize("NFC", name)
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in '",\r\n') else text


def _check_units(units: pl.Series, before: str | None) -> None:
    if units.null_count():
        raise SipasError("sampling.unit_missing", KEY, got=units.null_count())
    repeated = units.filter(units == units.shift(1, fill_value=before))
    if len(repeated):
        raise SipasError("sampling.unit_repeated", KEY, got=repeated[0])


def _check_number(name: str, values: pl.Series) -> None:
    if values.dtype.is_float() and not values.drop_nulls().is_finite().all():
        raise SipasError("sampling.canonical_number", name, place=Place(column=name))


def _in_form(batch: pl.DataFrame) -> pl.DataFrame:
    """Refuse ids that would sort and hash otherwise in memory, where texts become NFC first."""
    other = batch.filter(pl.col(KEY) != pl.col(KEY).str.normalize("NFC"))
    if other.height:
        raise SipasError("sampling.unit_form", KEY, expected="NFC", got=other[KEY][0])
    return batch


def _resliced(batches: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Cut batches of any size into blocks."""
    held: list[pl.DataFrame] = []
    count = 0
    for batch in batches:
        held.append(batch)
        count += batch.height
        while count >= BLOCK:
            joined = pl.concat(held, rechunk=True)
            yield joined[:BLOCK]
            held = [joined[BLOCK:]]
            count -= BLOCK
    if count:
        yield pl.concat(held, rechunk=True)


def _rows_of(piece: bytes) -> int:
    """Count the rows of a piece: line ends outside quotation marks."""
    if b'"' not in piece:
        return piece.count(b"\n")
    return sum(part.count(b"\n") for part in piece.split(b'"')[::2])
