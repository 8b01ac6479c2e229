"""What stands in the files people take along."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from sipas_web.fieldwork import queries
from sipas_web.fieldwork.assignment_files import HEADS
from sipas_web.fieldwork.queries import FileImport, State, cases
from sipas_web.fieldwork.queries.progress import Progress
from sipas_web.fieldwork.wording import reason_label
from sipas_web.rounds.queries import Round
from sipas_web.shared.downloads import Cell, table

MOST_IN_WORKBOOK = 100_000  # rows, seconds to write; beyond it CSV is given


def _answer(
    round_: Round, name: str, form: str, heads: list[str], rows: Iterator[tuple[Cell, ...]]
) -> HttpResponseBase:
    """Give a list as a file; one of a simulated round says so in its name and beside every row."""
    if not round_.is_simulated:
        return table(name, form, heads, rows)
    said = _("simulated")
    return table(f"{name}-mo-phong", form, [*heads, _("Note")], ((*row, said) for row in rows))


def register(round_: Round, form: str) -> HttpResponseBase:
    """Give the register of issued cases. It holds no identity."""
    roles = {"official": _("official"), "reserve": _("reserve")}
    states = {state.value: str(state.label) for state in State}
    heads = [
        _("Code of the form"), _("Sample"), _("Agency"), _("Code of the commune"), _("Stratum"), _("Order"),
        _("State"), _("Visits"), _("Last outcome (AAPOR)"), _("Last visit"), _("Stands for"), _("Replaced by"),
    ]  # fmt: skip
    rows = ((c[0], roles[c[1]], *c[2:6], states[c[6]], *c[7:]) for c in cases.register(round_))
    return _answer(round_, "so-phieu-da-phat", form, heads, rows)


def assignments(round_: Round, rows: Iterator[tuple[str, str, str, str]], form: str) -> HttpResponseBase:
    """Give who has which open case, in the shape in which a list is handed in: its heads are Vietnamese always."""
    heads = [HEADS["case"][0], "Mã xã", HEADS["office"][0], HEADS["person"][0]]
    return _answer(round_, "giao-phieu", form, heads, rows)


def progress(round_: Round, made: Progress, form: str) -> HttpResponseBase:
    """Give the live figures by agency."""
    heads = [
        _("Agency"), _("Official sample"), _("Issued"), _("Visited"), _("Returned"), _("Valid"), _("Refused"),
        _("Not met or not found"), _("Not eligible or unable"), _("Replaced"), _("Response rate RR3 (%)"),
    ]  # fmt: skip
    made.total.name = _("All agencies")
    rows: Iterator[tuple[Cell, ...]] = (
        (
            f.name, f.official, f.issued, f.visited, f.returned, f.valid, f.refused, f.not_reached, f.other,
            f.replaced, None if f.rate is None else round(f.rate, 2),
        )
        for f in [*made.agencies, made.total]
    )  # fmt: skip
    return _answer(round_, "tien-do-thuc-dia", form, heads, rows)


def notes(file: FileImport, form: str) -> HttpResponseBase:
    """Give what is said of a file's rows."""
    heads = [_("Row"), _("What became of it"), _("Column"), _("Reason"), _("What stands there")]
    rows: Iterator[tuple[Cell, ...]] = (
        (n.row, n.get_kind_display(), n.column, reason_label(n.code), n.got)
        for n in queries.notes_of(file).iterator(chunk_size=1000)
    )
    return _answer(file.round, "dong-can-xem-lai", form, heads, rows)
