"""Self-selected ratings: what is told, what never is, what is refused."""

import numpy as np
import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.estimation import Design, DuckDB, Mean, Measure, Pooled, Ratio, Responded, Share, collapse, estimate, grids
from sipas.estimation.self_selection import effective_size, ratings, self_selected

MEASURES: tuple[Measure, ...] = (
    Share("top", "q", (4, 5)),
    Mean("x", "x"),
    Ratio("r", "x", "y"),
    Pooled("p", (("q", (4, 5)), ("v", (1,)))),
    Responded("any", ("q", "x")),
)
DATA = pl.DataFrame({
    "q": [5, 4, 1, None, 3],
    "x": [1.0, 2.0, None, 4.0, 6.0],
    "y": [2.0, 2.0, 2.0, 2.0, None],
    "v": [1, 0, None, 1, 1],
    "d": ["b", "a", "a", "a", None],
})
POPULATION = pl.DataFrame({"domain_kind": ["all", "d", "d"], "domain": ["", "a", "b"], "population": [50, 30, 4]})


def test_every_kind_of_measure_is_told_with_its_count_and_coverage() -> None:
    moments = collapse(DATA, ratings(), MEASURES, (("d",),))
    assert moments.outside("d") == 1
    found = self_selected(moments, POPULATION)
    whole = found.filter(pl.col("domain_kind") == "all")
    assert whole.select("measure", "statistic", "value", "n", "unanswered", "coverage").rows() == [
        ("top", "top_box", 0.5, 4, 1, 4 / 50),
        ("x", "mean", 3.25, 4, 1, 4 / 50),
        ("r", "ratio", 7 / 6, 3, 2, 3 / 50),
        ("p", "ratio", 5 / 8, 5, 0, 5 / 50),
    ]
    assert found["domain"].unique(maintain_order=True).to_list() == ["", "a", "b"]
    assert found.filter(pl.col("domain") == "b")["value"].to_list() == [1.0, 1.0, 0.5, 1.0]


def test_no_column_speaks_of_sampling() -> None:
    names = self_selected(collapse(DATA, ratings(), MEASURES)).columns
    assert not {"se", "low", "high", "df", "deff", "margin"} & set(names)


def test_one_row_per_stratum_and_domain_however_many_ratings() -> None:
    many = pl.concat([DATA] * 2000).with_columns(h=pl.int_range(pl.len()) % 3)
    table = collapse(many, ratings(strata="h"), MEASURES, (("d",),), engine=DuckDB()).table
    assert table.height == 3 + 3 * 3
    assert table["n"].sum() == 20_000
    assert table["psu"].unique().to_list() == [""]
    assert table.equals(collapse(many, ratings(strata="h"), MEASURES, (("d",),)).table)


@pytest.mark.parametrize("use", [lambda m: list(grids(m)), estimate])
def test_no_error_can_be_had_of_them(use: object) -> None:
    moments = collapse(DATA, ratings(), MEASURES[:2])
    with pytest.raises(SipasError, match=r"estimation\.self_selected\("):
        use(moments)  # type: ignore[operator]


def test_a_sample_is_not_told_as_ratings() -> None:
    with pytest.raises(SipasError, match=r"estimation\.not_self_selected"):
        self_selected(collapse(DATA, Design(), MEASURES))


@pytest.mark.parametrize("drawn", [{"psu": "d"}, {"population": "x"}, {"rate": "x"}])
def test_a_design_cannot_be_drawn_and_self_selected(drawn: dict[str, str]) -> None:
    with pytest.raises(SipasError, match=r"estimation\.self_selected_drawn"):
        Design(self_selected=True, **drawn)


def test_more_ratings_than_transactions_are_refused() -> None:
    moments = collapse(DATA, ratings(), MEASURES, (("d",),))
    few = POPULATION.with_columns(pl.when(pl.col("domain") == "a").then(2).otherwise("population").alias("population"))
    with pytest.raises(SipasError, match=r"estimation\.more_ratings_than_population") as caught:
        self_selected(moments, few)
    assert (caught.value.hint, caught.value.got, caught.value.expected) == ("a", 3, 2)


def test_a_domain_counted_twice_is_refused() -> None:
    with pytest.raises(SipasError, match=r"estimation\.population_repeated"):
        self_selected(collapse(DATA, ratings(), MEASURES), pl.concat([POPULATION, POPULATION]))


def test_a_sample_must_have_the_same_measures_and_kinds() -> None:
    rated = collapse(DATA, ratings(), MEASURES[:1], (("d",),))
    with pytest.raises(SipasError, match=r"estimation\.measure_unknown"):
        effective_size(rated, collapse(DATA, Design(), MEASURES[1:2], (("d",),)), POPULATION)
    with pytest.raises(SipasError, match=r"estimation\.measure_unknown"):
        effective_size(rated, collapse(DATA, Design(), (Share("top", "q", (5,)),), (("d",),)), POPULATION)
    with pytest.raises(SipasError, match=r"estimation\.kind_unknown"):
        effective_size(rated, collapse(DATA, Design(), MEASURES[:1]), POPULATION)


def test_ratings_without_rows_give_no_rows() -> None:
    assert self_selected(collapse(DATA[:0], ratings(), MEASURES), POPULATION).height == 0
    assert self_selected(collapse(DATA, ratings(), ()), POPULATION).height == 0


def test_where_all_rated_the_size_is_the_population() -> None:
    whole = pl.DataFrame({"domain_kind": ["all"], "domain": [""], "population": [4]})
    data = DATA.filter(pl.col("q").is_not_null())
    found = effective_size(collapse(data, ratings(), MEASURES[:1]), collapse(data, Design(), MEASURES[:1]), whole).row(
        0, named=True
    )
    assert (found["coverage"], found["difference"], found["effective_n"]) == (1.0, 0.0, 4.0)
    assert found["correlation"] is None


def test_ratios_and_unknown_populations_have_no_size() -> None:
    rated, sample = collapse(DATA, ratings(), MEASURES), collapse(DATA, Design(), MEASURES)
    found = effective_size(rated, sample, POPULATION)
    assert found.filter(pl.col("statistic") == "ratio")["effective_n"].to_list() == [None, None]
    assert found.filter(pl.col("statistic") == "ratio")["difference"].to_list() == [0.0, 0.0]
    unknown = effective_size(rated, sample, POPULATION[1:])
    assert (
        unknown.select("coverage", "correlation", "effective_n", "effective_n_low").null_count().sum_horizontal()[0]
        == 4 * unknown.height
    )


def test_weighted_ratings_with_silent_items_have_no_size() -> None:
    data = DATA.with_columns(w=pl.Series([1.0, 2, 3, 4, 5]))
    rated = collapse(data, ratings(weight="w"), MEASURES[:1])
    found = effective_size(rated, collapse(DATA, Design(), MEASURES[:1]), POPULATION)
    assert found["value"][0] == pytest.approx(3 / 11)
    assert found["effective_n"][0] is None


def test_a_correlation_of_two_percent_makes_a_million_worth_thousands() -> None:
    random = np.random.default_rng(20261123)
    total = 2_000_000
    satisfied = random.random(total) < 0.5
    rated = random.random(total) < np.where(satisfied, 0.5025, 0.4975)  # correlation 0.005
    q = np.where(satisfied, 5, 1)
    moments = collapse(pl.DataFrame({"q": q[rated]}), ratings(), MEASURES[:1], engine=DuckDB())
    sample = collapse(pl.DataFrame({"q": q[random.choice(total, 20_000, replace=False)]}), Design(), MEASURES[:1])
    counts = pl.DataFrame({"domain_kind": ["all"], "domain": [""], "population": [total]})
    row = effective_size(moments, sample, counts).row(0, named=True)
    true = np.corrcoef(rated, satisfied)[0, 1]
    truth = 1 / true**2  # n* with f = 1/2
    assert row["n"] == rated.sum()
    assert row["correlation_low"] < true < row["correlation_high"]
    assert row["effective_n_low"] < truth < row["effective_n_high"]
    assert row["n"] > 20 * truth
