"""Plain data into typed records, one thread at a time."""

from __future__ import annotations

import threading
from typing import Any, TypeVar, overload

import msgspec
from msgspec import inspect

T = TypeVar("T")
# msgspec works a record type out when it first meets it, half of it in Python; a second thread that meets the same
# type meanwhile ends the whole process (0.22: segmentation fault, seen under load in the web server). Describing a
# type works it out as well. Only here may msgspec be asked for these (ruff's banned-api).
_ONE_AT_A_TIME = threading.RLock()


@overload
def convert(data: object, kind: type[T], *, strict: bool = True) -> T: ...
@overload
def convert(data: object, kind: Any, *, strict: bool = True) -> Any: ...
def convert(data: object, kind: Any, *, strict: bool = True) -> Any:
    """Make a typed record of plain data.

    Parameters
    ----------
    data : object
        Mappings, lists, texts and numbers.
    kind : type
        What to make of it.
    strict : bool, default True
        Whether a text is never taken for a number.

    Returns
    -------
    object
        An instance of ``kind``.

    Raises
    ------
    msgspec.ValidationError
        The data do not fit; the caller says where in the words of its own errors.
    """
    with _ONE_AT_A_TIME:
        return msgspec.convert(data, kind, strict=strict)


@overload
def from_json(text: str | bytes, kind: type[T]) -> T: ...
@overload
def from_json(text: str | bytes, kind: Any) -> Any: ...
def from_json(text: str | bytes, kind: Any) -> Any:
    """Make a typed record of JSON.

    Parameters
    ----------
    text : str or bytes
        JSON in UTF-8.
    kind : type
        What to make of it.

    Returns
    -------
    object
        An instance of ``kind``.

    Raises
    ------
    msgspec.DecodeError
        No JSON, or (``msgspec.ValidationError``) it does not fit.
    """
    with _ONE_AT_A_TIME:
        return msgspec.json.decode(text, type=kind)


@overload
def from_yaml(text: str | bytes, kind: type[T]) -> T: ...
@overload
def from_yaml(text: str | bytes, kind: Any) -> Any: ...
def from_yaml(text: str | bytes, kind: Any) -> Any:
    """Make a typed record of YAML.

    Parameters
    ----------
    text : str or bytes
        YAML in UTF-8.
    kind : type
        What to make of it.

    Returns
    -------
    object
        An instance of ``kind``.

    Raises
    ------
    msgspec.DecodeError
        No YAML, or (``msgspec.ValidationError``) it does not fit.
    """
    with _ONE_AT_A_TIME:
        return msgspec.yaml.decode(text, type=kind)


def described(kind: type) -> inspect.Type:
    """Describe a type and its parts.

    Parameters
    ----------
    kind : type
        A record type, or a type of plain data.

    Returns
    -------
    msgspec.inspect.Type
        What msgspec takes it for.
    """
    with _ONE_AT_A_TIME:
        return inspect.type_info(kind)
