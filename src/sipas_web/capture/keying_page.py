"""What the screen of keying shows: the paper's sections with a place to type for each field."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from sipas.instrument import Option
from sipas_web.capture.keying_form import Entry, Field, PaperForm

Keys = tuple[tuple[str, Option], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One field on the screen; ``data`` tells the script what may be typed and when it is asked."""

    field: Field
    label: str
    typed: str
    fault: str
    condition: str
    shows_options: bool
    data: dict[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the form, or a run of one; ``scale`` is empty where it stands further up already."""

    name: str
    title: str
    scale: Keys
    lines: tuple[Line, ...]


def new_page() -> str:
    """Name a page that is shown, so that what it sends is told from what another sends."""
    return secrets.token_hex(8)


def sections(paper: PaperForm, typed: Mapping[str, str], faults: Mapping[str, str]) -> list[Part]:
    """Lay the form out in the order of the paper; a scale stands above the first of the questions that share it."""
    place = {q.name: section for section in paper.edition.sections for q in section.questions}
    made: list[Part] = []
    shown = ""
    for key, group in groupby(paper.fields, key=lambda f: (place[f.question.name].name, f.question.scale or "")):
        run = list(group)
        section, scale = place[run[0].question.name], key[1]
        is_new = not made or made[-1].name != section.name
        lines = tuple(_line(f, paper, typed, faults) for f in run)
        options = run[0].options if scale and scale != shown else ()
        made.append(Part(section.name, section.title if is_new else "", options, lines))
        shown = scale or shown
    return made


def words(field: Field, entry: Entry) -> str:
    """Say an entry in words of the form."""
    marks = {
        "blank": _("left blank"),
        "illegible": _("illegible"),
        "several": _("two or more boxes ticked"),
        "kept": _("kept as the paper says"),
    }
    labels = {str(option.value): option.label for _key, option in field.options} if not field.is_other else {}
    values = entry.text.split(",") if field.kind == "ticks" else [entry.text]
    told = "; ".join(f"{field.typed(Entry(v))}. {labels[v]}" if v in labels else v for v in values if v)
    return ", ".join(part for part in (told, marks.get(entry.mark, "")) if part) or _("nothing keyed")


def label_of(field: Field) -> str:
    """Name a field as briefly as the edition can."""
    if field.is_other:
        option = field.options[0][1].label
        return f"{field.question.short_label}: {option}"
    return field.question.short_label


def _line(field: Field, paper: PaperForm, typed: Mapping[str, str], faults: Mapping[str, str]) -> Line:
    return Line(
        field=field,
        label=_("in words") if field.is_other else field.question.short_label,
        typed=typed.get(field.name, ""),
        fault=faults.get(field.name, ""),
        condition=_condition(field, paper),
        shows_options=field.kind in {"choice", "ticks"} and not field.question.scale,
        data=_data(field),
    )


def _condition(field: Field, paper: PaperForm) -> str:
    if field.is_other:
        return ""
    told = []
    for condition in field.question.relevant:
        parent = paper.by_name.get(condition.question)
        if parent is None:
            continue
        keys = ", ".join(key for key, option in parent.options if option.value in condition.values)
        told.append(_("only if question %(number)s is %(keys)s") % {"number": parent.number, "keys": keys})
    return "; ".join(told)


def _data(field: Field) -> dict[str, str]:
    question = field.question
    made: dict[str, Any] = {"kind": field.kind}
    if field.is_other:
        made["other"] = [question.name, [option.value for _key, option in field.options]]
    else:
        made["asked"] = [[a.question, list(a.values)] for a in question.relevant]
        made["options"] = [[key, option.value] for key, option in field.options]
        made["alone"] = [key for key, option in field.options if option.exclusive]
        made |= {"most": question.most, "low": question.low, "high": question.high}
    return {name: _written(value) for name, value in made.items() if value not in (None, [])}


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
