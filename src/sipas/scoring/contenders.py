"""The domains that are compared by one node: values, errors and what they share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import erf, ndtri

from sipas.errors import SipasError
from sipas.estimation import Linearised, across
from sipas.estimation.designs.strata import Flags, Ints, Reals
from sipas.scoring.index import Score, node_interval

NO_SPREAD = 1e-10  # points; an error below this is that of the additions


@dataclass(frozen=True, slots=True)
class Contenders:
    """K domains of a kind that can be ranked by a node.

    Parameters
    ----------
    domains : tuple of str
        Names, in the order of the index.
    places : array of int, shape (K,)
        Their rows among all domains of the kind.
    values : array, shape (K,)
        Percents.
    covariance : array, shape (K, K)
        Squared points. Where an error is 0 only because all answers agree, the variance is that of its interval.
    df : array, shape (K,)
        Degrees of freedom, 1 or more.
    """

    domains: tuple[str, ...]
    places: Ints
    values: Reals
    covariance: Reals
    df: Reals


def contenders(score: Score, domain_kind: str, node: str, *, minimum: int = 1, level: float = 0.95) -> Contenders:
    """Take the domains that can be compared by a node, with the covariance of their values.

    Parameters
    ----------
    score : Score
        An index.
    domain_kind : str
        Whose domains.
    node : str
        By which node.
    minimum : int
        Least respondents (n) a domain needs.
    level : float
        At which all pairs are to be compared together.

    Returns
    -------
    Contenders
        Domains with so many respondents, a value and an interval.

    Raises
    ------
    SipasError
        ``scoring.kind_unknown``, ``scoring.node_unknown``, ``scoring.minimum_not_valid``,
        ``scoring.level_not_valid``.

    Notes
    -----
    Where all are satisfied, or none, the estimated error is 0 and would claim certainty. The longer arm of the
    interval at Bonferroni's level for all pairs, over the normal deviate of that level, stands for it.
    """
    refuse(score, domain_kind, (node,), minimum, level)
    one = score.nodes[domain_kind]
    column = one.place(node)
    places = np.flatnonzero(rankable(one, minimum)[:, column])
    covariance = _covariance(one, node, places)
    variance = _variance(one, column, places, level)
    silent = variance != np.diag(covariance)
    covariance[silent, :] = 0.0
    covariance[:, silent] = 0.0
    np.fill_diagonal(covariance, variance)
    names = tuple(one.grid.domains[place] for place in places)
    return Contenders(names, places, one.values[places, column], covariance, one.degrees()[places, column])


def rankable(one: Linearised, minimum: int) -> Flags:
    """Tell which values can be ranked.

    Parameters
    ----------
    one : Linearised
        Nodes in percent.
    minimum : int
        Least respondents (n) a domain needs.

    Returns
    -------
    array of bool, shape (D, A)
        Whether there are so many, a value and an interval.
    """
    return np.asarray(np.isfinite(one.variance()) & (one.degrees() >= 1) & (one.n >= minimum))


def refuse(score: Score, kind: str, nodes: tuple[str, ...] | None, minimum: int, level: float) -> None:
    """Refuse what cannot be ranked.

    Parameters
    ----------
    score : Score
        An index.
    kind : str
        Kind of domain.
    nodes : tuple of str, optional
        Nodes asked for.
    minimum : int
        Least respondents.
    level : float
        Probability.

    Raises
    ------
    SipasError
        ``scoring.kind_unknown``, ``scoring.node_unknown``, ``scoring.minimum_not_valid``,
        ``scoring.level_not_valid``.
    """
    if kind not in score.nodes:
        raise SipasError("scoring.kind_unknown", "domain_kind", expected=list(score.nodes), got=kind)
    known = score.nodes[kind].names
    if unknown := [name for name in nodes or () if name not in known]:
        raise SipasError("scoring.node_unknown", "nodes", expected=list(known), got=unknown)
    if minimum < 1:
        raise SipasError("scoring.minimum_not_valid", "minimum", got=minimum)
    if not 0 < level < 1:
        raise SipasError("scoring.level_not_valid", "level", got=level)


def _covariance(one: Linearised, node: str, places: Ints) -> Reals:
    variance = one.variance()[places, one.place(node)]
    if one.grid.nested:
        return np.asarray(np.diag(variance))
    found = across(one, node, one, node)[np.ix_(places, places)]
    found = (found + found.T) / 2
    np.fill_diagonal(found, variance)
    return np.asarray(found)


def _variance(one: Linearised, column: int, places: Ints, level: float) -> Reals:
    variance = np.asarray(one.variance()[places, column])
    silent = (variance <= NO_SPREAD**2) & ~one.certain()[places, column]
    if not silent.any():
        return variance
    deviate = -float(ndtri((1 - level) / max(places.size * (places.size - 1), 2)))
    low, high = node_interval(one, np.sqrt(one.variance()), float(erf(deviate / np.sqrt(2))))
    values, low, high = (part[places, column] for part in (one.values, low, high))
    arm = np.maximum(values - low, high - values) / deviate
    return np.asarray(np.where(silent, arm**2, variance))
