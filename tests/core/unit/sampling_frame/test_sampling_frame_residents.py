"""The frame of residents: commune, village, person, group of age."""

import datetime as dt

import pytest
from frame_lists import KEYS, RESIDENT, listed, reasons

from sipas.errors import SipasError
from sipas.intake import OfficeTable
from sipas.sampling.frame import FrameImport, Window, import_frame


def residents(*changes: dict[str, str | None]) -> OfficeTable:
    return listed(*changes, base=RESIDENT)


def imported(*tables: OfficeTable) -> FrameImport:
    window = Window(dt.date(2026, 10, 1), dt.date(2026, 10, 31))
    return import_frame(tables, population="residents", window=window, province="08", keys=KEYS)


def test_a_resident_in_the_frame() -> None:
    row = imported(residents({})).frame.row(0, named=True)
    assert {k: v for k, v in row.items() if k not in {"unit_id", "commitment", "prn"}} == {
        "respondent_kind": "person",
        "province": "08",
        "commune": "02470",
        "agency": "UBND xã Tân Long",
        "agency_level": "commune",
        "field": None,
        "procedure": None,
        "finished_month": None,
        "village": "Thôn 1, Xã Tân Long",
        "age_band": "35-49",
    }


@pytest.mark.parametrize(
    ("birth", "band"),
    [
        ("31/10/2008", "18-24"),
        ("2008", "18-24"),
        ("01/11/2001", "18-24"),
        ("31/10/2001", "25-34"),
        ("1991", "35-49"),
        ("1976-01-01", "50-59"),
        ("24000", "60+"),
        ("1920", "60+"),
    ],
)
def test_groups_of_age_on_the_last_day(birth: str, band: str) -> None:
    assert imported(residents({"Ngày sinh": birth})).frame["age_band"].to_list() == [band]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"Họ và tên": None}, "frame.no_name"),
        ({"Ngày sinh": None}, "frame.birth_missing"),
        ({"Ngày sinh": "30/02/1980"}, "intake.date_impossible"),
        ({"Ngày sinh": "già"}, "intake.date_unreadable"),
        ({"Ngày sinh": "01/11/2008"}, "frame.under_age"),
        ({"Ngày sinh": "2009"}, "frame.under_age"),
        ({"Xã": "Trăng Sao"}, "frame.commune_unknown"),
        ({"Xã": None}, "frame.commune_unknown"),
        ({"Thôn": None}, "frame.village_missing"),
        ({}, "frame.duplicate"),
    ],
)
def test_a_row_is_refused_with_its_reason(change: dict[str, str | None], reason: str) -> None:
    assert reasons(imported(residents({}, change))) == [(3, reason)]


def test_namesakes_of_another_year_or_village_stay() -> None:
    result = imported(residents({}, {"Ngày sinh": "1981"}, {"Thôn": "Thôn 2"}))
    assert result.frame.height == 3
    assert result.frame["unit_id"].n_unique() == 3


def test_spellings_of_a_village_become_one_within_its_commune() -> None:
    rows = [{"Ngày sinh": str(1960 + i), "Thôn": t} for i, t in enumerate(["Thôn 1", "THÔN 1", "Thôn 1"])]
    result = imported(residents(*rows, {"Xã": "Phường Minh Xuân"}))
    assert sorted(result.frame["village"]) == [*["Thôn 1, Phường Minh Xuân"], *["Thôn 1, Xã Tân Long"] * 3]


def test_the_village_is_the_address_where_no_other_is_given() -> None:
    assert imported(residents({})).contacts["address"].to_list() == ["Thôn 1, Xã Tân Long"]


def test_needed_columns() -> None:
    table = residents({})
    bare = OfficeTable(
        table.cells.select("Họ và tên"), table.rows, "ds.csv", mapping=table.mapping.__class__({"name": "Họ và tên"})
    )
    with pytest.raises(SipasError) as caught:
        imported(bare)
    assert caught.value.parameter == "birth, village, commune"
