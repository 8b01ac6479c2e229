"""The letter that urges a unit, by Phụ lục I of NĐ 30/2020: always a draft, for văn thư and the signer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from sipas_web.improvement.queries.urging import UrgedTask, Urging
from sipas_web.improvement.report_bodies import COMMITTEE_SIGNER, head_title
from sipas_web.units.kinds import Kind
from sipas_web.units.queries import Unit

TEXTS = Path(__file__).parent / "data" / "urging_letter.yaml"
PDF, DOCX = "application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMS = {"pdf": PDF, "docx": DOCX}
PEOPLES_COMMITTEE = "Ủy ban nhân dân"
COMMITTEES = (Kind.PROVINCE, Kind.DISTRICT, Kind.COMMUNE)
SIMULATED = "MÔ PHỎNG"


def letter(urging: Urging, earlier: Sequence[Urging], form: str) -> bytes:
    """Set the letter as PDF or DOCX; ``earlier``: letters before it that named one of its tasks, the newest first."""
    from sipas.reporting import render_docx, render_pdf

    render: Callable[[Any], bytes] = {"pdf": render_pdf, "docx": render_docx}[form]
    return render(document(urging, earlier))


def document(urging: Urging, earlier: Sequence[Urging]) -> Any:
    """Make the letter before it has a file format."""
    from sipas.reporting import Document

    texts = _texts()
    mark = SIMULATED if settings.DEMONSTRATION else ""
    title = f"Công văn đôn đốc {name_of(urging.unit)}"
    named = f"[{mark}] {title}" if mark else title
    blocks = (*_head(urging, texts), *_body(urging, earlier, texts), _signature(urging))
    return Document(named, urging.agency, urging.on, mark, draft=True, blocks=blocks)


def head_for(issuer: Unit, above: Unit | None) -> tuple[str, str, str]:
    """Propose parent agency, agency and place of the letters that go out from a unit."""
    place = issuer if issuer.kind in COMMITTEES else above
    where = place.name if place else ""
    if issuer.kind == Kind.COUNTRY:
        return "", "Bộ Nội vụ", "Hà Nội"
    if issuer.kind == Kind.PROVINCE:
        return _short(issuer), "Sở Nội vụ", where
    if issuer.kind in COMMITTEES:
        return "", name_of(issuer), where
    return _short(above) if above else "", issuer.full_name, where


def name_of(unit: Unit) -> str:
    """Name a unit as an addressee: a place by its people's committee."""
    if unit.kind in COMMITTEES:
        return f"{PEOPLES_COMMITTEE} {unit.full_name[:1].lower()}{unit.full_name[1:]}"
    return unit.full_name


def _short(unit: Unit) -> str:
    """Name a unit so that it fits on a line of the head."""
    return name_of(unit).replace(PEOPLES_COMMITTEE, "UBND")


def _head(urging: Urging, texts: dict[str, str]) -> list[Any]:
    from sipas.reporting.blocks import Addressees, Letterhead, Notice
    from sipas.reporting.wording import official_date

    dated = official_date(urging.sent) if urging.sent else "ngày … tháng … năm …"
    blocks: list[Any] = [
        Letterhead(
            urging.parent_agency.upper(),
            urging.agency.upper(),
            urging.reference or f"…/{_symbol(urging.agency)}-{_drafter(urging.agency)}",
            f"{urging.place}, {dated}",
            subject=texts["subject"],
            draft=False,
        ),
        Addressees((name_of(urging.unit),)),
    ]
    return [*blocks, Notice(texts["simulated"])] if settings.DEMONSTRATION else blocks


def _body(urging: Urging, earlier: Sequence[Urging], texts: dict[str, str]) -> list[Any]:
    from sipas.reporting.blocks import paragraph

    tasks = list(urging.tasks.all())
    told = {
        "unit": name_of(urging.unit),
        "agency": urging.agency,
        "on": _day(urging.on),
        "report_by": _day(urging.report_by),
        "count": f"{len(tasks):02d}",
        "times": len(earlier) + 1,
        "last": _reference(earlier[0]) if earlier else "",
    }
    names = ("opening", *(("again",) if earlier else ()))
    blocks: list[Any] = [paragraph(texts[name].format(**told)) for name in names]
    blocks.append(_table(tasks, urging.on, texts, told))
    return [*blocks, *(paragraph(texts[name].format(**told)) for name in ("request", "difficulty", "closing"))]


def _table(tasks: Sequence[UrgedTask], on: dt.date, texts: dict[str, str], told: dict[str, Any]) -> Any:
    from sipas.reporting.blocks import Column, Table

    columns = (
        Column("TT", 0.4, "center"),
        Column("Nhiệm vụ", 3.2, "left"),
        Column("Văn bản giao", 1.4, "left"),
        Column("Hạn ban đầu", 1.1, "center"),
        Column("Hạn hiện tại", 1.1, "center"),
        Column("Quá hạn (ngày)", 0.8, "right"),
        Column("Tiến độ (%)", 0.8, "right"),
    )
    rows = tuple(
        (
            str(number),
            one.task.title,
            str(one.task.directive or "–"),
            _day(one.first_due),
            _day(one.due),
            str((on - one.due).days),
            str(one.percent),
        )
        for number, one in enumerate(tasks, start=1)
    )
    return Table(texts["caption"].format(**told), columns, rows, note=texts["note"], name_column=1)


def _signature(urging: Urging) -> Any:
    from sipas.reporting.blocks import Signature

    return Signature(_position(urging.agency), "…", ("Như trên", f"Lưu: VT, {_drafter(urging.agency)}"))


def _position(agency: str) -> tuple[str, ...]:
    if agency.startswith((PEOPLES_COMMITTEE, "Uỷ ban nhân dân", "UBND")):
        return COMMITTEE_SIGNER
    return (head_title(agency),)


def _symbol(agency: str) -> str:
    if agency.startswith((PEOPLES_COMMITTEE, "Uỷ ban nhân dân", "UBND")):
        return "UBND"
    return "".join(word[0] for word in agency.split() if word[0].isalpha()).upper()


def _drafter(agency: str) -> str:
    """Give the sign of the office that drafts; one that is not known is left to fill in."""
    return "CCHC" if "nội vụ" in agency.lower() else "…"


def _reference(urging: Urging) -> str:
    number = f"Công văn số {urging.reference}" if urging.reference else "công văn"
    return f"{number} ngày {_day(urging.sent or urging.on)}"


def _day(day: dt.date) -> str:
    return f"{day:%d/%m/%Y}"


@cache
def _texts() -> dict[str, str]:
    return dict(yaml.safe_load(TEXTS.read_text(encoding="utf-8")))
