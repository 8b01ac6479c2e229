"""Each rule of the frame of transactions, its count, and what is kept."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from frame_lists import KEYS, imported, listed, reasons

from sipas.errors import SipasError
from sipas.intake import read
from sipas.sampling.frame import FrameImport, KeyMaterial, Rules, Window, import_frame, totals_from


def codes(result: FrameImport) -> set[str]:
    return {finding.code for finding in result.report.findings}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"Trạng thái": "Đang xử lý"}, "frame.not_finished"),
        ({"Trạng thái": None, "Ngày trả kết quả": None}, "frame.not_finished"),
        ({"Ngày trả kết quả": "31/04/2026"}, "intake.date_impossible"),
        ({"Ngày trả kết quả": "hôm qua"}, "intake.date_unreadable"),
        ({"Ngày trả kết quả": "31/12/2025"}, "frame.outside_window"),
        ({"Ngày trả kết quả": "01/10/2026"}, "frame.outside_window"),
        ({"Họ và tên": None}, "frame.no_name"),
        ({"Địa chỉ": None, "SĐT": "123"}, "frame.no_contact"),
        ({"Đơn vị giải quyết": "UBND xã Trăng Sao"}, "frame.agency_unknown"),
        ({"Đơn vị giải quyết": None}, "frame.agency_unknown"),
        ({"Xã": "Trăng Sao"}, "frame.commune_unknown"),
        ({"Lĩnh vực": "Ngoại giao"}, "frame.field_unknown"),
        ({"Lĩnh vực": None}, "frame.field_unknown"),
    ],
)
def test_a_row_is_refused_with_its_reason(change: dict[str, str | None], reason: str) -> None:
    result = imported(listed({}, {"Họ và tên": "Trần Văn Bé"} | change), rules=Rules(fields=("Hộ tịch", "Đất đai")))
    assert reasons(result) == [(3, reason)]
    assert result.report.rules.filter(code=reason)["rows"].to_list() == [1]
    assert result.frame.height == 1


@pytest.mark.parametrize(
    "change",
    [
        {"Địa chỉ": None},
        {"SĐT": None},
        {"SĐT": None, "Địa chỉ": None, "Email": "a@b.vn"},
        {"Trạng thái": None},
        {"Trạng thái": "Xong"},
        {"Ngày trả kết quả": "01/01/2026"},
        {"Ngày trả kết quả": "30/09/2026 16:59"},
        {"Xã": "Minh Xuân"},
        {"Đơn vị giải quyết": "Sở Xây dựng"},
        {"Đơn vị giải quyết": "Uỷ ban nhân dân xã Tân Long"},
        {"Đơn vị giải quyết": "Bộ phận một cửa UBND xã Tân Long"},
    ],
)
def test_a_row_is_kept(change: dict[str, str | None]) -> None:
    assert imported(listed(change)).frame.height == 1


def test_same_dossier_and_person_counts_once_over_all_lists() -> None:
    first = listed({"Mã hồ sơ": "H1"}, {"Mã hồ sơ": " h1", "Ngày trả kết quả": "05/04/2026"}, file="a.csv")
    second = listed({"Mã hồ sơ": "H1"}, {"Mã hồ sơ": "H2"}, file="b.csv")
    result = imported(first, second)
    assert result.rejected.select("file", "row", "reason").rows() == [
        ("a.csv", 3, "frame.duplicate"),
        ("b.csv", 2, "frame.duplicate"),
    ]
    assert result.contacts["dossier_number"].sort().to_list() == ["H1", "H2"]


def test_one_dossier_number_under_two_names_is_kept_and_told() -> None:
    result = imported(listed({"Mã hồ sơ": "1"}, {"Mã hồ sơ": "1", "Họ và tên": "Trần Văn Bé"}))
    assert result.frame.height == 2
    (shared,) = (f for f in result.report.findings if f.code == "frame.dossier_shared")
    assert (shared.got, shared.hint, shared.place.file) == (2, [2, 3], "ds.csv")


def test_a_status_that_many_share_is_named_and_another_only_by_its_row() -> None:
    many = [{"Trạng thái": "Chuyển thuế", "Mã hồ sơ": f"H{i}", "Họ và tên": f"Người {i}"} for i in range(5)]
    single = {"Trạng thái": "Bà Tư nhận hộ", "Mã hồ sơ": "H9"}
    findings = imported(listed(*many, single)).report.findings
    assert [(f.code, f.got, f.hint) for f in findings if "status" in f.code] == [
        ("frame.status_unknown", 5, ["Chuyển thuế"]),
        ("frame.status_unknown_rows", 1, [7]),
    ]


def test_the_report_holds_no_cell_that_tells_of_a_person() -> None:
    """Every finding of rows is provoked; the report goes into the published chain."""
    secrets = ["Hường", "Bé", "0912345678", "0987654321", "Thôn 1", "a@b.vn", "HS-77", "HS-78", "001080012345"]
    own = {"Email": "a@b.vn", "Mã hồ sơ": "HS-77", "CCCD": "001080012345"}
    table = listed(
        own,
        own | {"Họ và tên": "Trần Văn Bé", "SĐT": "0987654321", "Trạng thái": "Bé nhận 0987654321"},
        {"Mã hồ sơ": "HS-78", "Trạng thái": "đã gọi 0912345678"},
        {"Mã hồ sơ": "HS-78", "Họ và tên": "Trần Văn Bé"},
        {"Mã hồ sơ": "HS-78", "Ngày trả kết quả": "Hường chưa lấy"},
        {"Mã hồ sơ": "HS-78", "Xã": "Hường"},
        {"Mã hồ sơ": "HS-78", "Đơn vị giải quyết": "Trần Văn Bé"},
    )
    report = imported(table).report
    told = {f.code for f in report.findings}
    assert {"frame.dossier_shared", "frame.status_unknown_rows", "frame.kind_guessed"} <= told
    tables = (report.rules, report.skipped, report.columns, report.gaps)
    written = repr(report.findings) + "".join(frame.write_json() for frame in tables)
    assert [text for text in secrets if text in written] == []


def test_without_dossier_numbers_all_that_is_known_tells_transactions_apart() -> None:
    result = imported(listed({}, {}, {"Thủ tục": "Đăng ký kết hôn"}))
    assert reasons(result) == [(3, "frame.duplicate")]


def test_a_refused_row_does_not_make_a_good_one_a_duplicate() -> None:
    result = imported(listed({"Mã hồ sơ": "H1", "Trạng thái": "Đang xử lý"}, {"Mã hồ sơ": "H1"}))
    assert reasons(result) == [(2, "frame.not_finished")]


def test_a_person_many_times_is_counted_and_kept_unless_limited() -> None:
    table = listed(*({"Mã hồ sơ": f"H{i}"} for i in range(5)), {"Mã hồ sơ": "H9", "Họ và tên": "Trần Văn Bé"})
    every = imported(table)
    assert every.frame.height == 6
    assert (every.report.people, every.report.people_repeated, every.report.rows_repeated) == (2, 1, 4)
    limited = imported(table, rules=Rules(most_per_person=2))
    assert limited.frame.height == 3
    assert dict(limited.report.rules.iter_rows())["frame.person_limit"] == 3
    assert (limited.report.people, limited.report.people_repeated, limited.report.rows_repeated) == (2, 1, 4)
    hers = every.frame.join(every.contacts.filter(name="Nguyễn Thị Hường"), on="unit_id", how="semi")["unit_id"]
    assert set(hers.sort()[:2]) <= set(limited.frame["unit_id"])


def test_same_person_by_phone_in_two_spellings_has_one_number() -> None:
    result = imported(
        listed({"Mã hồ sơ": "A"}, {"Mã hồ sơ": "B", "Họ và tên": "NGUYEN THI HUONG", "SĐT": "+84 912 345 678"})
    )
    assert result.frame["prn"].n_unique() == 1
    assert result.report.people == 1


def test_telephones_lose_no_leading_zero() -> None:
    numbers = {"912345678": "0912345678", "+84.912.345.678": "0912345678", "0207 382 2222": "02073822222"}
    numbers |= {"0912345678 - 0987654321": "0912345678 - 0987654321"}
    table = listed(*({"SĐT": n, "Mã hồ sơ": n} for n in numbers))
    contacts = imported(table).contacts
    assert dict(contacts.select("dossier_number", "phone").iter_rows()) == numbers


def test_kinds_by_word_and_by_name() -> None:
    rows = [
        {"Đối tượng": "Tổ chức"},
        {"Đối tượng": "Cá nhân", "Họ và tên": "Trần Công Ty"},
        {"Họ và tên": "CÔNG TY TNHH Bình Minh"},
        {"Họ và tên": "Trường THPT Tân Trào"},
        {"Họ và tên": "Hộ kinh doanh Hoa"},
    ]
    result = imported(listed(*({"Mã hồ sơ": str(i)} | row for i, row in enumerate(rows))))
    kinds = result.frame.join(result.contacts, on="unit_id").sort("dossier_number")["respondent_kind"].to_list()
    assert kinds == ["organisation", "person", "organisation", "organisation", "person"]
    assert next(f.got for f in result.report.findings if f.code == "frame.kind_guessed") == 3


def test_spellings_of_a_field_become_one() -> None:
    result = imported(listed({"Mã hồ sơ": "1"}, {"Mã hồ sơ": "2"}, {"Mã hồ sơ": "3", "Lĩnh vực": "HỘ  TỊCH"}))
    assert result.frame["field"].unique().to_list() == ["Hộ tịch"]


def test_an_agency_out_of_scope_is_refused() -> None:
    rules = Rules(agencies=("Sở Xây dựng", "Trung tâm Phục vụ hành chính công tỉnh"))
    table = listed(
        {"Đơn vị giải quyết": "SỞ XÂY DỰNG"}, {}, {"Đơn vị giải quyết": "Trung tâm phục vụ hành chính công tỉnh"}
    )
    result = imported(table, rules=rules)
    assert reasons(result) == [(3, "frame.agency_unknown")]
    assert result.frame["agency"].sort().to_list() == ["Sở Xây dựng", "Trung tâm Phục vụ hành chính công tỉnh"]
    assert result.frame["agency_level"].unique().to_list() == ["province"]


def test_a_window_before_the_districts_end_knows_districts() -> None:
    window = Window(dt.date(2024, 1, 1), dt.date(2024, 9, 30))
    names = ["UBND huyện Yên Sơn", "Phòng Tư pháp huyện Yên Sơn", "UBND thị trấn Yên Sơn"]
    rows = [{"Đơn vị giải quyết": name, "Ngày trả kết quả": "03/04/2024"} for name in names]
    frame = imported(listed(*rows), window=window).frame
    assert dict(frame.select("agency", "agency_level").iter_rows()) == {
        "UBND huyện Yên Sơn": "district",
        "Phòng Tư pháp huyện Yên Sơn": "district",
        "UBND thị trấn Yên Sơn": "commune",
    }


def test_an_unknown_commune_may_be_left_empty() -> None:
    result = imported(listed({"Xã": "Trăng Sao"}), rules=Rules(refuse_unknown_commune=False))
    assert result.frame["commune"].to_list() == ["02470"]


def test_totals_of_the_one_stop_desk_show_what_is_missing() -> None:
    table = listed(
        {"Mã hồ sơ": "1"},
        {"Mã hồ sơ": "2", "SĐT": None, "Địa chỉ": None},
        {"Mã hồ sơ": "3", "Trạng thái": "Đang xử lý"},
    )
    totals = pl.DataFrame({
        "agency": ["UBND Tân Long", "UBND phường Minh Xuân"],
        "field": ["hộ tịch", "Đất đai"],
        "month": ["2026-04", "2026-05"],
        "total": [4, 7],
    })
    result = imported(table, totals=totals)
    assert result.report.gaps.rows() == [
        ("UBND phường Minh Xuân", "Đất đai", "2026-05", 7, 0, 0, 7, 0.0),
        ("UBND xã Tân Long", "Hộ tịch", "2026-04", 4, 2, 1, 2, 0.25),
    ]
    gap = next(f for f in result.report.findings if f.code == "frame.gap")
    assert (gap.got, gap.hint) == (9, ["UBND phường Minh Xuân", "UBND xã Tân Long"])


def test_totals_out_of_an_office_file(tmp_path: Path) -> None:
    path = tmp_path / "mot-cua.csv"
    head = "BÁO CÁO\n\nSTT;Cơ quan;Lĩnh vực;Tháng;Số hồ sơ đã giải quyết\n"
    months = ["4/2026", "Tháng 4 năm 2026", "2026-04", "04.2026"]
    lines = [f"{i};UBND xã Tân Long;Hộ tịch;{month};1.234\n" for i, month in enumerate(months)]
    path.write_text(head + "".join(lines) + "Tổng cộng;;;;4.936\n", encoding="utf-8")
    totals = totals_from(read(path, purpose="totals"))
    assert totals.rows() == [("UBND xã Tân Long", "Hộ tịch", "2026-04", 1234)] * 4
    for bad, code in (("13/2026;1", "totals_month"), ("4/2026;", "totals_number"), ("4/2026;-1", "totals_number")):
        path.write_text(head + f"1;Sở Xây dựng;Xây dựng;{bad}\n", encoding="utf-8")
        with pytest.raises(SipasError, match=code):
            totals_from(read(path, purpose="totals"))


def test_totals_need_their_columns_and_say_each_once() -> None:
    with pytest.raises(SipasError, match="totals_columns"):
        imported(listed({}), totals=pl.DataFrame({"agency": ["A"], "n": [1]}))
    twice = pl.DataFrame({"agency": ["Sở Xây dựng"] * 2, "month": ["2026-04"] * 2, "total": [1, 2]})
    with pytest.raises(SipasError, match="totals_repeated"):
        imported(listed({}), totals=twice)


def test_a_list_in_which_nothing_is_good_still_gives_its_report() -> None:
    result = imported(listed({"Trạng thái": "Đang xử lý"}, {"Họ và tên": None}))
    assert (result.frame.height, result.contacts.height, result.rejected.height) == (0, 0, 2)
    assert "frame.empty" in codes(result)


def test_missing_columns_are_named_with_those_seen() -> None:
    table = listed({})
    short = table.cells.drop("Họ và tên", "Ngày trả kết quả")
    bad = listed({}).__class__(
        short, table.rows, "ds.csv", mapping=table.mapping.__class__({"agency": "Đơn vị giải quyết"})
    )
    with pytest.raises(SipasError) as caught:
        imported(bad)
    assert (caught.value.code, caught.value.parameter) == ("intake.column_missing", "name, finished_on")
    assert caught.value.got == list(short.columns)


def test_arguments_are_checked() -> None:
    with pytest.raises(SipasError, match="no_tables"):
        imported()
    with pytest.raises(SipasError, match=r"frame\.window"):
        imported(listed({}), window=Window(dt.date(2026, 2, 1), dt.date(2026, 1, 1)))
    with pytest.raises(SipasError, match="secret_short"):
        KeyMaterial(b"short", b"d" * 32)
    window = Window(dt.date(2026, 1, 1), dt.date(2026, 2, 1))
    with pytest.raises(SipasError, match=r"geography\.unknown"):
        import_frame([listed({})], population="transactions", window=window, province="Trăng Sao", keys=KEYS)
