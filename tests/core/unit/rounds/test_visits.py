"""Visits as a post office writes them down."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.intake import read
from sipas.rounds.visits import VisitsImport, read_visits
from sipas.sampling import case_ids

CASES = sorted(case_ids("ab" * 32, [f"U{number}" for number in range(4)]).values())
SAMPLE = pl.DataFrame({"case_id": CASES})


def table(folder: Path, text: str) -> VisitsImport:
    path = folder / "lần đến.csv"
    path.write_text(text, encoding="utf-8")
    return read_visits(read(path), SAMPLE)


def test_vietnamese_headers_words_and_dates(tmp_path: Path) -> None:
    spaced = f"{CASES[0][:5].lower()} {CASES[0][5:]}"
    made = table(
        tmp_path,
        f"Mã phiếu,Lần đến,Ngày,Hình thức,Kết quả,Thay bằng\n"
        f"{spaced},1,3/10/2026,Trực tiếp,2.20,\n{spaced},2,05-10-2026,giấy,2.2,{CASES[1]}\n",
    )
    assert made.rejected.height == 0
    assert made.visits.select("case_id", "visit", "date", "mode", "outcome", "replaced_by").rows() == [
        (CASES[0], 1, dt.date(2026, 10, 3), "face_to_face", "2.20", None),
        (CASES[0], 2, dt.date(2026, 10, 5), "paper", "2.20", CASES[1]),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("SAI,1,3/10/2026,giấy,1.1", "visits.case_unknown"),
        (f"{CASES[0]},1,3/10/2026,bồ câu,1.1", "visits.mode_unknown"),
        (f"{CASES[0]},1,3/10/2026,giấy,đi vắng đâu đó", "visits.outcome_unknown"),
        (f"{CASES[0]},một,3/10/2026,giấy,1.1", "visits.value_missing"),
        (f"{CASES[0]},1,31/02/2026,giấy,1.1", "visits.value_missing"),
        (f"{CASES[1]},1,3/10/2026,giấy,1.1", "visits.repeated"),
    ],
)
def test_a_bad_row_is_named_and_the_good_one_kept(tmp_path: Path, row: str, reason: str) -> None:
    head = "Mã phiếu,Lần đến,Ngày,Hình thức,Kết quả"
    made = table(tmp_path, f"{head}\n{CASES[1]},1,3/10/2026,giấy,1.1\n{row}\n")
    assert made.visits["case_id"].to_list() == [CASES[1]]
    assert made.rejected.select("row", "reason").rows() == [(3, reason)]


def test_missing_columns_are_named_in_vietnamese(tmp_path: Path) -> None:
    with pytest.raises(SipasError, match=r"visits\.column_missing") as caught:
        table(tmp_path, f"Mã phiếu,Ghi chú\n{CASES[0]},x\n")
    assert caught.value.parameter == "Lần đến, Ngày, Kết quả"
