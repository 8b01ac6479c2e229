"""What the forms of the set-up begin with: scope and documents as they stand, target values with what they may name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from sipas_web.rounds import editions
from sipas_web.rounds.forms.set_up_targets import EMPTY_ROWS, node_choices
from sipas_web.rounds.queries import Round
from sipas_web.rounds.queries import set_up as reads
from sipas_web.units.queries import Unit

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Targets:
    """Target values of a round, and the units and criteria a person may name."""

    rows: list[Data]
    count: int  # of those that are set; empty rows follow
    units: dict[str, Unit]
    titles: dict[str, str]
    options: Data  # of each form


def targets_of(round_: Round, *, is_fixed: bool) -> Targets:
    """Gather the target values; rows for further ones follow where they may be changed."""
    chosen, there = editions.edition_of(round_), list(reads.targets(round_))
    units = {str(m.unit_id): m.unit for m in reads.measured(round_)}
    units |= {str(t.unit_id): t.unit for t in there if t.unit}
    named = [("", _("The whole round")), *((pk, unit.full_name) for pk, unit in units.items())]
    rows: list[Data] = [
        {"unit": str(t.unit_id or ""), "node": t.node, "percent": t.percent, "label": t.label, "source": t.source}
        for t in there
    ]
    rows += [{"node": chosen.index.name}] * (0 if is_fixed else EMPTY_ROWS)
    titles = {node.name: node.title for node, _parent in chosen.nodes()}
    options = {"units": named, "nodes": node_choices(chosen), "is_fixed": is_fixed}
    return Targets(rows, len(there), units, titles, options)


def scope_of(round_: Round) -> Data:
    """Give the scope as it stands."""
    frame = round_.settings.get("frame", {})
    return {
        "title": round_.title,
        "window_from": round_.window_from,
        "window_to": round_.window_to,
        "fields_of_procedure": frame.get("fields") or [],
        "most_per_person": frame.get("most_per_person"),
        "refuse_unknown_commune": frame.get("refuse_unknown_commune", True),
        "contacts_until": parse_date(round_.settings.get("contacts_until") or ""),
    }


def documents_of(round_: Round) -> Data:
    """Give what documents say, as it stands."""
    documents = round_.settings.get("documents", {})
    return {**documents, "date": parse_date(documents.get("date") or "")}
