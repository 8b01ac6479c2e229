"""A file's answer cells to the edition's answer columns, with a finding for each cell at fault."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from sipas.capture.cells import OptionReader, Read, integer_reader, read_column, read_text, read_tick
from sipas.capture.columns import ColumnMap
from sipas.capture.findings import (
    EXCLUSIVE_OPTION,
    FINDINGS,
    NOT_ASKED,
    OTHER_WITHOUT_OPTION,
    TOO_MANY_TICKS,
    findings_of,
)
from sipas.capture.routing import answered, asked_name, condition, tick_columns
from sipas.instrument.edition import Edition
from sipas.instrument.model import Question


def read_answers(
    cells: pl.DataFrame, rows: pl.DataFrame, columns: ColumnMap, edition: Edition
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read all answers of a file.

    Parameters
    ----------
    cells : polars.DataFrame
        The file's columns as text.
    rows : polars.DataFrame
        ``row``, ``case_id`` and ``respondent_kind`` of the same rows.
    columns : ColumnMap
        Where the answers stand.
    edition : Edition
        The form.

    Returns
    -------
    tuple of polars.DataFrame
        ``rows`` with every answer column of the edition, and ``FINDINGS``. Cells at fault are missing.
    """
    parts = [FINDINGS.empty()]
    questions = [q for q in edition.questions() if not q.personal]
    for question in questions:
        read = _read_multiple if question.kind == "multiple" else _read_single
        rows, found = read(cells, rows, columns, edition, question)
        parts.append(found)
    for question in questions:
        rows, found = _drop_not_asked(rows, columns, edition, question)
        parts.append(found)
    found = pl.concat(parts)
    answers = rows.select("row", "case_id", "respondent_kind", *(c.name for c in edition.columns()))
    return answers, found.sort("row", maintain_order=True)


def _reader(question: Question, edition: Edition) -> Callable[[str], Read]:
    if question.kind == "integer":
        return integer_reader(question.low, question.high)
    return OptionReader(edition.options(question.name)).one


def _read_single(
    cells: pl.DataFrame, rows: pl.DataFrame, columns: ColumnMap, edition: Edition, question: Question
) -> tuple[pl.DataFrame, pl.DataFrame]:
    source = columns.source.get(question.name)
    dtype = {c.name: c.dtype for c in edition.columns()}[question.name]
    found = FINDINGS.empty()
    if source is None:
        rows = rows.with_columns(pl.lit(None, dtype=dtype).alias(question.name))
    elif question.kind == "text":
        rows = rows.with_columns(read_text(cells[source]).alias(question.name))
    else:
        values, faults = read_column(cells[source], _reader(question, edition), dtype)
        marked = rows.select("row", "case_id", code=faults, got=cells[source])
        found = findings_of(marked, faults.is_not_null(), column=source, code=pl.col("code"), got=pl.col("got"))
        rows = rows.with_columns(values.alias(question.name))
    special = [option.value for option in edition.options(question.name) if option.specify]
    return _read_other(cells, rows, columns, question, pl.col(question.name).is_in(special), found, bool(special))


def _read_multiple(
    cells: pl.DataFrame, rows: pl.DataFrame, columns: ColumnMap, edition: Edition, question: Question
) -> tuple[pl.DataFrame, pl.DataFrame]:
    names = tick_columns(question, edition)
    source = columns.source.get(question.name)
    if source is not None:
        rows, found = _ticks_of_one_cell(cells, rows, source, edition, question)
    else:
        rows, found = _ticks_of_columns(cells, rows, columns, names)
    rows, more = _check_ticks(rows, source or question.name, edition, question)
    special = [name for name, o in zip(names, edition.options(question.name), strict=True) if o.specify]
    ticked = pl.any_horizontal([pl.lit(value=False), *(pl.col(name) == 1 for name in special)])
    return _read_other(cells, rows, columns, question, ticked, pl.concat([found, more]), bool(special))


def _ticks_of_one_cell(
    cells: pl.DataFrame, rows: pl.DataFrame, source: str, edition: Edition, question: Question
) -> tuple[pl.DataFrame, pl.DataFrame]:
    reader = OptionReader(edition.options(question.name))
    distinct = cells[source].drop_nulls().unique()
    read = [reader.several(text) for text in distinct.to_list()]
    columns = {
        name: pl.Series([int(option.value in r.values) if r.values else None for r in read], dtype=pl.Int16)
        for name, option in zip(tick_columns(question, edition), edition.options(question.name), strict=True)
    }
    faults = pl.Series([r.fault for r in read], dtype=pl.String)

    def back(series: pl.Series) -> pl.Series:
        return cells[source].replace_strict(distinct, series, default=None, return_dtype=series.dtype)

    fault = back(faults)
    marked = rows.select("row", "case_id", code=fault, got=cells[source])
    found = findings_of(marked, fault.is_not_null(), column=source, code=pl.col("code"), got=pl.col("got"))
    return rows.with_columns(back(series).alias(name) for name, series in columns.items()), found


def _ticks_of_columns(
    cells: pl.DataFrame, rows: pl.DataFrame, columns: ColumnMap, names: list[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    found, ticks, at_fault = [FINDINGS.empty()], {}, []
    for name in names:
        source = columns.source.get(name)
        if source is None:
            ticks[name] = pl.Series([None], dtype=pl.Int16).new_from_index(0, rows.height)
            continue
        ticks[name], faults = read_column(cells[source], read_tick, pl.Int16)
        marked = rows.select("row", "case_id", code=faults, got=cells[source])
        found.append(findings_of(marked, faults.is_not_null(), column=source, code=pl.col("code"), got=pl.col("got")))
        at_fault.append(faults.is_not_null())
    # No box ticked is no answer: on paper an empty box and a question passed over look alike.
    some = pl.any_horizontal([pl.col(name) == 1 for name in names]).fill_null(value=False)
    kept = some & ~pl.any_horizontal([pl.lit(value=False), *at_fault])
    rows = rows.with_columns(series.alias(name) for name, series in ticks.items())
    return rows.with_columns(pl.when(kept).then(pl.col(name).fill_null(0)).alias(name) for name in names), pl.concat(
        found
    )


def _check_ticks(
    rows: pl.DataFrame, source: str, edition: Edition, question: Question
) -> tuple[pl.DataFrame, pl.DataFrame]:
    names = tick_columns(question, edition)
    options = dict(zip(names, edition.options(question.name), strict=True))
    count = pl.sum_horizontal(names)
    alone = pl.any_horizontal([pl.lit(value=False), *(pl.col(n) == 1 for n, o in options.items() if o.exclusive)])
    ticked = pl.concat_str(
        [pl.when(pl.col(n) == 1).then(pl.lit(str(o.value))) for n, o in options.items()],
        separator=";",
        ignore_nulls=True,
    )
    with_others = alone & (count > 1)
    too_many = (count > question.most) if question.most is not None else pl.lit(value=False)
    found = [
        findings_of(rows, with_others, column=source, code=EXCLUSIVE_OPTION, got=ticked),
        findings_of(rows, too_many & ~with_others, column=source, code=TOO_MANY_TICKS, got=ticked),
    ]
    wrong = (with_others | too_many).fill_null(value=False)
    return rows.with_columns(pl.when(~wrong).then(pl.col(names)).name.keep()), pl.concat(found)


def _read_other(
    cells: pl.DataFrame,
    rows: pl.DataFrame,
    columns: ColumnMap,
    question: Question,
    ticked: pl.Expr,
    found: pl.DataFrame,
    there: bool,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    name = f"{question.name}_other"
    if not there:
        return rows, found
    source = columns.source.get(name)
    if source is None:
        return rows.with_columns(pl.lit(None, dtype=pl.String).alias(name)), found
    rows = rows.with_columns(read_text(cells[source]).alias(name))
    wrong = pl.col(name).is_not_null() & ~ticked.fill_null(value=False)
    more = findings_of(rows, wrong, column=source, code=OTHER_WITHOUT_OPTION, got=pl.col(name))
    return rows.with_columns(pl.when(~wrong).then(pl.col(name)).alias(name)), pl.concat([found, more])


def _drop_not_asked(
    rows: pl.DataFrame, columns: ColumnMap, edition: Edition, question: Question
) -> tuple[pl.DataFrame, pl.DataFrame]:
    rows = rows.with_columns(condition(question, edition).alias(asked_name(question)))
    if not question.relevant and len(question.asked_of) == 2:
        return rows, FINDINGS.empty()
    names = [c.name for c in edition.columns() if c.question == question.name]
    wrong = (~pl.col(asked_name(question))).fill_null(value=False) & answered(question, edition)
    got = pl.concat_str([pl.col(n).cast(pl.String) for n in names], separator=";", ignore_nulls=True)
    source = columns.source.get(question.name, question.name)
    found = findings_of(rows, wrong, column=source, code=NOT_ASKED, got=got)
    return rows.with_columns(pl.when(~wrong).then(pl.col(names)).name.keep()), found
