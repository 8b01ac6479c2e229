"""One thing to estimate, as a YAML file or an option of a command says it."""

from __future__ import annotations

from typing import Literal

import msgspec

from sipas.errors import SipasError

Statistic = Literal["mean", "total", "share", "proportion", "count", "ratio", "quantile"]
STATISTICS: tuple[Statistic, ...] = ("mean", "total", "share", "proportion", "count", "ratio", "quantile")
QUARTILES = (0.25, 0.5, 0.75)
Value = int | float | str | bool


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to estimate: exactly one of the statistics, each naming its column.

    Parameters
    ----------
    mean, total : str, optional
        Column of numbers.
    share, count : str, optional
        Column whose values in ``of`` count: their weighted share, or the people they stand for.
    proportion : str, optional
        Column of categories: the share of each.
    ratio : str, optional
        Column of the numerator; ``over`` names the denominator's.
    quantile : str, optional
        Column of numbers; ``at`` gives the shares below.
    of : tuple of int, float, str or bool
        Values that count; without them a ``count`` counts everyone who answered.
    over : str, optional
        Denominator of a ratio.
    at : tuple of float
        Between 0 and 1, ends excluded.
    name : str, optional
        What functions of estimates call it; missing: ``mean(x)``, ``share(x in 4;5)`` and so on.
    """

    mean: str | None = None
    total: str | None = None
    share: str | None = None
    proportion: str | None = None
    count: str | None = None
    ratio: str | None = None
    quantile: str | None = None
    of: tuple[Value, ...] = ()
    over: str | None = None
    at: tuple[float, ...] = QUARTILES
    name: str | None = None

    def __post_init__(self) -> None:
        """Refuse what is not exactly one statistic.

        Raises
        ------
        SipasError
            ``estimation.wanted_not_one``, ``estimation.wanted_incomplete``, ``estimation.wanted_superfluous``.
        """
        named = self._named()
        if len(named) != 1:
            raise SipasError("estimation.wanted_not_one", "estimates", expected=list(STATISTICS), got=named)
        if (named[0] == "ratio") != (self.over is not None):
            raise SipasError("estimation.wanted_incomplete", "over", expected="ratio", got=named[0])
        if named[0] == "share" and not self.of:
            raise SipasError("estimation.wanted_incomplete", "of", expected="share", got=named[0])
        if self.of and named[0] not in {"share", "count"}:
            raise SipasError("estimation.wanted_superfluous", "of", expected=["share", "count"], got=named[0])
        if self.at != QUARTILES and named[0] != "quantile":
            raise SipasError("estimation.wanted_superfluous", "at", expected=["quantile"], got=named[0])

    @property
    def statistic(self) -> Statistic:
        """Which of the statistics it is."""
        return self._named()[0]

    @property
    def column(self) -> str:
        """The column it is about."""
        return str(getattr(self, self.statistic))

    def columns(self) -> tuple[str, ...]:
        """Give the columns it reads.

        Returns
        -------
        tuple of str
            One, or numerator and denominator.
        """
        return (self.column,) if self.over is None else (self.column, self.over)

    def needs_numbers(self) -> bool:
        """Tell whether its columns must hold numbers.

        Returns
        -------
        bool
            False for shares, proportions and counts, which compare values.
        """
        return self.statistic in {"mean", "total", "ratio", "quantile"}

    def compares_numbers(self) -> bool:
        """Tell whether it compares its column with numbers alone.

        Returns
        -------
        bool
            For a share or count of which every value is a number.
        """
        return bool(self.of) and not any(isinstance(value, str | bool) for value in self.of)

    def _named(self) -> list[Statistic]:
        return [name for name in STATISTICS if getattr(self, name) is not None]
