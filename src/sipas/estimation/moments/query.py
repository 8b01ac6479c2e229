"""Phase 1 as one ANSI query: rows in, moments per unit of the last stage and domain out.

The text uses what DuckDB and Spark SQL share: ``GROUPING SETS``, ``GROUPING()``, ``CASE``, double-quoted names
(Spark: ``spark.sql.ansi.doubleQuotedIdentifiers``). No ``FILTER``, which is several times slower than ``CASE`` in
DuckDB. No text of the user stands in a literal: kinds and terms go by number.
"""

from __future__ import annotations

from sipas.estimation.designs.design import Design, Stage, path_of
from sipas.estimation.designs.measures import Term

ROW_NUMBER = "row_number_of_the_file"
JOINED = " × "


def quoted(name: str) -> str:
    """Quote a column's name.

    Parameters
    ----------
    name : str
        Any text.

    Returns
    -------
    str
        An ANSI delimited identifier.
    """
    return '"' + name.replace('"', '""') + '"'


def within(value: str) -> str:
    """Write the condition that a number is finite and 0 or more.

    Parameters
    ----------
    value : str
        SQL of a DOUBLE.

    Returns
    -------
    str
        SQL; missing is neither true nor false.

    Notes
    -----
    NaN × 0 and ∞ × 0 are NaN, which is not 0. A comparison with the largest number would not do: DuckDB takes the
    bounds in a Parquet file, which leave NaN out, for those of the column, and answers without looking at the rows.
    """
    return f"({value} * 0 = 0 AND {value} >= 0)"


def text_literal(value: object) -> str:
    """Write a value as text in ANSI SQL.

    Parameters
    ----------
    value : object
        Written as ``str`` writes it.

    Returns
    -------
    str
        In single quotes, those inside doubled.
    """
    return "'" + str(value).replace("'", "''") + "'"


def phase_1(
    design: Design,
    terms: tuple[Term, ...],
    domains: tuple[tuple[str, ...], ...],
    source: str,
    *,
    whole: bool = True,
    carried: bool = False,
    integers: frozenset[str] = frozenset(),
    positive: bool = False,
) -> str:
    """Write the query of phase 1.

    Parameters
    ----------
    design : Design
        Names the columns of weight, strata, units and sizes.
    terms : tuple of Term
        Sums to make; they come out as ``t0``, ``t1``, ...
    domains : tuple of tuple of str
        Kinds of domain after the whole; each is one or more columns crossed.
    source : str
        Relation with one row per respondent.
    whole : bool
        Whether the whole is wanted beside the domains.
    carried : bool
        Whether each primary unit is one row: then its domains are columns ``d1``, ``d2``, ... of the whole's rows, and
        no further groups are made.
    integers : frozenset of str
        Columns known to hold integers: a run of codes is then one comparison.
    positive : bool
        Whether every weight is known to be above 0: answers are then counted without looking at it.

    Returns
    -------
    str
        A SELECT with the columns ``kind`` (0 for the whole, then 1, 2, ...), ``domain``, the path of the unit
        (``path_of``), for each stage ``least`` and ``most`` (population or rate) and ``bad_sizes`` (from the second
        stage on ``least_2`` ...), ``bad_weights``, ``n``, ``zero_weight``, ``w``, ``ww`` and the terms.
    """
    named = dict.fromkeys(column for term in terms for column in (*term.answered, *term.power))
    alias = {column: f"c{i}" for i, column in enumerate(named)}
    inner = [*_keys(design), *_domain_values(domains), *(f"{quoted(c)} AS {a}" for c, a in alias.items())]
    short = frozenset(alias[column] for column in integers if column in alias)
    sums = [f"{_sum(term, alias, short, positive=positive)} AS t{i}" for i, term in enumerate(terms)]
    groups = 0 if carried else len(domains)
    own = [f"CAST(MIN(d{i}) AS STRING) AS d{i}" for i in range(1, len(domains) + 1)] if carried else []
    keys = {name: f"{name}_key" for name in path_of(design)}
    path = [f"CAST({key} AS STRING) AS {name}" for name, key in keys.items()]
    outer = [*_kind(groups), *path, *_sizes(design), *_SUMS, *own, *sums]
    rows = f"  SELECT\n    {_listed(inner, 4)}\n  FROM {quoted(source)}"
    grouped = _groups(tuple(keys.values()), groups, whole=whole)
    return f"SELECT\n  {_listed(outer, 2)}\nFROM (\n{rows}\n) survey_rows\n{grouped}"


def _listed(expressions: list[str], indent: int) -> str:
    return (",\n" + " " * indent).join(expressions)


_SUMS = (
    f"COUNT(CASE WHEN {within('w')} THEN NULL ELSE 1 END) AS bad_weights",
    "COUNT(CASE WHEN w > 0 THEN 1 END) AS n",
    "COUNT(CASE WHEN w = 0 THEN 1 END) AS zero_weight",
    "SUM(w) AS w",
    "SUM(w * w) AS ww",
)


def numbered(name: str, stage: int) -> str:
    """Name a column of phase 1 that every stage has.

    Parameters
    ----------
    name : str
        ``size``, ``least``, ``most`` or ``bad_sizes``.
    stage : int
        1 or more.

    Returns
    -------
    str
        The name itself for the first stage, then ``least_2`` and so on.
    """
    return name if stage == 1 else f"{name}_{stage}"


def valid_size(stage: Stage, value: str) -> str:
    """Write the condition that a size can be.

    Parameters
    ----------
    stage : Stage
        Tells whether the size is a rate.
    value : str
        SQL of the size.

    Returns
    -------
    str
        SQL: above 0, finite, and at most 1 for a rate; missing is neither true nor false.
    """
    if stage.rate is not None:
        return f"{value} > 0 AND {value} <= 1 AND {within(value)}"
    return f"{value} > 0 AND {within(value)}"


def _sizes(design: Design) -> list[str]:
    found = []
    for number, stage in enumerate(design.stages, start=1):
        size = numbered("size", number)
        found += [
            f"MIN({size}) AS {numbered('least', number)}",
            f"MAX({size}) AS {numbered('most', number)}",
            f"COUNT(CASE WHEN {valid_size(stage, size)} THEN NULL ELSE 1 END) AS {numbered('bad_sizes', number)}",
        ]
    return found


def _keys(design: Design) -> list[str]:
    """Take the keys as they are: text is made of the groups, not of every row."""
    weight = "1" if design.weight is None else quoted(design.weight)
    found, path = [f"CAST({weight} AS DOUBLE) AS w"], path_of(design)
    for number, stage in enumerate(design.stages, start=1):
        size = stage.population or stage.rate
        found += [
            ("''" if stage.strata is None else quoted(stage.strata)) + f" AS {path[2 * number - 2]}_key",
            ("''" if design.self_selected else quoted(stage.ids or ROW_NUMBER)) + f" AS {path[2 * number - 1]}_key",
            ("CAST(NULL AS DOUBLE)" if size is None else f"CAST({quoted(size)} AS DOUBLE)")
            + f" AS {numbered('size', number)}",
        ]
    return found


def _domain_values(domains: tuple[tuple[str, ...], ...]) -> list[str]:
    crossed = [
        quoted(kind[0]) if len(kind) == 1 else f" || '{JOINED}' || ".join(f"CAST({quoted(c)} AS STRING)" for c in kind)
        for kind in domains
    ]
    return [f"{text} AS d{i}" for i, text in enumerate(crossed, start=1)]


def _sum(term: Term, alias: dict[str, str], integers: frozenset[str], *, positive: bool) -> str:
    columns = [alias[column] for column in term.answered]
    if term.counts:
        return _count(columns, every=term.every, short=positive and integers.issuperset(columns))
    holds = _answered(columns, every=term.every)
    if term.codes is not None:
        holds = _among(columns[0], term.codes, whole=columns[0] in integers)
    # A product with 0 or 1 adds the same numbers as CASE would, in half the time.
    if not term.power:
        return f"COALESCE(SUM(w * CAST({holds} AS DOUBLE)), 0)"
    value = " * ".join(["w", *(f"CAST({alias[column]} AS DOUBLE)" for column in term.power)])
    return f"SUM(CASE WHEN {holds} THEN {value} ELSE 0 END)"


def _answered(columns: list[str], *, every: bool) -> str:
    return (" AND " if every else " OR ").join(f"{column} IS NOT NULL" for column in columns)


def _count(columns: list[str], *, every: bool, short: bool) -> str:
    if short and len(columns) == 1:
        return f"COUNT({columns[0]})"
    if short and not every:
        return f"COUNT(COALESCE({', '.join(columns)}))"
    return f"COUNT(CASE WHEN w > 0 AND ({_answered(columns, every=every)}) THEN 1 END)"


def _among(column: str, codes: tuple[int, ...], *, whole: bool) -> str:
    listed = sorted({int(code) for code in codes})
    if whole and listed == list(range(listed[0], listed[-1] + 1)):
        return f"{column} BETWEEN {listed[0]} AND {listed[-1]}"
    return f"{column} IN ({', '.join(str(code) for code in listed)})"


def _kind(kinds: int) -> list[str]:
    if kinds == 0:
        return ["0 AS kind", "'' AS domain"]
    numbers = range(1, kinds + 1)
    number = " ".join(f"WHEN GROUPING(d{i}) = 0 THEN {i}" for i in numbers)
    value = " ".join(f"WHEN GROUPING(d{i}) = 0 THEN CAST(d{i} AS STRING)" for i in numbers)
    return [f"CASE {number} ELSE 0 END AS kind", f"CASE {value} ELSE '' END AS domain"]


def _groups(path: tuple[str, ...], kinds: int, *, whole: bool) -> str:
    listed = ", ".join(path)
    sets = [f"({listed}, d{i})" for i in range(1, kinds + 1)]
    if whole:
        sets.insert(0, f"({listed})")
    return f"GROUP BY GROUPING SETS ({', '.join(sets)})"
