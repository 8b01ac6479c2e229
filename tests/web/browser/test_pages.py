"""Every page that needs nothing in its address, as each role sees it: on a phone, in both themes, checked by axe."""

from __future__ import annotations

import pytest
from django.urls import NoReverseMatch, reverse

from tests.web.browser.conftest import DESK, PHONE, Enter, Visitor
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


def is_page(visitor: Visitor, url: str) -> bool:
    """Ask first: files, refusals and what only leads to the login are no pages to look at."""
    answer = visitor.context.request.get(visitor.base + url)
    assert answer.status < 500, url
    is_html = "text/html" in answer.headers.get("content-type", "")
    return answer.status == 200 and is_html and answer.url.split("?")[0] == visitor.base + url


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("size", "theme"), [(PHONE, "dark"), (DESK, "light")], ids=["phone", "desk"])
def test_every_plain_page_is_sound(enter: Enter, role: str, size: dict[str, int], theme: str) -> None:
    visitor = enter(role, size=size, theme=theme)
    faults: list[str] = []
    opened = 0
    for url in plain_addresses():
        if is_page(visitor, url):
            visitor.open(url)
            faults += visitor.faults()
            opened += 1
    assert opened > 1
    assert not faults, "\n".join(faults)
