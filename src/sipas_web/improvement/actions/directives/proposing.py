"""What a reading proposes for each order: title, deadline, who does what. Pure; a person corrects it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from sipas.letters import Deadline, Duty
from sipas.letters import Task as Order
from sipas.letters.text import fold
from sipas.letters.vocabulary import one_of, words
from sipas_web.improvement.models import Party
from sipas_web.improvement.queries.directives.names import key_of

_YEAR = re.compile(r"20\d\d")
_BREAK = re.compile(r"[;\n]|\.\s")
TITLE = 160  # characters of a proposed title
OWNING = {"lead", "focal", "assigned"}
ROLES = {"coordinate": Party.Role.COORDINATE, "monitor": Party.Role.MONITOR}
# Words that may stand before the body to which an order is addressed, and between two of them.
OPENERS = ("đề nghị", "yêu cầu", "giao", "giao cho", "với trách nhiệm của", "trách nhiệm của", "các", "và")


def deadline_of(order: Order, deadlines: Sequence[Deadline], by_path: dict[str, Order]) -> Deadline | None:
    """Give an order's deadline, else that of the heading it stands under: exact before relative before periodic."""
    rank = {"exact": 0, "relative": 1, "periodic": 2}
    found = sorted((d for d in deadlines if d.task == order.path), key=lambda d: rank[d.kind])
    if found:
        return found[0]
    above = by_path.get(order.parent or "")
    return deadline_of(above, deadlines, by_path) if above else None


def period_of(deadline: Deadline, deadlines: Sequence[Deadline], text: str) -> str:
    """Give how often a deadline comes; a day without year takes it from its sentence: "30/11 hằng năm"."""
    if deadline.kind != "exact":
        return deadline.period or ""
    if _YEAR.search(text, deadline.start, deadline.end):
        return ""
    regular = [d for d in deadlines if d.kind == "periodic" and d.task == deadline.task]
    near = [d for d in regular if not _BREAK.search(text, min(d.end, deadline.end), max(d.start, deadline.start))]
    return (near[0].period or "") if near else ""


def parties_of(order: Order, duties: Iterable[Duty], by_path: dict[str, Order]) -> list[tuple[str, str]]:
    """Give who does what: the duties read, else the bodies to which the order or its heading is addressed."""
    read = [(ROLES.get(d.kind, Party.Role.OWN), d.unit) for d in duties]
    owners = [name for role, name in read if role == Party.Role.OWN]
    above: Order | None = order
    while not owners and above is not None:
        owners, above = addressed(above), by_path.get(above.parent or "")
    keys = {key_of(name) for name in owners}
    others = [(str(role), name) for role, name in read if key_of(name) not in keys]
    return list(dict.fromkeys([(str(Party.Role.OWN), name) for name in owners] + others))


def addressed(order: Order) -> list[str]:
    """Give the bodies that an order names before it says what to do."""
    found: list[str] = []
    at = 0
    for body in order.bodies:
        start = order.text.find(body.value, at)
        if start < 0 or not _before().fullmatch(fold(order.text[at:start])):
            break
        found.append(body.value)
        at = start + len(body.value)
    return found


def title_of(text: str) -> str:
    """Give the first sentence, not too long."""
    line = " ".join(text.split())
    sentence = line.split("; ")[0].split(". ")[0].rstrip(" .;:/")
    if len(sentence) <= TITLE:
        return sentence
    return f"{sentence[:TITLE].rsplit(' ', 1)[0]} …"


@cache
def _before() -> re.Pattern[str]:
    return re.compile(rf"(?:\s|[,;]|{one_of([*OPENERS, *words()['heads']])}(?!\w))*")
