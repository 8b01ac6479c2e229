"""What the pages of dossiers show: a list that counts no further than anybody reads, one dossier and its rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import override

from sipas_web.audit.actors import Actor
from sipas_web.onestop import deadlines
from sipas_web.onestop.queries.dossiers import MOST_COUNTED, Dossier, Outcome
from sipas_web.onestop.queries.services import ServiceClass, YearLine
from sipas_web.rounds.permissions import Permission as OfRounds
from sipas_web.shared.downloads import Cell
from sipas_web.units.queries import today

PER_PAGE = 50
READ_AT_ONCE = 2_000
TONES = {Outcome.EARLY: "good", Outcome.ON_TIME: "good", Outcome.LATE: "bad"}
ALIASES = {"don-vi": "unit", "tu": "first", "den": "last", "trang-thai": "standing"}  # from other apps' pages


class ShortPaginator(Paginator):  # type: ignore[type-arg]
    """Counts up to a most; what is beyond is reached by filtering."""

    @cached_property
    def count(self) -> int:
        """Count."""
        objects: QuerySet[Dossier] = self.object_list  # type: ignore[assignment]
        return objects.order_by()[: MOST_COUNTED + 1].count()

    @property
    def is_more(self) -> bool:
        """Whether there are more than were counted."""
        return self.count > MOST_COUNTED


@dataclass(frozen=True, slots=True)
class Standing:
    """How a dossier stands, in words."""

    text: str
    tone: str


def standing_of(dossier: Dossier) -> Standing:
    """Say how a dossier stands today."""
    if dossier.outcome != Outcome.OPEN:
        return Standing(str(Outcome(dossier.outcome).label), TONES.get(Outcome(dossier.outcome), "info"))
    if dossier.waiting_since is not None and (dossier.due is None or dossier.waiting_since <= dossier.due):
        return Standing(_("waiting for the applicant"), "info")
    if dossier.due is not None and dossier.due < today():
        return Standing(_("in progress, overdue"), "bad")
    if dossier.due == today():
        return Standing(_("due today"), "warning")
    return Standing(_("in progress"), "info")


def rows_shown(dossiers: Any) -> list[tuple[Dossier, Standing]]:
    """Put each dossier beside how it stands."""
    return [(dossier, standing_of(dossier)) for dossier in dossiers]


LIST_HEADS = ("Mã hồ sơ", "Cơ quan giải quyết", "Mã TTHC", "Thủ tục hành chính", "Lĩnh vực", "Ngày tiếp nhận",
              "Ngày hẹn trả", "Ngày hẹn lại", "Ngày giải quyết xong", "Trạng thái", "Nguồn")  # fmt: skip


def list_cells(dossiers: QuerySet[Dossier]) -> Iterator[list[Cell]]:
    """Give the lines of a file of dossiers one by one, in Vietnamese whoever asks; no applicant is in it."""
    for d in dossiers.iterator(chunk_size=READ_AT_ONCE):
        agency = d.agency.full_name if d.agency else str(d.agency_name or "")
        code, text = (d.procedure.code, d.procedure.text) if d.procedure else ("", "")
        with override("vi"):
            standing, simulated = standing_of(d).text, " (mô phỏng)" if d.source.is_simulated else ""
        yield [d.number, agency, code, text, str(d.field or ""), _written(d.received), _written(d.due),
               _written(d.promised_again), _written(d.finished), standing, f"{d.source.name}{simulated}"]  # fmt: skip


def file_name(dossiers: QuerySet[Dossier]) -> str:
    """Name the file of a list."""
    simulated = "-mo-phong" if dossiers.order_by().filter(source__is_simulated=True).exists() else ""
    return f"ho-so-{today():%d-%m-%Y}{simulated}"


def _written(day: dt.date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def way_to_a_round(by: Actor) -> str:
    """Say who may do what where no round takes a list: "set_up", "look", or "" for who has no part in rounds."""
    if not by.may(OfRounds.FRAME_IMPORT):
        return ""
    return "set_up" if by.may(OfRounds.ROUND_CHANGE) else "look"


def rule_of(dossier: Dossier) -> deadlines.Rule | None:
    """Give the rule of the day on which it was received."""
    return deadlines.rule_of(dossier.received)


def aliased(given: Mapping[str, str]) -> dict[str, str]:
    """Take the names that pages of other apps use in addresses; their days are written year first."""
    found = {ALIASES.get(name, name): value for name, value in given.items()}
    return {name: _day(value) if name in {"first", "last"} else value for name, value in found.items()}


def _day(text: str) -> str:
    try:
        return f"{dt.date.fromisoformat(text):%d/%m/%Y}"
    except ValueError:
        return text


@cache
def classifications() -> tuple[dict[str, Any], ...]:
    """Give the classifications of online services with what each rests on."""
    text = files("sipas_web.onestop").joinpath("data/service_classes.yaml").read_text(encoding="utf-8")
    return tuple(yaml.safe_load(text)["classifications"])


def year_rows(lines: list[YearLine]) -> list[tuple[YearLine, list[tuple[ServiceClass, int]]]]:
    """Put the counts of a year in the order of the classes."""
    return [(line, [(c, line.counts.get(c, 0)) for c in ServiceClass]) for line in lines]
