"""Units behind the names that a letter uses: proposals only, a person chooses."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from sipas.letters.structure import full_name
from sipas.letters.vocabulary import words
from sipas_web.improvement.models import Directive
from sipas_web.shared.vietnamese_text import search_key
from sipas_web.units import queries as units
from sipas_web.units.kinds import OWN, REGISTERED, Kind
from sipas_web.units.queries import Unit

MOST = 6
COUNCIL = "uy ban nhan dan"
LEVELS = {
    "tinh": (Kind.PROVINCE,), "thanh pho": (Kind.PROVINCE, Kind.DISTRICT), "huyen": (Kind.DISTRICT,),
    "quan": (Kind.DISTRICT,), "thi xa": (Kind.DISTRICT,), "xa": (Kind.COMMUNE,), "phuong": (Kind.COMMUNE,),
    "thi tran": (Kind.COMMUNE,), "dac khu": (Kind.COMMUNE,),
}  # fmt: skip
KINDS = {"provinces": Kind.PROVINCE, "districts": Kind.DISTRICT, "communes": Kind.COMMUNE}
_SPACES = re.compile(r"\s+")
_TAIL = re.compile(r"\s+(?:truc thuoc|thuoc|cap|cua|tren dia ban)\b.*$")
_MANY = re.compile(r"\bcac\b|^(?:uy ban nhan dan\s+)?(?:huyen|xa|phuong)\s*,")
NATIONAL = re.compile(r"^(?:bo|chinh phu|thu tuong chinh phu|quoc hoi|van phong chinh phu)\b")


@dataclass(frozen=True, slots=True)
class Group:
    """Units that a collective name may mean."""

    code: str
    label: StrOrPromise
    words: re.Pattern[str]  # in the folded name


GROUPS = (
    Group("provinces", _("every province and city"), re.compile(r"cac tinh\b|truc thuoc trung uong")),
    Group("communes", _("every commune below"), re.compile(r"(?<!thi )\bxa\b|\b(?:phuong|thi tran|dac khu)\b|cap xa")),
    Group("districts", _("every district below"), re.compile(r"\b(?:huyen|thi xa)\b|(?<!co )\bquan\b|cap huyen")),
    Group("agencies", _("every agency directly below"), re.compile(
        r"\b(?:so|ban|nganh|phong|don vi|co quan|trung tam|to chuc|bo phan)\b")),
    Group("own", _("every unit of our own directly below"), re.compile(r"$^")),
)  # fmt: skip


def key_of(name: str) -> str:
    """Give the form in which names are compared: folded, UBND written out, the head's title left off."""
    key = _SPACES.sub(" ", full_name(name)).strip(" ,;.:-")
    for head in sorted((search_key(h) for h in words()["heads"]), key=len, reverse=True):
        key = key.removeprefix(f"{head} ")
    return key


def group_key(name: str) -> str:
    """Give a collective name without what it belongs to: "các sở, ban, ngành thuộc tỉnh"."""
    return _TAIL.sub("", key_of(name))


def is_collective(name: str) -> bool:
    """Say whether a name means several units."""
    return bool(_MANY.search(key_of(name)))


def suggested(name: str, *, on: dt.date, near: Unit | None) -> list[Unit]:
    """Give the units that a name may mean on a day, the likeliest first; ``near`` is who uses the name."""
    if is_collective(name):
        return []
    key = key_of(name)
    found = _territories(key, on, near) if key.startswith(COUNCIL) else _bodies(key, on, near)
    if not found and NATIONAL.match(key):
        found = [units.root()]
    return found[:MOST]


def likeliest(name: str, *, on: dt.date, near: Unit | None, place: str = "") -> Unit | None:
    """Give the unit that a name means if there is no doubt; of several the one whose seat the letter names."""
    found = suggested(name, on=on, near=near) if name else []
    if len(found) > 1 and place:
        found = [u for u in found if search_key(u.name) == search_key(place)]
    return found[0] if len(found) == 1 else None


def using(directive: Directive) -> Unit | None:
    """Give the unit from which the short names of a letter are understood; None where its issuer is in no tree."""
    if directive.issuer is not None:
        return directive.issuer
    return None if key_of(directive.issuer_name).startswith(COUNCIL) else directive.unit


def group_of(name: str) -> str:
    """Give the code of the group that a collective name seems to mean; empty where no word tells."""
    keys = (group_key(name), key_of(name))
    return next((g.code for key in keys for g in GROUPS if g.words.search(key)), "")


def is_same_group(name: str, other: str) -> bool:
    """Say whether two collective names mean the same units: one may be the beginning of the other."""
    one, two = group_key(name), group_key(other)
    return one == two or (is_collective(name) and (one.startswith(f"{two},") or two.startswith(f"{one},")))


def is_member(name: str, other: str, unit: Unit) -> bool:
    """Say whether a body named alone is one of those a collective name means: Sở Nội vụ of "các sở, ban, ngành"."""
    code = group_of(name) if is_collective(name) else ""
    if code in KINDS:
        return unit.kind == KINDS[code]
    return code == "agencies" and key_of(other).split(" ")[0] in re.findall(r"\w+", group_key(name))


def members_of(code: str, *, below: Unit, on: dt.date) -> QuerySet[Unit]:
    """List the units of a group under a unit on a day."""
    every = units.holding(Unit.objects.all(), on)
    if code == "provinces":
        return every.filter(kind=Kind.PROVINCE).order_by("sort_key", "code")
    territory = territory_of(below, on)
    if code in {"communes", "districts"}:
        kind = Kind.COMMUNE if code == "communes" else Kind.DISTRICT
        under = units.under_any([territory.pk], on)
        return every.filter(kind=kind, pk__in=under).order_by("sort_key", "code")
    direct = every.filter(memberships__parent=below, memberships__valid_from__lte=on, memberships__valid_to__gte=on)
    kinds = [Kind.AGENCY] if code == "agencies" else OWN
    return direct.filter(kind__in=kinds).order_by("sort_key", "code")


def territory_of(unit: Unit, on: dt.date) -> Unit:
    """Give the unit itself where it is one of the register, else the nearest one above it."""
    if unit.kind in REGISTERED:
        return unit
    above = [u for u in units.path(unit, on) if u.kind in REGISTERED]
    return above[-1] if above else unit


def _territories(key: str, on: dt.date, near: Unit | None) -> list[Unit]:
    """Find a province, district or commune behind "UBND tỉnh", "UBND xã Minh Quang"."""
    rest = key.removeprefix(COUNCIL).strip()
    level = next((w for w in sorted(LEVELS, key=len, reverse=True) if rest == w or rest.startswith(f"{w} ")), "")
    if not level:
        return []
    if rest == level:
        found = [u for one in _then(near, on) for u in [one, *reversed(units.path(one, on))] if u.kind in LEVELS[level]]
        return list(dict.fromkeys(found))
    registered = Unit.objects.filter(kind__in=LEVELS[level], search_key=rest)
    return _nearest(list(units.holding(registered, on)), on, near)


def _then(unit: Unit | None, on: dt.date) -> list[Unit]:
    """Give the unit as it was on a day: itself, or those it came from."""
    if unit is None or unit.holds(on):
        return [unit] if unit is not None else []
    return [step.unit for step in units.precedents_of(unit) if step.unit.holds(on)] or [unit]


def _bodies(key: str, on: dt.date, near: Unit | None) -> list[Unit]:
    """Find an agency, desk, post office or organisation by its name, whole or as a part of it."""
    parts = Q(search_key=key) | Q(search_key__startswith=f"{key} ")
    short = re.sub(r"\s+(?:tinh|huyen|xa|phuong|thanh pho|thi xa)(?:\s.*)?$", "", key)
    if short != key and " " in short:
        parts |= Q(search_key=short)
    own = Unit.objects.filter(parts, kind__in=OWN)
    found = list(units.holding(own, on)) or list(units.holding(own, units.today()))
    exact = [u for u in found if u.search_key == key]
    return _nearest(exact, on, near) + _nearest([u for u in found if u.search_key != key], on, near)


def _nearest(found: list[Unit], on: dt.date, near: Unit | None) -> list[Unit]:
    """Put those that share the most units above with ``near`` first."""
    if near is None or len(found) < 2:
        return found
    line = {u.pk for u in units.path(near, on)} | {near.pk}
    # one query for all of them: who stands above each
    above: dict[int, int] = {}
    for unit, over in units.lines_above([u.pk for u in found], on):
        above[unit] = above.get(unit, 0) + (over in line)
    return sorted(found, key=lambda u: -above.get(u.pk, 0))
