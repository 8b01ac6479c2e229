"""Primary units drawn with unequal probabilities without replacement: the variance by pairs.

With π_i the probability of unit i, π_ij that of i and j together, z the linearised scores (weights included),

    HT: cov(a, b) = sum_i (1 - π_i) z_ia z_ib + sum_{i != j} D_ij z_ia z_jb,    D_ij = 1 - π_i π_j / π_ij
    YG: cov(a, b) = -1/2 sum_{i != j} D_ij (z_ia - z_ja) (z_ib - z_jb)

(Horvitz & Thompson 1952, doi:10.1080/01621459.1952.10483446; Yates & Grundy 1953; Särndal, Swensson & Wretman 1992,
§3.6). Pairs of different strata are independent. With n units drawn of a stratum, approximations need no π_ij:

    overton:      D_ij = ((π_i + π_j) / 2 - 1) / (n - 1)         (Overton 1985, as in R survey)
    hartley-rao:  D_ij = (π_i + π_j - 1 - s) / (n - 1)           (Hartley & Rao 1962; s = Σ p² / n over the population,
                  estimated by the mean π of the units drawn)
    poisson:      D_ij = 0: every unit drawn by itself

``brewer`` is no form of pairs: it is the spread (1 - π_i) n / (n - 1) (z_i - mean)² of Brewer (2002, ch. 9), stage by
stage, in ``sipas.estimation.linear.levels``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from sipas.errors import Place, SipasError
from sipas.estimation.designs.design import Design
from sipas.estimation.designs.strata import Ints, Reals, Strata
from sipas.estimation.moments.refusals import refuse_columns

PAIR_COLUMNS = {"stratum": pl.String, "psu": pl.String, "other": pl.String, "probability": pl.Float64}
SQUARES_COLUMNS = {"stratum": pl.String, "squares": pl.Float64}
CLOSE = 1e-6  # of probabilities written with six digits


@dataclass(frozen=True, slots=True)
class Pairs:
    """A quadratic form in the scores of N primary units, inside H strata.

    Parameters
    ----------
    rate : array of float, shape (N,)
        Probability of each unit.
    diagonal : array of float, shape (N,)
        What the squares are multiplied by, besides ``kernel`` and ``exact``.
    kernel : array of float, shape (H, 2, 2)
        Form in the stratum's sums of z and of πz.
    exact : sparse matrix, shape (N, N), optional
        Further products, symmetric.
    """

    rate: Reals
    diagonal: Reals
    kernel: Reals
    exact: sparse.csr_array | None = None


def joint_pairs(probabilities: Reals, units: list[str], stratum: str = "") -> pl.DataFrame:
    """Make the list of pairs of a stratum from a matrix.

    Parameters
    ----------
    probabilities : array of float, shape (n, n)
        π_ij, above 0, at most 1; π_i on the diagonal.
    units : list of str
        Codes of the n primary units.
    stratum : str
        The stratum; "" where there is one.

    Returns
    -------
    polars.DataFrame
        Columns ``stratum``, ``psu``, ``other``, ``probability``, as ``collapse`` takes them; lists of several strata
        may be put under each other.

    Raises
    ------
    SipasError
        ``estimation.joint_shape``.
    """
    n = len(units)
    if np.shape(probabilities) != (n, n):
        raise SipasError("estimation.joint_shape", "probabilities", expected=[n, n], got=list(np.shape(probabilities)))
    return pl.DataFrame(
        {
            "stratum": [stratum] * n * n,
            "psu": np.repeat(units, n),
            "other": np.tile(units, n),
            "probability": np.asarray(probabilities, dtype=np.float64).ravel(),
        },
        schema=PAIR_COLUMNS,
    )


def joint_given(joint: pl.DataFrame, design: Design) -> pl.DataFrame:
    """Check what was given about pairs, as far as it can be without the sample.

    Parameters
    ----------
    joint : polars.DataFrame
        ``stratum``, ``psu``, ``other``, ``probability`` (``pps="joint"``); a pair may stand once or in both orders, a
        unit with itself has its own probability. Or ``stratum``, ``squares`` (``pps="hartley-rao"``): Σ p² / n over the
        stratum's population.
    design : Design
        The design.

    Returns
    -------
    polars.DataFrame
        These columns.

    Raises
    ------
    SipasError
        ``estimation.joint_not_wanted``, ``estimation.joint_not_valid``, ``estimation.joint_not_symmetric``,
        ``estimation.column_unknown``, ``estimation.column_unknown_without_like``.
    """
    if design.pps not in {"joint", "hartley-rao"}:
        raise SipasError("estimation.joint_not_wanted", "joint", got=design.pps)
    columns = PAIR_COLUMNS if design.pps == "joint" else SQUARES_COLUMNS
    refuse_columns(list(columns), joint.columns)
    table = joint.select(pl.col(name).cast(dtype) for name, dtype in columns.items())
    value = list(columns)[-1]
    wrong = ~(pl.col(value).is_finite() & (pl.col(value) > 0) & (pl.col(value) <= 1))
    for row in table.with_row_index("row", 1).filter(wrong.fill_null(value=True)).head(1).rows(named=True):
        place = Place(row=row["row"], column=value)
        raise SipasError("estimation.joint_not_valid", value, got=row[value], place=place)
    if design.pps == "joint":
        _refuse_asymmetry(table)
    return table


def _refuse_asymmetry(table: pl.DataFrame) -> None:
    pair = [pl.min_horizontal("psu", "other").alias("a"), pl.max_horizontal("psu", "other").alias("b")]
    value = pl.col("probability")
    spread = table.select("stratum", *pair, value).group_by("stratum", "a", "b", maintain_order=True)
    found = spread.agg(value.min().alias("low"), value.max().alias("high"))
    for row in found.filter(pl.col("high") - pl.col("low") > CLOSE * pl.col("high")).head(1).rows(named=True):
        got = [row["low"], row["high"]]
        raise SipasError("estimation.joint_not_symmetric", "joint", expected=[row["a"], row["b"]], got=got)


def probabilities_of(units: pl.DataFrame, joint: pl.DataFrame | None) -> Reals:
    """Take the probability of every primary unit from the list of pairs.

    Parameters
    ----------
    units : polars.DataFrame
        ``stratum``, ``psu``, one row per unit.
    joint : polars.DataFrame, optional
        As ``joint_given`` leaves it.

    Returns
    -------
    array of float, shape (N,)
        Above 0, at most 1.

    Raises
    ------
    SipasError
        ``estimation.joint_missing``: no list; ``estimation.joint_pair_missing``: a unit without its own probability.
    """
    if joint is None:
        raise SipasError("estimation.joint_missing", "joint")
    own = joint.filter(pl.col("psu") == pl.col("other")).unique(["stratum", "psu"])
    found = units.select("stratum", "psu").join(own, on=["stratum", "psu"], how="left", maintain_order="left")
    for row in found.filter(pl.col("probability").is_null()).head(1).rows(named=True):
        raise SipasError("estimation.joint_pair_missing", "joint", expected=row["stratum"], got=[row["psu"]] * 2)
    return found["probability"].to_numpy()


def pairs_of(
    units: pl.DataFrame, stratum: Ints, rate: Reals, strata: Strata, design: Design, joint: pl.DataFrame | None
) -> Pairs:
    """Make the quadratic form of a design.

    Parameters
    ----------
    units : polars.DataFrame
        ``stratum``, ``psu`` of the N primary units, sorted.
    stratum : array of int, shape (N,)
        Number of each unit's stratum.
    rate : array of float, shape (N,)
        Its probability.
    strata : Strata
        Tells the lonely strata, which have no pairs and are left out.
    design : Design
        With ``pps`` and ``variance``.
    joint : polars.DataFrame, optional
        What was given about pairs.

    Returns
    -------
    Pairs
        The form.

    Raises
    ------
    SipasError
        ``estimation.joint_missing``, ``estimation.joint_pair_missing``, ``estimation.joint_diagonal``,
        ``estimation.joint_impossible``, ``estimation.joint_stratum_missing``.
    """
    kept = ~strata.lonely[stratum]
    kernel: Reals = np.zeros((len(strata.names), 2, 2))
    exact: sparse.csr_array | None = None
    if design.pps == "joint":
        exact = _exact(units, stratum, rate, kept, joint)
    elif design.pps != "poisson":
        kernel = _kernel(stratum, rate, strata, design, joint)
    within = kernel[stratum]
    itself = within[:, 0, 0] + 2 * within[:, 0, 1] * rate
    diagonal = (1 - rate) - itself
    if design.variance == "YG":
        n, sums = (np.bincount(stratum, one, minlength=len(strata.names)) for one in (np.ones_like(rate), rate))
        row = within[:, 0, 0] * n[stratum] + within[:, 0, 1] * (sums[stratum] + n[stratum] * rate)
        row += diagonal if exact is None else diagonal + exact.sum(axis=1)
        diagonal = diagonal - row
    return Pairs(rate, np.where(kept, diagonal, 0.0), kernel, exact)


def _kernel(stratum: Ints, rate: Reals, strata: Strata, design: Design, joint: pl.DataFrame | None) -> Reals:
    n = np.bincount(stratum, minlength=len(strata.names))
    below = np.where(strata.lonely, 0.0, 1.0 / np.maximum(n - 1, 1))
    kernel = np.zeros((n.size, 2, 2))
    if design.pps == "overton":
        kernel[:, 0, 0] = -below
        kernel[:, 0, 1] = kernel[:, 1, 0] = below / 2
        return kernel
    kernel[:, 0, 0] = -(1 + _squares(stratum, rate, strata, n, joint)) * below
    kernel[:, 0, 1] = kernel[:, 1, 0] = below
    return kernel


def _squares(stratum: Ints, rate: Reals, strata: Strata, n: Ints, joint: pl.DataFrame | None) -> Reals:
    if joint is None:
        return np.asarray(np.bincount(stratum, rate, minlength=n.size) / np.maximum(n, 1))
    given = dict(joint.select("stratum", "squares").rows())
    if missing := [name for name in strata.names if name not in given]:
        raise SipasError("estimation.joint_stratum_missing", "joint", got=missing[:5])
    return np.array([given[name] for name in strata.names], dtype=np.float64)


def _exact(
    units: pl.DataFrame, stratum: Ints, rate: Reals, kept: np.ndarray, joint: pl.DataFrame | None
) -> sparse.csr_array:
    if joint is None:
        raise SipasError("estimation.joint_missing", "joint")
    known = units.select("stratum", "psu").with_row_index("i").with_columns(pl.col("i").cast(pl.Int64))
    both = joint.join(known, on=["stratum", "psu"]).join(
        known.rename({"psu": "other", "i": "j"}), on=["stratum", "other"]
    )
    i, j, value = (both[name].to_numpy() for name in ("i", "j", "probability"))
    _refuse_pairs(both, i, j, value, rate)
    low, high = np.minimum(i, j), np.maximum(i, j)
    _, first = np.unique(low * np.int64(units.height) + high, return_index=True)
    apart = first[low[first] != high[first]]
    low, high, value = low[apart], high[apart], value[apart]
    _refuse_missing(units, stratum, low, high)
    worth = np.where(kept[low], 1 - rate[low] * rate[high] / value, 0.0)
    shape = (units.height, units.height)
    half = sparse.csr_array((worth, (low, high)), shape=shape)
    return sparse.csr_array(half + half.T)


def _refuse_pairs(both: pl.DataFrame, i: Ints, j: Ints, value: Reals, rate: Reals) -> None:
    own = np.flatnonzero((i == j) & (np.abs(value - rate[i]) > CLOSE))
    if own.size:
        at = int(own[0])
        raise SipasError("estimation.joint_diagonal", "joint", rate[i[at]], value[at], both["psu"][at])
    beyond = np.flatnonzero(value > np.minimum(rate[i], rate[j]) + CLOSE)
    if beyond.size:
        at = int(beyond[0])
        raise SipasError(
            "estimation.joint_impossible",
            "joint",
            [rate[i[at]], rate[j[at]]],
            value[at],
            [both["psu"][at], both["other"][at]],
        )


def _refuse_missing(units: pl.DataFrame, stratum: Ints, low: Ints, high: Ints) -> None:
    n = np.bincount(stratum)
    pairs = np.bincount(stratum[low], minlength=n.size)
    short = np.flatnonzero(pairs < n * (n - 1) // 2)
    if not short.size:
        return
    members = np.flatnonzero(stratum == short[0])
    there = np.tri(members.size, dtype=np.bool_)
    inside = stratum[low] == short[0]
    there[np.searchsorted(members, low[inside]), np.searchsorted(members, high[inside])] = True
    one, other = members[np.argwhere(~there)[0]]
    got = [units["psu"][int(one)], units["psu"][int(other)]]
    raise SipasError("estimation.joint_pair_missing", "joint", expected=units["stratum"][int(one)], got=got)
