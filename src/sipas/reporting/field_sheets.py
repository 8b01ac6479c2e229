"""Sheets that go into the field: the route sheet of an interviewer, the register of forms handed out and collected.

They are worked with by pen and thrown away, so they are plain PDF, no archive: a name in a script that no shipped font
has costs that name alone, never the sheet.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from importlib import resources
from typing import Any

import typst

from sipas.errors import SipasError
from sipas.reporting.render.typst_pdf import shipped_fonts

_CONTROL = re.compile("[\x00-\x1f\x7f]")
MARK = "MÔ PHỎNG"
BLANKS = 3  # columns of visits


@dataclass(frozen=True, slots=True)
class Stop:
    """A case on a route sheet.

    Parameters
    ----------
    case_id : str
        Ten characters.
    qr : str
        SVG of the code; empty: none.
    name, address, phone, commune : str
        Of the person or organisation to be visited; empty where not known.
    task : str
        What to do there.
    visits : tuple of (int, str)
        Number of each visit made and what came of it, in few words, in order.
    """

    case_id: str
    qr: str
    name: str
    address: str
    phone: str
    commune: str
    task: str
    visits: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RouteSheet:
    """The cases an interviewer takes along on a day.

    Parameters
    ----------
    round, office, interviewer : str
        As printed.
    day : date
        Of the route.
    printed : str
        When and by whom.
    stops : tuple of Stop
        In the order of the way.
    outcomes : tuple of (str, str)
        Codes of outcomes with their meaning, for the foot of the sheet.
    simulated : bool
        Marks every page.
    """

    round: str
    office: str
    interviewer: str
    day: dt.date
    printed: str
    stops: tuple[Stop, ...]
    outcomes: tuple[tuple[str, str], ...]
    simulated: bool


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A case in the register.

    Parameters
    ----------
    case_id, commune, interviewer, given : str
        ``given``: the day on which the interviewer got it, as printed; empty: not yet.
    """

    case_id: str
    commune: str
    interviewer: str
    given: str


@dataclass(frozen=True, slots=True)
class HandOutRegister:
    """The register of forms handed out to interviewers and collected from them, of one office. It names no citizen.

    Parameters
    ----------
    round, office, printed : str
        As printed.
    day : date
        Of printing.
    rows : tuple of RegisterRow
        In order of interviewers.
    simulated : bool
        Marks every page.
    """

    round: str
    office: str
    day: dt.date
    printed: str
    rows: tuple[RegisterRow, ...]
    simulated: bool


def render_route_sheets(sheets: tuple[RouteSheet, ...]) -> bytes:
    """Set route sheets as one PDF, A4 across; each begins on a page of its own with its own page numbers.

    Parameters
    ----------
    sheets : tuple of RouteSheet
        At least one.

    Returns
    -------
    bytes
        PDF.

    Raises
    ------
    SipasError
        ``reporting.not_set``.
    """
    return _set("route_sheet.typ", {"sheets": [_sheet(sheet) for sheet in sheets], "blanks": BLANKS}, sheets[0].day)


def render_register(register: HandOutRegister) -> bytes:
    """Set a register of forms handed out and collected as PDF, A4 across.

    Parameters
    ----------
    register : HandOutRegister
        Any number of rows.

    Returns
    -------
    bytes
        PDF.

    Raises
    ------
    SipasError
        ``reporting.not_set``.
    """
    rows = [[_code(r.case_id), _clean(r.commune), _clean(r.interviewer), r.given] for r in register.rows]
    data = _head(register) | {"rows": rows}
    return _set("hand_out_register.typ", data, register.day)


def _sheet(sheet: RouteSheet) -> dict[str, Any]:
    stops = [
        {
            "code": _code(stop.case_id),
            "qr": stop.qr,
            "name": _clean(stop.name),
            "address": _clean(stop.address),
            "phone": _clean(stop.phone),
            "commune": _clean(stop.commune),
            "task": _clean(stop.task),
            "visits": _columns(stop),
        }
        for stop in sheet.stops
    ]
    return _head(sheet) | {
        "interviewer": _clean(sheet.interviewer),
        "stops": stops,
        "outcomes": [[code, _clean(meaning)] for code, meaning in sheet.outcomes],
    }


def _head(sheet: RouteSheet | HandOutRegister) -> dict[str, Any]:
    return {
        "round": _clean(sheet.round),
        "office": _clean(sheet.office),
        "day": f"{sheet.day:%d/%m/%Y}",
        "printed": _clean(sheet.printed),
        "mark": MARK if sheet.simulated else "",
    }


def _columns(stop: Stop) -> list[list[str]]:
    """Give the columns of visits: the last ones made, and at least one to be filled in."""
    kept = stop.visits[-(BLANKS - 1) :]
    columns = [[str(number), _clean(text)] for number, text in kept]
    following = stop.visits[-1][0] + 1 if stop.visits else 1
    return columns + [[str(following + n), ""] for n in range(BLANKS - len(columns))]


def _code(case_id: str) -> list[str]:
    return [case_id[:4], case_id[4:8], case_id[8:]]


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text)


def _set(template: str, data: dict[str, Any], day: dt.date) -> bytes:
    source = resources.files(__package__).joinpath(template).read_bytes()
    compiler = typst.Compiler(
        source, font_paths=shipped_fonts(), sys_inputs={"data": json.dumps(data, ensure_ascii=False)}
    )
    moment = dt.datetime.combine(day, dt.time(0), tzinfo=dt.UTC)
    try:
        made = compiler.compile(format="pdf", timestamp=moment)
    except typst.TypstError as fault:
        raise SipasError("reporting.not_set", template, got=fault.message) from fault
    return bytes(made) if isinstance(made, bytes) else b"".join(made or ())
