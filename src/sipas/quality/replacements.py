"""Use of the reserve list: how much, why, and whether by the rules."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from sipas.intake.reasons import Reason

TOO_EARLY = Reason("quality.replaced_too_early")
ANSWERED = Reason("quality.replaced_though_answered")
OTHER_STRATUM = Reason("quality.replaced_from_other_stratum")
OUT_OF_ORDER = Reason("quality.replaced_out_of_order")
NOT_RESERVE = Reason("quality.replaced_by_no_reserve")
TWICE = Reason("quality.replaced_twice")


def replacement_counts(cases: pl.DataFrame, sample: pl.DataFrame, by: Sequence[str] = ("stratum",)) -> pl.DataFrame:
    """Count replacements.

    Parameters
    ----------
    cases : polars.DataFrame
        ``case_dispositions``, with the columns ``by``.
    sample : polars.DataFrame
        Table ``sample``, with the columns ``by``.
    by : sequence of str
        Grouping, as stratum, agency; at least one column.

    Returns
    -------
    polars.DataFrame
        ``by``, ``official`` (cases), ``replaced`` (cases, reserves that were replaced again included), ``refused``,
        ``not_contacted``, ``ineligible``, ``other`` (replaced cases by group of their disposition), ``reserves``,
        ``reserves_used``, ``replaced_share`` (of the official cases, 0 or more); sorted.
    """
    keys = list(by)
    replaced = pl.col("replaced_by").is_not_null()

    def because(*groups: str) -> pl.Expr:
        return (replaced & pl.col("group").is_in(list(groups))).sum().cast(pl.Int64)

    done = cases.group_by(keys).agg(
        official=(pl.col("role") == "official").sum().cast(pl.Int64),
        replaced=replaced.sum().cast(pl.Int64),
        refused=because("R"),
        not_contacted=because("NC"),
        ineligible=because("NE"),
        other=because("I", "P", "O", "UH", "UO"),
        reserves_used=(pl.col("role") == "reserve").sum().cast(pl.Int64),
    )
    there = sample.group_by(keys).agg(reserves=(pl.col("role") == "reserve").sum().cast(pl.Int64))
    return (
        done.join(there, on=keys, how="left", nulls_equal=True)
        .select(
            *keys, "official", "replaced", "refused", "not_contacted", "ineligible", "other", "reserves",
            "reserves_used",
        )
        .with_columns(replaced_share=pl.when(pl.col("official") > 0).then(pl.col("replaced") / pl.col("official")))
        .sort(keys)
    )  # fmt: skip


def check_replacements(cases: pl.DataFrame, sample: pl.DataFrame, *, least_visits: int = 3) -> pl.DataFrame:
    """Check every replacement against the rules of the reserve list.

    Parameters
    ----------
    cases : polars.DataFrame
        ``case_dispositions``.
    sample : polars.DataFrame
        Table ``sample``.
    least_visits : int
        Visits after which a case that was not reached may be replaced; an operator's setting, no official rule is
        known.

    Returns
    -------
    polars.DataFrame
        ``case_id`` (replaced), ``replaced_by``, ``code``, sorted: replaced after too few visits, though it answered,
        from another stratum, by a case that is no reserve, by a reserve that replaced another too, or while a reserve
        before it in its stratum's order was not used.
    """
    moves = cases.filter(pl.col("replaced_by").is_not_null()).select(
        "case_id", "replaced_by", "stratum", "group", "visits"
    )
    reserve = sample.select(replaced_by="case_id", to_stratum="stratum", to_role="role", order="order")
    moves = moves.join(reserve, on="replaced_by", how="left")
    used = cases.filter(pl.col("role") == "reserve").select("case_id")
    skipped = (
        sample
        .filter(pl.col("role") == "reserve")
        .join(used, on="case_id", how="anti")
        .group_by("stratum")
        .agg(first_unused=pl.col("order").min())
    )
    moves = moves.join(skipped, left_on="to_stratum", right_on="stratum", how="left")
    rules = {
        TOO_EARLY: pl.col("group").is_in(["NC", "UH", "UO"]) & (pl.col("visits") < least_visits),
        ANSWERED: pl.col("group").is_in(["I", "P"]),
        NOT_RESERVE: (pl.col("to_role") != "reserve").fill_null(value=True),
        OTHER_STRATUM: pl.col("to_stratum") != pl.col("stratum"),
        OUT_OF_ORDER: (pl.col("to_role") == "reserve") & (pl.col("order") > pl.col("first_unused")),
        TWICE: pl.col("replaced_by").is_duplicated(),
    }
    parts = [
        moves.filter(wrong).select("case_id", "replaced_by", pl.lit(code, dtype=pl.String).alias("code"))
        for code, wrong in rules.items()
    ]
    return pl.concat(parts).sort("case_id", "code")
