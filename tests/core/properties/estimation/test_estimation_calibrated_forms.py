"""The forms of scores and calibration variables give what the written-out residuals give."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.estimation import CalibratedWeight, Design, Mean, Share, across, collapse_calibrated, grids, ratios
from sipas.estimation.designs.design import Lonely
from sipas.estimation.linear.linearised import Linearised

MEASURES = (Mean("y", "y"), Share("s", "s", (1,)))


@st.composite
def samples(draw: st.DrawFn) -> pl.DataFrame:
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    count = draw(st.integers(3, 40))
    stratum = random.integers(0, draw(st.integers(1, 5)), count)
    psu = stratum * 10 + random.integers(0, draw(st.integers(1, 4)), count)
    base = random.uniform(0.5, 3, count)
    table = {
        "stratum": stratum,
        "psu": psu,
        "d": base,
        "w": base * random.uniform(0.7, 1.4, count),
        "a": random.integers(0, 3, count),
        "b": random.integers(0, 2, count),
        "kind": random.integers(0, 4, count),
        "y": random.normal(5, 2, count),
        "s": random.integers(0, 2, count),
    }
    frame = pl.DataFrame(table).with_columns(N=pl.lit(5.0))
    return frame.with_columns(pl.when(pl.col("y") > 3).then("y").alias("y"), pl.col("kind").cast(pl.String))


@pytest.mark.parametrize("lonely", ["centered", "adjust", "remove", "certainty"])
@given(rows=samples(), by_row=st.booleans(), finite=st.booleans())
@settings(max_examples=20, deadline=None)
def test_forms_equal_residuals(rows: pl.DataFrame, lonely: Lonely, by_row: bool, finite: bool) -> None:
    size = "N" if finite and not by_row else None
    design = Design(weight="w", strata="stratum", psu=None if by_row else "psu", population=size, lonely=lonely)
    calibration = CalibratedWeight(base="d", margins=("a", "b"))
    moments = collapse_calibrated(rows, design, MEASURES, (("kind",),), calibration=calibration)
    whole, parts = (ratios(grid, MEASURES) for grid in grids(moments))
    for one in (whole, parts):
        assert one._form is not None
        plain = written_out(one)
        scale = np.sqrt(np.nanmax(plain.variance(), initial=1e-12))
        assert one.variance() == pytest.approx(plain.variance(), rel=1e-9, abs=1e-12 * scale**2 + 1e-13, nan_ok=True)
        assert one.covariances() == pytest.approx(plain.covariances(), rel=1e-7, abs=1e-11, nan_ok=True)
    between = across(parts, "y", whole, "s")
    assert between == pytest.approx(across(written_out(parts), "y", written_out(whole), "s"), abs=1e-11, nan_ok=True)


def written_out(one: Linearised) -> Linearised:
    """The same estimates on the path that writes residuals out."""

    class Plain(Linearised):
        _form = None

        def side(self, name: str) -> Linearised:
            return written_out(super().side(name))

    return Plain(one.grid, one.names, one.values, one.scores, one.answers, one.crossed)
