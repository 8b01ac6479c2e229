"""Each element of the form by itself: what is read, where it stands, what is not taken for it."""

import datetime as dt

import pytest

from sipas.letters import Letter, read_letter

HEAD = """ỦY BAN NHÂN DÂN
TỈNH LAM SƠN

CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

Số: 12/UBND-NC

Lam Sơn, ngày 05 tháng 3 năm 2021

V/v thử phần mềm

Kính gửi: Các sở, ban, ngành

Chủ tịch Ủy ban nhân dân tỉnh yêu cầu:

"""
END = """

Nơi nhận:
- Như trên;
- Lưu: VT.

CHỦ TỊCH

Lê Văn Thử
"""


def body(*paragraphs: str) -> Letter:
    return read_letter(HEAD + "\n\n".join(paragraphs) + END)


def with_header(*lines: str) -> Letter:
    return read_letter("\n".join(lines) + "\n\nKính gửi: Sở Nội vụ\n\n1. Làm việc này./." + END)


@pytest.mark.parametrize(
    ("line", "number", "symbol"),
    [
        ("Số: 05/SNV-CCHC", "05", "SNV-CCHC"),
        ("Số : 05 / SNV-CCHC", "05", "SNV-CCHC"),
        ("Sô: O5/SNV - CCHC", "05", "SNV-CCHC"),
        ("Số: l2I/UBND–NC", "121", "UBND-NC"),
        ("**Số:** *1130* /UBND-VXNV", "1130", "UBND-VXNV"),
        ("Số: 33/TTPVHCC", "33", "TTPVHCC"),
        ("Số: 15/2018/QĐ-UBND", "15", "QĐ-UBND"),
    ],
)
def test_number_and_symbol(line: str, number: str, symbol: str) -> None:
    letter = with_header("SỞ NỘI VỤ", line)
    assert letter.number is not None
    assert letter.symbol is not None
    assert (letter.number.value, letter.symbol.value) == (number, symbol)


def test_a_mended_number_says_less_confidence() -> None:
    good, mended = with_header("Số: 15/SNV-VP"), with_header("Số: l5/SNV-VP")
    assert good.number is not None
    assert mended.number is not None
    assert good.number.value == mended.number.value
    assert good.number.confidence > mended.number.confidence


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Lam Sơn, ngày 05 tháng 3 năm 2021", dt.date(2021, 3, 5)),
        ("TP. Lam Sơn, ngày 5 tháng 12 năm 2O19", dt.date(2019, 12, 5)),
        ("Lam Son, ngay l0 thang O1 nam 2020", dt.date(2020, 1, 10)),
        ("Lam Sơn, ngày *10* tháng 12 năm 2021", dt.date(2021, 12, 10)),
    ],
)
def test_place_and_date(line: str, day: dt.date) -> None:
    letter = with_header("Số: 1/UBND-NC", line)
    assert letter.date is not None
    assert letter.date.value == day
    assert letter.place is not None


def test_a_day_that_is_none_is_not_found() -> None:
    letter = with_header("Số: 1/UBND-NC", "Lam Sơn, ngày 31 tháng 02 năm 2021")
    assert letter.date is None
    assert "date" in letter.missing


def test_the_form_follows_the_date() -> None:
    assert with_header("Số: 1/UBND-NC", "Lam Sơn, ngày 04 tháng 3 năm 2020").form == "TT01"
    assert with_header("Số: 1/UBND-NC", "Lam Sơn, ngày 05 tháng 3 năm 2020").form == "ND30"
    assert with_header("Số: 1/UBND-NC").form == "unknown"


@pytest.mark.parametrize(
    ("lines", "parent", "issuer"),
    [
        (["UBND TỈNH LAM SƠN", "SỞ NỘI VỤ"], "UBND TỈNH LAM SƠN", "SỞ NỘI VỤ"),
        (["ỦY BAN NHÂN DÂN", "TỈNH LAM SƠN"], None, "ỦY BAN NHÂN DÂN TỈNH LAM SƠN"),
        (["**ỦY BAN NHÂN DÂN", "HUYỆN LAM**"], None, "ỦY BAN NHÂN DÂN HUYỆN LAM"),
        (
            ["UBND TỈNH X      CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "SỞ Y TẾ      Độc lập - Tự do - Hạnh phúc"],
            "UBND TỈNH X",
            "SỞ Y TẾ",
        ),
    ],
)
def test_issuer_and_parent(lines: list[str], parent: str | None, issuer: str) -> None:
    letter = with_header(*lines, "Số: 1/XX-VP")
    assert letter.issuer is not None
    assert letter.issuer.value == issuer
    assert (letter.parent.value if letter.parent else None) == parent


def test_the_issuer_of_a_lost_header_is_inferred_and_says_so() -> None:
    letter = with_header("Số: 608/STTTT-VP")
    assert letter.issuer is not None
    assert letter.issuer.value == "Sở Thông tin và Truyền thông"
    assert letter.issuer.confidence < 0.7


@pytest.mark.parametrize(
    ("title", "kind"),
    [("QUYẾT ĐỊNH", "decision"), ("KẾ HOẠCH", "plan"), ("GIẤY MỜI", "invitation"), ("CHƯƠNG TRÌNH", "programme")],
)
def test_kind_by_its_title(title: str, kind: str) -> None:
    letter = with_header("Số: 1/ABC-UBND", "", title, "Về việc thử phần mềm")
    assert letter.kind is not None
    assert letter.kind.value == kind
    assert letter.subject is not None
    assert letter.subject.value == "thử phần mềm"


def test_kind_by_its_symbol_and_none_for_a_letter() -> None:
    assert [k.value for k in (with_header("Số: 1/TB-UBND").kind, with_header("Số: 1/UBND-TB").kind) if k] == [
        "notice",
        "letter",
    ]


def test_addressees_on_one_line_and_in_a_list() -> None:
    one = read_letter("Kính gửi: Sở Nội vụ; Sở Tài chính.\n\n1. Làm.")
    listed = read_letter("Kính gửi:\n- Sở Nội vụ;\n- Các phòng, ban\nthuộc huyện;\n- Bưu điện.\n\n1. Làm.")
    assert [a.value for a in one.addressees] == ["Sở Nội vụ", "Sở Tài chính"]
    assert [a.value for a in listed.addressees] == ["Sở Nội vụ", "Các phòng, ban thuộc huyện", "Bưu điện"]


@pytest.mark.parametrize(
    ("sentence", "kind", "reference", "day", "issuer"),
    [
        (
            "Kế hoạch số 12/KH-UBND ngày 05/3/2020 của UBND huyện Lam về",
            "plan",
            "12/KH-UBND",
            dt.date(2020, 3, 5),
            "UBND huyện Lam",
        ),
        (
            "Nghị định số 61/2018/NĐ-CP ngày 23 tháng 4 năm 2018 của Chính phủ",
            "decree",
            "61/2018/NĐ-CP",
            dt.date(2018, 4, 23),
            "Chính phủ",
        ),
        (
            "Quyết định số 7/QĐ-BNV ngày 1-2-2020 của Bộ trưởng Bộ Nội vụ",
            "decision",
            "7/QĐ-BNV",
            dt.date(2020, 2, 1),
            "Bộ Nội vụ",
        ),
        ("quy định tại Quyết định số 8/QĐ-UBND", "decision", "8/QĐ-UBND", None, None),
        ("Văn bản số 9/TB-UBND ngày 01/02/2020", "notice", "9/TB-UBND", dt.date(2020, 2, 1), None),
        (
            "đề nghị của Sở Nội vụ tại Tờ trình số 5/TTr-SNV ngày 02/02/2020",
            "submission",
            "5/TTr-SNV",
            dt.date(2020, 2, 2),
            "Sở Nội vụ",
        ),
    ],
)
def test_citations(sentence: str, kind: str, reference: str, day: dt.date | None, issuer: str | None) -> None:
    (cited,) = body(f"1. Thực hiện theo {sentence}.").citations
    assert (cited.kind, cited.reference, cited.date, cited.issuer) == (kind, reference, day, issuer)
    assert cited.role == "body"


def test_a_law_is_cited_by_name_and_day() -> None:
    letter = read_letter("Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;\n\n1. Làm.")
    (law,) = letter.grounds
    assert (law.kind, law.title, law.date) == ("law", "Luật Tổ chức chính quyền địa phương", dt.date(2015, 6, 19))


def test_provisions_nest() -> None:
    letter = body(
        "I. PHẦN MỘT", "1. Việc một", "a) Điểm a;", "b) Điểm b.", "2. Việc hai.", "II. PHẦN HAI", "1. Việc ba."
    )
    assert [t.path for t in letter.tasks] == ["I", "I.1", "I.1.a", "I.1.b", "I.2", "II", "II.1"]
    assert [t.parent for t in letter.tasks] == [None, "I", "I.1", "I.1", "I", None, "II"]


def test_articles_hold_clauses() -> None:
    letter = body("Điều 1. Một.", "1. Khoản.", "a) Điểm.", "Điều 2. Hai.")
    assert [t.path for t in letter.tasks] == ["Đ1", "Đ1.1", "Đ1.1.a", "Đ2"]


def test_a_broken_line_goes_on_and_a_scan_s_l_is_a_one() -> None:
    letter = body("l. Thủ tục rõ ràng,", "đúng quy định; nhanh gọn.", "2. Việc hai.")
    assert [(t.path, t.text) for t in letter.tasks] == [
        ("1", "Thủ tục rõ ràng, đúng quy định; nhanh gọn"),
        ("2", "Việc hai"),
    ]


def test_figures_and_years_do_not_number_provisions() -> None:
    letter = body("1. Việc một năm", "2019. Còn lại làm sau.")
    assert [t.path for t in letter.tasks] == ["1"]


def test_an_order_after_the_numbers_stands_by_itself() -> None:
    letter = body("1. Việc một.", "Yêu cầu các đơn vị thực hiện; giao Văn phòng Sở theo dõi, đôn đốc.")
    assert [t.path for t in letter.tasks] == ["1", "¶1"]
    assert [(d.task, d.kind, d.unit) for d in letter.duties] == [("¶1", "monitor", "Văn phòng Sở")]


@pytest.mark.parametrize(
    ("words", "relation", "value", "unit"),
    [
        ("đạt từ 85 % trở lên", "ge", 85, "%"),
        ("đạt từ 85% trở lên", "ge", 85, "%"),
        ("đạt tối thiểu 9O %", "ge", 90, "%"),
        ("đạt ít nhất 92,5%", "ge", 92.5, "%"),
        ("đạt trên 80%", "gt", 80, "%"),
        ("không quá 5%", "le", 5, "%"),
        ("dưới 2%", "lt", 2, "%"),
        ("đạt 100 phần trăm", "eq", 100, "%"),
        ("tăng ít nhất 03 bậc", "ge", 3, "bậc"),
        ("từ 97% đến 100%", "ge", 97, "%"),
        ("từ 60 điểm trở xuống", "le", 60, "điểm"),
    ],
)
def test_thresholds(words: str, relation: str, value: float, unit: str) -> None:
    (found,) = body(f"1. Chỉ số SIPAS năm 2021 {words}.").thresholds
    assert (found.task, found.relation, found.value, found.unit) == ("1", relation, value, unit)
    assert (found.indicator, found.year) == ("sipas", 2021)


@pytest.mark.parametrize(
    ("words", "kind", "said"),
    [
        ("trước ngày 15/6/2021", "exact", "2021-06-15"),
        ("chậm nhất vào ngày 15 tháng 6 năm 2021", "exact", "2021-06-15"),
        ("trước 17 giờ 00 ngày 15-6-2021", "exact", "2021-06-15"),
        ("trước ngày 15/6", "exact", "2021-06-15"),
        ("trước ngày 15/01", "exact", "2022-01-15"),
        ("trong tháng 6/2021", "exact", "2021-06"),
        ("trong quý II năm 2021", "exact", "2021-Q2"),
        ("trong thời hạn 05 ngày làm việc kể từ ngày nhận", "relative", (5, "working_day")),
        ("sau 10 ngày", "relative", (10, "day")),
        ("trong vòng 24 giờ", "relative", (24, "hour")),
        ("định kỳ hằng quý", "periodic", "quarter"),
        ("định kỳ 6 tháng", "periodic", "half_year"),
        ("trước ngày 20 của tháng cuối quý", "periodic", "quarter"),
        ("vào ngày 25 hàng tháng", "periodic", "month"),
        ("định kỳ", "periodic", "unstated"),
    ],
)
def test_deadlines(words: str, kind: str, said: object) -> None:
    (found,) = body(f"1. Sở Nội vụ báo cáo kết quả {words}.").deadlines
    got = {"exact": found.until, "relative": (found.amount, found.unit), "periodic": found.period}[found.kind]
    assert (found.task, found.kind, got) == ("1", kind, said)


@pytest.mark.parametrize(
    "words",
    [
        "theo Công văn số 5/UBND ngày 15/6/2020",
        "kết quả SIPAS hằng năm",
        "cam kết đã ký ngày 16-4-2019",
        "8/10 chỉ tiêu",
    ],
)
def test_what_is_no_deadline(words: str) -> None:
    assert body(f"1. Thực hiện {words}.").deadlines == ()


def test_duties() -> None:
    letter = body(
        "1. Giao Sở Nội vụ chủ trì, phối hợp với Sở Tài chính, Bưu điện tỉnh và các cơ quan liên quan; đôn đốc.",
        "2. Giao Sở Y tế làm đầu mối.",
        "3. Giao Báo Lam Sơn tuyên truyền.",
        "4. Sở Tư pháp",
        "a) Chủ trì rà soát.",
    )
    assert [(d.task, d.kind, d.unit) for d in letter.duties if d.task != "1"] == [
        ("2", "focal", "Sở Y tế"),
        ("3", "assigned", "Báo Lam Sơn"),
        ("4.a", "lead", "Sở Tư pháp"),
    ]
    assert {(d.kind, d.unit) for d in letter.duties if d.task == "1"} == {
        ("lead", "Sở Nội vụ"),
        ("monitor", "Sở Nội vụ"),
        ("coordinate", "Sở Tài chính"),
        ("coordinate", "Bưu điện tỉnh"),
        ("coordinate", "các cơ quan liên quan"),
    }


@pytest.mark.parametrize(
    ("words", "to", "through"),
    [
        ("báo cáo Ủy ban nhân dân tỉnh (qua Sở Nội vụ)", "Ủy ban nhân dân tỉnh", "Sở Nội vụ"),
        ("gửi kết quả về Phòng Nội vụ để tổng hợp, báo cáo UBND huyện", "UBND huyện", "Phòng Nội vụ"),
        ("phản ánh về Sở Nội vụ", "Sở Nội vụ", None),
        ("báo cáo Giám đốc Sở", "Giám đốc Sở", None),
        ("báo cáo và tham mưu UBND huyện", "UBND huyện", None),
    ],
)
def test_reporting_channel(words: str, to: str, through: str | None) -> None:
    (found,) = body(f"1. Nếu có vướng mắc, {words}.").reports
    assert (found.to, found.through) == (to, through)


@pytest.mark.parametrize(
    ("lines", "capacity", "signs_for", "position"),
    [
        (["CHỦ TỊCH"], (), None, "CHỦ TỊCH"),
        (["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], ("KT",), "CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
        (["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], ("TM", "KT"), "CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
        (["TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"], ("TL",), "CHỦ TỊCH", "CHÁNH VĂN PHÒNG"),
        (["TUQ. CHỦ TỊCH", "GIÁM ĐỐC SỞ NỘI VỤ"], ("TUQ",), "CHỦ TỊCH", "GIÁM ĐỐC SỞ NỘI VỤ"),
        (["Q. GIÁM ĐỐC"], ("Q",), None, "GIÁM ĐỐC"),
    ],
)
def test_signer(lines: list[str], capacity: tuple[str, ...], signs_for: str | None, position: str) -> None:
    end = "\n".join(["", "", "Nơi nhận:", "- Như trên;", "- Lưu: VT.", "", *lines, "", "Lê Văn Thử"])
    signer = read_letter(HEAD + "1. Làm./." + end).signer
    assert signer is not None
    assert (signer.name, signer.position) == ("Lê Văn Thử", position)
    assert (signer.capacity, signer.signs_for) == (capacity, signs_for)


def test_signature_beside_the_recipients() -> None:
    rows = (("Nơi nhận:", "KT. CHỦ TỊCH"), ("- Như trên;", "PHÓ CHỦ TỊCH"), ("- Lưu: VT.", ""), ("", "Lê Văn Thử"))
    end = "\n".join(left.ljust(40) + right for left, right in rows)
    letter = read_letter(HEAD + "1. Làm./.\n" + end)
    assert [r.value for r in letter.recipients] == ["Như trên", "Lưu: VT"]
    assert letter.signer is not None
    assert (letter.signer.position, letter.signer.name) == ("PHÓ CHỦ TỊCH", "Lê Văn Thử")


def test_a_head_copied_from_a_web_page_with_broken_lines() -> None:
    letter = read_letter(
        "ỦY BAN NHÂN\nDÂN\nTỈNH\nLAM SƠN\n-------\n|\nCỘNG HÒA XÃ\nHỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập  Tự do  Hạnh phúc\n"
        "|\nSố: 15/QĐUBND\n|\nLam Sơn, ngày 14 tháng 02 năm 2017\n|\nQUYẾT ĐỊNH\nBAN\nHÀNH QUY CHẾ THỬ\n"
        "CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH LAM SƠN\nCăn cứ Luật Thử ngày 01/01/2015;\nĐiều 1. Ban hành."
    )
    said = [found.value for found in (letter.issuer, letter.symbol, letter.place, letter.kind, letter.subject) if found]
    assert said == ["ỦY BAN NHÂN DÂN TỈNH LAM SƠN", "QĐ-UBND", "Lam Sơn", "decision", "BAN HÀNH QUY CHẾ THỬ"]
    assert letter.signer is None
    assert [task.path for task in letter.tasks] == ["Đ1"]


def test_urgency_is_a_stamp_in_capitals() -> None:
    assert with_header("SỞ NỘI VỤ", "Số: 1/SNV-VP", "", "HỎA TỐC").urgency is not None
    assert body("1. Việc khẩn.").urgency is None
