"""The answer on paper: an official letter by NĐ 30/2020, a draft; number, day, signature, stamp stay open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.conf import settings

from sipas_web.feedback import rules
from sipas_web.feedback.queries.feedback import Answer, Feedback, unit_above
from sipas_web.feedback.topics import named
from sipas_web.privacy.identity import Identity
from sipas_web.units import queries as units
from sipas_web.units.kinds import REGISTERED, Kind
from sipas_web.units.queries import Unit, today

PDF, DOCX = "application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMS = {"pdf": PDF, "docx": DOCX}
SIMULATED = "MÔ PHỎNG"


def letter(feedback: Feedback, answer: Answer, who: Identity, until: dt.date | None, form: str) -> bytes:
    """Set the letter as PDF or DOCX, both from one tree of blocks."""
    from sipas.reporting import render_docx, render_pdf

    render: Callable[[Any], bytes] = {"pdf": render_pdf, "docx": render_docx}[form]
    return render(build(feedback, answer, who, until))


def build(feedback: Feedback, answer: Answer, who: Identity, until: dt.date | None) -> Any:
    """Make the letter's tree of blocks; ``until``: the last day on which it can be reopened, None if it cannot."""
    from sipas.reporting import blocks as b

    texts = rules.read("answer_letter")
    unit, place = answer.unit, _place_of(answer.unit)
    is_place = unit.kind in REGISTERED
    town = place.name if place else "…"
    notices = (b.Notice(texts["simulated"]),) if settings.DEMONSTRATION else ()
    return b.Document(
        title=f"Văn bản trả lời {feedback.number}",
        author=_body(unit),
        date=today(),
        mark=SIMULATED if settings.DEMONSTRATION else "",
        draft=True,
        blocks=(
            b.Letterhead(
                "" if is_place or place is None else _body(place).upper(), _body(unit).upper(),
                f"…/{_symbol(unit)}", f"{town}, ngày … tháng … năm …", subject=texts["subject"], draft=False,
            ),
            b.Addressees((texts["to"].format(name=who.name or texts["blank"]),)),
            *notices,
            *(b.paragraph(line) for line in _lines(feedback, answer, who, until)),
            b.Signature(tuple(texts["place_signer"] if is_place else texts["signer"]), "…", tuple(texts["recipients"])),
            b.Note(texts["draft"]),
        ),
    )  # fmt: skip


def _lines(feedback: Feedback, answer: Answer, who: Identity, until: dt.date | None) -> list[str]:
    texts = rules.read("answer_letter")
    filled = {
        "address": who.address or texts["blank"], "number": feedback.number,
        "received": f"{feedback.received:%d/%m/%Y}",
        "topic": named(feedback.topic), "place": _body(feedback.place), "unit": _body(answer.unit),
        "where": " hoặc nơi đã tiếp nhận là ".join(dict.fromkeys((_body(answer.unit), _body(feedback.place)))),
        "above": _body(unit_above(feedback.unit or answer.unit)), "until": f"{until:%d/%m/%Y}" if until else "",
    }  # fmt: skip
    said = [line.strip() for line in answer.text.splitlines() if line.strip()]
    turn = "turn" if not until else "word" if feedback.level else "reopen"
    last = [] if turn == "turn" else [texts[turn].format(**filled)]
    return [*(text.format(**filled) for text in texts["opening"]), *said, *last, texts["turn"].format(**filled)]


def _place_of(unit: Unit) -> Unit | None:
    """Give the place a unit is or lies in, the nearest."""
    if unit.kind in REGISTERED:
        return unit
    day = min(max(today(), unit.valid_from), unit.valid_to or today())
    above = [one for one in units.path(unit, day) if one.kind in REGISTERED and one.kind != Kind.COUNTRY]
    return above[-1] if above else None


def _body(unit: Unit) -> str:
    """Name who answers: the committee of a place, or the agency itself."""
    name = unit.full_name
    return f"Ủy ban nhân dân {name[:1].lower()}{name[1:]}" if unit.kind in REGISTERED else name


def _symbol(unit: Unit) -> str:
    if unit.kind in REGISTERED:
        return "UBND"
    return "".join(word[0] for word in unit.full_name.split() if word[0].isalpha()).upper()
