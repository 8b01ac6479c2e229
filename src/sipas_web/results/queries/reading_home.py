"""What stands at the head of a round's results: the index, its targets, its change, and how good the data are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from sipas_web.results import drawings
from sipas_web.results.models import Publication
from sipas_web.results.numbers import count, number, share
from sipas_web.results.queries import folder_of
from sipas_web.results.queries.reading import Opened, read_head
from sipas_web.results.queries.reading_names import WHOLE, english, node_name
from sipas_web.results.queries.reading_rows import Row, target_of, written
from sipas_web.results.sheets import rounded

VERDICTS: dict[str, tuple[StrOrPromise, str]] = {
    "met": (_("Target met"), "good"),
    "not_met": (_("Target not met"), "bad"),
    "undecided": (_("Undecided"), "warning"),
    "no_interval": (_("Undecided"), "warning"),
    "no_data": (_("No figure"), "info"),
}
STEPS: dict[str, StrOrPromise] = {
    "base": _("Design weights"),
    "nonresponse": _("After non-response"),
    "calibrated": _("Calibrated to known counts"),
    "final": _("Final weights"),
}
FLAGS: dict[str, StrOrPromise] = {
    "quality.flag_same_answers": _("the same answer throughout"),
    "quality.flag_long_run": _("a long run of one answer"),
    "quality.flag_many_missing": _("many questions left out"),
    "quality.flag_twin": _("the same answers as another form"),
    "quality.suspicion": _("flagged while in the field"),
    "quality.decided_confirmed": _("confirmed by a person as not collected as it should be"),
    "quality.decided_cleared": _("looked at by a person and not confirmed"),
    "quality.decided_recheck": _("asked to be re-verified"),
    "quality.reverified_passed": _("confirmed by re-verification"),
    "quality.reverified_doubt": _("left in doubt by re-verification"),
    "quality.reverified_failed": _("failed re-verification"),
}
DOCUMENTS: dict[str, StrOrPromise] = {
    "report/bao-cao.pdf": _("Report (PDF)"),
    "report/bao-cao.docx": _("Report (Word)"),
    "report/so-lieu.xlsx": _("All tables (Excel)"),
    "report/cong-van.docx": _("Official letter (Word)"),
    "open-data/microdata.csv": _("Microdata (CSV)"),
    "open-data/codebook.xml": _("Codebook (DDI)"),
    "open-data.zip": _("All open data (ZIP)"),
    "certificate.json": _("Certificate of the draw"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the interval says of a target."""

    label: str
    threshold: str
    source: str
    node: str
    text: StrOrPromise
    tone: str
    code: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """The earlier round of a change, and whether the time of year is another."""

    year: int
    first: date
    last: date
    is_unlike: bool


@dataclass(frozen=True, slots=True)
class Headline:
    """The index of the round. ``change`` tells why there is none where ``movement`` is ``none``."""

    row: Row
    gauge: SafeString
    verdicts: tuple[Verdict, ...]
    previous: str
    before: Earlier | None
    is_rounded_apart: bool  # the change is not the difference of the two rounded figures
    design_effects: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Quality:
    """Counts and rates, written."""

    forms: tuple[tuple[StrOrPromise, str, str], ...]  # what, how many, percent
    rates: Mapping[str, str]
    weights: tuple[tuple[StrOrPromise, str, str, str], ...]  # step, least, most, design effect
    weight_effect: str
    flagged: str
    flags: tuple[tuple[StrOrPromise, str], ...]
    most_missing: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list of results."""

    publication: Publication
    row: Row
    verdict: Verdict | None
    is_simulated: bool


def headline(opened: Opened) -> Headline | None:
    """Give the index; None where the table has none."""
    from sipas.reporting.reading import design_effects

    results = opened.results
    value = results.whole
    if value is None:
        return None
    target = target_of(results, results.figures.root)
    gauge = drawings.gauge(value.percent or 0.0, value.low, value.high, target)
    effects = design_effects(results.estimates, [q.name for q in results.edition.items()])
    return Headline(
        row=written(value, node_name(results, value.node), gauge),
        gauge=gauge,
        verdicts=verdicts(opened.results),
        previous=number(value.previous),
        before=_earlier(opened),
        is_rounded_apart=is_rounded_apart(value.percent, value.previous, value.change),
        design_effects=(number(effects[0]), number(effects[1])) if effects else None,
    )


def is_rounded_apart(percent: float | None, previous: float | None, change: float | None) -> bool:
    """Say whether a change differs from the difference of its two printed figures by rounding alone."""
    if percent is None or previous is None or change is None:
        return False
    now, before, between = (round(100 * (rounded(value) or 0.0)) for value in (percent, previous, change))
    return abs(now - before - between) == 1


def _earlier(opened: Opened) -> Earlier | None:
    before, now = opened.round.previous, opened.round
    if before is None:
        return None
    months = [(r.window_from.month, r.window_to.month) for r in (before, now)]
    return Earlier(before.year, before.window_from, before.window_to, is_unlike=months[0] != months[1])


def verdicts(results: Any) -> tuple[Verdict, ...]:
    """Give the targets of the whole round with the library's verdicts."""
    return tuple(
        Verdict(v.label, number(v.threshold), v.source, node_name(results, v.node), *VERDICTS[v.verdict], v.verdict)
        for v in results.verdicts
        if v.domain_kind == WHOLE
    )


def notices(opened: Opened) -> list[str]:
    """Give what must be said beside every figure, in the reader's language."""
    return list(_notices(opened.root, english()))


@lru_cache(maxsize=64)
def _notices(root: Path, in_english: bool) -> tuple[str, ...]:
    from sipas.rounds import notices as notices_of

    return tuple(en if in_english else vi for vi, en in notices_of(root))


def quality(opened: Opened) -> Quality | None:
    """Give how the data came about; None where the version does not tell."""
    told = opened.results.quality
    if not told:
        return None
    forms, flags = told["forms"], told["flags"]
    lines = (
        (_("Forms sent out"), count(forms["issued"]), ""),
        (_("Forms that came back"), count(forms["returned"]), number(forms["returned_percent"])),
        (_("Valid forms"), count(forms["valid"]), number(forms["valid_percent"])),
        (_("Cases replaced from the reserve"), count(told["replaced"]), ""),
    )
    steps = tuple(
        (STEPS.get(s["step"], s["step"]), number(s["min"]), number(s["max"]), number(s["deff"]))
        for s in told["weighting"]
    )
    items = {q.name for q in opened.results.edition.items()}
    lines_of_items = [line for line in told["item_nonresponse"] if line["question"] in items]
    worst = max(lines_of_items, key=lambda line: line["share"] or 0.0, default=None)
    return Quality(
        forms=lines,
        rates={name: share(value) for name, value in told["rates"].items()},
        weights=steps,
        weight_effect=steps[-1][3] if steps else "",
        flagged=count(flags.get("any", 0)),
        flags=tuple((FLAGS.get(name, name), count(n)) for name, n in flags.items() if name != "any"),
        most_missing=_missing(opened, worst),
    )


def _missing(opened: Opened, worst: Mapping[str, Any] | None) -> tuple[str, str]:

    if worst is None or not worst["share"]:
        return "", ""
    question = opened.results.edition.question(worst["question"])
    return (english() and question.text_en) or question.short_label, share(worst["share"])


def documents(opened: Opened) -> list[tuple[str, StrOrPromise]]:
    """Name the published files a reader may take, in order."""
    known = opened.publication.files if opened.publication else {}
    return [(name, label) for name, label in DOCUMENTS.items() if name in known]


def lines_of(publications: list[Publication]) -> list[Listed]:
    """Give the lines of the list; only results on this page are read."""
    made = []
    for publication in publications:
        results = read_head(folder_of(publication))
        value = results.whole
        if value is None:
            continue
        root = results.figures.root
        target = next((v for v in verdicts(results) if v.node == node_name(results, root)), None)
        gauge = drawings.gauge(value.percent or 0.0, value.low, value.high, target_of(results, root))
        simulated = results.settings.simulated is not None
        made.append(Listed(publication, written(value, node_name(results, root), gauge), target, simulated))
    return made
