"""What a YAML file of an analysis says wrongly, as codes: the reader's own messages are English sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from sipas.errors import Place, SipasError
from sipas.estimation.designs.calibration import CalibratedWeight
from sipas.estimation.designs.design import Design, Stage
from sipas.estimation.replicates import ReplicateDesign, Replication
from sipas.estimation.survey.wanted import Wanted
from sipas.intake import YamlText

PARTS: dict[tuple[str, ...], type[msgspec.Struct]] = {
    ("design",): Design,
    ("design", "later"): Stage,
    ("estimates",): Wanted,
    ("calibration",): CalibratedWeight,
    ("replication",): Replication,
    ("given_replicates",): ReplicateDesign,
}
_UNKNOWN = re.compile(r"Object contains unknown field `(.+)`")
_MISSING = re.compile(r"Object missing required field `(.+)`")
_TYPE = re.compile(r"Expected `(.+)`, got `(.+)`")
_WORD = re.compile(r"Invalid enum value '?(.+?)'?")


def analysis_refusal(error: msgspec.ValidationError, whole: type[msgspec.Struct], text: YamlText | None) -> SipasError:
    """Say with a code what a reader found wrong.

    Parameters
    ----------
    error : msgspec.ValidationError
        What it said.
    whole : type
        What the file should hold.
    text : YamlText, optional
        The file, for places.

    Returns
    -------
    SipasError
        ``estimation.analysis_key_unknown``, ``estimation.analysis_key_missing``, ``estimation.analysis_type_wrong``,
        ``estimation.analysis_word_unknown``; for what is none of these ``estimation.analysis_not_valid`` with the
        reader's words.
    """
    message, _, path = str(error).partition(" - at ")
    node = path.strip("`").removeprefix("$").removeprefix(".")
    if found := _UNKNOWN.fullmatch(message):
        keys = list(_struct(node, whole).__struct_fields__)
        place = _place(f"{node}.{found[1]}".strip("."), text)
        return SipasError("estimation.analysis_key_unknown", found[1], expected=keys, place=place)
    if found := _MISSING.fullmatch(message):
        return SipasError("estimation.analysis_key_missing", found[1], place=_place(node, text))
    if found := _TYPE.fullmatch(message):
        code = "estimation.analysis_type_wrong"
        return SipasError(code, _key(node), expected=found[1], got=found[2], place=_place(node, text))
    if found := _WORD.fullmatch(message):
        above, key = node.rpartition(".")[0], _key(node)
        words = list(_words(get_type_hints(_struct(above, whole)).get(key)))
        code = "estimation.analysis_word_unknown"
        return SipasError(code, key, expected=words, got=found[1], place=_place(node, text))
    return SipasError("estimation.analysis_not_valid", got=message, place=_place(node, text))


def _place(node: str, text: YamlText | None) -> Place:
    return Place(node=node or None) if text is None else text.place(node)


def _names(node: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W\d]\w*", node))


def _key(node: str) -> str:
    return (_names(node) or ("",))[-1]


def _struct(node: str, whole: type[msgspec.Struct]) -> type[msgspec.Struct]:
    return PARTS.get(_names(node), whole)


def _words(kind: Any) -> Iterator[str]:
    if get_origin(kind) is Literal:
        yield from get_args(kind)
    else:
        for one in get_args(kind):
            yield from _words(one)
