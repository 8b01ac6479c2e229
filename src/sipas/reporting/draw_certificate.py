"""The certificate of a draw as a document people sign: one to a few A4 pages in Vietnamese, PDF/A.

Everything is on ``certificate.json``; what only the program of many people knows (heads of journal and audit record,
the address to verify it) is given beside it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import typst

from sipas.errors import SipasError
from sipas.reporting.render.typst_pdf import STANDARD, shipped_fonts
from sipas.sampling import read_certificate
from sipas.sampling.numbers import ids_of

MOST_ROWS = 400  # lists printed; all of them are in certificate.json
EQUAL_CHANCE = ("srs", "systematic")
OUTCOMES = {"drawn": "đã bốc, sau đó bốc lại", "abandoned": "bị hủy"}


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What stands on a certificate of a draw beside the draw itself.

    Parameters
    ----------
    title : str
        Of the round.
    parent, agency, place : str
        Of the letterhead; ``parent`` may be empty.
    drawn : datetime
        When, in local time.
    number : int
        Of the draw in its round, from 1.
    design_sha256 : str
        Hash of the design and its coordination.
    journal_head, audit_head : str
        ``number:hash`` of the round's journal after the draw, of the audit record before it.
    code, address : str
        Of the public page that verifies it.
    qr : str
        SVG of the address.
    simulated : bool
        Marks every page.
    """

    title: str
    parent: str
    agency: str
    place: str
    drawn: dt.datetime
    number: int
    design_sha256: str
    journal_head: str
    audit_head: str
    code: str
    address: str
    qr: str
    simulated: bool


def render_draw_certificate(certificate: bytes, ceremony: Ceremony) -> bytes:
    """Set the certificate of a draw as PDF.

    Parameters
    ----------
    certificate : bytes
        ``certificate.json`` as the draw wrote it; its hash is printed.
    ceremony : Ceremony
        The rest.

    Returns
    -------
    bytes
        PDF/A-2a; the same bytes for the same arguments.

    Raises
    ------
    SipasError
        ``sampling.certificate_form``, ``reporting.not_set``.
    """
    data = json.dumps(_printed(certificate, ceremony), ensure_ascii=False)
    source = resources.files(__package__).joinpath("draw_certificate.typ").read_bytes()
    moment = ceremony.drawn.astimezone(dt.UTC).replace(microsecond=0)
    compiler = typst.Compiler(source, font_paths=shipped_fonts(), sys_inputs={"data": data})
    try:
        made = compiler.compile(format="pdf", pdf_standards=STANDARD, timestamp=moment)
    except typst.TypstError as fault:
        raise SipasError("reporting.not_set", "certificate", got=fault.message) from fault
    return bytes(made) if isinstance(made, bytes) else b"".join(made or ())


def _printed(certificate: bytes, ceremony: Ceremony) -> dict[str, Any]:
    made: Any = read_certificate(certificate)
    drawn = ceremony.drawn
    return {
        "parent": ceremony.parent.upper(),
        "agency": ceremony.agency.upper(),
        "place": f"{ceremony.place}, ngày {drawn:%d} tháng {drawn:%m} năm {drawn:%Y}",
        "day": [drawn.year, drawn.month, drawn.day],
        "title": ceremony.title,
        "number": ceremony.number,
        "mark": "MÔ PHỎNG" if ceremony.simulated else "",
        "qr": ceremony.qr,
        "code": _fours(ceremony.code),
        "address": ceremony.address,
        "facts": _facts(made, ceremony),
        "hashes": _hashes(made, certificate, ceremony),
        "parts": [_part(part) for part in made["seed"]["parts"]],
        "witnesses": [part["name"] for part in made["seed"]["parts"] if part["kind"] == "witness"],
        "has_number": any(part["kind"] == "public_number" for part in made["seed"]["parts"]),
        "operator": made["seed"]["operator"],
        "counts": _counts(made),
        "history": [_earlier(one) for one in made["draws"].get("history", [])],
        "lists": _lists(made),
        "is_cut": len(made["lists"]) > MOST_ROWS,
        "rule": made["rule"],
        "remarks": [*made["recommendations"], *made["notes"]],
        "program": f"sipas {made['program']['version']}",
    }


def _facts(made: Any, ceremony: Ceremony) -> list[tuple[str, str]]:
    return [
        ("Khung mẫu", f"{_count(made['frame']['rows'])} giao dịch hoặc người"),
        ("Mẫu chính thức", f"{_count(made['sample']['official'])} giao dịch hoặc người"),
        ("Mẫu dự phòng", f"{_count(made['sample']['reserve'])} giao dịch hoặc người, có thứ tự"),
        ("Thời điểm bốc", f"{ceremony.drawn:%H:%M ngày %d/%m/%Y}"),
        ("Người thực hiện", made["seed"]["operator"]),
    ]


def _hashes(made: Any, certificate: bytes, ceremony: Ceremony) -> list[tuple[str, str, list[str]]]:
    """Name, meaning and groups of four of each hash."""
    journal, journal_hash = ceremony.journal_head.split(":", 1)
    audit, audit_hash = ceremony.audit_head.split(":", 1)
    said = [
        ("Khung mẫu", "công bố trước khi nhập", made["frame"]["sha256"]),
        ("Thiết kế", "công bố trước khi nhập", ceremony.design_sha256),
        ("Hạt giống", "từ khung mẫu và các nội dung", made["seed"]["sha256"]),
        ("Mẫu", "chính thức và dự phòng", made["sample"]["sha256"]),
        ("certificate.json", "bản máy đọc", hashlib.sha256(certificate).hexdigest()),
        ("Nhật ký đợt", f"dòng {journal}, sau khi bốc", journal_hash),
        ("Nhật ký hệ thống", f"dòng {audit}, trước khi bốc", audit_hash),
    ]
    return [(name, meaning, _fours(value)) for name, meaning, value in said]


def _counts(made: Any) -> str:
    history = made["draws"].get("history", [])
    abandoned = [one for one in history if one["outcome"] == "abandoned"]
    refused = sum(len(one.get("refused", [])) for one in history)
    draws = made["draws"]
    return (
        f"Bốc thử: {draws['trials']} lần. Bốc lại: {draws['redraws']} lần. Buổi bốc mẫu bị hủy: {len(abandoned)}. "
        f"Người chứng kiến từ chối: {refused}."
    ) + _why(draws)


def _why(draws: Any) -> str:
    """Say why this draw followed another: drawn again, or opened anew after one that was never carried out."""
    if not draws.get("reason"):
        return ""
    return f" Lý do {'của lần bốc lại này' if draws['redraws'] else 'mở buổi bốc mẫu này'}: {draws['reason']}"


def _part(part: Mapping[str, str]) -> tuple[str, str]:
    is_number = part["kind"] == "public_number"
    return (f"Số công khai: {part['name']}" if is_number else part["name"]), part["text"]


def _earlier(one: Mapping[str, Any]) -> tuple[str, str, str, str]:
    outcome = OUTCOMES[one["outcome"]]
    if one["outcome"] == "abandoned":
        outcome += " khi nội dung đã công khai" if one["texts_known"] else " khi nội dung chưa công khai"
    refused = [f"{r['name']} từ chối: {r['reason']}" for r in one["refused"]]
    opened = dt.date.fromisoformat(one["opened"])
    return str(one["number"]), f"{opened:%d/%m/%Y}", outcome, "; ".join([r for r in (one["reason"], *refused) if r])


def _lists(made: Any) -> list[tuple[str, str, str, str, str]]:
    stages = made["design"]["stages"]
    return [_list(one, stages, len(stages) > 1) for one in made["lists"][:MOST_ROWS]]


def _list(one: Mapping[str, Any], stages: list[Mapping[str, Any]], several: bool) -> tuple[str, str, str, str, str]:
    stage = stages[one["stage"] - 1]
    stratum = "toàn bộ" if one["stratum"] == "all" else one["stratum"]
    above = f"Giai đoạn {one['stage']}" + (f" · {' / '.join(ids_of(one['parent']))}" if one["parent"] else "")
    equal = stage.get("method", "srs") in EQUAL_CHANCE
    chance = _decimal(one["sample"] / one["population"]) if equal and one["population"] else "theo quy mô"
    name = f"{above} · {stratum}" if several else stratum
    return name, _count(one["population"]), _count(one["sample"]), _count(one["reserve"]), chance


def _count(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def _decimal(value: float) -> str:
    return f"{value:.4f}".replace(".", ",")


def _fours(text: str) -> list[str]:
    return [text[at : at + 4] for at in range(0, len(text), 4)]
