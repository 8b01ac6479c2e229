"""The register of replacements as it is shown, printed and taken along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils import timezone

from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.queries import Case, replacements
from sipas_web.fieldwork.queries.replacements import Replacement
from sipas_web.fieldwork.wording import outcome_label, state_label
from sipas_web.rounds.queries import Round
from sipas_web.shared.downloads import Cell


@dataclass(frozen=True, slots=True)
class Line:
    """A replacement in the register."""

    case: Case
    outcome: str
    code: str  # AAPOR, that allowed it
    written: Replacement | None  # missing where a file told of it
    reserve: Case | None
    stands: tuple[str, str]  # how the reserve stands


@dataclass(frozen=True, slots=True)
class Ready:
    """A case that may be replaced now."""

    case: Case
    outcome: str
    left: int  # reserves of its stratum


def register_rows(round_: Round, cases: Sequence[Case]) -> list[Line]:
    """Give a page of the register."""
    reserves = replacements.reserves_of(round_, cases)
    return [_line(case, reserves.get(case.replaced_by)) for case in cases]


def register_lines(by: Actor, round_: Round) -> Iterator[tuple[Cell, ...]]:
    """Give the register for a file."""
    for case in replacements.register_rows(by, round_):
        line = _line(case, None)
        written = line.written
        yield (
            case.case_id, case.replaced_by, case.stratum, line.code, line.outcome, case.visits_made,
            case.office.name if case.office else "",
            case.interviewer.full_name if case.interviewer else "",
            f"{timezone.localtime(written.decided):%d/%m/%Y %H:%M}" if written else "",
            written.decided_by if written else "",
            written.evidence if written else "",
        )  # fmt: skip


def ready_rows(round_: Round, cases: Sequence[Case]) -> list[Ready]:
    """Give the cases that may be replaced, with what reserve there is."""
    left = replacements.reserves_left(round_, (case.stratum for case in cases))
    return [Ready(case, outcome_label(case.disposition), left.get(case.stratum, 0)) for case in cases]


def _line(case: Case, reserve: Case | None) -> Line:
    written = replacements.record_of(case)
    code = written.outcome if written else case.disposition
    stands = state_label(reserve) if reserve else ("", "")
    return Line(case, outcome_label(code), code, written, reserve, stands)
