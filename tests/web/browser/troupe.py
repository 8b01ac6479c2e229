"""The people of a round, each with a browser of their own, and the round they carry."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.web.browser.conftest import A_WHILE, Enter, Visitor

LONG_WORK = 240_000  # ms


@dataclass
class Troupe:
    """Who plays, and what they carry."""

    enter: Enter
    folder: Path  # what people keep on their own machines
    number: int = 0  # of the round
    figures: dict[str, str] = field(default_factory=dict)  # what one page said and another must repeat
    people: dict[str, Visitor] = field(default_factory=dict)

    def __getitem__(self, role: str) -> Visitor:
        """Give somebody's browser; "" is a passer-by."""
        if role not in self.people:
            self.people[role] = self.enter(role)
            self.people[role].page.set_default_timeout(A_WHILE)
        return self.people[role]

    def open(self, role: str, place: str = "", above: str = "/dot/") -> Page:
        """Let somebody open a page of the round."""
        return self[role].open(f"{above}{self.number}/{place}")

    def faults(self) -> list[str]:
        """Say everything that was wrong with a page anyone looked at."""
        return [f"{role or 'nobody'}: {fault}" for role, one in self.people.items() for fault in one.found]

    def save(self, page: Page, link: str | Locator) -> Path:
        """Follow a link to a file and keep the file."""
        target = page.get_by_role("link", name=link) if isinstance(link, str) else link
        with page.expect_download() as awaited:
            target.first.click()
        path = self.folder / awaited.value.suggested_filename
        awaited.value.save_as(path)
        return path


def says(page: Page, text: str, within: int = A_WHILE) -> None:
    """Wait until the page says something where people look."""
    expect(page.locator("main")).to_contain_text(text, timeout=within)


def figure(page: Page, label: str) -> str:
    """Read the figure on the card with a label."""
    card = page.locator("main .card").filter(has=page.locator(".card-label", has_text=label))
    return card.locator(".card-figure").first.inner_text()
