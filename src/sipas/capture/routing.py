"""Who was asked what: the edition's conditions, worked out on the answers."""

from __future__ import annotations

import polars as pl

from sipas.instrument.edition import Edition
from sipas.instrument.model import Answered, Question


def answered(question: Question, edition: Edition) -> pl.Expr:
    """Say whether a question was answered.

    Parameters
    ----------
    question : Question
        The question.
    edition : Edition
        Its edition.

    Returns
    -------
    polars.Expr
        Boolean, never null, over a frame with every answer column of the edition.
    """
    if question.kind == "multiple":
        return pl.any_horizontal([pl.col(name).is_not_null() for name in tick_columns(question, edition)])
    return pl.col(question.name).is_not_null()


def tick_columns(question: Question, edition: Edition) -> list[str]:
    """Name the tick columns of a multiple question.

    Parameters
    ----------
    question : Question
        Of kind ``multiple``.
    edition : Edition
        Its edition.

    Returns
    -------
    list of str
        In the order of its options.
    """
    return [f"{question.name}_{option.value}" for option in edition.options(question.name)]


def condition(question: Question, edition: Edition) -> pl.Expr:
    """Say whether a question was to be asked, as far as the answers tell.

    Parameters
    ----------
    question : Question
        The question.
    edition : Edition
        Its edition.

    Returns
    -------
    polars.Expr
        True, false, or null where an answer it hangs on is missing though asked. Needs ``respondent_kind`` and, for
        each question before it, the column ``asked: <name>``.
    """
    kind = pl.col("respondent_kind").is_in(list(question.asked_of)) | pl.col("respondent_kind").is_null()
    return pl.all_horizontal(kind, *(_holds(answer, edition) for answer in question.relevant))


def _holds(answer: Answered, edition: Edition) -> pl.Expr:
    question = edition.question(answer.question)
    if question.kind == "multiple":
        ticks = [pl.col(f"{question.name}_{value}") == 1 for value in answer.values]
        found: pl.Expr = pl.when(answered(question, edition)).then(pl.any_horizontal(ticks))
    else:
        found = pl.col(question.name).is_in(list(answer.values))
    # What was not to be asked holds for nobody, answered or not.
    return found & pl.col(asked_name(question)).fill_null(value=True)


def asked_name(question: Question) -> str:
    """Name the helper column that tells whether a question was asked.

    Parameters
    ----------
    question : Question
        The question.

    Returns
    -------
    str
        No answer column has such a name.
    """
    return f"asked: {question.name}"


def asked(responses: pl.DataFrame, edition: Edition) -> pl.DataFrame:
    """Tell for every response and question whether it was asked.

    Parameters
    ----------
    responses : polars.DataFrame
        Answers; ``respondent_kind`` is used where it is there, otherwise everyone is asked everything.
    edition : Edition
        The form.

    Returns
    -------
    polars.DataFrame
        ``case_id`` and one Boolean column per question. Where the answer a condition hangs on is missing, a question
        counts as asked exactly where it was answered.
    """
    rows = with_asked(responses, edition)
    questions = [q for q in edition.questions() if not q.personal]
    return rows.select(
        "case_id",
        *(pl.col(asked_name(q)).fill_null(answered(q, edition)).alias(q.name) for q in questions),
    )


def with_asked(rows: pl.DataFrame, edition: Edition) -> pl.DataFrame:
    """Add the column ``asked: <question>`` for every question, in the order of the form.

    Parameters
    ----------
    rows : polars.DataFrame
        With every answer column of the edition.
    edition : Edition
        The form.

    Returns
    -------
    polars.DataFrame
        True, false, or null as in ``condition``.
    """
    if "respondent_kind" not in rows.columns:
        rows = rows.with_columns(respondent_kind=pl.lit(None, dtype=pl.String))
    for question in edition.questions():
        if not question.personal:
            rows = rows.with_columns(condition(question, edition).alias(asked_name(question)))
    return rows
