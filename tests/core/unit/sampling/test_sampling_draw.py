"""Draws: what the sample table says, and what is refused."""

import polars as pl
import pytest
from sampling_cases import SEED, THREE_STAGES, frame, one_stage

from sipas.errors import SipasError
from sipas.sampling import (
    Coordination,
    Draw,
    case_id_valid,
    draw,
    draw_large,
    earlier_respondents,
    overlap,
    parse_design,
    shifted_start,
)
from sipas.sampling.numbers import RANGE
from sipas.tables import SAMPLE

METHODS = ("srs", "systematic", "pps_systematic", "pareto")


def drawn(design: dict[str, object], table: pl.DataFrame | None = None) -> Draw:
    return draw(frame() if table is None else table, parse_design(design), SEED)


@pytest.mark.parametrize("method", METHODS)
def test_sizes_are_met_and_reserves_are_apart(method: str) -> None:
    made = drawn(one_stage(method, n=60))
    sample = made.sample
    assert SAMPLE.check(sample).equals(sample)
    assert sample["unit_id"].is_unique().all()
    assert sample["case_id"].is_unique().all()
    assert all(case_id_valid(code) for code in sample["case_id"])
    assert sample["role"].value_counts().sort("role")["count"].to_list() == [60, 60]
    base = sample.with_columns(pl.col("stratum").str.strip_suffix(" [π=1]"))
    for (_, _), part in base.partition_by("stratum", "role", as_dict=True).items():
        assert sorted(part["order"]) == list(range(1, part.height + 1))
    by_stratum = base.filter(role="official").group_by("stratum").len().sort("stratum")["len"].to_list()
    assert by_stratum == made.lists.sort("stratum")["sample"].to_list()


@pytest.mark.parametrize("method", ["pps_systematic", "pareto"])
def test_large_units_are_certain_and_a_stratum_of_their_own(method: str) -> None:
    table = frame()
    sample = drawn(one_stage(method)).sample
    big = set(table.filter(pl.col("size") == 900)["unit_id"])
    certain = sample.filter(pl.col("probability") == 1)
    assert set(certain["unit_id"]) == big
    assert certain["stratum"].str.ends_with(" [π=1]").all()
    assert (certain["psu_population"] == certain["psu_sample"]).all()
    assert (certain["role"] == "official").all()


def test_srs_takes_the_smallest_numbers_of_each_stratum() -> None:
    made = drawn(one_stage("srs"))
    for (_,), part in made.sample.partition_by("stratum", as_dict=True).items():
        ranked = part.sort("random")
        assert ranked["role"].to_list() == sorted(ranked["role"])
        assert (part["probability"] == part["psu_sample"] / part["psu_population"]).all()
        assert (part["psu"] == part["unit_id"]).all()


def test_systematic_goes_through_the_sorted_list_by_equal_steps() -> None:
    table = frame(400).with_columns(agency=pl.lit("A"))
    official = drawn(one_stage("systematic", n=40), table).sample.filter(role="official").sort("order")
    line = table.sort("area", "commune", "unit_id").with_row_index("at")
    at = line.join(official.select("unit_id"), on="unit_id", how="semi")["at"]
    assert set(at.diff().drop_nulls()) == {10}
    assert official["unit_id"].to_list() == line.filter(pl.col("at").is_in(at.implode()))["unit_id"].to_list()


def test_three_stages_keep_what_the_variance_needs() -> None:
    table = frame(2000)
    made = drawn(THREE_STAGES, table)
    official = made.sample.filter(role="official")
    assert official["psu"].n_unique() == 6
    assert set(official.group_by("psu", "stage_2_id").len()["len"]) == {4}
    product = official["stage_1_probability"] * official["stage_2_probability"] * official["stage_3_probability"]
    assert (official["probability"] - product).abs().max() < 1e-15
    counted = table.group_by("commune", "village").len()
    joined = official.join(counted, left_on=["psu", "stage_2_id"], right_on=["commune", "village"])
    assert (joined["len"] == joined["stage_3_population"]).all()
    assert (official["stage_3_id"] == official["unit_id"]).all()
    reserve = made.sample.filter(role="reserve")
    villages = official.select("psu", "stage_2_id").unique()
    assert reserve.join(villages, on=["psu", "stage_2_id"], how="anti").height == 0


def test_whole_clusters_are_taken_by_a_last_stage_of_all() -> None:
    stages = [{"unit": "commune", "size": {"rule": "fixed", "n": 3}}, {"unit": "unit_id", "size": {"rule": "all"}}]
    sample = drawn({"stages": stages}).sample
    taken = frame().filter(pl.col("commune").is_in(sample["psu"].unique().implode()))
    assert set(sample["unit_id"]) == set(taken["unit_id"])
    assert set(sample["probability"]) == {0.25}


def test_a_size_the_population_cannot_give_takes_everyone_and_is_noted() -> None:
    made = drawn({"stages": [{"unit": "unit_id", "size": {"rule": "fixed", "n": 900}}]})
    assert made.sample.height == 600
    assert [(at, s.wanted, s.population) for at, s in made.shortfalls] == [(1, 900, 600)]


def test_domain_minimum_raises_only_the_small() -> None:
    table = frame().with_columns(agency=pl.when(pl.int_range(pl.len()) < 40).then(pl.lit("nhỏ")).otherwise("agency"))
    stage = {"unit": "unit_id", "strata": ["agency"], "size": {"rule": "fixed", "n": 100}}
    before = dict(drawn({"stages": [stage]}, table).lists.select("stratum", "sample").iter_rows())
    raised = {**stage, "minimum_per_domain": {"per": ["agency"], "n": 20}}
    after = dict(drawn({"stages": [raised]}, table).lists.select("stratum", "sample").iter_rows())
    assert before["nhỏ"] < 20
    assert after == {h: max(n, 20) for h, n in before.items()}


def test_size_by_class_of_the_unit() -> None:
    table = frame().with_columns(
        kind=pl.when(pl.col("agency").str.contains("0")).then(pl.lit("I")).otherwise(pl.lit("II"))
    )
    size = {"rule": "by_class", "per": ["agency"], "column": "kind", "sizes": {"I": 30, "II": 20}}
    stage = {
        "unit": "unit_id",
        "strata": ["agency", "commune"],
        "size": size,
        "allocation": {"rule": "equal", "minimum": 1},
    }
    lists = drawn({"stages": [stage]}, table).lists
    per = lists.group_by(pl.col("stratum").str.slice(0, 4)).agg(pl.col("sample").sum())
    assert dict(per.iter_rows()) == {"Sở 0": 30, "Sở 1": 20, "Sở 2": 20, "Sở 3": 20}


def test_a_fixed_table_is_kept() -> None:
    names = sorted(frame()["agency"].unique())
    sizes = dict(zip(names, [0, 5, 7, 500], strict=True))
    stage = {"unit": "unit_id", "strata": ["agency"], "allocation": {"rule": "table", "sizes": sizes}}
    made = drawn({"stages": [stage]})
    assert made.lists["sample"].to_list() == [0, 5, 7, 150]
    assert made.shortfalls[0][1].wanted == 500


@pytest.mark.parametrize(
    ("table", "design", "code"),
    [
        (frame()[:0], one_stage("srs"), "sampling.frame_empty"),
        (frame().drop("commune"), THREE_STAGES, "sampling.column_missing"),
        (pl.concat([frame(), frame()[:1]]), one_stage("srs"), "sampling.unit_repeated"),
        (frame().with_columns(agency=pl.lit(None, pl.String)), one_stage("srs"), "sampling.column_empty"),
        (frame().with_columns(size=pl.col("size") / 2), one_stage("pareto"), "sampling.size_type"),
        (frame().with_columns(size=pl.col("size") - 1), one_stage("pareto"), "sampling.size_not_positive"),
        (frame().with_columns(size=pl.col("size") * 10**13), one_stage("pareto"), "sampling.size_too_large"),
    ],
)
def test_frames_that_cannot_be_drawn_from(table: pl.DataFrame, design: dict[str, object], code: str) -> None:
    with pytest.raises(SipasError) as caught:
        drawn(design, table)
    assert caught.value.code == code


def test_a_cluster_in_two_strata_is_named() -> None:
    stages = [
        {"unit": "commune", "strata": ["agency"], "size": {"rule": "fixed", "n": 8}},
        {"unit": "unit_id", "size": {"rule": "all"}},
    ]
    with pytest.raises(SipasError) as caught:
        drawn({"stages": stages})
    assert (caught.value.code, caught.value.parameter) == ("sampling.cluster_split", "agency")


def test_strata_that_would_share_a_name_are_refused() -> None:
    table = pl.DataFrame({"unit_id": ["1", "2"], "a": ["x × y", "x"], "b": ["z", "y × z"]})
    stage = {"unit": "unit_id", "strata": ["a", "b"], "size": {"rule": "all"}}
    with pytest.raises(SipasError) as caught:
        drawn({"stages": [stage]}, table)
    assert caught.value.code == "sampling.stratum_ambiguous"


@pytest.mark.parametrize("method", ["srs", "pareto"])
def test_a_later_round_meets_the_same_people_or_none(method: str) -> None:
    table, design = frame(4000), parse_design(one_stage(method, n=200))
    first = draw(table, design, SEED, coordination=Coordination())
    assert first.coordination is not None
    start = first.coordination.start
    assert start is not None
    known = earlier_respondents(table, first.sample)
    assert known.height == 200
    later = table.with_columns(unit_id=pl.col("unit_id").str.reverse())  # new random ids, same people
    again = overlap(later, draw(later, design, "00" * 32, coordination=Coordination(start)), known, earlier_start=start)
    assert (again["official"].sum(), round(again["expected"].sum(), 6)) == (200, 200)
    largest = max(known["probability"].filter(known["probability"] < 1))
    moved = shifted_start(start, min(1.0, 2.2 * largest))
    certain = (known["probability"] == 1).sum()
    away = overlap(later, draw(later, design, SEED, coordination=Coordination(moved)), known, earlier_start=start)
    assert (away["official"].sum(), round(away["expected"].sum(), 6)) == (certain, certain)
    apart = overlap(later, draw(later, design, "11" * 32), known)
    assert apart["expected"].sum() == apart["expected_independent"].sum()


def test_starts_move_round_the_circle() -> None:
    assert shifted_start(RANGE - 1, 0.5) == RANGE // 2 - 1
    assert shifted_start(7, 0.3, keep=1.0) == 7
    assert shifted_start(0, 0.5, keep=0.5) == RANGE // 4


@pytest.mark.parametrize("design", [one_stage("systematic"), THREE_STAGES])
def test_what_cannot_be_coordinated_or_drawn_from_files(design: dict[str, object], tmp_path: object) -> None:
    with pytest.raises(SipasError) as caught:
        draw(frame(), parse_design(design), SEED, coordination=Coordination())
    assert caught.value.code == "sampling.coordination_method"
    with pytest.raises(SipasError) as caught:
        draw_large(f"{tmp_path}/none.parquet", parse_design(design), SEED)
    assert caught.value.code == "sampling.large_method"
