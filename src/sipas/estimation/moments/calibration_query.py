"""The sums of a calibration as ANSI queries, in the words that engines share (see ``query``).

Products with the terms are added up per cell, in which all categories are the same; cells are few, and their sums are
added to margins afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sipas.estimation.designs.calibration import JOINED, CalibratedWeight, Variable
from sipas.estimation.designs.design import Design, path_of
from sipas.estimation.designs.measures import Term
from sipas.estimation.moments.engines import SOURCE
from sipas.estimation.moments.query import ROW_NUMBER, quoted, within

SPREAD = (
    "COUNT(g) AS rows",
    "MIN(g) AS least",
    "MAX(g) AS most",
    "SUM(g) AS g",
    "SUM(g * g) AS gg",
    "SUM(base) AS base",
    "SUM(w) AS final",
    "SUM(w * w) AS final_square",
)


@dataclass(frozen=True, slots=True)
class CalibrationQueries:
    """Queries over the relation with a row per respondent.

    Parameters
    ----------
    design : Design
        Names weight, strata and units.
    weight : CalibratedWeight
        Names the base weight and the calibration variables.
    terms : tuple of Term
        Weighted terms.
    """

    design: Design
    weight: CalibratedWeight
    terms: tuple[Term, ...]

    @property
    def variables(self) -> tuple[Variable, ...]:
        """Calibration variables."""
        return self.weight.variables()

    @property
    def categories(self) -> dict[str, str]:
        """Name in the queries of every column of categories."""
        return {column: f"e{i}" for i, column in enumerate(self.weight.categories())}

    @property
    def numbers(self) -> dict[str, str]:
        """Name in the queries of every column of numbers."""
        return {column: f"x{i}" for i, column in enumerate(dict.fromkeys(self.weight.numbers))}

    def checks(self) -> str:
        """Write the query that counts what is refused and tells the spread of the factors.

        Returns
        -------
        str
            One row: ``bad_base`` (missing, negative, not finite), ``lost`` (base weight 0, final weight above); of the
            rows with a base weight above 0 per column ``e0``, ... (a category missing) and ``x0``, ... (a number
            missing or not finite); then the columns of the block ``factor``.
        """
        missing = [f"COUNT(CASE WHEN base > 0 AND {e} IS NULL THEN 1 END) AS {e}" for e in self.categories.values()]
        wild = [
            f"COUNT(CASE WHEN base > 0 AND NOT COALESCE({within(f'ABS({x})')}, FALSE) THEN 1 END) AS {x}"
            for x in self.numbers.values()
        ]
        sums = [
            f"COUNT(CASE WHEN {within('base')} THEN NULL ELSE 1 END) AS bad_base",
            "COUNT(CASE WHEN base = 0 AND w > 0 THEN 1 END) AS lost",
            *missing,
            *wild,
            *SPREAD,
        ]
        rows = f"SELECT *, CASE WHEN base > 0 THEN w / base END AS g FROM (\n{self._rows([])}\n) survey_rows"
        return f"SELECT\n  {_listed(sums)}\nFROM (\n{rows}\n) weighed_rows"

    def units(self, variable: Variable) -> str:
        """Write the query of one calibration variable per unit of the last stage.

        Parameters
        ----------
        variable : Variable
            One of ``variables``.

        Returns
        -------
        str
            Columns ``category``, the path of the unit, ``value``.
        """
        keys = {name: f"k{i}" for i, name in enumerate(path_of(self.design))}
        categories = [self.categories[column] for column in variable.columns]
        value = "w" if variable.number is None else f"w * {self.numbers[variable.number]}"
        columns = [
            f"{_joined(categories)} AS category",
            *(f"CAST({key} AS STRING) AS {name}" for name, key in keys.items()),
            f"SUM({value}) AS value",
        ]
        return self._grouped(columns, [*keys.values(), *categories], [])

    def cells(self, kind: tuple[str, ...]) -> str:
        """Write the query of the cells of one kind of domain.

        Parameters
        ----------
        kind : tuple of str
            Its columns; none for the whole.

        Returns
        -------
        str
            Columns ``e0``, ..., ``domain``; sums of the regression's weight times the multipliers (``multiplied``),
            times each term ``t0``, ...; and of products of two numbers ``x0x0``, ....
        """
        crossed = [f"d{i}" for i in range(len(kind))]
        products = [f"SUM(v * {a} * {b}) AS {a}{b}" for a in self.numbers.values() for b in self.numbers.values()]
        sums = [
            f"{self._product(term, factor)} AS t{i}{end}"
            for i, term in enumerate(self.terms)
            for end, factor in self.multiplied().items()
        ]
        columns = [
            *(f"CAST({e} AS STRING) AS {e}" for e in self.categories.values()),
            f"{_joined(crossed)} AS domain",
            *(f"SUM(v{factor}) AS v{end}" for end, factor in self.multiplied().items()),
            *products,
            *sums,
        ]
        return self._grouped(columns, [*self.categories.values(), *crossed], list(kind))

    def multiplied(self) -> dict[str, str]:
        """Give what sums are multiplied by beside the weight.

        Returns
        -------
        dict of str to str
            Text that stands after the weight, by what the sum's name ends in: nothing, then every number.
        """
        return {"": "", **{x: f" * {x}" for x in self.numbers.values()}}

    def _grouped(self, columns: Sequence[str], keys: Sequence[str], domain: list[str]) -> str:
        rows = f"FROM (\n{self._rows(domain)}\n) survey_rows\nWHERE base > 0"
        grouped = f"\nGROUP BY {', '.join(keys)}" if keys else "\nHAVING COUNT(*) > 0"
        return f"SELECT\n  {_listed(columns)}\n{rows}{grouped}"

    def _rows(self, domain: list[str]) -> str:
        final = "1" if self.design.weight is None else quoted(self.design.weight)
        base = f"CAST({quoted(self.weight.base)} AS DOUBLE)"
        regression = {"base": base, "final": f"CAST({final} AS DOUBLE)", "sweeps": "CAST(1 AS DOUBLE)"}
        path = [name for stage in self.design.stages for name in (stage.strata, stage.ids or ROW_NUMBER)]
        columns = [
            f"CAST({final} AS DOUBLE) AS w",
            f"{base} AS base",
            f"{regression[self.weight.residuals]} AS v",
            *(f"{_column(name)} AS k{i}" for i, name in enumerate(path)),
            *(f"{quoted(c)} AS {e}" for c, e in self.categories.items()),
            *(f"CAST({quoted(c)} AS DOUBLE) AS {x}" for c, x in self.numbers.items()),
            *(f"{quoted(c)} AS d{i}" for i, c in enumerate(domain)),
            *(f"{quoted(c)} AS {a}" for c, a in self._answers().items()),
        ]
        return f"  SELECT\n    {_listed(columns, 4)}\n  FROM {quoted(SOURCE)}"

    def _answers(self) -> dict[str, str]:
        named = dict.fromkeys(column for term in self.terms for column in (*term.answered, *term.power))
        return {column: f"c{i}" for i, column in enumerate(named)}

    def _product(self, term: Term, factor: str) -> str:
        alias = self._answers()
        columns = [alias[column] for column in term.answered]
        holds = (" AND " if term.every else " OR ").join(f"{column} IS NOT NULL" for column in columns)
        if term.codes is not None:
            holds = f"{columns[0]} IN ({', '.join(str(int(code)) for code in term.codes)})"
        if not term.power:
            return f"COALESCE(SUM(v{factor} * CAST({holds} AS DOUBLE)), 0)"
        power = "".join(f" * CAST({alias[column]} AS DOUBLE)" for column in term.power)
        return f"SUM(CASE WHEN {holds} THEN v{factor}{power} ELSE 0 END)"


def _listed(expressions: Sequence[str], indent: int = 2) -> str:
    return (",\n" + " " * indent).join(expressions)


def _column(name: str | None) -> str:
    return "''" if name is None else quoted(name)


def _joined(names: Sequence[str]) -> str:
    return f" || '{JOINED}' || ".join(f"CAST({name} AS STRING)" for name in names) if names else "''"
