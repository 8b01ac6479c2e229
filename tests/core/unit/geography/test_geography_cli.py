"""``sipas units`` by way of its Typer app."""

import json

import pytest
from typer.testing import CliRunner

from sipas.cli.units import app
from sipas.errors import SipasError

WIDE = {"COLUMNS": "220"}


def run(*words: str) -> str:
    result = CliRunner(env=WIDE).invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def refused(*words: str) -> SipasError:
    result = CliRunner(env=WIDE).invoke(app, list(words))
    assert isinstance(result.exception, SipasError)
    return result.exception


def test_show_at_a_day() -> None:
    out = run("show", "82", "--on", "30/06/2025")
    assert "Tỉnh Tiền Giang" in out
    assert "trước 2017" in out
    assert "Vùng: Đồng bằng sông Cửu Long" in out


def test_show_marks_what_is_recalled() -> None:
    assert "chưa kiểm chứng" in run("show", "82", "--on", "2025-07-01")


def test_show_json() -> None:
    answer = json.loads(run("show", "Tỉnh Ninh Thuận", "--on", "2019-09-30", "--json"))
    assert answer["units"][0]["code"] == "58"
    assert answer["units"][0]["valid_to"] == "2025-06-30"
    assert answer["warnings"] == []


def test_a_unit_that_ended_is_shown_as_of_its_last_day_with_a_warning() -> None:
    out = run("successors", "ninh thuan")
    assert "Tỉnh Khánh Hòa" in out
    assert "toàn bộ" in out
    assert "kết thúc ngày 30/06/2025" in out


def test_with_a_day_nothing_is_guessed() -> None:
    assert refused("successors", "Ninh Thuận", "--on", "01/07/2025").code == "geography.not_at_date"


def test_successors_of_a_district_are_parts() -> None:
    out = run("successors", "587", "--on", "30/06/2025")
    assert out.count("một phần") == 5
    assert "chưa rõ" in out
    assert "không biết tỷ lệ" in out


def test_successors_along_the_chain() -> None:
    out = run("successors", "Bình Phước", "--level", "province", "--on", "1/1/2020", "--at", "20/9/2026")
    assert "Thành phố Đồng Nai" in out


def test_no_successor_is_said() -> None:
    assert "không có thay đổi" in run("successors", "01", "--on", "30/06/2025")


def test_predecessors_json() -> None:
    answer = json.loads(run("predecessors", "08", "--on", "01/07/2025", "--json"))
    assert [link["unit"]["name"] for link in answer["links"]] == ["Hà Giang", "Tuyên Quang"]
    assert {link["on"] for link in answer["links"]} == {"2025-07-01"}


def test_tree() -> None:
    out = run("tree", "587", "--on", "30/06/2025")
    assert out.index("Tỉnh Ninh Thuận") < out.index("Huyện Ninh Phước") < out.index("Xã An Hải")


def test_find_lists_every_meaning() -> None:
    out = run("find", "tuyen quang", "--on", "01/10/2026")
    assert "Tỉnh Tuyên Quang" in out
    assert "Xã Tuyên Quang" in out


def test_find_offers_near_names() -> None:
    assert "Tỉnh Ninh Thuận" in run("find", "tinh ninh thaun", "--on", "2020-01-01")


def test_earlier_days_of_lower_tiers_are_warned_of() -> None:
    assert "danh mục ngày 30/06/2025" in run("show", "587", "--on", "01/01/2019")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("show", "58", "--on", "31/02/2020"), "geography.date_text"),
        (("show", "58", "--on", "hôm qua"), "geography.date_text"),
        (("show", "58", "--on", "2010-01-01"), "geography.date"),
        (("show", "58", "--level", "village"), "geography.level"),
        (("show", "Tuyên Quang", "--on", "2026-10-01"), "geography.ambiguous"),
        (("find", "zzzzzz", "--on", "2026-10-01"), "geography.unknown_without_like"),
    ],
)
def test_errors(words: tuple[str, ...], code: str) -> None:
    assert refused(*words).code == code
