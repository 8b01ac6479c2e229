"""The cascade as a drawing: SVG made here, of a fixed size, with the nested list as its text alternative."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from sipas_web.improvement.queries.directives.cascade import Branch, Node

WIDTH, HEIGHT, GAP, STEP = 236, 52, 12, 290  # px of a box, between boxes, from level to level
MOST_OPEN = 8  # addressees of one letter drawn one by one; the others in one box
MOST_LETTERS = 26  # characters on a line of a box
TONES = {"passed_on": "good", "itself": "info", "open": "warning", "unknown": "bad", "ended": "info"}
MARKS = {"passed_on": "✓", "itself": "●", "open": "…", "unknown": "?", "ended": "→"}


@dataclass(slots=True)
class Box:
    """A drawn box."""

    level: int
    top: float
    tone: str
    first: str
    second: str


@dataclass(slots=True)
class Canvas:
    """What is drawn so far."""

    boxes: list[Box]
    lines: list[tuple[Box, Box]]
    next_top: float = GAP


def draw(node: Node) -> SafeString:
    """Draw a cascade from left to right."""
    canvas = Canvas([], [])
    _place(canvas, node, 0)
    width = GAP * 2 + WIDTH + STEP * max(b.level for b in canvas.boxes)
    height = int(canvas.next_top)
    parts = [_line(one, other) for one, other in canvas.lines] + [_box(b) for b in canvas.boxes]
    return format_html(
        '<svg class="cascade" role="img" aria-label="{}" width="{}" height="{}" viewBox="0 0 {} {}">{}</svg>',
        _("Cascade of %(directive)s; the list below says the same.") % {"directive": node.directive},
        width, height, width, height, SafeString("".join(parts)),
    )  # fmt: skip


def _place(canvas: Canvas, node: Node, level: int) -> Box:
    """Place what is below first, then the letter in the middle of it."""
    start = canvas.next_top
    below = [_place(canvas, child, level + 1) for child in node.children()]
    leaves = [b for b in node.branches if b.child is None and b.standing != "ended"]
    waiting = [b for b in leaves if b.standing == "open"]
    shown = leaves if len(leaves) <= MOST_OPEN else [b for b in leaves if b.standing != "open"][:MOST_OPEN]
    below += [_leaf(canvas, branch, level + 1) for branch in shown]
    if len(leaves) > MOST_OPEN and waiting:
        text = _("%(count)d not yet") % {"count": len(waiting)}
        below.append(_new(canvas, level + 1, "warning", f"… {text}", _("see the list")))
    if below:
        top = (below[0].top + below[-1].top) / 2
        canvas.next_top = max(canvas.next_top, start + HEIGHT + GAP)
    else:
        top, canvas.next_top = start, start + HEIGHT + GAP
    day = node.directive.issued.strftime("%d/%m/%Y") if node.directive.issued else ""
    head = f"{node.directive.reference or node.directive.subject} {day}"
    box = Box(level, top, "accent", _cut(head), _cut(node.directive.issuer_label))
    canvas.boxes.append(box)
    canvas.lines += [(box, other) for other in below]
    return box


def _leaf(canvas: Canvas, branch: Branch, level: int) -> Box:
    since = branch.since.strftime("%d/%m/%Y") if branch.since else ""
    said = {
        "open": _("not yet, since %(day)s") % {"day": since},
        "itself": _("carries it out itself"),
        "passed_on": str(branch.by or ""),
        "unknown": _("not in the tree"),
    }.get(branch.standing, "")
    name = branch.addressee.unit.full_name if branch.addressee.unit else branch.addressee.name
    return _new(canvas, level, TONES[branch.standing], _cut(f"{MARKS[branch.standing]} {name}"), _cut(said))


def _new(canvas: Canvas, level: int, tone: str, first: str, second: str) -> Box:
    box = Box(level, canvas.next_top, tone, first, second)
    canvas.boxes.append(box)
    canvas.next_top += HEIGHT + GAP
    return box


def _box(box: Box) -> SafeString:
    left = GAP + STEP * box.level
    return format_html(
        '<g class="c-{}"><rect x="{}" y="{}" width="{}" height="{}" rx="6"/><text x="{}" y="{}">{}</text>'
        '<text class="c-soft" x="{}" y="{}">{}</text></g>',
        box.tone, left, f"{box.top:.0f}", WIDTH, HEIGHT, left + 10, f"{box.top + 21:.0f}", box.first,
        left + 10, f"{box.top + 41:.0f}", box.second,
    )  # fmt: skip


def _line(one: Box, other: Box) -> SafeString:
    start, end = GAP + STEP * one.level + WIDTH, GAP + STEP * other.level
    middle = (start + end) / 2
    path = f"M{start} {one.top + HEIGHT / 2:.0f} H{middle:.0f} V{other.top + HEIGHT / 2:.0f} H{end}"
    return format_html('<path class="c-line" d="{}"/>', path)


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1].rstrip()}…"
