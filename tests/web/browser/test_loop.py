"""The whole loop in real browsers: weak items of 2025, a plan, its tasks, the round of 2026, what it says of them."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web.browser.conftest import Enter, Site, Visitor, running

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.environ.get("SIPAS_TEST_DATABASE") == "postgresql", reason="on SQLite"),
]
ROOT = Path(__file__).parents[3]
HEAD = "lanh-dao-tinh"
BEGIN = f"""
import json
from tests.web import loop_cast
from sipas_web.accounts.actions.assigning import write_assignment
from sipas_web.accounts.actions.people import new_person
from sipas_web.accounts.demonstration import PASSWORD
from sipas_web.accounts.models import Role
from sipas_web.audit.actors import command_line
from sipas_web.units import queries
unit = queries.by_code("08", queries.today())
head = new_person(username="{HEAD}", full_name="Lãnh đạo tỉnh (mô phỏng)", email="x@example.vn", password=PASSWORD)
write_assignment(person=head, role=Role.objects.get(code="head"), unit=unit, since=queries.today(), until=None)
print(json.dumps(loop_cast.published(unit, command_line(), 2025).round_id))
"""
FOLLOW = """
import json
from tests.web import loop_cast
from sipas_web.audit.actors import command_line
from sipas_web.results.queries import reading
from sipas_web.rounds.models import Round
by = command_line()
before = Round.objects.get(pk=int(sys.argv[1]))
made = loop_cast.published(before.unit, by, 2026, before)
figures = reading.opened(by, made.round_id).results.figures
told = {}
for node in sys.argv[2].split(","):
    value = figures.whole(node)
    told[node] = [value.change, value.change_low, value.change_high]
print(json.dumps([made.round_id, told]))
"""
NODES = """
import json
from sipas_web.improvement.models import PlanItem
print(json.dumps(list(PlanItem.objects.filter(plan=int(sys.argv[1])).values_list("node", "title"))))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Run a demonstration of its own."""
    yield from running(tmp_path_factory)


@pytest.fixture(scope="module")
def logins() -> dict[str, Any]:
    """Keep the cookies of that site."""
    return {}


def script(site: Site, text: str, *arguments: str) -> Any:
    """Run Python inside the installation; gives what it prints."""
    environment = site.environment | {
        "DJANGO_SETTINGS_MODULE": "sipas_web.config.settings",
        "SIPAS_DEMONSTRATION": "1",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, django; django.setup()\n{text}", *arguments],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_from_a_weak_item_to_what_the_next_round_says(enter: Enter, site: Site) -> None:
    round_id = script(site, BEGIN)
    writer, head = enter("tracker"), enter(HEAD)
    plan = drafted(writer, round_id)
    complete(writer, plan)
    approve(head, plan)
    finish_one_task(writer, plan)
    nodes = script(site, NODES, plan)
    assert len(nodes) == 5
    _, changes = script(site, FOLLOW, str(round_id), ",".join(node for node, _ in nodes))
    effects_stand_beside(writer, plan, nodes, changes)
    assert not [*writer.found, *head.found], "\n".join([*writer.found, *head.found])


def drafted(writer: Visitor, round_id: int) -> str:
    """One click on the results of 2025."""
    page = writer.open(f"/ket-qua/{round_id}/v1/")
    page.get_by_role("button", name="Lập kế hoạch cải thiện từ kết quả này").click()
    expect(page.locator("main")).to_contain_text("Đã lập dự thảo kế hoạch")
    expect(page.locator("main")).to_contain_text("mô phỏng")
    expect(page.locator(".plan-item")).to_have_count(5)
    expect(page.locator("main")).to_contain_text("Đợt đo lường tiếp theo chưa công bố")
    writer.look()
    found = re.search(r"/cai-thien/(\d+)/", page.url)
    assert found is not None
    return found[1]


def complete(writer: Visitor, plan: str) -> None:
    """Give each measure an owner and a day, then put the plan before approval."""
    page = writer.page
    day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=60)
    for place in range(5):
        writer.open(f"/cai-thien/{plan}/")
        page.locator(".plan-item").nth(place).locator("tbody th a").first.click()
        page.locator("select[name=owner]").select_option(index=1)
        page.locator("input[name=due]").fill(f"{day:%d/%m/%Y}")
        page.locator("input[name=cost]").fill("20000000" if place else "")
        if not place:
            writer.look()
        page.get_by_role("button", name="Lưu").click()
        expect(page.locator("main")).to_contain_text("Đã sửa biện pháp.")
    page.get_by_role("button", name="Trình phê duyệt").click()
    expect(page.locator("main")).to_contain_text("Kế hoạch đang chờ phê duyệt.")
    expect(page.locator("main")).to_contain_text("80.000.000 đồng")


def approve(head: Visitor, plan: str) -> None:
    """The head finds the plan among what waits, and approves it."""
    page = head.open("/nhiem-vu/cho-toi/")
    head.look()
    page.locator(f"main a[href='/cai-thien/{plan}/']").first.click()
    page.locator("main a[href$='/phe-duyet/']").click()
    page.get_by_label("Số, ngày của kế hoạch đã ban hành").fill("15/KH-UBND ngày 24/11/2026")
    head.look()
    page.locator("main form button").first.click()
    expect(page.locator("main")).to_contain_text("các biện pháp đã thành nhiệm vụ")


def finish_one_task(writer: Visitor, plan: str) -> None:
    """Report the first task complete on its own page; the plan says so."""
    page = writer.open(f"/cai-thien/{plan}/")
    page.locator(".plan-item").first.locator("tbody th a").first.click()
    page.locator("main a[href$='/xong/']").first.click()
    for box in page.locator("main form textarea").all():
        box.fill("Đã bổ sung bảng chỉ dẫn và ghế ngồi chờ.")
    page.locator("main form button").first.click()
    expect(page.locator("main")).to_contain_text("hoàn thành")
    writer.open(f"/cai-thien/{plan}/")
    expect(page.locator(".plan-item").first).to_contain_text("hoàn thành")
    writer.look()


def effects_stand_beside(writer: Visitor, plan: str, nodes: list[list[str]], changes: dict[str, list[float]]) -> None:
    """Each item has the change of the round of 2026 with its interval, and no more is said than it allows."""
    page = writer.open(f"/cai-thien/{plan}/")
    for place, (node, title) in enumerate(nodes):
        change, low, high = changes[node]
        told = page.locator(".plan-item").nth(place)
        expect(told).to_contain_text(title)
        verdict = "Có cải thiện" if low > 0 else "Không cải thiện" if high < 0 else "Chưa đủ căn cứ kết luận"
        expect(told).to_contain_text(verdict)
        for figure in (change, low, high):
            expect(told).to_contain_text(f"{abs(figure):.2f}".replace(".", ","))
    expect(page.locator("main")).to_contain_text("không có nghĩa là do các biện pháp gây ra")
    expect(page.locator(".plan-item").first).to_contain_text("chưa thể có tác dụng")
    writer.look()
