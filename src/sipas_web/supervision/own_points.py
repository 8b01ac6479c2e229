"""A measure of size of the supervisor's own: a list of form codes and points, each row judged."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sipas.errors import SipasError
from sipas.intake.limits import Limits
from sipas.intake.reading import read
from sipas.sampling import case_id_valid, read_case_id
from sipas_web.shared.core_errors import sentence
from sipas_web.shared.uploads import on_disk

LIMITS = Limits(file_bytes=10 * 1024 * 1024)
MOST_NAMED = 5  # rows at fault that are told


def points_of(chunks: Iterable[bytes]) -> dict[str, float]:
    """Read codes (first column) and points, 0 or more (second column); refuse the list naming the rows at fault."""
    with on_disk(chunks, "diem") as path:
        try:
            table = read(path, limits=LIMITS)
        except SipasError as error:
            raise ValidationError(sentence(error)) from error
    if table.cells.width < 2:
        raise ValidationError(_("The list needs two columns: the code of the form, and its points."))
    found: dict[str, float] = {}
    faults: list[str] = []
    for row, (code, text) in zip(table.rows, table.cells.select(table.cells.columns[:2]).iter_rows(), strict=True):
        read_code, points = _code(code), _points(text)
        if read_code is None or points is None or read_code in found:
            faults.append(_("row %(row)s: %(got)s") % {"row": row, "got": f"{code or ''} | {text or ''}"})
        else:
            found[read_code] = points
    if faults:
        message = _("Each row has a code that stands once and points of 0 or more. At fault: %(rows)s.")
        raise ValidationError(message % {"rows": "; ".join(faults[:MOST_NAMED])})
    return found


def _code(text: str | None) -> str | None:
    try:
        code = read_case_id(text or "")
    except SipasError:
        return None
    return code if case_id_valid(code) else None


def _points(text: str | None) -> float | None:
    try:
        value = float((text or "").replace(",", "."))
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None
