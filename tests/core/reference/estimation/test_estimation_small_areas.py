"""Fay-Herriot against R metafor 3.8-1 (R 4.2.2), relative tolerance 1e-8, and the printed results of R sae.

milk.csv: expenditure on milk in 43 areas (Arora & Lahiri 1997), from samplics 0.4.11 (MIT), the data ``milk`` of sae.

R script (metafor's mixed-effects meta-regression is the same model; its ``PM`` solves Fay and Herriot's moments)::

    library(metafor); options(digits=15); m <- read.csv("milk.csv")
    for (me in c("REML", "ML", "PM")) {
      r <- rma(direct_est, std_error^2, mods=~factor(major_area), data=m, method=me,
               control=list(threshold=1e-14, maxiter=10000, tol=1e-15))
      c(r$tau2, r$beta, r$se, logLik(r)); blup(r)$pred[c(1, 4, 16, 43)] }
    rstandard(rma(..., method="REML"))$z[c(1, 4, 43)]

R sae prints for ``mseFH(yi ~ as.factor(MajorArea), SD^2, data=milk)`` the variance 0.01855 and the squared errors
below; as it stops at steps below 1e-4, they hold to 3e-5. The errors for ML and FH stand, as output of sae, in the
tests of samplics. (samplics itself gives 0.015545 for the ML variance; sae and metafor give ours.)
"""

from pathlib import Path

import polars as pl
import pytest

from sipas.estimation import SmallAreas, fay_herriot

DATA = Path(__file__).parents[1] / "data" / "milk.csv"
METAFOR = {  # variance, coefficients, their errors, log-likelihood, EBLUPs of areas 1, 4, 16, 43
    "REML": (
        0.0185503347627655,
        (0.968188986974959, 0.132780305456739, 0.226946224520597, -0.241301039944628),
        (0.069362208279256, 0.10300088994851, 0.0923299614595018, 0.0816172170835778),
        9.75566237499314,
        (1.02197054415062, 0.76081656508852, 1.15569811392116, 0.681086885060739),
    ),
    "ML": (
        0.0155175087124214,
        (0.96779862555116, 0.127875517563527, 0.226690886798661, -0.242580426338671),
        (0.0659074172432324, 0.098409327595421, 0.0881396752256131, 0.0775386945035832),
        12.7711743117329,
        (1.01617323616576, 0.775349168253941, 1.15903630235048, 0.684097693266086),
    ),
    "FH": (
        0.0164202636541285,
        (0.967901149597949, 0.129450184752717, 0.226791025351524, -0.242151786861437),
        (0.066958955461531, 0.0998033346909570, 0.0894119050855239, 0.0787798576182991),
        12.7620506342478,
        (1.01797592421317, 0.770692058125967, 1.15799200397054, 0.683160937834271),
    ),
}
SAE = {  # mean squared errors of areas 1, 2, 3, 9, 22, 43
    "REML": (0.013460220, 0.005372876, 0.005701990, 0.014184043, 0.017243977, 0.009903626),
    "ML": (0.013579953, 0.005512868, 0.005850584, 0.014345961, 0.017193729, 0.010037140),
    "FH": (0.012757016, 0.005314467, 0.005632201, 0.013470878, 0.015890240, 0.009484220),
}


def made(method: str) -> SmallAreas:
    areas = pl.read_csv(DATA).with_columns(pl.col("major_area").cast(pl.String))
    columns = {"area": "small_area", "direct": "direct_est", "se": "std_error"}
    return fay_herriot(areas, ("major_area",), method=method, **columns)


@pytest.mark.parametrize("method", sorted(METAFOR))
def test_model_as_metafor(method: str) -> None:
    variance, coefficients, errors, likelihood, eblups = METAFOR[method]
    got = made(method)
    assert got.refvar == pytest.approx(variance, rel=1e-8)
    assert got.coefficients["estimate"].to_list() == pytest.approx(coefficients, rel=1e-8)
    assert got.coefficients["se"].to_list() == pytest.approx(errors, rel=1e-8)
    assert got.loglikelihood == pytest.approx(likelihood, rel=1e-8)
    assert [got.table["estimate"][place] for place in (0, 3, 15, 42)] == pytest.approx(eblups, rel=1e-8)
    assert (got.at_zero, got.modelled, got.synthetic) == (False, 43, 0)
    assert got.aic == pytest.approx(10 - 2 * likelihood, rel=1e-8)


@pytest.mark.parametrize("method", sorted(SAE))
def test_mean_squared_errors_as_sae(method: str) -> None:
    got = made(method).table
    assert [got["mse"][place] for place in (0, 1, 2, 8, 21, 42)] == pytest.approx(SAE[method], rel=3e-5)
    assert got["rmse"].to_list() == pytest.approx([mse**0.5 for mse in got["mse"]])


def test_printed_variance() -> None:
    assert made("REML").refvar == pytest.approx(0.01855, abs=5e-6)


def test_standardised_residuals_as_metafor() -> None:
    got = made("REML").table["residual"]
    assert [got[place] for place in (0, 3, 42)] == pytest.approx(
        [0.651549633959218, -2.125342038942176, -0.475849591019462], rel=1e-8
    )


def test_an_area_without_sample_changes_nothing_else() -> None:
    areas = pl.read_csv(DATA).with_columns(pl.col("major_area").cast(pl.String))
    columns = {"area": "small_area", "direct": "direct_est", "se": "std_error"}
    strange = areas.select("major_area", small_area=100 + pl.col("small_area")).head(1)
    added = pl.concat([areas, strange], how="diagonal")
    got, before = fay_herriot(added, ("major_area",), **columns), made("REML")
    assert got.table.head(43).equals(before.table)
    last = got.table.row(43, named=True)
    assert (last["source"], last["reason"], last["gamma"], last["direct"]) == ("synthetic", "no_direct", 0.0, None)
    assert last["estimate"] == pytest.approx(0.968188986974959, rel=1e-8)
    assert last["mse"] == pytest.approx(0.0185503347627655 + 0.069362208279256**2, rel=1e-8)
    assert (got.synthetic, got.reasons) == (1, {"no_direct": 1, "no_variance": 0, "zero_variance": 0})
