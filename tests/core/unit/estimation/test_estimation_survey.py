"""The facade gives what its parts give, and says what it cannot."""

import math
from pathlib import Path

import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.estimation import (
    CalibratedWeight,
    Design,
    Mean,
    Share,
    collapse,
    collapse_calibrated,
    contrast,
    estimate,
    quantile,
)
from sipas.estimation.replicates import ReplicateDesign, Replication, replicate_factors, replicate_weights
from sipas.estimation.survey.survey import Survey
from sipas.estimation.survey.wanted import Wanted

DATA = Path(__file__).parents[2] / "reference" / "data"
STRATIFIED = Design(weight="pw", strata="stype", population="fpc")
FIGURES = ("estimate", "se", "low", "high", "df")


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    return pl.read_csv(DATA / "apistrat.csv")


def figures(table: pl.DataFrame) -> list[tuple[float, ...]]:
    return table.select(FIGURES).rows()


def test_means_by_domains_are_those_of_the_parts(rows: pl.DataFrame) -> None:
    found = Survey(rows, STRATIFIED).mean("api00", "api99", by=["stype", ["stype", "awards"]])
    measures = (Mean("a", "api00"), Mean("b", "api99"))
    moments = collapse(rows, STRATIFIED, measures, (("stype",), ("stype", "awards")))
    assert figures(found) == figures(estimate(moments))
    assert found["domain_kind"].unique(maintain_order=True).to_list() == ["all", "stype", "stype × awards"]


def test_proportions_are_the_shares_of_every_category(rows: pl.DataFrame) -> None:
    found = Survey(rows, STRATIFIED).proportion("awards")
    assert found["category"].to_list() == ["No", "Yes"]
    assert found["estimate"].sum() == pytest.approx(1)
    yes = Survey(rows, STRATIFIED).share("awards", ["Yes"])
    assert figures(yes) == figures(found.filter(pl.col("category") == "Yes"))
    coded = rows.with_columns(awards=(pl.col("awards") == "Yes").cast(pl.Int16))
    moments = collapse(coded, STRATIFIED, (Share("y", "awards", (1,)),))
    assert figures(yes) == figures(estimate(moments))


@pytest.mark.parametrize("values", [pl.Series("v", [True, False, None]), pl.Series("v", [1.5, 2.0, None])])
def test_values_of_any_type_can_be_counted(values: pl.Series) -> None:
    first = values[0]
    found = Survey(values.to_frame(), Design())
    assert found.share("v", [first])["estimate"].to_list() == [0.5]
    assert found.count("v", [first])["estimate"].to_list() == [1.0]
    assert found.count("v")["estimate"].to_list() == [2.0]


def test_a_file_gives_what_a_frame_gives(rows: pl.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    rows.write_parquet(path)
    wanted = (Wanted(mean="api00"), Wanted(proportion="awards"), Wanted(ratio="api.stu", over="enroll"))
    from_file = Survey(path, STRATIFIED).estimate(*wanted, by=["stype"])
    from_frame = Survey(rows, STRATIFIED).estimate(*wanted, by=["stype"])
    assert from_file.table.equals(from_frame.table)
    assert from_file.account.equals(from_frame.account)


def test_replicates_are_made_and_taken_as_given(rows: pl.DataFrame) -> None:
    method = Replication(kind="JKn")
    made = Survey(rows, STRATIFIED, replication=method).mean("api00", by=["awards"])
    moments = collapse(rows, STRATIFIED, (Mean("m", "api00"),), (("awards",),))
    factors = replicate_factors(moments, method)
    assert figures(made) == figures(estimate(moments, factors=factors))
    weights = replicate_weights(rows, STRATIFIED, factors)
    columns = tuple(name for name in weights.columns if name not in rows.columns)
    given = ReplicateDesign(
        columns=columns, kind="JKn", weight="pw", rscales=tuple(factors.rscales.tolist()), scale=factors.scale
    )
    whole = rows if set(columns) <= set(rows.columns) else pl.concat([rows, weights.select(columns)], how="horizontal")
    taken = Survey(whole, given).mean("api00", by=["awards"])
    assert taken["se"].to_list() == pytest.approx(made["se"].to_list(), rel=1e-10)


def test_calibrated_weights_with_linearisation_and_with_replicates(rows: pl.DataFrame) -> None:
    totals = {"E": 4421.0, "H": 755.0, "M": 1018.0}
    sums = rows.group_by("stype").agg(pl.col("pw").sum())
    factor = {row["stype"]: totals[row["stype"]] / row["pw"] for row in sums.iter_rows(named=True)}
    final = rows.with_columns(w=pl.col("pw") * pl.col("stype").replace_strict(factor))
    design = Design(weight="w", psu="dnum", nested=True)
    calibration = CalibratedWeight(base="pw", margins=("stype",))
    found = Survey(final, design, calibration=calibration).mean("api00")
    moments = collapse_calibrated(final, design, (Mean("m", "api00"),), calibration=calibration)
    assert figures(found) == figures(estimate(moments))
    repeated = Survey(final, design, calibration=calibration, replication=Replication(kind="JK1")).mean("api00")
    assert repeated["estimate"][0] == pytest.approx(found["estimate"][0])
    assert repeated["se"][0] == pytest.approx(found["se"][0], rel=0.05)


def test_contrasts_of_means_and_totals_together(rows: pl.DataFrame) -> None:
    one = Survey(rows, STRATIFIED).linearised(Wanted(mean="api00", name="m"), Wanted(total="enroll", name="t"))
    assert set(one.names) == {"m", "t"}
    found = contrast(one, {"m": {"m": 1}, "t": {"t": 1}})
    apart = Survey(rows, STRATIFIED).estimate(Wanted(mean="api00"), Wanted(total="enroll")).table
    assert found["se"].to_list() == pytest.approx(apart["se"].to_list())


def test_functions_and_quantiles_stand_beside_the_estimates(rows: pl.DataFrame) -> None:
    wanted = (Wanted(mean="api00", name="a"), Wanted(mean="api99", name="b"), Wanted(quantile="api00", at=(0.5,)))
    found = Survey(rows, STRATIFIED).estimate(*wanted, by=["stype"], functions={"rise": "a / b - 1"}).table
    assert found["statistic"].to_list() == ["mean", "mean", "quantile", "function"] * 4
    median = quantile(rows, STRATIFIED, "api00", (0.5,))
    assert found.filter(pl.col("statistic") == "quantile")["se"][0] == median["se"][0]
    a, b, _, rise = found.head(4)["estimate"].to_list()
    assert rise == pytest.approx(a / b - 1)


def test_no_rows_and_one_row(rows: pl.DataFrame) -> None:
    none = Survey(rows.clear(), STRATIFIED).estimate(Wanted(mean="api00"), by=["stype"])
    assert none.table.height == 0
    one = Survey(rows.head(1), Design(weight="pw")).mean("api00")
    assert (one["n"][0], one["estimate"][0], one["se"][0]) == (1, rows["api00"][0], None)


def test_what_does_not_go_together_is_refused(rows: pl.DataFrame) -> None:
    given = ReplicateDesign(columns=("pw", "fpc"), kind="JK1", weight="pw")
    with pytest.raises(SipasError, match="survey_contradicts"):
        Survey(rows, given, replication=Replication(kind="JK1"))
    with pytest.raises(SipasError, match="survey_contradicts"):
        Survey(rows, STRATIFIED, replication=Replication(kind="JKn")).linearised(Wanted(mean="api00"))
    with pytest.raises(SipasError, match="nothing_wanted"):
        Survey(rows, STRATIFIED).estimate()
    with pytest.raises(SipasError, match="wanted_repeated"):
        Survey(rows, STRATIFIED).mean("api00", "api00")
    many = pl.DataFrame({"c": [str(i) for i in range(1001)]})
    with pytest.raises(SipasError, match="too_many_categories"):
        Survey(many, Design()).proportion("c")


def test_quantiles_with_replicates(rows: pl.DataFrame) -> None:
    method = Replication(kind="bootstrap", replicates=200, seed=1)
    found = Survey(rows, STRATIFIED, replication=method).quantile("api00", (0.5,), by=["awards"])
    plain = Survey(rows, STRATIFIED).quantile("api00", (0.5,), by=["awards"])
    assert found["estimate"].to_list() == plain["estimate"].to_list()
    assert found["se"].to_list() == pytest.approx(plain["se"].to_list(), rel=0.5)
    assert found["domain"].to_list() == ["", "No", "Yes"]


@pytest.fixture(scope="module")
def answers() -> pl.DataFrame:
    q = [1, 2, 3, 4, 5, 5, 4, 2, None, 1]
    weights = [1.0, 2.0, 1.0, 3.0, 1.0, 2.0, 2.0, 1.0, 1.0, 1.0]
    return pl.DataFrame({"q": q, "w": weights, "d": ["a", "b"] * 5})


def test_two_shares_of_one_column_stand_in_one_table(answers: pl.DataFrame) -> None:
    survey = Survey(answers, Design(weight="w"))
    wanted = (
        Wanted(share="q", of=(4, 5)), Wanted(mean="w"), Wanted(share="q", of=(1, 2)),
        Wanted(count="q", of=(5,)), Wanted(count="q", of=(1,)), Wanted(mean="w", name="again"),
    )  # fmt: skip
    found = survey.estimate(*wanted, by=["d"]).table
    assert found["category"].to_list() == ["4;5", None, "1;2", "5", "1", None] * 3
    assert found["domain"].to_list() == [name for name in ("", "a", "b") for _ in wanted]
    for place, one in enumerate(wanted):
        alone = survey.estimate(one, by=["d"]).table
        assert found[place :: len(wanted)].select(FIGURES).equals(alone.select(FIGURES))


def test_one_column_marked_twice_is_coded_once(rows: pl.DataFrame) -> None:
    wanted = (Wanted(share="awards", of=("Yes",)), Wanted(count="awards", of=("Yes",)), Wanted(proportion="awards"))
    found = Survey(rows, STRATIFIED).estimate(*wanted, Wanted(proportion="awards", name="p")).table
    assert found["category"].to_list() == ["Yes", "Yes", "No", "Yes", "No", "Yes"]
    assert found["estimate"][0] == found["estimate"][3] == found["estimate"][5]


def test_a_quantile_alone_has_its_account_and_knows_the_calibration(rows: pl.DataFrame) -> None:
    design, calibration = Design(weight="pw"), CalibratedWeight(base="pw", margins=("stype",))
    found = Survey(rows, design, calibration=calibration).estimate(Wanted(quantile="api00", at=(0.5,)), by=["awards"])
    expected = quantile(rows, design, "api00", (0.5,), (("awards",),), calibration=calibration)
    assert found.table["se"].to_list() == expected["se"].to_list()
    assert found.account["measure"].unique().to_list() == ["quantile(api00)"]
    assert found.account.filter(pl.col("domain_kind") == "all")["answered"].to_list() == [200]


def test_functions_are_worked_out_anew_in_every_replicate(rows: pl.DataFrame) -> None:
    method = Replication(kind="JKn")
    survey = Survey(rows, STRATIFIED, replication=method)
    wanted = (Wanted(mean="api00", name="a"), Wanted(total="enroll", name="t"), Wanted(mean="api99", name="b"))
    table = survey.estimate(*wanted, by=["awards"], functions={"f": "log(a / b) * t", "c": "2"}).table
    moments = collapse(rows, STRATIFIED, (Mean("m", "api00"),))
    factors = replicate_factors(moments, method)
    weights = replicate_weights(rows, STRATIFIED, factors).drop(rows.columns, strict=False)

    def value(weight: pl.Series) -> float:
        a, b, t = ((rows[name] * weight).sum() for name in ("api00", "api99", "enroll"))
        return math.log(a / b) * t

    full = value(rows["pw"])
    spread = [(value(column) - full) ** 2 for column in weights.get_columns()]
    variance = factors.scale * sum(r * s for r, s in zip(factors.rscales.tolist(), spread, strict=True))
    f, c = table.filter(pl.col("statistic") == "function").head(2).iter_rows(named=True)
    assert (f["estimate"], f["se"]) == (pytest.approx(full), pytest.approx(math.sqrt(variance)))
    assert (f["n"], f["df"]) == (200, 197)
    assert (c["variable"], c["estimate"], c["n"]) == ("c", 2.0, 0)
    linear = Survey(rows, STRATIFIED).estimate(*wanted, by=["awards"], functions={"f": "log(a / b) * t"}).table
    anew = table.filter(pl.col("variable") == "f")
    assert anew["domain"].to_list() == ["", "No", "Yes"]
    assert anew["se"].to_list() == pytest.approx(linear.filter(pl.col("variable") == "f")["se"].to_list(), rel=0.05)
    with pytest.raises(SipasError, match="function_not_finite"):
        survey.estimate(*wanted, functions={"f": "1 / (a - a)"})
    with pytest.raises(SipasError, match="estimate_unknown"):
        survey.estimate(*wanted, functions={"f": "z"})


def test_numbers_that_nobody_gave_are_a_share_of_0(answers: pl.DataFrame) -> None:
    for dtype in (pl.Int8, pl.Float64):
        survey = Survey(answers.with_columns(pl.col("q").cast(pl.Int64).cast(dtype)), Design())
        assert survey.share("q", [9, 8])["estimate"].to_list() == [0.0]
        assert survey.share("q", [5, 9])["estimate"].to_list() == [pytest.approx(2 / 9)]
    silent = answers.with_columns(pl.lit(None, pl.Int64).alias("q"))
    assert Survey(silent, Design()).share("q", [9])["n"].to_list() == [0]


def test_what_an_estimate_does_not_take_is_refused(answers: pl.DataFrame) -> None:
    for said in ({"mean": "q", "of": (1,)}, {"mean": "q", "at": (0.5,)}, {"proportion": "q", "of": (1,)}):
        with pytest.raises(SipasError, match="wanted_superfluous"):
            Wanted(**said)
    with pytest.raises(SipasError, match="quantile_not_linearised"):
        Survey(answers, Design()).linearised(Wanted(mean="q"), Wanted(quantile="w"))


def test_a_sequence_of_columns_is_crossed_where_one_kind_is_wanted(answers: pl.DataFrame) -> None:
    survey = Survey(answers.with_columns(e=pl.col("w") > 1), Design())
    one = survey.linearised(Wanted(mean="q"), by=("d", "e"))
    crossed = survey.estimate(Wanted(mean="q"), by=[("d", "e")]).table.filter(pl.col("domain_kind") == one.grid.kind)
    assert one.grid.kind == "d × e"
    assert list(one.grid.domains) == crossed["domain"].to_list()
