"""Cells of two answers of a row, estimated together: what tests of tables and agreement of two answers start from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import polars as pl

from sipas.errors import Place, SipasError
from sipas.estimation.designs.design import Design
from sipas.estimation.designs.measures import Share
from sipas.estimation.linear.grid import Grid, grids
from sipas.estimation.moments.collapsing import collapse
from sipas.estimation.moments.engines import Engine
from sipas.estimation.moments.moments import WHOLE
from sipas.estimation.moments.query import JOINED
from sipas.estimation.moments.refusals import refuse_columns

Label: TypeAlias = str | int | float | bool

CELL = "cell of the table"
DOMAIN = "domain of the table"
COUNTED = "counts in the table"
COUNTS = ("pairs", "first_missing", "second_missing", "both_missing", "zero_weight")


@dataclass(frozen=True, slots=True)
class Crossed:
    """Rows with a number for the cell they fall in.

    Parameters
    ----------
    frame : polars.DataFrame
        The rows in the order given: columns of the design and domains, ``cell of the table`` (missing unless both
        were answered), ``domain of the table``.
    first, second : tuple of Label
        Levels of the two answers; cell number = place in ``first`` × number of ``second`` + place in ``second``.
    counts : polars.DataFrame
        ``domain of the table``, then rows: ``pairs`` (both answered), ``first_missing``, ``second_missing`` (only that
        one), ``both_missing``, all with positive weight, and ``zero_weight``.
    cells : polars.DataFrame
        ``domain of the table``, ``cell of the table``, ``n``: pairs of positive weight in each cell that has any.
    one_way : bool
        Whether there is no second answer; ``second`` then holds one level without meaning.
    """

    frame: pl.DataFrame
    first: tuple[Label, ...]
    second: tuple[Label, ...]
    counts: pl.DataFrame
    cells: pl.DataFrame
    one_way: bool = False

    @property
    def size(self) -> int:
        """Number of cells, with those that are empty."""
        return len(self.first) * len(self.second)

    def measures(self) -> tuple[Share, ...]:
        """Give the share of every cell as a measure.

        Returns
        -------
        tuple of Share
            Named by the cells' numbers; one that counts nobody where there are no cells.
        """
        return tuple(Share(str(cell), CELL, (cell,)) for cell in range(max(self.size, 1)))

    def counted(self, domain: str) -> dict[str, int]:
        """Give the rows counted in one domain.

        Parameters
        ----------
        domain : str
            Its name.

        Returns
        -------
        dict of str to int
            ``pairs``, ``first_missing``, ``second_missing``, ``both_missing``, ``zero_weight``.
        """
        here = self.counts.filter(pl.col(DOMAIN) == domain).select(COUNTS)
        return {name: int(here[name].sum()) for name in COUNTS}

    def collapsed(
        self,
        design: Design,
        measures: tuple[Share, ...],
        by: tuple[str, ...] = (),
        *,
        psus: pl.DataFrame | None = None,
        joint: pl.DataFrame | None = None,
        engine: Engine | None = None,
    ) -> Grid:
        """Collapse measures of the cells' numbers.

        Parameters
        ----------
        design : Design
            How the sample was drawn.
        measures : tuple of Share
            Sets of cells.
        by : tuple of str
            Columns whose crossed values are the domains; none: the whole.
        psus, joint, engine
            As in ``collapse``.

        Returns
        -------
        Grid
            Of the domains.

        Raises
        ------
        SipasError
            As ``collapse``.
        """
        kinds = (by,) if by else ()
        moments = collapse(self.frame, design, measures, kinds, psus=psus, joint=joint, engine=engine)
        return next(iter(grids(moments, (JOINED.join(by) if by else WHOLE,))))


def crossed(
    rows: pl.DataFrame | Path | str,
    design: Design,
    first: str,
    second: str | None = None,
    by: tuple[str, ...] = (),
    *,
    levels: tuple[Label, ...] | None = None,
    square: bool = False,
) -> Crossed:
    """Give every row the number of its cell.

    Parameters
    ----------
    rows : polars.DataFrame, path or str
        One row per respondent; missing answers are null. Of a Parquet file only the columns named are read.
    design : Design
        Names columns.
    first, second : str
        Columns of the two answers: text, whole numbers, Boolean or categories. Without ``second`` there is one column
        of cells.
    by : tuple of str
        Columns whose crossed values are the domains.
    levels : tuple of Label, optional
        Levels of both answers, in order; missing: those that stand in a pair of positive weight, sorted.
    square : bool
        Whether both answers have the same levels.

    Returns
    -------
    Crossed
        Rows, levels and counts.

    Raises
    ------
    SipasError
        ``estimation.column_unknown``, ``estimation.column_not_categories``, ``estimation.category_unexpected``.
    """
    answers = (first,) if second is None else (first, second)
    frame = _columns_of(rows, list(dict.fromkeys([*design.columns(), *by, *answers])))
    named = frame.columns
    for column in answers:
        _refuse_type(frame, column)
    weight = pl.lit(1.0) if design.weight is None else pl.col(design.weight).cast(pl.Float64, strict=False)
    domain = pl.concat_str([pl.col(c).cast(pl.String) for c in by], separator=JOINED) if by else pl.lit("")
    frame = frame.with_columns(domain.alias(DOMAIN), (weight > 0).alias(COUNTED))
    if levels is not None:
        _refuse_unexpected(frame, answers, levels)
    ordered = _ordered(frame.filter(COUNTED).select(answers).drop_nulls(), levels, square=square)
    cell = _place(first, ordered[0]) * len(ordered[-1])
    cell = _place(first, ordered[0]) if second is None else cell + _place(second, ordered[1])
    frame = frame.with_columns(cell.alias(CELL))
    counts, cells = _counts(frame, answers), _cells(frame)
    sides = (ordered[0], (True,) if second is None else ordered[1])
    return Crossed(frame.select(*named, DOMAIN, CELL), *sides, counts, cells, one_way=second is None)


def _ordered(
    pairs: pl.DataFrame, levels: tuple[Label, ...] | None, *, square: bool
) -> tuple[tuple[Label, ...], tuple[Label, ...]]:
    first, second = pairs.get_columns()[0], pairs.get_columns()[-1]
    if levels is not None:
        return levels, levels
    if square:
        together = _levels(_together(first, second))
        return together, together
    return _levels(first), _levels(second)


def _columns_of(rows: pl.DataFrame | Path | str, named: list[str]) -> pl.DataFrame:
    if isinstance(rows, pl.DataFrame):
        refuse_columns(named, rows.columns)
        return rows.select(named)
    scanned = pl.scan_parquet(rows)
    refuse_columns(named, scanned.collect_schema().names())
    return scanned.select(named).collect()


def _refuse_type(frame: pl.DataFrame, column: str) -> None:
    dtype = frame.schema[column]
    known = dtype.is_integer() or isinstance(dtype, pl.String | pl.Boolean | pl.Null | pl.Categorical | pl.Enum)
    if not known:
        place = Place(column=column)
        raise SipasError("estimation.column_not_categories", column, got=str(dtype), place=place)


def _refuse_unexpected(frame: pl.DataFrame, columns: tuple[str, ...], levels: tuple[Label, ...]) -> None:
    expected = [_text(level) for level in levels]
    for column in columns:
        wrong = (pl.col(column).cast(pl.String).is_in(expected).not_() & pl.col(COUNTED)).fill_null(value=False)
        for number, got in frame.with_row_index("row number").filter(wrong).select("row number", column).rows()[:1]:
            place = Place(row=number + 1, column=column)
            raise SipasError("estimation.category_unexpected", column, expected=expected, got=got, place=place)


def _together(first: pl.Series, second: pl.Series) -> pl.Series:
    if first.dtype == second.dtype or (first.dtype.is_integer() and second.dtype.is_integer()):
        return pl.concat([first.to_frame("level"), second.to_frame("level")], how="vertical_relaxed")["level"]
    got = [str(first.dtype), str(second.dtype)]
    raise SipasError("estimation.answers_of_two_types", second.name, got=got, place=Place(column=second.name))


def _levels(values: pl.Series) -> tuple[Label, ...]:
    return tuple(values.unique().sort().to_list())


def _text(level: Label) -> str:
    return str(level).lower() if isinstance(level, bool) else str(level)  # as Polars writes it


def _place(column: str, levels: tuple[Label, ...]) -> pl.Expr:
    """Give the place of a value; a level that stands only beside missing answers or weights of 0 has none."""
    places = {_text(level): place for place, level in enumerate(levels)}
    if not places:
        return pl.lit(None, dtype=pl.Int64)
    return pl.col(column).cast(pl.String).replace_strict(places, default=None, return_dtype=pl.Int64)


def _counts(frame: pl.DataFrame, answers: tuple[str, ...]) -> pl.DataFrame:
    alone, other = pl.col(answers[0]).is_null(), pl.col(answers[-1]).is_null()
    kinds = (~alone & ~other, alone & ~other, ~alone & other, alone & other)
    counts = [(kind & pl.col(COUNTED)).sum() for kind in kinds]
    sums = dict(zip(COUNTS, [*counts, (~pl.col(COUNTED)).sum()], strict=True))
    return frame.group_by(DOMAIN, maintain_order=True).agg(**sums)


def _cells(frame: pl.DataFrame) -> pl.DataFrame:
    there = frame.filter(pl.col(COUNTED) & pl.col(CELL).is_not_null())
    return there.group_by(DOMAIN, CELL).agg(n=pl.len().cast(pl.Int64)).sort(DOMAIN, CELL)
