"""What happens in the province, from the first assignment to the frozen answers."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.web.functional.province import paper
from tests.web.functional.province.client import UnexpectedError
from tests.web.functional.province.people import Citizen, Interviewer, Keyer, Operator, PostOffice, Stage, waited
from tests.web.functional.province.supervisors import TEXT, Supervisor
from tests.web.functional.province.truth import Books, Case

SEED = 20261122
RATES = {"keyer": 0.010, "keyer-2": 0.030}  # share of the rated items that each keys wrongly
WAYS = {"dtv-12": "copy", "dtv-23": "straight", "dtv-34": "home"}  # who invents forms, and how
OF_OWN = 0.7  # share of a cheat's forms that are invented
FEW = {"dtv-11": 18, "dtv-12": 18, "dtv-21": 10, "dtv-34": 18}  # who works in the short run, and how many cases
HOME = {"latitude": "22.301", "longitude": "105.102", "accuracy": "8"}
OUTSIDERS = ("department", "post-province", "supervisor-2", "keyer", "ministry")
WAVES = 3  # of reserves that go out and are worked
# What becomes of a case, and how often.
FATES = {
    "fills": 0.62, "fills_later": 0.12, "web": 0.08, "refuses": 0.05, "away": 0.04, "ineligible": 0.02, "ill": 0.015,
    "lost": 0.015, "keeps": 0.02, "half_empty": 0.02,
}  # fmt: skip
ENDS = {"refuses": ("2.11", 1), "away": ("2.22", 3), "ineligible": ("4.10", 1), "ill": ("2.32", 1), "lost": ("3.18", 3)}


def books_of(about: dict[str, Any]) -> Books:
    """Open the books: what was drawn, and what everybody would answer."""
    drawn = {}
    for row in about["cases"]:
        given = {n: row[n] for n in ("role", "stratum", "order", "commune", "agency", "kind")}
        answers = paper.ticked(row["answers"])
        drawn[row["case_id"]] = Case(code=row["case_id"], would_answer=answers, **given)
    return Books(drawn)


@dataclass
class Play:
    """The people, and what they do in its order."""

    stage: Stage
    is_whole: bool = False
    few: Mapping[str, int] = field(default_factory=lambda: FEW)
    fates_of: Mapping[str, float] = field(default_factory=lambda: FATES)
    worked: list[Case] = field(default_factory=list)
    fates: dict[str, str] = field(default_factory=dict)
    register: list[tuple[str, str]] = field(default_factory=list)  # case, reserve, as they went out
    contacts: dict[str, bool] = field(default_factory=dict)  # who saw a name
    peeks: dict[tuple[str, str], str] = field(default_factory=dict)  # who, where -> trace of an unreleased check sample

    def __post_init__(self) -> None:
        self.operator, self.post = Operator(self.stage, "department"), PostOffice(self.stage, "post-province")
        self.supervisor = Supervisor(self.stage, "supervisor")
        self.carriers: dict[str, Interviewer] = {}
        self.keyers = [Keyer(self.stage, name, rate) for name, rate in RATES.items()]

    @property
    def books(self) -> Books:
        return self.stage.books

    def assign(self) -> None:
        """Give every case to somebody, as the rules of the round are set."""
        self.operator.set_rules(asks_place="on", allows_web="on", second_keying="100")
        self.post.set_areas()
        self.post.assign()
        names = sorted({c.interviewer for c in self.books.out()})
        working = names if self.is_whole else self.few
        self.carriers = {name: Interviewer(self.stage, name, WAYS.get(name, "")) for name in working}

    def carry(self) -> None:
        """Visit the official cases, then the reserves that go out in their places."""
        for name, carrier in self.carriers.items():
            held = sorted((c for c in self.books.out() if c.interviewer == name), key=lambda case: case.code)
            for case in held if self.is_whole else held[: self.few[name]]:
                self._carry(carrier, case)
        for _wave in range(WAVES):
            for _case, reserve in self.replace():
                case = self.books.cases[reserve]
                self._carry(self.carriers[case.interviewer], case)

    def replace(self) -> list[tuple[str, str]]:
        """Have replaced what is final; the page must offer these cases and no others."""
        expected = sorted(case.code for case in self.books.out() if case.is_final)
        made = self.post.replace()
        if [code for code, _reserve in made] != expected[:100]:
            raise UnexpectedError(f"offered for replacement: {made}; final: {expected}")
        self.register += made
        return made

    def receive(self) -> None:
        """Bring the collected forms to the desk; a few are forgotten."""
        collected = [c for c in self.worked if c.step == "collected"]
        self.post.receive(c.code for at, c in enumerate(collected) if at % 30 != 29)

    def key(self) -> None:
        """Key every form twice, and settle where the two differ."""
        received = [c for c in self.worked if c.step == "received"]
        for keyer in self.keyers:
            keyer.key(received)
        self.operator.reconcile()

    def _carry(self, carrier: Interviewer, case: Case) -> None:
        chance = random.Random(f"{SEED} {case.code}")
        fate = chance.choices(list(self.fates_of), list(self.fates_of.values()))[0]
        self.worked.append(case)
        self.fates[case.code] = fate
        if carrier.way and len(carrier.own) >= 3 and chance.random() < OF_OWN:
            self.fates[case.code] = "invented"
            self._invent(carrier, case, chance)
        elif fate in ENDS:
            outcome, times = ENDS[fate]
            for at in range(times):
                carrier.visit(case, outcome, 12 - 3 * at)
        else:
            self._met(carrier, case, fate, chance)

    def _met(self, carrier: Interviewer, case: Case, fate: str, chance: random.Random) -> None:
        if fate == "fills_later":
            carrier.visit(case, "2.22", 12)
        carrier.deliver(case, 10)
        answers = paper.with_blanks(case.would_answer, 0.02, chance)
        if fate == "web":
            self._answer(case, chance)
        elif fate == "half_empty":
            carrier.collect(case, paper.with_blanks(case.would_answer, 0.9, chance), 6)
        elif fate != "keeps":
            carrier.collect(case, answers, 6)

    def _invent(self, carrier: Interviewer, case: Case, chance: random.Random) -> None:
        """Hand in a form that nobody filled in."""
        alike = [c for c in carrier.own if c.kind == case.kind and c.paper] or [c for c in carrier.own if c.paper]
        source = chance.choice(alike).paper or {}
        more, before = (HOME, None) if carrier.way == "home" else ({}, 8)
        if carrier.way == "copy":
            made = paper.copied(source, 0.06, case.kind, chance)
        elif carrier.way == "straight":
            made = paper.straight(source, 4, case.kind)
        else:
            others = [c for c in self.books.cases.values() if c.kind == case.kind]
            made = chance.choice(others).would_answer
        carrier.deliver(case, before, is_true=False, **more)
        carrier.collect(case, made, before, way=carrier.way, **more)

    def _answer(self, case: Case, chance: random.Random) -> None:
        """Answer on the web in one of four manners."""
        manner = Counter(f == "web" for f in self.fates.values())[True] % 4
        citizen = Citizen(self.stage, case, paper.with_blanks(case.would_answer, 0.02, chance))
        page = citizen.begin()
        if manner == 1:  # stops, and goes on elsewhere
            citizen.answer(page, 3)
            citizen.stop()
            page = citizen.resume()
        if manner == 2:  # somebody else in the house begins too, and sends afterwards
            other = Citizen(self.stage, case, paper.with_blanks(case.would_answer, 0.2, chance))
            second = other.answer(other.begin())
            citizen.send(citizen.answer(page))
            other.send(second)
            return
        last = citizen.answer(page)
        citizen.send(last)
        if manner == 3:  # presses twice
            form = next(f for f in last.forms if f.is_post and f.action.endswith("/xem-lai/"))
            citizen.browser.submit(form)

    def look_at_contacts(self) -> None:
        """See who is shown a name: who holds the case, as long as they hold it and it is open; nobody else."""
        lying = [c for c in self.books.out() if c.state == "issued" and c.interviewer not in self.few]
        if self.is_whole:  # every issued case was visited; one whose form waits with its person is open all the same
            lying = [c for c in self.books.out() if c.state == "delivered"]
        case = lying[0]
        office = next(o for o in self.stage.about["offices"] if o["pk"] == case.office)
        before, after = case.interviewer, next(n for n in office["carriers"] if n != case.interviewer)
        self.contacts["holder"] = self._sees(before, case)
        self.contacts["another"] = self._sees(after, case)
        self.post.give(case, after)
        self.contacts["no longer"], self.contacts["by now"] = self._sees(before, case), self._sees(after, case)
        done = next(c for c in self.worked if c.counts)
        self.contacts["finished"] = self._sees(done.interviewer, done)

    def _sees(self, name: str, case: Case) -> bool:
        """Say whether an interviewer is shown the name of who was drawn."""
        page = Interviewer(self.stage, name).open_contact(case, expect=(200, 404))
        shown = page.tree.xpath("//address//strong")
        return bool(shown) and shown[0].text_content().strip() in self.stage.about["identities"]

    def supervise(self) -> None:
        """A supervisor draws and asks again, unseen; then everybody looks for it, and it is released."""
        self.supervisor.draw()
        self.supervisor.verify()
        self.supervisor.close()
        for name in (*OUTSIDERS, "dtv-11"):
            self.peeks |= {(name, path): found for path, found in self._peek(name)}
        self.supervisor.release()

    def _peek(self, name: str) -> Iterator[tuple[str, str]]:
        """Look for traces of the check sample, on its own pages and wherever it might show."""
        own, browser, round_ = self.supervisor.path, self.stage.browser(name), self.stage.round
        for path in (own, f"{own}phieu/", f"{own}tep/danh-sach.csv", f"{own}chung-nhan/json", f"{own}bien-ban/pdf"):
            page = browser.get(path, expect=(200, 403, 404))
            yield path, "opened" if page.status == 200 else ""
        for path in (
            "/", "/giam-sat/", f"/giam-sat/dot/{round_}/", f"/giam-sat/dot/{round_}/xu-ly/", f"/dot/{round_}/",
            f"/thuc-dia/{round_}/tien-do/", f"/thuc-dia/{round_}/phieu/", f"/thuc-dia/{round_}/canh-bao/",
            "/cong-viec/", f"/thuc-dia/{round_}/thay-the/", f"/chat-luong/{round_}/", "/thuc-dia/cua-toi/",
            f"/nhap-lieu/{round_}/",
        ):  # fmt: skip
            text = browser.get(path, expect=(200, 403, 404)).text
            yield path, next((trace for trace in ("/giam-sat/mau/", "/giam-sat/phieu/", TEXT) if trace in text), "")

    def look_through(self) -> None:
        """The department has the forms looked through for signs of invention."""
        page = self.operator.browser.get(f"/chat-luong/{self.stage.round}/")
        self.operator.browser.submit(page.form(to="/kiem-tra/"))
        path = f"/chat-luong/{self.stage.round}/"
        waited(self.operator.browser, path, lambda shown: any("/dieu-tra-vien/" in link for link in shown.links))

    def freeze(self) -> None:
        """The department freezes the answers and has the estimates made."""
        path = f"/ket-qua/dot/{self.stage.round}/chot/"
        page = self.operator.browser.get(path)
        form = page.form("agreed")
        self.operator.browser.submit(form, {name: "on" for name in form.names if name.startswith("agreed")})
        path = f"/ket-qua/dot/{self.stage.round}/ra-soat/"
        waited(self.operator.browser, path, lambda shown: any("chap-thuan" in f.action for f in shown.forms), 300.0)
