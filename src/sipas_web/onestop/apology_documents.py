"""The letter of an apology as a file, by the form that holds on its day; and the words of its messages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone

from sipas_web.onestop import apology_rules as rules
from sipas_web.onestop.queries.apologies import Apology, is_place, office_of, place_above
from sipas_web.privacy.queries import Identity

DATA = Path(__file__).parent / "data" / "apology_letters.yaml"
PDF, DOCX = "application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMS = {"pdf": PDF, "docx": DOCX}
SIMULATED = "MÔ PHỎNG"
BLANK = "…………………"
SMS = "sms"
PLACE_SIGNER = ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")


def letter_pdf(apology: Apology, who: Identity) -> bytes:
    """Set the letter as PDF."""
    return letter(apology, who, "pdf")


def letter(apology: Apology, who: Identity, form: str) -> bytes:
    """Set the letter as PDF or DOCX, both from one tree of blocks."""
    from sipas.reporting import render_docx, render_pdf

    render: Callable[[Any], bytes] = {"pdf": render_pdf, "docx": render_docx}[form]
    return render(build(apology, who))


def form_of(apology: Apology) -> rules.Form:
    """Give the form of a letter: fixed by its signature or sending, until then that of today."""
    code = apology.form
    known = {form.code: form for form in rules.forms()}
    return known[code] if code in known else rules.form_on(timezone.localdate())


def build(apology: Apology, who: Identity) -> Any:
    """Make the letter's tree of blocks."""
    from sipas.reporting import blocks as b

    form, texts, filled = form_of(apology), _texts(), _fields(apology, who)
    day = apology.signed or apology.sent or timezone.localdate()
    place = place_above(apology.unit, day)
    parent, agency = _agencies(apology, place.full_name if place else "")
    town = apology.unit.name if is_place(apology.unit) else place.name if place else "……"
    lines = tuple(b.paragraph(text) for text in _lines(texts[texts["letters"][form.code]], filled))
    notes = (b.Note(texts["draft"]),) if form.verified else (b.Note(f"{texts['draft']} {texts['unverified']}"),)
    return b.Document(
        title=f"{form.title} {apology}",
        author=apology.unit.full_name,
        date=day,
        mark=SIMULATED if apology.dossier.source.is_simulated else "",
        draft=True,
        paper="a5" if form.paper == "a5" else "a4",
        blocks=(
            b.Letterhead(parent, agency, _number(apology, form), texts["place_and_date"].format(
                place=town, year=day.year), draft=False),
            b.Title(*_title(apology, form)),
            b.Addressees((filled["to"],)),
            *lines,
            b.Signature(_signer(apology), BLANK, tuple(texts["recipients"])),
            *notes,
        ),
    )  # fmt: skip


def message_text(apology: Apology, who: Identity, *, way: str) -> tuple[str, str]:
    """Give subject and words of a message."""
    texts, filled = _texts()["message"], _fields(apology, who)
    mark = texts["simulated"] if apology.dossier.source.is_simulated else ""
    subject = mark + texts["subject"].format(**filled)
    if way == SMS:
        filled |= {"unit": _body(apology, "UBND")}
        dated = texts["sms_date"].format(**filled) if apology.new_date else ""
        return subject, mark + " ".join(texts["sms"].format(**filled, dated=dated).split())
    lines = [line for line in texts["email"] if apology.new_date or "{new_date}" not in line]
    return subject, mark + "\n\n".join(line.format(**filled) for line in lines)


def _fields(apology: Apology, who: Identity) -> dict[str, str]:
    """Give what the words are filled with; empty where there is nothing."""
    dossier, texts = apology.dossier, _texts()
    kind = dossier.applicant_kind if dossier.applicant_kind in texts["to"] and who.name else "unknown"
    kind = "person" if kind == "unknown" and who.name else kind
    unit = _body(apology)
    return {
        "to": texts["to"][kind].format(name=who.name),
        "you": texts["address"][kind],
        "number": dossier.number,
        "procedure": dossier.procedure.text if dossier.procedure else BLANK,
        "unit": unit,
        "Unit": unit[:1].upper() + unit[1:],
        "desk": dossier.receiver_name.text if dossier.receiver_name else "Bộ phận Một cửa",
        "received": _day(dossier.received),
        "due": _day(apology.due),
        "open": "yes" if apology.is_for_delay and dossier.finished is None else "",
        "finished": _day(dossier.finished) if apology.is_for_delay else "",
        "new_date": _day(apology.new_date),
        "no_date": "" if apology.new_date else "yes",
        "reason": _reason(apology),
        "faults": " và ".join(rules.faults().get(code, "") for code in apology.faults),
    }


def _reason(apology: Apology) -> str:
    told = [rules.reasons().get(apology.reason, ""), apology.reason_text]
    return "; ".join(text.strip().rstrip(".") for text in told if text.strip()) or BLANK


def _lines(rows: list[Mapping[str, Any]], filled: Mapping[str, str]) -> list[str]:
    return [row["text"].format(**filled) for row in rows if all(filled[name] for name in row.get("needs", ()))]


def _agencies(apology: Apology, place: str) -> tuple[str, str]:
    """Give the body above and the agency, as a letterhead has them."""
    if is_place(apology.unit):  # the committee of a place names no body above
        return "", _body(apology).upper()
    return f"UBND {place}".upper() if place else "", apology.unit.full_name.upper()


def _title(apology: Apology, form: rules.Form) -> tuple[str, str]:
    """Give the form's title; a letter that puts nothing off does not say that it does."""
    if apology.new_date is not None:
        return form.title, form.about
    return form.undated_title or form.title, form.about if form.undated_about is None else form.undated_about


def _signer(apology: Apology) -> tuple[str, ...]:
    """Give who signs; the head of a committee signs for the committee (NĐ 30/2020, Phụ lục I, ô 7a)."""
    return PLACE_SIGNER if is_place(apology.unit) else (office_of(apology.unit).upper(),)


def _body(apology: Apology, committee: str = "Ủy ban nhân dân") -> str:
    """Name who apologises: the committee of a place, or the agency itself."""
    name = apology.unit.full_name
    return f"{committee} {name[:1].lower()}{name[1:]}" if is_place(apology.unit) else name


def _number(apology: Apology, form: rules.Form) -> str:
    return apology.number or f"……/{form.symbol}"


def _day(day: dt.date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


@cache
def _texts() -> dict[str, Any]:
    return dict(yaml.safe_load(DATA.read_text(encoding="utf-8")))
