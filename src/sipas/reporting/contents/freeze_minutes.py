"""The minutes of a freeze (biên bản chốt số liệu): what stood in the tables, in which files, sealed by which hashes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sipas.errors import SipasError
from sipas.reporting.blocks import (
    Block,
    Code,
    Column,
    Document,
    Heading,
    Letterhead,
    Notice,
    Signers,
    Table,
    Title,
    paragraph,
)
from sipas.reporting.contents.phrases import SIMULATED_NOTICE
from sipas.reporting.wording import SIMULATED, count, official_date

HALF = 32  # characters of a SHA-256 on one printed line


@dataclass(frozen=True, slots=True)
class FrozenFile:
    """A file of the freeze.

    Parameters
    ----------
    what : str
        What it holds, in Vietnamese.
    name : str
        Inside the round's folder.
    rows : int
        Its records.
    sha256 : str
        Hex.
    """

    what: str
    name: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FreezeMinutes:
    """Everything the minutes say.

    Parameters
    ----------
    round_title : str
        Of the round.
    parent_agency, agency, place : str
        As on the round's other documents.
    moment : datetime.datetime
        Of the freeze, in local time.
    number : int
        Which freeze of the round, from 1.
    reason : str
        Why it was frozen again; empty for the first.
    frozen_by : str
        Name of who froze.
    cases, open_cases : int
        Issued; of these, not finished.
    files : tuple of FrozenFile
        The frozen files.
    journal_head, audit_head : str
        ``number:hash`` of the round's journal and of the audit record at the freeze.
    address : str
        Where the minutes can be checked.
    modules : tuple of str
        Its QR code.
    signers : tuple of str
        Bodies that sign.
    simulated : bool
        Whether the round is simulated.
    approved : datetime.datetime, optional
        When the figures were approved, in local time; missing: not yet.
    approved_by : str
        Name of who approved them.
    self_approved : bool
        Whether that is who froze the data.
    """

    round_title: str
    parent_agency: str
    agency: str
    place: str
    moment: dt.datetime
    number: int
    reason: str
    frozen_by: str
    cases: int
    open_cases: int
    files: tuple[FrozenFile, ...]
    journal_head: str
    audit_head: str
    address: str
    modules: tuple[str, ...]
    signers: tuple[str, ...]
    simulated: bool
    approved: dt.datetime | None = None
    approved_by: str = ""
    self_approved: bool = False

    def check(self) -> FreezeMinutes:
        """Refuse minutes that seal nothing.

        Returns
        -------
        FreezeMinutes
            Itself.

        Raises
        ------
        SipasError
            ``reporting.freeze_unsealed`` where a file has no hash, or more cases are open than were issued.
        """
        unsealed = [file.name for file in self.files if len(file.sha256) != 2 * HALF]
        if unsealed or not self.files or self.open_cases > self.cases:
            raise SipasError("reporting.freeze_unsealed", "freeze_minutes", got=unsealed or self.open_cases)
        return self


def build_freeze_minutes(minutes: FreezeMinutes) -> Document:
    """Make the minutes of a freeze.

    Parameters
    ----------
    minutes : FreezeMinutes
        What they say.

    Returns
    -------
    Document
        One source for DOCX, PDF and HTML; the same minutes give the same document.

    Raises
    ------
    SipasError
        As ``FreezeMinutes.check``.
    """
    given = minutes.check()
    mark = SIMULATED if given.simulated else ""
    title = f"Biên bản chốt số liệu lần {given.number}: {given.round_title}"
    blocks = [*_head(given), *_counts(given), *_files(given), *_seals(given), *_end(given)]
    named = f"[{mark}] {title}" if mark else title
    return Document(named, given.agency, given.moment.date(), mark, draft=False, blocks=tuple(blocks))


def _head(given: FreezeMinutes) -> list[Block]:
    symbol = "".join(word[0] for word in given.agency.split()).upper()
    day = official_date(given.moment.date())
    blocks: list[Block] = [
        Letterhead(
            given.parent_agency.upper(),
            given.agency.upper(),
            f"…/BB-{symbol}",
            f"{given.place}, {day}",
            draft=False,
        ),
        Title("BIÊN BẢN", f"Chốt số liệu lần {given.number}"),
    ]
    if given.simulated:
        blocks.append(Notice(SIMULATED_NOTICE))
    blocks.append(
        paragraph(
            f"Hồi {given.moment:%H} giờ {given.moment:%M} phút, {day}, số liệu của đợt đo lường “{given.round_title}” "
            f"được chốt lần {given.number}. Người thực hiện: {given.frozen_by}."
        )
    )
    if given.reason:
        blocks.append(paragraph(f"Lý do chốt lại: {given.reason.rstrip('.')}."))
    return blocks


def _counts(given: FreezeMinutes) -> list[Block]:
    lines = [
        ("Phiếu đã phát hành", count(given.cases)),
        ("Trong đó: chưa kết thúc tại thời điểm chốt", count(given.open_cases)),
        *((file.what, count(file.rows)) for file in given.files),
    ]
    columns = (Column("Nội dung", 3.0, "left"), Column("Số lượng"))
    return [Heading(1, "I. SỐ LIỆU ĐƯỢC CHỐT"), Table("Bảng 1. Số lượng tại thời điểm chốt", columns, tuple(lines))]


def _files(given: FreezeMinutes) -> list[Block]:
    columns = (Column("Tệp", 2.0, "left"), Column("Mã băm SHA-256", 2.6, "left"))
    rows = tuple((_folded(file.name), _halves(file.sha256)) for file in given.files)
    note = "Mã băm là dấu vân tay của tệp: tệp bị sửa một ký tự thì mã băm đổi khác hoàn toàn."
    return [Heading(1, "II. TỆP SỐ LIỆU"), Table("Bảng 2. Tệp đã chốt và mã băm", columns, rows, note=note)]


def _seals(given: FreezeMinutes) -> list[Block]:
    columns = (Column("Sổ", 2.0, "left"), Column("Dòng số", 0.8), Column("Mã băm của dòng", 2.6, "left"))
    rows = tuple(
        (name, number or "0", _halves(hash_))
        for name, (number, _, hash_) in (
            ("Nhật ký của đợt", given.journal_head.partition(":")),
            ("Nhật ký hệ thống", given.audit_head.partition(":")),
        )
    )
    note = "Mỗi dòng nhật ký mang mã băm của dòng trước; dòng nêu trên niêm phong mọi việc đã ghi trước khi chốt."
    locked = (
        "Từ thời điểm chốt, việc nhập lần đến và phiếu trả lời của đợt bị khóa. Muốn sửa phải trả đợt về giai "
        "đoạn thực địa, có lý do được ghi lại, và chốt lại thành lần tiếp theo."
    )
    return [
        Heading(1, "III. NIÊM PHONG"),
        Table("Bảng 3. Điểm niêm phong", columns, rows, note=note),
        paragraph(locked),
        *_approval(given),
    ]


def _approval(given: FreezeMinutes) -> list[Block]:
    if given.approved is None:
        return []
    told = f"Số liệu được {given.approved_by} chấp thuận hồi {given.approved:%H} giờ {given.approved:%M} phút, "
    same = " Người chấp thuận đồng thời là người chốt số liệu." if given.self_approved else ""
    return [paragraph(f"{told}{official_date(given.approved.date())}.{same}")]


def _end(given: FreezeMinutes) -> list[Block]:
    return [
        Code(given.modules, ("Quét mã để kiểm chứng biên bản này tại:", given.address)),
        Signers(tuple((body.upper(), "…") for body in given.signers)),
    ]


def _halves(sha256: str) -> str:
    """Break a hash where the column ends; a renderer finds no place to break it."""
    return "\n".join(sha256[k : k + HALF] for k in range(0, len(sha256), HALF)) or "–"


def _folded(name: str) -> str:
    folder, _, file = name.rpartition("/")
    return f"{folder}/\n{file}" if folder else file
