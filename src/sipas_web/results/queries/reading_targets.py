"""Targets of the whole and of its units, judged by the library with the published intervals."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django_stubs_ext import StrOrPromise

from sipas_web.results import drawings
from sipas_web.results.drawings import Scale
from sipas_web.results.numbers import number
from sipas_web.results.queries.reading import Opened
from sipas_web.results.queries.reading_home import VERDICTS
from sipas_web.results.queries.reading_names import WHOLE, domain_name, node_name
from sipas_web.results.queries.reading_rows import HIDDEN, written

ORDER = ("not_met", "undecided", "met", "no_interval", "no_data")


@dataclass(frozen=True, slots=True)
class Judged:
    """A target beside the value it asks for; ``value`` is missing where nothing was published under that name."""

    name: str
    domain: str
    kind: str
    node: str
    node_name: str
    label: str
    source: str
    threshold: str
    percent: str
    ends: str
    text: StrOrPromise
    tone: str
    code: str
    drawing: SafeString
    is_hidden: bool
    may_open: bool
    target: float
    value: Any


@dataclass(frozen=True, slots=True)
class Targets:
    """All targets a reader may see, those of the whole first."""

    rows: tuple[Judged, ...]
    axis: SafeString
    counts: tuple[tuple[StrOrPromise, str, int], ...]  # verdict, tone, how many
    has_hidden: bool


def targets(opened: Opened) -> Targets:
    """Give the targets with their verdicts; of other agencies' values below the index, only to who reads them all."""
    results = opened.results
    told = [v for v in results.verdicts if _may_see(opened, v)]
    values = [results.figures.values.get((v.domain_kind, v.domain, v.node)) for v in told]
    known = [value for value in values if value is not None]
    drawn = [x for value in known for x in (value.low, value.high, value.percent)]
    scale = drawings.percent_scale([*drawn, *(v.threshold for v in told)])
    pairs = sorted(zip(told, values, strict=True), key=lambda pair: _place(pair[0]))
    rows = tuple(_judged(opened, scale, verdict, value) for verdict, value in pairs)
    counted = Counter(row.code for row in rows)
    counts = tuple((*VERDICTS[code], counted[code]) for code in ORDER if counted[code])
    return Targets(rows, drawings.axis(scale), counts, any(row.is_hidden for row in rows))


def _may_see(opened: Opened, verdict: Any) -> bool:
    """Follow the rule of every table: below the index a ranked unit's value is for it and for who reads the whole."""
    return not opened.is_limited(verdict.domain_kind, verdict.node) or opened.may_open(verdict.domain)


def _place(verdict: Any) -> tuple[bool, int]:
    return verdict.domain_kind != WHOLE, ORDER.index(verdict.verdict)


def _judged(opened: Opened, scale: Scale, verdict: Any, value: Any) -> Judged:

    results = opened.results
    percent, low, high = (None, None, None) if value is None else (value.percent, value.low, value.high)
    drawing = drawings.dot(scale, percent, low, high, verdict.threshold, "d-target")
    row = written(value, "", drawing) if value is not None else None
    text, tone = VERDICTS[verdict.verdict]
    return Judged(
        name=domain_name(results, verdict.domain_kind, verdict.domain),
        domain=verdict.domain,
        kind=verdict.domain_kind,
        node=verdict.node,
        node_name=node_name(results, verdict.node),
        label=verdict.label,
        source=verdict.source,
        threshold=number(verdict.threshold),
        percent=row.percent if row else HIDDEN,
        ends=row.ends if row else "",
        text=text,
        tone=tone,
        code=verdict.verdict,
        drawing=drawing,
        is_hidden=row is not None and row.is_hidden,
        may_open=verdict.domain_kind == opened.main_kind and row is not None and opened.may_open(verdict.domain),
        target=verdict.threshold,
        value=value,
    )
