"""Made-up tasks to try the application with: every state, extensions, difficulties and a letter that urges.

Made by the same actions as real ones; what is there already is not made again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions import difficulties, tasks_carrying, tasks_ending, tasks_extending, urging
from sipas_web.improvement.actions.tasks import give
from sipas_web.improvement.queries.tasks import Task, of_origin
from sipas_web.improvement.urging_letter import head_for
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit

ORIGIN = "demonstration:tasks"
SIMULATED = " (mô phỏng)"
DAY = dt.timedelta(days=1)
OTHERS = 6  # communes beside the one with accounts
TITLES = (
    "Rà soát, bổ sung ghế chờ và bảng niêm yết tại Bộ phận Một cửa",
    "Gửi thư xin lỗi đối với 100% hồ sơ trễ hẹn",
    "Tập huấn kỹ năng giao tiếp cho công chức Bộ phận Một cửa",
    "Công khai kết quả đo lường sự hài lòng và số điện thoại tiếp nhận phản ánh",
    "Rút ngắn thời gian giải quyết thủ tục đất đai",
    "Báo cáo kết quả thực hiện kế hoạch nâng cao sự hài lòng",
)


def make_tasks(*, province: Unit, commune: Unit, actor_of: Callable[[str], Actor]) -> list[Task]:
    """Make them; ``actor_of`` gives who acts in a role (ministry, department, tracker, head, agency, onestop-clerk)."""
    if of_origin(ORIGIN).exists():
        return []
    today = units.today()
    made = [_given(province, commune, actor_of("department"), title, today) for title in TITLES]
    seats, apologies, training, public, land, _report = made
    agency = actor_of("agency")
    told = "Đã mua 20 ghế chờ, còn bảng niêm yết."
    tasks_carrying.report_progress(task_id=seats.pk, percent=40, text=told, by=agency)
    tasks_carrying.complete(task_id=apologies.pk, text="Đã gửi đủ thư xin lỗi.", by=agency)
    _extended(training, today + 20 * DAY, "Giảng viên bận, chuyển sang tháng sau.", agency, actor_of("tracker"))
    tasks_carrying.complete(task_id=training.pk, text="Đã tập huấn 18 công chức.", by=agency)
    tasks_extending.ask_extension(
        task_id=land.pk, wanted=today + 40 * DAY, reason="Chờ liên thông dữ liệu thuế.", by=agency
    )
    difficulties.raise_difficulty(
        task_id=seats.pk, text="Chưa có kinh phí làm bảng niêm yết điện tử.",
        proposal="Đề nghị bố trí 60 triệu đồng từ nguồn cải cách hành chính.", by=agency,
    )  # fmt: skip
    reason = "Đã thực hiện chung trên Cổng thông tin điện tử tỉnh."
    tasks_ending.drop(task_id=public.pk, reason=reason, by=actor_of("department"))
    made += _of_others(province, commune, actor_of("department"), today)
    _urge(province, commune, actor_of("tracker"))
    return made


def _given(province: Unit, unit: Unit, by: Actor, title: str, today: dt.date) -> Task:
    """Give a task some weeks ago; its title decides the deadline, so that every state occurs."""
    number = TITLES.index(title)
    given = today - (70 - 3 * number) * DAY
    due = (today - 25 * DAY, today + 5 * DAY, today - 4 * DAY, today + 9 * DAY, today + 3 * DAY, None)[number]
    days = None if due else 60
    return give(
        unit=unit, title=title + SIMULATED, giver=province, origin=ORIGIN, given=given, due=due, days=days, by=by,
        text="Nhiệm vụ mô phỏng, dùng để làm quen với phần mềm.",
    )  # fmt: skip


def _extended(task: Task, until: dt.date, reason: str, asker: Actor, giver: Actor) -> None:
    asked = tasks_extending.ask_extension(task_id=task.pk, wanted=until, reason=reason, by=asker)
    tasks_extending.decide_extension(extension_id=asked.pk, granted=until, answer="Đồng ý.", by=giver)


def _of_others(province: Unit, commune: Unit, by: Actor, today: dt.date) -> list[Task]:
    """Give the same tasks to some other communes; the first are late with all of them, the last with none."""
    made = []
    for place, unit in enumerate(units.communes_of(province, today).exclude(pk=commune.pk)[:OTHERS]):
        for number, title in enumerate(TITLES[:4]):
            task = _given(province, unit, by, title, today)
            if number < place:
                tasks_carrying.complete(task_id=task.pk, by=by)
            made.append(task)
    return made


def _urge(province: Unit, commune: Unit, by: Actor) -> None:
    parent, agency, place = head_for(province, None)
    urging.draw_up(unit=commune, issuer=province, agency=agency, parent_agency=parent, place=place, by=by)
