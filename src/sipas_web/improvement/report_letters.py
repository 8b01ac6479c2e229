"""The letter that urges units to send their reports (đôn đốc), as a draft by NĐ 30/2020."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.conf import settings

from sipas.reporting.blocks import (
    Addressees,
    Annex,
    Block,
    Column,
    Document,
    Letterhead,
    Notice,
    Signature,
    Table,
    paragraph,
)
from sipas_web.improvement.queries.reports_area import above
from sipas_web.improvement.queries.reports_following import Due
from sipas_web.improvement.report_bodies import body_of, name_of
from sipas_web.improvement.report_documents import SIMULATED
from sipas_web.improvement.report_words import day, period_of
from sipas_web.units.queries import Unit

FEW = 6  # addressees named above the text; more stand in the list alone


def urging_letter(
    issuer: Unit, kind: str, year: int, missing: Sequence[Due], *, on: dt.date, reply_by: dt.date, place: str
) -> Document:
    """Make the letter to all units whose report has not come; many of them stand in a list attached."""
    body = body_of(issuer, above(issuer, on))
    period = period_of(kind, year)
    subject = f"V/v đôn đốc gửi báo cáo {period}"
    dated = f"{place}, ngày … tháng … năm …"
    has_list = len(missing) > FEW
    to = (
        ("Các cơ quan, đơn vị có tên trong danh sách kèm theo",)
        if has_list
        else tuple(name_of(d.unit) for d in missing)
    )
    where = "có tên trong danh sách kèm theo." if has_list else "nêu dưới đây:"
    number = f"…/{body.symbol}"
    blocks: list[Block] = [
        Letterhead(body.parent.upper(), body.name.upper(), number, dated, subject=subject, draft=False),
        Addressees(to),
    ]
    if settings.DEMONSTRATION:
        blocks.append(Notice("VĂN BẢN MÔ PHỎNG, lập để thử nghiệm."))
    whose = f"{len(missing)} cơ quan, đơn vị {where}"
    blocks.append(paragraph(f"Đến hết ngày {day(on)}, {body.name} chưa nhận được báo cáo {period} của {whose}"))
    blocks += [] if has_list else [_table(missing)]
    blocks += [
        paragraph(
            f"Đề nghị thủ trưởng các cơ quan, đơn vị chỉ đạo hoàn thành và gửi báo cáo trước ngày {day(reply_by)}; nêu "
            f"rõ lý do chậm và trách nhiệm của cá nhân, bộ phận có liên quan./."
        ),
        Signature(body.signer, "…", ("Như trên", "Lưu: VT, CCHC")),
    ]
    if has_list:
        named = f"CƠ QUAN, ĐƠN VỊ CHƯA GỬI BÁO CÁO {period.upper()}"
        blocks += [Annex("Danh sách", named, f"(Kèm theo Công văn số {number})"), _table(missing)]
    mark = SIMULATED if settings.DEMONSTRATION else ""
    return Document(f"Đôn đốc gửi báo cáo {period}", body.name, on, mark, draft=True, blocks=tuple(blocks))


def _table(missing: Sequence[Due]) -> Table:
    columns = (
        Column("STT", 0.5, "center"),
        Column("Cơ quan, đơn vị", 3.4, "left"),
        Column("Hạn gửi"),
        Column("Số ngày chậm"),
        Column("Tình trạng", 1.6, "left"),
    )
    states = {"draft": "đang soạn", "back": "bị trả lại, chưa gửi lại"}
    rows = tuple(
        (str(k), name_of(due.unit), day(due.span.due), str(due.days_late), states.get(due.state, "chưa lập"))
        for k, due in enumerate(missing, start=1)
    )
    return Table("Danh sách chưa gửi báo cáo", columns, rows, name_column=1)
