"""Which replicates are wanted, and their making."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.estimation.designs.design import Design, path_of
from sipas.estimation.designs.options import refuse_options
from sipas.estimation.designs.strata import Reals
from sipas.estimation.linear.grid import Grid, grids
from sipas.estimation.moments.moments import WHOLE, Moments
from sipas.estimation.replicates.bootstraps import canty_davison, generalised, rao_wu_yue
from sipas.estimation.replicates.factors import Centre, Deleted, Factors, Listed
from sipas.estimation.replicates.halves import halves
from sipas.estimation.replicates.jackknife import jackknife
from sipas.estimation.replicates.layout import Layout, layout_of
from sipas.estimation.replicates.multistage import multistage
from sipas.estimation.replicates.successive import successive

Divisor = Literal["R", "R-1"]
Kind = Literal[
    "JK1",
    "JKn",
    "BRR",
    "Fay",
    "bootstrap",
    "subbootstrap",
    "rao-wu-yue",
    "successive-difference",
    "generalised-bootstrap",
    "multistage-bootstrap",
]
RANDOM = ("bootstrap", "subbootstrap", "rao-wu-yue", "generalised-bootstrap", "multistage-bootstrap")
UNCORRECTED = ("BRR", "Fay", "subbootstrap")


class Replication(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Replicates to make from a design.

    Parameters
    ----------
    kind : str
        ``JK1`` (delete one unit; one stratum), ``JKn`` (the same inside strata), ``BRR`` (half-samples of a Hadamard
        matrix; two units per stratum), ``Fay`` (the same, the other half kept at ``rho``), ``bootstrap``
        (Canty & Davison 1999), ``subbootstrap`` (Rao & Wu 1988: n_h - 1 draws, no finite population correction),
        ``rao-wu-yue`` (Rao, Wu & Yue 1992: ``draws`` draws, with correction), ``successive-difference`` (Fay & Train
        1995), ``generalised-bootstrap`` (Beaumont & Patak 2012, normal factors), ``multistage-bootstrap`` (Preston
        2009; the only one that sees stages after the first).
    replicates : int, optional
        How many, 2 or more: needed for the bootstraps. For ``successive-difference`` at least so many (missing: the
        units and one more). The others have their own number.
    seed : int, optional
        Of the random kinds, which need it; the same seed gives the same factors.
    rho : float
        Fay's coefficient, at least 0, below 1; for ``BRR`` 0.
    draws : int, optional
        Units drawn in each stratum for ``rao-wu-yue`` (m_h), 1 or more; missing: n_h - 1.
    centre : {"mean", "estimate"}
        What replicates deviate from (R and Stata: their mean, unless ``mse`` is asked for).
    divisor : {"R", "R-1"}
        Of bootstrap variances (Stata: R; R survey: R - 1).
    fpc : bool
        Whether the finite population correction of the first stage goes into jackknife, ``bootstrap``,
        ``rao-wu-yue``, ``successive-difference`` and ``generalised-bootstrap``. BRR, Fay and ``subbootstrap`` have
        none; ``multistage-bootstrap`` always has those of all stages.
    small : {"fail", "split", "merge"}
        Strata with one unit under BRR: refused, without spread, or put together two by two.
    large : {"fail", "split", "merge"}
        Strata with more than two units under BRR: refused, cut into pairs (even numbers only), or into halves.
    """

    kind: Kind
    replicates: int | None = None
    seed: int | None = None
    rho: float = 0.0
    draws: int | None = None
    centre: Centre = "mean"
    divisor: Divisor = "R"
    fpc: bool = True
    small: Literal["fail", "split", "merge"] = "fail"
    large: Literal["fail", "split", "merge"] = "fail"

    def __post_init__(self) -> None:
        """Refuse what cannot be made.

        Raises
        ------
        SipasError
            ``estimation.option_unknown``, ``estimation.option_not_valid``, ``estimation.rho_not_valid``,
            ``estimation.replicates_not_valid``, ``estimation.seed_needed``, ``estimation.draws_not_valid``.
        """
        refuse_options(self)
        refuse_rho(self.rho, self.kind)
        given = self.replicates
        if (given is None and self.kind in RANDOM) or (given is not None and given < 2):
            raise SipasError("estimation.replicates_not_valid", "replicates", got=given, hint=self.kind)
        if self.kind in RANDOM and self.seed is None:
            raise SipasError("estimation.seed_needed", "seed", hint=self.kind)
        if self.draws is not None and (self.draws < 1 or self.kind != "rao-wu-yue"):
            raise SipasError("estimation.draws_not_valid", "draws", "n_h - 1", self.draws, self.kind)


def refuse_rho(rho: float, kind: str) -> None:
    """Refuse a coefficient outside 0 to 1, and one that the kind has no place for.

    Parameters
    ----------
    rho : float
        Fay's coefficient.
    kind : str
        Kind of replicates.

    Raises
    ------
    SipasError
        ``estimation.rho_not_valid``.
    """
    if not 0 <= rho < 1 or (rho != 0 and kind != "Fay"):
        raise SipasError("estimation.rho_not_valid", "rho", got=rho, hint=kind)


def replicate_factors(moments: Moments, method: Replication, *, order: pl.DataFrame | None = None) -> Factors:
    """Make replicates of the primary units of a design.

    Parameters
    ----------
    moments : Moments
        Phase 1's sums, whose design names strata, units and finite population correction.
    method : Replication
        What to make.
    order : polars.DataFrame, optional
        Columns ``stratum`` and ``psu``: the units in the order in which they were drawn systematically, for
        ``successive-difference``; missing: sorted by their codes.

    Returns
    -------
    Factors
        One row per unit that has rows in the moments, in the order of ``Grid.psu``.

    Raises
    ------
    SipasError
        ``estimation.jk1_has_strata``, ``estimation.brr_needs_pairs``, ``estimation.lonely_replicates``,
        ``estimation.draws_not_valid``, ``estimation.order_incomplete``, ``estimation.replicates_not_possible``: a
        correction is wanted of units drawn with unequal probabilities, or of strata taken whole whose later stages
        the kind does not see; the errors of the strata.

    Notes
    -----
    Lonely strata under the jackknife follow the design as R survey's ``jknweights`` does: ``centered`` deletes the
    stratum and raises the others (R ``adjust``), ``average`` raises the scale, ``remove`` and ``certainty`` give no
    replicate. Other kinds have no such rule and refuse them unless they are to add nothing.
    """
    (whole,) = grids(moments, (WHOLE,))
    _refuse_correction(whole, moments.description.design, method)
    if method.kind == "multistage-bootstrap":
        return _every_stage(whole, moments.description.design, method)
    layout = layout_of(whole)
    if method.kind in {"JK1", "JKn"}:
        if method.kind == "JK1" and len(layout.names) > 1:
            raise SipasError("estimation.jk1_has_strata", "kind", got=len(layout.names))
        deleted, scale, rscales = jackknife(layout, fpc=method.fpc)
        return _factors(layout, method, deleted, scale, rscales)
    scale, array, degrees = _listed(layout, method, order)
    return _factors(layout, method, Listed(array), scale, np.ones(array.shape[1]), degrees)


def _refuse_correction(whole: Grid, design: Design, method: Replication) -> None:
    corrected = method.fpc and method.kind not in UNCORRECTED
    if design.pps is not None and (corrected or method.kind == "multistage-bootstrap"):
        raise SipasError("estimation.replicates_not_possible", "fpc", got=design.pps, hint=method.kind)
    if corrected and design.later and whole.strata.census.any() and method.kind != "multistage-bootstrap":
        raise SipasError("estimation.replicates_not_possible", "fpc", got="census", hint=method.kind)


def _every_stage(whole: Grid, design: Design, method: Replication) -> Factors:
    count, base = method.replicates or 0, whole.base.strata
    array = multistage(whole, count, method.seed or 0)
    return Factors(
        kind=method.kind,
        units=whole.table.select(path_of(design)),
        source=Listed(array),
        scale=_bootstrap_scale(method),
        rscales=np.ones(count),
        centre=method.centre,
        degrees=min(int((base.drawn - 1)[~base.census].sum()), count - 1),
        every_stage=True,
    )


def _bootstrap_scale(method: Replication) -> float:
    count = method.replicates or 2
    return 1.0 / (count if method.divisor == "R" else count - 1)


def _listed(layout: Layout, method: Replication, order: pl.DataFrame | None) -> tuple[float, Reals, int | None]:
    count, seed = method.replicates or 0, method.seed or 0
    spread = _bootstrap_scale(method)
    match method.kind:
        case "BRR" | "Fay":
            array, pairs = halves(layout, method.rho, method.small, method.large)
            return 1.0 / (array.shape[1] * (1 - method.rho) ** 2), array, pairs
        case "bootstrap":
            array, raised = canty_davison(layout, count, seed, fpc=method.fpc)
            return raised * spread, array, None
        case "subbootstrap":
            return spread, rao_wu_yue(layout, count, seed, None, fpc=False), None
        case "rao-wu-yue":
            return spread, rao_wu_yue(layout, count, seed, method.draws, fpc=method.fpc), None
        case "generalised-bootstrap":
            array, squeezed = generalised(layout, count, seed, fpc=method.fpc)
            return spread * squeezed**2, array, None
        case _:
            array = successive(layout, method.replicates, order, fpc=method.fpc)
            return 4.0 / array.shape[1], array, None


def _factors(
    layout: Layout,
    method: Replication,
    source: Listed | Deleted,
    scale: float,
    rscales: Reals,
    degrees: int | None = None,
) -> Factors:
    corrected = method.fpc and method.kind not in UNCORRECTED
    own = int((layout.drawn - 1)[~(layout.census & corrected)].sum())
    most = own if degrees is None else degrees
    return Factors(
        kind=method.kind,
        units=layout.units,
        source=source,
        scale=scale,
        rscales=rscales,
        centre=method.centre,
        degrees=min(most, max(rscales.size - 1, 0)) if isinstance(source, Listed) else most,
        corrected=corrected,
    )
