"""Population totals that weights are made to meet, and the distinct cells they cut the rows into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sipas.errors import SipasError

Codes = NDArray[np.int64]
Reals = NDArray[np.float64]
# Two margins of one population may differ by rounding only.
SAME_POPULATION = 1e-6
MOST_NAMED = 5
MOST_LOOKED_UP = 1 << 20  # range of integers for which a table is made


@dataclass(frozen=True, slots=True)
class Margin:
    """Known totals of a set of categories that divide the population.

    Parameters
    ----------
    columns : tuple of str
        One column, or several for a crossed margin.
    totals : polars.DataFrame
        The columns and ``total`` (people, above 0), one row per category.
    """

    columns: tuple[str, ...]
    totals: pl.DataFrame

    @property
    def name(self) -> str:
        """Name of the margin.

        Returns
        -------
        str
            Its columns joined by ``×``.
        """
        return " × ".join(self.columns)


@dataclass(frozen=True, slots=True)
class Cells:
    """Rows cut into cells in which every margin and every number is the same.

    Parameters
    ----------
    of_row : numpy.ndarray
        Cell of each row, shape (rows,).
    weight : numpy.ndarray
        Sum of the starting weights of each cell, shape (cells,).
    codes : tuple of numpy.ndarray
        For each margin the category of each cell.
    targets : tuple of numpy.ndarray
        For each margin the totals of its categories.
    numbers : numpy.ndarray
        Auxiliary numbers of each cell, shape (cells, q).
    number_totals : numpy.ndarray
        Their totals, shape (q,).
    """

    of_row: Codes
    weight: Reals
    codes: tuple[Codes, ...]
    targets: tuple[Reals, ...]
    numbers: Reals
    number_totals: Reals

    def margin_error(self, weight: Reals) -> float:
        """Give the largest relative error of all totals.

        Parameters
        ----------
        weight : numpy.ndarray
            Weight of each cell, shape (cells,).

        Returns
        -------
        float
            max |reached − target| / |target|; 0 where there is no margin.
        """
        pairs = [
            (np.bincount(codes, weight, target.size), target)
            for codes, target in zip(self.codes, self.targets, strict=True)
        ]
        if self.number_totals.size:
            pairs.append(((self.numbers * weight[:, None]).sum(axis=0), self.number_totals))
        errors = [np.abs(reached - target) / np.maximum(np.abs(target), 1e-300) for reached, target in pairs]
        return max((float(error.max()) for error in errors), default=0.0)


def margins_from_frame(frame: pl.DataFrame, by: Sequence[Sequence[str]]) -> tuple[Margin, ...]:
    """Count the frame, to calibrate the sample to what it was drawn from.

    Parameters
    ----------
    frame : polars.DataFrame
        Table ``frame``, whole.
    by : sequence of sequences of str
        Columns of each margin.

    Returns
    -------
    tuple of Margin
        One per entry of ``by``, categories sorted.
    """
    return tuple(
        Margin(
            tuple(columns),
            frame.group_by(list(columns)).agg(total=pl.len().cast(pl.Float64)).sort(list(columns), nulls_last=False),
        )
        for columns in by
    )


def cut_cells(
    rows: pl.DataFrame, weight: Reals, margins: Sequence[Margin], numbers: dict[str, float] | None = None
) -> Cells:
    """Cut rows into distinct cells and check the totals against them.

    Parameters
    ----------
    rows : polars.DataFrame
        Respondents with the columns of every margin and number, no missing values in them.
    weight : numpy.ndarray
        Starting weight of each row, above 0.
    margins : sequence of Margin
        Each must divide the population into the categories that occur.
    numbers : dict of str to float, optional
        Numeric columns with their population totals (linear calibration to a total, not to counts).

    Returns
    -------
    Cells
        At most as many as rows, in the order of their codes.

    Raises
    ------
    SipasError
        ``weighting.margin_total_not_positive``, ``weighting.margins_disagree``, ``weighting.margin_value_missing``,
        ``weighting.margin_category_missing``, ``weighting.margin_category_empty``, ``weighting.weight_not_positive``,
        ``weighting.margin_column_missing``, ``weighting.margin_column_type``.
    """
    if not bool(np.all(weight > 0)) or not bool(np.all(np.isfinite(weight))):
        wrong = ~(weight > 0) | ~np.isfinite(weight)
        raise SipasError(
            "weighting.weight_not_positive", "weight", got=int(np.argmax(wrong)) + 1, hint=int(wrong.sum())
        )
    _check_totals(margins)
    numbers = numbers or {}
    codes = [_categories(rows, margin) for margin in margins]
    columns = [_column(rows, name) for name in numbers]
    sizes = [margin.totals.height for margin in margins]
    levels = [np.unique(column, return_inverse=True)[1] for column in columns]
    of_row, first = _distinct([*codes, *levels], [*sizes, *(int(level.max()) + 1 for level in levels)], weight.size)
    return Cells(
        of_row=of_row,
        weight=np.bincount(of_row, weight, first.size).astype(np.float64),
        codes=tuple(code[first] for code in codes),
        targets=tuple(margin.totals["total"].to_numpy() for margin in margins),
        numbers=np.column_stack([c[first] for c in columns]) if columns else np.empty((first.size, 0)),
        number_totals=np.array(list(numbers.values()), dtype=np.float64),
    )


def _distinct(codes: list[Codes], sizes: list[int], rows: int) -> tuple[Codes, Codes]:
    """Give a number to each distinct combination: each row's number and the first row of each."""
    combined, size = np.zeros(rows, dtype=np.int64), 1
    for code, levels in zip(codes, sizes, strict=True):
        if size * levels >= 2**62:  # the code of a combination must fit in 63 bits
            combined = np.unique(combined, return_inverse=True)[1].astype(np.int64)
            size = int(combined.max()) + 1
        combined *= levels
        combined += code
        size *= levels
    if size <= 4 * rows + 2**20:  # few possible cells: a table of marks is faster than a sort
        seen = np.zeros(size, dtype=np.bool_)
        seen[combined] = True
        of_row = (np.cumsum(seen) - 1)[combined]
    else:
        of_row = np.unique(combined, return_inverse=True)[1].astype(np.int64)
    first = np.empty(int(of_row.max()) + 1, dtype=np.int64)
    first[of_row[::-1]] = np.arange(rows - 1, -1, -1)  # of rows of one cell the last written stays
    return of_row, first


def _check_totals(margins: Sequence[Margin]) -> None:
    for margin in margins:
        wrong = margin.totals.filter(~(pl.col("total") > 0) | pl.col("total").is_infinite() | pl.col("total").is_null())
        if wrong.height:
            got = [list(row) for row in wrong.head(MOST_NAMED).iter_rows()]
            raise SipasError("weighting.margin_total_not_positive", margin.name, got=got, hint=wrong.height)
    sums = [float(margin.totals["total"].sum()) for margin in margins]
    for margin, total in zip(margins, sums, strict=True):
        if abs(total - sums[0]) > SAME_POPULATION * sums[0]:
            raise SipasError(
                "weighting.margins_disagree", margin.name, expected=sums[0], got=total, hint=margins[0].name
            )


def _categories(rows: pl.DataFrame, margin: Margin) -> Codes:
    _check_columns(rows, margin)
    columns = list(margin.columns)
    if any(rows[column].null_count() for column in columns):
        missing = rows.filter(pl.any_horizontal(pl.col(columns).is_null())).height
        raise SipasError("weighting.margin_value_missing", margin.name, got=missing)
    categories = margin.totals.select(columns)
    code = _looked_up(rows[columns[0]], categories.to_series()) if len(columns) == 1 else None
    if code is None:
        code = _joined(rows.select(columns), categories)
    if code.size and code.min() < 0:
        strange = rows.select(columns).filter(code < 0).unique().sort(columns)
        raise SipasError("weighting.margin_category_missing", margin.name, got=_named(strange), hint=strange.height)
    occurs = np.zeros(categories.height, dtype=np.bool_)
    occurs[code] = True
    if not occurs.all():
        empty = categories.filter(~occurs)
        raise SipasError("weighting.margin_category_empty", margin.name, got=_named(empty), hint=empty.height)
    return code


def _looked_up(values: pl.Series, categories: pl.Series) -> Codes | None:
    """Look integers up in a table of all of a small range, -1 for unknown ones; None where that is not possible."""
    if not values.dtype.is_integer() or values.is_empty() or categories.n_unique() < categories.len():
        return None
    given, known = values.to_numpy(), categories.to_numpy()
    least, most = min(int(given.min()), int(known.min())), max(int(given.max()), int(known.max()))
    if most - least > MOST_LOOKED_UP or max(abs(least), abs(most)) >= 2**62:
        return None
    table = np.full(most - least + 1, -1, dtype=np.int64)
    table[known.astype(np.int64) - least] = np.arange(known.size)
    return np.asarray(table[np.subtract(given, least, dtype=np.int64)])


def _joined(values: pl.DataFrame, categories: pl.DataFrame) -> Codes:
    numbered = categories.with_row_index("code")
    code = values.join(numbered, on=values.columns, how="left", maintain_order="left")["code"]
    return code.cast(pl.Int64).fill_null(-1).to_numpy()


def _check_columns(rows: pl.DataFrame, margin: Margin) -> None:
    for column in margin.columns:
        if column not in rows.columns:
            raise SipasError("weighting.margin_column_missing", column, expected=margin.name)
        if rows.schema[column] != margin.totals.schema[column]:
            raise SipasError(
                "weighting.margin_column_type",
                column,
                expected=str(margin.totals.schema[column]),
                got=str(rows.schema[column]),
            )


def _column(rows: pl.DataFrame, name: str) -> Reals:
    if name not in rows.columns:
        raise SipasError("weighting.margin_column_missing", name)
    column = rows[name].cast(pl.Float64)
    missing = int((column.is_null() | column.is_nan().fill_null(value=False)).sum())
    if missing:
        raise SipasError("weighting.margin_value_missing", name, got=missing)
    return column.to_numpy()


def _named(categories: pl.DataFrame) -> list[str]:
    return [" × ".join(str(v) for v in row) for row in categories.head(MOST_NAMED).iter_rows()]
