"""Following every link of the site as somebody does, and judging each page that comes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urldefrag, urlsplit

from tests.web.browser.conftest import DESK, PHONE, Visitor
from tests.web.unit.test_every_address import ENGLISH, visible

MOST_PAGES = 90  # of one person: kinds of pages, not pages
OF_ONE_KIND = 1
LEAD_AWAY = ("/tai-khoan/logout/", "/tai-khoan/2fa/", "/giao-dien/chu-de/")
LOOKS = [(PHONE, "dark"), (DESK, "light"), (DESK, "dark"), (PHONE, "light")]


@dataclass
class Crawl:
    """What one person finds by following links; kinds of pages that somebody saw before are seen in fewer looks."""

    visitor: Visitor
    seen_by_others: set[str]
    kinds: dict[str, int] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def walk(self, start: str = "/") -> Crawl:
        """Open what is linked, breadth first, one page of each kind."""
        waiting = [start]
        while waiting and len(self.opened) < MOST_PAGES:
            address = waiting.pop(0)
            kind = kind_of(address)
            if self.kinds.get(kind, 0) >= OF_ONE_KIND:
                continue
            self.kinds[kind] = self.kinds.get(kind, 0) + 1
            if self._opens(address):
                waiting += self._links()
        return self

    def _opens(self, address: str) -> bool:
        """Open a page and judge it; a file is only asked for."""
        answer = self.visitor.context.request.get(self.visitor.base + address)
        if answer.status >= 400:
            self.faults.append(f"{address}: {answer.status}")
            return False
        if "text/html" not in answer.headers.get("content-type", ""):
            self.files.append(address)
            return False
        self.opened.append(address)
        self.visitor.open(address)
        self._judge(kind_of(address))
        return True

    def _judge(self, kind: str) -> None:
        page = self.visitor.page
        said = visible(page.content())
        self.faults += [f"{page.url}: English: {text}" for text in ENGLISH if text in said]
        for size, theme in LOOKS[: 1 if kind in self.seen_by_others else 4]:
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            page.set_viewport_size(size)  # type: ignore[arg-type]
            self.faults += [f"{size['width']} px, {theme}: {fault}" for fault in self.visitor.faults()]
        self.visitor.errors.clear()
        self.seen_by_others.add(kind)

    def _links(self) -> Iterator[str]:
        base = self.visitor.base
        for link in self.visitor.page.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.href)"):
            address = urldefrag(link)[0]
            if address.startswith(base) and not address.removeprefix(base).startswith(LEAD_AWAY):
                yield address.removeprefix(base)


def kind_of(address: str) -> str:
    """Give an address without what is only the number, code or name of a thing; of a query, the names."""
    parts = urlsplit(address)
    path = re.sub(r"/(v?\d+|[0-9a-f]{10,32}|cay/[\w-]+)(?=/|$)", "/#", parts.path)
    path = re.sub(r"/tep/.*", "/tep/#", path)
    return f"{path}?{','.join(sorted({name for name, value in parse_qsl(parts.query)}))}"
