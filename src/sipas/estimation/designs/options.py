"""Descriptions made in Python are held to the types that their files are held to."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal, get_args, get_origin

import msgspec
import numpy as np

from sipas.errors import SipasError
from sipas.tables.typed import convert


def refuse_options(one: msgspec.Struct) -> None:
    """Refuse values that are not of the types of their fields, misspelt options above all.

    Parameters
    ----------
    one : msgspec.Struct
        A description; msgspec looks at the types where it reads a file, not where Python makes one.

    Raises
    ------
    SipasError
        ``estimation.option_unknown``: none of the words of a field; ``estimation.option_not_valid``: another type.
        Numbers of numpy and lists in the place of tuples pass.
    """
    for name, kind, words in _fields(type(one)):
        value = getattr(one, name)
        if words and (value is None or isinstance(value, str)):
            if value not in words:
                given = [word for word in words if word is not None]
                raise SipasError("estimation.option_unknown", name, expected=given, got=value)
            continue
        try:
            convert(_plain(value), kind)
        except msgspec.ValidationError as error:
            expected = [word for word in words if word is not None] or str(error)
            code = "estimation.option_unknown" if words else "estimation.option_not_valid"
            raise SipasError(code, name, expected=expected, got=value) from error


@lru_cache(maxsize=64)
def _fields(kind: type[msgspec.Struct]) -> tuple[tuple[str, Any, tuple[str | None, ...]], ...]:
    return tuple((field.name, field.type, _words(field.type)) for field in msgspec.structs.fields(kind))


def _words(kind: Any) -> tuple[str | None, ...]:
    """Give the words of a Literal, and None where the field may be missing; nothing for other types."""
    if get_origin(kind) is Literal:
        return get_args(kind)
    parts = get_args(kind)
    literal = [part for part in parts if get_origin(part) is Literal]
    if len(literal) == 1 and set(parts) == {literal[0], type(None)}:
        return (*get_args(literal[0]), None)
    return ()


def _plain(value: object) -> object:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
