"""Letters of the tests' own: a cascade from a province to a desk, with days and numbers to choose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions import directives as acts
from sipas_web.improvement.actions.directives.correcting import CitationGiven
from sipas_web.improvement.actions.directives.receiving import AddresseeGiven
from sipas_web.improvement.models import Directive
from sipas_web.units.models import Unit

PROVINCE = """ỦY BAN NHÂN DÂN
TỈNH TUYÊN QUANG

CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

Số: 412/UBND-NC
Tuyên Quang, ngày 12 tháng 01 năm 2026
V/v nâng cao sự hài lòng của người dân năm 2026

Kính gửi:
- Các sở, ban, ngành thuộc tỉnh;
- Sở Nội vụ;
- UBND các xã, phường.

Căn cứ Kế hoạch số 77/KH-BNV ngày 05/01/2026 của Bộ Nội vụ về đo lường sự hài lòng năm 2026,

Chủ tịch Ủy ban nhân dân tỉnh yêu cầu:

1. Các sở, ban, ngành thuộc tỉnh; Chủ tịch UBND các xã, phường có trách nhiệm:

a) Niêm yết công khai thủ tục và xin lỗi người dân khi trễ hẹn, hoàn thành trước ngày 31/3/2026.

b) Phấn đấu mức độ hài lòng năm 2026 đạt từ 88% trở lên.

2. Giao Sở Nội vụ chủ trì, phối hợp với Bưu điện tỉnh theo dõi, đôn đốc; báo cáo trước ngày 30/6/2026./.

Nơi nhận:
- Như trên;
- Lưu: VT, NC.

KT. CHỦ TỊCH
PHÓ CHỦ TỊCH

Lê Văn Giả Định
"""

HEAD = """{head}

CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

Số: {number}
Tuyên Quang, ngày {day:%d} tháng {day:%m} năm {day:%Y}
V/v triển khai nâng cao sự hài lòng của người dân năm 2026

Kính gửi: {to}

Thực hiện Công văn số {cited} ngày {cited_day:%d/%m/%Y} của {of} về nâng cao sự hài lòng của người dân, đề nghị:

1. {order}

Nơi nhận:
- Như trên;
- Lưu: VT.

THỦ TRƯỞNG

Trần Văn Giả Định
"""


def letter_text(*, head: str, number: str, day: dt.date, cited: tuple[str, dt.date, str], to: str, order: str) -> str:
    """Write a letter that passes another one on."""
    return HEAD.format(
        head=head, number=number, day=day, cited=cited[0], cited_day=cited[1], of=cited[2], to=to, order=order
    )


def kept(
    text: str, *, unit: Unit, issuer: Unit, to: Sequence[Unit], by: Actor, passes_on: str = "",
    change: Callable[[Directive], None] | None = None,
) -> Directive:  # fmt: skip
    """Take a letter in, say who issued it and to whom it goes and which one it passes on, and keep it."""
    made = acts.take_in(unit=unit, text=text, by=by)
    head = acts.Head(issuer, made.issuer_name, made.reference, made.issued, made.kind, made.subject)
    acts.correct_head(directive_id=made.pk, head=head, by=by)
    acts.correct_addressees(directive_id=made.pk, addressees=[AddresseeGiven(None, u.full_name, u) for u in to], by=by)
    mark_passed_on(made, passes_on, by)
    if change is not None:
        change(made)
    return acts.keep(directive_id=made.pk, by=by)


def mark_passed_on(made: Directive, reference: str, by: Actor, reason: str = "") -> None:
    """Say which of the documents cited is passed on."""
    cited = [replace(given, is_passed_on=given.reference == reference) for given in citations_of(made)]
    acts.correct_citations(directive_id=made.pk, citations=cited, by=by, reason=reason)


def citations_of(made: Directive) -> list[CitationGiven]:
    """Give a directive's citations as they stand."""
    return [
        CitationGiven(c.pk, c.role, c.kind, c.reference, c.issued, c.issuer_name, c.issuer, c.is_passed_on)
        for c in made.citations.select_related("issuer")
    ]
