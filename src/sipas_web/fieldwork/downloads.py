"""What stands in the files people take along."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from sipas_web.fieldwork import lists, queries
from sipas_web.fieldwork.lists import Cell
from sipas_web.fieldwork.queries import FileImport, State, cases
from sipas_web.fieldwork.queries.progress import Progress
from sipas_web.fieldwork.wording import reason_label
from sipas_web.rounds.queries import Round


def answer(name: str, form: str, heads: list[str], rows: Iterator[tuple[Cell, ...]]) -> HttpResponseBase:
    """Give a list as a file."""
    if form == "xlsx":
        return FileResponse(
            lists.xlsx_file(name, heads, rows),
            as_attachment=True,
            filename=f"{name}.xlsx",
            content_type=lists.XLSX_TYPE,
        )
    response = StreamingHttpResponse(lists.csv_lines(heads, rows), content_type=lists.CSV_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def register(round_: Round, form: str) -> HttpResponseBase:
    """Give the register of issued cases. It holds no identity."""
    roles = {"official": _("official"), "reserve": _("reserve")}
    states = {state.value: str(state.label) for state in State}
    heads = [
        _("Code of the form"), _("Sample"), _("Agency"), _("Code of the commune"), _("Stratum"), _("Order"),
        _("State"), _("Visits"), _("Last outcome (AAPOR)"), _("Last visit"), _("Stands for"), _("Replaced by"),
    ]  # fmt: skip
    rows = ((c[0], roles[c[1]], *c[2:6], states[c[6]], *c[7:]) for c in cases.register(round_))
    return answer("so-phieu-da-phat", form, heads, rows)


def progress(made: Progress, form: str) -> HttpResponseBase:
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
    return answer("tien-do-thuc-dia", form, heads, rows)


def notes(file: FileImport, form: str) -> HttpResponseBase:
    """Give what is said of a file's rows."""
    heads = [_("Row"), _("What became of it"), _("Column"), _("Reason"), _("What stands there")]
    rows: Iterator[tuple[Cell, ...]] = (
        (n.row, n.get_kind_display(), n.column, reason_label(n.code), n.got)
        for n in queries.notes_of(file).iterator(chunk_size=1000)
    )
    return answer("dong-can-xem-lai", form, heads, rows)
