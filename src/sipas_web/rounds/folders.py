"""Where the library's folder of a round lies, and its settings as the library reads them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from sipas_web.rounds.models import MeasuredUnit, Round, TargetValue
from sipas_web.units.queries import Unit

PLACES = ("province", "commune")  # kinds of domain whose values are codes
COUNTRY = "VN"  # code of the whole country in the tree; the library says "all"


def folder_of(round_: Round) -> Path:
    """Give the round's folder; it may not exist yet."""
    return Path(settings.ROUNDS_FOLDER) / round_.folder


def settings_of(round_: Round) -> dict[str, Any]:
    """Give the whole of ``round.yaml``: the columns of the round and its ``settings``. Two queries.

    It is written into the folder before each run of the library, by the job that runs it, never beside one.
    """
    made: dict[str, Any] = {
        "name": round_.folder,
        "title": round_.title,
        "year": round_.year,
        "edition": round_.edition,
        "province": "all" if round_.unit.code == COUNTRY else round_.unit.code,
        "window": {"from": round_.window_from, "to": round_.window_to},
        **_in_one_order(round_.settings),
    }
    measured = MeasuredUnit.objects.filter(round=round_).select_related("unit").order_by("unit__code", "pk")
    names = [m.name_in_lists or m.unit.full_name for m in measured]
    if names:
        made["frame"] = {**made.get("frame", {}), "agencies": names}
    targets = TargetValue.objects.filter(round=round_).select_related("unit").order_by("unit__sort_key", "pk")
    named = {m.unit_id: name for m, name in zip(measured, names, strict=True)}
    ordered = sorted(targets, key=lambda target: target.unit is not None)  # of the whole round first
    made["targets"] = [
        {"label": t.label, "threshold": float(t.percent), "node": t.node, "source": t.source}
        | _whose(round_, t.unit, named)
        for t in ordered
    ]
    if round_.previous is not None:
        made["previous"] = f"../{round_.previous.folder}"
    return made


def _in_one_order(value: Any) -> Any:
    """Sort keys, at every depth: PostgreSQL does not keep their order, and the file shall be the same on both."""
    if isinstance(value, dict):
        return {key: _in_one_order(value[key]) for key in sorted(value)}
    return [_in_one_order(one) for one in value] if isinstance(value, list) else value


def _whose(round_: Round, unit: Unit | None, named: Mapping[int, str]) -> dict[str, str]:
    """Say whose a target is, as the results will name them: a place by its code, an agency as the lists write it."""
    if unit is None or unit.pk == round_.unit_id:
        return {}
    kind = round_.settings.get("estimates", {}).get("rank_by", ["agency"])[0]
    if kind in PLACES:
        return {"domain_kind": kind, "domain": unit.code}
    office = f"UBND {unit.full_name[:1].lower()}{unit.full_name[1:]}" if unit.is_registered else unit.full_name
    return {"domain_kind": kind, "domain": named.get(unit.pk, office)}
