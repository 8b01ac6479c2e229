"""One final disposition for every case that went into the field."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
import polars as pl

from sipas.errors import SipasError
from sipas.intake.vietnamese import search_key
from sipas.tables.typed import from_yaml

Group = Literal["I", "P", "R", "NC", "O", "UH", "UO", "NE"]
GROUPS: tuple[Group, ...] = ("I", "P", "R", "NC", "O", "UH", "UO", "NE")
STATUS: Mapping[Group, str] = {
    "I": "respondent",
    "P": "respondent",
    "R": "nonrespondent",
    "NC": "nonrespondent",
    "O": "nonrespondent",
    "UH": "unknown",
    "UO": "unknown",
    "NE": "ineligible",
}
COMPLETE, PARTIAL, BREAK_OFF, NOT_RETURNED, NOT_ATTEMPTED = "1.1", "1.2", "2.12", "2.27", "3.11"


class Disposition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An outcome of a visit or a case: AAPOR code, group in the rates, rank among visits, labels, modes it may have."""

    code: str
    group: Group
    standing: int
    vi: str
    en: str
    modes: tuple[Literal["paper", "face_to_face", "mail", "phone", "web"], ...]


@cache
def dispositions() -> tuple[Disposition, ...]:
    """Give every disposition used here.

    Returns
    -------
    tuple of Disposition
        In the order of their codes.
    """
    text = files(__package__).joinpath("dispositions.yaml").read_bytes()
    return tuple(from_yaml(text, list[Disposition]))


def disposition_table() -> pl.DataFrame:
    """Give the dispositions as a frame.

    Returns
    -------
    polars.DataFrame
        ``disposition`` (code), ``group``, ``standing``, ``vi``, ``en``, ``status`` (of weighting).
    """
    rows = [(d.code, d.group, d.standing, d.vi, d.en, STATUS[d.group]) for d in dispositions()]
    names = ["disposition", "group", "standing", "vi", "en", "status"]
    return pl.DataFrame(rows, schema=names, orient="row")


def read_outcomes(column: pl.Series) -> pl.Series:
    """Read outcomes of visits as people and spreadsheets write them.

    Parameters
    ----------
    column : polars.Series
        Text: a code (``2.20``), a code that a spreadsheet took for a number (``2.2``, ``2,2``), or the Vietnamese or
        English label, with or without diacritics.

    Returns
    -------
    polars.Series
        Codes; missing where empty or not known.
    """
    distinct = column.drop_nulls().unique()
    known = _written_outcomes()
    codes = [
        known.get(search_key(text).replace(",", ".") if text[:1].isdigit() else search_key(text)) for text in distinct
    ]
    return column.replace_strict(distinct, pl.Series(codes, dtype=pl.String), default=None, return_dtype=pl.String)


@cache
def _written_outcomes() -> dict[str, str]:
    found: dict[str, str] = {}
    for disposition in dispositions():
        for label in (disposition.vi, disposition.en):
            found[search_key(label)] = disposition.code
        # 4.10 becomes 4.1 where a spreadsheet takes it for a number; an exact code below goes before.
        found[disposition.code.rstrip("0")] = disposition.code
    return found | {disposition.code: disposition.code for disposition in dispositions()}


def case_dispositions(
    sample: pl.DataFrame,
    visits: pl.DataFrame,
    responses: pl.DataFrame,
    *,
    shares: pl.DataFrame | None = None,
    complete_share: float = 0.8,
) -> pl.DataFrame:
    """Give each case in the field its final disposition.

    Parameters
    ----------
    sample : polars.DataFrame
        Table ``sample``.
    visits : polars.DataFrame
        Table ``visits``; may be empty.
    responses : polars.DataFrame
        Table ``responses``.
    shares : polars.DataFrame, optional
        ``case_id`` and ``share`` of the items asked that were answered (``capture.answered_shares``); missing: every
        valid response counts as complete.
    complete_share : float
        Least share of a complete form; below it a valid form is partial. AAPOR gives 0.8 as an example.

    Returns
    -------
    polars.DataFrame
        One row per official case and per reserve that was visited, answered or put in a place, sorted by ``case_id``:
        ``case_id``, ``unit_id``, ``stratum``, ``role``, ``visits`` (number), ``mode`` and ``interviewer`` (of the
        response, otherwise of the last visit), ``returned``, ``valid`` (Boolean), ``disposition``, ``group``,
        ``status`` (for weighting), ``replaced_by``.

    Raises
    ------
    SipasError
        ``quality.outcome_unknown``, ``quality.outcome_mode``, ``quality.case_unknown``.

    Notes
    -----
    The rule, first that fits: a valid response is 1.1, or 1.2 under ``complete_share``; a returned form that is not
    valid is 2.12; otherwise the visit whose outcome stands highest (not eligible, refusal, other eligible, non-contact,
    unknown), the later of two; visits that only say 1.1 or 1.2 while no form came in give 2.27; no visit gives 3.11.
    """
    _check_visits(visits, sample)
    known = sample["case_id"].implode()
    placed = visits["replaced_by"].drop_nulls().implode()
    touched = pl.col("case_id").is_in(visits["case_id"].implode())
    answered = pl.col("case_id").is_in(responses["case_id"].implode())
    foreign = responses.filter(~pl.col("case_id").is_in(known))
    if foreign.height:
        raise SipasError("quality.case_unknown", "responses", got=foreign["case_id"].head(5).to_list())
    out = (pl.col("role") == "official") | touched | answered | pl.col("case_id").is_in(placed)
    cases = sample.filter(out).select("case_id", "unit_id", "stratum", "role")
    cases = cases.join(_of_visits(visits), on="case_id", how="left")
    cases = cases.join(_of_responses(responses, shares, complete_share), on="case_id", how="left")
    final = pl.coalesce("by_response", "by_visits", pl.lit(NOT_ATTEMPTED))
    groups = disposition_table().select("disposition", "group", "status")
    return (
        cases.with_columns(
            pl.col("visits").fill_null(0),
            disposition=final,
            mode=pl.coalesce("response_mode", "visit_mode"),
            returned=pl.col("by_response").is_not_null(),
            valid=pl.col("valid").fill_null(value=False),
        )
        .join(groups, on="disposition", how="left")
        .select(
            "case_id", "unit_id", "stratum", "role", "visits", "mode", "interviewer", "returned", "valid",
            "disposition", "group", "status", "replaced_by",
        )
        .sort("case_id")
    )  # fmt: skip


def _of_visits(visits: pl.DataFrame) -> pl.DataFrame:
    standing = disposition_table().select("disposition", "standing")
    ranked = visits.join(standing, left_on="outcome", right_on="disposition", how="left")
    # An outcome that never becomes final by itself: the form was said to be done, but none came in.
    said_done = pl.col("standing") == 0
    low = {d.code: d.standing for d in dispositions()}[NOT_RETURNED]
    ranked = ranked.with_columns(
        outcome=pl.when(said_done).then(pl.lit(NOT_RETURNED)).otherwise("outcome"),
        standing=pl.when(said_done).then(low).otherwise("standing"),
    )
    by_case = ranked.sort("case_id", "visit").group_by("case_id", maintain_order=True)
    return by_case.agg(
        visits=pl.len().cast(pl.Int64),
        visit_mode=pl.col("mode").last(),
        interviewer=pl.col("interviewer").last(),
        by_visits=pl.col("outcome").sort_by("standing", "visit").last(),
        replaced_by=pl.col("replaced_by").drop_nulls().last(),
    )


def _of_responses(responses: pl.DataFrame, shares: pl.DataFrame | None, complete_share: float) -> pl.DataFrame:
    rows = responses.select("case_id", "valid", response_mode="mode")
    if shares is None:
        rows = rows.with_columns(share=pl.lit(1.0))
    else:
        rows = rows.join(shares.select("case_id", "share"), on="case_id", how="left")
    partial = pl.col("share").fill_null(1.0) < complete_share
    code = (
        pl
        .when(~pl.col("valid"))
        .then(pl.lit(BREAK_OFF))
        .when(partial)
        .then(pl.lit(PARTIAL))
        .otherwise(pl.lit(COMPLETE))
    )
    return rows.select("case_id", "valid", "response_mode", by_response=code)


def _check_visits(visits: pl.DataFrame, sample: pl.DataFrame) -> None:
    modes = {d.code: d.modes for d in dispositions()}
    unknown = visits.filter(~pl.col("outcome").is_in(list(modes)))
    if unknown.height:
        got = unknown["outcome"].unique().sort().head(5).to_list()
        raise SipasError("quality.outcome_unknown", "outcome", expected=list(modes), got=got)
    for outcome, mode in visits.select("outcome", "mode").unique().sort("outcome", "mode").iter_rows():
        if mode not in modes[outcome]:
            raise SipasError("quality.outcome_mode", outcome, expected=list(modes[outcome]), got=mode)
    foreign = visits.filter(~pl.col("case_id").is_in(sample["case_id"].implode()))
    if foreign.height:
        raise SipasError("quality.case_unknown", "visits", got=foreign["case_id"].head(5).to_list())
