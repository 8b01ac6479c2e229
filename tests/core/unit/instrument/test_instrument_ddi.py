"""The codebook validates against the DDI Alliance's schema and says everything of each variable.

The schema (DDI Codebook 2.6, CC BY 4.0) is not copied; it is looked for in ../shared/data beside the repository.
"""

import datetime
from pathlib import Path

import polars as pl
import pytest
from lxml import etree

from sipas.instrument import AnswerColumn, Study, VariableStatistics, ddi, editions, load

SCHEMA = Path(__file__).parents[5] / "shared" / "data" / "ddi-codebook-2.6" / "schemas" / "codebook.xsd"
N = {"d": "ddi:codebook:2_6"}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
STUDY = Study(
    title="Khảo sát thử", title_en="Trial", identifier="SIPAS-08-2026", producer="Sở Nội vụ",
    made_on=datetime.date(2026, 11, 1), collected_from=datetime.date(2026, 9, 1),
    collected_to=datetime.date(2026, 10, 1), coverage="Tỉnh Tuyên Quang", modes=("Phiếu giấy", "Điện thoại"),
    weighting="Trọng số cuối cùng", file_name="responses.csv", cases=480, simulated=True,
)  # fmt: skip
EXTRA = (
    AnswerColumn(name="case_id", dtype=pl.String, question="", option=None, label="Mã phiếu", values={}),
    AnswerColumn(name="final", dtype=pl.Float64, question="", option=None, label="Trọng số", values={}),
)


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema | None:
    return etree.XMLSchema(etree.parse(SCHEMA)) if SCHEMA.is_file() else None


def say_unchecked() -> None:
    pytest.skip(f"only well-formedness was checked: the DDI Codebook 2.6 schema is not there ({SCHEMA.name})")


def variable(xml: bytes, name: str) -> etree._Element:
    (found,) = etree.fromstring(xml).xpath(f"//d:var[@name='{name}']", namespaces=N)
    return found


def texts(node: etree._Element, path: str, language: str | None = None) -> list[str]:
    found = node.xpath(path, namespaces=N)
    return [one.text for one in found if language is None or one.get(LANG) == language]


@pytest.mark.parametrize("name", editions())
def test_validates_bare_and_full(schema, name) -> None:
    edition = load(name)
    figures = {
        edition.items()[0].name: VariableStatistics(
            valid=470, missing=10, mean=4.1, stdev=0.8, low=1, high=5, counts={1: 3, 2: None}, weighted={1: 3.25}
        )
    }
    for xml in (ddi(edition), ddi(edition, study=STUDY, extra=EXTRA, omit=["remark"], statistics=figures)):
        root = etree.fromstring(xml)
        assert etree.QName(root).text == f"{{{N['d']}}}codeBook"
        assert root.xpath("count(//d:var)", namespaces=N) > 0
        assert root.xpath("count(//*[namespace-uri() != 'ddi:codebook:2_6'])") == 0
        if schema is not None:
            schema.assertValid(root)
    if schema is None:
        say_unchecked()


def test_the_schema_really_refuses(schema) -> None:
    wrong = ddi(load("sipas-2017")).replace(b"<catValu>", b"<catValue>").replace(b"</catValu>", b"</catValue>")
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(wrong.replace(b"</catValue>", b"</catValu>"))
    if schema is None:
        say_unchecked()
    assert not schema.validate(etree.fromstring(wrong))


@pytest.mark.parametrize("name", editions())
def test_every_column_is_a_variable_and_nothing_else(name) -> None:
    edition = load(name)
    found = etree.fromstring(ddi(edition)).xpath("//d:var/@name", namespaces=N)
    assert found == [column.name for column in edition.columns()]


def test_wording_categories_and_status() -> None:
    found = variable(ddi(load("sipas-2017")), "equipment_modern")
    question = load("sipas-2017").question("equipment_modern")
    assert texts(found, "d:qstn/d:qstnLit", "vi") == [question.text]
    assert texts(found, "d:qstn/d:qstnLit", "en") == [question.text_en]
    assert texts(found, "d:catgry/d:catValu") == ["1", "2", "3", "4", "5"]
    assert texts(found, "d:catgry/d:labl", "vi")[4] == "Rất hài lòng"
    assert texts(found, "d:concept", "vi") == ["Tiếp cận dịch vụ"]
    (note,) = [n for n in found.xpath("d:notes", namespaces=N) if n.get(LANG) == "vi"]
    assert note.get("subject") == "recalled"
    assert note.text.startswith("câu chữ nhớ lại")


def test_a_copy_is_marked_as_copy() -> None:
    found = variable(ddi(load("sipas-2017")), "seats")
    assert {n.get("subject") for n in found.xpath("d:notes", namespaces=N)} == {"copy"}


def test_universe_follows_population_routing_and_tick() -> None:
    xml = ddi(load("sipas-2017"))
    assert texts(variable(xml, "seats"), "d:universe", "en") == [
        "People and organisations' representatives who received the result of a transaction"
    ]
    assert texts(variable(xml, "gender"), "d:universe", "en")[0].endswith("; persons only")
    assert "“Trễ hẹn”" in texts(variable(xml, "apology"), "d:universe", "vi")[0]
    assert texts(variable(xml, "ethnicity_other"), "d:universe", "vi")[0].endswith("“Khác (ghi rõ)”")
    assert texts(variable(ddi(load("sipas-2022")), "gender"), "d:universe", "en") == ["Residents aged 18 and over"]


def test_ticks_limits_and_numbers(written, small) -> None:
    xml = ddi(load(written(small)))
    tick = variable(xml, "wishes_1")
    assert texts(tick, "d:catgry/d:labl", "en") == ["Not ticked", "Ticked"]
    assert texts(tick, "d:qstn/d:ivuInstr", "en") == ["At most 2 answers."]
    (limits,) = variable(xml, "trips").xpath("d:valrng/d:range", namespaces=N)
    assert (limits.get("min"), limits.get("max")) == ("1", "20")
    (kind,) = variable(xml, "wishes_other").xpath("d:varFormat/@type", namespaces=N)
    assert kind == "character"


def test_figures_are_written_as_given_and_suppressed_ones_not() -> None:
    figures = VariableStatistics(valid=470, missing=10, mean=4.125, counts={1: 3, 2: None}, weighted={2: 9.5})
    found = variable(ddi(load("sipas-2017"), statistics={"seats": figures}), "seats")
    sums = {s.get("type"): s.text for s in found.xpath("d:sumStat", namespaces=N)}
    assert sums == {"vald": "470", "invd": "10", "mean": "4.125"}
    stats = found.xpath("d:catgry/d:catStat", namespaces=N)
    assert [(s.getparent()[0].text, s.get("wgtd"), s.text) for s in stats] == [
        ("1", "not-wgtd", "3"), ("2", "wgtd", "9.5"),
    ]  # fmt: skip


def test_the_tree_is_there_with_its_rules() -> None:
    root = etree.fromstring(ddi(load("sipas-2022")))
    groups = {g.get("name"): g for g in root.xpath("//d:varGrp[@type='analysis']", namespaces=N)}
    assert groups["index"].get("varGrp") == "N_policy N_service"
    assert texts(groups["index"], "d:notes") == ["mean_of_children"]
    assert groups["accountability"].get("var") == "V_info_ways V_info_clear"
    (multiple,) = root.xpath("//d:varGrp[@type='multipleResp']", namespaces=N)
    assert multiple.get("var").split()[-1] == "V_info_channels_other"


def test_simulated_and_recalled_are_said_at_the_head() -> None:
    root = etree.fromstring(ddi(load("sipas-2017"), study=STUDY))
    assert all("MÔ PHỎNG" in title for title in texts(root, "//d:titl"))
    kinds = root.xpath("d:stdyDscr/d:notes/@type", namespaces=N)
    assert kinds == ["simulated", "simulated", "wording-status", "wording-status"]
    assert "MÔ PHỎNG" not in ddi(load("sipas-2017")).decode()


def test_omitted_columns_leave_the_groups_too() -> None:
    omit = {"remark", "ethnicity_other", *(f"expectations_{v}" for v in (*range(1, 11), 99)), "expectations_other"}
    root = etree.fromstring(ddi(load("sipas-2017"), omit=omit))
    assert not {f"V_{name}" for name in omit} & {r for g in root.xpath("//@var") for r in g.split()}
    assert not root.xpath("//d:varGrp[@name='remarks' or @type='multipleResp']", namespaces=N)


def test_the_file_and_same_bytes() -> None:
    xml = ddi(load("sipas-2017"), study=STUDY, extra=EXTRA)
    root = etree.fromstring(xml)
    assert texts(root, "//d:fileName") == ["responses.csv"]
    assert texts(root, "//d:varQnty") == [str(len(root.xpath("//d:var", namespaces=N)))]
    assert xml == ddi(load("sipas-2017"), study=STUDY, extra=EXTRA)
