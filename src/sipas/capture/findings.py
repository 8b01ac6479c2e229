"""What can be wrong with a captured row or cell; each has a sentence in both languages."""

from __future__ import annotations

import polars as pl

from sipas.intake.reasons import Reason
from sipas.tables import Column, Table

# Rows that are not taken.
CASE_MISSING = Reason("capture.case_missing")
CASE_MALFORMED = Reason("capture.case_malformed")
CASE_UNKNOWN = Reason("capture.case_unknown")
CASE_NOT_ISSUED = Reason("capture.case_not_issued")
CASE_REPEATED = Reason("capture.case_repeated")
MODE_MISSING = Reason("capture.mode_missing")
# Cells that become missing; the rest of the row is kept.
OPTION_UNKNOWN = Reason("capture.option_unknown")
VALUE_UNREADABLE = Reason("capture.value_unreadable")
OUT_OF_RANGE = Reason("capture.out_of_range")
TWO_ANSWERS = Reason("capture.two_answers")
TOO_MANY_TICKS = Reason("capture.too_many_ticks")
EXCLUSIVE_OPTION = Reason("capture.exclusive_option")
NOT_ASKED = Reason("capture.not_asked")
OTHER_WITHOUT_OPTION = Reason("capture.other_without_option")
DATE_UNREADABLE = Reason("capture.date_unreadable")
MODE_UNKNOWN = Reason("capture.mode_unknown")
# Rows that say again what is there already; counted, nothing lost.
CASE_REPEATED_SAME = Reason("capture.case_repeated_same")
# Why a response does not count as valid.
INVALID_EMPTY = Reason("capture.invalid_empty")
INVALID_REQUIRED = Reason("capture.invalid_required")
INVALID_TOO_FEW = Reason("capture.invalid_too_few")

FINDINGS = Table(
    "findings",
    "A cell of an input file that was not taken as it stands; its row was kept.",
    (),
    (
        Column("row", pl.Int64, "Row as the user's program shows it, from 1.", low=1),
        Column("case_id", pl.String, "Case of the row."),
        Column("column", pl.String, "Column at fault, as the user named it; missing: the whole row.", nullable=True),
        Column("code", pl.String, "Dotted code of the rule."),
        Column("got", pl.String, "What stood there.", nullable=True),
    ),
)


def findings_of(
    rows: pl.DataFrame,
    wrong: pl.Expr | pl.Series,
    *,
    column: str | None,
    code: str | pl.Expr,
    got: pl.Expr | str | None,
) -> pl.DataFrame:
    """Note the rows at fault.

    Parameters
    ----------
    rows : polars.DataFrame
        With ``row`` and ``case_id``.
    wrong : polars.Expr or polars.Series
        Boolean; a missing value is not at fault.
    column : str or None
        Column as the user named it.
    code : str or polars.Expr
        Code, or where it stands.
    got : polars.Expr, str or None
        What stood there.

    Returns
    -------
    polars.DataFrame
        ``FINDINGS``, in the order of the rows.
    """
    return rows.filter(wrong).select(
        pl.col("row").cast(pl.Int64),
        "case_id",
        pl.lit(column, dtype=pl.String).alias("column"),
        (pl.lit(code) if isinstance(code, str) else code).alias("code"),
        (pl.lit(got, dtype=pl.String) if got is None or isinstance(got, str) else got.cast(pl.String)).alias("got"),
    )
