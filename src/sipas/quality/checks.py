"""Signs in the answers themselves: missing items, straight lines, twins. A flag is a reason to look, not a verdict."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from sipas.capture import answered, answered_shares, asked
from sipas.errors import SipasError
from sipas.instrument.edition import Edition
from sipas.intake.reasons import Reason
from sipas.tables import Column, Table

SAME_ANSWERS = Reason("quality.flag_same_answers")
LONG_RUN = Reason("quality.flag_long_run")
MANY_MISSING = Reason("quality.flag_many_missing")
TWIN = Reason("quality.flag_twin")
SUSPICION = Reason("quality.suspicion")
CONFIRMED = Reason("quality.decided_confirmed")
CLEARED = Reason("quality.decided_cleared")
RECHECK = Reason("quality.decided_recheck")
VERDICTS = (
    Reason("quality.reverified_passed"),
    Reason("quality.reverified_doubt"),
    Reason("quality.reverified_failed"),
)

FLAGS = Table(
    "flags",
    "A sign in a response that someone should look at.",
    ("case_id", "flag"),
    (
        Column("case_id", pl.String, "Case."),
        Column("flag", pl.String, "Dotted code of the sign."),
        Column("value", pl.Float64, "Its size: items in a row, share missing, responses that are the same."),
    ),
)


def decided_flags(found: pl.DataFrame, sample: pl.DataFrame) -> pl.DataFrame:
    """Check what was found and decided while the round was in the field, as the field's program hands it over.

    Parameters
    ----------
    found : polars.DataFrame
        ``FLAGS``: ``quality.suspicion`` (value: points), ``quality.decided_confirmed``, ``quality.decided_cleared``,
        ``quality.decided_recheck`` (value: points when it was decided); ``quality.reverified_passed``,
        ``quality.reverified_doubt``, ``quality.reverified_failed`` (value: check samples that found so).
    sample : polars.DataFrame
        Table ``sample``.

    Returns
    -------
    polars.DataFrame
        ``FLAGS``, sorted by case and flag.

    Raises
    ------
    SipasError
        ``quality.decided_flag_unknown``, ``quality.case_unknown``, and those of the tables' checks.
    """
    known = [str(code) for code in (SUSPICION, CONFIRMED, CLEARED, RECHECK, *VERDICTS)]
    made = FLAGS.check(found)
    if strange := sorted(set(made["flag"]) - set(known)):
        raise SipasError("quality.decided_flag_unknown", expected=known, got=strange)
    if strange := sorted(set(made["case_id"]) - set(sample["case_id"])):
        raise SipasError("quality.case_unknown", FLAGS.name, got=strange)
    return made.sort("case_id", "flag")


def item_nonresponse(responses: pl.DataFrame, edition: Edition, by: Sequence[str] = ()) -> pl.DataFrame:
    """Count missing answers question by question.

    Parameters
    ----------
    responses : polars.DataFrame
        Table ``responses`` (as a rule the valid ones), with ``respondent_kind`` where known and the columns ``by``.
    edition : Edition
        The form.
    by : sequence of str
        What to group by.

    Returns
    -------
    polars.DataFrame
        ``by``, ``question``, ``asked``, ``answered``, ``missing`` (responses), ``share`` (missing of asked, 0 to 1;
        missing where nobody was asked), questions in the order of the form.
    """
    questions = [q for q in edition.questions() if not q.personal]
    marks = asked(responses, edition).drop("case_id").rename({q.name: f"asked: {q.name}" for q in questions})
    rows = responses.hstack(marks)
    keys = list(by)
    parts = []
    for question in questions:
        was_asked = pl.col(f"asked: {question.name}")
        counts = [
            was_asked.sum().cast(pl.Int64).alias("asked"),
            (was_asked & answered(question, edition)).sum().cast(pl.Int64).alias("answered"),
        ]
        part = rows.group_by(keys).agg(*counts).sort(keys) if keys else rows.select(counts)
        parts.append(part.select(*keys, pl.lit(question.name).alias("question"), "asked", "answered"))
    missing = pl.col("asked") - pl.col("answered")
    return pl.concat(parts).with_columns(
        missing=missing, share=pl.when(pl.col("asked") > 0).then(missing / pl.col("asked"))
    )


def flag_responses(
    responses: pl.DataFrame,
    edition: Edition,
    *,
    least_items: int = 10,
    longest_run: int = 15,
    most_missing: float = 0.3,
) -> pl.DataFrame:
    """Flag responses worth a look.

    Parameters
    ----------
    responses : polars.DataFrame
        Table ``responses`` with ``respondent_kind`` where known.
    edition : Edition
        The form.
    least_items : int
        Answered items under which a response is not judged, at least 2.
    longest_run : int
        Equal answers in a row, in the order of the form, from which on it is a long run.
    most_missing : float
        Share of the items asked and missing above which it is flagged, 0 to 1.

    Returns
    -------
    polars.DataFrame
        ``FLAGS``, sorted by case and flag. ``quality.flag_same_answers``: all items answered alike (value: items);
        ``quality.flag_long_run``: a long run that is not the whole (value: its length); ``quality.flag_many_missing``
        (value: share missing); ``quality.flag_twin``: every answer equals that of other responses, of those with at
        least ``least_items`` items that are not all alike (value: responses that are the same, itself included).

    Notes
    -----
    A first simple form: Kim et al. 2019, doi:10.1177/0894439317752406; Meade & Craig 2012, doi:10.1037/a0028085.
    A satisfied person may well answer alike throughout. The thresholds are an operator's settings.
    """
    items = list(dict.fromkeys(q.name for q in edition.items()))
    shares = answered_shares(responses, edition)
    rows = responses.with_columns(run_lengths(responses, items))
    enough = pl.col("answered items") >= least_items
    alike = enough & (pl.col("different") == 1)
    everything = [column.name for column in edition.columns()]
    copies = rows.group_by(everything).agg("case_id", copies=pl.len()).explode("case_id").select("case_id", "copies")
    rows = rows.join(copies, on="case_id", how="left").join(shares.select("case_id", "share"), on="case_id", how="left")
    missing = 1.0 - pl.col("share")
    rules: dict[str, tuple[pl.Expr, pl.Expr]] = {
        SAME_ANSWERS: (alike, pl.col("answered items")),
        LONG_RUN: (enough & ~alike & (pl.col("run") >= longest_run), pl.col("run")),
        MANY_MISSING: (missing > most_missing, missing),
        TWIN: (enough & ~alike & (pl.col("copies") > 1), pl.col("copies")),
    }
    parts = [
        rows.filter(wrong).select(
            "case_id", pl.lit(flag, dtype=pl.String).alias("flag"), value.cast(pl.Float64).alias("value")
        )
        for flag, (wrong, value) in rules.items()
    ]
    return FLAGS.check(pl.concat(parts).sort("case_id", "flag"))


def run_lengths(responses: pl.DataFrame, items: Sequence[str]) -> list[pl.Series]:
    """Measure how far a form is ticked alike.

    Parameters
    ----------
    responses : polars.DataFrame
        With the columns ``items``.
    items : sequence of str
        Rated items in the order of the form.

    Returns
    -------
    list of polars.Series
        ``answered items``, ``different`` (answers) and ``run`` (longest run of equal answers, gaps passed over).
    """
    height = responses.height
    last = pl.Series([None], dtype=pl.Int16).new_from_index(0, height)
    run = pl.Series([0], dtype=pl.Int64).new_from_index(0, height)
    best = run
    for item in items:
        now = responses[item]
        step = pl.select(
            run=pl.when(now.is_null()).then(run).when((now == last).fill_null(value=False)).then(run + 1).otherwise(1),
            last=pl.coalesce(now, last),
        )
        run, last = step["run"].cast(pl.Int64), step["last"]
        best = pl.select(pl.max_horizontal(best, run)).to_series()
    values = responses.select(pl.concat_list(list(items)).list.drop_nulls().alias("values"))["values"]
    return [
        values.list.len().cast(pl.Int64).alias("answered items"),
        values.list.n_unique().cast(pl.Int64).alias("different"),
        best.alias("run"),
    ]
