"""Which estimates and index values may be shown, and the tables without those that may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.instrument import Edition
from sipas.publication.cells import WHOLE, Floats, Key, Sums, domain_sums, tie
from sipas.publication.protection import Flags, protect
from sipas.publication.ranks import rank_shown
from sipas.publication.rounding import round_estimates, round_index
from sipas.tables import ESTIMATES, INDEX, Column, Table

FLAG = Column("suppressed", pl.Boolean, "Whether the figures are withheld; they are then missing.")
SHOWN_ALWAYS = {
    "estimates": ("domain_kind", "domain", "variable", "statistic", "category"),
    "index": ("domain_kind", "domain", "node", "parent", "level", "rule"),
}
EARLIER = ("previous", "change", "change_se", "change_low", "change_high", "previous_rank")
LEAST_MINIMUM = 2
CENSUS = 0.8  # of the people of a domain: above, who they were is known, and twice the minimum is asked


def open_table(table: Table) -> Table:
    """Give the form in which a table of results may leave: figures may be missing, with the flag.

    Parameters
    ----------
    table : Table
        ``sipas.tables.ESTIMATES`` or ``INDEX``.

    Returns
    -------
    Table
        The same columns and ``suppressed``.
    """
    columns = tuple(c if c.name in SHOWN_ALWAYS[table.name] else replace(c, nullable=True) for c in table.columns)
    return replace(table, columns=(*columns, FLAG))


OPEN_ESTIMATES = open_table(ESTIMATES)
OPEN_INDEX = open_table(INDEX)


@dataclass(frozen=True, slots=True)
class Plan:
    """What must be withheld.

    Parameters
    ----------
    minimum : int
        Least number of answers behind a shown figure.
    variables : polars.DataFrame
        Hidden cells of the estimates: ``domain_kind``, ``domain``, ``variable``, ``reason``.
    nodes : polars.DataFrame
        Hidden cells of the index: ``domain_kind``, ``domain``, ``node``, ``reason``. The reason is ``small``
        (under the minimum), ``sensitive`` (what it says points at a few people), ``domain`` (the whole
        domain is hidden), ``earlier`` (hidden in an earlier version of the same results) or ``complement``
        (it would give another back).
    """

    minimum: int
    variables: pl.DataFrame
    nodes: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Cells:
    keys: list[Key]
    names: list[str]  # answer columns by name; branches of the tree as answers:<node> and people:<node>
    counts: Floats  # domains × names
    tree: list[tuple[int, list[int]]]
    partners: dict[int, int]
    columns: dict[str, str]  # node -> name
    people: Floats  # per domain: people represented; NaN where unknown


def plan_suppression(
    estimates: pl.DataFrame,
    index: pl.DataFrame,
    edition: Edition,
    *,
    minimum: int | None = None,
    domains: pl.DataFrame | None = None,
    sensitive: Mapping[str, Sequence[int]] | None = None,
    delicate: pl.DataFrame | None = None,
    withheld: Plan | None = None,
) -> Plan:
    """Find every cell that must be withheld from both tables of results at once.

    Parameters
    ----------
    estimates : polars.DataFrame
        ``sipas.tables.ESTIMATES``.
    index : polars.DataFrame
        ``sipas.tables.INDEX``, of the same round; may be empty.
    edition : Edition
        Ties each leaf of the tree to its answer column, and gives the minimum.
    minimum : int, optional
        Least number of answers behind a shown cell, at least 2; missing: the edition's ``minimum_cell``.
    domains : polars.DataFrame, optional
        Columns named as factors of the domain kinds, one row per case (or per combination). From it nested
        factors are known, as an agency in its level. Without it only crossed kinds show nesting.
    sensitive : mapping of str to sequence of int, optional
        Answer column to categories that must not be shown to be everyone's answer. Default: none.
    delicate : polars.DataFrame, optional
        Further cells to hide for what they say, as from `delicate_cells`.
    withheld : Plan, optional
        Of an earlier published version of the same round: what it hid stays hidden, for a corrected version that
        shows it would give back, with the sums of the first, what hid beside it.

    Returns
    -------
    Plan
        Hidden cells with their reasons, in the order of the tables.

    Raises
    ------
    SipasError
        ``publication.minimum_too_low``, ``publication.domain_unreadable``, or those of the tables' checks.

    Notes
    -----
    A domain with fewer respondents than the minimum is hidden whole, as is one with fewer than twice the minimum
    that are more than ``CENSUS`` of its people. A single column with fewer answers in a
    shown domain is hidden with what would give it back. See docs/explanation/disclosure.md.
    """
    least = edition.minimum_cell if minimum is None else minimum
    if least < LEAST_MINIMUM:
        raise SipasError("publication.minimum_too_low", "minimum", expected=LEAST_MINIMUM, got=least)
    cells = _read(ESTIMATES.check(estimates), INDEX.check(index), edition)
    inside = domain_sums(cells.keys, domains)
    small = _small(cells, least)
    census = _census(cells, least)
    whole = _whole_domains(cells, inside, least, census)
    telling = _unanimous(estimates, cells, sensitive or {}) | _named(cells, delicate) | census[:, None]
    telling &= cells.counts > 0
    sums = tie(cells.counts, inside, cells.tree, cells.partners)
    kept = _kept(cells, withheld)
    first = (whole[:, None] | small | telling | kept) & ~np.isnan(cells.counts)
    reason = np.select([small, telling, whole[:, None] & np.ones_like(small), kept], [1, 2, 3, 4], 5)
    shut = protect(sums, _flat(first, sums), _target(sums, cells, small, telling, least), least)
    hidden = shut[: cells.counts.size].reshape(cells.counts.T.shape).T & ~np.isnan(cells.counts)
    return _plan(cells, hidden, reason, least)


def suppress_estimates(estimates: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Withhold the figures of the estimates that the plan names.

    Parameters
    ----------
    estimates : polars.DataFrame
        ``sipas.tables.ESTIMATES``.
    plan : Plan
        As from `plan_suppression`.

    Returns
    -------
    polars.DataFrame
        ``OPEN_ESTIMATES``: every row, ``suppressed`` added; all figures of a suppressed row are missing,
        its n too. Figures of domains are rounded (`sipas.publication.rounding`), those of the whole are not.
    """
    flagged = _flag(estimates, plan.variables, ("domain_kind", "domain", "variable"))
    return OPEN_ESTIMATES.check(round_estimates(_blank(flagged, SHOWN_ALWAYS["estimates"])))


def suppress_index(index: pl.DataFrame, plan: Plan, *, previously_hidden: pl.DataFrame | None = None) -> pl.DataFrame:
    """Withhold the figures of the index that the plan names, and ranks and changes that would give them back.

    Parameters
    ----------
    index : polars.DataFrame
        ``sipas.tables.INDEX``.
    plan : Plan
        As from `plan_suppression`.
    previously_hidden : polars.DataFrame, optional
        ``Plan.nodes`` of the earlier round: there no earlier value and no change is shown, since value minus
        change gives the earlier one back.

    Returns
    -------
    polars.DataFrame
        ``OPEN_INDEX``: every row, ``suppressed`` added. Where a ranked domain is hidden, the others of its
        kind are ranked anew among themselves: a gap in the places would bound the hidden value. Figures of
        domains are rounded after that.
    """
    key = ("domain_kind", "domain", "node")
    flagged = _blank(_flag(index, plan.nodes, key), SHOWN_ALWAYS["index"])
    if previously_hidden is not None:
        gone = _flag(flagged.drop("suppressed"), previously_hidden, key)["suppressed"]
        flagged = flagged.with_columns([
            pl.when(gone).then(None).otherwise(pl.col(name)).alias(name) for name in EARLIER
        ])
    ranked = index.get_column("rank").is_not_null()
    return OPEN_INDEX.check(round_index(rank_shown(flagged, ranked)))


def suppress_drivers(drivers: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Withhold the drivers of a round whose values cannot all be shown, or that rest on too few forms.

    Parameters
    ----------
    drivers : polars.DataFrame
        ``sipas.tables.DRIVERS``: of the whole round, never of a domain.
    plan : Plan
        As from `plan_suppression`.

    Returns
    -------
    polars.DataFrame
        All rows or none: parts of one sum give the part that is left out, and a quadrant bounds its value.
    """
    whole = plan.nodes.filter(pl.col("domain_kind") == "all")["node"]
    hidden = drivers["node"].is_in(whole.implode()).any()
    few = (drivers["used"] < plan.minimum).any()
    return drivers.clear() if hidden or few else drivers


def _read(estimates: pl.DataFrame, index: pl.DataFrame, edition: Edition) -> _Cells:
    questions = {node.name: node.question for node, _ in edition.nodes() if node.question is not None}
    leaves = index.filter(pl.col("node").is_in(list(questions)))
    branches = index.filter(~pl.col("node").is_in(list(questions)))
    key = ["domain_kind", "domain"]
    counted = pl.concat([
        estimates.select(*key, name="variable", size="n"),
        leaves.select(*key, name=pl.col("node").replace_strict(questions, return_dtype=pl.String), size="n"),
        branches.select(*key, name="answers:" + pl.col("node"), size="answers"),
        branches.select(*key, name="people:" + pl.col("node"), size="n"),
    ])
    wide = (
        counted
        .group_by(*key, "name", maintain_order=True)
        .agg(pl.col("size").max())
        .pivot("name", index=key, values="size", maintain_order=True)
    )
    names = wide.columns[2:]
    columns = {n: questions.get(n, f"answers:{n}") for n in index.get_column("node").unique().to_list()}
    place = {name: number for number, name in enumerate(names)}
    pairs = [(place[f"answers:{n}"], place[f"people:{n}"]) for n in columns if f"people:{n}" in place]
    return _Cells(
        keys=[(kind, domain) for kind, domain in wide.select(key).iter_rows()],
        names=names,
        counts=wide.select(names).cast(pl.Float64).fill_null(float("nan")).to_numpy(),
        tree=_tree(index, columns, place),
        partners=dict(pairs) | {b: a for a, b in pairs},
        columns=columns,
        people=_people(estimates, wide.select(key)),
    )


def _people(estimates: pl.DataFrame, keys: pl.DataFrame) -> Floats:
    most = estimates.group_by("domain_kind", "domain").agg(pl.col("weight_sum").max())
    found = keys.join(most, on=["domain_kind", "domain"], how="left", maintain_order="left")["weight_sum"]
    people: Floats = found.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return people


def _tree(index: pl.DataFrame, columns: Mapping[str, str], place: Mapping[str, int]) -> list[tuple[int, list[int]]]:
    below = (
        index
        .select("node", "parent")
        .drop_nulls()
        .unique(maintain_order=True)
        .group_by("parent", maintain_order=True)
        .agg("node")
    )
    return [
        (place[columns[parent]], [place[columns[child]] for child in children])
        for parent, children in below.iter_rows()
        if parent in columns
    ]


def _respondents(cells: _Cells) -> Floats:
    people = [number for number, name in enumerate(cells.names) if not name.startswith("answers:")]
    size: Floats = np.nan_to_num(cells.counts[:, people]).max(axis=1, initial=0.0)
    return size


def _census(cells: _Cells, minimum: int) -> Flags:
    """Find domains of which nearly everyone answered: whoever knows them knows who is in the sample."""
    size = _respondents(cells)
    part = np.array([kind != WHOLE for kind, _ in cells.keys], dtype=bool)
    named: Flags = part & (size > 0) & (size < 2 * minimum) & (size > CENSUS * cells.people)
    return named


def _whole_domains(cells: _Cells, inside: list[tuple[int, list[int]]], minimum: int, census: Flags) -> Flags:
    size = _respondents(cells)
    sums = tie(size[:, None], inside, [], {})
    small = ((size > 0) & (size < minimum)) | census
    rest = (sums.size > 0) & (sums.size < minimum)
    shut = protect(sums, _flat(small[:, None], sums), np.where(rest, float(minimum), 0.0), minimum)
    whole: Flags = shut[: len(size)]
    return whole


def _small(cells: _Cells, minimum: int) -> Flags:
    small: Flags = (cells.counts > 0) & (cells.counts < minimum)
    for number, name in enumerate(cells.names):
        if name.startswith("answers:"):
            small[:, number] = small[:, cells.partners[number]]
    return small


def _unanimous(estimates: pl.DataFrame, cells: _Cells, sensitive: Mapping[str, Sequence[int]]) -> Flags:
    flags = np.zeros(cells.counts.shape, dtype=bool)
    place = {key: number for number, key in enumerate(cells.keys)}
    shares = estimates.filter((pl.col("statistic") == "share") & (pl.col("estimate") >= 1.0))
    for kind, domain, variable, category in shares.select("domain_kind", "domain", "variable", "category").iter_rows():
        if category in sensitive.get(variable, ()):
            flags[place[kind, domain], cells.names.index(variable)] = True
    return flags


def _named(cells: _Cells, named: pl.DataFrame | None) -> Flags:
    flags: Flags = np.zeros(cells.counts.shape, dtype=bool)
    rows = {key: number for number, key in enumerate(cells.keys)}
    place = {name: number for number, name in enumerate(cells.names)}
    for kind, domain, name in [] if named is None else named.select("domain_kind", "domain", "variable").iter_rows():
        if (kind, domain) in rows and name in place:
            flags[rows[kind, domain], place[name]] = True
    return flags


def _kept(cells: _Cells, withheld: Plan | None) -> Flags:
    flags: Flags = np.zeros(cells.counts.shape, dtype=bool)
    if withheld is None:
        return flags
    rows = {key: number for number, key in enumerate(cells.keys)}
    place = {name: number for number, name in enumerate(cells.names)}
    named = [*withheld.variables.select("domain_kind", "domain", "variable").iter_rows()]
    nodes = withheld.nodes.select("domain_kind", "domain", "node").iter_rows()
    named += [(kind, domain, cells.columns.get(node, "")) for kind, domain, node in nodes]
    for kind, domain, name in named:
        row, column = rows.get((kind, domain)), place.get(name)
        if row is not None and column is not None:
            flags[row, [column, cells.partners.get(column, column)]] = True
    return flags


def _target(sums: Sums, cells: _Cells, small: Flags, telling: Flags, minimum: int) -> Floats:
    """Ask for the minimum where a cell is small, for one answer more where it is hidden for what it says."""
    target = np.where((sums.size > 0) & (sums.size < minimum), float(minimum), 0.0)
    flat = _flat(telling & ~small, sums)
    target[flat] = sums.size[flat] + 1
    return target


def _flat(flags: Flags, sums: Sums) -> Flags:
    flat: Flags = np.zeros(len(sums.size), dtype=bool)
    flat[: flags.size] = flags.T.reshape(-1)
    return flat


REASONS = {1: "small", 2: "sensitive", 3: "domain", 4: "earlier", 5: "complement"}


def _plan(cells: _Cells, hidden: Flags, reason: np.ndarray, minimum: int) -> Plan:
    rows = [(*cells.keys[d], cells.names[c], REASONS[int(reason[d, c])]) for d, c in np.argwhere(hidden).tolist()]
    schema = ["domain_kind", "domain", "variable", "reason"]
    every = pl.DataFrame(rows, schema=dict.fromkeys(schema, pl.String), orient="row")
    nodes = pl.DataFrame(
        list(cells.columns.items()), schema={"node": pl.String, "variable": pl.String}, orient="row"
    ).sort("node")
    tree = ("answers:", "people:")
    return Plan(
        minimum=minimum,
        variables=every.filter(~pl.any_horizontal(pl.col("variable").str.starts_with(t) for t in tree)),
        nodes=every.join(nodes, on="variable", maintain_order="left_right").select(
            "domain_kind", "domain", "node", "reason"
        ),
    )


def _flag(frame: pl.DataFrame, hidden: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    named = hidden.select(key).unique().with_columns(suppressed=pl.lit(value=True))
    joined = frame.join(named, on=list(key), how="left", maintain_order="left")
    return joined.with_columns(pl.col("suppressed").fill_null(value=False))


def _blank(frame: pl.DataFrame, shown: tuple[str, ...]) -> pl.DataFrame:
    figures = [name for name in frame.columns if name not in (*shown, "suppressed")]
    return frame.with_columns([
        pl.when("suppressed").then(None).otherwise(pl.col(name)).alias(name) for name in figures
    ])
