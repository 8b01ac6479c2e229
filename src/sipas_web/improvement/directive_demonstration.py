"""Made-up directives to try the application with: one cascade from the Ministry's plan to a desk, and a piece of news.

Made by the same actions as real ones, and marked as simulated; what is there already is not made again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files

import yaml

from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions import directives as actions
from sipas_web.improvement.actions.directives.correcting import CitationGiven
from sipas_web.improvement.actions.directives.receiving import AddresseeGiven
from sipas_web.improvement.queries.directives import Directive, names
from sipas_web.units import actions as unit_actions
from sipas_web.units import queries as units
from sipas_web.units.kinds import Kind
from sipas_web.units.queries import Unit

SIMULATED = " (mô phỏng)"
AGENCIES = (("MP-SNV", "Sở Nội vụ"), ("MP-STC", "Sở Tài chính"), ("MP-SXD", "Sở Xây dựng"))
SECTIONS = (("MP-SNV-CC", "Phòng Cải cách hành chính"), ("MP-SNV-TC", "Phòng Tổ chức"))


@cache
def letters() -> dict[str, str]:
    """Give the texts of the made-up letters."""
    text = files("sipas_web.improvement").joinpath("data/directive_samples.yaml").read_text(encoding="utf-8")
    found: dict[str, str] = yaml.safe_load(text)
    return found


def letter(name: str, province: Unit, commune: Unit) -> str:
    """Give one letter with the names of a province and a commune in it."""
    filled = {
        "PROVINCE": province.full_name.upper(), "province": province.full_name, "seat": province.name,
        "commune": commune.full_name, "COMMUNE": commune.full_name.upper(), "place": commune.name,
    }  # fmt: skip
    text = letters()[name]
    for key, value in filled.items():
        text = text.replace("{" + key + "}", value)
    return text


def make_directives(*, province: Unit, commune: Unit, actor_of: Callable[[str], Actor]) -> list[Directive]:
    """Make the cascade; ``actor_of`` gives who acts in a role (ministry, department). Gives the letters kept."""
    department = actor_of("department")
    interior, desk = _offices(province, commune, department)
    steps: tuple[tuple[str, str, Unit, Unit | None, str], ...] = (
        ("ministry", "ministry", units.root(), units.root(), ""),
        ("province", "department", province, province, "77/KH-BNV"),
        ("department", "department", interior, interior, "412/UBND-NC"),
        ("commune", "department", commune, commune, "412/UBND-NC"),
        ("desk", "department", desk, desk, "21/UBND-VP"),
        ("news", "department", province, province, ""),
    )
    return [
        _kept(letter(name, province, commune), unit, issuer, passed_on, actor_of(role))
        for name, role, unit, issuer, passed_on in steps
    ]


def _kept(text: str, unit: Unit, issuer: Unit | None, passed_on: str, by: Actor) -> Directive:
    made = Directive.objects.filter(unit=unit, text=text.strip(), is_simulated=True).exclude(state="withdrawn").first()
    if made is not None and made.state == "kept":
        return made
    made = made or actions.take_in(unit=unit, text=text.strip(), by=by, is_simulated=True)
    head = actions.Head(
        issuer, made.issuer_name, made.reference, made.issued, made.kind, made.subject or "Văn bản" + SIMULATED
    )
    actions.correct_head(directive_id=made.pk, head=head, by=by)
    made.refresh_from_db()
    _choose_parent(made, passed_on, by)
    _match(made, by)
    return actions.keep(directive_id=made.pk, by=by)


def _choose_parent(made: Directive, passed_on: str, by: Actor) -> None:
    cited = [
        CitationGiven(c.pk, c.role, c.kind, c.reference, c.issued, c.issuer_name, c.issuer, c.reference == passed_on)
        for c in made.citations.select_related("issuer")
    ]
    actions.correct_citations(directive_id=made.pk, citations=cited, by=by)


def _match(made: Directive, by: Actor) -> None:
    """Take collective names apart as the program proposes; names that stand alone by their only unit."""
    below, on = made.issuer or made.unit, made.issued or units.today()
    single = [
        AddresseeGiven(a.pk, a.name, a.unit or names.likeliest(a.name, on=on, near=below))
        for a in made.addressees.filter(group="")
    ]
    actions.correct_addressees(directive_id=made.pk, addressees=single, by=by)
    for row in list(made.addressees.filter(group="", unit=None)):
        members = list(names.members_of(names.group_of(row.name), below=below, on=on)) if _is_group(row.name) else []
        if members:
            actions.expand(addressee_id=row.pk, units=members, by=by)


def _is_group(name: str) -> bool:
    return names.is_collective(name) and bool(names.group_of(name))


def _offices(province: Unit, commune: Unit, by: Actor) -> tuple[Unit, Unit]:
    """Give Sở Nội vụ and the commune's one-stop centre; units that are missing are made."""
    agencies = [_unit(Kind.AGENCY, code, name, province, by) for code, name in AGENCIES]
    for code, name in SECTIONS:
        _unit(Kind.AGENCY, code, name, agencies[0], by)
    desk = _unit(Kind.ONE_STOP, f"MP-{commune.code}-PV", "Trung tâm Phục vụ hành chính công", commune, by)
    _unit(Kind.AGENCY, f"MP-{commune.code}-VX", "Phòng Văn hóa - Xã hội", commune, by)
    _unit(Kind.AGENCY, f"MP-{commune.code}-TN", "Tổ Tiếp nhận và trả kết quả", desk, by)
    return agencies[0], desk


def _unit(kind: str, code: str, name: str, parent: Unit, by: Actor) -> Unit:
    found = units.by_code(code, units.today())
    return found or unit_actions.add(
        kind=kind, code=code, name=name, parent=parent, valid_from=parent.valid_from, by=by
    )
