"""What became of every row: who answered, who weighs nothing, who is in no domain, which domains are empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.estimation.designs.measures import Measure, Term
from sipas.estimation.designs.strata import Reals
from sipas.estimation.linear.grid import Grid, grids
from sipas.estimation.linear.linearise import parts_of
from sipas.estimation.linear.linearised import Linearised
from sipas.estimation.moments.moments import Moments

COUNTS = ("rows", "zero_weight", "answered", "missing", "units", "strata", "lonely")
DOMAIN, OUTSIDE, EMPTY = "domain", "outside", "empty"


def accounting(
    moments: Moments,
    *,
    domain_kinds: tuple[str, ...] | None = None,
    declared: Mapping[str, Sequence[str]] | None = None,
) -> pl.DataFrame:
    """Account for the rows of every domain and measure.

    Parameters
    ----------
    moments : Moments
        Phase 1's sums.
    domain_kinds : tuple of str, optional
        Kinds of domain; missing: all.
    declared : mapping of str to sequence of str, optional
        By kind of domain, the domains there should be; those without a row are listed.

    Returns
    -------
    polars.DataFrame
        ``domain_kind``, ``domain``, ``status``, ``measure``, then counts: ``rows`` (of positive weight),
        ``zero_weight`` (rows of weight 0, which stand for nobody), ``answered``, ``missing`` (rows less answered),
        ``units`` and ``strata`` with answers (``df`` is their difference), ``lonely`` strata. By kind, then
        ``status``: ``domain`` (sorted), ``outside`` (rows without a value, the domain missing), ``empty`` (declared,
        no row); then measure. Where rows are outside or a domain is empty the counts of units are 0.

    Raises
    ------
    SipasError
        ``estimation.kind_unknown``, errors of the strata.
    """
    named = dict(declared or {})
    known = moments.description.kinds
    if unknown := [kind for kind in named if kind not in known]:
        raise SipasError("estimation.kind_unknown", "declared", expected=list(known), got=unknown)
    measures = moments.description.measures
    tables = []
    for grid in grids(moments, domain_kinds):
        tables.append(_inside(grid, measures))
        tables.append(_outside(moments, grid.kind, measures))
        absent = [name for name in named.get(grid.kind, ()) if name not in grid.domains]
        tables.append(_rows(grid.kind, absent, EMPTY, measures, np.zeros((len(COUNTS), len(absent), len(measures)))))
    return pl.concat(tables)


def _inside(grid: Grid, measures: tuple[Measure, ...]) -> pl.DataFrame:
    answers = grid.sums(_answers(measures))
    nothing = np.zeros((len(grid.domains), len(measures)))
    one = Linearised(grid, tuple(m.name for m in measures), nothing, np.zeros_like(answers), answers)
    base = grid.base
    rows, zero = grid.per_domain(grid.per_segment(grid.sums((Term("n", ()), Term("zero_weight", ()))))).T
    active = base.active(answers)
    units, strata = base.per_domain(active), base.per_domain((active > 0).astype(np.float64))
    whole = [np.broadcast_to(each[:, None], nothing.shape) for each in (rows, zero)]
    counts = np.stack([*whole, one.n, whole[0] - one.n, units, strata, one.lonely()])
    return _rows(grid.kind, list(grid.domains), DOMAIN, measures, counts)


def _outside(moments: Moments, kind: str, measures: tuple[Measure, ...]) -> pl.DataFrame:
    names = ["n", "zero_weight", *(term.name for term in _answers(measures))]
    here = moments.of_kind(moments.table, kind).filter(pl.col("domain").is_null())
    rows, zero, *answered = (float(here[name].sum()) for name in names)
    there = [None] if rows or zero else []
    counts = np.zeros((len(COUNTS), len(there), len(measures)))
    counts[0], counts[1] = rows, zero
    counts[2], counts[3] = np.array(answered), rows - np.array(answered)
    return _rows(kind, there, OUTSIDE, measures, counts)


def _answers(measures: tuple[Measure, ...]) -> tuple[Term, ...]:
    return tuple(parts_of(measure)[0] for measure in measures)


def _rows(
    kind: str, domains: Sequence[str | None], status: str, measures: tuple[Measure, ...], counts: Reals
) -> pl.DataFrame:
    height = len(domains) * len(measures)
    return pl.DataFrame({
        "domain_kind": pl.repeat(kind, height, dtype=pl.String, eager=True),
        "domain": pl.Series([name for name in domains for _ in measures], dtype=pl.String),
        "status": pl.repeat(status, height, dtype=pl.String, eager=True),
        "measure": pl.Series([measure.name for measure in measures] * len(domains), dtype=pl.String),
        **{
            name: pl.Series(values=values.ravel().astype(np.int64)) for name, values in zip(COUNTS, counts, strict=True)
        },
    })
