"""The two phases against a slow, obvious twin: plain loops over rows, units and strata."""

import math
from dataclasses import dataclass

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.estimation import (
    Design,
    Mean,
    Moments,
    Pooled,
    Request,
    Share,
    across,
    collapse,
    estimate,
    grids,
    merge,
    numerators,
    ratios,
)

Row = dict[str, object]
RULES = ("centered", "remove", "certainty", "average")
SHARE = Share("top", "q", (4, 5))
MEASURES = (SHARE, Mean("x", "x"), Pooled("both", (("q", (4, 5)), ("r", (1,)))))
CLOSE = {"rel": 1e-8, "abs": 1e-9}

row = st.fixed_dictionaries({
    "stratum": st.sampled_from(["s1", "s2", "s3"]),
    "psu": st.integers(1, 4),
    "w": st.sampled_from([0.0, 0.5, 1.0, 1.75, 40.0]),
    "q": st.sampled_from([None, 1, 3, 4, 5]),
    "r": st.sampled_from([None, 0, 1]),
    "x": st.sampled_from([None, -2.0, 0.0, 1.5, 7.0]),
    "d": st.sampled_from(["a", "b", None]),
})
samples = st.lists(row, min_size=1, max_size=30)
constant = st.lists(row, min_size=1, max_size=15).flatmap(
    lambda rows: st.sampled_from([1, 5]).map(lambda q: [{**r, "q": q} for r in rows])
)
SCHEMA = {
    "stratum": pl.String,
    "psu": pl.String,
    "w": pl.Float64,
    "q": pl.Int16,
    "r": pl.Int16,
    "x": pl.Float64,
    "d": pl.String,
    "N": pl.Float64,
}


def frame(rows: list[Row], population: int | None) -> pl.DataFrame:
    keyed = [{**r, "psu": f"{r['stratum']}-{r['psu']}", "N": float(population or 9)} for r in rows]
    return pl.DataFrame(keyed, schema=SCHEMA)


def design(rule: str, population: int | None) -> Design:
    return Design(weight="w", strata="stratum", psu="psu", population="N" if population else None, lonely=rule)


@dataclass
class Twin:
    """Numerator and denominator of every row; then sums by plain loops."""

    rows: list[Row]
    rule: str
    population: int | None
    kind: str
    domain: str | None = None

    def pair(self, r: Row) -> tuple[float, float] | None:
        if (self.domain is not None and r["d"] != self.domain) or r["w"] == 0:
            return None
        if self.kind == "top":
            return None if r["q"] is None else (float(r["q"] in {4, 5}), 1.0)
        if self.kind == "x":
            return None if r["x"] is None else (r["x"], 1.0)
        below = (r["q"] is not None) + (r["r"] is not None)
        above = (r["q"] in {4, 5}) + (r["r"] == 1)
        return (float(above), float(below)) if below else None

    def scores(self, *, total: bool = False) -> dict[tuple[str, int], float]:
        estimate_ = self.estimate()
        below = sum(r["w"] * self.pair(r)[1] for r in self.rows if self.pair(r))
        found = {(r["stratum"], r["psu"]): 0.0 for r in self.rows}
        for r in self.rows:
            if (pair := self.pair(r)) and total:
                found[r["stratum"], r["psu"]] += r["w"] * pair[0]
            elif pair:
                found[r["stratum"], r["psu"]] += r["w"] * (pair[0] - estimate_ * pair[1]) / below
        return found

    def estimate(self) -> float | None:
        pairs = [(r["w"], *self.pair(r)) for r in self.rows if self.pair(r)]
        below = sum(w * m for w, _, m in pairs)
        return sum(w * y for w, y, _ in pairs) / below if below else None

    def active(self) -> dict[str, set[tuple[str, int]]]:
        found: dict[str, set[tuple[str, int]]] = {}
        for r in self.rows:
            if self.pair(r):
                found.setdefault(r["stratum"], set()).add((r["stratum"], r["psu"]))
        return found

    def df(self) -> int:
        return sum(len(units) for units in self.active().values()) - len(self.active())

    def visited(self) -> set[str]:
        return {r["stratum"] for r in self.rows if self.domain is None or r["d"] == self.domain}

    def covariance(self, other: "Twin", *, total: bool = False) -> float | None:
        z, v = self.scores(total=total), other.scores(total=total)
        units = set(z)
        overall = [sum(s.values()) / len(units) for s in (z, v)]
        whole = 0.0
        for h in self.visited() & other.visited():
            mine = sorted(u for u in units if u[0] == h)
            n = len(mine)
            left = 1 - n / self.population if self.population else 1.0
            if n == 1:
                if self.rule == "centered" and left > 0:
                    whole += left * (z[mine[0]] - overall[0]) * (v[mine[0]] - overall[1])
                continue
            means = [sum(s[u] for u in mine) / n for s in (z, v)]
            whole += left * n / (n - 1) * sum((z[u] - means[0]) * (v[u] - means[1]) for u in mine)
        return whole * math.sqrt(self.blow_up() * other.blow_up())

    def lonely(self) -> int:
        units = {(r["stratum"], r["psu"]) for r in self.rows}
        alone = {h for h, _ in units if sum(u[0] == h for u in units) == 1}
        return 0 if self.population == 1 else len(alone & set(self.active()))

    def blow_up(self) -> float:
        strata, lonely = len(self.active()), self.lonely()
        return strata / (strata - lonely) if self.rule == "average" and strata > lonely else 1.0

    def tells_nothing(self, *, total: bool = False) -> bool:
        """Tell whether an error of 0 would say nothing.

        One unit alone (a total needs no other, unless it shows no error), or lonely strata only under a rule that drops
        them; but not where all units are drawn.
        """
        drawn = {h: len({r["psu"] for r in self.rows if r["stratum"] == h}) for h in self.active()}
        sampled = [h for h, n in drawn.items() if n != self.population]
        if self.rule == "certainty":
            sampled = [h for h in sampled if drawn[h] > 1]
        if not sampled:
            return False
        few = sum(len(units) for units in self.active().values()) <= 1
        if few and total:
            few = self.covariance(self, total=True) <= 1e-18
        return few or (self.rule in {"remove", "average"} and self.lonely() == len(sampled))


def row_of(table: pl.DataFrame, variable: str, domain: str | None) -> Row | None:
    name = domain or ""
    found = table.filter(pl.col("variable") == variable, pl.col("domain") == name).rows(named=True)
    return found[0] if found else None


@settings(deadline=None, max_examples=60)
@given(st.one_of(samples, constant), st.sampled_from(RULES), st.sampled_from([None, 4, 11]))
def test_estimates_errors_and_degrees(rows: list[Row], rule: str, population: int | None) -> None:
    table = estimate(collapse(frame(rows, population), design(rule, population), MEASURES, (("d",),)))
    for kind, variable in (("top", "q"), ("x", "x"), ("both", "both")):
        for domain in (None, "a", "b"):
            twin = Twin(rows, rule, population, kind, domain)
            got = row_of(table, variable, domain)
            if not any(domain is None or r["d"] == domain for r in rows):
                assert got is None
                continue
            assert got is not None
            check(got, twin)


def check(got: Row, twin: Twin) -> None:
    assert got["n"] == sum(twin.pair(r) is not None for r in twin.rows)
    if twin.estimate() is None:
        assert (got["estimate"], got["se"], got["df"]) == (None, None, None)
        return
    assert got["estimate"] == pytest.approx(twin.estimate(), **CLOSE)
    assert got["df"] == twin.df()
    assert got["lonely"] == twin.lonely()
    if twin.tells_nothing():
        assert got["se"] is None
    else:
        assert got["se"] ** 2 == pytest.approx(max(twin.covariance(twin), 0), **CLOSE)
    assert (got["low"] is None) == (got["se"] is None or twin.df() < 1)
    if got["low"] is not None:
        assert got["low"] - 1e-9 <= got["estimate"] <= got["high"] + 1e-9


@settings(deadline=None, max_examples=40)
@given(samples, st.sampled_from(RULES), st.sampled_from([None, 11]))
def test_covariance_inside_and_between_domains(rows: list[Row], rule: str, population: int | None) -> None:
    moments = collapse(frame(rows, population), design(rule, population), MEASURES, (("d",),))
    grid = next(grids(moments, ("d",)))
    for total, one in ((False, ratios(grid, MEASURES)), (True, numerators(grid, MEASURES))):
        for i, domain in enumerate(grid.domains):
            for j, other in enumerate(grid.domains):
                left, right = (Twin(rows, rule, population, kind, d) for kind, d in (("top", domain), ("x", other)))
                got = across(one, "top", one, "x")[i, j]
                if left.estimate() is None or right.estimate() is None:
                    continue
                if left.tells_nothing(total=total) or right.tells_nothing(total=total):
                    assert math.isnan(got)
                    continue
                expected = left.covariance(right, total=total)
                assert got == pytest.approx(expected, rel=1e-8, abs=1e-7)
                if domain == other:
                    assert one.covariance(domain)[0, 1] == pytest.approx(expected, rel=1e-8, abs=1e-7)


@settings(deadline=None, max_examples=40)
@given(samples, st.randoms(use_true_random=False))
def test_order_of_rows_and_names_of_strata_do_not_matter(rows: list[Row], random: object) -> None:
    def table(given: list[Row]) -> pl.DataFrame:
        return estimate(collapse(frame(given, 11), design("centered", 11), MEASURES, (("d",),)))

    first = table(rows)
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis gives a Random
    names = {"s1": "z", "s2": "y", "s3": "x"}
    for other in (table(mixed), table([{**r, "stratum": names[str(r["stratum"])]} for r in rows])):
        assert other.drop(pl.col(pl.Float64)).equals(first.drop(pl.col(pl.Float64)))
        for column in ("estimate", "se"):
            known = first[column].is_not_null()
            assert other[column].is_not_null().equals(known)
            expected = first[column].filter(known).to_list()
            assert other[column].filter(known).to_list() == pytest.approx(expected, rel=1e-7, abs=1e-7)


@settings(deadline=None, max_examples=40)
@given(samples, samples)
def test_moments_add_up_over_parts(first: list[Row], second: list[Row]) -> None:
    def moments(rows: list[Row], part: str) -> Moments:
        return collapse(frame(rows, None), design("centered", None), MEASURES, (("d",),), part=part)

    whole = moments(first + second, "whole")
    parts = merge([moments(second, "2"), moments(first, "1")])
    assert parts.parts == ("1", "2")
    left, right = (m.summed().sort("domain_kind", "domain", "stratum", "psu", nulls_last=True) for m in (whole, parts))
    assert left.select(pl.exclude(pl.Float64)).equals(right.select(pl.exclude(pl.Float64)))
    for column in left.select(pl.col(pl.Float64).exclude("psu_population", "psu_rate")).columns:
        assert right[column].to_list() == pytest.approx(left[column].to_list(), rel=1e-12, abs=1e-12)
    corrected = merge([moments(first, "1"), moments(first, "2")]).replaced(moments(second, "2"))
    assert corrected.table.equals(parts.table)


@settings(deadline=None, max_examples=30)
@given(samples, st.sampled_from([None, 11]))
def test_the_whole_is_the_sum_of_its_domains(rows: list[Row], population: int | None) -> None:
    rows = [{**r, "d": r["d"] or "b"} for r in rows]
    moments = collapse(frame(rows, population), design("remove", population), MEASURES, (("d",),))
    table = estimate(moments, (Request("top", "count"),))
    counts = table.group_by("domain_kind").agg(pl.col("estimate").sum())["estimate"].to_list()
    assert counts[0] == pytest.approx(counts[1], rel=1e-12, abs=1e-12)
