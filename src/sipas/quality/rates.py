"""Outcome rates: those of AAPOR, and those Vietnamese reports give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from sipas.errors import SipasError
from sipas.quality.dispositions import GROUPS

RATES = (
    "RR1", "RR2", "RR3", "RR4", "RR5", "RR6", "COOP1", "COOP2", "COOP3", "COOP4", "REF1", "REF2", "REF3", "CON1",
    "CON2", "CON3",
)  # fmt: skip


def eligible_share(counts: Mapping[str, int]) -> float | None:
    """Estimate the share of eligible cases among those of unknown eligibility (AAPOR's e).

    Parameters
    ----------
    counts : mapping of str to int
        Cases by group ``I P R NC O UH UO NE``; a group that is absent counts 0.

    Returns
    -------
    float or None
        Proportional allocation: eligible / (eligible + not eligible) among the cases of known status, 0 to 1; None
        where none is known.
    """
    eligible = sum(counts.get(group, 0) for group in ("I", "P", "R", "NC", "O"))
    known = eligible + counts.get("NE", 0)
    return eligible / known if known else None


def outcome_rates(counts: Mapping[str, int], e: float) -> dict[str, float | None]:
    """Compute AAPOR's outcome rates from counts.

    Parameters
    ----------
    counts : mapping of str to int
        Cases by group; a group that is absent counts 0.
    e : float
        Share of eligible cases among those of unknown eligibility, 0 to 1.

    Returns
    -------
    dict of str to float or None
        RR1–RR6, COOP1–COOP4, REF1–REF3, CON1–CON3 as shares 0 to 1; None where the denominator is 0.

    Raises
    ------
    SipasError
        ``quality.group_unknown``, ``quality.count_negative``, ``quality.e_range``.

    Notes
    -----
    AAPOR, *Standard Definitions*, 10th edition, 2023.
    """
    _check_counts(counts)
    if not 0.0 <= e <= 1.0:
        raise SipasError("quality.e_range", "e", expected=[0, 1], got=e)
    i, p, r, nc, o, uh, uo = (counts.get(group, 0) for group in GROUPS[:-1])
    interviews, eligible, unknown = i + p, i + p + r + nc + o, uh + uo
    contacted = interviews + r + o
    fractions: dict[str, tuple[float, float]] = {
        "RR1": (i, eligible + unknown),
        "RR2": (interviews, eligible + unknown),
        "RR3": (i, eligible + e * unknown),
        "RR4": (interviews, eligible + e * unknown),
        "RR5": (i, eligible),
        "RR6": (interviews, eligible),
        "COOP1": (i, contacted),
        "COOP2": (interviews, contacted),
        "COOP3": (i, interviews + r),
        "COOP4": (interviews, interviews + r),
        "REF1": (r, eligible + unknown),
        "REF2": (r, eligible + e * unknown),
        "REF3": (r, eligible),
        "CON1": (contacted, eligible + unknown),
        "CON2": (contacted, eligible + e * unknown),
        "CON3": (contacted, eligible),
    }
    return {name: above / below if below > 0 else None for name, (above, below) in fractions.items()}


def response_rates(cases: pl.DataFrame, by: Sequence[str] = (), *, e: float | None = None) -> pl.DataFrame:
    """Compute the rates of a round, whole or by any grouping.

    Parameters
    ----------
    cases : polars.DataFrame
        ``group`` of each case (``case_dispositions``) and the columns ``by``.
    by : sequence of str
        What to group by; none: one row.
    e : float, optional
        Share of eligible cases among the unknown. Missing: ``eligible_share`` of all the cases, the same for every
        group, so that groups compare; 1 where no case is known.

    Returns
    -------
    polars.DataFrame
        ``by``, the counts of the groups, ``cases``, ``e``, the rates (shares 0 to 1, missing where undefined), sorted.

    Raises
    ------
    SipasError
        Those of ``outcome_rates``.
    """
    overall = {str(g): int(n) for g, n in cases["group"].value_counts().iter_rows()}
    if e is None:
        estimated = eligible_share(overall)
        e = 1.0 if estimated is None else estimated
    counts = [(pl.col("group") == group).sum().cast(pl.Int64).alias(group) for group in GROUPS]
    rows = cases.group_by(list(by)).agg(*counts).sort(list(by)) if by else cases.select(counts)
    rates = [outcome_rates({group: row[group] for group in GROUPS}, e) for row in rows.iter_rows(named=True)]
    columns = pl.DataFrame(rates, schema=dict.fromkeys(RATES, pl.Float64))
    total = pl.sum_horizontal(GROUPS).alias("cases")
    return rows.with_columns(total, pl.lit(e).alias("e")).hstack(columns)


def field_rates(cases: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """Compute the rates Vietnamese reports give: forms issued, returned, valid.

    Parameters
    ----------
    cases : polars.DataFrame
        ``returned`` and ``valid`` of each case in the field (``case_dispositions``) and the columns ``by``.
    by : sequence of str
        What to group by; none: one row.

    Returns
    -------
    polars.DataFrame
        ``by``, ``issued``, ``returned``, ``valid`` (forms), ``returned_percent`` (of issued), ``valid_percent`` (of
        returned), ``valid_of_issued_percent``; percent 0 to 100, missing where undefined; sorted.
    """
    counts = [
        pl.len().cast(pl.Int64).alias("issued"),
        pl.col("returned").sum().cast(pl.Int64),
        pl.col("valid").sum().cast(pl.Int64),
    ]
    rows = cases.group_by(list(by)).agg(*counts).sort(list(by)) if by else cases.select(counts)
    return rows.with_columns(
        returned_percent=_percent("returned", "issued"),
        valid_percent=_percent("valid", "returned"),
        valid_of_issued_percent=_percent("valid", "issued"),
    )


def percent_of(part: int, whole: int) -> float | None:
    """Give a part in percent of a whole, as valid of returned or re-verified of issued forms.

    Parameters
    ----------
    part, whole : int
        Numbers of forms, 0 ≤ part ≤ whole.

    Returns
    -------
    float or None
        0 to 100; None where the whole is 0.

    Raises
    ------
    SipasError
        ``quality.part_exceeds_whole``.
    """
    if not 0 <= part <= whole:
        raise SipasError("quality.part_exceeds_whole", "part", expected=whole, got=part)
    return 100.0 * part / whole if whole else None


def _percent(part: str, whole: str) -> pl.Expr:
    return pl.when(pl.col(whole) > 0).then(100.0 * pl.col(part) / pl.col(whole))


def _check_counts(counts: Mapping[str, int]) -> None:
    for group, count in counts.items():
        if group not in GROUPS:
            raise SipasError("quality.group_unknown", "counts", expected=list(GROUPS), got=group)
        if count < 0:
            raise SipasError("quality.count_negative", group, got=count)
