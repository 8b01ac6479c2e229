"""What linearised and replicated estimates have in common."""

from __future__ import annotations

from typing import Protocol

from sipas.estimation.grid import Grid
from sipas.estimation.strata import Flags, Reals


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
        """Degrees of freedom, shape (D, A)."""

    def certain(self) -> Flags:
        """Where every primary unit was drawn, shape (D, A)."""

    def lonely(self) -> Reals:
        """Strata with one primary unit, shape (D, A)."""

    def variance(self) -> Reals:
        """Variances, shape (D, A)."""

    def covariance(self, domain: str) -> Reals:
        """Covariance of all estimates inside one domain, shape (A, A)."""

    def covariances(self) -> Reals:
        """Covariances inside every domain, shape (D, A, A)."""
