"""Intervals of shares against R survey 4.1-1 (R 4.2.2) on its api data; relative tolerance 1e-8.

``logit`` and ``likelihood`` as R gives them hang on the stopping rule of ``glm`` and, the second, on a linear
interpolation between points of the profile: they are held to 1e-9 and 5e-5. The likelihood's own numbers solve R's
equation by ``uniroot`` to 1e-14. ``wilson`` came with survey 4.5: its formula is written out, and 0.568979 (ds, aw) is
what 4.5 prints. ``nchs`` is ``beta`` with at most n answers (R package surveytable, ``adj = "NCHS"``).

R script::

    library(survey); data(api); options(digits=15)
    ds <- svydesign(id=~1, strata=~stype, weights=~pw, fpc=~fpc, data=apistrat)
    d1 <- svydesign(id=~dnum, weights=~pw, fpc=~fpc, data=apiclus1)
    d2 <- svydesign(id=~dnum, weights=~pw, data=apiclus2)
    for (D in list(ds, d1, d2)) { D <- update(D, high=as.numeric(api00>650), aw=as.numeric(awards=="Yes"))
      for (v in c("high", "aw")) {
        f <- as.formula(paste0("~",v)); m <- svymean(f,D); p <- coef(m)[1]; V <- vcov(m)[1,1]; df <- degf(D)
        for (k in c("xlogit","beta","asin","mean","logit","likelihood")) print(attr(svyciprop(f,D,method=k),"ci"))
        g <- svyglm(as.formula(paste0(v,"~1")), D, family=quasibinomial, control=list(epsilon=1e-14))
        w <- g$prior.weights; y <- g$y; b <- coef(g)
        dev <- function(e) sum(w*(-2)*(y*plogis(e,log.p=TRUE)+(1-y)*plogis(-e,log.p=TRUE)))
        h <- function(e) (dev(e)-dev(b))/summary(g)$dispersion[1] - qt(.975,df)^2*g$cov.unscaled/g$naive.cov
        plogis(c(uniroot(h,c(b-6,b),tol=1e-14)$root, uniroot(h,c(b,b+6),tol=1e-14)$root))
        ne <- p*(1-p)/V; t <- qt(.975,df)
        (p+t^2/(2*ne)+c(-1,1)*t*sqrt(p*(1-p)/ne+t^2/(4*ne^2)))/(1+t^2/ne)
        e <- min(nrow(D), ne*(qt(.025,nrow(D)-1)/qt(.025,df))^2)
        qbeta(c(.025,.975), c(e*p,e*p+1), c(e*(1-p)+1,e*(1-p))) } }
    qbeta(c(.025,.975), c(20,21), c(81,80))  # CAPPED; at 0 of 40 answers the end is 1 - .025^(1/40)
"""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sipas.estimation import Design, Share, collapse, estimate, nchs_interval, share_interval

DATA = Path(__file__).parents[1] / "data"
DESIGNS = {
    "ds": ("apistrat", Design(weight="pw", strata="stype", population="fpc")),
    "d1": ("apiclus1", Design(weight="pw", psu="dnum", population="fpc")),
    "d2": ("apiclus2", Design(weight="pw", psu="dnum")),
}
ENDS = {
    ("ds", "high"): {
        "xlogit": (0.462014618778062, 0.61020384460514),
        "beta": (0.459775821296719, 0.612790253026108),
        "asin": (0.462148762918401, 0.610874282511231),
        "mean": (0.462283241213284, 0.611565642546642),
        "rlogit": (0.462014618775789, 0.610203844602867),
        "rlikelihood": (0.461963462767405, 0.610784169437906),
        "likelihood": (0.461963601290494, 0.610784029880169),
        "wilson": (0.462292019246365, 0.609938366631675),
        "nchs": (0.459775821296719, 0.612790253026108),
    },
    ("ds", "aw"): {
        "xlogit": (0.568721098868047, 0.703675779368256),
        "beta": (0.567218701479749, 0.706354783014459),
        "asin": (0.569926322567724, 0.705177805715608),
        "mean": (0.571084874530262, 0.706787253570895),
        "rlogit": (0.568721098868047, 0.703675779368256),
        "rlikelihood": (0.569395984603679, 0.704785901384176),
        "likelihood": (0.569395186777021, 0.704784106588521),
        "wilson": (0.568978594491136, 0.703456813580702),
        "nchs": (0.567218701479749, 0.706354783014459),
    },
    ("d1", "high"): {
        "xlogit": (0.300927115939978, 0.721558150946952),
        "beta": (0.279862319657403, 0.743143550362647),
        "asin": (0.29553587507555, 0.729083057978154),
        "mean": (0.289442379002944, 0.737880025368641),
        "rlogit": (0.300927115939967, 0.721558150946936),
        "rlikelihood": (0.297983197709393, 0.725860758768512),
        "likelihood": (0.29799734866197, 0.725855268874018),
        "wilson": (0.306783103338531, 0.715961939496341),
        "nchs": (0.279862319657403, 0.743143550362647),
    },
    ("d1", "aw"): {
        "xlogit": (0.634839191610523, 0.775816511446147),
        "beta": (0.633436839061471, 0.7793385361783),
        "asin": (0.637293732643802, 0.778353441266753),
        "mean": (0.639565304320704, 0.781199723001701),
        "rlogit": (0.634839191610184, 0.775816511445812),
        "rlikelihood": (0.636352583271496, 0.777592284107711),
        "likelihood": (0.636350809020887, 0.777590902783389),
        "wilson": (0.635227858390789, 0.775524707412264),
        "nchs": (0.633436839061471, 0.7793385361783),
    },
    ("d2", "high"): {
        "xlogit": (0.339210540187809, 0.673246733775811),
        "beta": (0.326510263950826, 0.68618421223179),
        "asin": (0.336383697885861, 0.676800793559406),
        "mean": (0.333330122792639, 0.680692017428763),
        "rlogit": (0.339210540187809, 0.673246733775811),
        "rlikelihood": (0.337249881580623, 0.675675314737153),
        "likelihood": (0.337259204068388, 0.675666378689388),
        "wilson": (0.342191347967703, 0.670320778587501),
        "nchs": (0.326510263950826, 0.68618421223179),
    },
    ("d2", "aw"): {
        "xlogit": (0.505468955458148, 0.755390255154761),
        "beta": (0.500012477798271, 0.76424014531699),
        "asin": (0.509047672386418, 0.760864717748535),
        "mean": (0.512453641906417, 0.767251155141554),
        "rlogit": (0.505468955457374, 0.755390255153777),
        "rlikelihood": (0.507621491373135, 0.759135636681023),
        "likelihood": (0.507619034512951, 0.759129215567218),
        "wilson": (0.507170902347452, 0.754129951722761),
        "nchs": (0.500012477798271, 0.76424014531699),
    },
}
CAPPED = (0.126655552101956, 0.291842689088628)


def ends(name: str, measure: str, method: str) -> tuple[float, float]:
    file, design = DESIGNS[name]
    rows = pl.read_csv(DATA / f"{file}.csv").with_columns(
        high=(pl.col("api00") > 650).cast(pl.Int16), aw=(pl.col("awards") == "Yes").cast(pl.Int16)
    )
    table = estimate(collapse(rows, design, (Share(measure, measure, (1,)),)), interval=method)
    return table["low"][0], table["high"][0]


@pytest.mark.parametrize("method", ["logit", "beta", "asin", "mean", "wilson", "likelihood", "nchs"])
@pytest.mark.parametrize(("name", "measure"), sorted(ENDS))
def test_ends(name: str, measure: str, method: str) -> None:
    expected = ENDS[name, measure]["xlogit" if method == "logit" else method]
    assert ends(name, measure, method) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(("name", "measure"), sorted(ENDS))
def test_what_r_calls_logit_is_the_same_interval(name: str, measure: str) -> None:
    assert ends(name, measure, "logit") == pytest.approx(ENDS[name, measure]["rlogit"], rel=1e-9)


@pytest.mark.parametrize(("name", "measure"), sorted(ENDS))
def test_the_likelihood_interval_as_r_interpolates_it(name: str, measure: str) -> None:
    assert ends(name, measure, "likelihood") == pytest.approx(ENDS[name, measure]["rlikelihood"], rel=5e-5)


def test_nchs_takes_at_most_n_answers_and_n_at_0_and_1() -> None:
    share, se, df, n = (np.array(values) for values in ([0.2, 0.0], [0.001, 0.0], [30.0, 30.0], [100.0, 40.0]))
    low, high = share_interval(share, se, df, np.array([70.0, 25.0]), n, method="nchs")
    assert [low[0], high[0]] == pytest.approx([CAPPED[0], CAPPED[1]], rel=1e-9)
    assert [low[1], high[1]] == pytest.approx([0.0, 1 - 0.025 ** (1 / 40)], rel=1e-9)
    direct = nchs_interval(share, df, np.array([1e5, 25.0]), n)
    assert np.array_equal(direct, (low, high))
