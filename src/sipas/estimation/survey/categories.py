"""From what is wanted to measures: values and categories of any type become codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sipas.errors import Place, SipasError
from sipas.estimation.designs.measures import Mean, Measure, Ratio, Share
from sipas.estimation.moments.refusals import refuse_columns
from sipas.estimation.survey.wanted import Value, Wanted

YES = 1
MOST_CATEGORIES = 1000  # more are numbers or names, not categories
MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Question:
    """One estimate.

    Parameters
    ----------
    measure : Measure
        Its measure, named as the estimate.
    statistic : str
        Of the measure, as in ``Request``.
    word : str
        As it was asked for.
    variable : str
        Column, or numerator and denominator.
    category : str, optional
        Value or values that count.
    """

    measure: Measure
    statistic: str
    word: str
    variable: str
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions, and the rows that answer them.

    Parameters
    ----------
    rows : polars.DataFrame, path or str
        With the coded columns; the file itself where none was needed.
    asked : tuple of Question
        In the order wanted; quantiles are not among them.
    quantiles : tuple of str
        Columns of the quantiles wanted, each once.
    """

    rows: pl.DataFrame | Path | str
    asked: tuple[Question, ...]
    quantiles: tuple[str, ...] = ()

    def measures(self) -> tuple[Measure, ...]:
        """Give what to add up.

        Returns
        -------
        tuple of Measure
            Of the questions, and for the account of the rows one of each column of quantiles.
        """
        accounted = (Mean(f"quantile({column})", column) for column in self.quantiles)
        return (*(one.measure for one in self.asked), *accounted)


def asked(rows: pl.DataFrame | Path | str, wanted: Sequence[Wanted], others: Sequence[str]) -> Asked:
    """Turn what is wanted into measures.

    Parameters
    ----------
    rows : polars.DataFrame, path or str
        As in ``collapse``.
    wanted : sequence of Wanted
        One or more.
    others : sequence of str
        Further columns that will be read: of the design, of the domains.

    Returns
    -------
    Asked
        Rows of a file are read, the columns needed alone, where values other than whole numbers count.

    Raises
    ------
    SipasError
        ``estimation.nothing_wanted``, ``estimation.wanted_repeated``, ``estimation.column_unknown``,
        ``estimation.value_unknown`` (a text that nobody gave; a number that nobody gave is a share of 0),
        ``estimation.value_not_a_number``,
        ``estimation.too_many_categories``, ``estimation.value_not_finite``.
    """
    if not wanted:
        raise SipasError("estimation.nothing_wanted", "estimates")
    if twice := [one.column for i, one in enumerate(wanted) if one in wanted[:i]]:
        raise SipasError("estimation.wanted_repeated", "estimates", got=twice)
    lazy = rows.lazy() if isinstance(rows, pl.DataFrame) else pl.scan_parquet(str(rows))
    schema = lazy.collect_schema()
    named = [*others, *(column for one in wanted for column in one.columns())]
    refuse_columns(list(dict.fromkeys(named)), list(schema))
    coded = [one for one in wanted if not _direct(one, schema[one.column])]
    frame = lazy.select(list(dict.fromkeys(named))).collect() if coded else pl.DataFrame()
    questions: list[Question] = []
    columns: dict[str, pl.Series] = {}
    for one in wanted:
        if one in coded:
            found, column = _categories(frame, one) if one.statistic == "proportion" else _marked(frame, one)
            questions += found
            columns[column.name] = column
        elif one.statistic != "quantile":
            questions.append(_plain(one))
    quantiles = tuple(dict.fromkeys(one.column for one in wanted if one.statistic == "quantile"))
    return Asked(frame.with_columns(columns.values()) if coded else rows, tuple(questions), quantiles)


def _direct(one: Wanted, dtype: pl.DataType) -> bool:
    if one.needs_numbers():
        return True
    whole = bool(one.of) and all(isinstance(value, int) and not isinstance(value, bool) for value in one.of)
    return one.statistic != "proportion" and dtype.is_integer() and whole


def _plain(one: Wanted) -> Question:
    variable = one.column if one.over is None else f"{one.column} / {one.over}"
    name = one.name or f"{one.statistic}({variable})"
    if one.over is not None:
        return Question(Ratio(name, one.column, one.over), "ratio", "ratio", variable)
    if one.needs_numbers():
        return Question(Mean(name, one.column), one.statistic, one.statistic, variable)
    return _share(one, one.column, tuple(int(value) for value in one.of))


def _share(one: Wanted, column: str, codes: tuple[int, ...]) -> Question:
    listed = ";".join(str(value) for value in one.of)
    name = one.name or (f"{one.statistic}({one.column} in {listed})" if one.of else f"{one.statistic}({one.column})")
    statistic = "top_box" if one.statistic == "share" else "count"
    return Question(Share(name, column, codes), statistic, one.statistic, one.column, listed or None)


def _marked(frame: pl.DataFrame, one: Wanted) -> tuple[list[Question], pl.Series]:
    """1 where the value counts, 0 where another was given, missing where none was."""
    values = frame[one.column]
    _refuse_endless(values)
    if not one.of:
        counts = pl.Series([True]).new_from_index(0, values.len())
    elif values.dtype == pl.Boolean or values.dtype.is_numeric():
        counts = values.cast(pl.Float64).is_in([_number(one, value) for value in one.of])
    else:
        counts = _among(values.cast(pl.String), one.of)
    codes = counts.cast(pl.Int16).zip_with(values.is_not_null(), pl.Series([None], dtype=pl.Int16))
    question = _share(one, f"codes({one.column} in {one.of})", (YES,))
    return [question], codes.alias(question.measure.terms()[1].answered[0])


def _refuse_endless(values: pl.Series) -> None:
    """Refuse NaN and the infinite, as phase 1 does: they are no answers."""
    if values.dtype.is_float():
        for row in (~values.is_finite()).fill_null(False).arg_true().head(1):
            place = Place(row=row + 1, column=values.name)
            raise SipasError("estimation.value_not_finite", values.name, got=values[row], place=place)


def _number(one: Wanted, value: Value) -> float:
    if isinstance(value, str):
        raise SipasError("estimation.value_not_a_number", one.column, got=value, place=Place(column=one.column))
    return float(value)


def _among(texts: pl.Series, of: Sequence[Value]) -> pl.Series:
    unseen = [value for value in of if not (texts == str(value)).any()]
    named = [value for value in unseen if isinstance(value, str)]
    if named:
        there = texts.drop_nulls().unique().sort().to_list()[:MOST_NAMED]
        place = Place(column=texts.name)
        raise SipasError("estimation.value_unknown", texts.name, expected=there, got=named[0], place=place)
    return texts.is_in([str(value) for value in of])


def _categories(frame: pl.DataFrame, one: Wanted) -> tuple[list[Question], pl.Series]:
    values, column = frame[one.column], one.column
    _refuse_endless(values)
    there = values.drop_nulls().unique().sort()
    if there.len() > MOST_CATEGORIES:
        raise SipasError("estimation.too_many_categories", column, expected=MOST_CATEGORIES, got=there.len())
    coded, named = f"codes({column})", one.name or f"proportion({column}"
    codes = pl.Series(range(1, there.len() + 1), dtype=pl.Int32)
    questions = []
    for code, text in enumerate(there.cast(pl.String).to_list(), start=1):
        share = Share(f"{named} = {text}" if one.name else f"{named} = {text})", coded, (code,), category=code)
        questions.append(Question(share, "share", "proportion", column, text))
    return questions, values.replace_strict(there, codes, default=None, return_dtype=pl.Int32).alias(coded)
