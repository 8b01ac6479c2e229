"""Drivers: replicates by the definition, what is counted, quadrants, many items, refusals."""

import msgspec
import numpy as np
import polars as pl
import pytest
from tests.core.unit.scoring.made_rounds import EDITION, with_overall

from sipas.errors import SipasError
from sipas.estimation import Design, collapse
from sipas.estimation.relative_importance import lmg
from sipas.estimation.replicates import Replication, replicate_factors
from sipas.instrument import load
from sipas.scoring import drivers, measures_of, score
from sipas.scoring.cross_products import BLOCK_REPLICATES, complete_rows, covariances

DESIGN = Design(weight="w", strata="h", psu="p", nested=True)
NAMES = ("a", "b", "c", "overall")


def answers(seed: int, n: int = 600) -> pl.DataFrame:
    """Three items of which the first moves the outcome most and does worst."""
    random = np.random.default_rng(seed)
    psu = np.repeat(np.arange(n // 10), 10)
    mood = random.normal(size=n) + 0.4 * random.normal(size=n // 10)[psu]
    parts = {name: mood + random.normal(size=n) + shift for name, shift in (("a", -0.6), ("b", 0.4), ("c", 0.8))}
    whole = 0.8 * parts["a"] + 0.4 * parts["b"] + 0.05 * parts["c"] + 0.5 * random.normal(size=n)
    codes = {name: np.clip(np.round(3.5 + x), 1, 5).astype(int) for name, x in {**parts, "overall": whole}.items()}
    about = {"h": psu % 4, "p": psu, "w": random.uniform(0.5, 2, n)}
    return pl.DataFrame({**about, **codes})


def with_gaps(rows: pl.DataFrame) -> pl.DataFrame:
    row = pl.int_range(pl.len())
    gaps = [pl.when(row % (7 + i) != 0).then(name).alias(name) for i, name in enumerate(NAMES)]
    return rows.with_columns(*gaps, pl.when(row % 50 != 1).then("w").otherwise(0.0).alias("w"))


def test_replicates_are_models_with_the_weights_of_the_replicate() -> None:
    rows = with_gaps(answers(1)).sample(fraction=1.0, shuffle=True, seed=3)
    taken = complete_rows(rows, {name: pl.col(name) for name in NAMES}, DESIGN)
    count = BLOCK_REPLICATES + 1
    found = covariances(taken, count, seed=5)
    assert found.shape == (1 + count, 4, 4)
    seeds = np.random.SeedSequence(5).generate_state(2)
    methods = [
        Replication(kind="subbootstrap", replicates=r, seed=int(s)) for r, s in zip((100, 2), seeds, strict=True)
    ]
    factors = [replicate_factors(taken.moments, method) for method in methods]
    place = {key: i for i, key in enumerate(factors[0].units.rows())}
    complete = rows.filter(pl.col("w") > 0).drop_nulls(NAMES)
    unit = [place[str(h), str(p)] for h, p in complete.select("h", "p").rows()]
    values = complete.select(NAMES).to_numpy().T.astype(float)
    weights = complete["w"].to_numpy()
    for at, factor in (
        (0, None),
        (1, factors[0].array[:, 0]),
        (100, factors[0].array[:, 99]),
        (101, factors[1].array[:, 0]),
    ):
        w = weights if factor is None else weights * factor[unit]
        expected = np.cov(values, aweights=w, ddof=0)
        assert found[at].ravel().tolist() == pytest.approx(expected.ravel().tolist(), rel=1e-9)


def test_table_and_counts() -> None:
    rows = with_gaps(answers(1))
    found = drivers(rows, with_overall(), DESIGN, replicates=150)
    positive = rows.filter(pl.col("w") > 0)
    assert (found.rows, found.used) == (positive.height, positive.drop_nulls(NAMES).height)
    assert found.missing["missing"].to_list() == list(positive.select(NAMES).null_count().row(0))
    assert found.outcome == "overall"
    assert (found.lonely, found.replicates_used, found.exact, found.method) == (0, 150, True, "lmg")
    table = found.table
    assert table["node"].to_list() == ["a", "b", "c"]
    assert table["importance"].sum() == pytest.approx(100)
    assert (table["importance_low"] < table["importance"]).all()
    assert (table["importance"] < table["importance_high"]).all()
    assert found.r_squared_low < found.r_squared < found.r_squared_high
    assert table["quadrant"].to_list() == ["concentrate", "overkill", "overkill"]
    assert table["sure"][0]
    index = score(with_overall(), collapse(rows, DESIGN, measures_of(EDITION))).index
    expected = index.filter(pl.col("node").is_in(["a", "b", "c"])).select("percent", "se", "low", "high")
    assert table.select("percent", "se", "low", "high").equals(expected)


def test_the_same_seed_gives_the_same_intervals() -> None:
    rows = answers(1)
    first, same, other = (drivers(rows, with_overall(), DESIGN, replicates=30, seed=s).table for s in (1, 1, 2))
    assert first.equals(same)
    assert not first.equals(other)
    assert first["importance"].equals(other["importance"])


def test_intervals_are_about_as_wide_as_the_spread_over_samples() -> None:
    many = np.array([
        drivers(answers(seed), with_overall(), DESIGN, replicates=2).table["importance"] for seed in range(60)
    ])
    found = drivers(answers(99), with_overall(), DESIGN, replicates=400).table
    width = (found["importance_high"] - found["importance_low"]).to_numpy() / (2 * 1.96)
    assert (np.abs(np.log(width / many.std(axis=0))) < 0.5).all()


def test_johnson_and_top_box() -> None:
    rows = answers(1)
    quick, slow = (drivers(rows, with_overall(), DESIGN, replicates=10, method=m) for m in ("johnson", "lmg"))
    assert quick.r_squared == pytest.approx(slow.r_squared)
    assert quick.table["importance"].to_list() == pytest.approx(slow.table["importance"].to_list(), abs=2)
    box = drivers(rows, with_overall(), DESIGN, replicates=10, values="top_box")
    satisfied = rows.with_columns((pl.col(name) >= 4).cast(pl.Int64) for name in NAMES)
    assert box.r_squared == pytest.approx(drivers(satisfied, with_overall(), DESIGN, replicates=10).r_squared)


def test_chosen_items_and_outcome() -> None:
    found = drivers(answers(1), with_overall(), DESIGN, outcome="overall", items=("c", "a"), replicates=10)
    assert found.table["node"].to_list() == ["a", "c"]
    assert found.missing["question"].to_list() == ["a", "c", "overall"]
    other = drivers(answers(1), EDITION, DESIGN, outcome="c", items=("a", "b"), replicates=10)
    assert other.outcome == "c"


def test_rows_as_units_and_a_constant_item() -> None:
    rows = answers(1, n=100).with_columns(pl.lit(4).alias("b"))
    found = drivers(rows, with_overall(), Design(weight="w"), replicates=20)
    assert found.missing["constant"].to_list() == [False, True, False, False]
    assert found.table["importance"][1] == pytest.approx(0, abs=1e-9)
    assert found.table["importance_high"][1] == pytest.approx(0, abs=1e-9)
    assert found.rows == 100


def test_lonely_strata_are_counted() -> None:
    rows = answers(1).with_columns(pl.when(pl.col("p") == 0).then(9).otherwise("h").alias("h"))
    assert drivers(rows, with_overall(), DESIGN, replicates=10).lonely == 1


def test_an_outcome_that_nothing_explains_has_no_importance() -> None:
    rows = answers(1).with_columns(pl.lit(3).alias(name) for name in ("a", "b", "c"))
    found = drivers(rows, with_overall(), DESIGN, replicates=10)
    assert found.table["importance"].null_count() == 3
    assert found.table["quadrant"].null_count() == 3
    assert not found.table["sure"].any()
    assert (found.r_squared, found.replicates_used) == (0.0, 0)
    assert found.missing["constant"].to_list() == [True, True, True, False]


def test_many_items_go_through_all_orders_once_and_drawn_ones_for_replicates() -> None:
    edition, random = load("sipas-2017"), np.random.default_rng(1)
    names = [question.name for question in edition.items()][:14]
    mood = random.normal(size=400)
    parts = {name: mood + random.normal(size=400) for name in names}
    whole = sum(parts[name] for name in names[:3]) + random.normal(size=400)
    every = {question.name: mood for question in edition.items()} | parts | {"overall_satisfaction": whole}
    rows = pl.DataFrame({name: np.clip(np.round(3 + x), 1, 5).astype(int) for name, x in every.items()})
    nodes = tuple(node.name for node, _ in edition.nodes() if node.question in names)
    found = drivers(rows, edition, Design(), items=nodes, replicates=60)
    assert found.exact
    assert set(found.table["order_error"]) == {0.0}
    values = rows.select(*names, "overall_satisfaction").to_numpy().T.astype(float)
    parts = lmg(np.cov(values))
    assert found.table["importance"].to_list() == pytest.approx((100 * parts.parts / parts.r_squared[0])[0].tolist())
    assert (found.table["importance_low"] < found.table["importance"]).all()
    assert (found.table["importance_high"] > found.table["importance"]).all()


def test_beyond_what_can_be_gone_through_orders_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = drivers(answers(1), with_overall(), DESIGN, replicates=20)
    monkeypatch.setattr("sipas.scoring.importance.MOST_EXACT", 2)
    monkeypatch.setattr("sipas.scoring.importance.EXACT_REPLICATES", 2)
    drawn = drivers(answers(1), with_overall(), DESIGN, replicates=20)
    assert not drawn.exact
    error = drawn.table["order_error"].to_numpy()
    assert (error > 0).all()
    assert (np.abs(drawn.table["importance"] - exact.table["importance"]).to_numpy() < 4 * error).all()


def test_refusals() -> None:
    rows, edition = answers(1, n=50), with_overall()
    few = rows.with_columns(pl.when(pl.int_range(pl.len()) < 4).then("a").alias("a"))
    calls = [
        ("scoring.outcome_needed", rows, EDITION, {}),
        ("scoring.question_unknown", rows, edition, {"outcome": "other"}),
        ("scoring.outcome_is_item", rows, edition, {"outcome": "a"}),
        ("scoring.level_unknown", rows, edition, {"by": "other"}),
        ("scoring.node_unknown", rows, edition, {"items": ("a", "other")}),
        ("scoring.level_not_valid", rows, edition, {"level": 0.0}),
        ("scoring.method_unknown", rows, edition, {"method": "other"}),
        ("scoring.method_unknown", rows, edition, {"values": "other"}),
        ("scoring.too_few_complete", few, edition, {}),
        ("scoring.no_variation", rows.with_columns(overall=pl.lit(5)), edition, {}),
        ("estimation.weight_not_valid", rows.with_columns(w=-pl.col("w")), edition, {}),
        ("estimation.replicates_not_valid", rows, edition, {"replicates": 1}),
    ]
    for code, data, of, options in calls:
        with pytest.raises(SipasError) as caught:
            drivers(data, of, DESIGN, **{"replicates": 4, **options})
        assert caught.value.code == code


def test_two_overall_questions_leave_the_choice_open() -> None:
    (section,) = with_overall().sections
    twin = msgspec.structs.replace(section.questions[-1], name="overall_2")
    edition = msgspec.structs.replace(
        EDITION, sections=(msgspec.structs.replace(section, questions=(*section.questions, twin)),)
    )
    with pytest.raises(SipasError, match=r"scoring\.outcome_needed"):
        drivers(answers(1), edition, DESIGN)


def test_where_nothing_can_be_drawn_anew_there_are_no_intervals() -> None:
    rows = answers(1).with_columns(h=pl.format("h{}", "p"))
    found = drivers(rows, with_overall(), DESIGN, replicates=10)
    assert np.isnan([found.r_squared_low, found.r_squared_high]).all()
    assert found.table["importance_low"].null_count() == found.table.height
    assert (found.replicates_used, found.lonely) == (0, rows["p"].n_unique())
