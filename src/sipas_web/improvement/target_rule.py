"""Whether values reached their targets: the library's rule, the same as on the pages of results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

MIRRORED = {"le", "gt"}  # asked as 100 − value at least 100 − threshold
TURNED = {"gt", "lt"}  # met where the other relation is not
OTHER = {"met": "not_met", "not_met": "met"}
NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class Asked:
    """A value beside its target, all in the unit of the series."""

    relation: str  # ge, gt, le, lt
    threshold: Decimal
    value: float | None
    low: float | None
    high: float | None
    maximum: Decimal = Decimal(100)


def verdicts(asked: Sequence[Asked]) -> list[str]:
    """Judge values: ``met``, ``not_met``, ``undecided``, ``no_interval`` or ``no_data``."""
    import polars as pl

    from sipas.scoring import targets_of_index

    if not asked:
        return []
    rows = [_in_percent(one) for one in asked]
    key = {"domain_kind": [""] * len(rows), "domain": [""] * len(rows), "node": [str(n) for n in range(len(rows))]}
    columns = {name: [row[name] for row in rows] for name in ("percent", "se", "low", "high")}
    kinds = dict.fromkeys(columns, pl.Float64)
    index = pl.DataFrame({**key, **columns, "n": [None] * len(rows)}, schema_overrides={**kinds, "n": pl.Int64})
    wanted = pl.DataFrame({**key, "target": [row["target"] for row in rows]}, schema_overrides={"target": pl.Float64})
    told = targets_of_index(index, wanted)["verdict"].to_list()
    return [OTHER.get(v, v) if one.relation in TURNED else v for one, v in zip(asked, told, strict=True)]


def _in_percent(one: Asked) -> dict[str, float | None]:
    """Bring a value to percent of the most that is possible, turned round where little is asked for."""
    value, low, high = (_share(x, one.maximum) for x in (one.value, one.low, one.high))
    target = float(one.threshold * 100 / one.maximum)
    if one.relation not in MIRRORED:
        return {"percent": value, "se": None, "low": low, "high": high, "target": target}
    turned = {"percent": _from_hundred(value), "low": _from_hundred(high), "high": _from_hundred(low)}
    return {**turned, "se": None, "target": 100 - target}


def _share(value: float | None, maximum: Decimal) -> float | None:
    if value is None or maximum == 100:
        return value
    return float(Decimal(str(value)) * 100 / maximum)


def _from_hundred(value: float | None) -> float | None:
    return None if value is None else 100 - value
