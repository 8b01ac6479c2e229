"""The attack on the published tables: it finds people in unprotected tables and nobody in what is published."""

from io import BytesIO
from pathlib import Path

import polars as pl
import pytest

from sipas.instrument import Edition, load
from sipas.publication import plan_suppression, suppress_estimates

from . import open_data_attack as attack

EDITION: Edition = load("sipas-2017")
MINIMUM = EDITION.minimum_cell


@pytest.fixture(scope="module")
def cases(finished: Path) -> pl.DataFrame:
    root = finished / "r2026"
    read = {name: pl.read_parquet(root / f"{name}.parquet") for name in ("weights", "sample", "frame", "responses")}
    frame = read["frame"].select("unit_id", "agency", "agency_level", "field", "respondent_kind")
    rows = read["weights"].select("case_id", "final").join(read["sample"].select("case_id", "unit_id"), on="case_id")
    return rows.join(frame, on="unit_id").join(read["responses"], on="case_id")


@pytest.fixture(scope="module")
def alone(cases: pl.DataFrame) -> dict[tuple[str, str], float]:
    """Agencies with one organisation, and its weight as a multiple of a person's."""
    person, other = (pl.col("final").filter(pl.col("respondent_kind") == kind) for kind in ("person", "organisation"))
    found = cases.group_by("agency").agg(size=pl.len(), one=other.len(), ratio=other.mean() / person.mean())
    kept = found.filter(pl.col("one") == 1, pl.col("size") >= MINIMUM, (pl.col("ratio") - 1).abs() > 0.01)
    return {("agency", agency): ratio for agency, ratio in kept.sort("agency").select("agency", "ratio").iter_rows()}


@pytest.fixture(scope="module")
def bare(finished: Path) -> pl.DataFrame:
    """What stood in the tables before: cells of few people withheld, all figures exact."""
    root = finished / "r2026"
    exact, index = (pl.read_parquet(root / f"{name}.parquet") for name in ("estimates", "index"))
    plan = plan_suppression(exact, index, EDITION, domains=pl.read_parquet(root / "frame.parquet"))
    hidden = suppress_estimates(exact, plan)["suppressed"]
    return exact.with_columns(suppressed=hidden).filter(~pl.col("suppressed"))


def published(root: Path) -> dict[str, pl.DataFrame]:
    csv = (root / "open-data" / "estimates.csv").read_bytes()
    shown = pl.read_parquet(root / "disclosed" / "estimates.parquet")
    schema = dict(shown.schema)
    return {"csv": pl.read_csv(BytesIO(csv), schema_overrides=schema), "disclosed": shown}


@pytest.mark.parametrize("form", ["csv", "disclosed"])
def test_the_attacker_finds_nobody_in_what_is_published(
    form: str, finished: Path, cases: pl.DataFrame, alone: dict[tuple[str, str], float]
) -> None:
    table = published(finished / "r2026")[form]
    assert table.filter(~pl.col("suppressed"))["domain_kind"].n_unique() > 3
    told = attack.small_groups(table, EDITION, MINIMUM)
    assert {key: n for key, n in told.items() if true_organisations(cases, *key) == n} == {}
    assert attack.rare(table, EDITION) == []
    assert list(attack.decoded(table, EDITION, alone, attack.whole_people)) == []


def test_the_attacker_finds_people_in_exact_tables(
    bare: pl.DataFrame, cases: pl.DataFrame, alone: dict[tuple[str, str], float]
) -> None:
    told = attack.small_groups(bare, EDITION, MINIMUM)
    assert sum(true_organisations(cases, *key) == n for key, n in told.items()) > 10
    assert attack.rare(bare, EDITION)
    some = dict(list(alone.items())[:2])
    found = list(attack.decoded(bare, EDITION, some, attack.exact))
    assert len(found) > 10
    for (_, agency, variable), answer in found:
        one = cases.filter(pl.col("agency") == agency, pl.col("respondent_kind") == "organisation")
        assert one[variable].to_list() == [answer]


def test_whoever_rounds_without_withholding_still_tells_small_groups(bare: pl.DataFrame, cases: pl.DataFrame) -> None:
    from sipas.publication.rounding import round_estimates

    told = attack.small_groups(round_estimates(bare), EDITION, MINIMUM)
    assert any(true_organisations(cases, *key) == n for key, n in told.items())


def test_tables_agree_with_each_other_and_microdata_hold_nothing_withheld(finished: Path) -> None:
    root = finished / "r2026"
    estimates = pl.read_parquet(root / "disclosed" / "estimates.parquet")
    items = pl.read_parquet(root / "disclosed" / "index.parquet").filter(~pl.col("suppressed"), level="item")
    both = items.join(
        estimates.filter(statistic="top_box"),
        left_on=["domain_kind", "domain", "node"],
        right_on=["domain_kind", "domain", "variable"],
    )
    assert both.height == items.height
    assert (both["percent"] - 100 * both["estimate"]).abs().max() < 0.02
    rows = pl.read_parquet(root / "open-data" / "microdata.parquet")
    treated = pl.read_csv(root / "open-data" / "treatment.csv")
    keys = {"field", "agency_level", "respondent_kind"} & set(rows.columns)
    sensitive = [c.name for c in EDITION.columns() if EDITION.question(c.question).sensitive]
    hidden = estimates.filter("suppressed", pl.col("variable").is_in(sensitive), pl.col("domain_kind").is_in(keys))
    for kind, domain, variable in hidden.select(attack.CELL).unique().iter_rows():
        assert rows.filter(pl.col(kind).cast(pl.String) == domain)[variable].null_count() == rows.filter(
            pl.col(kind).cast(pl.String) == domain).height  # fmt: skip
    assert treated.height


def true_organisations(cases: pl.DataFrame, kind: str, domain: str) -> int:
    if " × " in kind or kind not in cases.columns:
        return -1
    return cases.filter(pl.col(kind) == domain, pl.col("respondent_kind") == "organisation").height
