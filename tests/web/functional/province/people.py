"""Who works in the province: each has a browser, does what such a person does, and writes it into the books."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from tests.web.functional.province import paper
from tests.web.functional.province.client import Browser, Form, Page, UnexpectedError
from tests.web.functional.province.truth import Books, Case, Visit

FIELD = "/thuc-dia"
PIN = "240815"
HERE = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass
class Stage:
    """Where the server is, which round it is about, and everybody's browser."""

    port: int
    about: dict[str, Any]
    books: Books
    chance: random.Random
    browsers: dict[str, Browser] = field(default_factory=dict)
    passers_by: list[Browser] = field(default_factory=list)
    kind: Callable[..., Browser] = Browser  # what people hold in their hands

    @property
    def round(self) -> int:
        return int(self.about["round"])

    def browser(self, name: str) -> Browser:
        """Give somebody's browser, with their session in it."""
        if name not in self.browsers:
            self.browsers[name] = self.kind(self.port, name, {"sessionid": self.about["sessions"][name]})
        return self.browsers[name]

    def anybody(self, name: str) -> Browser:
        """Give a browser that nobody has used."""
        made = self.kind(self.port, name, {})
        self.passers_by.append(made)
        return made

    def close(self) -> None:
        """Let go of every line."""
        for browser in (*self.browsers.values(), *self.passers_by):
            browser.close()

    def table(self, who: str, path: str) -> list[dict[str, str]]:
        """Read a list that somebody takes along."""
        text = self.browser(who).get(path).body.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    def day(self, before: int) -> dt.date:
        """Give a day some days ago."""
        return dt.datetime.now(HERE).date() - dt.timedelta(days=before)


@dataclass
class Person:
    """Somebody at work."""

    stage: Stage
    name: str

    @property
    def browser(self) -> Browser:
        return self.stage.browser(self.name)

    @property
    def books(self) -> Books:
        return self.stage.books


class Operator(Person):
    """The department: rules, reconciling, checks, the end."""

    def set_rules(self, **rules: str) -> None:
        """Set rules of the field work on their page."""
        page = self.browser.get(f"{FIELD}/{self.stage.round}/quy-tac/")
        done = self.browser.submit(page.form("least_visits"), rules)
        if done.faults:
            raise UnexpectedError(done.faults)

    def reconcile(self) -> int:
        """Settle every form whose keyings differ, with the paper in hand."""
        settled = 0
        page = self.browser.get(f"/nhap-lieu/{self.stage.round}/doi-chieu/")
        while links := [link for link in page.links if link.startswith("/nhap-lieu/doi-chieu/")]:
            for link in links:
                page = self._settle(link)
                settled += 1
        return settled

    def _settle(self, link: str) -> Page:
        page = self.browser.get(link)
        case = next(c for code, c in self.books.cases.items() if code in page.tree.xpath("string(//h1)"))
        assert case.paper is not None
        form = next(f for f in page.forms if any(n.startswith("c-") for n in f.names))
        first, second = case.keyed.values()
        chosen: dict[str, str] = {}
        for box in paper.boxes(case.kind):
            if f"c-{box.name}" in form.names:
                right = paper.typed(box, case.paper)
                own = {first[box.name]: "1", second[box.name]: "2"}.get(right, "own")
                chosen |= {f"c-{box.name}": own} | ({f"k-{box.name}": right} if own == "own" else {})
                case.decided[box.name] = right
        case.counts = case.counts or "paper"
        return self.browser.submit(form, chosen)


class PostOffice(Person):
    """The provincial post office: areas, plans, the desk, replacements."""

    def set_areas(self) -> None:
        """Share the communes out among the branches, in runs of their codes."""
        page = self.browser.get(f"{FIELD}/{self.stage.round}/giao-phieu/dia-ban/")
        form = next(f for f in page.forms if any(n.startswith("office-") for n in f.names))
        names = sorted(n for n in form.names if n.startswith("office-"))
        offices = [str(o["pk"]) for o in self.stage.about["offices"]]
        part = -(-len(names) // len(offices))
        self.browser.submit(form, {name: offices[at // part] for at, name in enumerate(names)})

    def assign(self) -> None:
        """Have a plan suggested to the offices, then to their interviewers; accept both. What is left goes by hand."""
        self._plan("offices")
        self._give_the_rest()
        for office in self.stage.about["offices"]:
            self._plan("people", f"{office['pk']}/")
        self.read_assignments()

    def _plan(self, kind: str, office: str = "") -> None:
        page = self.browser.get(f"{FIELD}/{self.stage.round}/giao-phieu/{office}")
        form = next(f for f in page.forms if f.standing.get("kind") == [kind])
        plan = self.browser.submit(form)
        self.browser.submit(plan.form(to="/chap-nhan/"))

    def _give_the_rest(self) -> None:
        """Give the cases of people whose commune nobody knows to the offices in turn."""
        offices = self.stage.about["offices"]
        for turn in range(100):
            page = self.browser.get(f"{FIELD}/{self.stage.round}/giao-phieu/0/phieu/")
            found = [f for f in page.forms if {"case", "to"} <= f.names]
            if not found:
                return
            marks = list(found[0].choices("case"))
            self.browser.submit(found[0], {"case": marks, "to": str(offices[turn % len(offices)]["pk"])})
        raise UnexpectedError("cases remain with nobody")

    def give(self, case: Case, to: str) -> None:
        """Give one case to another interviewer of its office."""
        holder = self.stage.about["people"][case.interviewer]["pk"]
        place = f"{FIELD}/{self.stage.round}/giao-phieu/{case.office}/phieu/"
        page = self.browser.get(f"{place}?holder={holder}")
        form = page.form("case", "to")
        mark = next(m for m in form.choices("case") if m.startswith(case.code))
        receiver = f"{case.office}-{self.stage.about['people'][to]['pk']}"
        done = self.browser.submit(form, {"case": mark, "to": receiver, "reason": "Đổi người (mô phỏng)"})
        if done.tree.xpath("//*[contains(@class,'errorlist')]"):
            raise UnexpectedError(f"{case.code} was not given: {done.faults}")
        case.interviewer = to

    def read_assignments(self) -> None:
        """Read who has which case: that is the system's own choice."""
        offices = {o["pk"]: o for o in self.stage.about["offices"]}
        carriers = {name: pk for pk, o in offices.items() for name in o["carriers"]}
        for row in self.stage.table(self.name, f"{FIELD}/{self.stage.round}/giao-phieu/xuat/csv/"):
            case, person = self.books.cases[row["Mã phiếu"]], row["Tên đăng nhập"]
            case.interviewer, case.office = person, carriers.get(person, 0)

    def receive(self, codes: Iterable[str]) -> None:
        """Receive forms at the desk, one after another."""
        page = self.browser.get(f"{FIELD}/{self.stage.round}/ban-nhan/")
        for code in codes:
            page = self.browser.submit(page.form("code"), {"code": code.lower()})
            self.books.cases[code].step = "received"

    def replace(self) -> list[tuple[str, str]]:
        """Replace every case that waits for it, and write down who must have gone out."""
        page = self.browser.get(f"{FIELD}/{self.stage.round}/thay-the/cho/")
        form = next((f for f in page.forms if "case" in f.names), None)
        if form is None:
            return []
        marks = sorted(form.choices("case"))
        self.browser.submit(form, {"case": marks})
        return [(code, self._replaced(self.books.cases[code])) for code in marks]

    def _replaced(self, case: Case) -> str:
        reserve = self.books.next_reserve(case.stratum)
        case.replaced_by, reserve.replaces = reserve.code, case.code
        reserve.office, reserve.interviewer = case.office, case.interviewer
        return reserve.code


@dataclass
class Interviewer(Person):
    """One who carries forms; ``way``: how this one cheats, if so."""

    way: str = ""
    own: list[Case] = field(default_factory=list)  # forms filled in so far

    def visit(self, case: Case, outcome: str, before: int | None, *, is_true: bool = True, **more: str) -> Page:
        """Write an attempt down; ``before``: days ago, None: now."""
        page = self.browser.get(f"{FIELD}/cua-toi/{self.stage.round}/{case.code}/")
        day = self.stage.day(before or 0)
        told = more | ({} if before is None else {"day": f"{day:%d/%m/%Y}"})
        done = self.browser.submit(page.form("token", "mode"), told, press=("outcome", outcome))
        case.visits.append(Visit(day, outcome, self.name, is_true))
        return done

    def deliver(self, case: Case, before: int | None, *, is_true: bool = True, **more: str) -> None:
        """Hand the form over."""
        self.visit(case, "2.27", before, is_true=is_true, **more)
        case.step = "delivered"

    def collect(self, case: Case, answers: paper.Answers, before: int | None, *, way: str = "", **more: str) -> None:
        """Take the filled-in form along."""
        self.visit(case, "1.1", before, is_true=not way, **more)
        case.step, case.paper, case.made_up = "collected", answers, way
        self.own.append(case)

    def open_contact(self, case: Case, expect: Sequence[int] = (200,)) -> Page:
        """Open name and address of a case."""
        return self.browser.get(f"{FIELD}/cua-toi/{self.stage.round}/{case.code}/?lien-he=1", expect=expect)


@dataclass
class Keyer(Person):
    """One who keys forms and now and then hits the key beside."""

    rate: float = 0.0

    def key(self, cases: Sequence[Case]) -> None:
        """Key a pile of forms."""
        desk = self.browser.get(f"/nhap-lieu/{self.stage.round}/")
        for case in cases:
            page = self.browser.submit(desk.form("code"), {"code": case.code})
            form = next((f for f in page.forms if "k-remark" in f.names), None)
            if form is None:
                raise UnexpectedError(f"{self.name}: {case.code} cannot be keyed: {page.faults or page.words[:300]}")
            desk = self._fill(form, case)

    def _fill(self, form: Form, case: Case) -> Page:
        assert case.paper is not None
        made, chance = {}, self.stage.chance
        for box in paper.boxes(case.kind):
            made[box.name] = paper.typed(box, case.paper)
            if made[box.name] and paper.may_slip(box) and chance.random() < self.rate:
                made[box.name] = paper.slipped(box, case.paper, chance)
        told = {f"k-{name}": text for name, text in made.items()}
        done = self.browser.submit(form, told | {"keystrokes": "58", "milliseconds": "45000"}, press=("act", "finish"))
        if "/phieu/" in done.path:
            raise UnexpectedError(f"{self.name}: {case.code} was not taken: {done.faults}")
        case.keyed[self.name], case.step = made, "keyed"
        if len({tuple(sorted(keyed.items())) for keyed in case.keyed.values()}) == 1 < len(case.keyed):
            case.counts = case.counts or "paper"
        return done


@dataclass
class Citizen:
    """One who answers on the web."""

    stage: Stage
    case: Case
    answers: paper.Answers
    browser: Browser = field(init=False)

    def __post_init__(self) -> None:
        self.browser = self.stage.anybody(f"citizen {self.case.code}")

    def begin(self) -> Page:
        """Type the code, read the notice, begin."""
        page = self.browser.get(f"/t/?ma={self.case.code.lower()}")
        form = page.form(to="/bat-dau/")
        return self.browser.submit(form, {"kind": self.case.kind} if "kind" in form.names else {})

    def answer(self, page: Page, sections: int = 99) -> Page:
        """Answer some sections."""
        for _section in range(sections):
            if not page.path.split("?")[0].rstrip("/").rsplit("/", 1)[-1].isdigit():
                break
            form = page.form("luc")
            page = self.browser.submit(form, self._told(form), press=("di", "tiep"))
        return page

    def send(self, page: Page) -> Page:
        """Send, and take the receipt."""
        form = next(f for f in page.forms if f.is_post and f.action.endswith("/xem-lai/"))
        done = self.browser.submit(form)
        self.case.sent.append(paper.routed(self.answers, self.case.kind))
        self.case.counts = self.case.counts or "web"
        return done

    def stop(self) -> None:
        """Choose a PIN and leave this device."""
        page = self.browser.get(f"/t/{self.case.code}/ma-pin/")
        page = self.browser.submit(page.form("pin", "lai"), {"pin": PIN, "lai": PIN})
        self.browser.submit(page.form(to="/roi-may/"))

    def resume(self) -> Page:
        """Go on elsewhere, with the PIN."""
        self.browser = self.stage.anybody(f"citizen {self.case.code} elsewhere")
        page = self.browser.get(f"/t/{self.case.code}/mo-lai/")
        page = self.browser.submit(page.form("pin"), {"pin": PIN})
        onward = [a for a in page.links if f"/t/{self.case.code}/phan/" in a]
        return self.browser.get(onward[0])

    def _told(self, form: Form) -> dict[str, str | list[str]]:
        told: dict[str, str | list[str]] = {}
        for box in paper.boxes(self.case.kind):
            if box.name not in form.names:
                continue
            if box.is_list:
                told[box.name] = [str(v) for v in box.keys if self.answers.get(f"{box.name}_{v}") == 1]
            elif box.name in self.answers and paper.is_due(box, self.answers):
                told[box.name] = str(self.answers[box.name])
        return told


def waited(browser: Browser, path: str, is_there: Any, patience: float = 120.0) -> Page:
    """Look at a page until something stands on it."""
    until = time.monotonic() + patience
    while True:
        page = browser.get(path)
        if is_there(page):
            return page
        if time.monotonic() > until:
            raise UnexpectedError(f"{path}: {page.words[:900]}")
        time.sleep(0.3)
