"""The register of replacements and the figures by interviewer as files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from sipas_web.fieldwork.queries.holders import Holders
from sipas_web.rounds.queries import Round
from sipas_web.shared.downloads import Cell, table


def replacements(round_: Round, rows: Iterable[tuple[Cell, ...]], form: str) -> HttpResponseBase:
    """Give the register of replacements."""
    heads = [
        _("Code of the form"), _("Replaced by"), _("Stratum"), _("AAPOR code"), _("Outcome"), _("Visits"),
        _("Post office"), _("Interviewer"), _("Replaced on"), _("By"), _("Evidence"),
    ]  # fmt: skip
    return _marked(round_, "so-theo-doi-thay-the", form, heads, rows)


def holders(round_: Round, made: Holders, offices: Mapping[int, str], form: str) -> HttpResponseBase:
    """Give the figures of every interviewer."""
    heads = [
        _("Post office"), _("Interviewer"), _("Issued"), _("With the person"), _("With the interviewer"),
        _("At the desk"), _("Valid"), _("Due by today"), _("Refused"), _("Not met or not found"),
        _("Not eligible or unable"), _("Replaced"), _("Replaced (%)"), _("RR3 (%)"),
    ]  # fmt: skip
    rows = (
        (
            offices.get(f.office, ""), f.name, f.issued, f.delivered, f.collected, f.at_desk, f.valid, f.due, f.refused,
            f.not_reached, f.other, f.replaced, _rounded(f.replaced_percent), _rounded(f.rate),
        )
        for f in made.rows
    )  # fmt: skip
    return _marked(round_, "tien-do-theo-dieu-tra-vien", form, heads, rows)


def _rounded(percent: float | None) -> float | None:
    return None if percent is None else round(percent, 2)


def _marked(
    round_: Round, name: str, form: str, heads: list[str], rows: Iterable[tuple[Cell, ...]]
) -> HttpResponseBase:
    """Say beside every row that a round is simulated."""
    if not round_.is_simulated:
        return table(name, form, heads, rows)
    said = _("simulated")
    return table(f"{name}-mo-phong", form, [*heads, _("Note")], ((*row, said) for row in rows))
