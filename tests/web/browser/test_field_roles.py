"""Ten whole cases and more of each role of the field in real browsers, by the script of the simulated province."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium

from tests.web.browser.real import RealBrowser
from tests.web.functional.province import figures
from tests.web.functional.province.people import Stage
from tests.web.functional.province.preparing import Province, ready
from tests.web.functional.province.script import SEED, Play, books_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
    pytest.mark.skipif(os.environ.get("SIPAS_TEST_DATABASE") == "postgresql", reason="on SQLite"),
]
FEW = {"dtv-11": 22, "dtv-12": 14}  # the second makes forms up
FATES = {"fills": 0.4, "web": 0.5, "refuses": 0.1}
LEAST = 10  # whole cases of each role


@pytest.fixture(scope="module")
def play(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    province = Province(tmp_path_factory.mktemp("roles") / "data")
    province.prepare()
    province.serve()
    try:
        ready(province)
        stage = Stage(province.port, province.about, books_of(province.about), random.Random(SEED))
        stage.kind = lambda *about: RealBrowser(*about, chromium=chromium)
        made = Play(stage, few=FEW, fates_of=FATES)
        for step in (made.assign, made.carry, made.receive, made.key, made.look_at_contacts, made.supervise):
            step()
        yield made
    finally:
        province.stop()


def test_ten_whole_cases_of_each_role(play: Play) -> None:
    worked = play.worked
    assert sum(bool(c.visits) for c in worked) >= LEAST  # interviewers
    assert sum(bool(c.sent) for c in worked) >= LEAST  # citizens
    assert sum(c.step == "keyed" for c in worked) >= LEAST  # the desk and two keyers
    assert len(play.books.verdicts) >= LEAST  # the supervisor
    assert sum(bool(c.decided) for c in worked) >= 1  # who reconciles


def test_what_was_done_in_browsers_is_what_the_system_says(play: Play) -> None:
    told = {
        c.code: (c.state, len(c.visits), c.visits[-1].outcome if c.visits else "", c.replaces, c.replaced_by)
        for c in play.books.out()
    }
    assert figures.register(play.stage) == told
    assert figures.keying(play.stage) == figures.keying_in_books(play.stage)
    expected = {"holder": True, "another": False, "no longer": False, "by now": True, "finished": False}
    assert play.contacts == expected
    assert {key: trace for key, trace in play.peeks.items() if trace} == {}


def test_no_page_threw_an_error(play: Play) -> None:
    browsers = play.stage.browsers.values()
    assert [fault for one in browsers if isinstance(one, RealBrowser) for fault in one.thrown] == []
