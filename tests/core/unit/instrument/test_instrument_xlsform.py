"""The XLSForm is taken by pyxform and ODK Validate (both really run), and asks what the edition asks."""

import io
import re

import openpyxl
import pytest
from lxml import etree
from pyxform.validators.odk_validate import ODKValidateError
from pyxform.xls2xform import convert

from sipas.instrument import Edition, editions, load, xlsform
from sipas.instrument.xlsform import sheets

XF = "{http://www.w3.org/2002/xforms}"


def xform(edition: Edition, *, validate: bool) -> etree._Element:
    made = convert(io.BytesIO(xlsform(edition)), validate=validate, file_type=".xlsx")
    assert made.warnings == []
    return etree.fromstring(made.xform.encode())


def binds(form: etree._Element) -> dict[str, dict[str, str]]:
    return {bind.get("nodeset").rsplit("/", 1)[1]: dict(bind.attrib) for bind in form.iter(f"{XF}bind")}


@pytest.fixture
def form(written, small) -> etree._Element:
    return xform(load(written(small)), validate=False)


@pytest.mark.parametrize("name", editions())
@pytest.mark.usefixtures("java")
def test_pyxform_converts_and_odk_validate_accepts(name) -> None:
    edition = load(name)
    asked = binds(xform(edition, validate=True))
    assert {q.name for q in edition.questions() if not q.personal} <= set(asked)
    assert not {q.name for q in edition.questions() if q.personal} & set(asked)


@pytest.mark.usefixtures("java")
def test_the_small_edition_with_every_feature_passes_odk_validate(written, small) -> None:
    more = small.replace("low: 1, high: 20", "low: 1, high: 20, required: true, asked_of: [organisation]")
    assert "trips" in binds(xform(load(written(more)), validate=True))


@pytest.mark.usefixtures("java")
def test_odk_validate_really_runs(written, small) -> None:
    # pyxform alone takes unmatched brackets; only ODK Validate reads the expression.
    workbook = openpyxl.load_workbook(io.BytesIO(xlsform(load(written(small)))))
    survey = workbook["survey"]
    column = [cell.value for cell in survey[1]].index("relevant") + 1
    line = next(row[0].row for row in survey.iter_rows() if row[1].value == "sorry")
    survey.cell(line, column).value = ". >= ("
    broken = io.BytesIO()
    workbook.save(broken)
    convert(io.BytesIO(broken.getvalue()), validate=False, file_type=".xlsx")
    with pytest.raises(ODKValidateError, match="mismatched brackets"):
        convert(io.BytesIO(broken.getvalue()), validate=True, file_type=".xlsx")


def test_routing(form) -> None:
    assert binds(form)["sorry"]["relevant"].split() == ["/data/section_dau/late", "=", "'1'"]


def test_routing_on_a_tick_and_on_several_values(written, small) -> None:
    path = written(
        small, ("values: [1]}]}", "values: [1, 2]}]}"),
        ("{name: q2, kind: scale,", "{name: q2, relevant: [{question: wishes, values: [2]}], kind: scale,"),
    )  # fmt: skip
    rows = {row.get("name"): row for row in sheets(load(path))["survey"]}
    assert rows["sorry"]["relevant"] == "(${late} = '1' or ${late} = '2')"
    assert rows["q2"]["relevant"] == "selected(${wishes}, '2')"


def test_limits_most_and_exclusive(form) -> None:
    assert binds(form)["trips"]["constraint"] == ". >= 1 and . <= 20"
    wishes = binds(form)["wishes"]["constraint"]
    assert "count-selected(.) <= 2" in wishes
    assert "not(selected(., '9') and count-selected(.) > 1)" in wishes


def test_other_is_asked_for_and_required(form) -> None:
    other = binds(form)["wishes_other"]
    assert other["type"] == "string"
    assert other["required"] == "true()"
    assert re.fullmatch(r"selected\(\s*\S+/wishes\s*,\s*'8'\)", other["relevant"])


def test_the_case_code_is_crockford(form) -> None:
    case = binds(form)["case_id"]
    assert case["required"] == "true()"
    pattern = re.search(r"'(.*)'", case["constraint"]).group(1)
    assert re.match(pattern, "0123456789")
    assert re.match(pattern, "ABCDEFGHJK")
    for wrong in ("ABCDEFGHIJ", "abcdefghjk", "0123", "0123456789A", "ABCDEFGHLO", "UUUUUUUUUU"):
        assert not re.match(pattern, wrong)


def test_both_languages_and_a_fallback(form) -> None:
    translations = {t.get("lang"): t for t in form.iter(f"{XF}translation")}
    assert set(translations) == {"Tiếng Việt (vi)", "English (en)"}
    assert translations["Tiếng Việt (vi)"].get("default") == "true()"
    texts = {v.text for v in translations["English (en)"].iter(f"{XF}value")}
    assert "Câu một" in texts  # no gloss: the Vietnamese stands in
    assert "Case code" in texts


def test_recalled_wording_is_said_in_title_and_form() -> None:
    rows = sheets(load("sipas-2017"))
    assert "câu chữ nhớ lại" in rows["settings"][0]["form_title"]
    said = next(row for row in rows["survey"] if row.get("name") == "section_notice")
    assert "nhớ lại" in said["label::Tiếng Việt (vi)"]
    assert "recalled" in said["label::English (en)"]


def test_who_is_asked_is_asked_first_where_it_matters() -> None:
    rows = {row.get("name"): row for row in sheets(load("sipas-2017"))["survey"]}
    assert rows["gender"]["relevant"] == "${respondent_kind} = 'person'"
    assert rows["organisation_kind"]["relevant"] == "${respondent_kind} = 'organisation'"
    assert "respondent_kind" not in {row.get("name") for row in sheets(load("sipas-2022"))["survey"]}


def test_same_edition_same_bytes_and_another_version_when_it_changes(written, small) -> None:
    first = load(written(small))
    assert xlsform(first) == xlsform(load(written(small)))
    second = load(written(small, ("Câu một", "Câu 1")))
    assert sheets(first)["settings"][0]["version"] != sheets(second)["settings"][0]["version"]


def test_text_that_looks_like_a_formula_or_a_reference_stays_text(written, small) -> None:
    path = written(small, ("text: Câu một", 'text: "=1+1 ${late}"'))
    workbook = openpyxl.load_workbook(io.BytesIO(xlsform(load(path))))
    cells = [cell for row in workbook["survey"].iter_rows() for cell in row if str(cell.value).startswith("=1")]
    assert [(cell.value, cell.data_type) for cell in cells] == [("=1+1 $ {late}", "s")] * 2
    assert load(path).question("q1").text == "=1+1 ${late}"
    xform(load(path), validate=False)
