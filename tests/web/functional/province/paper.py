"""A paper form by hand: what is asked of whom, what a careful keyer types from it. Knows nothing of the application."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from sipas.instrument import Question, load

EDITION = load("sipas-2017")
Answers = dict[str, int | str]  # columns of the edition; a box of a list that is ticked is 1, others are left out
KEYS = "1234567890BCHILMPQUVY"  # printed before the boxes; 0 is the tenth, letters follow
BLANK = "T"
ITEMS = tuple(q.name for q in EDITION.items())


@dataclass(frozen=True)
class Box:
    """A place on the paper: a question, or the line beside its answer "other"."""

    name: str
    question: Question
    keys: Mapping[int, str]
    special: tuple[int, ...] = ()  # answers beside which the line stands; empty for a question itself

    @property
    def is_list(self) -> bool:
        return self.question.kind == "multiple" and not self.special


def boxes(kind: str) -> list[Box]:
    """List the places of the form that a kind of respondent gets, in their order."""
    made = []
    for question in EDITION.questions():
        if question.personal or kind not in question.asked_of:
            continue
        options = EDITION.options(question.name)
        keys = dict(zip((o.value for o in options), KEYS, strict=False))
        made.append(Box(question.name, question, keys))
        if special := tuple(o.value for o in options if o.specify):
            made.append(Box(f"{question.name}_other", question, {}, special))
    return made


def is_due(box: Box, answers: Answers) -> bool:
    """Say whether something had to be written there; a gate left blank leaves that open, and it counts as yes."""
    if box.special:
        if box.question.kind == "multiple":
            return any(answers.get(f"{box.question.name}_{value}") == 1 for value in box.special)
        return answers.get(box.question.name) in box.special
    return all(answers.get(c.question) in (None, *c.values) for c in box.question.relevant)


def typed(box: Box, answers: Answers) -> str:
    """Give what a careful keyer types."""
    if not is_due(box, answers):
        return ""
    if box.is_list:
        return "".join(key for value, key in box.keys.items() if answers.get(f"{box.name}_{value}") == 1) or BLANK
    value = answers.get(box.name)
    if value is None:
        return BLANK
    return box.keys[int(value)] if box.keys else str(value)


def slipped(box: Box, answers: Answers, chance: random.Random) -> str:
    """Give what a keyer types who hits the key beside; never what is right."""
    return chance.choice([key for key in box.keys.values() if key != typed(box, answers)])


def may_slip(box: Box) -> bool:
    """Keep slips to rated items: one in a question that opens another would change what had to be typed."""
    return box.name in ITEMS


def ticked(answers: Answers) -> Answers:
    """Leave out what says nothing."""
    return {name: value for name, value in answers.items() if not ("_" in name and value == 0)}


def routed(answers: Answers, kind: str) -> Answers:
    """Leave out what was not to be answered."""
    made: Answers = {}
    for box in boxes(kind):
        if is_due(box, answers):
            names = [f"{box.name}_{value}" for value in box.keys] if box.is_list else [box.name]
            made |= {name: answers[name] for name in names if name in answers}
    return made


def with_blanks(answers: Answers, share: float, chance: random.Random) -> Answers:
    """Leave some rated items blank, as people do."""
    return {name: v for name, v in answers.items() if name not in ITEMS or chance.random() >= share}


def copied(answers: Answers, share: float, kind: str, chance: random.Random) -> Answers:
    """Copy a form with a few answers changed: how a form is made up from an earlier one."""
    made = dict(answers)
    for name in ITEMS:
        if name in made and chance.random() < share:
            made[name] = min(5, max(1, int(made[name]) + chance.choice([-1, 1])))
    return routed(made, kind)


def straight(answers: Answers, value: int, kind: str) -> Answers:
    """Tick one column down all items."""
    return routed(answers | dict.fromkeys(ITEMS, value), kind)
