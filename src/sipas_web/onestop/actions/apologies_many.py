"""Several apologies at once, each drafted or sent on its own with its own record: doing it again adds nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from sipas_web.audit.actors import Actor
from sipas_web.onestop.actions import apologies, sending
from sipas_web.onestop.actions.apologies import Content
from sipas_web.onestop.models import ApologyState, Dossier
from sipas_web.onestop.queries import apologies as reads


@dataclass(slots=True)
class Done:
    """What became of those chosen."""

    done: int = 0
    before: int = 0  # had been done already
    refused: list[tuple[str, str]] = field(default_factory=list)  # which, and why


def draft(*, dossiers: Collection[Dossier], reason: str, reason_text: str, new_date: dt.date | None, by: Actor) -> Done:
    """Draft a letter for each; a day that the one-stop system has promised stays. ``onestop.apology_draft``."""
    result = Done()
    for dossier in dossiers:
        if reads.letter_of(dossier) is not None:
            result.before += 1
            continue
        promised = None if dossier.finished is not None else dossier.promised_again or new_date
        content = Content(reason, reason_text, promised)
        _tried(result, dossier.number, apologies.draft, dossier_id=dossier.pk, content=content, by=by)
    return result


def send(*, apology_ids: Collection[int], by: Actor) -> Done:
    """Ask that signed letters leave as each applicant can be reached; a job sends them. ``onestop.apology_draft``."""
    result = Done()
    for apology_id in sorted(apology_ids):
        apology = reads.letter_by_id(apology_id)
        if apology.state == ApologyState.SENT or reads.is_under_way(apology):
            result.before += 1
            continue
        _tried(result, str(apology), sending.queue, apology_id=apology_id, way="", by=by)
    return result


def note_sent(*, numbers: Mapping[int, str], on: dt.date, way: str, by: Actor) -> Done:
    """Note that signed letters left on paper, or were told in person, on one day; by letter the number it bears.

    Needs ``onestop.apology_draft``; each is noted and recorded by itself.
    """
    result = Done()
    for apology_id, number in sorted(numbers.items()):
        apology = reads.letter_by_id(apology_id)
        if apology.state == ApologyState.SENT:
            result.before += 1
            continue
        told = {"apology_id": apology_id, "on": on, "way": way, "number": number}
        _tried(result, str(apology), apologies.note_paper, **told, by=by)
    return result


def _tried(result: Done, which: str, act: Callable[..., Any], **arguments: Any) -> None:
    try:
        act(**arguments)
    except ValidationError as error:
        result.refused.append((which, " ".join(error.messages)))
    else:
        result.done += 1
