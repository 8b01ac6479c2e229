"""Self-selected ratings against a slow twin: populations whose every transaction is known.

The twin has the whole population, rated or not, and takes Meng's identity from its definitions: the correlation between
having rated and the answer, by plain sums; the size from the sampling variance of a simple random sample.
"""

import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.estimation import Design, Mean, Share, collapse, merge
from sipas.estimation.self_selection import effective_size, ratings, self_selected

MEASURES = (Share("top", "q", (4, 5)), Mean("x", "x"))
SCHEMA = {"q": pl.Int64, "x": pl.Float64, "d": pl.String, "rated": pl.Boolean, "w": pl.Float64, "h": pl.Int64}

transaction = st.fixed_dictionaries({
    "q": st.integers(1, 5),
    "x": st.sampled_from([-3.0, 0.0, 1.0, 2.5, 40.0]),
    "d": st.sampled_from(["đất đai", "hộ tịch"]),
    "rated": st.booleans(),
    "w": st.sampled_from([0.5, 1.0, 3.0]),
    "h": st.integers(1, 2),
})
populations = st.lists(transaction, min_size=2, max_size=30)
Row = dict[str, object]


def answer(row: Row, measure: str) -> float:
    return float(row["q"] in {4, 5}) if measure == "top" else float(str(row["x"]))


def mean(values: list[float]) -> float:
    return math.fsum(values) / len(values)


def counts(rows: list[Row]) -> pl.DataFrame:
    told = [("all", "", len(rows))]
    told += [("d", name, sum(r["d"] == name for r in rows)) for name in sorted({str(r["d"]) for r in rows})]
    return pl.DataFrame(told, schema=["domain_kind", "domain", "population"], orient="row")


def correlation(one: list[float], other: list[float]) -> float | None:
    a, b = mean(one), mean(other)
    spread = math.sqrt(math.fsum((v - a) ** 2 for v in one) * math.fsum((v - b) ** 2 for v in other))
    return math.fsum((v - a) * (w - b) for v, w in zip(one, other, strict=True)) / spread if spread else None


@settings(max_examples=60, deadline=None)
@given(populations, st.booleans())
def test_with_everyone_known_the_correlation_is_that_of_rating_and_answer(rows: list[Row], weighted: bool) -> None:
    data = pl.DataFrame(rows, schema=SCHEMA)
    design = ratings(weight="w" if weighted else None, strata="h")
    rated = collapse(data.filter("rated"), design, MEASURES, (("d",),))
    census = collapse(data, Design(), MEASURES, (("d",),))
    found = effective_size(rated, census, counts(rows)).rows(named=True)
    told = {(r["domain_kind"], r["domain"]) for r in found}
    assert told == {("all", "")} | {("d", str(r["d"])) for r in rows if r["rated"]} if data["rated"].any() else not told
    for row in found:
        here = [r for r in rows if row["domain_kind"] == "all" or r["d"] == row["domain"]]
        values = [answer(r, row["measure"]) for r in here]
        weights = [(float(str(r["w"])) if weighted else 1.0) * float(bool(r["rated"])) for r in here]
        total, size = len(here), sum(bool(r["rated"]) for r in here)
        value = math.fsum(w * v for w, v in zip(weights, values, strict=True)) / math.fsum(weights)
        spread = math.sqrt(mean([(v - mean(values)) ** 2 for v in values]))
        assert (row["n"], row["population"], row["coverage"]) == (size, total, size / total)
        assert row["value"] == pytest.approx(value)
        assert row["difference"] == pytest.approx(value - mean(values), abs=1e-9)
        if spread < 1e-6:
            assert row["correlation"] is None
            assert row["effective_n"] is None
            continue
        expected = correlation(weights, values)
        if expected is None:  # all rated, with equal weights
            assert row["correlation"] is None
        else:
            assert row["correlation"] == pytest.approx(expected, abs=1e-7)
        square = (value - mean(values)) ** 2
        variance = spread**2 * total / max(total - 1, 1)
        expected_size = 1 / (square / variance + 1 / total)  # d^2 = (1/n - 1/N) S^2
        assert row["effective_n"] == pytest.approx(expected_size, rel=1e-6)
        if size < total and not weighted and row["correlation"]:
            star = (size / total) / (1 - size / total) / row["correlation"] ** 2
            assert row["effective_n"] == pytest.approx(star / (1 + (star - 1) / total), rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(populations, populations)
def test_the_ends_follow_from_the_ends_of_the_sample(rows: list[Row], drawn: list[Row]) -> None:
    data = pl.DataFrame(rows, schema=SCHEMA).with_columns(rated=pl.int_range(pl.len()) < 3)
    rated = collapse(data.filter("rated"), ratings(), MEASURES)
    sample = collapse(pl.DataFrame(drawn, schema=SCHEMA), Design(), MEASURES)
    for row in effective_size(rated, sample, counts(rows)).rows(named=True):
        total, size = len(rows), min(3, len(rows))
        values = [answer(r, row["measure"]) for r in drawn]
        f = size / total
        ends = []
        for place in (row["high"], row["estimate"], row["low"]):
            if place is None:
                ends.append(None)
                continue
            spread = math.sqrt(mean([(v - mean(values)) ** 2 for v in values]))
            if row["measure"] == "top":
                least, most = f * row["value"], 1 - f * (1 - row["value"])
                place = place if place is row["estimate"] else min(max(place, least), most)
                spread = math.sqrt(max(place * (1 - place), 0))
            ends.append((row["value"] - place) / spread if spread > 1e-9 else None)
        for name, gap in zip(("correlation_low", "correlation", "correlation_high"), ends, strict=True):
            if gap is None or f == 1:
                continue
            expected = max(-1.0, min(1.0, gap / math.sqrt((1 - f) / f)))
            assert row[name] == pytest.approx(expected, abs=1e-6)
        low, _, high = ends
        if low is not None and high is not None:
            assert low <= high + 1e-9
            sizes = [total / (1 + (total - 1) * gap**2) for gap in (low, high)]
            most_likely = total if low <= 0 <= high else max(sizes)
            assert row["effective_n_low"] == pytest.approx(min(sizes), rel=1e-6)
            assert row["effective_n_high"] == pytest.approx(most_likely, rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(populations, st.integers(0, 30))
def test_ratings_come_in_parts_as_at_once(rows: list[Row], cut: int) -> None:
    data = pl.DataFrame(rows, schema=SCHEMA)
    one = self_selected(collapse(data, ratings(strata="h"), MEASURES, (("d",),)))
    halves = [
        collapse(part, ratings(strata="h"), MEASURES, (("d",),), part=name)
        for name, part in (("a", data[:cut]), ("b", data[cut:]))
    ]
    both = self_selected(merge(halves))
    assert both.drop("value").equals(one.drop("value"))
    assert both["value"].to_list() == pytest.approx(one["value"].to_list())
