"""Stages and pairs against a slow, obvious twin: plain loops over rows, units, strata, pairs."""

import math
from dataclasses import dataclass
from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.estimation import (
    Design,
    Mean,
    Share,
    Stage,
    across,
    collapse,
    estimate,
    grids,
    joint_pairs,
    numerators,
    ratios,
)

Row = dict[str, object]
RULES = ("centered", "adjust", "remove", "certainty", "average")
MEASURES = (Mean("x", "x"), Share("top", "q", (4, 5)))
SCHEMA = {
    "h": pl.String,
    "i": pl.String,
    "g": pl.String,
    "j": pl.String,
    "w": pl.Float64,
    "x": pl.Float64,
    "q": pl.Int64,
    "d": pl.String,
    "N1": pl.Float64,
    "N2": pl.Float64,
    "N3": pl.Float64,
    "r1": pl.Float64,
    "r2": pl.Float64,
}
row = st.fixed_dictionaries({
    "h": st.sampled_from(["a", "b"]),
    "i": st.sampled_from(["1", "2", "3"]),
    "g": st.sampled_from(["t", "v"]),
    "j": st.sampled_from(["1", "2"]),
    "w": st.sampled_from([0.0, 0.5, 1.0, 1.75, 40.0]),
    "x": st.sampled_from([None, -2.0, 0.0, 1.5, 7.0]),
    "q": st.sampled_from([None, 1, 4, 5]),
    "d": st.sampled_from(["p", "q", None]),
})
samples = st.lists(row, min_size=1, max_size=24)
PATHS = (("h", "i"), ("g", "j"), ("", "row"))


@dataclass
class Sample:
    """Rows with a design: sizes of the strata of each stage, or probabilities of their units."""

    rows: list[Row]
    sizes: tuple[float | None, ...]  # of one, two or three stages
    rule: str = "centered"
    in_domains: bool = False
    brewer: bool = False

    def path(self, r: Row, depth: int) -> tuple[object, ...]:
        names = [name for pair in PATHS for name in pair][:depth]
        return tuple("" if name == "" else r[name] for name in names)

    def units(self, stage: int, stratum: tuple[object, ...]) -> list[tuple[object, ...]]:
        inside = [r for r in self.rows if self.path(r, len(stratum)) == stratum]
        return sorted({self.path(r, 2 * stage) for r in inside}, key=str)

    def strata(self, stage: int) -> list[tuple[object, ...]]:
        return sorted({self.path(r, 2 * stage - 1) for r in self.rows}, key=str)

    def share(self, stage: int, unit: tuple[object, ...]) -> float:
        """Share drawn of the unit's stratum, or the unit's own probability."""
        if self.brewer and stage < 3:
            return probability(unit)
        size = self.sizes[stage - 1]
        return 0.0 if size is None else len(self.units(stage, unit[:-1])) / size

    def reach(self, stage: int, stratum: tuple[object, ...]) -> float:
        return math.prod(self.share(above, stratum[: 2 * above]) for above in range(1, stage))

    def census(self, stage: int, stratum: tuple[object, ...]) -> bool:
        return all(self.share(stage, unit) >= 1 for unit in self.units(stage, stratum))

    def frame(self) -> pl.DataFrame:
        names = ("N1", "N2", "N3")
        made = [
            {
                **r,
                **dict(zip(names, (*self.sizes, None, None), strict=False)),
                "r1": probability(self.path(r, 2)),
                "r2": probability(self.path(r, 4)),
            }
            for r in self.rows
        ]
        return pl.DataFrame(made, schema=SCHEMA)

    def design(self) -> Design:
        named = [f"N{s + 1}" if size is not None else None for s, size in enumerate(self.sizes)]
        ids, strata = ("i", "j", None), ("h", "g", None)
        stages = [
            Stage(ids=ids[s], strata=strata[s], rate=f"r{s + 1}")
            if self.brewer and s < 2
            else Stage(ids=ids[s], strata=strata[s], population=named[s])
            for s in range(len(self.sizes))
        ]
        return Design(
            weight="w",
            strata="h",
            psu="i",
            population=stages[0].population,
            rate=stages[0].rate,
            lonely=self.rule,
            nested=True,
            later=tuple(stages[1:]),
            lonely_in_domains=self.in_domains,
            pps="brewer" if self.brewer else None,
        )


def probability(unit: tuple[object, ...]) -> float:
    return 0.2 + 0.6 * (sum(ord(c) for part in unit for c in str(part)) % 7) / 7


@dataclass
class Twin:
    """One estimate of one domain."""

    sample: Sample
    variable: str
    domain: str | None
    total: bool = False

    def value(self, r: Row) -> float | None:
        if self.variable == "x":
            return r["x"]
        return None if r["q"] is None else float(r["q"] in {4, 5})

    def visits(self, r: Row) -> bool:
        return self.domain is None or r["d"] == self.domain

    def answers(self, r: Row) -> bool:
        return self.visits(r) and r["w"] > 0 and self.value(r) is not None

    def estimate(self) -> float | None:
        there = [r for r in self.sample.rows if self.answers(r)]
        below = sum(r["w"] for r in there)
        above = sum(r["w"] * self.value(r) for r in there)
        if self.total:
            return above if there else None
        return above / below if below else None

    def score(self, unit: tuple[object, ...]) -> float:
        there = [r for r in self.sample.rows if self.answers(r)]
        here = [r for r in there if self.sample.path(r, len(unit)) == unit]
        if self.total:
            return sum(r["w"] * self.value(r) for r in here)
        return sum(r["w"] * (self.value(r) - self.estimate()) for r in here) / sum(r["w"] for r in there)

    def active(self, stage: int, stratum: tuple[object, ...]) -> int:
        answered = [self.sample.path(r, 2 * stage) for r in self.sample.rows if self.answers(r)]
        return len({unit for unit in answered if unit[:-1] == stratum})

    def visited(self, stratum: tuple[object, ...]) -> bool:
        return any(self.visits(r) and self.sample.path(r, len(stratum)) == stratum for r in self.sample.rows)

    def alone(self, stage: int, stratum: tuple[object, ...]) -> bool:
        s = self.sample
        if s.census(stage, stratum):
            return False
        one = s.in_domains and s.rule in {"centered", "adjust", "average"} and self.active(stage, stratum) == 1
        return one or len(s.units(stage, stratum)) == 1

    def centre(self, stage: int, stratum: tuple[object, ...]) -> float:
        s = self.sample
        units = s.units(stage, stratum)
        if not self.alone(stage, stratum):
            return sum(self.score(u) for u in units) / len(units)
        if s.rule == "adjust":
            return 0.0
        drawn = [u for other in s.strata(stage) for u in s.units(stage, other)]
        return sum(self.score(u) for u in drawn) / len(drawn)

    def worth(self, stage: int, stratum: tuple[object, ...]) -> float:
        """Give the root of what a product of deviations counts."""
        s, n = self.sample, len(self.sample.units(stage, stratum))
        if not self.visited(stratum) or s.census(stage, stratum):
            return 0.0
        if self.alone(stage, stratum) and (n == 1 or s.rule == "average") and s.rule not in {"centered", "adjust"}:
            return 0.0
        return math.sqrt(s.reach(stage, stratum) * (n / (n - 1) if n > 1 else 1.0) * self.blow_up(stage, stratum))

    def blow_up(self, stage: int, stratum: tuple[object, ...]) -> float:
        if self.sample.rule != "average":
            return 1.0

        def parent(one: tuple[object, ...]) -> tuple[object, ...]:
            return one if stage == 1 else one[:-1]

        counted = [one for one in self.sample.strata(stage) if self.active(stage, one)]
        groups: dict[tuple[object, ...], list[bool]] = {}
        for one in counted:
            groups.setdefault(parent(one), []).append(self.alone(stage, one))
        known = [group for group in groups.values() if not all(group)]
        mine = groups.get(parent(stratum), [False])
        inside = 1.0 if all(mine) else len(mine) / mine.count(False)
        return inside * (len(groups) / len(known) if known else 1.0)

    def covariance(self, other: "Twin") -> float:
        s, found = self.sample, 0.0
        for stage in range(1, len(s.sizes) + 1):
            for stratum in s.strata(stage):
                worth = self.worth(stage, stratum) * other.worth(stage, stratum)
                if worth == 0:
                    continue
                left, right = self.centre(stage, stratum), other.centre(stage, stratum)
                for unit in s.units(stage, stratum):
                    spread = (self.score(unit) - left) * (other.score(unit) - right)
                    found += worth * (1 - s.share(stage, unit)) * spread
        return found

    def base(self, stage: int = 1, inside: tuple[object, ...] = ()) -> list[tuple[int, tuple[object, ...]]]:
        """List the strata with answers that degrees of freedom are counted from."""
        found = []
        for stratum in self.sample.strata(stage):
            if stratum[: len(inside)] != inside or not self.active(stage, stratum):
                continue
            if self.sample.census(stage, stratum) and stage < len(self.sample.sizes):
                for unit in self.sample.units(stage, stratum):
                    found += self.base(stage + 1, unit)
            else:
                found.append((stage, stratum))
        return found

    def degrees(self) -> int:
        return sum(self.active(*one) - 1 for one in self.base())

    def lonely(self) -> int:
        every = [(s, h) for s in range(1, len(self.sample.sizes) + 1) for h in self.sample.strata(s)]
        return sum(self.active(*one) > 0 and self.alone(*one) for one in every)

    def known(self) -> bool:
        base, rule = self.base(), self.sample.rule
        sampled = [one for one in base if not self.sample.census(*one)]
        if rule == "certainty":
            sampled = [one for one in sampled if not self.alone(*one)]
        if not sampled:
            return True
        alone = sum(self.alone(*one) for one in base)
        if rule in {"remove", "average"} and alone == len(sampled):
            return False
        units = sum(self.active(*one) for one in base)
        later = [(s, h) for s in range(2, len(self.sample.sizes) + 1) for h in self.sample.strata(s)]
        if units == 1 and (self.total or any(self.active(*one) > 1 for one in later)):
            return self.covariance(self) > (1e-12 * (self.estimate() or 0.0)) ** 2
        return units > 1


@st.composite
def designs(draw: st.DrawFn) -> Sample:
    rows = [{**r, "row": number} for number, r in enumerate(draw(samples))]
    brewer = draw(st.booleans())
    sizes = (draw(st.sampled_from([3.0, 9.0, None])), draw(st.sampled_from([2.0, 5.0, None])), 40.0)
    rule = draw(st.sampled_from(RULES))
    return Sample(rows, sizes[: draw(st.sampled_from([1, 2, 3]))], rule, draw(st.booleans()), brewer)


@settings(deadline=None, max_examples=60)
@given(designs())
def test_errors_and_degrees(sample: Sample) -> None:
    moments = collapse(sample.frame(), sample.design(), MEASURES, (("d",),))
    table = estimate(moments)
    for got in table.rows(named=True):
        twin = Twin(sample, got["variable"], got["domain"] or None)
        if twin.estimate() is None:
            assert (got["estimate"], got["se"]) == (None, None)
            continue
        assert got["estimate"] == pytest.approx(twin.estimate(), rel=1e-9, abs=1e-9)
        assert (got["df"], got["lonely"]) == (twin.degrees(), twin.lonely())
        assert (got["se"] is not None) == twin.known()
        if got["se"] is not None:
            assert got["se"] ** 2 == pytest.approx(max(twin.covariance(twin), 0.0), rel=1e-8, abs=1e-9)


@settings(deadline=None, max_examples=25)
@given(designs(), st.booleans())
def test_covariances_of_domains(sample: Sample, total: bool) -> None:
    (grid,) = grids(collapse(sample.frame(), sample.design(), MEASURES, (("d",),)), ("d",))
    one = (numerators if total else ratios)(grid, MEASURES)
    covariances = one.covariances()
    both = across(one, "x", one, "top")
    for (i, domain), (j, other) in product(enumerate(grid.domains), repeat=2):
        left, right = Twin(sample, "x", domain, total), Twin(sample, "q", other, total)
        if left.estimate() is None or right.estimate() is None:
            continue
        if not (left.known() and right.known()):
            assert math.isnan(both[i, j])
            continue
        expected = left.covariance(right)
        assert both[i, j] == pytest.approx(expected, rel=1e-8, abs=1e-7)
        if i == j:
            assert covariances[i, 0, 1] == pytest.approx(expected, rel=1e-8, abs=1e-7)


def off_diagonal(kind: str, i: int, j: int, pi: list[float], joint: np.ndarray) -> float:
    n = len(pi)
    if kind == "overton":
        return 1 - (n - (pi[i] + pi[j]) / 2) / (n - 1)
    if kind == "hartley-rao":
        return 1 - (n - pi[i] - pi[j] + sum(pi) / n) / (n - 1)
    return 0.0 if kind == "poisson" else 1 - pi[i] * pi[j] / joint[i, j]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.lists(st.floats(0.05, 1.0), min_size=2, max_size=5), min_size=1, max_size=3),
    st.sampled_from(["overton", "hartley-rao", "poisson", "joint"]),
    st.sampled_from(["HT", "YG"]),
    st.randoms(use_true_random=False),
)
def test_pairs(strata: list[list[float]], kind: str, form: str, random: object) -> None:
    form = "HT" if kind == "poisson" else form
    draw = random.uniform  # type: ignore[attr-defined]  # hypothesis gives a Random
    rows, pairs, expected = [], [], np.zeros((2, 2))
    for number, pi in enumerate(strata):
        joint = np.array([
            [a if i == j else a * b * draw(0.5, 1.0) for j, b in enumerate(pi)] for i, a in enumerate(pi)
        ])
        joint = np.minimum(joint, joint.T)
        codes = [f"{number}.{i}" for i in range(len(pi))]
        pairs.append(joint_pairs(joint, codes, str(number)))
        here = [(c, p, draw(-1, 3), random.choice("ab")) for c, p in zip(codes, pi, strict=True)]  # type: ignore[attr-defined]
        rows += [{"h": str(number), "u": c, "p": p, "w": 1 / p, "x": x, "d": d} for c, p, x, d in here]
        z = [[x / p * (d == name) for _, p, x, d in here] for name in "ab"]
        for a, b, i, j in product((0, 1), (0, 1), range(len(pi)), range(len(pi))):
            worth = off_diagonal(kind, i, j, pi, joint) if i != j else 0.0
            if form == "YG":
                expected[a, b] -= worth / 2 * (z[a][i] - z[a][j]) * (z[b][i] - z[b][j])
            else:
                expected[a, b] += (1 - pi[i] if i == j else worth) * z[a][i] * z[b][j]
    design = Design(weight="w", strata="h", psu="u", rate="p", pps=kind, variance=form)
    joint_rows = pl.concat(pairs) if kind == "joint" else None
    (grid,) = grids(collapse(pl.DataFrame(rows), design, (Mean("x", "x"),), (("d",),), joint=joint_rows), ("d",))
    one = numerators(grid, (Mean("x", "x"),))
    got, there = across(one, "x", one, "x"), ["ab".index(d) for d in grid.domains]
    known = ~np.isnan(got)
    assert got[known] == pytest.approx(expected[np.ix_(there, there)][known], rel=1e-8, abs=1e-7)
    variance = one.variance()[:, 0]
    for place, d in enumerate(there):
        if expected[d, d] > 1e-6:
            assert variance[place] == pytest.approx(expected[d, d], rel=1e-8, abs=1e-7)
        elif expected[d, d] < -1e-6:
            assert math.isnan(variance[place])
