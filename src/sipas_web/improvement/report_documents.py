"""A periodic report as DOCX and PDF from one block tree: NĐ 30/2020, always a draft for văn thư."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.utils import timezone

from sipas.reporting.blocks import (
    Addressees,
    Annex,
    Block,
    Column,
    Document,
    Heading,
    Letterhead,
    Note,
    Notice,
    Paragraph,
    Run,
    Signature,
    Table,
    Title,
    paragraph,
)
from sipas_web.improvement.queries import reports as reads
from sipas_web.improvement.queries.reports import PeriodicReport
from sipas_web.improvement.queries.reports_area import above
from sipas_web.improvement.report_bodies import body_of, name_of
from sipas_web.improvement.report_index_blocks import index_blocks
from sipas_web.improvement.report_outline import form, in_section, shown
from sipas_web.improvement.report_words import day, period_of

PDF, DOCX = "application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMS = {"pdf": PDF, "docx": DOCX}
ABOUT = "Kết quả nâng cao mức độ hài lòng của người dân, tổ chức {period}"
SIMULATED = "MÔ PHỎNG"
MOST_UNITS = 400  # named in the annex; more are counted by kind


def document(report: PeriodicReport, kind: str) -> bytes:
    """Set a report as PDF or DOCX; the same bytes for the same rows."""
    return rendered(built(report), kind)


def rendered(made: Document, kind: str) -> bytes:
    """Set a document in a format."""
    from sipas.reporting import render_docx, render_pdf

    render: Callable[[Any], bytes] = {"pdf": render_pdf, "docx": render_docx}[kind]
    return render(made)


def built(report: PeriodicReport) -> Document:
    """Make the block tree."""
    about = ABOUT.format(period=period_of(report.kind, report.year))
    on = timezone.localdate(report.sent or report.drawn)
    mark = SIMULATED if settings.DEMONSTRATION else ""
    blocks = [*_head(report, about), *_body(report), *_end(report), *_annex(report)]
    issuer = body_of(report.unit, above(report.unit, report.last)).name
    return Document(f"Báo cáo {about[:1].lower()}{about[1:]}", issuer, on, mark, draft=True, blocks=tuple(blocks))


def letterhead(unit: Any, on: Any, kind: str, subject: str = "") -> Letterhead:
    """Make the head of a document of a unit; number and date are left to văn thư."""
    body = body_of(unit, above(unit, on))
    symbol = f"…/{kind}-{body.symbol}" if kind else f"…/{body.symbol}"
    dated = f"{body.place}, ngày … tháng … năm …"
    return Letterhead(body.parent.upper(), body.name.upper(), symbol, dated, subject=subject, draft=False)


def _head(report: PeriodicReport, about: str) -> Iterator[Block]:
    yield letterhead(report.unit, report.last, "BC")
    yield Title("BÁO CÁO", about)
    if settings.DEMONSTRATION:
        yield Notice("SỐ LIỆU MÔ PHỎNG. Toàn bộ số liệu trong văn bản này do máy tính sinh ra để thử nghiệm.")
    if report.receiver is not None:
        yield Addressees((name_of(report.receiver),))
    act = report.source.get("act", "")
    based = f"Thực hiện chế độ báo cáo định kỳ theo {act}, " if report.source.get("is_verified") else ""
    body = body_of(report.unit, above(report.unit, report.last)).name
    told = f"{based}{body} báo cáo kết quả {period_of(report.kind, report.year)}"
    days = f"số liệu tính từ ngày {day(report.first)} đến hết ngày {day(report.last)}"
    yield paragraph(f"{told} ({days}, lấy lúc {_moment(report.drawn)}) như sau:")
    if report.reason:
        yield paragraph(f"Báo cáo này đính chính báo cáo cùng kỳ đã gửi. Lý do: {report.reason.rstrip('.')}.")
    if not report.source.get("is_verified") or not form().is_verified:
        yield Note(_unverified(report))


def _moment(at: dt.datetime) -> str:
    local = timezone.localtime(at)
    return f"{local:%H giờ %M phút} ngày {day(local.date())}"


def _unverified(report: PeriodicReport) -> str:
    told = [f"{form().told}."] if not form().is_verified else []
    told += [f"Kỳ số liệu và hạn gửi: {report.source.get('act', '')} (chưa kiểm chứng)."]
    return "Ghi chú của bản dự thảo, bỏ khi ban hành: " + " ".join(told[: 1 + (not report.source.get("is_verified"))])


def _body(report: PeriodicReport) -> Iterator[Block]:
    figures, remarks, texts = reads.figures(report), reads.remarks(report), reads.texts(report)
    numbers = iter(range(1, 1000))
    for number, section in shown(report.outline):
        yield Heading(1, f"{number}. {section.heading}")
        if section.shows_index:
            yield from index_blocks(report.index_use, numbers)
        for kept in in_section(report.outline, section.code):
            yield _table(kept, figures, next(numbers))
            yield from _explained(kept, remarks)
        written = [line.strip() for line in texts.get(section.code, "").split("\n") if line.strip()]
        yield from (paragraph(line) for line in written)
        if not written and (section.is_needed or not (section.shows_index or in_section(report.outline, section.code))):
            yield Paragraph((Run("(Chưa có nội dung.)", italic=True),))


def _table(kept: dict[str, Any], figures: dict[tuple[str, str], reads.Figure], number: int) -> Table:
    has_below = any(figure.below for figure in figures.values())
    columns = [Column("Nội dung", 4.0, "left"), Column("Số lượng"), Column("Tỷ lệ (%)")]
    columns += [Column("Từ báo cáo cấp dưới")] if has_below else []
    rows = [cells_of(kept, line, figures)[: len(columns)] for line in kept["lines"]]
    levels = tuple(int(bool(line["of"])) for line in kept["lines"])
    return Table(f"Bảng {number}. {kept['heading']}", tuple(columns), tuple(rows), levels=levels if any(levels) else ())


def cells_of(
    kept: dict[str, Any], line: dict[str, Any], figures: dict[tuple[str, str], reads.Figure]
) -> tuple[str, str, str, str]:
    """Give a line as printed: name, count, share of what it is a part of, of which from below."""
    from sipas.reporting.wording import count, share

    figure = figures.get((kept["code"], line["code"]), reads.Figure(0, 0))
    whole = figures.get((kept["code"], line["of"]), reads.Figure(0, 0)).total if line["of"] else 0
    part = share(figure.total / whole) if whole else "–" if line["of"] else ""
    label = line["label"] if line["of"] else line["label"][:1].upper() + line["label"][1:]
    return label, count(figure.total), part, count(figure.below)


def _explained(kept: dict[str, Any], remarks: dict[tuple[str, str], Any]) -> Iterator[Block]:
    for line in kept["lines"]:
        if remark := remarks.get((kept["code"], line["code"])):
            yield Paragraph((Run(f"{line['label']}: ", italic=True), Run(remark.text)))


def _end(report: PeriodicReport) -> Iterator[Block]:
    about = period_of(report.kind, report.year)
    to = f" Kính gửi {name_of(report.receiver)} tổng hợp" if report.receiver is not None else ""
    yield paragraph(f"Trên đây là báo cáo {about}.{to}./." if to else f"Trên đây là báo cáo {about}./.")
    signer = body_of(report.unit, above(report.unit, report.last)).signer
    yield Signature(signer, "…", ("Như trên", "Lưu: VT, CCHC"))


def _annex(report: PeriodicReport) -> Iterator[Block]:
    rows = list(reads.counted_units(report))
    symbol = letterhead(report.unit, report.last, "BC").number
    yield Annex("Phụ lục", "NGUỒN SỐ LIỆU VÀ CÁC ĐƠN VỊ ĐƯỢC TÍNH", f"(Kèm theo Báo cáo số {symbol})")
    own = [row for row in rows if row.via_id is None]
    yield paragraph(
        f"Báo cáo tính {len(rows)} đơn vị, mỗi đơn vị một lần: {len(rows) - len(own)} đơn vị lấy từ báo cáo cấp dưới "
        f"đã tiếp nhận, {len(own)} đơn vị lấy trực tiếp từ hệ thống."
    )
    merged = list(reads.merged_here(report))
    if merged:
        counts = {r.pk: sum(row.via_id == r.pk for row in rows) for r in merged}
        lines = tuple((r.unit.full_name, str(r.version), day(r.last), str(counts[r.pk])) for r in merged)
        columns = (Column("Báo cáo của", 3.0, "left"), Column("Bản"), Column("Chốt số liệu"), Column("Số đơn vị"))
        yield Table("Báo cáo cấp dưới được tổng hợp", columns, lines)
    yield _own_units(own)
    if report.sha256:
        yield Note(f"Mã băm nội dung đã gửi (SHA-256): {report.sha256[:32]} {report.sha256[32:]}")


def _own_units(own: list[Any]) -> Table:
    if len(own) > MOST_UNITS:
        kinds: dict[str, int] = {}
        for row in own:
            kinds[row.unit.kind] = kinds.get(row.unit.kind, 0) + 1
        counted = tuple((KINDS.get(kind, kind), str(n)) for kind, n in sorted(kinds.items()))
        return Table(
            "Đơn vị lấy trực tiếp từ hệ thống, theo loại", (Column("Loại", 3.0, "left"), Column("Số")), counted
        )
    named = [(row.unit.full_name, row.unit.code) for row in own]
    half = -(-len(named) // 2)  # two to a line, read down first
    right = [*named[half:], ("", "")][:half]
    lines = tuple((*one, *other) for one, other in zip(named[:half], right, strict=True))
    names, codes = Column("Đơn vị", 3.0, "left"), Column("Mã", 1.0, "left")
    return Table("Đơn vị lấy trực tiếp từ hệ thống", (names, codes, names, codes), lines, small=True)


KINDS = {
    "country": "Cả nước", "province": "Tỉnh, thành phố", "district": "Huyện", "commune": "Xã, phường, đặc khu",
    "agency": "Cơ quan", "one_stop": "Bộ phận Một cửa", "post_office": "Bưu điện", "supervisor": "Tổ chức giám sát",
}  # fmt: skip
