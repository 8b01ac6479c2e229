"""The result of a matched sample in rows for the page: nothing is worked out here that the library did not give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from sipas_web.supervision.queries import CheckSample

PERCENT = 100


@dataclass(frozen=True, slots=True)
class RateRow:
    """A rate with its interval."""

    label: str
    count: int
    n: int
    percent: float | None
    low: float | None
    high: float | None
    is_small: bool
    differ: float | None = None  # repeated answers that differ, percent


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A question asked again."""

    text: str
    pairs: int
    differ: float | None
    differ_se: float | None
    kappa: float | None
    kappa_se: float | None
    inconsistency: float | None


@dataclass(frozen=True, slots=True)
class EffectRow:
    """A version of the index."""

    scope: str
    label: str
    n: int
    percent: float | None
    effect: float | None
    low: float | None
    high: float | None
    is_first: bool


@dataclass(frozen=True, slots=True)
class Result:
    """Everything shown of a result."""

    rates: Sequence[RateRow]
    groups: Sequence[tuple[str, str, Sequence[RateRow]]]  # heading, head of the column, rows
    items: Sequence[ItemRow]
    effects: Sequence[EffectRow]
    is_base: bool


def result_of(sample: CheckSample) -> Result | None:
    """Put a result into rows; none before the matching."""
    made = sample.result
    if made is None:
        return None
    names = {"fail": _("Failed"), "doubt": _("In doubt"), "not_verified": _("Could not be verified")}
    kinds = {
        "interviewer": (_("By interviewer"), _("Interviewer")),
        "office": (_("By post office"), _("Post office")),
    }
    whole = [row for row in made["rates"] if row["group_kind"] == "all"]
    texts = {q["name"]: q["text"] for q in sample.questions}
    return Result(
        rates=[_rate(row, names[row["measure"]]) for row in whole if row["measure"] in names],
        groups=[(*names_of, found) for kind, names_of in kinds.items() if (found := _group(made["rates"], kind))],
        items=[_item(row, texts) for row in made["items"] if row["pairs"]],
        effects=_effects(made["effects"]),
        is_base=made["weights"] == "base",
    )


def _rate(row: Mapping[str, Any], label: str, differ: float | None = None) -> RateRow:
    return RateRow(label, row["count"], row["n"], row["percent"], row["low"], row["high"], bool(row["small"]), differ)


def _group(rates: Sequence[Mapping[str, Any]], kind: str) -> list[RateRow]:
    found = {(row["group"], row["measure"]): row for row in rates if row["group_kind"] == kind}
    groups = sorted({group for group, _measure in found})
    rows = [(found[g, "fail"], g, found.get((g, "differ"), {}).get("percent")) for g in groups]
    return [_rate(row, group, differ) for row, group, differ in rows]


def _item(row: Mapping[str, Any], texts: Mapping[str, str]) -> ItemRow:
    return ItemRow(
        texts.get(row["item"], row["item"]), row["pairs"], _percent(row["gross_difference"]),
        _percent(row["gross_difference_se"]), row["kappa"], row["kappa_se"], row["inconsistency"],
    )  # fmt: skip


def _effects(effects: Sequence[Mapping[str, Any]]) -> list[EffectRow]:
    scopes = {
        "found": _("The forms found to have failed"),
        "projected": _("Projected to every form of the list"),
    }
    labels = {"as_is": _("As it is"), "dropped": _("Failed forms dropped"), "replaced": _("Failed forms replaced")}
    return [
        EffectRow(
            scopes[row["scope"]], labels[row["version"]], row["n"], row["percent"], row["effect"], row["effect_low"],
            row["effect_high"], row["version"] == "as_is",
        )
        for row in effects
    ]  # fmt: skip


def _percent(value: float | None) -> float | None:
    return None if value is None else PERCENT * value
