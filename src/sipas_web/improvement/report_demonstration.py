"""Periodic reports of the demonstration: one taken in, one waiting, one sent back, the province's own in work."""

from __future__ import annotations

from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions import reports as drafting
from sipas_web.improvement.actions import reports_sending as sending
from sipas_web.improvement.actions import reports_writing as writing
from sipas_web.improvement.queries.reports import PeriodicReport, newest
from sipas_web.improvement.queries.reports_following import newest_period
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit

SENT = 3  # communes that have sent something
BELOW = {
    "direction": "Đã quán triệt công văn của tỉnh tới toàn thể công chức Bộ phận Một cửa; phân công rõ người theo dõi.",
    "assessment": "Thời gian chờ tại quầy giảm.\nHạn chế: việc thông báo tình trạng hồ sơ qua tin nhắn chưa đều.",
    "difficulties": "Đường truyền tại Trung tâm Phục vụ hành chính công chưa ổn định; đề nghị tỉnh hỗ trợ nâng cấp.",
    "coming": "Hoàn thành tập huấn kỹ năng giao tiếp cho công chức Bộ phận Một cửa.",
}
ABOVE = {
    "index_use": "Từ nội dung có mức hài lòng thấp nhất, tỉnh đã giao các sở, UBND cấp xã lập kế hoạch cải thiện.",
    "assessment": "Các đơn vị đã chủ động hơn trong việc xin lỗi và hẹn lại ngày trả kết quả.",
}


def make_reports(*, province: Unit, by: Actor) -> list[PeriodicReport]:
    """Make them for the period that is due; nothing where the province has a report of it already."""
    kind, year = newest_period(units.today())
    if newest(province, kind, year) is not None:
        return []
    communes = [c for c in units.communes_of(province, units.today())[:SENT] if newest(c, kind, year) is None]
    made = [_sent(commune, kind, year, by) for commune in communes]
    for place, report in enumerate(made):
        if place == 0:
            sending.take_in(report_id=report.pk, by=by)
        elif place == 1:
            reason = "Mục đánh giá chung chưa nêu nguyên nhân của hạn chế; đề nghị bổ sung và gửi lại."
            sending.send_back(report_id=report.pk, reason=reason, by=by)
    own = drafting.draft(unit=province, kind=kind, year=year, by=by)
    writing.write(report_id=own.pk, revision=0, texts=ABOVE, by=by)
    return [*made, own]


def _sent(commune: Unit, kind: str, year: int, by: Actor) -> PeriodicReport:
    report = drafting.draft(unit=commune, kind=kind, year=year, by=by)
    writing.write(report_id=report.pk, revision=0, texts=BELOW, by=by)
    return sending.send(report_id=report.pk, by=by)
