"""What every interval of a share must be, whatever the share."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.estimation import share_interval

METHODS = ("logit", "beta", "nchs", "wilson", "likelihood", "asin")
shares = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(1e-9, 1 - 1e-9))


def ends(method: str, share: float, relative: float, df: float, n: int, level: float) -> tuple[float, float]:
    se = relative * np.sqrt(share * (1 - share))
    arrays = (np.array([value]) for value in (share, se, df, n / 1.3, float(n)))
    low, high = share_interval(*arrays, level=level, method=method)
    return float(low[0]), float(high[0])


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(METHODS),
    shares,
    st.floats(1e-3, 1.5),
    st.one_of(st.integers(1, 400), st.just(np.inf)),
    st.integers(1, 5000),
)
def test_it_holds_the_share_lies_between_0_and_1_and_grows_with_the_level(
    method: str, share: float, relative: float, df: float, n: int
) -> None:
    inner = ends(method, share, relative, df, n, 0.8)
    outer = ends(method, share, relative, df, n, 0.95)
    assert 0 <= outer[0] <= inner[0] + 1e-12 <= share + 2e-12
    assert share - 2e-12 <= inner[1] - 1e-12 <= outer[1] <= 1
    assert outer[0] < outer[1]


@settings(deadline=None, max_examples=200)
@given(st.sampled_from((*METHODS, "mean")), shares, st.floats(1e-3, 1.5), st.integers(1, 400), st.integers(1, 5000))
def test_the_other_answer_has_the_mirror_image(method: str, share: float, relative: float, df: int, n: int) -> None:
    low, high = ends(method, share, relative, df, n, 0.95)
    other_low, other_high = ends(method, 1 - share, relative, df, n, 0.95)
    assert (low, high) == pytest.approx((1 - other_high, 1 - other_low), abs=1e-7)


@pytest.mark.parametrize("method", [*METHODS, "mean"])
def test_no_degrees_of_freedom_no_interval(method: str) -> None:
    for share in (0.0, 0.4, 1.0):
        assert np.isnan(ends(method, share, 0.1, 0, 20, 0.95)).all()
