"""Why a job failed: kept as data, said in the reader's language. A traceback goes to the log, never to a page."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from sipas.errors import Place, SipasError
from sipas_web.shared.core_errors import sentence

FIELDS = ("parameter", "expected", "got", "hint")
FAILED, REFUSED, NOT_PERMITTED, UNKNOWN = "failed", "jobs.refused", "jobs.not_permitted", "jobs.unknown_kind"
MOST_LISTED, MOST_TEXT, CUT = 100, 2000, "…"  # of what a library's error may carry: a row holds it, a page shows it
KNOWN = (SipasError, ValidationError, PermissionDenied)  # their sentence is for people; others are faults of ours


def stored(error: BaseException) -> dict[str, Any]:
    """Give an exception as JSON."""
    if isinstance(error, SipasError):
        told = {name: _plain(getattr(error, name)) for name in FIELDS}
        return {"code": error.code, **told, "place": dataclasses.asdict(error.place)}
    if isinstance(error, ValidationError):
        return {"code": REFUSED, "messages": _plain(error.messages)}
    if isinstance(error, PermissionDenied):
        return {"code": NOT_PERMITTED, "messages": [_plain(str(error))] if str(error) else []}
    return {"code": FAILED}


def sentence_of(error: dict[str, Any] | None) -> str:
    """Say a stored error; empty where there is none."""
    if not error:
        return ""
    code = error.get("code", FAILED)
    if error.get("messages"):
        return " ".join(error["messages"])
    own = _own(code)
    if own:
        return own
    place = {name: value for name, value in (error.get("place") or {}).items() if name in Place.__dataclass_fields__}
    return sentence(SipasError(code, **{name: error.get(name) for name in FIELDS}, place=Place(**place)))


def _own(code: str) -> str:
    return {
        FAILED: _("The work failed through a fault of the program. It was written to the server's log; try again."),
        REFUSED: _("The work was refused."),
        NOT_PERMITTED: _("Whoever asked for this work may no longer do it."),
        UNKNOWN: _("This version of the program does not know this work."),
        "jobs.died": _("The work was broken off several times. Resume it; if it breaks off again, tell the operator."),
    }.get(code, "")


def _plain(value: object) -> Any:
    """Give what the sentences need of a value: text, or a list of texts. PostgreSQL keeps no NUL in a text."""
    if isinstance(value, (set, frozenset)):
        value = sorted(value, key=str)
    if isinstance(value, (list, tuple)):
        return [*map(_plain, value[:MOST_LISTED]), *([CUT] if len(value) > MOST_LISTED else [])]
    if value is None:
        return None
    text = str(value)
    return (text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}{CUT}").replace("\x00", "")
