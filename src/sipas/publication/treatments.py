"""What was done to microdata before they may leave, row by row."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from sipas.intake.vietnamese import format_number
from sipas.publication.weight_loss import Change
from sipas.publication.wording import label

SCHEMA = {"variable": pl.String, "treatment": pl.String, "count": pl.Int64, "detail": pl.String}
POINTS = 2  # decimals of percentage points


class Treatments:
    """A list of treatments, in the order in which they were made."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, str, int, str]] = []

    def add(self, variable: str, treatment: str, count: int = 1, detail: str = "") -> None:
        """Note a treatment.

        Parameters
        ----------
        variable : str
            Column.
        treatment : str
            suppressed, grouped, recoded, ends, averaged, left_out or empty.
        count : int
            Values set missing, values grouped, rows moved to an end, groups of one weight; 1 for a whole column.
            With 0 nothing is noted.
        detail : str
            Why or how, Vietnamese.
        """
        if count:
            self._rows.append((variable, treatment, count, detail))

    def never(self, columns: Sequence[str]) -> None:
        """Note columns that never leave.

        Parameters
        ----------
        columns : sequence of str
            Free text and the day of receipt.
        """
        for name in columns:
            self.add(name, "left_out", detail=label("never_released"))

    def without_empty(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Take away columns that hold nothing, and note them.

        Parameters
        ----------
        rows : polars.DataFrame
            Any rows.

        Returns
        -------
        polars.DataFrame
            The columns with a value.
        """
        empty = [name for name in rows.columns if rows[name].null_count() == rows.height]
        for name in empty:
            self.add(name, "empty", detail=label("all_missing"))
        return rows.drop(empty)

    def averaged(self, weight: pl.Series, changes: tuple[Change, Change]) -> None:
        """Note that weights are means of groups, and what that changes.

        Parameters
        ----------
        weight : polars.Series of float
            Released weights.
        changes : (Change, Change)
            Largest change of the index in the whole and in a domain.
        """
        whole, domain = changes
        groups = weight.n_unique()
        told = label(
            "weight_detail",
            cells=groups,
            whole=_points(whole),
            whole_node=whole.node,
        )
        if domain.where:
            told += label("weight_domain", domain=_points(domain), domain_node=domain.node, where=domain.where)
        self.add(weight.name, "averaged", groups, told)

    def table(self) -> pl.DataFrame:
        """Give the list.

        Returns
        -------
        polars.DataFrame
            ``variable``, ``treatment``, ``count``, ``detail``.
        """
        return pl.DataFrame(self._rows, schema=SCHEMA, orient="row")


def weight_note(changes: tuple[Change, Change]) -> str:
    """Say what the released weights are and where standard errors stand.

    Parameters
    ----------
    changes : (Change, Change)
        Largest change of the index in the whole and in a domain.

    Returns
    -------
    str
        Vietnamese.
    """
    whole, domain = changes
    return label("weight_note", whole=_points(whole), domain=_points(domain))


def _points(change: Change) -> str:
    return format_number(change.points, POINTS)
