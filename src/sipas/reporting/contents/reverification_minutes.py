"""The minutes of a re-verification (biên bản phúc tra): what was checked, what was found, what is proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sipas.quality import recheck_form
from sipas.reporting.blocks import Block, Column, Document, Heading, Note, Signers, Table, paragraph
from sipas.reporting.contents.check_sample import CheckHead, document, opening
from sipas.reporting.wording import between, count, interval, number, signed

SCOPES = {
    "found": "Chỉ các phiếu đã phát hiện không đạt",
    "projected": "Suy rộng: nếu phúc tra toàn bộ danh sách",
}
VERSIONS = {"as_is": "Như hiện nay", "dropped": "Bỏ phiếu không đạt", "replaced": "Thay phiếu không đạt"}
GROUPS = {"interviewer": "Mã điều tra viên", "office": "Bưu cục"}
BY = {"interviewer": "điều tra viên", "office": "bưu cục"}
WEIGHTS = {
    "final": "Chỉ số tính bằng trọng số của lần ước lượng gần nhất.",
    "base": (
        "Đợt chưa được ước lượng: chỉ số ở đây chỉ dùng trọng số theo thiết kế mẫu, chưa hiệu chỉnh phiếu không thu "
        "được, nên chỉ để so trước và sau, không phải kết quả công bố."
    ),
}


@dataclass(frozen=True, slots=True)
class FailedForm:
    """A form that failed.

    Parameters
    ----------
    case_id, interviewer : str
        Of the form.
    reasons : tuple of str
        In Vietnamese.
    settled : str
        What became of it so far, in Vietnamese.
    """

    case_id: str
    interviewer: str
    reasons: tuple[str, ...]
    settled: str


@dataclass(frozen=True, slots=True)
class ReverificationMinutes:
    """Everything the minutes say.

    Parameters
    ----------
    head : CheckHead
        Body, round, draw.
    listed, drawn, done, verified : int
        Cases of the list, of the sample; ended; with a verdict.
    verdicts : mapping of str to int
        Forms by ``pass``, ``doubt``, ``fail``.
    outcomes : sequence of (str, int)
        Last attempts, in Vietnamese.
    result : mapping
        Tables of ``sipas.rounds.reverified`` as lists of rows.
    questions : mapping of str to str
        Text of the questions asked again.
    failed : tuple of FailedForm
        Forms that failed.
    conclusion, proposal : str
        In the supervisor's words; may be empty.
    order : str
        Letter that asked for it; may be empty.
    list_sha256 : str
        Of the list the sample was drawn from.
    signers : tuple of str
        Bodies that sign.
    """

    head: CheckHead
    listed: int
    drawn: int
    done: int
    verified: int
    verdicts: Mapping[str, int]
    outcomes: Sequence[tuple[str, int]]
    result: Mapping[str, Any]
    questions: Mapping[str, str]
    failed: tuple[FailedForm, ...]
    conclusion: str
    proposal: str
    order: str
    list_sha256: str
    signers: tuple[str, ...]


def build_reverification_minutes(given: ReverificationMinutes) -> Document:
    """Make the minutes of a re-verification.

    Parameters
    ----------
    given : ReverificationMinutes
        What they say.

    Returns
    -------
    Document
        One source for DOCX and PDF; it names no person who answered.
    """
    head = given.head
    asked = f" theo {given.order}" if given.order else ""
    blocks: list[Block] = [
        *opening(head, "BIÊN BẢN", f"Phúc tra phiếu khảo sát, mẫu lần {head.number}"),
        paragraph(
            f"{head.body} tiến hành phúc tra{asked}. Mẫu được bốc từ {head.source}, {head.way}; người phúc tra không "
            f"được xem câu trả lời ban đầu."
        ),
        Heading(1, "I. KHỐI LƯỢNG"),
        _amount(given),
        _outcomes(given),
        Heading(1, "II. KẾT QUẢ KIỂM TRA PHIẾU"),
        *_rates(given),
        Heading(1, "III. MỨC ĐỘ THỐNG NHẤT CỦA CÂU TRẢ LỜI"),
        *_agreement(given),
        Heading(1, "IV. ẢNH HƯỞNG ƯỚC TÍNH ĐẾN CHỈ SỐ"),
        *_effects(given),
        Heading(1, "V. PHIẾU KHÔNG ĐẠT"),
        *_failed(given),
        Heading(1, "VI. KẾT LUẬN, KIẾN NGHỊ"),
        *_words(given),
        Note(f"Mã băm danh sách đã bốc mẫu (SHA-256): {given.list_sha256}. Mẫu phiếu: {recheck_form().version}."),
        Signers(tuple((body.upper(), "…") for body in given.signers)),
    ]
    return document(head, f"Biên bản phúc tra lần {head.number}: {head.round_title}", blocks)


def _amount(given: ReverificationMinutes) -> Table:
    share = 100 * given.drawn / given.listed if given.listed else None
    rows = (
        ("Phiếu trong danh sách", count(given.listed)),
        ("Phiếu được bốc để phúc tra", f"{count(given.drawn)} ({number(share)} %)"),
        ("Đã kết thúc việc tiếp cận", count(given.done)),
        ("Đã kết luận được", count(given.verified)),
        ("   Đạt", count(given.verdicts.get("pass", 0))),
        ("   Nghi vấn", count(given.verdicts.get("doubt", 0))),
        ("   Không đạt", count(given.verdicts.get("fail", 0))),
    )
    return Table("Khối lượng phúc tra", (Column("Nội dung", 3.0, "left"), Column("Số lượng")), rows)


def _outcomes(given: ReverificationMinutes) -> Table:
    rows = tuple((label, count(n)) for label, n in given.outcomes)
    return Table("Kết quả lần tiếp cận cuối", (Column("Kết quả", 3.0, "left"), Column("Số phiếu")), rows)


def _rates(given: ReverificationMinutes) -> list[Block]:
    names = {"fail": "Phiếu không đạt", "doubt": "Phiếu nghi vấn", "not_verified": "Không kết luận được"}
    whole = [row for row in given.result["rates"] if row["group_kind"] == "all" and row["measure"] in names]
    columns = (
        Column("Tỷ lệ", 2.4, "left"), Column("Số phiếu"), Column("Trên tổng"), Column("Ước tính (%)"),
        Column("Khoảng tin cậy 95 %", 1.6),
    )  # fmt: skip
    rows = tuple(
        (names[r["measure"]], count(r["count"]), count(r["n"]), number(r["percent"]), interval(r["low"], r["high"]))
        for r in whole
    )
    note = (
        "Ước tính có trọng số theo xác suất được chọn để phúc tra, đại diện cho toàn bộ danh sách; khoảng tin cậy theo "
        "Korn và Graubard, dùng được khi số phiếu nhỏ. Không đạt, nghi vấn tính trên số đã kết luận được."
    )
    blocks: list[Block] = [Table("Tỷ lệ phiếu không đạt, nghi vấn", columns, rows, note=note)]
    for kind, label in GROUPS.items():
        blocks += _by_group(given, kind, label)
    return blocks


def _by_group(given: ReverificationMinutes, kind: str, label: str) -> list[Block]:
    rates = {(r["group"], r["measure"]): r for r in given.result["rates"] if r["group_kind"] == kind}
    groups = sorted({group for group, _measure in rates})
    if not groups:
        return []
    columns = (
        Column(label, 2.4, "left"), Column("Đã kết luận"), Column("Không đạt"), Column("Tỷ lệ (%)"),
        Column("Khoảng tin cậy", 1.5), Column("Câu trả lời khác (%)", 1.2),
    )  # fmt: skip
    rows = []
    for group in groups:
        failed, differ = rates[group, "fail"], rates.get((group, "differ"), {})
        mark = "*" if failed["small"] else ""
        rows.append((
            f"{group}{mark}", count(failed["n"]), count(failed["count"]), number(failed["percent"]),
            interval(failed["low"], failed["high"]), number(differ.get("percent")),
        ))  # fmt: skip
    note = "* Dưới 30 phiếu: tỷ lệ chỉ để tham khảo, không đủ căn cứ so sánh hay kết luận về một người, một đơn vị."
    return [Table(f"Kết quả theo {BY[kind]}", columns, tuple(rows), note=note, small=True)]


def _agreement(given: ReverificationMinutes) -> list[Block]:
    items = [row for row in given.result["items"] if row["pairs"]]
    if not items:
        return [paragraph("Không có câu trả lời nào được hỏi lại và ghép được với phiếu ban đầu.")]
    columns = (
        Column("Câu hỏi", 3.6, "left"), Column("Số cặp", 0.8), Column("Khác nhau (%)"), Column("Kappa", 0.9),
        Column("Chỉ số không nhất quán", 1.2),
    )  # fmt: skip
    rows = tuple(
        (given.questions.get(r["item"], r["item"]), count(r["pairs"]), _share(r, "gross_difference"),
         _plain(r, "kappa"), _plain(r, "inconsistency")) for r in items
    )  # fmt: skip
    note = (
        "Khác nhau: tỷ lệ khác biệt gộp (GDR). Kappa 1 là thống nhất hoàn toàn, 0 là như ngẫu nhiên; chỉ số không nhất "
        "quán bằng 1 trừ kappa. Trong ngoặc là sai số chuẩn. Người trả lời có thể nhớ lại khác đi: một câu trả lời "
        "khác không chứng tỏ phiếu sai."
    )
    return [Table("So sánh câu trả lời ban đầu và câu trả lời khi phúc tra", columns, rows, note=note, small=True)]


def _effects(given: ReverificationMinutes) -> list[Block]:
    effects = given.result["effects"]
    if not effects:
        return [paragraph("Không có phiếu không đạt nào đang được tính vào chỉ số, nên chỉ số không thay đổi.")]
    columns = (
        Column("Phương án", 3.2, "left"), Column("Số phiếu"), Column("Chỉ số (%)"), Column("Thay đổi (điểm)", 1.2),
        Column("Khoảng tin cậy 95 %", 1.5),
    )  # fmt: skip
    rows, levels = [], []
    for scope, title in SCOPES.items():
        rows.append((title, "", "", "", ""))
        levels.append(0)
        for r in (row for row in effects if row["scope"] == scope):
            changes = ("", "") if r["version"] == "as_is" else (signed(r["effect"]), _bounds(r))
            rows.append((VERSIONS[r["version"]], count(r["n"]), number(r["percent"]), *changes))
            levels.append(1)
    note = (
        f"{WEIGHTS[given.result['weights']]} Thay: các phiếu còn lại cùng tầng đại diện cho phiếu không đạt. Sai số "
        "tính cho hiệu của hai chỉ số trên cùng một bộ phiếu. Suy rộng chỉ dựa vào các phiếu đã phúc tra."
    )
    return [Table("Chỉ số khi bỏ hoặc thay phiếu không đạt", columns, tuple(rows), note=note, levels=tuple(levels))]


def _failed(given: ReverificationMinutes) -> list[Block]:
    if not given.failed:
        return [paragraph("Không có phiếu nào không đạt.")]
    columns = (
        Column("Mã phiếu", 1.2, "left"), Column("Mã điều tra viên", 1.2, "left"), Column("Lý do", 3.2, "left"),
        Column("Xử lý", 2.0, "left"),
    )  # fmt: skip
    rows = tuple((f.case_id, f.interviewer or "–", "; ".join(f.reasons), f.settled) for f in given.failed)
    return [Table("Phiếu không đạt và việc xử lý", columns, rows, small=True)]


def _words(given: ReverificationMinutes) -> list[Block]:
    said = [*given.conclusion.splitlines(), *given.proposal.splitlines()]
    return [paragraph(line.strip()) for line in said if line.strip()] or [paragraph("…")]


def _share(row: Mapping[str, Any], name: str) -> str:
    value, error = row[name], row[f"{name}_se"]
    return number(None if value is None else 100 * value) + (f" ({number(100 * error)})" if error is not None else "")


def _plain(row: Mapping[str, Any], name: str) -> str:
    value, error = row[name], row[f"{name}_se"]
    return number(value) + (f" ({number(error)})" if error is not None and value is not None else "")


def _bounds(row: Mapping[str, Any]) -> str:
    return between(row["effect_low"], row["effect_high"])
