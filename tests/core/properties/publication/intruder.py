"""An intruder: knows every rule of addition, reads only what is shown, and bounds each hidden cell.

Unlike the suppression, the intruder does not reason about sums of cells. He writes down an unknown number of
people and answers for every combination of agency and field, and asks a linear program how small and how
large each hidden cell can be.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl
from scipy.optimize import linprog

from sipas.instrument import load
from sipas.tables import ESTIMATES, INDEX

EDITION = load("sipas-2017")
ITEMS = {"seats": "access", "equipment_sufficient": "access", "polite": "officials", "listening": "officials"}
FACTORS = ("access", "officials")
LEVEL = {"Sở A": "province", "Sở B": "province", "Xã C": "commune", "Xã D": "commune", "Xã E": "commune"}
FIELDS = ("Đất đai", "Hộ tịch", "Đầu tư")
KINDS = ("all", "level", "agency", "field", "agency × field")


def domain_of(kind: str, agency: str, field: str) -> str:
    values = {"level": LEVEL[agency], "agency": agency, "field": field}
    return "" if kind == "all" else " × ".join(values[name] for name in kind.split(" × "))


def below(node: str) -> list[str]:
    return [item for item, factor in ITEMS.items() if node in {"index", factor, item}]


def groups(people: list[dict]) -> Iterator[tuple[str, str, list[dict]]]:
    for kind in KINDS:
        for domain in dict.fromkeys(domain_of(kind, p["agency"], p["field"]) for p in people):
            yield kind, domain, [p for p in people if domain_of(kind, p["agency"], p["field"]) == domain]


def estimates_of(people: list[dict]) -> pl.DataFrame:
    rows = []
    for kind, domain, members in groups(people):
        for item in (*ITEMS, "gender"):
            answers = [p[item] for p in members if p[item] is not None]
            top = sum(a >= 4 for a in answers) / len(answers) if answers else None
            n = len(answers)
            rows.append([kind, domain, item, "top_box", None, n, float(n), top, 0.1, 0.0, 1.0, 3.0, 1.0, 0])
    return pl.DataFrame(rows, schema=ESTIMATES.empty().schema, orient="row")


def index_of(people: list[dict]) -> pl.DataFrame:
    rows = []
    for kind, domain, members in groups(people):
        for node, parent in [("index", None), *((f, "index") for f in FACTORS), *ITEMS.items()]:
            given = [[p[i] for i in below(node) if p[i] is not None] for p in members]
            answers = [a for row in given for a in row]
            n = sum(bool(row) for row in given)
            percent = 100 * sum(a >= 4 for a in answers) / len(answers) if answers else None
            rows.append({"domain_kind": kind, "domain": domain, "node": node, "parent": parent, "level": "x",
                         "rule": "pooled_answers", "n": n, "answers": len(answers), "percent": percent,
                         "se": 2.0, "df": 9.0})  # fmt: skip
    return pl.DataFrame(rows, schema=INDEX.empty().schema)


class Intruder:
    """Unknowns per pair of agency and field: people, answers per item, people answering per node."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self.pairs = pairs
        self.columns = ["people", *ITEMS, "gender", *(f"n:{node}" for node in ("index", *FACTORS))]
        self.equations: list[np.ndarray] = []
        self.values: list[float] = []

    def _row(self, entries: dict[int, dict[str, int]]) -> np.ndarray:
        row = np.zeros(len(self.pairs) * len(self.columns))
        for place, named in entries.items():
            for name, factor in named.items():
                row[place * len(self.columns) + self.columns.index(name)] = factor
        return row

    def cell(self, kind: str, domain: str, names: list[str]) -> np.ndarray:
        inside = [i for i, (a, f) in enumerate(self.pairs) if domain_of(kind, a, f) == domain]
        return self._row({place: dict.fromkeys(names, 1) for place in inside})

    def read(self, kind: str, domain: str, names: list[str], value: float) -> None:
        self.equations.append(self.cell(kind, domain, names))
        self.values.append(value)

    def highest(self, row: np.ndarray) -> float:
        """The most that a cell can hold."""
        equations = np.array(self.equations) if self.equations else None
        found = linprog(-row, A_eq=equations, b_eq=self.values or None)
        if found.status == 3:
            return np.inf
        assert found.status == 0, found.message
        return -found.fun

    def computes(self, row: np.ndarray) -> bool:
        """Whether the cell's total (of answers, of weights, of satisfied) is a combination of shown totals."""
        if not self.equations:
            return False
        shown = np.array(self.equations).T
        combination = np.linalg.lstsq(shown, row, rcond=None)[0]
        return bool(np.abs(shown @ combination - row).max() < 1e-9)


def attack(estimates: pl.DataFrame, index: pl.DataFrame) -> Intruder:
    """Read everything that is shown into the intruder's equations; only pairs that have a row exist."""
    crossed = estimates.filter(pl.col("domain_kind") == "agency × field")["domain"].unique(maintain_order=True)
    intruder = Intruder([tuple(domain.split(" × ")) for domain in crossed])
    for row in estimates.filter(~pl.col("suppressed")).iter_rows(named=True):
        intruder.read(row["domain_kind"], row["domain"], [row["variable"]], row["n"])
    for row in index.filter(~pl.col("suppressed")).iter_rows(named=True):
        where = (row["domain_kind"], row["domain"])
        intruder.read(*where, below(row["node"]), row["answers"])
        if row["node"] not in ITEMS:
            intruder.read(*where, [f"n:{row['node']}"], row["n"])
    return intruder
