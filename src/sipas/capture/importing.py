"""A file of answers in, one response per case out; what is not taken is told, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from sipas.capture.answers import read_answers
from sipas.capture.cases import read_cases
from sipas.capture.cells import EMPTY
from sipas.capture.columns import CASE, MODE, RECEIVED_ON, ColumnMap, map_columns
from sipas.capture.findings import (
    CASE_REPEATED,
    CASE_REPEATED_SAME,
    DATE_UNREADABLE,
    FINDINGS,
    MODE_MISSING,
    MODE_UNKNOWN,
    findings_of,
)
from sipas.capture.validity import judge
from sipas.errors import SipasError
from sipas.instrument.edition import Edition
from sipas.intake.dates import read_dates
from sipas.intake.vietnamese import search_key
from sipas.tables import REJECTED, RESPONSES

Mode = Literal["paper", "face_to_face", "phone", "web"]
MODES: dict[str, str] = {
    "paper": "paper", "giay": "paper", "phieu giay": "paper", "ban giay": "paper", "tu dien": "paper",
    "face_to_face": "face_to_face", "truc tiep": "face_to_face", "phong van": "face_to_face",
    "phong van truc tiep": "face_to_face",
    "phone": "phone", "dien thoai": "phone", "goi dien": "phone", "phong van qua dien thoai": "phone",
    "web": "web", "online": "web", "truc tuyen": "web", "internet": "web",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CaptureReport:
    """How many rows went where.

    Parameters
    ----------
    rows : int
        Rows of the file; equals taken + rejected + repeated.
    taken, rejected, repeated : int
        New responses; rows refused; rows that repeat a response word for word.
    valid : int
        Of those taken, valid by the edition's rule.
    rejected_by_reason, findings_by_code, invalid_by_reason : dict of str to int
        By code, sorted.
    columns : ColumnMap
        Which column was read as what, which were ignored, which answers are absent.
    """

    rows: int
    taken: int
    rejected: int
    repeated: int
    valid: int
    rejected_by_reason: dict[str, int]
    findings_by_code: dict[str, int]
    invalid_by_reason: dict[str, int]
    columns: ColumnMap


@dataclass(frozen=True, slots=True)
class CaptureImport:
    """What an import gives.

    Parameters
    ----------
    responses : polars.DataFrame
        Table ``responses``, sorted by ``case_id``; only the new ones.
    rejected : polars.DataFrame
        Table ``rejected`` with the row's cells, in the order of the file.
    findings : polars.DataFrame
        ``FINDINGS``: cells that became missing, rows that repeat.
    report : CaptureReport
        Counts.
    rows : polars.Series
        Row of the file for each response.
    """

    responses: pl.DataFrame
    rejected: pl.DataFrame
    findings: pl.DataFrame
    report: CaptureReport
    rows: pl.Series


def import_responses(
    cells: pl.DataFrame,
    edition: Edition,
    sample: pl.DataFrame,
    *,
    row_numbers: pl.Series | None = None,
    mode: Mode | None = None,
    mapping: Mapping[str, str] | None = None,
    issued: pl.Series | None = None,
    before: pl.DataFrame | None = None,
    file: str | None = None,
    sheet: str | None = None,
) -> CaptureImport:
    """Import answers by case code and check them against the edition.

    Parameters
    ----------
    cells : polars.DataFrame
        The file: a column per answer as the user named it; text, or types that are read as their text.
    edition : Edition
        The form that was answered.
    sample : polars.DataFrame
        Table ``sample``; its column ``respondent_kind`` (joined from the frame) is used for routing where it is there.
    row_numbers : polars.Series, optional
        Row of each line in the user's program; missing: 2, 3, … under one header row.
    mode : str, optional
        How the answers came in, where the file has no column that says it.
    mapping : mapping of str to str, optional
        Column of the file to target (``map_columns``).
    issued : polars.Series, optional
        Cases that went into the field: other cases are refused.
    before : polars.DataFrame, optional
        Responses taken earlier: their cases are held to be there already.
    file, sheet : str, optional
        Names for the rejected table.

    Returns
    -------
    CaptureImport
        Responses, rejected rows, findings, report.

    Raises
    ------
    SipasError
        ``capture.mode_not_allowed``, and those of ``map_columns``.

    Notes
    -----
    A row without a usable case code is rejected. Of several rows of one case the first is kept; a later one with the
    same answers is a finding and is counted, one with other answers is rejected. A cell at fault becomes missing.
    """
    if mode is not None and mode not in set(MODES.values()):
        raise SipasError("capture.mode_not_allowed", "mode", expected=sorted(set(MODES.values())), got=mode)
    columns = map_columns(cells.columns, edition, mapping)
    text = cells.select(pl.all().cast(pl.String))
    numbers = pl.int_range(2, cells.height + 2, eager=True) if row_numbers is None else row_numbers
    heads, found = _heads(text, columns, numbers.cast(pl.Int64), sample, issued, mode)
    usable = heads["reason"].is_null()
    answers, wrong = read_answers(
        text.filter(usable), heads.filter(usable).select("row", "case_id", "respondent_kind"), columns, edition
    )
    answers = answers.with_columns(heads.filter(usable).select("mode", "received_on"))
    first, again = _apart(answers, before, edition)
    same = again.filter("same")
    rejected = _rejected(text, heads, again.filter(~pl.col("same")), columns, file, sheet)
    findings = _findings([found, wrong], first, same)
    responses = _responses(first, edition)
    report = _report(cells, responses, rejected, same, findings, columns)
    return CaptureImport(responses, rejected, findings, report, first.sort("case_id")["row"])


def _heads(
    text: pl.DataFrame,
    columns: ColumnMap,
    numbers: pl.Series,
    sample: pl.DataFrame,
    issued: pl.Series | None,
    mode: str | None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read case, mode and date of every row, and who was asked."""
    heads = read_cases(text[columns.source[CASE]], sample, issued).with_columns(numbers.alias("row"))
    heads, found = _modes(heads, text, columns, mode)
    dates = columns.source.get(RECEIVED_ON)
    if dates is None:
        heads = heads.with_columns(received_on=pl.lit(None, dtype=pl.Date))
    else:
        written = text[dates].set(text[dates].str.strip_chars().str.to_lowercase().is_in(sorted(EMPTY)), None)
        heads = heads.hstack(read_dates(written).rename({"date": "received_on", "reason": "wrong"}))
        heads = heads.with_columns(written.alias("written"))
        more = findings_of(
            heads, pl.col("wrong").is_not_null(), column=dates, code=DATE_UNREADABLE, got=pl.col("written")
        )
        heads, found = heads.drop("wrong", "written"), pl.concat([found, more])
    if "respondent_kind" not in sample.columns:
        return heads.with_columns(respondent_kind=pl.lit(None, dtype=pl.String)), found
    kinds = sample.select("case_id", "respondent_kind")
    return heads.join(kinds, on="case_id", how="left", maintain_order="left"), found


def _modes(
    heads: pl.DataFrame, text: pl.DataFrame, columns: ColumnMap, mode: str | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    source, found = columns.source.get(MODE), FINDINGS.empty()
    if source is None:
        heads = heads.with_columns(mode=pl.lit(mode, dtype=pl.String))
    else:
        distinct = text[source].drop_nulls().unique()
        read = pl.Series([MODES.get(search_key(t)) for t in distinct.to_list()], dtype=pl.String)
        given = text[source].replace_strict(distinct, read, default=None, return_dtype=pl.String)
        wrong = given.is_null() & (text[source].str.strip_chars() != "")
        heads = heads.with_columns(given.fill_null(mode).alias("mode") if mode else given.alias("mode"))
        marked = heads.with_columns(text[source].alias("written"))
        found = findings_of(marked, wrong, column=source, code=MODE_UNKNOWN, got=pl.col("written"))
    lacking = pl.col("reason").is_null() & pl.col("mode").is_null()
    return heads.with_columns(reason=pl.when(lacking).then(pl.lit(MODE_MISSING)).otherwise("reason")), found


def _apart(answers: pl.DataFrame, before: pl.DataFrame | None, edition: Edition) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part first rows from rows of a case that is there already; ``same`` tells whether they say the same."""
    names = [column.name for column in edition.columns()]
    earlier = answers.clear() if before is None else before
    there = pl.col("case_id").is_in(earlier["case_id"].implode())
    again = ~pl.col("case_id").is_first_distinct() | there
    first, repeats = answers.filter(~again), answers.filter(again)
    held = pl.concat([first.select("case_id", *names), earlier.select("case_id", *names)])
    beside = repeats.join(held, on="case_id", how="left", suffix=" held", maintain_order="left")
    same = pl.all_horizontal([pl.col(n).eq_missing(pl.col(f"{n} held")) for n in names])
    return first, beside.select("row", "case_id", same=same)


def _rejected(
    text: pl.DataFrame,
    heads: pl.DataFrame,
    repeats: pl.DataFrame,
    columns: ColumnMap,
    file: str | None,
    sheet: str | None,
) -> pl.DataFrame:
    late = repeats.select("row", late=pl.lit(CASE_REPEATED, dtype=pl.String))
    source = columns.source[CASE]
    own = {c.name for c in REJECTED.columns}
    cells = text.rename({name: f"cell {name}" for name in text.columns if name in own})
    rows = heads.select("row", "reason").join(late, on="row", how="left", maintain_order="left")
    told = rows.select(
        pl.lit(file, dtype=pl.String).alias("file"),
        pl.lit(sheet, dtype=pl.String).alias("sheet"),
        "row",
        pl
        .when(pl.col("reason") == MODE_MISSING)
        .then(pl.lit(columns.source.get(MODE), dtype=pl.String))
        .otherwise(pl.lit(source))
        .alias("column"),
        pl.coalesce("reason", "late").alias("reason"),
    ).with_columns(got=text[source])
    return REJECTED.check(told.hstack(cells).filter(pl.col("reason").is_not_null()))


def _findings(parts: list[pl.DataFrame], first: pl.DataFrame, same: pl.DataFrame) -> pl.DataFrame:
    """Keep the findings of rows that were taken; those of refused rows stand in the rejected table."""
    kept = pl.concat(parts).filter(pl.col("row").is_in(first["row"].implode()))
    repeated = findings_of(same, pl.lit(value=True), column=None, code=CASE_REPEATED_SAME, got=None)
    return FINDINGS.check(pl.concat([kept, repeated]).sort("row", maintain_order=True))


def _responses(first: pl.DataFrame, edition: Edition) -> pl.DataFrame:
    judged = judge(first, edition)
    names = [column.name for column in edition.columns()]
    return RESPONSES.check(
        judged.select("case_id", "mode", "received_on", "valid", "invalid_reason", *names).sort("case_id")
    )


def _report(
    cells: pl.DataFrame,
    responses: pl.DataFrame,
    rejected: pl.DataFrame,
    same: pl.DataFrame,
    findings: pl.DataFrame,
    columns: ColumnMap,
) -> CaptureReport:
    return CaptureReport(
        rows=cells.height,
        taken=responses.height,
        rejected=rejected.height,
        repeated=same.height,
        valid=int(responses["valid"].sum()),
        rejected_by_reason=_counted(rejected["reason"]),
        findings_by_code=_counted(findings["code"]),
        invalid_by_reason=_counted(responses["invalid_reason"]),
        columns=columns,
    )


def _counted(codes: pl.Series) -> dict[str, int]:
    counts = codes.drop_nulls().value_counts().sort(codes.name)
    return {str(code): int(count) for code, count in counts.iter_rows()}
