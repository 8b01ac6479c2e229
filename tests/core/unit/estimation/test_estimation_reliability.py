"""Which estimates may be shown, by rows made by hand. Intervals from R 4.2.2::

kg <- function(p,se,n,df) { v <- p*(1-p)/se^2; e <- min(n, v*(qt(.025,n-1)/qt(.025,df))^2)
  print(c(min(n,v), qbeta(c(.025,.975), c(e*p,e*p+1), c(e*(1-p)+1,e*(1-p))))) }
kg(.62,.02,900,60); kg(.02,.008,400,60)
"""

import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.estimation import reliability
from sipas.tables import ESTIMATES


def table(*rows: tuple[str, float | None, float | None, int, float]) -> pl.DataFrame:
    made = [
        {
            "domain_kind": "all",
            "domain": str(i),
            "variable": "q",
            "statistic": statistic,
            "category": None,
            "n": n,
            "weight_sum": 1.0,
            "estimate": value,
            "se": se,
            "low": None,
            "high": None,
            "df": df,
            "deff": None,
            "lonely": 0,
        }
        for i, (statistic, value, se, n, df) in enumerate(rows)
    ]
    return pl.DataFrame(made, schema={c.name: c.dtype for c in ESTIMATES.columns})


@pytest.mark.parametrize(
    ("row", "presentation", "flags"),
    [
        (("top_box", 0.62, 0.02, 900, 60), "show", ""),
        (("top_box", 0.62, 0.02, 29, 60), "suppress", "few_answers; few_effective; wide"),
        (("share", 0.5, 0.095, 200, 20), "suppress", "few_effective; wide"),
        (("share", 0.5, 0.08, 200, 20), "suppress", "wide"),
        (("share", 0.02, 0.008, 400, 60), "show", ""),
        (("share", 0.03, 0.013, 260, 60), "suppress", "wide_relative"),
        (("share", 0.97, 0.013, 260, 60), "review", "complement_wide"),
        (("share", 0.01, 0.002, 5000, 60), "show", ""),
        (("share", 0.4, 0.03, 400, 7), "review", "few_degrees"),
        (("share", 0.4, 0.03, 400, 8), "show", ""),
        (("share", 0.0, 0.0, 400, 60), "review", "all_or_none"),
        (("share", 1.0, 0.0, 400, 60), "review", "all_or_none"),
        (("share", 0.0, 0.0, 29, 60), "suppress", "few_answers; few_effective; all_or_none"),
        (("share", None, None, 0, 0), "suppress", "no_estimate"),
        (("share", 0.4, None, 40, 0), "suppress", "no_error; few_degrees"),
        (("mean", 50.0, 8.25, 40, 60), "show", ""),
        (("mean", -50.0, 8.3, 40, 60), "review", "marginal_cv"),
        (("total", 100.0, 33.4, 40, 60), "suppress", "high_cv"),
        (("count", 0.0, 0.0, 40, 60), "show", ""),
        (("mean", 0.0, 0.1, 40, 60), "suppress", "high_cv"),
        (("ratio", 2.0, 0.1, 40, 5), "review", "few_degrees"),
        (("mean", 2.0, None, 1, 0), "suppress", "no_error; few_degrees"),
    ],
)
def test_presentation(row: tuple[str, float | None, float | None, int, float], presentation: str, flags: str) -> None:
    got = reliability(table(row)).row(0, named=True)
    assert (got["presentation"], got["flags"]) == (presentation, flags)


def test_the_numbers_behind_it() -> None:
    got = reliability(
        table(("top_box", 0.62, 0.02, 900, 60), ("share", 0.02, 0.008, 400, 60), ("mean", 4.0, 1.0, 9, 9))
    )
    assert got["effective"].to_list() == pytest.approx([589.0, 306.25, None])
    assert got["low"].to_list()[:2] == pytest.approx([0.578624313549133, 0.00730930003888136], rel=1e-9)
    assert got["high"].to_list()[:2] == pytest.approx([0.660118392370969, 0.043239637554068], rel=1e-9)
    assert got["relative_width"][0] == pytest.approx((got["high"][0] - got["low"][0]) / 0.62)
    assert got["relative_width_complement"][0] == pytest.approx((got["high"][0] - got["low"][0]) / 0.38)
    assert got["cv"].to_list() == [None, None, 0.25]


def test_no_rows_and_a_level_that_is_none() -> None:
    assert reliability(table()).height == 0
    with pytest.raises(SipasError) as caught:
        reliability(table(), level=95)
    assert (caught.value.code, caught.value.parameter) == ("estimation.level_not_valid", "level")
