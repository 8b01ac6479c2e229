"""``sipas edition``: what a user sees and which exit status a script gets."""

import pytest
from lxml import etree
from typer.testing import CliRunner

from sipas.cli import edition as command
from sipas.cli.screen import console
from sipas.errors import SipasError
from sipas.instrument import load, xlsform

runner = CliRunner()


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIPAS_LANG", raising=False)
    monkeypatch.setattr(console, "width", 250)


def run(*arguments: object):
    return runner.invoke(command.app, [str(argument) for argument in arguments])


def test_list_names_the_editions_with_their_status() -> None:
    done = run("list")
    assert done.exit_code == 0
    lines = {line.split("│")[1].strip(): line for line in done.stdout.splitlines() if line.startswith("│")}
    assert list(lines) == ["sipas-2017", "sipas-2022", "sipas-2023"]
    assert "nhớ lại" in lines["sipas-2017"]
    assert " 22 " in lines["sipas-2017"]
    assert "bản chép" in lines["sipas-2022"]


def test_show_prints_every_question_and_the_notice() -> None:
    done = run("show", "sipas-2022")
    assert done.exit_code == 0
    assert all(question.name in done.stdout for question in load("sipas-2022").questions())
    assert "Không được coi là mẫu chính thức" in done.stderr
    assert "trung bình cộng các mục con (nhớ lại)" in done.stdout


def test_show_tree_only() -> None:
    done = run("show", "sipas-2017", "--tree")
    assert "Tiếp cận dịch vụ access, bản chép – gộp câu trả lời (nhớ lại)" in done.stdout
    assert "lateness" not in done.stdout


def test_show_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIPAS_LANG", "en")
    done = run("show", "sipas-2017")
    assert "Civil servants are polite" in done.stdout
    assert "must not be taken for the official form" in done.stderr


def test_check_good(written, small) -> None:
    done = run("check", "sipas-2017", written(small))
    assert done.exit_code == 0
    assert done.stdout.count("✓") == 2


def test_check_bad_prints_every_fault_in_vietnamese_and_fails(written, small) -> None:
    path = written(small, ("minimum_cell: 5", "minimum_cell: 0"), ("scale: hai,", "scale: ba,"))
    done = run("check", "sipas-2017", path)
    assert done.exit_code == 1
    assert "tệp nho.yaml, dòng 9, mục minimum_cell: Số câu trả lời tối thiểu" in done.stdout
    assert "mục sections[1].questions[0].scale: Câu q1: không có thang đo tên ba. Các thang đo của phiếu: hai." in (
        done.stdout
    )


def test_check_of_a_missing_file_fails(tmp_path) -> None:
    done = run("check", tmp_path / "x.yaml")
    assert done.exit_code == 1
    assert "Không tìm thấy tệp phiếu x.yaml" in done.stdout


def test_diff_lists_what_differs_and_counts() -> None:
    done = run("diff", "sipas-2022", "sipas-2023")
    assert done.exit_code == 0
    assert "policy_reform" in done.stdout
    assert "polite" not in done.stdout
    assert "30 trên 33 tiêu chí của sipas-2023 so sánh được với sipas-2022" in done.stdout
    assert "polite" in run("diff", "sipas-2022", "sipas-2023", "--all").stdout


def test_diff_across_series_warns() -> None:
    done = run("diff", "sipas-2017", "sipas-2022")
    assert "không so sánh chỉ số giữa hai phiếu" in done.stdout
    assert "0 trên 33 tiêu chí" in done.stdout


def test_xlsform_and_ddi_are_written(tmp_path) -> None:
    workbook, codebook = tmp_path / "a.xlsx", tmp_path / "a.xml"
    first, second = run("xlsform", "sipas-2017", "-o", workbook), run("ddi", "sipas-2017", "--out", codebook)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert workbook.read_bytes() == xlsform(load("sipas-2017"))
    assert etree.parse(codebook).getroot().tag == "{ddi:codebook:2_6}codeBook"
    assert "nhớ lại" in first.stderr


def test_the_default_file_has_the_editions_name(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run("xlsform", "sipas-2022")
    assert (tmp_path / "sipas-2022.xlsx").is_file()


def test_a_folder_that_is_not_there_is_an_error_of_the_library(tmp_path) -> None:
    done = run("ddi", "sipas-2017", "-o", tmp_path / "no" / "a.xml")
    assert isinstance(done.exception, SipasError)
    assert done.exception.code == "instrument.not_written"


def test_an_unknown_edition_is_an_error_of_the_library() -> None:
    assert run("show", "sipas-1999").exception.code == "instrument.edition_unknown"
