"""Which case a row belongs to, and why a row is not taken."""

from __future__ import annotations

import polars as pl

from sipas.capture.findings import CASE_MALFORMED, CASE_MISSING, CASE_NOT_ISSUED, CASE_UNKNOWN
from sipas.errors import SipasError
from sipas.sampling.case_ids import read_case_id


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
    distinct = column.drop_nulls().unique()
    known = set(sample["case_id"].to_list())
    allowed = known if issued is None else set(issued.to_list())
    read = [_read(text, known, allowed) for text in distinct.to_list()]
    codes = pl.Series([code for code, _ in read], dtype=pl.String)
    reasons = pl.Series([reason for _, reason in read], dtype=pl.String)
    case_id = column.replace_strict(distinct, codes, default=None, return_dtype=pl.String)
    reason = column.replace_strict(distinct, reasons, default=None, return_dtype=pl.String)
    empty = pl.when(column.is_null()).then(pl.lit(CASE_MISSING)).otherwise(reason)
    return pl.DataFrame({"case_id": case_id, "reason": pl.select(empty).to_series()})


def _read(text: str, known: set[str], allowed: set[str]) -> tuple[str | None, str | None]:
    if not text.strip():
        return None, CASE_MISSING
    code = text if text in known else None
    if code is None:
        try:
            code = read_case_id(text)
        except SipasError:
            return None, CASE_MALFORMED
    if code not in known:
        return None, CASE_UNKNOWN
    return (code, None) if code in allowed else (None, CASE_NOT_ISSUED)
