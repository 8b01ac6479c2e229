"""Every page that needs nothing in its address, as each role sees it: on a phone, in both themes, checked by axe."""

from __future__ import annotations

import pytest
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import Error

from tests.web.browser.conftest import DESK, PHONE, Enter
from tests.web.unit.test_every_address import ALLAUTH_PAGES, OURS

pytestmark = pytest.mark.browser
ROLES = ["", "department", "inspector", "administrator", "supervisor", "agency", "post_province"]
NOT_PAGES = {"account_logout", "health", "choose_theme", "set_language", "mfa_download_recovery_codes"}


def plain_addresses() -> list[str]:
    found = []
    for name in sorted({*OURS, *ALLAUTH_PAGES} - NOT_PAGES, key=str):
        try:
            found.append(reverse(str(name)))
        except NoReverseMatch:
            continue
    return sorted(set(found))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("size", "theme"), [(PHONE, "dark"), (DESK, "light")], ids=["phone", "desk"])
def test_every_plain_page_is_sound(enter: Enter, role: str, size: dict[str, int], theme: str) -> None:
    visitor = enter(role, size=size, theme=theme)
    faults: list[str] = []
    opened = 0
    for url in plain_addresses():
        try:
            answer = visitor.page.goto(visitor.base + url)
        except Error as error:
            assert "Download is starting" in str(error) or "RESPONSE_CODE_FAILURE" in str(error), url
            continue
        assert answer is not None
        assert answer.status < 500, url
        if visitor.page.url.split("?")[0] != visitor.base + url:  # sent to the login, which is opened once
            continue
        if answer.status == 200 and "text/html" in answer.headers.get("content-type", ""):
            faults += visitor.faults()
            opened += 1
    assert opened > 3
    assert not faults, "\n".join(faults)
