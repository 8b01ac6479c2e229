"""A keyer keys whole forms by the keyboard alone: keystrokes counted, nothing lost with the line or the window."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.browser.conftest import Enter, Site, Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.environ.get("SIPAS_TEST_DATABASE") == "postgresql", reason="on SQLite"),
]
ROOT = Path(__file__).parents[3]
PREPARE = """
import json, time
from tests.web import cast
from sipas_web.audit.actors import command_line
from sipas_web.fieldwork import actions as fieldwork
from sipas_web.fieldwork.models import Case
from sipas_web.jobs.worker import work_off
from sipas.rounds import respondent_kind
from sipas_web.rounds.folders import folder_of
from sipas_web.units import queries
by = command_line()
unit = queries.by_code("08", queries.today())
# A seed of its own: rounds of one seed have the same codes, and a code of two rounds opens neither on the web.
settings = cast.settings_for(unit, 2026)
settings["simulated"]["seed"] = cast.SEED + 1
round_ = cast.drawn(cast.new_round(unit, by, settings=settings))
fieldwork.ask_issue(round_id=round_.pk, by=by)
while round_.state != "in_field":
    work_off()
    time.sleep(0.2)
    round_.refresh_from_db()
cases = Case.objects.filter(round=round_, role="official").order_by("case_id")[:12]
codes = [c for c in cases.values_list("case_id", flat=True) if respondent_kind(folder_of(round_), c) == "person"]
for case in Case.objects.filter(round=round_, case_id__in=codes):
    fieldwork.step_form(case_pk=case.pk, step="received", by=by)
print(json.dumps([round_.pk, codes]))
"""
TELL = """
import json
from sipas_web.capture.models import Keying
from sipas_web.fieldwork.queries import Case
kept = Keying.objects.filter(form__case__case_id=sys.argv[1])
print(json.dumps(list(kept.values("draft", "entries", "is_done", "keystrokes", "seconds"))))
"""
# What a practised keyer reads off a person's form of the edition of 2017, in the order of the paper.
FACTS, ITEMS, OVERALL = ["2", "2", "2", "2"], ["4"] * 22, ["4"]
WISHES, PERSON, REMARK = ["1", "4", "5", "Enter"], ["1", "3", "1", "3", "2"], ["Enter"]
FORM = [*FACTS, *ITEMS, *OVERALL, *WISHES, *PERSON, *REMARK]
CODE, LAST = 10, 1  # keystrokes of the code; of Enter on "Finish"


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


@pytest.fixture(scope="module")
def round_in_field(site: Site) -> tuple[int, list[str]]:
    """A round with forms of persons at the desk."""
    pk, codes = script(site, PREPARE)
    return pk, codes


@pytest.fixture
def at_desk(enter: Enter, round_in_field: tuple[int, list[str]]) -> Visitor:
    visitor = enter("keyer")
    visitor.open(f"/nhap-lieu/{round_in_field[0]}/")
    expect(visitor.page.locator("#code")).to_be_focused()
    return visitor


def type_code(page: Page, code: str) -> None:
    """Type a code; the form opens by itself at its last character."""
    for letter in code:
        page.keyboard.press(letter)
    page.wait_for_url("**/nhap-lieu/phieu/**")
    expect(page.locator("#k-trips")).to_be_focused()


def press(page: Page, keys: list[str]) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_whole_form_is_keyed_by_the_keyboard_alone(
    at_desk: Visitor, site: Site, round_in_field: tuple[int, list[str]]
) -> None:
    page, code = at_desk.page, round_in_field[1][0]
    type_code(page, code)
    at_desk.look()
    press(page, FORM)
    expect(page.locator("#k-finish")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/nhap-lieu/{round_in_field[0]}/")
    expect(page.locator(".alert.success")).to_contain_text(code)
    expect(page.locator("#code")).to_be_focused()
    [kept] = script(site, TELL, code)
    assert kept["is_done"]
    assert kept["keystrokes"] == CODE + len(FORM) + LAST == 48
    entries = {name: entry for name, (entry, _mark) in kept["entries"].items()}
    assert (entries["seats"], entries["expectations"], entries["occupation"]) == ("4", "1,4,5", "2")
    assert kept["entries"]["remark"] == ["", "blank"]
    assert "apology" not in entries
    assert not [*at_desk.found, *at_desk.faults()]


def test_keys_go_back_mark_and_keep_what_the_paper_says(
    at_desk: Visitor, site: Site, round_in_field: tuple[int, list[str]]
) -> None:
    page, code = at_desk.page, round_in_field[1][1]
    type_code(page, code)
    said = page.locator("#k-said")
    press(page, ["9"])
    expect(page.locator("#k-trips")).to_be_focused()
    expect(said).to_contain_text("G")
    press(page, ["2", "t", "k", "n"])  # right key, blank, illegible, several boxes
    press(page, ["Backspace"])  # back into what hangs on the question before: it may have been answered
    expect(page.locator("#k-lateness")).to_be_focused()
    press(page, ["2", "ArrowUp", "1"])  # down again, and up to what is not asked
    expect(page.locator("#k-apology")).to_be_focused()
    expect(said).to_contain_text("G")
    press(page, ["g", "7", "g"])
    expect(page.locator("#k-seats")).to_have_value("7G")
    press(page, [*["4"] * 21, *OVERALL, "1", "2", "3", "4", "Enter"])
    expect(page.locator("#k-expectations")).to_be_focused()
    expect(said).not_to_be_empty()
    press(page, ["4", "Enter", *PERSON[:2], "2"])
    page.keyboard.insert_text("Tày")
    press(page, ["Enter", *PERSON[3:]])
    page.keyboard.insert_text("Cần nhanh")
    press(page, ["Enter", "Enter"])
    page.wait_for_url(f"**/nhap-lieu/{round_in_field[0]}/")
    [kept] = script(site, TELL, code)
    entries = kept["entries"]
    assert entries["trouble"] == ["", "blank"]
    assert entries["extra_money"] == ["", "illegible"]
    assert entries["apology"] == ["1", "kept"]
    assert entries["seats"] == ["7", "kept"]
    assert entries["expectations"] == ["1,2,3", ""]
    assert (entries["ethnicity_other"], entries["remark"]) == (["Tày", ""], ["Cần nhanh", ""])


def test_a_window_that_is_closed_loses_at_most_the_last_answers(
    at_desk: Visitor, enter: Enter, site: Site, round_in_field: tuple[int, list[str]]
) -> None:
    page, code = at_desk.page, round_in_field[1][2]
    type_code(page, code)
    with page.expect_response("**/nhap-lieu/phieu/**"):
        press(page, FORM[:11])
    expect(page.locator("#k-saved")).not_to_be_empty()
    at_desk.context.close()
    [kept] = script(site, TELL, code)
    assert len(kept["draft"]) >= 10
    again = enter("keyer")
    again.open(f"/nhap-lieu/{round_in_field[0]}/")
    for letter in code:
        again.page.keyboard.press(letter)
    again.page.wait_for_url("**/nhap-lieu/phieu/**")
    done = len(kept["draft"])
    press(again.page, [*FORM[done:], "Enter"])
    again.page.wait_for_url(f"**/nhap-lieu/{round_in_field[0]}/")
    [kept] = script(site, TELL, code)
    assert kept["is_done"]


def test_a_lost_line_is_waited_for(at_desk: Visitor, site: Site, round_in_field: tuple[int, list[str]]) -> None:
    page, code = at_desk.page, round_in_field[1][3]
    type_code(page, code)
    at_desk.context.set_offline(True)
    press(page, FORM)
    page.keyboard.press("Enter")
    expect(page.locator("#k-saved")).to_contain_text("máy chủ")
    assert not script(site, TELL, code)[0]["is_done"]
    at_desk.context.set_offline(False)
    page.wait_for_url(f"**/nhap-lieu/{round_in_field[0]}/")
    [kept] = script(site, TELL, code)
    assert kept["is_done"]
    at_desk.errors.clear()  # the browser tells of the line that was cut


def test_without_a_script_a_form_is_keyed_in_a_plain_page(
    enter: Enter, site: Site, round_in_field: tuple[int, list[str]]
) -> None:
    enter("keyer")  # logs in with scripts
    visitor = enter("keyer", java_script_enabled=False)
    page, code = visitor.open(f"/nhap-lieu/{round_in_field[0]}/"), round_in_field[1][4]
    page.locator("#code").fill(code)
    page.keyboard.press("Enter")
    page.wait_for_url("**/nhap-lieu/phieu/**")
    keys = iter([*FACTS, "", *ITEMS, *OVERALL, "145", "", *PERSON[:3], "", PERSON[3], "", PERSON[4], "", "T"])
    for place in page.locator("[data-kind]").all():
        place.fill(next(keys))
    page.locator("#k-seats").fill("9")
    page.keyboard.press("Enter")
    expect(page.locator("#f-seats")).to_contain_text("G")
    page.locator("#k-seats").fill("9G")
    page.keyboard.press("Enter")
    expect(page.locator(".alert.success")).to_contain_text(code)
    [kept] = script(site, TELL, code)
    assert kept["entries"]["seats"] == ["9", "kept"]
