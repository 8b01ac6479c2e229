"""Which keys a release can bear, and how fine.

Local suppression alone blanks whole columns in small rounds. So keys are taken in order of importance, each first
with its own categories, then with coarser ones, and only if suppression then leaves enough of every key taken so
far: global recoding before local suppression, Hundepool et al. 2012, *Statistical Disclosure Control*, §3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from sipas.publication.anonymity import class_sizes, suppress_keys

# First what the published results are broken down by, then what any survey is broken down by, last what marks a
# person most: SIPAS's own order. Columns not here stand where "*" stands, as the caller gave them.
IMPORTANCE = (
    *("agency_level", "province", "respondent_kind", "gender", "age_band", "field", "education"),
    *("organisation_kind", "area", "*", "ethnicity", "occupation", "terrain", "weight_band"),
)
# Largest share of a key's values that may be suppressed: with its own categories, with the coarsest.
MOST_LOST_FINE = 0.10
MOST_LOST = 0.25
ANCHORS = ("agency_level", "province")  # never suppressed where each combination has k rows


@dataclass(frozen=True, slots=True)
class Candidate:
    """A key and the columns that could stand for it.

    Parameters
    ----------
    name : str
        Key.
    variants : tuple of polars.Series
        Finest first, each one value per row. None: the key cannot be taken.
    """

    name: str
    variants: tuple[pl.Series, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Keys that a release can bear.

    Parameters
    ----------
    table : polars.DataFrame
        The chosen columns, suppressed; rows in the order of the candidates.
    taken : dict of str to int
        Place of the chosen variant by key, in order of importance.
    left_out : tuple of str
        Keys that had to go.
    suppressed : dict of str to int
        Values set missing, by column.
    anchors : tuple of str
        Columns of which no value was set missing.
    """

    table: pl.DataFrame
    taken: dict[str, int]
    left_out: tuple[str, ...]
    suppressed: dict[str, int]
    anchors: tuple[str, ...]


def by_importance(names: Sequence[str]) -> list[str]:
    """Put keys in order of importance.

    Parameters
    ----------
    names : sequence of str
        Keys.

    Returns
    -------
    list of str
        Most important first.
    """
    rest = IMPORTANCE.index("*")
    return sorted(names, key=lambda name: IMPORTANCE.index(name) if name in IMPORTANCE else rest)


def choose(candidates: Sequence[Candidate], minimum: int) -> Choice:
    """Take as many keys as finely as can be.

    Parameters
    ----------
    candidates : sequence of Candidate
        Most important first; at least ``minimum`` rows each.
    minimum : int
        k.

    Returns
    -------
    Choice
        Every combination of the chosen columns has ``minimum`` rows; of no column more than a quarter of the
        values was set missing, and none is missing altogether.
    """
    anchors = _anchors(candidates, minimum)
    given = pl.DataFrame(anchors)
    names = tuple(a.name for a in anchors)
    made, taken, left_out = given, dict.fromkeys(names, 0), []
    for candidate in (c for c in candidates if c.name not in names):
        for place, variant in enumerate(candidate.variants):
            last = place == len(candidate.variants) - 1
            trial = pl.DataFrame([*given.get_columns(), variant])
            result = _suppressed(trial, names, minimum)
            if _worst(trial, result) <= (MOST_LOST if last else MOST_LOST_FINE):
                given, made, taken[candidate.name] = trial, result, place
                break
        else:
            left_out.append(candidate.name)
    lost = {c: made[c].null_count() - given[c].null_count() for c in made.columns}
    return Choice(made, taken, tuple(left_out), lost, names)


def _anchors(candidates: Sequence[Candidate], minimum: int) -> list[pl.Series]:
    found: list[pl.Series] = []
    for candidate in candidates:
        tried = pl.DataFrame([*found, *candidate.variants[:1]])
        new = candidate.name in ANCHORS and bool(candidate.variants)
        if new and min(class_sizes(tried, tried.columns)) >= minimum:
            found = tried.get_columns()
    return found


def _suppressed(table: pl.DataFrame, anchors: Sequence[str], minimum: int) -> pl.DataFrame:
    """Suppress inside each combination of anchors: none of these is lost. Each has ``minimum`` rows."""
    keys = [name for name in table.columns if name not in anchors]
    if not anchors:
        return suppress_keys(table, keys, minimum)
    parts = table.with_row_index("row").partition_by(list(anchors), maintain_order=True)
    made = pl.concat([suppress_keys(part, keys, minimum) for part in parts])
    return made.sort("row").drop("row")


def _worst(before: pl.DataFrame, after: pl.DataFrame) -> float:
    """Give the largest share of values lost of any column; 1 for a column that tells nothing any more."""
    shares = [0.0]
    for name in before.columns:
        had, left = before[name].count(), after[name].count()
        shares.append(1.0 if left == 0 or flattened(before[name], after[name]) else 1 - left / had)
    return max(shares)


def flattened(before: pl.Series, after: pl.Series) -> bool:
    """Tell whether a column has lost its differences.

    Parameters
    ----------
    before, after : polars.Series
        A column and what became of it; missing values do not count.

    Returns
    -------
    bool
        Whether several values became one or none.
    """
    return before.drop_nulls().n_unique() > 1 >= after.drop_nulls().n_unique()
