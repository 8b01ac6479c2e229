"""Which case a row belongs to, and why a row is not taken."""

from __future__ import annotations

import polars as pl

from sipas.capture.findings import CASE_MALFORMED, CASE_MISSING, CASE_NOT_ISSUED, CASE_UNKNOWN
from sipas.errors import SipasError
from sipas.sampling.case_codes import read_case_id


def read_cases(column: pl.Series, sample: pl.DataFrame, issued: pl.Series | None = None) -> pl.DataFrame:
    """Read a column of case codes.

    Parameters
    ----------
    column : polars.Series
        As typed.
    sample : polars.DataFrame
        ``case_id`` of every case, official and reserve.
    issued : polars.Series, optional
        Codes of the cases that went into the field; missing: all of the sample.

    Returns
    -------
    polars.DataFrame
        ``case_id`` (missing where not usable) and ``reason`` (missing where usable), as many rows.
    """
    known = sample["case_id"]
    exact = column.is_in(known.implode()).fill_null(value=False)
    others = column.filter(~exact & column.is_not_null()).unique()
    read = [_read(text) for text in others.to_list()]
    codes = pl.Series([code for code, _ in read], dtype=pl.String)
    reasons = pl.Series([reason for _, reason in read], dtype=pl.String)
    frame = pl.DataFrame({
        "exact": exact,
        "typed": column,
        "read": column.replace_strict(others, codes, default=None, return_dtype=pl.String),
        "fault": column.replace_strict(others, reasons, default=None, return_dtype=pl.String),
    })
    frame = frame.select(
        pl.when("exact").then("typed").otherwise("read").alias("code"),
        pl.when(pl.col("typed").is_null()).then(pl.lit(CASE_MISSING)).otherwise("fault").alias("fault"),
    )
    allowed = known if issued is None else issued
    reason = (
        pl
        .when(pl.col("fault").is_not_null())
        .then("fault")
        .when(~pl.col("code").is_in(known.implode()))
        .then(pl.lit(CASE_UNKNOWN))
        .when(~pl.col("code").is_in(allowed.implode()))
        .then(pl.lit(CASE_NOT_ISSUED))
    )
    frame = frame.with_columns(reason=reason)
    return frame.select(case_id=pl.when(pl.col("reason").is_null()).then("code"), reason="reason")


def _read(text: str) -> tuple[str | None, str | None]:
    if not text.strip():
        return None, CASE_MISSING
    try:
        return read_case_id(text), None
    except SipasError:
        return None, CASE_MALFORMED
