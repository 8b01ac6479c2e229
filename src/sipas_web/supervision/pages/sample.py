"""What the page of a check sample shows beside its result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from sipas import sampling
from sipas_web.shared.core_errors import sentence
from sipas_web.supervision.queries import CheckCase, CheckSample, Remedy
from sipas_web.supervision.queries import samples as reads
from sipas_web.supervision.wording import reason_label

MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Failed:
    """A form that failed, with the steps on it."""

    check: CheckCase
    reasons: Sequence[str]
    remedies: Sequence[Remedy]


def failed_of(sample: CheckSample) -> list[Failed]:
    """List the failed forms of a sample."""
    steps: dict[int, list[Remedy]] = {}
    for remedy in reads.remedies_of(sample):
        steps.setdefault(remedy.check_case_id, []).append(remedy)
    rows = reads.cases_of(sample).filter(verdict=CheckCase.Verdict.FAIL)
    return [Failed(c, [reason_label(r) for r in c.reasons], steps.get(c.pk, [])) for c in rows]


def files_of(sample: CheckSample) -> dict[str, Callable[[], bytes]]:
    """Name the files with which the draw can be repeated; made when asked for."""
    files: dict[str, Callable[[], bytes]] = {
        "danh-sach.csv": lambda: b"".join(sampling.canonical_csv(reads.listed_of(sample)))
    }
    if sample.certificate:
        files["mau.csv"] = lambda: b"".join(sampling.canonical_csv(reads.drawn_of(sample)))
    return files


def verified_words(sample: CheckSample) -> list[str]:
    """Repeat the draw and say every difference; none: confirmed."""
    found = sampling.verify_check_sample(reads.listed_of(sample), reads.drawn_of(sample), sample.certificate.encode())
    said = [sentence(error) for error in found]
    other = reads.rows_that_differ(sample)
    if other:
        message = _("The stored rows of these forms are not what was drawn: %(codes)s.")
        said.append(message % {"codes": ", ".join(other[:MOST_NAMED])})
    return said
