"""Adjustment for nonresponse by weighting classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from sipas.errors import SipasError
from sipas.weighting.classes import collapse_classes

STATUSES = ("respondent", "nonrespondent", "ineligible", "unknown")


@dataclass(frozen=True, slots=True)
class NonresponseAdjustment:
    """Weights after the adjustment, and the classes that made them.

    Parameters
    ----------
    weights : polars.DataFrame
        ``case_id``, ``base``, ``nonresponse`` of the respondents, sorted by ``case_id``.
    classes : polars.DataFrame
        One row per joined class: ``class``, ``members`` (classes joined), ``cases``, ``respondents``,
        ``unknown_factor``, ``factor`` (both on the base weight, at least 1), ``response_rate`` (1 / ``factor``, 0 to 1:
        AAPOR's RR4 over base weights, e the class's share of eligible cases among the known).
    """

    weights: pl.DataFrame
    classes: pl.DataFrame

    @property
    def collapsed(self) -> int:
        """Classes that were joined to another.

        Returns
        -------
        int
            Classes before less classes after.
        """
        return int(self.classes["members"].sum()) - self.classes.height


def adjust_nonresponse(
    cases: pl.DataFrame, by: Sequence[str], *, smallest: int = 10, largest_factor: float = 5.0
) -> NonresponseAdjustment:
    """Spread the weight of nonrespondents over the respondents of their class.

    Parameters
    ----------
    cases : polars.DataFrame
        ``case_id``, ``base`` (above 0), ``status`` (``respondent``, ``nonrespondent``, ``ineligible``,
        ``unknown``) and the columns ``by``.
    by : sequence of str
        Columns known for respondents and nonrespondents that make the classes, coarsest first (a class that is too
        small joins one that is the same in the first columns); none: one class.
    smallest : int
        Least number of respondents of a class before it is joined (``collapse_classes``).
    largest_factor : float
        Largest factor of a class before it is joined.

    Returns
    -------
    NonresponseAdjustment
        The respondents' weights add up to the weight of the cases known or estimated to be eligible.

    Raises
    ------
    SipasError
        ``weighting.status``, ``weighting.no_respondents``.

    Notes
    -----
    Two steps in each class (Valliant, Dever & Kreuter 2018, *Practical Tools*, section 13.5): the weight of cases of
    unknown eligibility goes to all cases of known status in proportion to their weights; then the weight of
    eligible nonrespondents goes to the respondents in the same way; that of cases not eligible leaves. A class is
    joined on its whole factor. Cases are all that were tried, replaced ones too: a class corrects by how often its
    members answered, wherever their reserves came from.
    """
    _check_status(cases)
    columns = list(by) or ["everyone"]
    rows = cases if by else cases.with_columns(everyone=pl.lit(""))
    classes = collapse_classes(_counts(rows, columns), columns, smallest=smallest, largest_factor=largest_factor)
    placed = rows.join(classes, on=columns, how="left", nulls_equal=True)
    factors = _factors(placed, classes)
    weights = (
        placed
        .filter(pl.col("status") == "respondent")
        .join(factors, on="class", how="left")
        .select("case_id", "base", nonresponse=pl.col("base") * pl.col("factor"))
        .sort("case_id")
    )
    return NonresponseAdjustment(weights, factors)


def _weight(status: str) -> pl.Expr:
    return pl.col("base").filter(pl.col("status") == status).sum()


def _counts(rows: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    return (
        rows
        .sort("case_id")
        .group_by(by, maintain_order=True)
        .agg(
            respondents=(pl.col("status") == "respondent").sum().cast(pl.Int64),
            # All unknown taken as eligible: a bound from above on the class's factor, used for the joining only.
            eligible_weight=pl.col("base").filter(pl.col("status") != "ineligible").sum(),
            respondent_weight=_weight("respondent"),
        )
    )


def _factors(placed: pl.DataFrame, classes: pl.DataFrame) -> pl.DataFrame:
    respondent, nonrespondent, unknown = (_weight(s) for s in ("respondent", "nonrespondent", "unknown"))
    known = respondent + nonrespondent + _weight("ineligible")
    members = classes.group_by("class").len("members")
    return (
        placed
        .sort("case_id")
        .group_by("class", maintain_order=True)
        .agg(
            cases=pl.len().cast(pl.Int64),
            respondents=(pl.col("status") == "respondent").sum().cast(pl.Int64),
            unknown_factor=(known + unknown) / known,
            factor=(known + unknown) / known * ((respondent + nonrespondent) / respondent),
        )
        .with_columns(response_rate=1.0 / pl.col("factor"))
        .join(members, on="class", how="left")
        .select(
            "class",
            pl.col("members").cast(pl.Int64),
            "cases",
            "respondents",
            "unknown_factor",
            "factor",
            "response_rate",
        )
        .sort("class")
    )


def _check_status(cases: pl.DataFrame) -> None:
    wrong = cases.filter(~pl.col("status").is_in(STATUSES).fill_null(value=False))
    if wrong.height:
        raise SipasError(
            "weighting.status",
            "status",
            expected=list(STATUSES),
            got=wrong["status"].unique().sort().head(5).to_list(),
        )
