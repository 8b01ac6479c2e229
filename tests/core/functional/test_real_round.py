"""A round with an office's own files, from the command line: nothing here is simulated by the library."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from typer.testing import CliRunner, Result

from sipas.cli.main import app
from sipas.cli.screen import console
from sipas.cli.sentences import say
from sipas.errors import SipasError
from sipas.intake.legacy import encode

AGENCIES = ("UBND phường Minh Xuân", "UBND xã Tân Long", "Sở Tư pháp", "Sở Xây dựng")
EACH = 60


def sipas(*words: str | Path) -> Result:
    """Run a command as the shell would; an error of the library becomes its sentence and status 1."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(result.exception, SipasError):
        raise result.exception
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture(autouse=True)
def wide_vietnamese_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(console, "_width", 200)
    monkeypatch.setenv("SIPAS_LANG", "vi")
    yield
    os.environ.pop("SIPAS_LANG", None)


def ugly_list(path: Path) -> None:
    """Three title rows, a merged two-row header, TCVN3 text, mixed dates, a repeated dossier, a total row."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row, text in enumerate(("UBND TỈNH TUYÊN QUANG", "DANH SÁCH HỒ SƠ ĐÃ GIẢI QUYẾT", "(Từ 01/01/2026)"), start=1):
        sheet.cell(row, 1, text)
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=7)
    heads = [("Mã hồ sơ", None), ("Người nộp", "Họ và tên"), (None, "Địa chỉ"), (None, "Số điện thoại")]
    heads += [("Lĩnh vực", None), ("Cơ quan giải quyết", None), ("Ngày trả kết quả", None)]
    for column, (top, bottom) in enumerate(heads, start=1):
        sheet.cell(5, column, top)
        sheet.cell(6, column, bottom)
    sheet.merge_cells(start_row=5, start_column=2, end_row=5, end_column=4)
    dates = ("3/4/2026", "03-04-2026", "ngày 5 tháng 4 năm 2026", "2026-05-06", "07.08.26")
    number = 0
    for agency in AGENCIES:
        for _ in range(EACH):
            number += 1
            name, home = f"Nguyễn Thị Hường {number}", f"Tổ {number}, phường Minh Xuân"
            legacy = number % 3 == 0
            cells = [
                f"H{number:04d}",
                encode(name, "tcvn3") if legacy else name,
                encode(home, "tcvn3") if legacy else home,
            ]
            sheet.append([*cells, f"0000{number:06d}", "Hộ tịch", agency, dates[number % len(dates)]])
    sheet.append(["H0001", "Nguyễn Thị Hường 1", "Tổ 1", "0000000001", "Hộ tịch", AGENCIES[0], "3/4/2026"])
    sheet.append(["H9999", "Trần Văn Muộn", "Tổ 2", "0000999999", "Hộ tịch", AGENCIES[0], "15/12/2026"])
    sheet.append(["Tổng cộng", None, None, None, None, None, number + 2])
    book.save(path)


@pytest.fixture
def imported(tmp_path: Path) -> tuple[Path, Result]:
    root = tmp_path / "đợt 2026"
    sipas("round", "init", root, "--province", "Tuyên Quang", "--year", "2026")
    settings = (root / "round.yaml").read_text(encoding="utf-8")
    (root / "round.yaml").write_text(settings.replace("n: 30", "n: 25"), encoding="utf-8")
    ugly_list(tmp_path / "danh sách.xlsx")
    return root, sipas("frame", "import", root, tmp_path / "danh sách.xlsx")


def test_the_clerk_reads_what_was_not_taken_and_why(imported: tuple[Path, Result]) -> None:
    root, result = imported
    assert "rejected/frame.xlsx" in result.output
    rejected = pl.read_parquet(root / "rejected" / "frame.parquet")
    book = openpyxl.load_workbook(root / "rejected" / "frame.xlsx")
    assert any("mã hồ sơ" in str(cell.value).lower() for row in book.active.iter_rows(min_row=2) for cell in row)
    reasons = dict(rejected.select("reason", "row").iter_rows())
    assert reasons == {"frame.duplicate": 6 + 4 * EACH + 1, "frame.outside_window": 6 + 4 * EACH + 2}
    frame = pl.read_parquet(root / "frame.parquet")
    assert frame.height == len(AGENCIES) * EACH
    assert sorted(frame["agency"].unique()) == sorted(AGENCIES)
    assert set(frame["agency_level"]) == {"commune", "province"}


def test_the_draw_waits_for_witnesses_and_is_bound_to_the_frame(imported: tuple[Path, Result], tmp_path: Path) -> None:
    root, _ = imported
    with pytest.raises(SipasError, match=r"round\.waiting_for_witnesses") as waits:
        sipas("round", "run", root)
    assert "người chứng kiến" in say(waits.value)
    with pytest.raises(SipasError, match=r"round\.no_witnesses"):
        sipas("sample", "draw", root, "--witness", "chỉ có tên")
    drawn = sipas("sample", "draw", root, "--witness", "Bà A, UBMTTQ tỉnh=mưa nhẹ", "--witness", "Ông B, Hội CCB=73")
    assert "Mẫu chính thức" in drawn.output
    assert sipas("sample", "verify", root).exit_code == 0
    ugly_list(tmp_path / "thêm.xlsx")
    settings = (root / "round.yaml").read_text(encoding="utf-8")
    (root / "round.yaml").write_text(settings.replace("2026-09-30}", "2026-12-31}"), encoding="utf-8")
    with pytest.raises(SipasError, match=r"round\.witnesses_for_other_frame"):
        sipas("round", "run", root)


def test_redraws_and_trials_are_counted_on_the_certificate(imported: tuple[Path, Result]) -> None:
    root, _ = imported
    sipas("sample", "trial", root, "tập dượt")
    sipas("sample", "draw", root, "--witness", "Bà A, UBMTTQ tỉnh=một")
    with pytest.raises(SipasError, match=r"round\.redraw_needs_reason"):
        sipas("sample", "draw", root, "--witness", "Bà A, UBMTTQ tỉnh=hai")
    sipas("sample", "draw", root, "--witness", "Bà A, UBMTTQ tỉnh=hai", "--reason", "thiếu một xã trong danh sách")
    draws = json.loads((root / "certificate.json").read_bytes())["draws"]
    assert draws == {"trials": 1, "redraws": 1, "reason": "thiếu một xã trong danh sách"}


def test_the_design_and_the_texts_cannot_be_changed_behind_the_witnesses(imported: tuple[Path, Result]) -> None:
    root, _ = imported
    sipas("sample", "draw", root, "--witness", "Bà A, UBMTTQ tỉnh=một")
    settings = (root / "round.yaml").read_text(encoding="utf-8")
    (root / "round.yaml").write_text(settings.replace("n: 25", "n: 20"), encoding="utf-8")
    with pytest.raises(SipasError, match=r"round\.witnesses_for_other_design"):
        sipas("round", "run", root)
    (root / "round.yaml").write_text(settings, encoding="utf-8")
    typed = (root / "witnesses.yaml").read_text(encoding="utf-8")
    (root / "witnesses.yaml").write_text(typed.replace("một", "hai"), encoding="utf-8")
    with pytest.raises(SipasError, match=r"round\.witnesses_edited"):
        sipas("round", "run", root)


def test_the_list_for_the_field_is_opened_on_record(imported: tuple[Path, Result], tmp_path: Path) -> None:
    root, _ = imported
    sipas("sample", "draw", root, "--witness", "Bà A, UBMTTQ tỉnh=một")
    target = tmp_path / "danh sách phát phiếu.xlsx"
    sipas("sample", "contacts", root, target)
    sheet = openpyxl.load_workbook(target).active
    rows = list(sheet.iter_rows(values_only=True))
    names = {str(row[4]) for row in rows[1:]}
    assert len(rows) - 1 == pl.read_parquet(root / "sample.parquet").height
    assert all(name.startswith("Nguyễn Thị Hường") for name in names)
    assert target.stat().st_mode & 0o077 == 0
    assert '"event":"contacts_opened"' in (root / "journal.jsonl").read_text(encoding="utf-8")


def test_a_journal_that_is_gone_or_cut_is_an_error(imported: tuple[Path, Result]) -> None:
    root, _ = imported
    sipas("sample", "draw", root, "--witness", "Bà A, UBMTTQ tỉnh=một")
    journal = (root / "journal.jsonl").read_bytes()
    for left in (b"", journal.splitlines(keepends=True)[0]):
        (root / "journal.jsonl").write_bytes(left)
        assert sipas("round", "verify", root).exit_code == 1
        with pytest.raises(SipasError, match=r"round\.file_unjournalled"):
            sipas("sample", "draw", root, "--witness", "Bà A, UBMTTQ tỉnh=hai", "--reason", "thử")


def test_a_folder_sent_without_its_private_files_still_verifies(imported: tuple[Path, Result]) -> None:
    root, _ = imported
    sipas("sample", "draw", root, "--witness", "Bà A, UBMTTQ tỉnh=một")
    for name in ("secret.key", "contacts.enc", "input/frame/danh sách.xlsx"):
        (root / name).unlink()
    assert sipas("round", "verify", root).exit_code == 0
    assert sipas("round", "verify", root, "--recompute").exit_code == 0
    assert sipas("round", "status", root).exit_code == 0


def answers(root: Path) -> pl.DataFrame:
    sample = pl.read_parquet(root / "sample.parquet").filter(pl.col("role") == "official").sort("case_id")
    codes = [4 + number % 2 if number % 7 else 2 for number in range(sample.height)]
    items = ("seats", "equipment_sufficient", "polite", "listening", "result_correct", "feedback_easy", "lawful")
    items += ("posted_fully", "posted_correctly", "fee_as_ruled", "time_as_ruled", "answering", "guiding")
    return sample.select(pl.col("case_id").alias("Mã phiếu")).with_columns(pl.Series(i, codes) for i in items)


def test_from_own_answers_to_a_report(imported: tuple[Path, Result], tmp_path: Path) -> None:
    root, _ = imported
    sipas("sample", "draw", root, "--witness", "Bà A, UBMTTQ tỉnh=mưa nhẹ")
    given = answers(root)
    bad = pl.concat([
        given.cast(pl.String),
        given.head(1).cast(pl.String).with_columns(pl.lit("SAI").alias("Mã phiếu")),
    ])
    bad.with_columns(
        pl.when(pl.int_range(pl.len()) == 3).then(pl.lit("9")).otherwise("seats").alias("seats")
    ).write_csv(tmp_path / "phiếu.csv")
    imported_answers = sipas("responses", "import", root, tmp_path / "phiếu.csv")
    assert "Phiếu hợp lệ: 100" in imported_answers.output
    assert pl.read_parquet(root / "rejected" / "responses.parquet").height == 1
    assert pl.read_parquet(root / "rejected" / "answers.parquet").height == 1
    assert sipas("round", "run", root).exit_code == 0
    shown = sipas("estimate", root, "--by", "agency")
    assert all(agency in shown.output for agency in AGENCIES)
    assert "mô phỏng" not in shown.output
    assert (root / "report" / "bao-cao.docx").stat().st_size > 10_000
    assert "mô phỏng" not in (root / "report" / "bao-cao.html").read_text(encoding="utf-8").lower()
    assert sipas("round", "verify", root).exit_code == 0
    assert "✓" in sipas("round", "status", root).output


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("round", "run", "không có"), "round.no_folder"),
        (("estimate", "không có"), "round.no_folder"),
        (("round", "init", "mới", "--province", "Tuyên Qang", "--year", "2026"), "geography.unknown"),
        (("round", "init", "mới", "--province", "08", "--year", "2026", "--edition", "sipas-2071"), "instrument"),
    ],
)
def test_wrong_words_get_a_sentence(
    words: tuple[str, ...], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SipasError) as caught:
        sipas(*words)
    assert caught.value.code.startswith(code)
    assert say(caught.value, "vi") != str(caught.value)
    assert not (tmp_path / "mới").exists()


@pytest.mark.parametrize(("keep", "met"), [(0.0, 0), (1.0, 40)])
def test_a_later_round_avoids_or_meets_the_same_people(
    imported: tuple[Path, Result], tmp_path: Path, keep: float, met: int
) -> None:
    root, _ = imported
    # 10 official and 10 reserves of 60: both rounds fit on the circle of numbers, so that avoiding can be complete.
    settings = (root / "round.yaml").read_text(encoding="utf-8").replace("n: 25", "n: 10")
    (root / "round.yaml").write_text(settings + "coordination: {}\n", encoding="utf-8")
    sipas("sample", "draw", root, "--witness", "Bà A, UBMTTQ tỉnh=mưa nhẹ")
    later = tmp_path / "đợt sau"
    sipas("round", "init", later, "--province", "Tuyên Quang", "--year", "2026")
    chosen = f"coordination: {{earlier: ../{root.name}, keep: {keep}}}\n"
    (later / "round.yaml").write_text(settings.replace("name: đợt 2026", "name: đợt sau") + chosen, encoding="utf-8")
    sipas("frame", "import", later, tmp_path / "danh sách.xlsx")
    sipas("sample", "draw", later, "--witness", "Ông B, Hội CCB tỉnh=nắng")
    overlap = pl.read_csv(later / "overlap.csv")
    assert overlap["earlier"].sum() == 40
    assert overlap["official"].sum() == met
    assert overlap["expected"].sum() == pytest.approx(met)
    assert sipas("sample", "verify", later).exit_code == 0


def test_a_file_that_cannot_be_read_never_enters_the_round(tmp_path: Path) -> None:
    root = tmp_path / "đợt"
    sipas("round", "init", root, "--province", "08", "--year", "2026")
    (tmp_path / "giả.xlsx").write_bytes(b"%PDF-1.7 this is no workbook")
    with pytest.raises(SipasError, match=r"^intake\."):
        sipas("frame", "import", root, tmp_path / "giả.xlsx")
    assert list((root / "input" / "frame").iterdir()) == []
