"""What was done on a round lately, and on what belongs to it: draws, imports, freezes, published versions."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from sipas_web.audit.actions import key_of
from sipas_web.audit.models import Record
from sipas_web.rounds.models import Round

SHOWN = 12
LOOKED_AT = 400  # records: an import of a million rows writes some hundred alike
MOST_ROWS = 200  # newest rows of each kind that are looked for
_subjects: dict[type[models.Model], str] = {}


@dataclass(slots=True)
class Done:
    """An act, and how often the same person did it one after the other."""

    newest: Record
    times: int = 1


def add_subject(model: type[models.Model], path: str = "round") -> None:
    """Name rows whose records belong to a round, with the way to it; called by an app's ``ready``."""
    _subjects[model] = path


def recent(round_: Round) -> list[Done]:
    """Give what was done lately, newest first, alike acts in a row as one. A query more than kinds of subjects."""
    records = Record.objects.filter(subject__in=_keys(round_)).order_by("-sequence")[:LOOKED_AT]
    found: list[Done] = []
    for record in records:
        last = found[-1].newest if found else None
        if last is not None and (last.action, last.actor) == (record.action, record.actor):
            found[-1].times += 1
        elif len(found) == SHOWN:
            break
        else:
            found.append(Done(record))
    return found


def _keys(round_: Round) -> list[str]:
    keys = [key_of(round_)]
    for model, path in _subjects.items():
        rows = model._default_manager.filter(**{path: round_}).order_by("-pk")[:MOST_ROWS]
        keys += [f"{model._meta.label_lower}:{pk}" for pk in rows.values_list("pk", flat=True)]
    return keys
