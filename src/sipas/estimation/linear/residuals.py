"""What a calibration takes off the scores: the part of them that the calibration variables explain.

For a linearised estimate with value z in a row, base weight d and final weight w = g d, the residual is e = z - x'B
with B = (sum of v x x')⁻ (sum of v x z), v = d by default, and the score of a unit is the sum of w e over its rows:
T_z - T_x B. z is 0 outside the domain, e is not: every unit of the sample has a score in every domain. All sums are
additive, so that no second pass over the rows is needed (Deville & Särndal 1992, §3,
doi:10.1080/01621459.1992.10475217).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from sipas.estimation.designs.strata import Ints, Reals
from sipas.estimation.linear.forms import Form, Side
from sipas.estimation.moments.calibration_sums import CalibrationSums

# Relative size under which a direction of the products counts as empty: margins overlap by design.
RANK_TOLERANCE = 1e-12
SWEEPS = 10  # of R's rake


@dataclass(frozen=True, slots=True)
class Block:
    """Calibration variables that no row links with the others.

    Parameters
    ----------
    places : array of int, shape (K,)
        Their numbers.
    inverse : array, shape (K, K)
        Generalised inverse of their products.
    """

    places: Ints
    inverse: Reals


@dataclass(frozen=True, slots=True)
class Regression:
    """Regression on P calibration variables, which may be redundant.

    Parameters
    ----------
    blocks : tuple of Block
        Every variable in one. Empty where the regression goes by sweeps.
    products : scipy.sparse.csr_matrix, shape (P, P)
        Sum of v x x'.
    margins : tuple of array of int
        The variables of each margin, for sweeps; otherwise empty.
    """

    blocks: tuple[Block, ...]
    products: sparse.csr_matrix
    margins: tuple[Ints, ...] = ()

    def slopes(self, crossed: Reals) -> Reals:
        """Give B.

        Parameters
        ----------
        crossed : array, shape (P, A)
            Sum of v x z of A variables z.

        Returns
        -------
        array, shape (P, A)
            Coefficients; one choice of many where the calibration variables are redundant, all with the same residuals.
        """
        found = np.zeros_like(crossed)
        for block in self.blocks:
            found[block.places] = block.inverse @ crossed[block.places]
        for _ in range(SWEEPS if self.margins else 0):
            for places in self.margins:
                left = crossed[places] - self.products[places] @ found
                found[places] += left / self.products.diagonal()[places][:, None]
        return found


@dataclass(frozen=True, slots=True)
class KnownForm:
    """The form of a design with what it makes of the calibration variables, the same for all domains.

    Parameters
    ----------
    form : Form
        Of the design.
    units : scipy.sparse.csr_matrix, shape (U, P)
        Totals of the calibration variables.
    side : Side
        The same on the right of the form.
    products : array, shape (P, P)
        Of every calibration variable with every other.
    """

    form: Form
    units: sparse.csr_matrix
    side: Side
    products: Reals


@dataclass(frozen=True, slots=True)
class CrossSums:
    """What residuals need, for the domains of one kind.

    Parameters
    ----------
    terms : tuple of str
        Names of T terms.
    values : array, shape (D, P, T)
        For each domain, calibration variable x and term with the value t in a row: sum over the rows of the domain of
        v x t, v the weight of the regression.
    units : scipy.sparse.csr_matrix, shape (U, P)
        For each of all U units of the last stage the sum of final weight times x.
    regression : Regression
        On the calibration variables.
    names : polars.DataFrame
        Path of each unit, U rows.
    known : KnownForm, optional
        Where the residuals need not be written out.
    """

    terms: tuple[str, ...]
    values: Reals
    units: sparse.csr_matrix
    regression: Regression
    names: pl.DataFrame
    known: KnownForm | None

    def explained(self, crossed: Reals) -> Reals:
        """Give the part of the scores that the calibration variables explain.

        Parameters
        ----------
        crossed : array, shape (D, P, A)
            Cross sums of linearised estimates.

        Returns
        -------
        array, shape (D, U, A)
            In every unit, inside the domain or not.
        """
        domains, places, names = crossed.shape
        slopes = self.regression.slopes(crossed.transpose(1, 0, 2).reshape(places, domains * names))
        found = np.asarray(self.units @ slopes).reshape(self.units.shape[0], domains, names)
        return found.transpose(1, 0, 2)


class Calibrated:
    """The sums of a calibration laid out for grids.

    Parameters
    ----------
    sums : CalibrationSums
        Of all parts.
    units : polars.DataFrame
        All U units of the last stage in their order: the columns of ``sums.path``.
    form : Form, optional
        Of the design.
    """

    def __init__(self, sums: CalibrationSums, units: pl.DataFrame, form: Form | None) -> None:
        self.terms, self.places = sums.terms, sums.categories()
        self.crosses = sums.block("cross", ("domain_kind", "domain", "variable", "category"), sums.terms)
        self.names = units.select(sums.path)
        self.units = self._laid(sums)
        self.regression = regression(sums)
        self.known = None if form is None else _known(form, self.units)

    def _laid(self, sums: CalibrationSums) -> sparse.csr_matrix:
        path = list(sums.path)
        found = sums.block("unit", (*path, "variable", "category"))
        found = found.join(self.names.with_row_index("unit"), on=path, how="inner")
        found = found.join(self.places, on=["variable", "category"], how="inner").sort("unit", "place")
        where = (found["unit"].to_numpy(), found["place"].to_numpy())
        return sparse.csr_matrix((found["value"].to_numpy(), where), shape=(self.names.height, self.places.height))

    def crossed(self, kind: str, domains: tuple[str, ...]) -> CrossSums:
        """Lay out one kind of domain.

        Parameters
        ----------
        kind : str
            Kind of domain.
        domains : tuple of str
            Its D domains, in their order.

        Returns
        -------
        CrossSums
            For the grid of the kind.
        """
        schema = {"domain": pl.String, "row": pl.Int64}
        numbers = pl.DataFrame({"domain": domains, "row": range(len(domains))}, schema=schema)
        found = self.crosses.filter(pl.col("domain_kind") == kind).join(numbers, on="domain", how="inner")
        found = found.join(self.places, on=["variable", "category"], how="inner")
        values = np.zeros((len(domains), self.places.height, len(self.terms)))
        values[found["row"].to_numpy(), found["place"].to_numpy()] = found.select(self.terms).to_numpy()
        return CrossSums(self.terms, values, self.units, self.regression, self.names, self.known)


def _known(form: Form, units: sparse.csr_matrix) -> KnownForm:
    side = form.side(units)
    return KnownForm(form, units, side, form.of(units, side))


def regression(sums: CalibrationSums) -> Regression:
    """Prepare the regression on the calibration variables.

    Parameters
    ----------
    sums : CalibrationSums
        Of all parts.

    Returns
    -------
    Regression
        By generalised inverses of the blocks that no row links (post-strata: each its own; provinces, where the
        calibration was by province), or by sweeps over the margins.
    """
    where, values = sums.products()
    variables = sums.categories()["variable"].to_numpy()
    shape = (variables.size, variables.size)
    products = sparse.csr_matrix((values, (where["row"].to_numpy(), where["column"].to_numpy())), shape=shape)
    if sums.weight.residuals == "sweeps":
        margins = tuple(np.flatnonzero(variables == number) for number in np.unique(variables))
        return Regression((), products, margins)
    count, label = connected_components(products, directed=False)
    order = np.argsort(label, kind="stable")
    bounds = np.searchsorted(label[order], np.arange(count + 1))
    groups = [order[bounds[i] : bounds[i + 1]] for i in range(count)]
    return Regression(
        tuple(Block(one, generalised_inverse(products[one][:, one].toarray())) for one in groups), products
    )


def generalised_inverse(products: Reals) -> Reals:
    """Invert a symmetric matrix of products, leaving out the directions that are empty.

    Parameters
    ----------
    products : array, shape (K, K)
        Sum of weight times x x', not negative definite.

    Returns
    -------
    array, shape (K, K)
        A symmetric generalised inverse; zero rows and columns where a variable is 0 throughout.
    """
    size = np.sqrt(np.maximum(products.diagonal(), 0.0))
    scale = np.divide(1.0, size, out=np.zeros_like(size), where=size > 0)
    sizes, axes = np.linalg.eigh(products * np.outer(scale, scale))
    full = sizes > RANK_TOLERANCE * max(float(sizes[-1]), 0.0)
    inner = (axes[:, full] / sizes[full]) @ axes[:, full].T
    return np.asarray(inner * np.outer(scale, scale))
