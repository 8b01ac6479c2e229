"""How many earlier respondents a round was to meet again, and how many it met."""

from __future__ import annotations

import polars as pl

from sipas.sampling.coordination import PRN
from sipas.sampling.drawing import Draw
from sipas.sampling.numbers import RANGE
from sipas.sampling.probabilities import inclusion_probabilities
from sipas.sampling.units import rows_of, units_of


def overlap(
    frame: pl.DataFrame, drawn: Draw, earlier: pl.DataFrame, *, earlier_start: int | None = None
) -> pl.DataFrame:
    """Report per stratum the overlap with an earlier round, expected and got.

    Parameters
    ----------
    frame : polars.DataFrame
        This round's ``tables.FRAME`` with ``prn``.
    drawn : Draw
        This round's draw, of one stage.
    earlier : polars.DataFrame
        From :func:`sipas.sampling.earlier_respondents`: ``prn``, ``probability``.
    earlier_start : int, optional
        Start of the earlier round; missing: it was drawn without permanent numbers.

    Returns
    -------
    polars.DataFrame
        ``stratum``; ``earlier`` (its earlier respondents, matched by permanent number); ``expected`` (with both starts:
        the covered part of each one's arc [start, start + π)); ``expected_independent`` (unrelated draws: sum of
        their π); ``official`` and ``reserve`` (how many came).
    """
    units = _probabilities(frame, drawn)
    known = units.join(earlier.rename({"probability": "before"}), on=PRN)
    start = None if drawn.coordination is None else drawn.coordination.start
    covered = [
        now if start is None or earlier_start is None else _covered(earlier_start, before, start, now)
        for before, now in known.select("before", "now").iter_rows()
    ]
    roles = drawn.sample.select(unit_id="unit_id", role="role")
    met = known.with_columns(covered=pl.Series(covered, dtype=pl.Float64)).join(
        roles, left_on="id", right_on="unit_id", how="left"
    )
    return (
        met
        .sort("stratum", "id")
        .group_by("stratum", maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("earlier"),
            pl.col("covered").sum().alias("expected"),
            pl.col("now").sum().alias("expected_independent"),
            (pl.col("role") == "official").sum().cast(pl.Int64).alias("official"),
            (pl.col("role") == "reserve").sum().cast(pl.Int64).alias("reserve"),
        )
    )


def _probabilities(frame: pl.DataFrame, drawn: Draw) -> pl.DataFrame:
    """Give every unit of the frame with its stratum and probability in this round."""
    stage = drawn.design.stages[-1]
    rows = rows_of(frame, drawn.design, further=[PRN])
    units = units_of(rows, stage).with_columns(rows["c:" + PRN].alias(PRN))
    sizes = dict(drawn.lists.select("stratum", "sample").iter_rows())
    parts = []
    for (stratum,), part in units.partition_by("stratum", as_dict=True).items():
        each = part["size"] if stage.by_size else pl.repeat(1, part.height, dtype=pl.Int64, eager=True)
        now = inclusion_probabilities(each.to_numpy(), sizes[stratum])
        parts.append(part.select("id", "stratum", PRN).with_columns(now=pl.Series(now)))
    return pl.concat(parts)


def _covered(earlier_start: int, before: float, start: int, now: float) -> float:
    """Give the part of the arc [earlier_start, +before) that [start, +now) covers, on a circle of length 1."""
    shift = ((start - earlier_start) % RANGE) / RANGE
    common = max(0.0, min(before, shift + now) - shift) + max(0.0, min(before, shift + now - 1))
    return min(1.0, common / before)
