"""The forecast of domains that cut across strata, beside Cochran's formula worked out person by person."""

from math import sqrt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipas.sampling import Expectation, draw, forecast, parse_design

Z = 1.959963984540054
CELLS = st.dictionaries(
    st.tuples(st.sampled_from("ABC"), st.sampled_from(["nam", "nữ"])), st.integers(1, 6), min_size=1
)


@given(CELLS, st.integers(2, 9))
def test_domains_agree_with_the_textbook(cells: dict[tuple[str, str], int], n: int) -> None:
    """Cochran 5A.13: V = 1/N_d² Σ N_h² (1-f_h)/n_h S²_zh with z = y - p inside the domain and 0 outside.

    Every cell holds fives, two of five satisfied: p = 0.4 everywhere.
    """
    people = [(h, d, y) for (h, d), fives in cells.items() for y in (1, 1, 0, 0, 0) * fives]
    rules = parse_design({
        "stages": [{"unit": "unit_id", "strata": ["agency"], "size": {"rule": "fixed", "n": n, "per": ["agency"]}}]
    })
    counts = pl.DataFrame(
        [(h, d, 5 * m) for (h, d), m in cells.items()], schema=["agency", "sex", "count"], orient="row"
    )
    made = forecast(counts, rules, Expectation(0.4), by=("sex",)).units
    for sex, margin in made.select("sex", "margin").iter_rows():
        variance = 0.0
        for h in {h for h, _, _ in people}:
            z = [(y - 0.4) * (d == sex) for stratum, d, y in people if stratum == h]
            size, taken = len(z), min(n, len(z))
            mean = sum(z) / size
            spread = sum((value - mean) ** 2 for value in z) / (size - 1)
            variance += size**2 * (1 - taken / size) / taken * spread
        domain = sum(d == sex for _, d, _ in people)
        assert margin == pytest.approx(Z * sqrt(variance) / domain, abs=1e-12)


@given(
    st.dictionaries(st.text("abcđ", min_size=1, max_size=3), st.integers(1, 60), min_size=1, max_size=6),
    st.sampled_from([
        {"rule": "equal", "minimum": 1},
        {"rule": "proportional", "minimum": 2},
        {"rule": "power", "exponent": 0.5, "minimum": 1},
    ]),
    st.floats(0.05, 0.5),
    st.sampled_from([0, 0.3, 1]),
)
def test_the_draw_keeps_what_the_forecast_promises(
    sizes: dict[str, int], allocation: dict[str, object], error: float, reserve: float
) -> None:
    stage = {"unit": "unit_id", "strata": ["agency"], "size": {"rule": "yamane", "error": error, "per": ["agency"]}}
    rules = parse_design({"stages": [stage | {"allocation": allocation}], "reserve": reserve})
    frame = pl.DataFrame(
        [(f"{agency}-{i}", agency) for agency, n in sizes.items() for i in range(n)],
        schema=["unit_id", "agency"],
        orient="row",
    )
    counts = frame.group_by("agency").len("count").cast({"count": pl.Int64})
    made = forecast(counts, rules, Expectation()).units
    drawn = draw(frame, rules, "0" * 64).sample
    official = dict(drawn.filter(pl.col("role") == "official").group_by("stratum").len().iter_rows())
    spare = dict(drawn.filter(pl.col("role") == "reserve").group_by("stratum").len().iter_rows())
    for agency, n, reserves in made.select("agency", "sample", "reserve").iter_rows():
        assert (n, reserves) == (official.get(agency, 0), spare.get(agency, 0))
