"""Targets: verdicts by the interval, what has no data, refusals with their place."""

import numpy as np
import polars as pl
import pytest
from tests.core.unit.scoring.made_rounds import answers_of, at, scored

from sipas.errors import SipasError
from sipas.estimation import Design, Share, collapse, estimate
from sipas.scoring import targets, targets_of_estimates, targets_of_index


def wanted(*rows: tuple[str, str, str, float | None]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=["domain_kind", "domain", "node", "target"], orient="row")


def test_verdicts_follow_the_published_interval() -> None:
    result = scored(answers_of(1))
    row = at(result, "index").row(0, named=True)
    asked = [row["low"], np.nextafter(row["low"], 100), row["percent"], row["high"], np.nextafter(row["high"], 100)]
    verdicts = []
    for target in asked:
        (found,) = targets(result, wanted(("unit", "u1", "index", target))).rows(named=True)
        verdicts.append(found["verdict"])
        assert (found["estimate"], found["se"], found["low"], found["high"], found["n"]) == pytest.approx((
            row["percent"],
            row["se"],
            row["low"],
            row["high"],
            row["n"],
        ))
        assert found["one_sided_level"] == 0.975
    assert verdicts == ["met", "undecided", "undecided", "undecided", "not_met"]


def test_a_lower_level_decides_more() -> None:
    result = scored(answers_of(1))
    row = at(result, "index").row(0, named=True)
    target = row["low"] + 0.1 * (row["percent"] - row["low"])
    strict, loose = (
        targets(result, wanted(("unit", "u1", "index", target)), level=level).row(0, named=True)
        for level in (0.95, 0.90)
    )
    assert (strict["verdict"], loose["verdict"]) == ("undecided", "met")
    assert loose["one_sided_level"] == pytest.approx(0.95)


def test_order_and_what_has_no_data_stay() -> None:
    result = scored(pl.concat([answers_of(1), answers_of(2, {"u8": 0.5}, n=1)]))
    asked = wanted(
        ("unit", "u4", "a", 90.0), ("all", "", "index", 10.0), ("unit", "gone", "index", 50.0), ("unit", "u8", "c", 1.0)
    )
    table = targets(result, asked)
    assert table.select("domain_kind", "domain", "node", "target").equals(asked)
    assert table["verdict"].to_list() == ["not_met", "met", "no_data", "no_interval"]
    assert table["n"].to_list() == [200, 801, None, 1]


def test_all_satisfied_is_not_met_for_certain() -> None:
    result = scored(answers_of(1, {"u1": 1.0}, n=30))
    table = targets(result, wanted(("unit", "u1", "index", 99.0)))
    assert (table["estimate"][0], table["verdict"][0]) == (100.0, "undecided")
    assert targets(result, wanted(("unit", "u1", "a", 60.0)))["verdict"][0] == "met"


def test_no_targets() -> None:
    empty = wanted(("unit", "u1", "index", 1.0)).head(0)
    table = targets(scored(answers_of(1)), empty)
    assert table.height == 0
    assert table.columns[-1] == "verdict"


def test_targets_of_estimates() -> None:
    moments = collapse(answers_of(1), Design(weight="w", strata="unit"), (Share("a", "a", (4,)),), (("unit",),))
    table = estimate(moments)
    asked = pl.DataFrame({"domain": ["u1", "u4", "u3", "u7"], "variable": ["a"] * 4, "target": [0.5, 0.5, 0.69, 0.1]})
    found = targets_of_estimates(table, asked)
    assert found["verdict"].to_list() == ["met", "not_met", "undecided", "no_data"]
    row = table.filter(pl.col("domain") == "u1").row(0, named=True)
    assert found.select("estimate", "se", "low", "high", "n").row(0) == tuple(
        row[name] for name in ("estimate", "se", "low", "high", "n")
    )
    whole = pl.DataFrame({"domain_kind": ["all"], "domain": [""], "variable": ["a"], "statistic": ["top_box"]})
    assert targets_of_estimates(table, whole.with_columns(target=1))["verdict"].to_list() == ["not_met"]


def test_targets_of_a_published_index_agree_with_those_of_the_score() -> None:
    result = scored(answers_of(1))
    asked = wanted(("unit", "u1", "index", 60.0), ("unit", "u4", "a", 90.0), ("all", "", "index", 70.0))
    expected = targets(result, asked)
    index = result.index
    found = targets_of_index(index, asked)
    assert found["verdict"].to_list() == expected["verdict"].to_list()
    assert found["low"].to_list() == pytest.approx(expected["low"].to_list())
    figures = ["n", "percent", "se", "low", "high"]
    hidden = index.with_columns(pl.lit(None).cast(index.schema[name]).alias(name) for name in figures)
    assert targets_of_index(hidden, asked)["verdict"].to_list() == ["no_data"] * 3
    with pytest.raises(SipasError, match=r"scoring\.target_not_valid"):
        targets_of_index(index, wanted(("unit", "u1", "index", 101.0)))


def test_an_estimate_must_be_told() -> None:
    shares = tuple(Share(f"a={code}", "a", (code,), code) for code in (2, 4))
    table = estimate(collapse(answers_of(1), Design(), shares, (("unit",),)))
    asked = pl.DataFrame({"domain": ["u1"], "variable": ["a"], "target": [0.5]})
    with pytest.raises(SipasError, match=r"scoring\.target_ambiguous"):
        targets_of_estimates(table, asked)
    assert targets_of_estimates(table, asked.with_columns(category=4))["verdict"].to_list() == ["met"]
    with pytest.raises(SipasError, match=r"scoring\.target_columns"):
        targets_of_estimates(table, asked.drop("domain"))


@pytest.mark.parametrize(
    ("code", "rows", "row"),
    [
        ("scoring.target_not_valid", [("unit", "u1", "index", 50.0), ("unit", "u1", "a", 101.0)], 2),
        ("scoring.target_not_valid", [("unit", "u1", "index", None), ("unit", "u1", "a", 1.0)], 1),
        ("scoring.target_not_valid", [("unit", "u1", "index", float("nan"))], 1),
        ("scoring.target_repeated", [("unit", "u1", "index", 50.0)] * 2, 2),
        ("scoring.kind_unknown", [("unit", "u1", "index", 50.0), ("other", "u1", "index", 50.0)], 2),
        ("scoring.node_unknown", [("unit", "u1", "other", 50.0)], 1),
    ],
)
def test_refusals(code: str, rows: list[tuple[str, str, str, float | None]], row: int) -> None:
    with pytest.raises(SipasError) as caught:
        targets(scored(answers_of(1, n=5)), wanted(*rows))
    assert (caught.value.code, caught.value.place.row) == (code, row)


def test_refusals_of_columns_types_and_level() -> None:
    result = scored(answers_of(1, n=5))
    asked = wanted(("unit", "u1", "index", 50.0))
    for code, call in (
        ("scoring.target_columns", lambda: targets(result, asked.drop("node"))),
        ("scoring.target_not_valid", lambda: targets(result, asked.with_columns(target=pl.lit("high")))),
        ("scoring.level_not_valid", lambda: targets(result, asked, level=0.0)),
    ):
        with pytest.raises(SipasError) as caught:
            call()
        assert caught.value.code == code
