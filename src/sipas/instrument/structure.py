"""The shape of an edition file: every field there, none unknown, each of its type. Finds all faults at once.

msgspec stops at the first fault and speaks English; this walks its description of the types, collects every fault
and mends a copy, so that the rules on meaning can still be tried on the rest.
"""

from __future__ import annotations

import re
from difflib import get_close_matches

from msgspec import inspect

from sipas.errors import Place, SipasError
from sipas.tables.typed import described

# Outside the characters of XML 1.0 (production 2): a form or codebook could not hold it.
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Shape:
    """Walks raw data along a type.

    Parameters
    ----------
    kind : type
        msgspec struct that the data should become.
    """

    def __init__(self, kind: type) -> None:
        self.kind = described(kind)
        self.faults: list[SipasError] = []

    def mend(self, raw: object) -> object:
        """Compare data with the type.

        Parameters
        ----------
        raw : object
            Plain data of a YAML file.

        Returns
        -------
        object
            A copy that fits the type: what did not fit is replaced by a neutral value and is in ``faults``.
        """
        return self._value(raw, self.kind, "")

    def _fault(self, error: SipasError, path: str) -> None:
        error.place = Place(node=path or None)
        self.faults.append(error)

    def _value(self, raw: object, kind: inspect.Type, path: str) -> object:
        if isinstance(kind, inspect.UnionType):
            if raw is None and kind.includes_none:
                return None
            kind = next(t for t in kind.types if not isinstance(t, inspect.NoneType))
        if isinstance(kind, inspect.StructType):
            return self._mapping(raw, kind, path)
        if isinstance(kind, inspect.VarTupleType):
            return self._list(raw, kind.item_type, path)
        if isinstance(kind, inspect.AnyType):
            return raw
        if isinstance(kind, inspect.LiteralType):
            return self._choice(raw, kind, path)
        return self._scalar(raw, kind, path)

    def _mapping(self, raw: object, kind: inspect.StructType, path: str) -> dict[str, object]:
        fields = {field.name: field for field in kind.fields}
        if not isinstance(raw, dict):
            self._fault(SipasError("instrument.not_a_mapping", expected=list(fields), got=_short(raw)), path)
            raw = {}
        known = {}
        for name in raw:
            if name in fields:
                known[name] = self._value(raw[name], fields[name].type, _inner(path, name))
            else:
                close = get_close_matches(str(name), list(fields), n=1)
                wrong = SipasError("instrument.field_unknown_without_like", expected=list(fields), got=name)
                if close:
                    wrong = SipasError("instrument.field_unknown", expected=list(fields), got=name, hint=close)
                self._fault(wrong, _inner(path, str(name)))
        for name, field in fields.items():
            if field.required and name not in known:
                self._fault(SipasError("instrument.field_missing", expected=name), path)
                known[name] = _neutral(field.type)
        return known

    def _list(self, raw: object, item: inspect.Type, path: str) -> list[object]:
        if not isinstance(raw, list):
            self._fault(SipasError("instrument.not_a_list", got=_short(raw)), path)
            return []
        return [self._value(value, item, f"{path}[{place}]") for place, value in enumerate(raw)]

    def _choice(self, raw: object, kind: inspect.LiteralType, path: str) -> object:
        if raw in kind.values:
            return raw
        self._fault(SipasError("instrument.choice", expected=list(kind.values), got=_short(raw)), path)
        return kind.values[0]

    def _scalar(self, raw: object, kind: inspect.Type, path: str) -> object:
        if isinstance(kind, inspect.StrType):
            return self._text(raw, path)
        if isinstance(kind, inspect.BoolType):
            fits = isinstance(raw, bool)
            error = SipasError("instrument.not_true_false", got=_short(raw))
        elif isinstance(kind, inspect.FloatType):
            fits = isinstance(raw, (int, float)) and not isinstance(raw, bool)
            error = SipasError("instrument.not_a_number", got=_short(raw))
        else:
            fits = isinstance(raw, int) and not isinstance(raw, bool)
            error = SipasError("instrument.not_a_whole_number", got=_short(raw))
        if fits:
            return raw
        self._fault(error, path)
        return _neutral(kind)

    def _text(self, raw: object, path: str) -> str:
        if not isinstance(raw, str) or not raw.strip():
            self._fault(SipasError("instrument.not_text", got=_short(raw)), path)
        elif UNWRITABLE.search(raw):
            self._fault(SipasError("instrument.control_character", got=_short(raw)), path)
        else:
            return raw
        return "?"


def _inner(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _short(raw: object) -> str:
    text = repr(raw)
    return text if len(text) <= 60 else text[:59] + "…"


def _neutral(kind: inspect.Type) -> object:
    # A value of the type that breaks nothing; structs are filled with neutral values.
    if isinstance(kind, inspect.UnionType):
        return None if kind.includes_none else _neutral(kind.types[0])
    if isinstance(kind, inspect.StructType):
        return {field.name: _neutral(field.type) for field in kind.fields if field.required}
    if isinstance(kind, inspect.LiteralType):
        return kind.values[0]
    if isinstance(kind, inspect.VarTupleType):
        return []
    if isinstance(kind, inspect.StrType):
        return "?"
    return False if isinstance(kind, inspect.BoolType) else 1
