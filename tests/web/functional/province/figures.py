"""The system's figures, read as people read them: lists they take along, numbers on pages."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from dataclasses import dataclass

from tests.web.functional.province.people import FIELD, Stage
from tests.web.functional.province.truth import Books, Case

FINISHED_OTHERWISE = {"visited", "not_answered", "replaced"}
REACHED_NOT = {"NC", "UH", "UO"}


@dataclass(frozen=True)
class Line:
    """Cases of an agency or an interviewer, counted."""

    issued: int
    valid: int
    refused: int
    not_reached: int
    other: int
    replaced: int
    rr3: float | None


def counted(books: Books, cases: list[Case]) -> Line:
    """Count by the books."""
    otherwise = [c.group for c in cases if c.state in FINISHED_OTHERWISE]
    rr3 = books.rates(cases)["RR3"]
    return Line(
        issued=len(cases),
        valid=sum(bool(c.counts) and c.is_valid for c in cases),
        refused=sum(g == "R" for g in otherwise),
        not_reached=sum(g in REACHED_NOT for g in otherwise),
        other=sum(g in {"O", "NE"} for g in otherwise),
        replaced=sum(bool(c.replaced_by) for c in cases),
        rr3=None if rr3 is None else round(100 * rr3, 2),
    )


def rows(stage: Stage, who: str, path: str) -> list[list[str]]:
    """Read a list, its heads left out: they are words in the reader's language."""
    text = stage.browser(who).get(path).body.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


def register(stage: Stage) -> dict[str, tuple[str, int, str, str, str]]:
    """Give of each issued case: state, visits, last outcome, whom it stands for, who stands for it."""
    page = stage.browser("department").get(f"{FIELD}/{stage.round}/phieu/")
    form = next(f for f in page.forms if "state" in f.names)
    states = {label: value for value, label in form.choices("state").items() if value}
    found = rows(stage, "department", f"{FIELD}/{stage.round}/phieu/xuat/csv/")
    return {r[0]: (states[r[6]], int(r[7]), r[8], r[10], r[11]) for r in found}


def agencies(stage: Stage) -> dict[str, Line]:
    """Give the figures of each agency, and under "" of all."""
    found = rows(stage, "department", f"{FIELD}/{stage.round}/tien-do/xuat/csv/")
    made = {r[0]: _line([r[2], *r[5:11]]) for r in found}
    made[""] = made.pop(found[-1][0])
    return made


def interviewers(stage: Stage) -> dict[str, Line]:
    """Give the figures of each interviewer, by name."""
    found = rows(stage, "department", f"{FIELD}/{stage.round}/don-vi/xuat/csv/")
    return {r[1]: _line([r[2], r[6], *r[8:12], r[13]]) for r in found}


def keying(stage: Stage) -> dict[tuple[str, str], tuple[int, int]]:
    """Give errors and fields of each keyer (name) in each column; under "" of all."""
    found = rows(stage, "department", f"/nhap-lieu/{stage.round}/tien-do/csv/")
    return {(r[0], r[2]): (int(r[5]), int(r[4])) for r in found}


def rates(stage: Stage) -> dict[str, float]:
    """Give AAPOR's rates in percent as the page of progress shows them, to one decimal."""
    words = stage.browser("department").get(f"{FIELD}/{stage.round}/tien-do/").words
    numbers = (r"\s*(\d+,\d)\s*".join(("RR1", "RR3", "COOP1", "REF1"))) + r"\s*(\d+,\d)"
    found = re.search(numbers, words)
    assert found, words[:2000]
    return dict(zip(("RR1", "RR3", "COOP1", "REF1"), (float(n.replace(",", ".")) for n in found.groups()), strict=True))


def keying_in_books(stage: Stage) -> dict[tuple[str, str], tuple[int, int]]:
    """Give the same by the books: keyers by the names the list has."""
    people, made = stage.about["people"], defaultdict(lambda: [0, 0])
    for (keyer, place), (errors, fields) in stage.books.keying().items():
        for key in ((people[keyer]["name"], place), (people[keyer]["name"], "")):
            made[key][0] += errors
            made[key][1] += fields
    return {key: (errors, fields) for key, (errors, fields) in made.items()}


def _line(cells: list[str]) -> Line:
    *counts, rr3 = cells
    return Line(*(int(c) for c in counts), rr3=float(rr3) if rr3 else None)
