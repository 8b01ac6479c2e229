"""The sums of a calibration as ANSI queries, in the words that DuckDB and Spark SQL share (see ``query``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sipas.estimation.calibrated import JOINED, CalibratedWeight, Variable, pairs_of
from sipas.estimation.design import Design, path_of
from sipas.estimation.measures import Term
from sipas.estimation.query import ROW_NUMBER, WITHIN, quoted

Domains = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class CalibrationQueries:
    """Queries over one relation with a row per respondent.

    Parameters
    ----------
    design : Design
        Names weight, strata and units.
    weight : CalibratedWeight
        Names the base weight and the calibration variables.
    terms : tuple of Term
        Weighted terms.
    domains : tuple of tuple of str
        Kinds of domain beside the whole.
    source : str
        Relation.
    """

    design: Design
    weight: CalibratedWeight
    terms: tuple[Term, ...]
    domains: Domains
    source: str

    @property
    def variables(self) -> tuple[Variable, ...]:
        """Calibration variables."""
        return self.weight.variables()

    def faults(self) -> str:
        """Write the query that counts what is refused.

        Returns
        -------
        str
            One row: ``bad_base`` (missing, negative, not finite), ``lost`` (base weight 0, final weight above), then of
            the rows with a base weight above 0 per variable ``m0``, ``m1``, ... (a category missing) and per number
            ``x0``, ``x1``, ... (missing or not finite).
        """
        missing = [f"COUNT(CASE WHEN base > 0 AND m{i} IS NULL THEN 1 END) AS m{i}" for i in range(len(self.variables))]
        wild = [
            f"COUNT(CASE WHEN base > 0 AND NOT COALESCE(ABS(x{i}) {WITHIN}, FALSE) THEN 1 END) AS x{i}"
            for i in range(len(self._numbers()))
        ]
        sums = [
            f"COUNT(CASE WHEN base {WITHIN} THEN NULL ELSE 1 END) AS bad_base",
            "COUNT(CASE WHEN base = 0 AND w > 0 THEN 1 END) AS lost",
            *missing,
            *wild,
        ]
        return f"SELECT\n  {_listed(sums)}\nFROM (\n{self._rows()}\n) survey_rows"

    def factors(self) -> str:
        """Write the query of the spread of the factors.

        Returns
        -------
        str
            One row: ``rows``, ``least``, ``most``, ``g``, ``gg``, ``base``, ``final``, ``final_square``.
        """
        sums = (
            "COUNT(*) AS rows",
            "MIN(w / base) AS least",
            "MAX(w / base) AS most",
            "SUM(w / base) AS g",
            "SUM((w / base) * (w / base)) AS gg",
            "SUM(base) AS base",
            "SUM(w) AS final",
            "SUM(w * w) AS final_square",
        )
        return f"SELECT\n  {_listed(sums)}\nFROM (\n{self._rows()}\n) survey_rows\nWHERE base > 0"

    def units(self) -> list[str]:
        """Write the queries of the calibration variables per unit of the last stage.

        Returns
        -------
        list of str
            Columns ``variable``, ``category``, the path of the unit, ``value``; one query per number.
        """
        found, path = [], path_of(self.design)
        for number, chosen in self._by_number().items():
            sets = [(*path, f"m{i}") for i in chosen]
            columns = [*_chosen("variable", "category", chosen), *path, f"SUM(w * {number}) AS value"]
            found.append(self._query(columns, sets))
        return found

    def crosses(self) -> list[str]:
        """Write the queries of the products of calibration variables and terms.

        Returns
        -------
        list of str
            Columns ``kind`` (0 for the whole), ``domain``, ``variable``, ``category``, ``t0``, ``t1``, ...; one query
            per number.
        """
        kinds = range(1, len(self.domains) + 1)
        found = []
        for number, chosen in self._by_number().items():
            sets = [(f"m{i}", *(() if k == 0 else (f"d{k}",))) for i in chosen for k in (0, *kinds)]
            sums = [f"{self._product(term, number)} AS t{i}" for i, term in enumerate(self.terms)]
            columns = [*self._kind(), *_chosen("variable", "category", chosen), *sums]
            found.append(self._query(columns, sets))
        return found

    def products(self) -> list[str]:
        """Write the queries of the products of calibration variables with each other.

        Returns
        -------
        list of str
            Columns ``variable``, ``category``, ``other``, ``other_category``, ``value``; one query per pair of numbers.
        """
        number = self._number_of()
        groups: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for i, j in pairs_of(self.variables):
            groups.setdefault((number[i], number[j]), []).append((i, j))
        found = []
        for (left, right), pairs in groups.items():
            sets = [(f"m{i}", f"m{j}") if i != j else (f"m{i}",) for i, j in pairs]
            used = sorted({place for pair in pairs for place in pair})
            columns = [
                *_chosen("variable", "category", used),
                *_chosen("other", "other_category", used[::-1]),
                f"SUM(v * {left} * {right}) AS value",
            ]
            found.append(self._query(columns, sets))
        return found

    def _query(self, columns: Sequence[str], sets: Sequence[tuple[str, ...]]) -> str:
        groups = ", ".join(f"({', '.join(one)})" for one in sets)
        rows = f"FROM (\n{self._rows()}\n) survey_rows\nWHERE base > 0"
        return f"SELECT\n  {_listed(columns)}\n{rows}\nGROUP BY GROUPING SETS ({groups})"

    def _rows(self) -> str:
        final = "1" if self.design.weight is None else quoted(self.design.weight)
        base = f"CAST({quoted(self.weight.base)} AS DOUBLE)"
        regression = {"base": base, "final": f"CAST({final} AS DOUBLE)", "sweeps": "CAST(1 AS DOUBLE)"}
        columns = [
            f"CAST({final} AS DOUBLE) AS w",
            f"{base} AS base",
            f"{regression[self.weight.residuals]} AS v",
            *self._path(),
            *(f"{_crossed(one.columns)} AS m{i}" for i, one in enumerate(self.variables)),
            *(f"CAST({quoted(c)} AS DOUBLE) AS x{i}" for i, c in enumerate(self._numbers())),
            *(f"{_crossed(kind)} AS d{i}" for i, kind in enumerate(self.domains, start=1)),
            *(f"{quoted(c)} AS {a}" for c, a in self._answers().items()),
        ]
        return f"  SELECT\n    {_listed(columns, 4)}\n  FROM {quoted(self.source)}"

    def _path(self) -> list[str]:
        named = [name for stage in self.design.stages for name in (stage.strata, stage.ids or ROW_NUMBER)]
        texts = ["''" if name is None else f"CAST({quoted(name)} AS STRING)" for name in named]
        return [f"{text} AS {alias}" for text, alias in zip(texts, path_of(self.design), strict=True)]

    def _answers(self) -> dict[str, str]:
        named = dict.fromkeys(column for term in self.terms for column in (*term.answered, *term.power))
        return {column: f"c{i}" for i, column in enumerate(named)}

    def _numbers(self) -> list[str]:
        return list(dict.fromkeys(one.number for one in self.variables if one.number is not None))

    def _number_of(self) -> list[str]:
        alias = {column: f"x{i}" for i, column in enumerate(self._numbers())}
        return ["1" if one.number is None else alias[one.number] for one in self.variables]

    def _by_number(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, number in enumerate(self._number_of()):
            found.setdefault(number, []).append(place)
        return found

    def _kind(self) -> list[str]:
        numbers = range(1, len(self.domains) + 1)
        if not self.domains:
            return ["0 AS kind", "'' AS domain"]
        number = " ".join(f"WHEN GROUPING(d{i}) = 0 THEN {i}" for i in numbers)
        value = " ".join(f"WHEN GROUPING(d{i}) = 0 THEN d{i}" for i in numbers)
        return [f"CASE {number} ELSE 0 END AS kind", f"CASE {value} ELSE '' END AS domain"]

    def _product(self, term: Term, number: str) -> str:
        alias = self._answers()
        columns = [alias[column] for column in term.answered]
        holds = (" AND " if term.every else " OR ").join(f"{column} IS NOT NULL" for column in columns)
        if term.codes is not None:
            holds = f"{columns[0]} IN ({', '.join(str(int(code)) for code in term.codes)})"
        factors = ["v", *(() if number == "1" else (number,))]
        value = " * ".join([*factors, *(f"CAST({alias[column]} AS DOUBLE)" for column in term.power)])
        return f"SUM(CASE WHEN {holds} THEN {value} ELSE 0 END)"


def _listed(expressions: Sequence[str], indent: int = 2) -> str:
    return (",\n" + " " * indent).join(expressions)


def _crossed(columns: tuple[str, ...]) -> str:
    return f" || '{JOINED}' || ".join(f"CAST({quoted(c)} AS STRING)" for c in columns) if columns else "''"


def _chosen(number: str, category: str, places: Sequence[int]) -> list[str]:
    which = " ".join(f"WHEN GROUPING(m{i}) = 0 THEN {i}" for i in places)
    value = " ".join(f"WHEN GROUPING(m{i}) = 0 THEN m{i}" for i in places)
    return [f"CASE {which} END AS {number}", f"CASE {value} END AS {category}"]
