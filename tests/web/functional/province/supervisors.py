"""A supervisor with a check sample of their own; what people say when they are asked again, by the books."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.web.functional.province.client import Form, Page
from tests.web.functional.province.people import Person, waited
from tests.web.functional.province.truth import Case

SUPERVISION = "/giam-sat"
CHANGED = 0.15  # share of repeated answers that a person gives otherwise
NOT_MET = 0.06  # of the cases; they stay open
TEXT = "sông Lô nước biếc 2026"  # typed before the draw
HONEST = {"is_person": "1", "received": "1", "filled_by": "1", "gift": "1", "pressure": "1"}
INVENTED = HONEST | {"received": "2", "filled_by": "5"}
PRESSED = HONEST | {"pressure": "3"}


@dataclass
class Supervisor(Person):
    """One who checks."""

    sample: int = 0
    drawn: list[str] = field(default_factory=list)  # cases
    pressed: list[str] = field(default_factory=list)  # honest forms of people who were pressed

    @property
    def path(self) -> str:
        return f"{SUPERVISION}/mau/{self.sample}/"

    def draw(self, share: str = "50") -> None:
        """Fix a list, type a text, draw."""
        page = self.browser.get(f"{SUPERVISION}/dot/{self.stage.round}/mau-moi/")
        day = self.stage.day(-14)
        made = self.browser.submit(
            page.form("share", "source"),
            {"share": share, "source": "returned", "way": "random", "until": f"{day:%d/%m/%Y}"},
        )
        found = re.search(r"/giam-sat/mau/(\d+)/", made.path)
        assert found, made.faults or made.words[:500]
        self.sample = int(found[1])
        page = self.browser.get(f"{self.path}boc/")
        self.browser.submit(page.form("text"), {"text": TEXT})

    def verify(self) -> None:
        """Ask everybody again."""
        links = self._links()
        assert links, "nothing was drawn"
        for code, link in links:
            self.drawn.append(code)
            chance = random.Random(f"again {code}")
            page = self.browser.get(link)
            form = page.form("outcome", "is_person")
            if chance.random() < NOT_MET:
                self._write(page, form, {"mode": "phone", "outcome": "absent"})
            else:
                self._ask(page, form, self.books.cases[code], chance)

    def close(self) -> Page:
        """End it, and see it matched."""
        page = self.browser.get(self.path)
        self.browser.submit(page.form(to="/ket-thuc/"))
        return waited(self.browser, self.path, lambda shown: any("/cong-bo/" in link for link in shown.links))

    def release(self) -> Page:
        """Release what was found."""
        page = self.browser.get(f"{self.path}cong-bo/")
        told = {"conclusion": "Một số phiếu do điều tra viên tự điền (mô phỏng).", "proposal": "Loại các phiếu này."}
        return self.browser.submit(page.form("conclusion"), told)

    def _links(self) -> list[tuple[str, str]]:
        found, number = [], 1
        while True:
            page = self.browser.get(f"{self.path}phieu/?all=1&page={number}")
            rows = page.tree.xpath("//a[contains(@href,'/giam-sat/phieu/')]")
            found += [(row.text_content().strip(), row.get("href")) for row in rows]
            if f"page={number + 1}" not in page.text:
                return found
            number += 1

    def _ask(self, page: Page, form: Form, case: Case, chance: random.Random) -> None:
        told = dict(INVENTED if case.made_up else HONEST)
        if not case.made_up and chance.random() < 0.03:
            told = dict(PRESSED)
            self.pressed.append(case.code)
        again = {name: self._said(form, name, case, chance) for name in sorted(form.names) if name.startswith("again_")}
        self._write(page, form, {"mode": "visit", "outcome": "met", **told, **again})
        self.books.verdicts[case.code] = "pass" if told == HONEST else "fail"
        self.books.again[case.code] = {
            n.removeprefix("again_"): int(v)
            for n, v in again.items()
            if v and int(v) > 0  # below: would not say
        }

    def _said(self, form: Form, name: str, case: Case, chance: random.Random) -> str:
        """Say what one thinks; now and then otherwise than before."""
        thinks = case.would_answer.get(name.removeprefix("again_"))
        others = [value for value in form.choices(name) if value and value != str(thinks)]
        return chance.choice(others) if chance.random() < CHANGED else str(thinks or "")

    def _write(self, page: Page, form: Form, told: dict[str, str]) -> None:
        done = self.browser.submit(form, told)
        assert done.path != page.path, done.faults


def kappa(pairs: Sequence[tuple[int, int]]) -> float | None:
    """Cohen's kappa, by the table of both answers."""
    n = len(pairs)
    same = sum(a == b for a, b in pairs) / n
    firsts, seconds = [a for a, _b in pairs], [b for _a, b in pairs]
    by_chance = sum(firsts.count(v) * seconds.count(v) for v in set(firsts) | set(seconds)) / n**2
    return None if by_chance == 1 else (same - by_chance) / (1 - by_chance)
