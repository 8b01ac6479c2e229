"""``sipas estimate`` on files, as a statistician would use it; numbers of R survey 4.1-1, relative tolerance 1e-8.

R script::

    library(survey); data(api)
    d2 <- svydesign(id=~dnum+snum, fpc=~fpc1+fpc2, weights=~pw, data=apiclus2)
    svymean(~api00+api99, d2); svycontrast(svymean(~api00+api99, d2), quote(api00/api99-1))
    ds <- svydesign(id=~1, strata=~stype, weights=~pw, fpc=~fpc, data=apistrat)
    svyby(~api00, ~stype, ds, svymean); svymean(~I(awards=="Yes"), ds)
"""

import json
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from typer.testing import CliRunner, Result

from sipas.cli.main import app
from sipas.cli.sentences import say
from sipas.errors import Place, SipasError
from sipas.estimation import Design
from sipas.estimation.estimates import Conventions
from sipas.estimation.survey.sample_files import read_sample
from sipas.estimation.survey.survey import Survey
from sipas.estimation.survey.wanted import Wanted

DATA = Path(__file__).parents[1] / "reference" / "data"
EXACT = {"rel": 1e-8}
STRATIFIED = ("--weight", "pw", "--strata", "stype", "--population", "fpc")
TWO_STAGES = """
design: {weight: pw, psu: dnum, population: fpc1, later: [{ids: snum, population: fpc2}]}
estimates:
  - {mean: api00, name: y2000}
  - {mean: api99, name: y1999}
functions: {rise: "y2000 / y1999 - 1"}
by: [stype]
"""


def sipas(*words: str | Path) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(result.exception, SipasError):
        raise result.exception
    assert result.exception is None, result.exception
    return result


def test_two_stages_from_a_plan_to_json() -> None:
    found = json.loads(sipas("estimate", DATA / "apiclus2.csv", "--plan", plan_file(), "--format", "json").stdout)
    whole = {row["variable"]: row for row in found["estimates"] if row["domain_kind"] == "all"}
    assert whole["api00"]["estimate"] == pytest.approx(670.811808118081, **EXACT)
    assert whole["api00"]["se"] == pytest.approx(30.0990273768366, **EXACT)
    assert whole["rise"]["estimate"] == pytest.approx(0.03996357066935463, **EXACT)
    assert whole["rise"]["se"] == pytest.approx(0.00462053412338698, **EXACT)
    assert {row["domain"] for row in found["estimates"]} == {"", "E", "H", "M"}
    assert {row["measure"]: row["missing"] for row in found["account"]} == {"y2000": 0, "y1999": 0}


@pytest.fixture(autouse=True)
def work_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIPAS_LANG", "vi")


def plan_file(text: str = TWO_STAGES) -> Path:
    path = Path("plan.yaml")
    path.write_text(text, encoding="utf-8")
    return path.absolute()


def test_options_alone_csv_and_parquet_agree(tmp_path: Path) -> None:
    asked = (*STRATIFIED, "--mean", "api00", "--share", "awards=Yes", "--quantile", "api00@0.5", "--by", "stype")
    text = sipas("estimate", DATA / "apistrat.csv", *asked, "--format", "csv").stdout
    (tmp_path / "printed.csv").write_text(text, encoding="utf-8")
    printed = pl.read_csv(tmp_path / "printed.csv")
    pl.read_csv(DATA / "apistrat.csv").write_parquet(tmp_path / "rows.parquet")
    out = tmp_path / "out.parquet"
    sipas("estimate", tmp_path / "rows.parquet", *asked, "--format", "parquet", "--output", out)
    table = pl.read_parquet(out)
    assert table.height == printed.height == 4 * 3
    assert printed["estimate"].to_list() == pytest.approx(table["estimate"].to_list(), rel=1e-14)
    assert printed["se"].to_list() == pytest.approx(table["se"].to_list(), rel=1e-14)
    share = table.row(by_predicate=(pl.col("statistic") == "share") & (pl.col("domain") == ""), named=True)
    assert (share["variable"], share["category"], share["n"]) == ("awards", "Yes", 200)


def test_options_add_to_the_plan() -> None:
    asked = ("--plan", plan_file(), "--total", "enroll", "--level", "0.9", "--format", "json")
    found = json.loads(sipas("estimate", DATA / "apiclus2.csv", *asked).stdout)["estimates"]
    assert [row["variable"] for row in found if row["domain"] == "E"] == ["api00", "api99", "enroll", "rise"]
    mean = found[0]
    assert mean["high"] - mean["low"] == pytest.approx(2 * 1.684875 * mean["se"], rel=1e-6)


def test_the_table_for_people_tells_what_became_of_the_rows(tmp_path: Path) -> None:
    rows = pl.read_csv(DATA / "apistrat.csv").with_row_index()
    rows = rows.with_columns(
        api00=pl.when(pl.col("index") > 4).then("api00"),
        awards=pl.when(pl.col("index") > 1).then("awards"),
        pw=pl.when(pl.col("index") == 7).then(0.0).otherwise("pw"),
    )
    rows.write_parquet(tmp_path / "rows.parquet")
    said = sipas("estimate", tmp_path / "rows.parquet", *STRATIFIED, "--mean", "api00", "--by", "awards").stdout
    assert "mean(api00): số dòng 199 · dòng quyền số 0 1 · không trả lời 5" in said
    assert "awards: số dòng không thuộc miền nào: 2" in said


def test_a_workbook_with_a_decimal_comma_and_codes_that_begin_with_0(tmp_path: Path) -> None:
    path = tmp_path / "phieu.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([("tinh", "w", "y"), ("01", "1,5", "4"), ("02", "2,5", "5"), ("01", "1", "KTL")]):
            sheet.write_row(number, 0, row)
    asked = ("--weight", "w", "--mean", "y", "--by", "tinh", "--decimal", ",", "--missing", "KTL", "--format", "json")
    found = json.loads(sipas("estimate", path, *asked).stdout)["estimates"]
    assert [(row["domain"], row["n"]) for row in found] == [("", 2), ("01", 1), ("02", 1)]
    assert found[0]["estimate"] == pytest.approx((1.5 * 4 + 2.5 * 5) / 4)


@pytest.mark.parametrize(
    ("words", "code", "row", "column"),
    [
        ((*STRATIFIED, "--mean", "api01"), "estimation.column_unknown", None, "api01"),
        (("--weight", "cds", "--mean", "stype"), "estimation.cell_not_a_number", 2, "stype"),
        ((*STRATIFIED, "--share", "awards=Yess"), "estimation.value_unknown", None, "awards"),
        ((*STRATIFIED, "--share", "api00=high"), "estimation.value_unknown", None, "api00"),
        ((*STRATIFIED,), "estimation.nothing_wanted", None, None),
        ((*STRATIFIED, "--ratio", "api00"), "estimation.wanted_incomplete", None, None),
        ((*STRATIFIED, "--mean", "api00", "--mean", "api00"), "estimation.wanted_repeated", None, None),
        ((*STRATIFIED, "--mean", "api00", "--level", "95"), "estimation.level_not_valid", None, None),
        ((*STRATIFIED, "--mean", "api00", "--output", "x"), "output.form_needed", None, None),
        ((*STRATIFIED, "--mean", "api00", "--format", "parquet"), "output.file_needed", None, None),
    ],
)
def test_what_is_refused_names_the_place(
    words: tuple[str, ...], code: str, row: int | None, column: str | None
) -> None:
    with pytest.raises(SipasError) as raised:
        sipas("estimate", DATA / "apistrat.csv", *words)
    assert raised.value.code == code
    place = raised.value.place
    assert (place and place.row, place and place.column) == (row, column)


def test_a_plan_with_a_wrong_word_is_refused_with_its_line() -> None:
    plan = plan_file("estimates:\n  - {mean: api00}\ndesign:\n  weights: pw\n")
    with pytest.raises(SipasError) as raised:
        sipas("estimate", DATA / "apistrat.csv", "--plan", plan)
    assert raised.value.code == "estimation.analysis_key_unknown"
    assert (raised.value.parameter, "weight" in str(raised.value.expected)) == ("weights", True)
    assert raised.value.place is not None
    assert (raised.value.place.file, raised.value.place.row) == ("plan.yaml", 4)


def test_a_file_that_is_not_there_is_said() -> None:
    with pytest.raises(SipasError) as raised:
        sipas("estimate", "nothing.csv", "--mean", "x")
    assert raised.value.code == "intake.file_missing"
    with pytest.raises(SipasError) as raised:
        sipas("estimate", "nothing.parquet", "--mean", "x")
    assert raised.value.code == "intake.file_missing"


LONG = ("10000000000000003", "10000000000000004")


def test_codes_and_domains_stay_as_written(tmp_path: Path) -> None:
    rows = [("1.1", LONG[0], "4"), ("1.10", LONG[0], "5"), ("1.1", LONG[1], "4"), ("1.10", LONG[1], "3")]
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(",".join(row) for row in [("d", "xa", "q"), *rows]), encoding="utf-8")
    asked = ("--psu", "xa", "--share", "q=4,5", "--proportion", "d", "--by", "d", "--by", "xa", "--format", "json")
    found = json.loads(sipas("estimate", path, *asked).stdout)
    shares = [row for row in found["estimates"] if row["statistic"] == "share"]
    assert [(row["domain"], row["estimate"]) for row in shares] == [
        ("", 0.75), ("1.1", 1.0), ("1.10", 0.5), (LONG[0], 1.0), (LONG[1], 0.5)
    ]  # fmt: skip
    assert shares[0]["df"] == 1
    assert {row["category"] for row in found["estimates"] if row["statistic"] == "proportion"} == {"1.1", "1.10"}


def test_a_column_of_values_can_be_a_domain_too(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("q,x\n4,1\n5,2\n4,3\n", encoding="utf-8")
    found = json.loads(sipas("estimate", path, "--share", "q=4", "--by", "q", "--format", "json").stdout)
    assert [(row["domain"], row["estimate"]) for row in found["estimates"]] == [
        ("", pytest.approx(2 / 3)), ("4", 1.0), ("5", 0.0)
    ]  # fmt: skip


def test_large_whole_numbers_and_long_decimals_are_exact(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(f"v,x\n{LONG[0]},0.1\n{LONG[1]},0.30000000000000004\n", encoding="utf-8")
    found = json.loads(sipas("estimate", path, "--share", f"v={LONG[0]}", "--format", "json").stdout)
    assert found["estimates"][0]["estimate"] == 0.5
    assert read_sample(path, ("v", "x"), ("v", "x")).rows.to_dict(as_series=False) == {
        "v": [int(one) for one in LONG], "x": [0.1, 0.30000000000000004]
    }  # fmt: skip


def test_refused_rows_are_lines_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "phieu.csv"
    path.write_text("Danh sách phiếu,,\n,,\nma,w,y\na,1,4\nb,,5\n,,\nc,-1,4\n", encoding="utf-8")
    with pytest.raises(SipasError) as raised:
        sipas("estimate", path, "--weight", "w", "--mean", "y")
    assert raised.value.place == Place(file="phieu.csv", row=5, column="w")
    assert "Quyền số ở cột w là trống." in say(raised.value)
    path.write_text("Danh sách phiếu,,\n,,\nma,w,y\na,1,4\nb,1,5\n,,\nc,-1,4\n", encoding="utf-8")
    with pytest.raises(SipasError) as raised:
        sipas("estimate", path, "--weight", "w", "--mean", "y")
    assert raised.value.place == Place(file="phieu.csv", row=7, column="w")


def test_refused_rows_of_parquet_are_rows(tmp_path: Path) -> None:
    pl.DataFrame({"w": [1.0, -1.0], "y": [1.0, 2.0]}).write_parquet(tmp_path / "rows.parquet")
    with pytest.raises(SipasError) as raised:
        sipas("estimate", tmp_path / "rows.parquet", "--weight", "w", "--mean", "y")
    assert raised.value.place == Place(file="rows.parquet", row=2, column="w")


@pytest.mark.parametrize(
    ("text", "code", "key", "row"),
    [
        ("estimates: [{mean: x}]\nlevel: cao", "analysis_type_wrong", "level", 2),
        ("estimates: [{mean: x}]\ndesign:\n  lonely: zz", "analysis_word_unknown", "lonely", 3),
        ("estimates: [{mean: x}]\nreplication: {seed: 1}", "analysis_key_missing", "kind", 2),
        ("estimates:\n  - {mean: x}\n  - {mean: x, hay: 1}", "analysis_key_unknown", "hay", 3),
        ("estimates: [{mean: x}]\ndesign:\n  psu: a\n  later:\n    - {id: b}", "analysis_key_unknown", "id", 5),
    ],
)
def test_faults_of_a_plan_are_said_in_vietnamese(text: str, code: str, key: str, row: int) -> None:
    with pytest.raises(SipasError) as raised:
        sipas("estimate", DATA / "apistrat.csv", "--plan", plan_file(text))
    assert (raised.value.code, raised.value.parameter) == (f"estimation.{code}", key)
    assert raised.value.place.row == row
    assert "«" in say(raised.value)
    if code == "analysis_word_unknown":
        assert "centered, adjust" in say(raised.value).replace("fail, remove, certainty, average, ", "")


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_tables_in_files_leave_the_account_on_the_terminal(tmp_path: Path, form: str) -> None:
    rows = pl.DataFrame({"w": [1.0, 2.0, 0.0, 1.0], "h": ["a", "a", "a", "b"], "d": ["", None, "x", "x"]})
    rows.with_columns(y=pl.Series([1.0, None, 3.0, 4.0])).write_parquet(tmp_path / "rows.parquet")
    asked = ("--weight", "w", "--strata", "h", "--mean", "y", "--by", "d")
    said = sipas("estimate", tmp_path / "rows.parquet", *asked, "--format", form, "--output", tmp_path / "out")
    assert "mean(y): số dòng 3 · dòng quyền số 0 1 · không trả lời 1" in said.stderr
    assert "d: số dòng không thuộc miền nào: 1" in said.stderr
    assert "Số tầng chỉ có một đơn vị mẫu" in said.stderr
    assert said.stdout == ""
    printed = sipas("estimate", tmp_path / "rows.parquet", *asked)
    assert printed.stdout.count("Toàn bộ") == 1
    assert "«»" in printed.stdout
    assert printed.stderr == ""


def test_conventions_from_the_command_line() -> None:
    asked = (DATA / "apistrat.csv", "--weight", "pw", "--strata", "dnum", "--mean", "api00", "--share", "awards=Yes")
    more = ("--lonely", "certainty", "--interval", "wilson", "--df", "10", "--deff", "wor", "--format", "json")
    found = json.loads(sipas("estimate", *asked, *more).stdout)["estimates"]
    how = Conventions(interval="wilson", df=10, deff="wor")
    rows = pl.read_csv(DATA / "apistrat.csv")
    design = Design(weight="pw", strata="dnum", lonely="certainty")
    wanted = (Wanted(mean="api00"), Wanted(share="awards", of=("Yes",)))
    expected = Survey(rows, design, conventions=how).estimate(*wanted).table
    assert pl.DataFrame(found, schema=expected.schema).equals(expected)
    assert found[0]["df"] == 10
    with pytest.raises(SipasError, match="analysis_word_unknown"):
        sipas("estimate", *asked, "--lonely", "none")


def test_a_plan_names_the_files_of_its_units_and_pairs(tmp_path: Path) -> None:
    rows = pl.DataFrame({"u": ["01", "01", "02"], "y": [1.0, 2.0, 4.0], "p": [0.5, 0.5, 0.4]})
    rows.write_csv("rows.csv")
    Path("units.csv").write_text("stratum,psu\n,01\n,02\n,03\n", encoding="utf-8")
    pl.DataFrame({"psu": ["01", "02", "03"]}).with_columns(stratum=pl.lit("")).write_parquet("units.parquet")
    results = []
    for name in ("units.csv", "units.parquet"):
        plan = plan_file(f"design: {{psu: u}}\npsus: {name}\nestimates: [{{total: y}}]\n")
        results.append(json.loads(sipas("estimate", "rows.csv", "--plan", plan, "--format", "json").stdout))
    drawn = pl.DataFrame({"stratum": [""] * 3, "psu": ["01", "02", "03"]})
    expected = Survey(rows, Design(psu="u"), psus=drawn).total("y")
    for found in results:
        assert found["estimates"][0]["se"] == pytest.approx(expected["se"][0], **EXACT)
    Path("pairs.csv").write_text("stratum,psu,other,probability\n,01,02,0.15\n", encoding="utf-8")
    plan = plan_file("design: {psu: u, rate: p, pps: joint}\njoint: pairs.csv\nestimates: [{total: y}]\n")
    pairs = pl.DataFrame({"stratum": [""], "psu": ["01"], "other": ["02"], "probability": [0.15]})
    found = json.loads(sipas("estimate", "rows.csv", "--plan", plan, "--format", "json").stdout)
    expected = Survey(rows, Design(psu="u", rate="p", pps="joint"), joint=pairs).total("y")
    assert found["estimates"][0]["se"] == pytest.approx(expected["se"][0], **EXACT)
    Path("pairs.csv").write_text("stratum,psu,other,probability\n,01,02,1.5\n", encoding="utf-8")
    with pytest.raises(SipasError, match="joint_not_valid") as raised:
        sipas("estimate", "rows.csv", "--plan", plan)
    assert raised.value.place == Place(row=1, column="probability")
    with pytest.raises(SipasError, match="file_missing"):
        sipas("estimate", "rows.csv", "--plan", plan_file("psus: no.parquet\nestimates: [{total: y}]\n"))
