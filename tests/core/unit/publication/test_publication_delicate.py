"""Cells hidden for what they say of a few people, and the rounding of those that are shown, on cells made by hand."""

import polars as pl
import pytest
from results_round import DOMAINS, EDITION, estimates, index

from sipas.publication import delicate_cells, plan_suppression, suppress_estimates
from sipas.publication.rounding import round_estimates
from sipas.tables import ESTIMATES


def cases(organisations: int, said_yes: int, people: int = 30) -> pl.DataFrame:
    kinds = ["organisation"] * organisations + ["person"] * (people - organisations)
    return pl.DataFrame({
        "agency": ["Sở A"] * people,
        "respondent_kind": kinds,
        "gender": [None if kind == "organisation" else 1 for kind in kinds],
        "extra_money": [1] * said_yes + [2] * (people - said_yes),
        "seats": [1] + [4] * (people - 1),
    })


@pytest.mark.parametrize(
    ("organisations", "said_yes", "found"),
    [(0, 0, set()), (1, 0, {"gender"}), (9, 0, {"gender"}), (10, 0, set()), (0, 1, {"extra_money"}),
     (0, 2, {"extra_money"}), (0, 3, set()), (0, 28, {"extra_money"}), (0, 30, set())],
)  # fmt: skip
def test_few_left_out_and_rare_sensitive_answers_are_delicate(organisations: int, said_yes: int, found: set) -> None:
    cells = delicate_cells(cases(organisations, said_yes), ["all", "agency"], EDITION, 10)
    assert set(cells.select("domain_kind", "variable").rows()) == {("agency", name) for name in found}


def test_a_delicate_cell_takes_another_with_it() -> None:
    named = pl.DataFrame([("agency", "UBND xã Nam", "extra_money")], schema=["domain_kind", "domain", "variable"],
                         orient="row")  # fmt: skip
    sizes = {"Sở Tư pháp": 40, "Sở Xây dựng": 35, "UBND xã Tây": 22, "UBND xã Nam": 60}
    plan = plan_suppression(estimates(sizes), index(sizes), EDITION, domains=DOMAINS, delicate=named)
    assert plan.variables.select("domain", "variable", "reason").sort("reason").rows() == [
        ("UBND xã Tây", "extra_money", "complement"),
        ("UBND xã Nam", "extra_money", "sensitive"),
    ]


@pytest.mark.parametrize(("weight", "hidden"), [(1.1, True), (1.2, True), (1.3, False)])
def test_a_near_census_needs_twice_the_minimum(weight: float, hidden: bool) -> None:
    sizes = {"Sở Tư pháp": 40, "Sở Xây dựng": 35, "UBND xã Tây": 15, "UBND xã Nam": 60, "UBND xã Bắc": 31}
    table = estimates(sizes).with_columns(
        weight_sum=pl.when(domain="UBND xã Tây").then(pl.col("n") * weight).otherwise("weight_sum")
    )
    plan = plan_suppression(table, index(sizes), EDITION, domains=DOMAINS)
    assert ("UBND xã Tây" in set(plan.nodes["domain"])) == hidden


def answered(people: dict[int, float], top: float, kind: str = "agency") -> pl.DataFrame:
    total = sum(people.values())
    rows = [[kind, "x", "seats", "share", option, 15, 41.3, w / total, 0.0871234, 0.5, 0.9, 14.2, 0.8312, 0]
            for option, w in people.items()]  # fmt: skip
    rows.append([kind, "x", "seats", "top_box", None, 15, 41.3, top / total, 0.0871234, 0.5, 0.9, 14.2, 0.8312, 0])
    table = pl.DataFrame(rows, schema=ESTIMATES.empty().schema, orient="row")
    return table.with_columns(suppressed=pl.lit(value=False))


def test_shares_are_those_of_whole_people() -> None:
    """13 people of weight 1 and one of 1.3, n = 15: 12 of 15 satisfied (11.85), of them 7 (6.61) and 5 (5.24)."""
    people = {1: 1.0, 2: 0.0, 3: 2.0, 4: 6.3, 5: 5.0}
    shown = round_estimates(answered(people, 11.3))
    counts = (shown["estimate"] * 15).round(2).to_list()
    assert counts == pytest.approx([1, 0, 2, 7, 5, 12], abs=0.01)
    assert shown["weight_sum"].unique().to_list() == [41.0]
    assert shown["df"].unique().to_list() == [14.0]
    assert shown["deff"].unique().to_list() == [0.8]
    assert shown["se"].max() == pytest.approx(0.1)


def test_figures_of_the_whole_stay() -> None:
    table = answered({1: 1.0, 2: 13.3}, 13.3, kind="all")
    assert round_estimates(table).equals(table)


def test_a_table_without_rows_stays_one() -> None:
    empty = pl.DataFrame(schema={"domain_kind": pl.String, "domain": pl.String, "variable": pl.String})
    plan = plan_suppression(ESTIMATES.empty(), index(), EDITION, domains=DOMAINS, delicate=empty)
    assert suppress_estimates(ESTIMATES.empty(), plan).is_empty()
