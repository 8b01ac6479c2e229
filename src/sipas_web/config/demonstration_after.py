"""What follows the index, to try: letters and their tasks, promises, dossiers, apologies, feedback, plans, reports.

Simulated throughout, and said so. Everything is done by the acts that people do on screen, in the name of demonstration
accounts; each part is made once.
"""

from __future__ import annotations

from decimal import Decimal

from sipas_web.accounts.demonstration import PROVINCE
from sipas_web.config import demonstration_dossiers
from sipas_web.config.demonstration_people import actor_of
from sipas_web.feedback.demonstration import Cast, make_feedback
from sipas_web.improvement.actions import commitments, targets
from sipas_web.improvement.actions.commitments import Promise
from sipas_web.improvement.directive_demonstration import make_directives
from sipas_web.improvement.plan_demonstration import make_plans, make_procedures
from sipas_web.improvement.queries.commitments import Commitment
from sipas_web.improvement.report_demonstration import make_reports
from sipas_web.improvement.task_demonstration import make_tasks
from sipas_web.shared import working_days
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit

PROMISES = (
    Promise("100% hồ sơ trễ hẹn có thư xin lỗi", "Tỷ lệ hồ sơ trễ hẹn có thư xin lỗi gửi trước ngày hẹn"),
    Promise("Bổ sung ghế ngồi và bảng niêm yết tại Bộ phận Một cửa", "Biên bản rà soát cơ sở vật chất"),
)


def make() -> None:
    """Make every part that is not there yet."""
    province = units.by_code(PROVINCE, units.today())
    assert province is not None, "the register is loaded before"
    commune = units.first_commune(province, units.today()) or province
    make_directives(province=province, commune=commune, actor_of=actor_of)
    make_tasks(province=province, commune=commune, actor_of=actor_of)
    if not Commitment.objects.exists():
        _promises(province, commune)
    make_feedback(place=commune, cast=_cast())
    demonstration_dossiers.make(province, commune)
    make_procedures(province=province, by=actor_of("department"))
    make_plans(province=province, commune=commune, actor_of=actor_of)
    make_reports(province=province, by=actor_of("department"))


def _cast() -> Cast:
    return Cast(*(actor_of(name) for name in ("feedback-desk", "agency", "head", "tracker", "department")))


def _promises(province: Unit, commune: Unit) -> None:
    by, today = actor_of("tracker"), units.today()
    commitments.ask(units=[commune], to_unit=province, year=today.year, by=by)
    row = Commitment.objects.get(unit=commune, year=today.year)
    commitments.put_items(commitment_id=row.pk, items=PROMISES, by=by)
    signed = working_days.before(today, 60)
    head = actor_of("head")
    commitments.sign(commitment_id=row.pk, signed=signed, position="Chủ tịch UBND", document="01/BCK-UBND", by=head)
    first = row.items.order_by("number").first()
    if first is not None:
        commitments.report(item_id=first.pk, result="8 trên 9 hồ sơ trễ hẹn có thư.", evidence="Sổ xin lỗi", by=head)
        commitments.review(item_id=first.pk, verdict="partly", reason="Một hồ sơ chưa có thư.", by=by)
    targets.set_target(
        unit=province, year=today.year, threshold=Decimal(85), by=by, issuer=province,
        source="Công văn 412/UBND-NC (mô phỏng)",
    )  # fmt: skip
