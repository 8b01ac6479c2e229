"""What the pages of a report show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django_stubs_ext import StrOrPromise

from sipas_web.audit.actors import Actor
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import reports as reads
from sipas_web.improvement.queries.reports import Figure, PeriodicReport
from sipas_web.improvement.report_bodies import name_of
from sipas_web.improvement.report_index_blocks import index_sentence
from sipas_web.improvement.report_outline import Section, in_section, shown
from sipas_web.improvement.report_words import STATES
from sipas_web.shared import report_figures
from sipas_web.shared.vietnamese_text import search_key

NONE = Figure(0, 0)


@dataclass(frozen=True, slots=True)
class LineShown:
    """A figure of a report."""

    key: str  # source/line
    label: StrOrPromise
    count: int
    percent: float | None  # of the line it is a part of
    of: StrOrPromise
    below: int
    url: str
    remark: str
    is_part: bool


@dataclass(frozen=True, slots=True)
class SourceShown:
    """The figures of one source."""

    heading: StrOrPromise
    lines: tuple[LineShown, ...]


@dataclass(frozen=True, slots=True)
class SectionShown:
    """A section of a report."""

    number: str
    section: Section
    sources: tuple[SourceShown, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A line that differs between two moments, levels or versions."""

    key: str
    source: StrOrPromise
    label: StrOrPromise
    before: int
    now: int

    @property
    def by(self) -> int:
        """How much more it is now."""
        return self.now - self.before


def sections_of(report: PeriodicReport) -> list[SectionShown]:
    """Give the sections of a report with figures, explanations and texts."""
    figures, remarks, texts = reads.figures(report), reads.remarks(report), reads.texts(report)
    explained = {key: row.text for key, row in remarks.items()}
    return [
        SectionShown(
            number,
            section,
            tuple(_source(report, kept, figures, explained) for kept in in_section(report.outline, section.code)),
            texts.get(section.code, ""),
        )
        for number, section in shown(report.outline)
    ]


def lines_of(report: PeriodicReport) -> Iterator[tuple[str, str]]:
    """Give each line's key with its name, for choosing."""
    for kept in report.outline:
        for line in kept["lines"]:
            yield f"{kept['code']}/{line['code']}", f"{kept['heading']}: {line['label']}"


def changes(report: PeriodicReport, found: Mapping[tuple[str, str], tuple[int, int]]) -> list[Change]:
    """Give what differs in the order of the report."""
    names = {
        (kept["code"], line["code"]): (kept["heading"], line["label"])
        for kept in report.outline
        for line in kept["lines"]
    }
    now = _labels()
    order = {key: place for place, key in enumerate({**names, **now})}
    made = []
    for key in sorted(found, key=lambda k: order.get(k, len(order))):
        source, label = now.get(key) or names.get(key) or key
        made.append(Change("/".join(key), source, label, *found[key]))
    return made


def may(report: PeriodicReport, by: Actor) -> dict[str, bool]:
    """Say what the reader may do with a report."""
    in_work = report.state in reads.IN_WORK
    drafts = by.may(Permission.REPORT_DRAFT, report.answering)
    takes = report.receiver is not None and by.may(Permission.REPORT_DRAFT, report.receiver)
    newest = reads.newest(report.unit, report.kind, report.year)
    sent = report.state in {reads.State.SENT, reads.State.TAKEN}
    return {
        "may_write": in_work and drafts,
        "may_discard": report.state in reads.UNSENT and drafts and report.sent is None,
        "may_send": in_work and by.may(Permission.REPORT_SEND, report.answering),
        "may_take": report.state == reads.State.SENT and takes,
        "may_correct": sent and drafts and newest is not None and newest.pk == report.pk,
    }


def facts(report: PeriodicReport) -> dict[str, Any]:
    """Give what stands at the head of a report."""
    units = reads.counted_units(report)
    merged = list(reads.merged_here(report))
    return {
        "report": report,
        "receiver_name": name_of(report.receiver),
        "unit_count": units.count(),
        "below_count": units.filter(via__isnull=False).count(),
        "merged": merged,
        "outdated": [r for r in merged if r.state == reads.State.REPLACED],
        "not_merged": reads.not_merged(report),
        "ended_drafts": reads.ended_into(report),
        "versions": list(reads.versions(report)),
        "is_intact": not report.sha256 or report.state in reads.IN_WORK or reads.seal_of(report) == report.sha256,
        **index_shown(report),
        "sealed": [report.sha256[k : k + 8] for k in range(0, len(report.sha256), 8)],
    }


def index_shown(report: PeriodicReport) -> dict[str, Any]:
    """Give the last index as a sentence of the report, and the measures made from it with where they stood."""
    use = report.index_use
    if not use:
        return {}
    measures = [{**m, "told": STATES[m["state"]]} for m in use["measures"]]
    return {"index_sentence": index_sentence(use["index"]), "measures": measures}


def file_name(report: PeriodicReport) -> str:
    """Name the files of a report, without an ending."""
    unit = search_key(report.unit.full_name).replace(" ", "-")
    return f"bao-cao-{report.kind.replace('_', '-')}-{report.year}-{unit}-ban-{report.version}"


def _source(
    report: PeriodicReport,
    kept: Mapping[str, Any],
    figures: Mapping[tuple[str, str], Figure],
    explained: Mapping[tuple[str, str], str],
) -> SourceShown:
    code, named = kept["code"], _labels()
    lines: Sequence[Mapping[str, Any]] = kept["lines"]
    own = {line["code"]: line["label"] for line in lines}
    made = []
    for line in lines:
        key = (code, line["code"])
        figure, whole = figures.get(key, NONE), figures.get((code, line["of"]), NONE)
        made.append(
            LineShown(
                "/".join(key),
                named[key][1] if key in named else line["label"],
                figure.total,
                100 * figure.total / whole.total if line["of"] and whole.total else None,
                named[code, line["of"]][1] if (code, line["of"]) in named else own.get(line["of"], ""),
                figure.below,
                line_url(report, code, line["code"]),
                explained.get(key, ""),
                bool(line["of"]),
            )
        )
    heading = next((s.heading for s in report_figures.sources() if s.code == code), kept["heading"])
    return SourceShown(heading, tuple(made))


def _labels() -> dict[tuple[str, str], tuple[StrOrPromise, StrOrPromise]]:
    """Name every line that this program knows, in the reader's language."""
    sources = report_figures.sources()
    return {(s.code, line.code): (s.heading, line.label) for s in sources for line in s.lines}


def line_url(report: PeriodicReport, source: str, line: str) -> str:
    """Give the page that lists what was counted, for the unit and period of the report; empty where there is none."""
    known = {(s.code, one.code): one.url_name for s in report_figures.sources() for one in s.lines}
    name = known.get((source, line), "")
    if not name:
        return ""
    try:
        page = reverse(name)
    except NoReverseMatch:  # a list of another app that is not there
        return ""
    days = {"don-vi": report.unit_id, "tu": report.first.isoformat(), "den": report.last.isoformat()}
    return f"{page}?{urlencode(days)}"
