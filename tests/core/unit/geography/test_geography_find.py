"""A text written by an office becomes the one unit it means, or an error that names the candidates."""

import datetime as dt

import pytest

from sipas.errors import SipasError
from sipas.geography import candidates, find, known, last_day, matches, unit_at

OLD = dt.date(2025, 6, 30)
NOW = dt.date(2026, 10, 1)


@pytest.mark.parametrize(
    ("text", "on", "code"),
    [
        ("58", OLD, "58"),
        ("Ninh Thuận", OLD, "58"),
        ("ninh thuan", OLD, "58"),
        ("TỈNH NINH THUẬN", OLD, "58"),
        ("Tỉnh  Ninh\u00a0Thuận ", OLD, "58"),
        ("T. Ninh Thuan", OLD, "58"),
        ("Ninh Thu\u00e2\u0323n", OLD, "58"),
        ("TP. Hồ Chí Minh", NOW, "79"),
        ("TP.HCM", NOW, "79"),
        ("tphcm", NOW, "79"),
        ("thanh pho Ho Chi Minh", NOW, "79"),
        ("Q.1", OLD, "760"),
        ("Q1", OLD, "760"),
        ("Quận 01", OLD, "760"),
        ("P.4, Q3, TPHCM", OLD, "27148"),
        ("Đak Lak", OLD, "66"),
        ("Đắc Lắc", OLD, "66"),
        ("Thừa Thiên - Huế", dt.date(2020, 1, 1), "46"),
        ("Tỉnh Hoà Bình", OLD, "17"),
        ("tỉnh Hòa Bình", OLD, "17"),
        ("Qui Nhơn", OLD, "540"),
        ("Xà Phiên", NOW, "31495"),
        ("Xã Tân Thạnh, huyện Long Phú, Sóc Trăng", OLD, "31666"),
        ("xa tan thanh, thoi lai, can tho", OLD, "31268"),
        ("Xã Tân Thạnh - Huyện Long Phú - Tỉnh Sóc Trăng", OLD, "31666"),
        ("Xã Tân Thạnh; Long Phú", OLD, "31666"),
        ("Phường Xuân Hương - Đà Lạt, Lâm Đồng", NOW, "24781"),
        ("Thị trấn Côn Sơn, huyện Phú Quý", OLD, None),
        ("H. Côn Đảo", OLD, "755"),
        ("Đặc khu Côn Đảo", NOW, "26732"),
        ("TX Sa Pa", OLD, "088"),
        ("Buôn Ma Thuột", OLD, "643"),
        ("Krông Pa, Gia Lai", OLD, "637"),
        ("Bà Rịa – Vũng Tàu", OLD, "77"),
        ("BR-VT", OLD, "77"),
    ],
)
def test_find(text: str, on: dt.date, code: str | None) -> None:
    if code is None:
        with pytest.raises(SipasError, match=r"geography\.unknown"):
            find(text, on)
    else:
        assert find(text, on).code == code


def test_a_bare_name_of_several_units_is_ambiguous_and_lists_them() -> None:
    with pytest.raises(SipasError) as error:
        find("Tuyên Quang", NOW)
    assert error.value.code == "geography.ambiguous"
    assert error.value.hint == ["Tỉnh Tuyên Quang (08)", "Xã Tuyên Quang, Tỉnh Lâm Đồng (22963)"]


def test_many_meanings_are_counted() -> None:
    with pytest.raises(SipasError) as error:
        find("Hòa Bình", OLD)
    assert error.value.hint[0] == "Tỉnh Hòa Bình (17)"
    assert error.value.hint[-1] == f"… (+{len(matches('Hòa Bình', OLD)) - 12})"


def test_tier_and_area_settle_it() -> None:
    assert find("Tuyên Quang", NOW, level="province").code == "08"
    assert find("Tuyên Quang", NOW, within="Lâm Đồng").code == "22963"
    assert find("Tuyên Quang", NOW, within=unit_at("68", NOW)).code == "22963"
    assert find("Tuyên Quang, Lâm Đồng", NOW).code == "22963"


def test_leading_zeros_lost_in_a_spreadsheet_come_back_with_the_tier() -> None:
    assert find("8", NOW, level="province").full_name == "Tỉnh Tuyên Quang"
    assert find("19", OLD, level="commune").full_name == "Phường Điện Biên"


def test_diacritics_decide_where_they_are_written() -> None:
    marked = {u.name for u in matches("Tân Thanh", OLD)}
    assert marked == {"Tân Thanh"}
    assert {"Tân Thanh", "Tân Thành", "Tân Thạnh"} <= {u.name for u in matches("tan thanh", OLD)}


def test_a_wrong_kind_is_not_taken() -> None:
    with pytest.raises(SipasError) as error:
        find("Thành phố Ninh Thuận", OLD)
    assert error.value.code == "geography.unknown"
    assert "Tỉnh Ninh Thuận (58)" in error.value.hint


def test_a_misspelt_name_is_answered_with_near_ones() -> None:
    with pytest.raises(SipasError) as error:
        find("Tỉnh Ninh Thaun", OLD)
    assert error.value.code == "geography.unknown"
    assert error.value.hint[0] == "Tỉnh Ninh Thuận (58)"


def test_a_unit_of_another_time_is_named_with_its_time() -> None:
    with pytest.raises(SipasError) as error:
        find("Ninh Thuận", NOW)
    assert error.value.code == "geography.not_at_date"
    assert error.value.expected == ["Tỉnh Ninh Thuận (58), 01/01/2017–30/06/2025"]


def test_a_name_like_no_other_gets_no_empty_hint() -> None:
    with pytest.raises(SipasError) as error:
        find("zzzzzzzz", NOW)
    assert (error.value.code, error.value.hint) == ("geography.unknown_without_like", None)


def test_reading_many_texts_seeks_nothing_like_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("difflib.get_close_matches", None)
    assert known("Tỉnh Ninh Thaun", OLD) == ()
    assert known("Xã Tân Thạnh, Sóc Trang Trại", OLD) == ()
    assert known("99", NOW) == ()
    assert known("Ninh Thuận", NOW) == ()
    assert known("Tỉnh Ninh Thuận", OLD) == matches("Tỉnh Ninh Thuận", OLD)


def test_an_unknown_area_is_said() -> None:
    with pytest.raises(SipasError) as error:
        find("Xã Tân Thạnh, Sóc Trang Trại", OLD)
    assert (error.value.code, error.value.parameter) == ("geography.unknown", "within")


@pytest.mark.parametrize("text", ["", "  ", "—", "'", ","])
def test_text_without_a_name_is_unknown(text: str) -> None:
    with pytest.raises(SipasError, match=r"geography\.unknown"):
        find(text, NOW)


def test_candidates_are_limited_and_of_the_tier() -> None:
    near = candidates("ninh thuan", OLD, level="province", most=3)
    assert near[0].code == "58"
    assert len(near) <= 3
    assert {u.level for u in near} == {"province"}


def test_last_day() -> None:
    assert last_day("Ninh Thuận") == OLD
    assert last_day("587") == OLD
    assert last_day("Hà Nội") is None
    assert last_day("Hòa Bình") is None
    assert last_day("Không có") is None
