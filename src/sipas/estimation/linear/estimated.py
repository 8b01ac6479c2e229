"""What linearised and replicated estimates have in common."""

from __future__ import annotations

from typing import Protocol

from sipas.errors import SipasError
from sipas.estimation.designs.strata import Flags, Reals
from sipas.estimation.linear.grid import Grid


class Estimated(Protocol):
    """A estimates in each of D domains of one kind, with design-based errors: ``Linearised``, ``Replicated``."""

    @property
    def grid(self) -> Grid:
        """Domains, strata, units."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the estimates."""

    @property
    def values(self) -> Reals:
        """Estimates, shape (D, A); NaN where nobody answered."""

    @property
    def answers(self) -> Reals:
        """Unweighted respondents behind the estimate in each row of the grid."""

    @property
    def n(self) -> Reals:
        """Unweighted respondents, shape (D, A)."""

    def degrees(self) -> Reals:
        """Count degrees of freedom.

        Returns
        -------
        array, shape (D, A)
            0 or more.
        """

    def certain(self) -> Flags:
        """Tell where every primary unit was drawn.

        Returns
        -------
        array of bool, shape (D, A)
            No error of sampling there.
        """

    def lonely(self) -> Reals:
        """Count strata with one primary unit.

        Returns
        -------
        array, shape (D, A)
            Where the estimate has answers.
        """

    def variance(self) -> Reals:
        """Give the variance of every estimate.

        Returns
        -------
        array, shape (D, A)
            NaN where it is not known.
        """

    def covariance(self, domain: str) -> Reals:
        """Give the covariance of all estimates inside one domain.

        Parameters
        ----------
        domain : str
            One of ``grid.domains``.

        Returns
        -------
        array, shape (A, A)
            Symmetric.
        """

    def covariances(self) -> Reals:
        """Give the covariance of all estimates inside each domain.

        Returns
        -------
        array, shape (D, A, A)
            As ``covariance``.
        """


def place_of(names: tuple[str, ...], name: str) -> int:
    """Find an estimate.

    Parameters
    ----------
    names : tuple of str
        Names of the estimates.
    name : str
        The one wanted.

    Returns
    -------
    int
        Its column in ``values``.

    Raises
    ------
    SipasError
        ``estimation.estimate_unknown``.
    """
    if name not in names:
        raise SipasError("estimation.estimate_unknown", "name", expected=list(names), got=name)
    return names.index(name)
