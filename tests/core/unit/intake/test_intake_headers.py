"""Mapping of columns: guessed from Vietnamese names, or said by a person."""

from pathlib import Path

import pytest

from sipas.errors import SipasError
from sipas.intake import ColumnMapping, chosen_mapping, guess_mapping, load_mapping, read

HEADERS = ("STT", "Người nộp / Họ tên", "Người nộp / ĐT (nếu có)", "Ngày trả KQ", "Đơn vị", "Màu sắc", "Ghi chú")


def test_names_in_brackets_case_and_marks_do_not_matter() -> None:
    mapping = guess_mapping(["HO VA TEN", "Số ĐT (nếu có)", "ngày_trả_kết_quả", "Cơ quan giải quyết:"], "transactions")
    assert dict(mapping.columns) == {
        "name": "HO VA TEN",
        "phone": "Số ĐT (nếu có)",
        "finished_on": "ngày_trả_kết_quả",
        "agency": "Cơ quan giải quyết:",
    }
    assert set(mapping.confidence.values()) == {1.0}


def test_a_guess_tells_its_confidence_and_what_it_left() -> None:
    mapping = guess_mapping(HEADERS, "transactions")
    assert mapping.columns["name"] == "Người nộp / Họ tên"
    assert mapping.confidence["name"] == 0.95
    assert mapping.unmapped == ("Màu sắc",)


def test_a_longer_name_is_a_weaker_guess() -> None:
    mapping = guess_mapping(["Họ và tên của người đến nộp", "Tên thuốc"], "transactions")
    assert mapping.columns == {"name": "Họ và tên của người đến nộp"}
    assert 0.6 <= mapping.confidence["name"] < 0.8


def test_each_column_serves_once() -> None:
    mapping = guess_mapping(["Ngày trả", "Ngày trả kết quả", "Ngày hẹn trả"], "transactions")
    assert mapping.columns == {"finished_on": "Ngày trả kết quả", "due_on": "Ngày hẹn trả"}


def test_residents() -> None:
    headers = ["Họ và tên", "Năm sinh", "Thôn/Tổ dân phố", "Xã/Phường", "Giới tính"]
    assert set(guess_mapping(headers, "residents").columns) == {"name", "birth", "village", "commune", "gender"}


def test_a_mapping_file_may_write_a_name_loosely(tmp_path: Path) -> None:
    path = tmp_path / "anh-xa.yaml"
    path.write_text(
        'columns: {name: "ho ten", finished_on: "Ngày trả KQ"}\nconstants: {agency: "UBND xã A"}\n', encoding="utf-8"
    )
    mapping = load_mapping(path, HEADERS)
    assert dict(mapping.columns) == {"name": "Người nộp / Họ tên", "finished_on": "Ngày trả KQ"}
    assert dict(mapping.constants) == {"agency": "UBND xã A"}


def test_a_name_that_is_not_there_lists_what_is(tmp_path: Path) -> None:
    with pytest.raises(SipasError) as caught:
        chosen_mapping({"name": "Tên ai"}, HEADERS)
    assert caught.value.code == "intake.mapping_column"
    assert caught.value.expected == list(HEADERS)
    with pytest.raises(SipasError, match="mapping_column"):
        chosen_mapping({"phone": "SĐT"}, ["SĐT.", "SĐT:"])


@pytest.mark.parametrize("text", ["columns: [a]", "a: b", "columns: {name: {x: y}}", "columns: {a: b}\nconstants: 3"])
def test_broken_mapping_files(tmp_path: Path, text: str) -> None:
    path = tmp_path / "anh-xa.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SipasError, match="mapping_broken"):
        load_mapping(path, HEADERS)


def test_reading_with_each_kind_of_mapping(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Ai;Máy\nAn;0912\n", encoding="utf-8")
    yaml = tmp_path / "m.yaml"
    yaml.write_text("columns: {name: Ai}\nconstants: {agency: UBND xã A}", encoding="utf-8")
    for mapping in (yaml, {"name": "Ai"}, ColumnMapping({"name": "Ai"}, {"agency": "UBND xã A"})):
        table = read(path, mapping=mapping)
        assert table.texts("name").values.to_list() == ["An"]
    assert table.texts("agency").values.to_list() == ["UBND xã A"]
    assert not read(path, mapping={"name": "Ai"}).has("agency")
