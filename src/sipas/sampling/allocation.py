"""How a size is shared among strata: a target per stratum, bounds, largest remainders."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext
from fractions import Fraction

from sipas.errors import SipasError

Weights = dict[str, Fraction]


def equal(populations: Mapping[str, int]) -> Weights:
    """Give every stratum the same weight.

    Parameters
    ----------
    populations : mapping of str to int
        Units N_h of each stratum.

    Returns
    -------
    dict of str to Fraction
        1 for each.
    """
    return {h: Fraction(1) for h in populations}


def proportional(populations: Mapping[str, int]) -> Weights:
    """Weigh strata by their units: n_h ∝ N_h.

    Parameters
    ----------
    populations : mapping of str to int
        Units N_h of each stratum.

    Returns
    -------
    dict of str to Fraction
        N_h.
    """
    return {h: Fraction(count) for h, count in populations.items()}


def neyman(populations: Mapping[str, int], deviations: Mapping[str, float]) -> Weights:
    """Weigh strata by units times spread: n_h ∝ N_h S_h, the least variance for a given size.

    Parameters
    ----------
    populations : mapping of str to int
        Units N_h of each stratum.
    deviations : mapping of str to float
        Standard deviation S_h of what is measured, 0 or more, from an earlier round; every stratum.

    Returns
    -------
    dict of str to Fraction
        N_h S_h.

    Raises
    ------
    SipasError
        ``sampling.stratum_not_given``, ``sampling.number_out_of_range``.

    References
    ----------
    Neyman (1934), JRSS 97, 558-625.
    """
    spread = _given("deviations", populations, deviations)
    return {h: populations[h] * spread[h] for h in populations}


def power(
    measures: Mapping[str, int],
    *,
    exponent: float = 0.5,
    variations: Mapping[str, float] | None = None,
) -> Weights:
    """Weigh strata between equal and proportional: n_h ∝ X_h^q · CV_h.

    Parameters
    ----------
    measures : mapping of str to int
        Size X_h of each stratum: its units, or the sum of a measure of size.
    exponent : float
        q, 0 (all alike) to 1 (as X); 0.5 is the square root.
    variations : mapping of str to float, optional
        Coefficient of variation CV_h of each stratum; missing: alike.

    Returns
    -------
    dict of str to Fraction
        Weights to 28 decimal digits, the same on every machine.

    Raises
    ------
    SipasError
        ``sampling.number_out_of_range``, ``sampling.stratum_not_given``.

    References
    ----------
    Bankier (1988), The American Statistician 42, 174-177.
    """
    if not 0 <= exponent <= 1:
        raise SipasError("sampling.number_out_of_range", "exponent", expected="0 … 1", got=exponent)
    factor = equal(measures) if variations is None else _given("variations", measures, variations)
    with localcontext() as context:  # Decimal's power is defined to the digit; the C library's is not
        context.prec = 28
        raised = {h: Fraction(Decimal(x) ** Decimal(str(exponent))) for h, x in measures.items()}
    return {h: raised[h] * factor[h] for h in measures}


def allocate(
    total: int, populations: Mapping[str, int], weights: Mapping[str, Fraction], *, minimum: int = 0
) -> dict[str, int]:
    """Share a size among strata in proportion to weights, within bounds.

    The real-valued shares are λ·weight, held between the minimum and N_h, with λ such that they add up to the
    total; they are rounded by largest remainders, ties by stratum id.

    Parameters
    ----------
    total : int
        Units to draw; 0 up to the sum of N_h.
    populations : mapping of str to int
        Units N_h of each stratum.
    weights : mapping of str to Fraction
        Weight of each stratum, 0 or more.
    minimum : int
        Least units of a stratum; a smaller stratum is taken whole.

    Returns
    -------
    dict of str to int
        n_h in the order of stratum ids; minimum ≤ n_h ≤ N_h; their sum is the total.

    Raises
    ------
    SipasError
        ``sampling.total_too_small``, ``sampling.total_too_large``, ``sampling.allocation_empty``.
    """
    low = {h: min(minimum, count) for h, count in populations.items()}
    if total < sum(low.values()):
        raise SipasError(
            "sampling.total_too_small", "size", expected=sum(low.values()), got=total, hint=len(populations)
        )
    if total > sum(populations.values()):
        raise SipasError("sampling.total_too_large", "size", expected=sum(populations.values()), got=total)
    return round_shares(_bounded(total, low, populations, weights), total)


def round_shares(shares: Mapping[str, Fraction], total: int) -> dict[str, int]:
    """Round shares to whole units by largest remainders.

    Parameters
    ----------
    shares : mapping of str to Fraction
        Shares that add up to the total.
    total : int
        Their sum.

    Returns
    -------
    dict of str to int
        Each rounded down or up; ties of the remainder go to the lower stratum id.
    """
    rounded = {h: shares[h].__floor__() for h in sorted(shares)}
    missing = total - sum(rounded.values())
    by_remainder = sorted(rounded, key=lambda h: (rounded[h] - shares[h], h))
    for h in by_remainder[:missing]:
        rounded[h] += 1
    return rounded


def _bounded(
    total: int, low: Mapping[str, int], high: Mapping[str, int], weights: Mapping[str, Fraction]
) -> dict[str, Fraction]:
    """Hold λ·weight between bounds; each turn fixes the side that surely stays at its bound."""
    fixed: dict[str, Fraction] = {}
    free = sorted(low)
    while free:
        rest = total - sum(fixed.values(), Fraction(0))
        weight = sum((weights[h] for h in free), Fraction(0))
        if weight == 0:
            return fixed | _without_weight(rest, free, low)
        wanted = {h: rest * weights[h] / weight for h in free}
        held = {h: max(Fraction(low[h]), min(Fraction(high[h]), wanted[h])) for h in free}
        excess = sum(held.values()) - rest
        if excess == 0:
            return fixed | held
        settled = {h for h in free if (held[h] > wanted[h] if excess > 0 else held[h] < wanted[h])}
        fixed |= {h: held[h] for h in settled}
        free = [h for h in free if h not in settled]
    return fixed


def _without_weight(rest: Fraction, free: list[str], low: Mapping[str, int]) -> dict[str, Fraction]:
    at_low = {h: Fraction(low[h]) for h in free}
    if sum(at_low.values()) != rest:
        raise SipasError("sampling.allocation_empty", "weights", expected="> 0", got=free, hint=int(rest))
    return at_low


def _given(name: str, strata: Mapping[str, int], values: Mapping[str, float]) -> Weights:
    missing = sorted(set(strata) - set(values))
    if missing:
        raise SipasError("sampling.stratum_not_given", name, expected=missing, got=sorted(values))
    for h in strata:
        if not values[h] >= 0:
            raise SipasError("sampling.number_out_of_range", f"{name}.{h}", expected="≥ 0", got=values[h])
    return {h: Fraction(str(values[h])) for h in strata}
