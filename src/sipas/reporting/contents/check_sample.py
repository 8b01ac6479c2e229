"""Papers of a check sample (mẫu phúc tra) before its release: its certificate, and the list the re-verifier carries."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sipas.quality import RecheckForm
from sipas.reporting.blocks import (
    Block,
    BulletList,
    Column,
    Document,
    Heading,
    Letterhead,
    Note,
    Notice,
    PageBreak,
    Paragraph,
    Run,
    Signers,
    Table,
    Title,
    paragraph,
)
from sipas.reporting.contents.phrases import SIMULATED_NOTICE
from sipas.reporting.wording import SIMULATED, count, official_date

HALF = 32  # characters of a SHA-256 on one printed line
MOST_LISTS = 200  # lists printed; all of them are in certificate.json
BOX = "[  ]"


@dataclass(frozen=True, slots=True)
class CheckHead:
    """What every paper of a check sample begins with.

    Parameters
    ----------
    round_title : str
        Of the round.
    body : str
        Who checks, as printed.
    place : str
        Where the papers are made.
    moment : datetime.datetime
        Of the draw, in local time.
    number : int
        Of the body's check sample in the round, from 1.
    source, way, balance : str
        What it was drawn from, how, and shared among what, in Vietnamese.
    simulated : bool
        Whether the round is simulated.
    """

    round_title: str
    body: str
    place: str
    moment: dt.datetime
    number: int
    source: str
    way: str
    balance: str
    simulated: bool


@dataclass(frozen=True, slots=True)
class Visited:
    """A person to be asked again.

    Parameters
    ----------
    case_id : str
        Code of the case.
    name, address, phone : str
        How to reach them; empty where it is not known.
    agency : str
        Whose service they were asked about.
    """

    case_id: str
    name: str
    address: str
    phone: str
    agency: str


def build_check_certificate(head: CheckHead, certificate: bytes, text: str) -> Document:
    """Make the certificate of a check sample.

    Parameters
    ----------
    head : CheckHead
        Its head.
    certificate : bytes
        ``certificate.json`` as the draw wrote it; its hash is printed.
    text : str
        Typed by the supervisor.

    Returns
    -------
    Document
        The same for the same arguments. It names no case.
    """
    made: Any = json.loads(certificate)
    title = f"Biên bản bốc mẫu phúc tra lần {head.number}: {head.round_title}"
    blocks = [
        *opening(head, "BIÊN BẢN", f"Bốc mẫu phúc tra lần {head.number}"),
        paragraph(
            f"{head.body} bốc mẫu phúc tra từ {head.source}, {head.way}. Danh sách được chốt và băm trước khi người "
            f"giám sát nhập nội dung; hạt giống được tạo từ mã băm đó và nội dung do chính người giám sát nhập."
        ),
        Heading(1, "I. SỐ LƯỢNG"),
        _sizes(head, made),
        Heading(1, "II. NỘI DUNG DO NGƯỜI GIÁM SÁT NHẬP"),
        Paragraph((Run(f"“{text}”", bold=True),)),
        Heading(1, "III. MÃ BĂM"),
        _hashes(made, certificate),
        Heading(1, "IV. CÁCH BỐC"),
        BulletList(_rule(made)),
        *_remarks(made),
        Signers(((head.body.upper(), "…"), ("NGƯỜI CHỨNG KIẾN (NẾU CÓ)", "…"))),
    ]
    return document(head, title, blocks)


def build_visit_list(
    head: CheckHead, people: Sequence[Visited], form: RecheckForm, again: Sequence[tuple[str, Sequence[str]]]
) -> Document:
    """Make the list a re-verifier carries, and the short form to be filled in by hand.

    Parameters
    ----------
    head : CheckHead
        Its head.
    people : sequence of Visited
        In the order of the visits.
    form : RecheckForm
        The short form.
    again : sequence of (str, sequence of str)
        Questions asked again and their answers.

    Returns
    -------
    Document
        The list, then one blank form to be copied. First answers are nowhere in it.
    """
    columns = (
        Column("TT", 0.5), Column("Mã phiếu", 1.6, "left"), Column("Họ tên, địa chỉ, điện thoại", 4.2, "left"),
        Column("Cơ quan giải quyết", 2.2, "left"), Column("Ngày, kết quả", 1.8, "left"),
    )  # fmt: skip
    rows = tuple(
        (str(n), one.case_id, _reached(one), one.agency, "") for n, one in enumerate(people, start=1)
    )  # fmt: skip
    warning = (
        "KHÔNG TIẾT LỘ TRƯỚC KHI CÔNG BỐ. Danh sách có thông tin cá nhân và chưa được công bố: không cho bưu điện, "
        "điều tra viên, cơ quan giải quyết thủ tục xem; nộp lại và hủy sau khi nhập xong."
    )
    outcomes = "; ".join(one.label for one in form.outcomes)
    blocks: list[Block] = [
        *opening(head, "DANH SÁCH", f"Người được phúc tra, mẫu lần {head.number}", sign=""),
        Notice(warning),
        Table("Người được phúc tra", columns, rows, note=f"Kết quả: {outcomes}.", name_column=1, small=True),
        PageBreak(),
        *_blank_form(form, again),
    ]
    return document(head, f"Danh sách phúc tra lần {head.number}: {head.round_title}", blocks)


def opening(head: CheckHead, kind: str, about: str, *, sign: str = "BB") -> list[Block]:
    """Give the head of a paper, with the notice of a simulated round.

    Parameters
    ----------
    head : CheckHead
        What it says.
    kind, about : str
        Of the title.
    sign : str
        Of the number, as the decree abbreviates kinds of papers; empty: of a kind it has no sign for.

    Returns
    -------
    list of Block
        Letterhead, title, notice.
    """
    day = official_date(head.moment.date())
    number = f"…/{sign}" if sign else "…"
    letterhead = Letterhead("", head.body.upper(), number, f"{head.place}, {day}", draft=False)
    blocks: list[Block] = [letterhead, Title(kind, about)]
    if head.simulated:
        blocks.append(Notice(SIMULATED_NOTICE))
    blocks.append(paragraph(f"Đợt đo lường: {head.round_title}."))
    return blocks


def document(head: CheckHead, title: str, blocks: Sequence[Block]) -> Document:
    """Bind blocks to a document of this head.

    Parameters
    ----------
    head : CheckHead
        Whose.
    title : str
        Of the file.
    blocks : sequence of Block
        In order.

    Returns
    -------
    Document
        Marked where the round is simulated.
    """
    mark = SIMULATED if head.simulated else ""
    named = f"[{mark}] {title}" if mark else title
    return Document(named, head.body, head.moment.date(), mark, draft=False, blocks=tuple(blocks))


def _sizes(head: CheckHead, made: Any) -> Table:
    columns = (Column("Danh sách", 3.0, "left"), Column("Số phiếu"), Column("Được chọn"), Column("Xác suất"))
    rows = tuple(
        ("Toàn bộ" if one["stratum"] == "all" else one["stratum"], count(one["population"]), count(one["sample"]),
         _chance(one, made)) for one in made["lists"][:MOST_LISTS]
    )  # fmt: skip
    total = ("Cộng", count(made["frame"]["rows"]), count(made["sample"]["official"]), "")
    note = _shared(head, made)
    if len(made["lists"]) > MOST_LISTS:
        note += f" Chỉ in {MOST_LISTS} danh sách đầu; đầy đủ trong certificate.json."
    return Table("Danh sách và số phiếu được chọn", columns, (*rows, total), note=note.strip())


def _shared(head: CheckHead, made: Any) -> str:
    if not head.balance:
        return ""
    if made["design"]["stages"][0].get("strata"):
        return f"Chia theo: {head.balance}."
    few = "Số phiếu được bốc ít hơn số nhóm"
    return f"{few}: danh sách sắp theo {head.balance} rồi bốc cách đều, phiếu nào cũng có cơ hội."


def _chance(one: Any, made: Any) -> str:
    if made["design"]["stages"][0].get("method", "srs") == "pps_systematic":
        return "theo mức rủi ro"
    return f"{one['sample'] / one['population']:.4f}".replace(".", ",") if one["population"] else "–"


def _hashes(made: Any, certificate: bytes) -> Table:
    said = (
        ("Danh sách (chốt trước khi nhập nội dung)", made["frame"]["sha256"]),
        ("Hạt giống", made["seed"]["sha256"]),
        ("Mẫu", made["sample"]["sha256"]),
        ("certificate.json", sha256(certificate).hexdigest()),
    )
    rows = tuple((name, f"{value[:HALF]}\n{value[HALF:]}") for name, value in said)
    note = (
        "Ai giữ danh sách, mẫu và certificate.json đều bốc lại được mẫu này và so từng dòng. Danh sách có một chuỗi "
        "ngẫu nhiên bí mật, nên không ai khác đoán được mẫu từ nội dung đã nhập."
    )
    return Table(
        "Mã băm SHA-256", (Column("Nội dung", 2.0, "left"), Column("Mã băm", 2.6, "left")), rows, note=note
    )  # fmt: skip


def _rule(made: Any) -> tuple[str, ...]:
    """Give the rule in words; it has no reserves to speak of."""
    said = tuple(line for line in made["rule"] if not line.startswith("Mẫu dự phòng"))
    return ("Khung mẫu ở đây là danh sách phiếu đã chốt; đơn vị là một phiếu.", *said)


def _remarks(made: Any) -> list[Block]:
    redraws = made["draws"]["redraws"]
    said = f"Số mẫu phúc tra đã hủy trước lần này: {redraws}." if redraws else ""
    return [Note(said)] if said else []


def _reached(one: Visited) -> str:
    lines = [part for part in (one.name, one.address, one.phone) if part]
    return "\n".join(lines) or "Không còn thông tin liên hệ"


def _blank_form(form: RecheckForm, again: Sequence[tuple[str, Sequence[str]]]) -> list[Block]:
    first = [(q.text, [option.label for option in q.options]) for q in form.questions]
    later = [(text, [*labels, form.repeated.not_answered]) for text, labels in again]
    return [
        Title("PHIẾU", form.title),
        paragraph("Mã phiếu: …………………  Ngày: …… /…… /………  Hình thức: ……………"),
        paragraph(form.introduction),
        _questions("I. Về việc phát và thu phiếu", first, 1),
        paragraph(form.repeated.introduction),
        _questions("II. Các câu hỏi lại", later, 1 + len(first)),
        Note(f"Mẫu {form.version}. {form.source}"),
        Signers((("NGƯỜI PHÚC TRA", "…"), ("NGƯỜI GHI PHIẾU VÀO HỆ THỐNG", "…"))),
    ]


def _questions(caption: str, asked: Sequence[tuple[str, Sequence[str]]], number: int) -> Table:
    columns = (Column("Câu hỏi", 2.6, "left"), Column("Trả lời (đánh dấu một ô)", 2.6, "left"))
    rows = tuple(
        (f"{n}. {text}", "\n".join(f"{BOX} {label}" for label in labels))
        for n, (text, labels) in enumerate(asked, start=number)
    )
    return Table(caption, columns, rows, small=True)
