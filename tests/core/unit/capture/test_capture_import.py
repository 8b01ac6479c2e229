"""Import of answers: each rule by a row that keeps it and one that breaks it."""

import datetime as dt

import polars as pl
import pytest
from capture_form import CASES, FORM, SAMPLE, sheet

from sipas.capture import CaptureImport, import_responses
from sipas.errors import SipasError
from sipas.instrument import load
from sipas.tables import REJECTED, RESPONSES


def taken(*rows: dict[str, object], **settings: object) -> CaptureImport:
    return import_responses(sheet(*rows), FORM, SAMPLE, **({"mode": "paper"} | settings))  # type: ignore[arg-type]  # settings vary by test


def found(result: CaptureImport) -> list[tuple[int, str | None, str, str | None]]:
    return list(result.findings.select("row", "column", "code", "got").iter_rows())


def test_a_plain_row_comes_in_whole() -> None:
    result = taken({
        "late": "1", "visits": "2", "i1": "5", "i2": "4", "wish": "1;2", "gender": "2", "remark": " tốt ",
        "received_on": "3/4/2026",
    })  # fmt: skip
    row = result.responses.row(0, named=True)
    assert row == {
        "case_id": CASES[0], "mode": "paper", "received_on": dt.date(2026, 4, 3), "valid": True, "invalid_reason": None,
        "late": 1, "late_other": None, "apology": None, "visits": 2, "i1": 5, "i2": 4, "i3": None,
        "wish_1": 1, "wish_2": 1, "wish_3": 0, "wish_4": 0, "wish_other": None, "gender": 2, "remark": "tốt",
    }  # fmt: skip
    assert result.findings.is_empty()
    assert result.rejected.is_empty()
    assert RESPONSES.check(result.responses).height == 1


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [
        ("i1", "4", 4),
        ("i1", "4.0", 4),
        ("i1", " Hài lòng ", 4),
        ("i1", "HAI LONG", 4),
        ("i1", "4. Hài lòng", 4),
        ("i1", "4 - hài lòng", 4),
        ("i1", "4;4", 4),
        ("i1", "", None),
        ("i1", "không trả lời", None),
        ("visits", "20", 20),
    ],
)
def test_answers_are_read_as_people_write_them(column: str, text: str, expected: int | None) -> None:
    result = taken({column: text, "i2": "3"})
    assert result.responses[column].to_list() == [expected]
    assert result.findings.is_empty()


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("i1", "6", "capture.option_unknown"),
        ("i1", "tạm được", "capture.value_unreadable"),
        ("i1", "5. Hài lòng", "capture.value_unreadable"),
        ("i1", "4;5", "capture.two_answers"),
        ("visits", "0", "capture.out_of_range"),
        ("visits", "21", "capture.out_of_range"),
        ("visits", "hai", "capture.value_unreadable"),
        ("wish", "1;2;3", "capture.too_many_ticks"),
        ("wish", "1;4", "capture.exclusive_option"),
        ("wish", "1;9", "capture.option_unknown"),
        ("late_other", "bận", "capture.other_without_option"),
        ("received_on", "31/02/2026", "capture.date_unreadable"),
    ],
)
def test_a_cell_at_fault_becomes_missing_and_the_row_stays(column: str, text: str, code: str) -> None:
    result = taken({"i2": "3", column: text})
    assert [(c, k) for _, c, k, _ in found(result)] == [(column, code)]
    row = result.responses.row(0, named=True)
    assert row["i2"] == 3
    assert all(value is None for name, value in row.items() if name == column or name.startswith(f"{column}_"))
    assert result.report.findings_by_code == {code: 1}


def test_a_finding_names_the_row_of_the_users_program_and_what_stood_there() -> None:
    result = taken({"i1": "4"}, {"case_id": CASES[1], "i1": "9"}, row_numbers=pl.Series([5, 8]))
    assert found(result) == [(8, "i1", "capture.option_unknown", "9")]
    assert result.findings["case_id"].to_list() == [CASES[1]]


@pytest.mark.parametrize("text", ["1;3", "3 , 1", "Đơn giản thủ tục; Ý kiến khác", "1|3", "3;1;3"])
def test_ticks_of_one_cell(text: str) -> None:
    result = taken({"wish": text, "wish_other": "nhanh hơn"})
    assert result.responses.select("wish_1", "wish_2", "wish_3", "wish_4").row(0) == (1, 0, 1, 0)
    assert result.responses["wish_other"].to_list() == ["nhanh hơn"]


def test_ticks_of_columns_of_their_own() -> None:
    rows = [
        {"wish_1": "x", "wish_2": "", "wish_3": "0"},
        {"case_id": CASES[1], "wish_1": "", "wish_2": "", "wish_3": ""},
        {"case_id": CASES[2], "wish_1": "0", "wish_2": "0", "wish_3": "0"},
        {"case_id": CASES[3], "wish_1": "1", "wish_2": "?", "wish_3": "0"},
    ]
    result = taken(*rows)
    ticks = result.responses.sort("case_id").select("wish_1", "wish_2", "wish_3", "wish_4").rows()
    empty = (None, None, None, None)
    assert ticks == [(1, 0, 0, 0), empty, empty, empty]
    assert [(r, c, k) for r, c, k, _ in found(result)] == [(5, "wish_2", "capture.value_unreadable")]
    assert result.report.columns.absent[:1] == ("late",)


def test_an_answer_that_was_not_to_be_asked_is_dropped_and_said() -> None:
    result = taken(
        {"late": "1", "apology": "1", "i3": "5"}, {"case_id": CASES[1], "late": "2", "apology": "1", "i3": "5"}
    )
    assert result.responses.select("apology", "i3").rows() == [(None, None), (1, 5)]
    assert [(r, c, k, g) for r, c, k, g in found(result)] == [
        (2, "apology", "capture.not_asked", "1"),
        (2, "i3", "capture.not_asked", "5"),
    ]


def test_without_the_answer_it_hangs_on_nothing_is_held_against_a_respondent() -> None:
    result = taken({"apology": "1"})
    assert result.responses["apology"].to_list() == [1]
    assert result.findings.is_empty()


def test_a_question_for_persons_is_not_asked_of_an_organisation() -> None:
    result = taken({"case_id": CASES[3], "gender": "1", "i1": "5", "i2": "5"})
    assert result.responses["gender"].to_list() == [None]
    assert result.report.findings_by_code == {"capture.not_asked": 1}


def test_validity_counts_only_the_items_asked() -> None:
    # late = 1: i3 is not asked, so one of two items is half
    result = taken({"late": "1", "i1": "5"}, {"case_id": CASES[1], "late": "2", "apology": "1", "i1": "5"})
    assert result.responses.select("valid", "invalid_reason").rows() == [
        (True, None),
        (False, "capture.invalid_too_few"),
    ]
    assert result.report.invalid_by_reason == {"capture.invalid_too_few": 1}


def test_an_empty_form_is_not_valid() -> None:
    assert taken({"i1": ""}).responses["invalid_reason"].to_list() == ["capture.invalid_empty"]


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        (None, "capture.case_missing"),
        ("  ", "capture.case_missing"),
        ("AAAA", "capture.case_malformed"),
        (CASES[0][:-1] + "0", "capture.case_malformed"),
    ],
)
def test_a_row_without_a_usable_case_is_rejected_with_its_cells(case: str | None, reason: str) -> None:
    result = taken({"case_id": case, "i1": "4"}, file="a.csv")
    assert result.responses.is_empty()
    assert REJECTED.check(result.rejected).to_dicts() == [
        {
            "file": "a.csv",
            "sheet": None,
            "row": 2,
            "column": "case_id",
            "reason": reason,
            "got": case,
            "case_id": case,
            "i1": "4",
        }
    ]
    assert result.report.rejected_by_reason == {reason: 1}


def test_a_code_of_another_round_is_unknown() -> None:
    result = import_responses(sheet({"case_id": CASES[0], "i1": "1"}), FORM, SAMPLE[1:], mode="paper")
    assert result.rejected["reason"].to_list() == ["capture.case_unknown"]


def test_a_reserve_that_was_not_issued_is_rejected() -> None:
    result = taken({"case_id": CASES[4], "i1": "4"}, issued=SAMPLE["case_id"][:4])
    assert result.rejected["reason"].to_list() == ["capture.case_not_issued"]


def test_a_case_typed_loosely_is_found() -> None:
    typed = f"{CASES[0][:4].lower()}-{CASES[0][4:]}"
    assert taken({"case_id": typed, "i1": "4"}).responses["case_id"].to_list() == [CASES[0]]


def test_repeated_rows_count_once_and_other_answers_are_rejected() -> None:
    result = taken({"i1": "4"}, {"i1": "4.0"}, {"i1": "5"})
    assert result.responses["i1"].to_list() == [4]
    assert found(result) == [(3, None, "capture.case_repeated_same", None)]
    assert result.rejected.select("row", "reason").rows() == [(4, "capture.case_repeated")]
    assert (result.report.rows, result.report.taken, result.report.repeated, result.report.rejected) == (3, 1, 1, 1)


def test_a_second_file_is_held_against_the_first() -> None:
    first = taken({"i1": "4"})
    second = taken({"i1": "4"}, {"case_id": CASES[1], "i1": "2"}, before=first.responses)
    assert second.responses["case_id"].to_list() == [CASES[1]]
    assert second.report.repeated == 1
    assert taken({"i1": "3"}, before=first.responses).rejected["reason"].to_list() == ["capture.case_repeated"]


def test_the_mode_may_stand_in_a_column() -> None:
    result = taken(
        {"i1": "1", "mode": "Trực tuyến"},
        {"case_id": CASES[1], "i1": "1", "mode": "thư"},
        {"case_id": CASES[2], "i1": "1"},
        mode=None,
    )  # fmt: skip
    assert result.responses["mode"].to_list() == ["web"]
    assert result.rejected["reason"].to_list() == ["capture.mode_missing"] * 2
    assert result.rejected["column"].to_list() == ["mode"] * 2


def test_an_unknown_mode_falls_back_to_the_files() -> None:
    result = taken({"i1": "1", "mode": "thư"})
    assert result.responses["mode"].to_list() == ["paper"]
    assert found(result) == [(2, "mode", "capture.mode_unknown", "thư")]


def test_columns_are_found_by_label_and_by_mapping() -> None:
    cells = pl.DataFrame({
        "Mã phiếu": [CASES[0]], "THÁI ĐỘ LỊCH SỰ": [4], "c2": [5.0], "Ghi chú nội bộ": ["x"], "Họ và tên": ["A"],
    })  # fmt: skip
    result = import_responses(cells, FORM, SAMPLE, mode="phone", mapping={"c2": "i2"})
    assert result.responses.select("i1", "i2").row(0) == (4, 5)
    assert result.report.columns.ignored == ("Ghi chú nội bộ", "Họ và tên")


@pytest.mark.parametrize(
    ("cells", "settings", "code"),
    [
        ({"i1": ["1"]}, {}, "capture.case_column_missing"),
        ({"case_id": ["A"], "x": ["1"]}, {}, "capture.no_answer_columns"),
        ({"case_id": ["A"], "i1": ["1"], "Thái độ lịch sự": ["1"]}, {}, "capture.column_twice"),
        ({"case_id": ["A"], "i1": ["1"]}, {"mapping": {"x": "i1"}}, "capture.mapped_column_missing"),
        ({"case_id": ["A"], "i1": ["1"]}, {"mapping": {"i1": "i9"}}, "capture.mapped_target_unknown"),
        ({"case_id": ["A"], "i1": ["1"]}, {"mode": "fax"}, "capture.mode_not_allowed"),
    ],
)
def test_files_that_cannot_be_read(cells: dict[str, list[str]], settings: dict[str, object], code: str) -> None:
    with pytest.raises(SipasError) as caught:
        import_responses(pl.DataFrame(cells), FORM, SAMPLE, **settings)  # type: ignore[arg-type]  # settings vary by test
    assert caught.value.code == code


@pytest.mark.parametrize("name", ["sipas-2017", "sipas-2022"])
def test_every_shipped_form_reads_its_own_labels(name: str) -> None:
    edition = load(name)
    row: dict[str, object] = {"case_id": CASES[0]}
    for question in edition.questions():
        labels = [o.label for o in edition.options(question.name) if not o.specify and not o.exclusive]
        if labels and not question.personal:
            row[question.short_label if question.kind != "multiple" else question.name] = labels[-1]
    result = import_responses(sheet(row), edition, SAMPLE.drop("respondent_kind"), mode="paper")
    assert set(result.report.findings_by_code) <= {"capture.not_asked"}
    assert result.report.valid == 1
