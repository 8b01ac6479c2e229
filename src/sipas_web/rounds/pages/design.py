"""The desk at which a design is tried out: what was typed, what it gives, and how it differs from what is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import yaml
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from sipas.errors import SipasError
from sipas.intake.vietnamese import sort_key
from sipas.sampling import Forecast, parse_design
from sipas_web.rounds.design_choices import choices_from, settings_from
from sipas_web.rounds.forms.design import DesignForm, ExpectedForm, YamlForm
from sipas_web.rounds.queries import Round
from sipas_web.rounds.queries import design as reads
from sipas_web.rounds.queries.design import Base, Figures, Line
from sipas_web.shared.core_errors import sentence

POINTS = 100
PLAIN, TEXT = "plain", "text"
HEADS: dict[str, StrOrPromise] = {
    "name": _("Unit"),
    "population": _("List N"),
    "sample": _("Sample n"),
    "part": _("Share (%)"),
    "reserve": _("Reserve"),
    "margin": _("Margin (points)"),
    "saved": _("As saved"),
}
MOST_LINES = 1_000


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head: its name, how the table is sorted by it, what a press asks for."""

    label: StrOrPromise
    state: str
    next: str


@dataclass(frozen=True, slots=True)
class Desk:
    """A design being tried out. ``changed`` and ``expected`` are missing where the form is at fault."""

    round: Round
    mode: str
    form: ExpectedForm
    base: Base
    changed: dict[str, Any] | None
    expected: dict[str, Any] | None
    figures: Figures | None
    sort: str
    is_saved: bool
    can_be_plain: bool
    fault: str = ""  # of the saved design
    is_stale: bool = False  # the figures are those of the saved design, since what was typed gives none

    @property
    def lines(self) -> tuple[Line, ...]:
        """Units in the order asked for; those without a margin come first where margins fall."""
        if self.figures is None:
            return ()
        name = self.sort.removeprefix("-")
        found = sorted(self.figures.lines, key=lambda u: _key(u, name), reverse=self.sort.startswith("-"))
        return tuple(found[:MOST_LINES])

    @property
    def flagged(self) -> int:
        """Units with one fault or both."""
        return sum(line.wide or line.few for line in self.figures.lines) if self.figures else 0

    @property
    def is_compared(self) -> bool:
        """Whether the saved design's margins stand beside."""
        return self.figures is not None and self.figures.whole.saved is not None

    @property
    def heads(self) -> list[Head]:
        """Give the heads of the table, each with what a press on it sorts by."""
        names = [name for name in HEADS if name != "saved" or self.is_compared]
        return [Head(HEADS[name], *_turn(self.sort, name)) for name in names]

    @property
    def text(self) -> str:
        """The design as the library reads it."""
        return as_text(self.changed) if self.changed is not None else ""

    @property
    def planning(self) -> dict[str, Any]:
        """What is kept beside the design."""
        kept: dict[str, Any] = {"expected": self.expected}
        return kept if self.base.source == "frame" else kept | {"sizes": dict(self.form.cleaned_data["sizes"])}

    @property
    def wide(self) -> int:
        """Units whose margin is too wide."""
        return sum(line.wide for line in self.figures.lines) if self.figures else 0

    @property
    def few(self) -> int:
        """Units with too few answers."""
        return sum(line.few for line in self.figures.lines) if self.figures else 0


def open_desk(round_: Round, data: Any = None, *, mode: str = PLAIN) -> Desk:
    """Open the desk with what was typed, or with what is saved."""
    saved, expected = saved_of(round_), reads.expected_of(round_)
    base = reads.base_of(round_)
    choices = _plain(saved, expected)
    mode = mode if choices is not None and mode == PLAIN else TEXT
    starting = expected | {"sizes": round_.planning.get("sizes") or {}}
    if mode == TEXT:
        form: ExpectedForm = YamlForm(data, initial=starting | {"text": as_text(saved)})
    else:
        filled = _filled(round_, choices or {}, saved, expected, base) if data is None else {}
        form = DesignForm(data, columns=base.columns(), initial=starting | (choices or {}) | filled)
    desk = Desk(round_, mode, form, base, saved, expected, None, _sort(data), True, choices is not None)
    return _worked_out(desk if data is None else _typed(desk), saved, expected)


def as_text_desk(desk: Desk) -> Desk:
    """Give the same design to be edited as text."""
    starting = {**desk.form.initial, **(desk.form.cleaned_data if desk.form.is_bound else {})}
    form = YamlForm(initial=starting | {"text": desk.text})
    return replace(desk, mode=TEXT, form=form)


def add_error(desk: Desk, error: SipasError) -> None:
    """Put an error of the library where it belongs on the form."""
    node = error.place.node
    said = sentence(error) if desk.mode == PLAIN or not node else f"{node}: {sentence(error)}"
    desk.form.add_error("text" if desk.mode == TEXT else None, said)


def saved_of(round_: Round) -> dict[str, Any]:
    """Give the design and the estimates as they stand in the round's settings."""
    return {"design": round_.settings.get("design") or {}, "estimates": round_.settings.get("estimates") or {}}


def saved_figures(round_: Round) -> Figures | None:
    """Work the saved design out; None where that cannot be done yet."""
    base = reads.base_of(round_)
    if not base.source:
        return None
    try:
        return reads.figures(round_, saved_of(round_), reads.expected_of(round_), base)
    except SipasError:
        return None


def saved_size(round_: Round) -> float | None:
    """Give the official forms of the saved design; None where that cannot be known yet."""
    made = _forecast(round_, saved_of(round_), reads.expected_of(round_), reads.base_of(round_))
    return None if made is None else float(made.whole["sample"][0])


def as_text(changed: Mapping[str, Any]) -> str:
    """Write design and estimates as YAML."""
    made: str = yaml.safe_dump(dict(changed), allow_unicode=True, sort_keys=False, width=100)
    return made


def _plain(saved: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, Any] | None:
    try:
        return choices_from(saved, expected["share"] / POINTS, expected["response"] / POINTS)
    except SipasError:
        return None


def _filled(
    round_: Round, choices: Mapping[str, Any], saved: Mapping[str, Any], expected: Mapping[str, Any], base: Base
) -> dict[str, Any]:
    """Fill the tables that rules not chosen would ask for, so that a person starts from numbers, not from nothing."""
    filled: dict[str, Any] = {}
    if not choices.get("deviations") and choices.get("strata") == ["agency"]:
        filled["deviations"] = reads.spreads_of(round_)
    made = _forecast(round_, saved, expected, base)
    if made is not None and not choices.get("table") and choices.get("who") == "direct":
        filled["table"] = dict(made.lists.select("stratum", "sample").iter_rows())
    return filled


def _typed(desk: Desk) -> Desk:
    """Take what was typed; where it is at fault there is nothing to work out."""
    form, base = desk.form, desk.base
    if not form.is_valid():
        return replace(desk, changed=None, expected=None, is_saved=False)
    if base.source != "frame" and form.cleaned_data["sizes"]:
        base = reads.typed_base(form.cleaned_data["sizes"])
    expected = form.expected()
    if isinstance(form, DesignForm):
        changed = settings_from(form.choices(), expected["share"] / POINTS, expected["response"] / POINTS)
        kept = desk.round.settings.get("estimates") or {}
        unknown = {name: value for name, value in kept.items() if name not in form.choices()}
        changed["estimates"] |= unknown
    else:
        changed, expected = expected.pop("text"), expected
    return replace(desk, changed=changed, expected=expected, base=base, is_saved=False)


def _worked_out(desk: Desk, saved: Mapping[str, Any], expected: Mapping[str, Any]) -> Desk:
    if desk.changed is None or desk.expected is None:
        return _with_saved(desk)
    changed, given = desk.changed, desk.expected
    same = desk.is_saved or (_same(changed, saved) and given == expected)
    desk = replace(desk, is_saved=same)
    try:
        if not desk.base.source:
            parse_design(changed["design"])
            return desk
        before = None if same else _forecast(desk.round, saved, expected, desk.base)
        return replace(desk, figures=reads.figures(desk.round, changed, given, desk.base, before))
    except SipasError as error:
        if desk.form.is_bound:
            add_error(desk, error)
            return _with_saved(replace(desk, changed=None))
        return replace(desk, fault=sentence(error))


def _with_saved(desk: Desk) -> Desk:
    """Show the last good figures beside a fault, so that one slip of the hand does not clear the page."""
    figures = saved_figures(desk.round)
    return replace(desk, figures=figures, is_stale=figures is not None)


def _forecast(round_: Round, settings: Mapping[str, Any], expected: Mapping[str, Any], base: Base) -> Forecast | None:
    if not base.source:
        return None
    try:
        design = parse_design(settings["design"])
        return reads.worked_out(round_, design, reads.units_by(settings), expected, base)
    except SipasError:
        return None


def _same(changed: Mapping[str, Any], saved: Mapping[str, Any]) -> bool:
    try:
        same = parse_design(changed["design"]) == parse_design(saved["design"])
    except SipasError:
        return False
    return same and dict(changed["estimates"]) == dict(saved["estimates"])


def _sort(data: Any) -> str:
    asked = str(data.get("resort") or data.get("sort") or "") if data is not None else ""
    return asked if asked.removeprefix("-") in HEADS else "name"


def _key(line: Line, name: str) -> Any:
    value = getattr(line, name)
    if name == "name":
        return sort_key(value)
    return float("inf") if value is None else value


def _turn(sort: str, name: str) -> tuple[str, str]:
    """Say how a column is sorted, and the other way round."""
    if sort == name:
        return "ascending", f"-{name}"
    return ("descending" if sort == f"-{name}" else "none"), name
