"""Strata with one primary unit against R survey 4.1-1 (R 4.2.2); relative tolerance 1e-8.

R's ``adjust`` takes deviations from 0; ours (``centered``) from the mean of all primary units, as R 4.5 and Stata do.
For means and ratios both are the same, since their scores add to 0; totals under ``centered`` have the slow twin in
tests/core/properties as their witness.

R script::

    library(survey); data(api); st <- apistrat
    lo <- rbind(st[st$stype=="E",][1:30,], st[st$stype=="H",][1,], st[st$stype=="M",][1:20,])
    for (rule in c("adjust", "remove", "certainty", "average")) { options(survey.lonely.psu=rule)
      for (f in list(NULL, ~fpc)) { D <- svydesign(id=~1, strata=~stype, weights=~pw, fpc=f, data=lo)
        SE(svymean(~api00, D)); SE(svyratio(~api.stu, ~enroll, D)); SE(svyby(~api00, ~awards, D, svymean))
        SE(svytotal(~api.stu, D)) } }
"""

from pathlib import Path

import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.estimation import Design, Mean, Ratio, Request, collapse, estimate

DATA = Path(__file__).parents[1] / "data"
# SEs of the mean of api00, the ratio, the means without and with awards, the total of students
EXPECTED = {
    ("centered", False): (18.4668786433085, 0.0144578793849026, 29.8848022186545, 23.2612289625737, None),
    ("centered", True): (18.3890187730685, 0.0143327259577275, 29.7490406835223, 23.1721873516206, None),
    ("remove", False): (18.3854731147323, 0.0144537150800486, 29.5589645278877, 23.2612289625737, 52235.0350626571),
    ("remove", True): (18.3073755561092, 0.0143285308441573, 29.4221354805085, 23.1721873516206, 51919.7944176272),
    ("certainty", False): (18.3854731147323, 0.0144537150800486, 29.5589645278877, 23.2612289625737, 52235.0350626571),
    ("certainty", True): (18.3073755561092, 0.0143285308441573, 29.4221354805085, 23.1721873516206, 51919.7944176272),
    ("average", False): (22.5175139053763, 0.0177021134168448, 36.2021902091763, 23.2612289625737, 63974.5912999491),
    ("average", True): (22.4218643209845, 0.0175487946659578, 36.0346095351413, 23.1721873516206, 63588.5019366946),
}
MEASURES = (Mean("api00", "api00"), Ratio("ratio", "api_stu", "enroll"), Mean("students", "api_stu"))
REQUESTS = (Request("api00", "mean"), Request("ratio", "ratio"), Request("students", "total"))


def sample() -> pl.DataFrame:
    data = pl.read_csv(DATA / "apistrat.csv").rename({"api.stu": "api_stu"})
    return pl.concat([data.filter(pl.col("stype") == kind).head(n) for kind, n in (("E", 30), ("H", 1), ("M", 20))])


@pytest.mark.parametrize(("rule", "corrected"), sorted(EXPECTED))
def test_each_rule(rule: str, corrected: bool) -> None:
    design = Design(weight="pw", strata="stype", population="fpc" if corrected else None, lonely=rule)
    table = estimate(collapse(sample(), design, MEASURES, (("awards",),)), REQUESTS)
    mean, ratio, without, with_awards, total = EXPECTED[rule, corrected]
    whole = table.filter(pl.col("domain_kind") == "all")
    assert whole["se"].to_list()[:2] == pytest.approx([mean, ratio], rel=1e-8)
    assert set(whole["lonely"]) == {1}
    by_award = table.filter(pl.col("domain_kind") == "awards", pl.col("variable") == "api00")
    assert by_award["se"].to_list() == pytest.approx([without, with_awards], rel=1e-8)
    assert by_award["lonely"].to_list() == [1, 0]
    if total is not None:
        assert whole["se"][2] == pytest.approx(total, rel=1e-8)


def test_fail_names_the_stratum() -> None:
    moments = collapse(sample(), Design(weight="pw", strata="stype", lonely="fail"), MEASURES)
    with pytest.raises(SipasError) as caught:
        estimate(moments)
    assert (caught.value.code, caught.value.got) == ("estimation.lonely_stratum", ["H"])


def test_a_unit_taken_with_certainty_is_not_lonely() -> None:
    data = sample().with_columns(pl.when(pl.col("stype") == "H").then(1).otherwise("fpc").alias("fpc"))
    design = Design(weight="pw", strata="stype", population="fpc", lonely="fail")
    assert set(estimate(collapse(data, design, MEASURES))["lonely"]) == {0}
