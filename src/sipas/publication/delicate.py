"""Cells withheld for what they say of a few people, though enough people answered."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from sipas.instrument import Edition, Question
from sipas.publication.cells import CROSS, WHOLE

RARE = 3  # people who gave, or did not give, one answer to a sensitive question
RESPONDENT = "respondent_kind"
SCHEMA = dict.fromkeys(("domain_kind", "domain", "variable"), pl.String)


def delicate_cells(cases: pl.DataFrame, kinds: Sequence[str], edition: Edition, minimum: int) -> pl.DataFrame:
    """Find the cells whose figures point at fewer people than may be pointed at.

    Parameters
    ----------
    cases : polars.DataFrame
        One row per counted case: the factors of the domain kinds, ``respondent_kind`` where the edition tells the
        kinds apart, and the answers.
    kinds : sequence of str
        Domain kinds, crossed ones joined by " × "; ``all`` is never delicate.
    edition : Edition
        Which questions are sensitive, and of whom each is asked.
    minimum : int
        Least number of people that a difference of two bases may tell of.

    Returns
    -------
    polars.DataFrame
        ``domain_kind``, ``domain``, ``variable``: sensitive questions where 1 to ``RARE`` - 1 people gave an answer or
        another one; questions from which 1 to ``minimum`` - 1 people of the domain were routed away.
    """
    asked = {c.name: edition.question(c.question) for c in edition.columns() if c.name in cases.columns}
    rules: dict[str, pl.Expr] = {}
    for name, question in asked.items():
        left_out = _routed_away(question, cases.columns)
        if left_out is not None:
            rules[name] = left_out.sum().is_between(1, minimum - 1)
        if question.sensitive:
            rules[name] = rules.get(name, pl.lit(value=False)) | _rare(name, cases)
    found = [_of_kind(cases, kind, rules) for kind in kinds if kind != WHOLE]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *(f for f in found if f is not None)])


def _of_kind(cases: pl.DataFrame, kind: str, rules: dict[str, pl.Expr]) -> pl.DataFrame | None:
    factors = kind.split(CROSS)
    if not rules or not set(factors) <= set(cases.columns):
        return None
    told = cases.drop_nulls(factors).group_by(factors).agg(**{f"told:{name}": rule for name, rule in rules.items()})
    long = told.select(
        pl.lit(kind).alias("domain_kind"),
        pl.concat_str([pl.col(f).cast(pl.String) for f in factors], separator=CROSS).alias("domain"),
        *(pl.col(f"told:{name}").alias(name) for name in rules),
    ).unpivot(index=["domain_kind", "domain"], variable_name="variable", value_name="told")
    return long.filter("told").select(list(SCHEMA)).sort(list(SCHEMA))


def _routed_away(question: Question, columns: Sequence[str]) -> pl.Expr | None:
    """Tell whose answers the routing leaves out; None where the question is for everybody."""
    asked = [
        pl.col(c.question).is_in(list(c.values)).fill_null(value=False)
        for c in question.relevant
        if c.question in columns
    ]
    if len(question.asked_of) == 1 and RESPONDENT in columns:
        asked.append(pl.col(RESPONDENT).eq_missing(pl.lit(question.asked_of[0])))
    return ~pl.all_horizontal(asked) if asked else None


def _rare(name: str, cases: pl.DataFrame) -> pl.Expr:
    answer = pl.col(name)
    given = [(answer == value).sum() for value in cases[name].drop_nulls().unique().sort().to_list()]
    return pl.any_horizontal(
        pl.lit(value=False),
        *(n.is_between(1, RARE - 1) for n in given),
        *((answer.count() - n).is_between(1, RARE - 1) for n in given),
    )
