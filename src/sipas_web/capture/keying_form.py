"""A paper form as it is keyed: its fields in their order, and how what is typed is read.

What a keyer types in a field, and what is kept of it:

========================  ============================================================================================
typed                     means
========================  ============================================================================================
key of an option          the box ticked: its number, 0 for the tenth, a letter for one further (``LETTERS``)
several keys              boxes ticked, in a question with several answers
number, text              as written on the paper
``T``                     left blank on the paper (trống)
``K``                     cannot be read (không đọc được)
``N``                     two or more boxes ticked where one is asked (nhiều)
something, then ``G``     the paper says so, though it is no answer of the form, or not asked (giữ nguyên)
========================  ============================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from sipas.capture import OneForm, asked_of_form, take_form
from sipas.capture.findings import TWO_ANSWERS
from sipas.capture.one_form import Answers
from sipas.instrument import Edition, Option, Question
from sipas.intake.vietnamese import clean

DIGITS = "1234567890"
LETTERS = "BCHILMPQUVY"  # no letter that a Vietnamese keyboard turns into another, and none of the marks
MOST_TEXT = 2_000  # characters of one answer
_NUMBER = re.compile(r"\d{1,9}")
_BETWEEN = re.compile(r"[\s,;.]+")
UNREADABLE, MISSING = "capture.keyed_unreadable", "capture.keyed_missing"


class Mark(StrEnum):
    """What is said of a field beside, or instead of, an answer."""

    BLANK = "blank"
    ILLEGIBLE = "illegible"
    SEVERAL = "several"
    KEPT = "kept"


WORDS = {"T": Mark.BLANK, "K": Mark.ILLEGIBLE, "N": Mark.SEVERAL}
LETTER_OF = {mark: letter for letter, mark in WORDS.items()}
KEEP = "G"


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in one field: values of options joined by commas, a number or a text; and its mark."""

    text: str = ""
    mark: str = ""

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was keyed."""
        return not self.text and not self.mark

    def same(self, other: Entry) -> bool:
        """Say whether both say the same; capital letters are no matter."""
        return self.mark == other.mark and self.text.casefold() == other.text.casefold()


Entries = Mapping[str, Entry]
NOTHING = Entry()


@dataclass(frozen=True, slots=True)
class Field:
    """A place on the form that is keyed: a question, or the words beside its option "other"."""

    name: str
    number: int
    question: Question
    options: tuple[tuple[str, Option], ...]  # with the key of each
    is_other: bool = False

    @property
    def kind(self) -> str:
        """Say how it is keyed."""
        if self.is_other:
            return "text"
        kinds = {"multiple": "ticks", "integer": "number", "text": "text"}
        return kinds.get(self.question.kind, "choice")

    def read(self, typed: str) -> Entry | None:
        """Read what was typed; None where it cannot be read."""
        text = clean(typed.replace("\x00", ""))[:MOST_TEXT]
        mark = WORDS.get(text.upper())
        if mark is not None and not (mark == Mark.SEVERAL and self.kind != "choice"):
            return Entry("", mark)
        if self.kind == "text" or not text:
            return Entry(text)
        text = text.upper()
        if text.endswith(KEEP):
            found = self._answer(text[:-1].strip(), foreign=True)
            return None if found is None else Entry(found, Mark.KEPT)
        found = self._answer(text, foreign=False)
        return None if found is None else Entry(found)

    def typed(self, entry: Entry) -> str:
        """Write an entry as it is typed."""
        if entry.mark in LETTER_OF:
            return LETTER_OF[Mark(entry.mark)]
        text = entry.text
        if self.kind in {"choice", "ticks"}:
            keys = {str(option.value): key for key, option in self.options}
            text = "".join(keys.get(value, value) for value in text.split(","))
        return f"{text}{KEEP}" if entry.mark == Mark.KEPT and self.kind != "text" else text

    def _answer(self, text: str, *, foreign: bool) -> str | None:
        if self.kind == "number":
            return str(int(text)) if _NUMBER.fullmatch(text) else None
        values = {key: str(option.value) for key, option in self.options}
        if self.kind == "ticks":
            own = set(values.values())
            keys = [k for part in _BETWEEN.split(text) for k in ([part] if part in own else part)]
            ticked = {values.get(key, key) for key in keys}
            return ",".join(sorted(ticked, key=int)) if ticked and ticked <= own else None
        if text in values:
            return values[text]
        if text in values.values():
            return text
        return str(int(text)) if foreign and _NUMBER.fullmatch(text) else None


@dataclass(frozen=True)
class PaperForm:
    """The form that one kind of respondent got."""

    edition: Edition
    kind: str  # person, organisation; empty where it is not known: everything is asked

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """List the fields in the order of the paper; what names a person is not keyed."""
        return tuple(self._fields())

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Find fields by their name."""
        return {field.name: field for field in self.fields}

    def _fields(self) -> Iterator[Field]:
        asked = [q for q in self.edition.questions() if not self.kind or self.kind in q.asked_of]
        for number, question in enumerate(asked, start=1):
            if question.personal:
                continue
            options = self.edition.options(question.name)
            yield Field(question.name, number, question, keyed(options))
            special = tuple(o for o in options if o.specify)
            if special:
                yield Field(f"{question.name}_other", number, question, keyed(special), is_other=True)

    def read(self, typed: Mapping[str, str]) -> tuple[dict[str, Entry], dict[str, str]]:
        """Read what was typed in each field; gives the entries, and the code of each that cannot be read."""
        entries, faults = {}, {}
        for field in self.fields:
            entry = field.read(typed.get(field.name, ""))
            if entry is None:
                faults[field.name] = UNREADABLE
            elif not entry.is_empty:
                entries[field.name] = entry
        return entries, faults

    def given(self, entries: Entries) -> Answers:
        """Give the answer columns that entries fill, as the paper says them."""
        made: Answers = {}
        for name, entry in entries.items():
            field = self.by_name[name]
            if field.kind == "ticks":
                made |= {f"{name}_{value}": 1 for value in entry.text.split(",") if value}
            elif field.kind == "text":
                made[name] = entry.text or None
            else:
                made[name] = int(entry.text) if entry.text else None
        return made

    def taken(self, entries: Entries) -> OneForm:
        """Take the form by the rules of the edition."""
        return take_form(self.given(entries), self.edition, self.kind or None)

    def asked(self, entries: Entries) -> dict[str, bool | None]:
        """Tell for each field whether it was to be filled in; None where that is not known."""
        given = self.taken(entries).answers
        questions = asked_of_form(given, self.edition, self.kind or None)
        made = dict.fromkeys(self.by_name, False)  # type: dict[str, bool | None]
        for field in self.fields:
            name = field.question.name
            made[field.name] = questions[name] if not field.is_other else self._is_special(field, given)
        return made

    def settled(self, entries: Entries) -> dict[str, Entry]:
        """Leave out what says nothing: an empty field, "left blank" where nothing had to stand, "kept" without need."""
        asked, codes = self.asked(entries), self.taken(entries).findings
        made = {}
        for name, entry in entries.items():
            if entry.is_empty or (entry.mark == Mark.BLANK and not asked[name]):
                continue
            is_kept = entry.mark == Mark.KEPT
            made[name] = Entry(entry.text) if is_kept and name not in codes else entry
        return made

    def faults(self, entries: Entries) -> dict[str, str]:
        """Say what keeps a form from being finished: by field, the code of what is wrong or missing."""
        found = self.taken(entries).findings
        faults = {name: code for name, code in found.items() if not self._is_kept(name, entries)}
        for name, asked in self.asked(entries).items():
            if asked and entries.get(name, NOTHING).is_empty:
                faults.setdefault(name, MISSING)
        return faults

    def marked(self, entries: Entries) -> dict[str, dict[str, str]]:
        """Say of each field that does not count as it stands what the paper says, and why."""
        codes: dict[str, str] = dict(self.taken(entries).findings)
        made = {}
        for name, entry in entries.items():
            if entry.mark or name in codes:
                code = TWO_ANSWERS if entry.mark == Mark.SEVERAL else codes.get(name, "")
                parts = {"mark": entry.mark or Mark.KEPT, "text": entry.text, "code": code}
                made[name] = {key: str(part) for key, part in parts.items() if part}
        return made

    def _is_kept(self, name: str, entries: Entries) -> bool:
        # Words are not typed by mistake: those beside an option that is not ticked are kept without being asked.
        return self.by_name[name].kind == "text" or entries[name].mark == Mark.KEPT

    def _is_special(self, field: Field, given: Answers) -> bool:
        special = [option.value for _key, option in field.options]
        if field.question.kind == "multiple":
            return any(given[f"{field.question.name}_{value}"] == 1 for value in special)
        return given[field.question.name] in special


def keyed(options: tuple[Option, ...]) -> tuple[tuple[str, Option], ...]:
    """Give each option its key: its value where that is one digit, else 0 for ten and letters; then its value."""
    left = iter(LETTERS)
    made = []
    for option in options:
        value = str(option.value)
        key = value if 1 <= option.value <= 9 else "0" if option.value == 10 else next(left, value)
        made.append((key, option))
    return tuple(made)


def stored(entries: Entries) -> dict[str, list[str]]:
    """Write entries for the database."""
    return {name: [entry.text, entry.mark] for name, entry in entries.items()}


def entries_of(kept: Mapping[str, list[str]]) -> dict[str, Entry]:
    """Read entries from the database."""
    return {name: Entry(text, mark) for name, (text, mark) in kept.items()}


def differing(first: Entries, second: Entries, form: PaperForm) -> list[str]:
    """List the fields in which two keyings differ, in the order of the form."""
    return [f.name for f in form.fields if not first.get(f.name, NOTHING).same(second.get(f.name, NOTHING))]
