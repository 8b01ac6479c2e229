"""From the first start to published results and their correction, by the people who do each part, in browsers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.web.browser import correcting, crawling, drawing, finishing, setting_up
from tests.web.browser.conftest import Site, entrance, running
from tests.web.browser.troupe import Troupe

pytestmark = pytest.mark.browser
elsewhere = pytest.mark.skipif(
    os.environ.get("SIPAS_TEST_DATABASE") == "postgresql", reason="on PostgreSQL the first journey alone"
)
WALKERS = ["", "department", "inspector", "administrator", "agency"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Run a demonstration of its own."""
    yield from running(tmp_path_factory)


@pytest.fixture(scope="module")
def logins() -> dict[str, Any]:
    """Keep the cookies of that site."""
    return {}


@pytest.fixture(scope="module")
def troupe(
    chromium: Browser, site: Site, logins: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Troupe]:
    with entrance(chromium, site, logins) as enter:
        yield Troupe(enter, tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def published(troupe: Troupe) -> Troupe:
    """The round, from nothing to version 1."""
    setting_up.begin(troupe)
    setting_up.speak_english(troupe)
    setting_up.fill_parts(troupe)
    setting_up.hand_in(troupe)
    setting_up.mend(troupe)
    setting_up.design(troupe)
    drawing.draw(troupe)
    drawing.certificate(troupe)
    drawing.issue(troupe)
    drawing.field_work(troupe)
    finishing.freeze(troupe)
    finishing.approve_and_publish(troupe)
    return troupe


def test_a_round_is_carried_from_the_first_start_to_its_readers(published: Troupe) -> None:
    finishing.agency_reads(published)
    finishing.press_reads(published)
    finishing.inspector_sees_everything(published)
    assert not published.faults(), "\n".join(published.faults())


@elsewhere
@pytest.mark.long
@pytest.mark.parametrize("role", WALKERS)
def test_every_page_that_links_lead_to_is_sound(published: Troupe, kinds_seen: set[str], role: str) -> None:
    found = crawling.Crawl(published.enter(role), kinds_seen).walk()
    assert len(found.opened) > 2
    assert not found.faults, "\n".join(found.faults)


@pytest.fixture(scope="module")
def kinds_seen() -> set[str]:
    return set()


@elsewhere
def test_a_publication_is_corrected_and_a_stopped_estimate_resumed(published: Troupe) -> None:
    first_index = published.figures["index"]
    correcting.take_back(published)
    correcting.add_answers(published)
    finishing.ask_freeze(published, reason="Đính chính bản 1")
    finishing.stop_and_resume(published)
    finishing.approve_and_publish(published, version=2)
    correcting.versions_are_told_apart(published, first_index)
    assert not published.faults(), "\n".join(published.faults())
