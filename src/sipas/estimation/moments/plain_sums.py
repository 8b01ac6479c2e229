"""The sums of phase 1 by numpy: rows added up, in their order, per unit of the last stage and domain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from sipas.estimation.designs.design import Design, Stage, path_of
from sipas.estimation.designs.measures import Term
from sipas.estimation.designs.strata import Ints, Reals
from sipas.estimation.moments.plain_chunk import Chunk
from sipas.estimation.moments.plain_groups import Groups, domain_groups, unit_groups
from sipas.estimation.moments.query import JOINED, numbered

Domains = tuple[tuple[str, ...], ...]
MOST_SUMS = 1 << 26  # half a gigabyte of them: beyond, an engine that can spill must do it


class TooManyGroupsError(Exception):
    """The sums would not fit; never leaves ``collapse``."""


@dataclass(slots=True)
class Totals:
    """Sums of groups, carried from one chunk of rows to the next.

    Parameters
    ----------
    named : tuple of str
        Columns that tell the groups apart.
    keys : polars.DataFrame
        Those columns, and others of the first row seen; one row per group.
    sums : dict of str to array of float, shape (G,)
        By name, as of ``query.phase_1``; counts too.
    """

    named: tuple[str, ...]
    keys: pl.DataFrame = field(default_factory=pl.DataFrame)
    sums: dict[str, Reals] = field(default_factory=dict)

    def places(self, local: pl.DataFrame) -> Ints:
        """Find the groups of a chunk among all, and add those that are new.

        Parameters
        ----------
        local : polars.DataFrame
            One row per group of the chunk.

        Returns
        -------
        array of int, shape (groups of the chunk,)
            Rows of ``keys``.
        """
        if self.keys.is_empty():
            self.keys = local
            return np.arange(local.height)
        known = self.keys.select(self.named).with_row_index("place of the group")
        joined = local.select(self.named).join(
            known, on=self.named, how="left", nulls_equal=True, maintain_order="left"
        )
        places = joined["place of the group"].cast(pl.Int64)
        new = places.is_null()
        if new.any():
            first = self.keys.height
            self.keys = pl.concat([self.keys, local.filter(new)])
            fresh = first + np.cumsum(new.to_numpy()) - 1
            return np.where(new.to_numpy(), fresh, places.fill_null(0).to_numpy())
        return places.to_numpy()

    def add(self, chunk: Chunk, groups: Groups, places: Ints) -> None:
        """Add a chunk.

        Parameters
        ----------
        chunk : Chunk
            Rows.
        groups : Groups
            Their groups.
        places : array of int
            Of the groups, as ``places`` found them.

        Raises
        ------
        TooManyGroupsError
            More than ``MOST_SUMS``.
        """
        count = int(places.max()) + 1 if self.keys.width == 0 else self.keys.height  # without keys: rows as units
        if count * (len(self.sums) + 1) > MOST_SUMS:
            raise TooManyGroupsError
        for name, start in chunk.starts():
            held = self.sums.get(name, np.empty(0))
            if held.size < count:
                held = np.append(held, np.full(count - held.size, start))
                self.sums[name] = held
        for name, values in chunk.sums(groups, {name: held[places] for name, held in self.sums.items()}):
            self.sums[name][places] = values


@dataclass(slots=True)
class _Kind:
    """A kind of domain: units of the whole with a label, until a unit lies in two domains."""

    columns: tuple[str, ...]
    label: str
    split: Totals | None = None


def sums_of(
    frames: Iterable[tuple[pl.DataFrame, dict[str, int]]],
    design: Design,
    terms: tuple[Term, ...],
    domains: Domains,
    *,
    carried: bool,
) -> pl.DataFrame:
    """Make the sums that ``query.phase_1`` describes.

    Parameters
    ----------
    frames : iterable of (polars.DataFrame, dict of str to int)
        Rows in their order, and what stands for missing in which columns (``filled``); keys are integers or texts, all
        else numbers. One frame where each row is a unit.
    design : Design
        Names the columns.
    terms : tuple of Term
        Sums to make.
    domains : tuple of tuple of str
        Kinds of domain after the whole.
    carried : bool
        Whether each row is a unit that carries its domains.

    Returns
    -------
    polars.DataFrame
        Columns as of ``query.phase_1``, the same to the last bit as DuckDB gives with one thread.

    Raises
    ------
    TooManyGroupsError
        The sums would not fit.
    """
    path = dict.fromkeys(
        column for stage in design.stages for column in (stage.strata, stage.ids) if column is not None
    )
    whole, kinds = Totals(tuple(path)), [_Kind(kind, f"domain of kind {i}") for i, kind in enumerate(domains, start=1)]
    keys = [*(pl.col(name) for name in path), *(_label(kind) for kind in kinds)]
    with np.errstate(all="ignore"):  # what is not finite is refused by its sums
        for frame, bounds in frames:
            chunk = Chunk(frame, bounds, design, terms)
            units = unit_groups(frame, design)
            local = _firsts(frame, keys, units)
            if design.by_row:
                whole.keys, places = local, units.first
            else:
                before = whole.keys.height
                places = whole.places(local)
            if not carried:
                for kind in kinds:
                    if kind.split is None and _splits(kind, frame, units, local, whole.keys[places]):
                        kind.split = _seeded(whole, kind, before)
            whole.add(chunk, units, places)
            for kind in kinds:
                if kind.split is not None:
                    groups = domain_groups(frame, kind.columns, units)
                    kind.split.add(chunk, groups, kind.split.places(_firsts(frame, keys, groups)))
    if carried:
        labels = [whole.keys[kind.label].alias(f"d{i}") for i, kind in enumerate(kinds, start=1)]
        return _named(whole, design, 0, None).with_columns(labels)
    each = [_named(kind.split or whole, design, number, kind.label) for number, kind in enumerate(kinds, start=1)]
    return pl.concat([_named(whole, design, 0, None), *each])


def _label(kind: _Kind) -> pl.Expr:
    """Write the name of a domain; missing where one of its parts is."""
    return pl.concat_str([pl.col(column).cast(pl.String) for column in kind.columns], separator=JOINED).alias(
        kind.label
    )


def _firsts(frame: pl.DataFrame, keys: list[pl.Expr], groups: Groups) -> pl.DataFrame:
    """Take the keys of the first row of each group; texts as texts, for chunks number them in their own way."""
    return frame[groups.first].select(keys).with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))


def _splits(kind: _Kind, frame: pl.DataFrame, units: Groups, local: pl.DataFrame, known: pl.DataFrame) -> bool:
    """Tell whether units lie in two domains of the kind, in this chunk or against those before."""
    same = local[kind.label].equals(known[kind.label], null_equal=True)
    return not same or not all(units.constant(frame[column]) for column in kind.columns)


def _seeded(whole: Totals, kind: _Kind, before: int) -> Totals:
    """Copy what was added before units were found in two domains."""
    return Totals((*whole.named, kind.label), whole.keys[:before], {n: held.copy() for n, held in whole.sums.items()})


def _named(totals: Totals, design: Design, number: int, label: str | None) -> pl.DataFrame:
    keys, count = totals.keys, totals.sums["n"].size
    found = {
        "kind": pl.repeat(number, count, dtype=pl.Int64, eager=True),
        "domain": pl.repeat("", count, eager=True) if label is None else keys[label],
    }
    columns = [column for stage in design.stages for column in (stage.strata, stage.ids)]
    for place, (name, column) in enumerate(zip(path_of(design), columns, strict=True)):
        if column is not None:
            found[name] = keys[column].cast(pl.String)
        elif place % 2:
            found[name] = pl.int_range(1, count + 1, eager=True).cast(pl.String)
        else:
            found[name] = pl.repeat("", count, eager=True)
    for stage, one in enumerate(design.stages, start=1):
        found |= _sizes(one, stage, totals)
    sums = {name: pl.Series(name, held) for name, held in totals.sums.items() if name not in found}
    return pl.DataFrame({name: values.alias(name) for name, values in (found | sums).items()})


def _sizes(stage: Stage, number: int, totals: Totals) -> dict[str, pl.Series]:
    names = [numbered(name, number) for name in ("least", "most", "bad_sizes")]
    if stage.population is None and stage.rate is None:
        count = totals.sums["n"].size
        unknown = pl.repeat(None, count, dtype=pl.Float64, eager=True)
        return {names[0]: unknown, names[1]: unknown, names[2]: pl.repeat(0, count, eager=True)}
    return {name: pl.Series(name, totals.sums[name]) for name in names}
