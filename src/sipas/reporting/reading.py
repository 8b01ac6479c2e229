"""What may be said of figures side by side: a change, an order, the spread of answers. Codes, for any language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from sipas.instrument.model import Question
from sipas.reporting.contents.answers import option_estimate
from sipas.reporting.figures import Estimate, Figures, Value

Movement = Literal["rose", "fell", "undecided", "none"]


def movement(value: Value | None) -> Movement:
    """Say whether a change can be claimed: only where its interval leaves out zero.

    Parameters
    ----------
    value : Value or None
        A row of the index.

    Returns
    -------
    {'rose', 'fell', 'undecided', 'none'}
        ``none`` where there is no earlier value.
    """
    if value is None or value.change_low is None or value.change_high is None:
        return "none"
    if value.change_low > 0:
        return "rose"
    return "fell" if value.change_high < 0 else "undecided"


def apart(value: Value | None, other: Value | None) -> Literal["above", "below", ""]:
    """Say whether a value stands surely above or below another: their intervals do not touch.

    Parameters
    ----------
    value, other : Value or None
        Rows of the index.

    Returns
    -------
    {'above', 'below', ''}
        Empty where they cannot be told apart, or one has no interval.
    """
    if value is None or other is None:
        return ""
    if value.low is not None and other.high is not None and value.low > other.high:
        return "above"
    return "below" if value.high is not None and other.low is not None and value.high < other.low else ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A value and how many of the others are surely above and below it.

    Parameters
    ----------
    value : Value
        With a percent.
    surely_above, surely_below : int
        Others whose whole interval lies higher, lower.
    others : int
        Others with an interval.
    """

    value: Value
    surely_above: int
    surely_below: int
    others: int


def placed(values: Sequence[Value]) -> list[Placed]:
    """Order values from low to high and count for each what can be told apart from it.

    Parameters
    ----------
    values : sequence of Value
        Values to compare; those that are missing are left out.

    Returns
    -------
    list of Placed
        The lowest first; ties in the order given.

    Notes
    -----
    Two values are told apart only where their 95 % intervals do not touch. Two independent values would be told
    apart a little sooner by the interval of their difference; this rule errs on the quiet side.
    """
    known = sorted((v for v in values if v.percent is not None), key=lambda v: v.percent or 0.0)
    made = []
    for value in known:
        others = [o for o in known if o is not value]
        stands = [apart(o, value) for o in others]
        made.append(Placed(value, stands.count("above"), stands.count("below"), len(others)))
    return made


def items_of(figures: Figures, kind: str = "all", domain: str = "") -> list[Value]:
    """List the items of one domain in the order of the form.

    Parameters
    ----------
    figures : Figures
        Look-ups.
    kind, domain : str
        As in the index; the whole by default.

    Returns
    -------
    list of Value
        Items the table knows, withheld ones too.
    """
    leaves = (node.name for node, _ in figures.inputs.edition.nodes() if node.question is not None)
    found = (figures.values.get((kind, domain, name)) for name in leaves)
    return [v for v in found if v is not None]


def spread(figures: Figures, question: Question, estimates: pl.DataFrame | None = None) -> list[Estimate]:
    """Give the share of each answer to a question, in the order of its options.

    Parameters
    ----------
    figures : Figures
        Look-ups of the whole.
    question : Question
        Of kind scale or single.
    estimates : polars.DataFrame, optional
        Rows of one domain of ``publication.OPEN_ESTIMATES``; missing: the whole.

    Returns
    -------
    list of Estimate
        One per option; a share nobody gave is missing.
    """
    options = figures.inputs.edition.options(question.name)
    if estimates is None:
        return [option_estimate(figures, question, option) for option in options]
    shares = estimates.filter((pl.col("variable") == question.name) & (pl.col("statistic") == "share"))
    rows = shares.select("category", "n", "estimate", "low", "high", "suppressed").iter_rows()
    known = {row[0]: Estimate(row[1], row[2], row[3], row[4], suppressed=bool(row[5])) for row in rows}
    return [known.get(o.value, Estimate(None, None, None, None, suppressed=False)) for o in options]


def design_effects(estimates: pl.DataFrame, names: Sequence[str]) -> tuple[float, float] | None:
    """Give the least and the greatest design effect of some items in the whole.

    Parameters
    ----------
    estimates : polars.DataFrame
        ``tables.ESTIMATES`` or its published form.
    names : sequence of str
        Answer columns.

    Returns
    -------
    tuple of float or None
        None where no design effect is known.
    """
    rows = estimates.filter(
        (pl.col("domain_kind") == "all") & (pl.col("statistic") == "top_box") & pl.col("variable").is_in(list(names))
    )["deff"].drop_nulls()
    if rows.is_empty():
        return None
    return float(rows.min()), float(rows.max())  # type: ignore[arg-type]  # a column of floats
