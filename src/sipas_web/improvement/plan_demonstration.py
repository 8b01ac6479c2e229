"""Made-up improvement plans and procedures to try the application with.

Made by the same actions as real ones; what is there already is not made again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions import measures, plans, procedures, tasks_carrying
from sipas_web.improvement.actions.procedures import Content
from sipas_web.improvement.queries import measures as measure_reads
from sipas_web.improvement.queries.plans import Plan
from sipas_web.improvement.queries.procedures import Procedure
from sipas_web.results.queries import published, reading
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit

DAY = dt.timedelta(days=1)
SIMULATED = " (mô phỏng)"
COSTS = (120_000_000, 0, 35_000_000, None, 15_000_000)
PAPERS = [
    "Đơn đề nghị",
    "Bản sao giấy tờ về quyền sử dụng đất",
    "Bản vẽ thiết kế",
    "Bản cam kết an toàn công trình liền kề",
]
STEPS = ["Nộp hồ sơ tại Bộ phận Một cửa", "Thẩm định", "Kiểm tra thực địa", "Trả kết quả"]


def make_plans(*, province: Unit, commune: Unit, actor_of: Callable[[str], Actor]) -> list[Plan]:
    """Make them from the earliest published round; ``actor_of`` gives who acts in a role (department, agency, head)."""
    if Plan.objects.filter(unit__in=[province, commune]).exists():
        return []
    department, agency, head = (actor_of(role) for role in ("department", "agency", "head"))
    first = published(department).filter(round__unit=province).order_by("round__window_to").first()
    if first is None:
        return []
    made = [_asked(department, first.round_id, "", province)]
    own = reading.opened(agency, first.round_id)
    if own is not None and own.own:
        plan = _asked(agency, first.round_id, own.own[0], commune)
        plans.approve(plan_id=plan.pk, act="08/KH-UBND" + SIMULATED, by=head)
        for row in measure_reads.followed(plan, units.today())[:2]:
            if row.task is not None:
                tasks_carrying.complete(task_id=row.task.pk, text="Đã thực hiện xong" + SIMULATED, by=agency)
        made.append(plan)
    return made


def make_procedures(*, province: Unit, by: Actor) -> list[Procedure]:
    """Make three procedures of the province, one of them simplified."""
    if Procedure.objects.filter(unit=province).exists():
        return []
    content = Content(
        first=dt.date(2025, 7, 1), act="100/QĐ-UBND" + SIMULATED, days=Decimal(20), papers=PAPERS, steps=STEPS,
        fee=75_000, cost=640_000, cost_source="Ước tính" + SIMULATED,
    )  # fmt: skip
    named = (
        ("1.000001", "Cấp giấy phép xây dựng nhà ở riêng lẻ", "construction", "Xây dựng"),
        ("1.000002", "Đăng ký biến động quyền sử dụng đất", "land", "Đất đai"),
        ("1.000003", "Đăng ký thành lập hộ kinh doanh", "business", "Đăng ký kinh doanh"),
    )
    made = [
        procedures.add(unit=province, code=code, name=name + SIMULATED, area=area, field=field, content=content, by=by)
        for code, name, area, field in named
    ]
    lighter = replace(
        content,
        first=dt.date(2026, 3, 1),
        act="20/QĐ-UBND" + SIMULATED,
        days=Decimal(12),
        papers=PAPERS[:3],
        cost=410_000,
    )
    procedures.simplify(
        procedure_id=made[0].pk, content=lighter, yearly=1_850, yearly_source="Số hồ sơ năm trước" + SIMULATED, by=by
    )
    return made


def _asked(by: Actor, round_id: int, domain: str, owner: Unit) -> Plan:
    """Draft a plan, give its measures owners, days and money, and put it before approval."""
    opened = reading.opened(by, round_id)
    assert opened is not None  # the caller found it
    plan, _ = plans.draft(opened=opened, domain=domain, by=by)
    for place, measure in enumerate(measure_reads.of_plan(plan)):
        values = {
            "owner": owner, "due": units.today() + (30 + 15 * place) * DAY, "cost": COSTS[place % len(COSTS)],
            "funding": "Ngân sách địa phương",
        }  # fmt: skip
        measures.change(measure_id=measure.pk, item_id=measure.item_id, values=values, by=by)
    return plans.ask(plan_id=plan.pk, by=by)
