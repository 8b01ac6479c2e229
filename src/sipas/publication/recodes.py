"""Coarser categories of answers on the respondent, from the package's data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, TypedDict

import polars as pl
import yaml

from sipas.instrument import AnswerColumn
from sipas.publication.wording import text

GROUPED = "_group"  # after the answer's name: the codes are others, so the name must be


class _Group(TypedDict):
    label: str
    of: list[str]


class _Groups(TypedDict):
    measure: Literal["nominal", "ordinal"]
    groups: list[_Group]


@dataclass(frozen=True, slots=True)
class Recode:
    """How the values of an answer column are put together.

    Parameters
    ----------
    name : str
        Column of the groups: the answer's name and ``_group``.
    codes : dict of int to int
        Group, from 1, of each value.
    values : dict of int to str
        Name of each group, Vietnamese.
    measure : {'nominal', 'ordinal'}
        Level of measurement.
    """

    name: str
    codes: dict[int, int]
    values: dict[int, str]
    measure: Literal["nominal", "ordinal"]

    def apply(self, column: pl.Series) -> pl.Series:
        """Recode a column.

        Parameters
        ----------
        column : polars.Series of int
            Values; missing ones stay missing.

        Returns
        -------
        polars.Series of Int16
            Groups, named ``name``.
        """
        return column.replace_strict(self.codes, return_dtype=pl.Int16, default=None).rename(self.name)

    def told(self, labels: dict[int, str]) -> str:
        """Say which values went where.

        Parameters
        ----------
        labels : dict of int to str
            Of the values.

        Returns
        -------
        str
            As "1 = Đến hết trung học cơ sở (Tiểu học, Trung học cơ sở); …".
        """
        groups = {
            code: ", ".join(labels[value] for value, into in self.codes.items() if into == code) for code in self.values
        }
        return "; ".join(f"{code} = {self.values[code]} ({taken})" for code, taken in groups.items())


def recode_of(column: AnswerColumn) -> Recode | None:
    """Find the coarser categories of an answer column.

    Parameters
    ----------
    column : AnswerColumn
        An answer on the respondent.

    Returns
    -------
    Recode or None
        None where none are known or the edition has an answer that no group takes.
    """
    known = _recodes().get(column.name)
    if known is None:
        return None
    groups = dict(enumerate(known["groups"], start=1))
    codes = {value: code for value, name in column.values.items() for code, g in groups.items() if name in g["of"]}
    if set(codes) != set(column.values):
        return None
    used = sorted(set(codes.values()))
    values = {code: groups[code]["label"] for code in used}
    return Recode(column.name + GROUPED, codes, values, known["measure"])


@cache
def _recodes() -> dict[str, _Groups]:
    loaded: dict[str, _Groups] = yaml.safe_load(text("recodes.yaml"))
    return loaded
