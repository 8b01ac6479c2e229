"""Whether a returned form counts as valid, by the edition's rule."""

from __future__ import annotations

import polars as pl

from sipas.capture.findings import INVALID_EMPTY, INVALID_REQUIRED, INVALID_TOO_FEW
from sipas.capture.routing import answered, asked
from sipas.instrument.edition import Edition


def answered_shares(responses: pl.DataFrame, edition: Edition) -> pl.DataFrame:
    """Count the rated items asked of each respondent and answered.

    Parameters
    ----------
    responses : polars.DataFrame
        Answers, with ``respondent_kind`` where known.
    edition : Edition
        The form.

    Returns
    -------
    polars.DataFrame
        ``case_id``, ``asked``, ``answered`` (items), ``share`` (0 to 1; missing where none was asked), in the order
        given.
    """
    items = list({q.name: q for q in edition.items()}.values())
    marks = asked(responses, edition)
    both = responses.select("case_id", *(answered(q, edition).alias(f"answered: {q.name}") for q in items)).hstack(
        marks.drop("case_id")
    )
    was_asked = pl.sum_horizontal([pl.col(q.name).cast(pl.Int64) for q in items])
    was_answered = pl.sum_horizontal([(pl.col(q.name) & pl.col(f"answered: {q.name}")).cast(pl.Int64) for q in items])
    return both.select("case_id", asked=was_asked, answered=was_answered).with_columns(
        share=pl.when(pl.col("asked") > 0).then(pl.col("answered") / pl.col("asked"))
    )


def judge(responses: pl.DataFrame, edition: Edition) -> pl.DataFrame:
    """Judge every response by the edition's validity rule.

    Parameters
    ----------
    responses : polars.DataFrame
        Answers, with ``respondent_kind`` where known.
    edition : Edition
        The form with its rule.

    Returns
    -------
    polars.DataFrame
        The same rows with ``valid`` and ``invalid_reason``: nothing answered at all; a required question that was
        asked is missing; fewer of the items asked than the least share. The first that holds is given.
    """
    rule = edition.validity
    marks = asked(responses, edition)
    questions = [q for q in edition.questions() if not q.personal]
    required = [q for q in questions if q.required or q.name in rule.required]
    empty = ~pl.any_horizontal([answered(q, edition) for q in questions])
    lacking = [marks[q.name] & ~responses.select(answered(q, edition)).to_series() for q in required]
    missing = pl.lit(value=False) if not lacking else pl.any_horizontal(lacking)
    few = answered_shares(responses, edition)["share"] < rule.least_items_share
    reason = (
        pl
        .when(empty)
        .then(pl.lit(INVALID_EMPTY))
        .when(missing)
        .then(pl.lit(INVALID_REQUIRED))
        .when(few)
        .then(pl.lit(INVALID_TOO_FEW))
    )
    judged = responses.with_columns(invalid_reason=reason.cast(pl.String))
    return judged.with_columns(valid=pl.col("invalid_reason").is_null())
