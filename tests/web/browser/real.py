"""The script's browser as a real one: the same pages, forms and buttons, pressed in Chromium."""

from __future__ import annotations

import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import ElementHandle, Error, Locator
from playwright.sync_api import Page as Shown

from tests.web.functional.province.client import Browser, Form, Page, UnexpectedError, Values

A_WHILE, A_MOMENT = 60_000, 10_000  # ms
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
SET = "(e, value) => { e.value = value }"


@dataclass
class RealBrowser(Browser):
    """One person's Chromium."""

    chromium: Chromium | None = None
    shown: Shown | None = None
    thrown: list[str] = field(default_factory=list)  # by scripts of pages

    def open(self) -> Shown:
        """Give its window: a telephone for who is on the road."""
        if self.shown is None:
            assert self.chromium is not None
            is_phone = self.name.startswith(("dtv", "citizen"))
            size: Any = PHONE if is_phone else DESK
            context = self.chromium.new_context(viewport=size, locale="vi-VN")
            kept = [{"name": n, "value": v, "url": self._base} for n, v in self.cookies.items()]
            context.add_cookies(kept)  # type: ignore[arg-type]
            self.shown = context.new_page()
            self.shown.set_default_timeout(A_WHILE)
            self.shown.on("pageerror", lambda error: self.thrown.append(str(error)))
        return self.shown

    def close(self) -> None:
        """Close the window."""
        if self.shown is not None:
            self.shown.context.close()
            self.shown = None

    @property
    def _base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, *, expect: Sequence[int] = (200,)) -> Page:
        """Open an address; a file to take along is fetched beside the page, with the same cookies."""
        shown = self.open()
        self.asked += 1
        if "/csv" in path:
            answer = shown.request.get(self._base + path)
            return Page(path, answer.status, answer.body(), answer.headers.get("content-type", ""))
        opened = shown.goto(self._base + path)
        return self._page(opened.status if opened else 0, expect)

    def submit(
        self, form: Form, values: Values | None = None, *, press: tuple[str, str] | None = None,
        expect: Sequence[int] = (200,),
    ) -> Page:  # fmt: skip
        """Fill in the form on the screen and press its button."""
        shown = self.open()
        if _path(shown.url) != form.page.path:
            return self._once_more(form, expect)
        at = [f.element for f in form.page.forms].index(form.element)
        found = shown.locator("form").nth(at)
        found.evaluate("f => f.querySelectorAll('details').forEach(d => { d.open = true })")
        button = _button(found, press).element_handle()
        self.asked += 1
        # Filling is no part of the wait for the next page: hundreds of boxes are ticked one by one.
        for name, value in (values or {}).items():
            _fill(found, name, [value] if isinstance(value, str) else list(value))
        with shown.expect_navigation(wait_until="load") as gone:
            _press(button)
        return self._page(gone.value.status if gone.value else 0, expect)

    def _once_more(self, form: Form, expect: Sequence[int]) -> Page:
        """Send what was on a page that is left, as a second press that comes late does."""
        sent = {name: values[0] for name, values in form.standing.items()}
        answer = self.open().request.post(self._base + form.action, form=dict(sent))
        page = Page(_path(answer.url), answer.status, answer.body(), "text/html")
        if page.status not in expect:
            raise UnexpectedError(f"{self.name}: {page.path} answered {page.status}: {page.words[:900]}")
        return page

    def _content(self) -> str:
        """Give the page once it stands still."""
        assert self.shown is not None
        for _turn in range(20):
            self.shown.wait_for_load_state()
            try:
                return self.shown.content()
            except Error:  # it is going on to another page
                self.shown.wait_for_timeout(200)
        raise UnexpectedError(f"{self.name}: {self.shown.url} does not come to rest")

    def _page(self, status: int, expect: Sequence[int]) -> Page:
        assert self.shown is not None
        page = Page(_path(self.shown.url), status, self._content().encode(), "text/html")
        if page.path.startswith("/tai-khoan/") or status not in expect:
            raise UnexpectedError(f"{self.name}: {page.path} answered {status}: {page.words[:900]}")
        return page


def _press(button: ElementHandle) -> None:
    """Press a button; some pages send themselves once they are filled in, and it is gone."""
    try:
        button.click(timeout=A_MOMENT)
    except Error as error:
        if "navigat" not in str(error) and "detached" not in str(error) and "attached" not in str(error):
            raise


def _path(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _button(form: Locator, press: tuple[str, str] | None) -> Locator:
    if press is None:
        return form.locator("button:not([type=button]), input[type=submit]").last
    return form.locator(f'button[name="{press[0]}"][value="{press[1]}"]:not(.unseen)').first


def _fill(form: Locator, name: str, values: list[str]) -> None:
    """Fill a field as its kind is filled."""
    fields = form.locator(f'[name="{name}"]')
    first = fields.first
    kind = first.evaluate("e => e.tagName === 'SELECT' ? 'select' : e.type")
    if kind == "select":
        first.select_option(values)
    elif kind in {"radio", "checkbox"}:
        for value in values:
            box = form.locator(f'[name="{name}"][value="{value}"]') if value != "on" or kind == "radio" else first
            if not box.first.is_checked():
                box.first.check(force=True)
    elif kind == "hidden" or not first.is_visible():
        first.evaluate(SET, values[0])
    else:
        first.fill(values[0])
