"""Signs of a form that was not filled in by whom it asks: each a number, mostly beside what is usual in the round."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from sipas.capture import answered_shares, asked
from sipas.errors import SipasError
from sipas.instrument.edition import Edition
from sipas.quality.checks import run_lengths
from sipas.quality.likeness import match_surprise, same_texts
from sipas.quality.movements import VisitLimits, visit_marks
from sipas.quality.normal_scores import Reals, normal_scores

LEAST_ITEMS = 10  # answered items under which a form's ticking is not judged
LEAST_FORMS = 30  # forms under which "usual in the round" means nothing
MOST_DECADES = 6.0
MOST_TOGETHER = 5_000  # forms up to which each is compared with all; beyond, with those of its place
NEEDED = ("case_id", "interviewer", "moment", "seconds", "mode")
VISIT_SIGNS = ("night", "burst", "still", "speed", "clock")
LIKE = ("partner", "same", "common", "expected")


def form_signs(
    forms: pl.DataFrame, edition: Edition, visits: pl.DataFrame | None = None, limits: VisitLimits | None = None
) -> pl.DataFrame:
    """Measure every form.

    Parameters
    ----------
    forms : polars.DataFrame
        One row per form: ``case_id``, ``interviewer`` (missing where nobody carried it), ``moment`` (time or day it was
        filled in; missing: unknown), ``seconds`` (that filling in took; missing where the mode does not tell),
        ``mode``, the edition's answer columns, ``respondent_kind`` where known, ``place`` (the office or agency).
    edition : Edition
        The form.
    visits : polars.DataFrame, optional
        As ``visit_marks`` takes them.
    limits : VisitLimits, optional
        As ``visit_marks``.

    Returns
    -------
    polars.DataFrame
        One row per form in the order given: ``case_id``, ``interviewer``, ``day``; ``same_as_own`` and ``same_as_any``
        (decades of chance of the likeness to an earlier form of the same interviewer, of anybody, in rounds of more
        than 5,000 forms of anybody in the same ``place``; each with
        ``_partner``, ``_same``, ``_common``, ``_expected``); ``straight`` (share of its rated items ticked alike) with
        ``straight_run``, ``straight_items``, ``straight_usual`` (items); ``scattered`` (variance among the
        normal scores of the form's items over that of the round's usual form); ``missing`` (rarity of so many gaps)
        with ``missing_share``, ``missing_usual``; ``gaps`` (forms of the interviewer with the very same two or more
        gaps); ``remark`` (forms of the interviewer with the same remark); ``pace`` (times faster than usual in its
        mode) with ``pace_seconds``, ``pace_usual`` (per answered question); ``night``, ``burst``, ``still``, ``speed``,
        ``clock`` as ``visit_marks``, ``speed_partner``. What cannot be known is missing.

    Raises
    ------
    SipasError
        ``quality.form_column_missing``, ``quality.visit_column_missing``.
    """
    lacking = [name for name in (*NEEDED, *(c.name for c in edition.columns())) if name not in forms.columns]
    if lacking:
        raise SipasError("quality.form_column_missing", expected=list(NEEDED), got=lacking)
    items = list(dict.fromkeys(q.name for q in edition.items()))
    rows = forms.with_columns(_levels(forms, items))
    made = [
        forms.select("case_id", "interviewer", day=pl.col("moment").cast(pl.Date)),
        _likeness(rows, edition),
        _ticking(rows, items),
        _gaps(rows, edition),
        _remarks(rows, edition),
        _pace(rows, edition),
    ]
    return pl.concat(made, how="horizontal").join(
        _of_visits(visits, limits), on="case_id", how="left", maintain_order="left"
    )


def _levels(forms: pl.DataFrame, items: Sequence[str]) -> list[pl.Series]:
    """Give ``level`` (mean of a form's items, in SDs of all forms) and ``spread`` (variance of their normal scores)."""
    answers = forms.select(items).cast(pl.Float64)
    scaled = answers.select((pl.col(n) - pl.col(n).mean()) / _positive(pl.col(n).std()) for n in items)
    level, _variance, _count = _moments(scaled.to_numpy().astype(np.float64))
    places = [normal_scores(answers[n].fill_null(np.nan).to_numpy()) for n in items]
    _mean, spread, count = _moments(np.column_stack(places))
    return [
        pl.Series("level", level).fill_nan(None),
        pl.Series("spread", np.where(count >= LEAST_ITEMS, spread, np.nan)).fill_nan(None),
    ]


def _moments(values: Reals) -> tuple[Reals, Reals, npt.NDArray[np.int64]]:
    """Give mean, variance and number of the known values of each row."""
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, values, 0.0).sum(axis=1) / count
        return mean, (np.where(known, values - mean[:, None], 0.0) ** 2).sum(axis=1) / (count - 1), count


def _positive(value: pl.Expr) -> pl.Expr:
    return pl.when(value > 0).then(value).otherwise(1.0)


def _likeness(rows: pl.DataFrame, edition: Edition) -> pl.DataFrame:
    columns = [c.name for c in edition.columns() if c.dtype != pl.String]
    parts = []
    near = "place" if "place" in rows.columns and rows.height > MOST_TOGETHER else None
    for sign, within in (("same_as_own", "interviewer"), ("same_as_any", near)):
        found = match_surprise(rows, columns, level="level", within=within, moment="moment")
        parts.append(
            found.select(pl.col("surprise").alias(sign), *(pl.col(name).alias(f"{sign}_{name}") for name in LIKE))
        )
    return pl.concat(parts, how="horizontal")


def _ticking(rows: pl.DataFrame, items: Sequence[str]) -> pl.DataFrame:
    lengths = pl.DataFrame(run_lengths(rows, items))
    codes = rows.select(items).to_numpy().astype(np.float64)
    values = np.unique(codes[~np.isnan(codes)])
    most = np.max([(codes == v).sum(axis=1) for v in values], axis=0) if len(values) else np.zeros(rows.height)
    number = lengths["answered items"].to_numpy()
    enough = number >= LEAST_ITEMS
    share = pl.Series(np.where(enough, most / np.maximum(number, 1), np.nan)).fill_nan(None)
    half = share.median()
    usual_share = half if isinstance(half, float) else 0.0
    usual = rows["spread"].median()
    scattered = rows["spread"] / usual if isinstance(usual, float) and usual > 0 else rows["spread"].clear(rows.height)
    return pl.DataFrame({
        "straight": share,
        "straight_run": pl.Series(most, dtype=pl.Int64),
        "straight_items": lengths["answered items"],
        "straight_usual": (lengths["answered items"] * usual_share).round().cast(pl.Int64),
        "scattered": scattered if rows.height >= LEAST_FORMS else scattered.clear(rows.height),
    })


def _gaps(rows: pl.DataFrame, edition: Edition) -> pl.DataFrame:
    questions = [q.name for q in edition.questions() if q.role == "item"]
    marks = asked(rows, edition)
    empty = rows.select(pl.col(q).is_null().alias(q) for q in questions)
    pattern = pl.DataFrame({q: empty[q] & marks[q] for q in questions})
    listed = pl.concat_str([pl.when(q).then(pl.lit(f"{q} ")).otherwise(pl.lit("")) for q in questions])
    texts = pattern.select(pattern=listed, number=pl.sum_horizontal(questions)).hstack([rows["interviewer"]])
    several = (pl.col("number") > 1) & (pl.col("number") < len(questions)) & pl.col("interviewer").is_not_null()
    alike = pl.len().over("interviewer", "pattern").cast(pl.Int64)
    share = 1.0 - answered_shares(rows, edition)["share"]
    return pl.DataFrame({
        "missing": rarity(share.set(share <= 0, 0.0)),
        "missing_share": share,
        "missing_usual": pl.Series([share.mean()] * rows.height, dtype=pl.Float64),
        "gaps": texts.select(pl.when(several & (alike > 1)).then(alike)).to_series(),
    })


def _remarks(rows: pl.DataFrame, edition: Edition) -> pl.DataFrame:
    columns = [c.name for c in edition.columns() if c.dtype == pl.String]
    found = same_texts(rows, columns, within="interviewer").group_by("case_id").agg(pl.col("forms").max())
    return rows.select("case_id").join(found, on="case_id", how="left", maintain_order="left").select(remark="forms")


def _pace(rows: pl.DataFrame, edition: Edition) -> pl.DataFrame:
    answered = pl.sum_horizontal(pl.col(c.name).is_not_null().cast(pl.Int64) for c in edition.columns())
    usual, many = pl.col("pace_seconds").median().over("mode"), pl.col("pace_seconds").count().over("mode")
    each = rows.select("mode", pace_seconds=pl.col("seconds") / pl.when(answered > 0).then(answered))
    known = each.with_columns(pace_usual=pl.when(many >= LEAST_FORMS).then(usual))
    return known.select(
        pl.when(pl.col("pace_seconds") > 0).then(pl.col("pace_usual") / pl.col("pace_seconds")).alias("pace"),
        "pace_seconds",
        "pace_usual",
    )


def _of_visits(visits: pl.DataFrame | None, limits: VisitLimits | None) -> pl.DataFrame:
    """Give the strongest mark of each kind by case."""
    names = {"case_id": pl.String, **dict.fromkeys(VISIT_SIGNS, pl.Float64), "speed_partner": pl.String}
    empty = pl.DataFrame(schema=names)
    if visits is None or not visits.height:
        return empty
    marks = visit_marks(visits, limits).sort("value", descending=True, maintain_order=True)
    wide = marks.group_by("case_id", maintain_order=True).agg(
        *(pl.col("value").filter(pl.col("sign") == sign).first().alias(sign) for sign in VISIT_SIGNS),
        pl.col("partner").filter(pl.col("sign") == "speed").first().alias("speed_partner"),
    )
    return pl.concat([empty, wide])


def rarity(values: pl.Series) -> pl.Series:
    """Tell how rare it is to be so high among these values.

    Parameters
    ----------
    values : polars.Series
        Numbers; missing stays missing.

    Returns
    -------
    polars.Series of Float64
        Minus log10 of the share of values that are at least as high, 0 to 6; missing throughout where there are
        fewer than 30.
    """
    number = values.len() - values.null_count()
    if number < LEAST_FORMS:
        return pl.Series([None] * values.len(), dtype=pl.Float64)
    at_least = values.rank("max", descending=True)
    return (-(at_least / number).log(10.0)).clip(0.0, MOST_DECADES)
