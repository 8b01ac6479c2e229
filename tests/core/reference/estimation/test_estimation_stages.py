"""Designs of several stages: which stage makes the variance, against R survey 4.1-1 (R 4.2.2); relative tolerance 1e-8.

R script::

    library(survey); data(api); options(digits=15); options(survey.lonely.psu="adjust")
    c1 <- apiclus1; c1$high <- as.numeric(c1$api00>650)
    all <- svydesign(id=~1, strata=~dnum, weights=~pw, data=c1)
    sure <- c1$dnum %in% c(637,716)
    c1$s <- ifelse(sure, paste("c", c1$dnum), "s"); c1$p <- ifelse(sure, paste("u", c1$snum), paste("d", c1$dnum))
    mixed <- svydesign(id=~p, strata=~s, weights=~pw, data=c1, nest=TRUE)
    for (D in list(all, mixed)) {
      m <- svymean(~high, D); c(coef(m), SE(m), degf(D), attr(svyciprop(~high, D, method="xlogit"), "ci")) }

``all`` are districts all of which were drawn, ``mixed`` two districts taken for certain and a sample of the others.
"""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from sipas.estimation import Share, collapse, estimate
from sipas.rounds.settings import Documents, Round, Window
from sipas.rounds.steps.survey_design import survey_design, variance_units

DATA = Path(__file__).parents[1] / "data" / "apiclus1.csv"
DAY = date(2026, 1, 1)
HIGH = Share("high", "high", (1,))
FROM_R = {
    "all": (0.513661202185792, 0.029428774806087, 168, 0.455640288348418, 0.571316247442245),
    "mixed": (0.513661202185792, 0.060498180796599, 58, 0.394101369918451, 0.631677801013502),
}


def schools(kind: str) -> pl.DataFrame:
    certain = pl.lit(kind == "all") | pl.col("dnum").is_in([637, 716])
    size = pl.when(certain).then(15 if kind == "all" else 2)
    return pl.read_csv(DATA).select(
        "pw",
        high=(pl.col("api00") > 650).cast(pl.Int64),
        unit_id=pl.col("snum").cast(pl.String),
        role=pl.lit("official"),
        stratum=pl.when(certain).then(pl.lit("s [π=1]")).otherwise(pl.lit("s")),
        psu=pl.col("dnum").cast(pl.String),
        psu_population=size.otherwise(755),
        psu_sample=size.otherwise(13),
        stage_2_id=pl.col("snum").cast(pl.String),
        stage_2_stratum=pl.lit(""),
        stage_2_population=pl.len().over("dnum") * 2,
        stage_2_sample=pl.len().over("dnum"),
    )


def settings(stages: int) -> Round:
    return Round(
        name="r",
        title="r",
        year=2026,
        edition="sipas-2023",
        province="08",
        window=Window(first=DAY, last=DAY),
        documents=Documents(date=DAY, place="", department="", parent="", signer=""),
        design={"stages": [{"unit": "dnum"}] * (stages - 1) + [{"unit": "unit_id"}]},
    )


def estimated(sample: pl.DataFrame, rows: pl.DataFrame) -> dict[str, float]:
    design, psus = survey_design(sample, settings(2))
    answers = variance_units(rows).with_columns(final="pw")
    return estimate(collapse(answers, design, (HIGH,), psus=psus)).row(0, named=True)


@pytest.mark.parametrize("kind", sorted(FROM_R))
def test_complete_stages_become_strata(kind: str) -> None:
    row = estimated(schools(kind), schools(kind))
    got = [row[column] for column in ("estimate", "se", "df", "low", "high")]
    assert got == pytest.approx(FROM_R[kind], rel=1e-8)


def test_reserves_and_silent_clusters() -> None:
    sample = schools("mixed").with_columns(
        role=pl.when(pl.int_range(pl.len()) % 5 == 0).then(pl.lit("reserve")).otherwise("role")
    )
    rows = sample.filter(pl.col("psu") != "135")
    design, psus = survey_design(sample, settings(2))
    assert (design.psu, design.population) == ("psu", None)
    assert psus is not None
    assert psus["stratum"].unique().to_list() == ["s"]
    row = estimated(sample, rows)
    assert row["n"] == rows.height
    assert row["se"] > 0.03


def test_three_stages_all_complete_reach_the_respondents() -> None:
    sample = schools("all").with_columns(
        stage_2_id=pl.col("stage_2_id").str.slice(0, 1),
        stage_2_population="stage_2_sample",
        stage_3_id="unit_id",
        stage_3_stratum=pl.lit("t"),
        stage_3_population=pl.lit(9),
        stage_3_sample=pl.lit(2),
    )
    found = variance_units(sample)
    assert found["psu"].to_list() == sample["unit_id"].to_list()
    first = sample.row(0, named=True)
    assert found["stratum"][0] == f"s [π=1] › {first['psu']} ›  › {first['stage_2_id']} › t"
    _, psus = survey_design(sample, settings(3))
    assert psus is not None
    assert psus.is_empty()
    assert estimated(sample, sample)["se"] > 0


def test_one_stage_is_left_as_it_is() -> None:
    sample = schools("all").select(pl.exclude("^stage_.*$"))
    assert variance_units(sample).equals(sample)
    design, psus = survey_design(sample, settings(1))
    assert (design.psu, design.population, psus) == (None, "psu_population", None)
