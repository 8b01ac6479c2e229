"""Rounds that avoid or overlap earlier ones by permanent random numbers.

Every person keeps a number P in all rounds. A round orders its units by (P - start) modulo 2^53. With the same start
the same people come again; with a start moved past an earlier sample they come last.
"""

from __future__ import annotations

from fractions import Fraction

import msgspec
import polars as pl

from sipas.errors import SipasError
from sipas.sampling.design import Design
from sipas.sampling.numbers import RANGE, number, purpose_key

PRN = "prn"


class Coordination(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Draw by permanent random numbers.

    Parameters
    ----------
    start : int, optional
        Where the round begins on the circle of numbers, 0 to 2^53 - 1; missing: from the seed, for a first round.
    """

    start: int | None = None


def shifted_start(earlier_start: int, earlier_share: float, *, keep: float = 0.0) -> int:
    """Give the start of a round that avoids or keeps respondents of an earlier one.

    Parameters
    ----------
    earlier_start : int
        Start of the earlier round, from its certificate.
    earlier_share : float
        Largest share of a stratum it used, official and reserve, 0 to 1.
    keep : float
        Share of the earlier respondents to meet again: 0 avoids all (as long as both shares fit on the circle), 1
        begins at the same place.

    Returns
    -------
    int
        0 to 2^53 - 1.

    Raises
    ------
    SipasError
        ``sampling.number_out_of_range``.

    References
    ----------
    Ohlsson (1995), Coordination of samples using permanent random numbers, in Cox et al. (eds), Business Survey
    Methods, 153-169.
    """
    for name, value in (("earlier_share", earlier_share), ("keep", keep)):
        if not 0 <= value <= 1:
            raise SipasError("sampling.number_out_of_range", name, expected="0 … 1", got=value)
    moved = (1 - Fraction(str(keep))) * Fraction(str(earlier_share)) * RANGE
    return (earlier_start + -(-moved.numerator // moved.denominator)) % RANGE


def check_coordination(coordination: Coordination | None, design: Design, seed: str) -> Coordination | None:
    """Check that a design can be coordinated and fill in the start.

    Parameters
    ----------
    coordination : Coordination, optional
        As asked for.
    design : Design
        One stage, simple random or Pareto.
    seed : str
        Gives the start where it is missing.

    Returns
    -------
    Coordination or None
        With its start.

    Raises
    ------
    SipasError
        ``sampling.coordination_method``, ``sampling.number_out_of_range``.
    """
    if coordination is None:
        return None
    stage = design.stages[-1]
    if len(design.stages) > 1 or stage.method not in {"srs", "pareto"}:
        raise SipasError("sampling.coordination_method", "coordination", expected=["srs", "pareto"], got=stage.method)
    start = number(purpose_key(seed, "permanent start", 1)) if coordination.start is None else coordination.start
    if not 0 <= start < RANGE:
        raise SipasError("sampling.number_out_of_range", "start", expected=f"0 … {RANGE - 1}", got=start)
    return Coordination(start)


def permanent_numbers(rows: pl.DataFrame, coordination: Coordination) -> pl.DataFrame:
    """Turn permanent random numbers into the numbers of this round.

    Parameters
    ----------
    rows : polars.DataFrame
        With ``c:prn``, none missing, 0 to 2^53 - 1.
    coordination : Coordination
        With its start.

    Returns
    -------
    polars.DataFrame
        With ``prn``: (P - start) modulo 2^53.

    Raises
    ------
    SipasError
        ``sampling.column_empty``, ``sampling.number_out_of_range``.
    """
    given = rows["c:" + PRN]
    if given.null_count():
        raise SipasError("sampling.column_empty", PRN, expected=0, got=given.null_count())
    outside = given.filter((given < 0) | (given >= RANGE))
    if len(outside):
        raise SipasError("sampling.number_out_of_range", PRN, expected=f"0 … {RANGE - 1}", got=outside[0])
    start = coordination.start or 0
    return rows.with_columns(((given.cast(pl.Int64) - start + RANGE) % RANGE).alias(PRN))


def earlier_respondents(frame: pl.DataFrame, sample: pl.DataFrame) -> pl.DataFrame:
    """Give what a later round must know of an earlier one: no identity, no unit id.

    Parameters
    ----------
    frame : polars.DataFrame
        Earlier ``tables.FRAME`` with ``prn``.
    sample : polars.DataFrame
        Earlier ``tables.SAMPLE``.

    Returns
    -------
    polars.DataFrame
        ``prn`` and ``probability`` of its official units that have a number.
    """
    official = sample.filter(pl.col("role") == "official").select("unit_id", "probability")
    return official.join(frame.select("unit_id", PRN), on="unit_id").select(PRN, "probability").drop_nulls()
